"""What becomes of a report: how long it takes, what comes next, how one hears of it."""

from __future__ import annotations

from dialogs.library.entry import entry

entry(
    "how_long",
    "how_long",
    "{accept}内告诉您受理不受理；转给单位后，简单的{answer}、复杂的{answer_complex}内要答复。"
    "没有新消息，最多隔{hear_every}也说一声。",
    general=True,
)
entry(
    "urgent",
    "how_long",
    "标了加急的，马上提醒工作人员；转给单位后{on_site}内要有人到场或到线，当天出结果。"
    "人有危险，先打 110、119、120。",
)
entry(
    "overdue",
    "how_long",
    "到期没办，会自动催办；再不办就督办，升到单位的主要负责人，直到提出通报。"
    "走到哪一步，经过里都看得到。",
)
entry(
    "night",
    "how_long",
    "夜里不主动发消息（一般是晚上9点到早上8点）。您说话，我随时答。",
)
entry(
    "what_next",
    "what_next",
    "送出后给您一个回执码。专线先看受不受理，再转给管这事的单位，办完来告诉您、"
    "问您解决没有。您不用再做什么。",
    general=True,
)
entry(
    "result_told",
    "what_next",
    "选“在这里告诉我”的，有进展就在这个聊天里说一声；只凭回执码的，把码发来就看得到。"
    "结果和依据都写在里面。",
)
entry(
    "declined",
    "what_next",
    "不受理会把理由告诉您。觉得不对，可以把没说清的补上，再反映一次。",
)
entry(
    "unhappy",
    "what_next",
    "办结后会问您解决没有。点“没解决”，一下就能重新办理；过一阵又反弹了，也一样。",
)
entry(
    "no_use",
    "what_next",
    "到期不办，会催办、督办，一直升到单位的主要负责人；办结了还是老样子，说“没解决”，"
    "一下就能重新办理。经过您都看得到。",
)
entry(
    "lock_screen",
    "what_next",
    "推送只说“有新进展”，不说是什么事。想更清静，说“别再提醒”，以后凭回执码来看。",
)
entry(
    "contact_me",
    "what_next",
    "不打电话，也不发短信，我们没有您的号码。要问您什么，只在这里留言；答不答都由您。",
)
