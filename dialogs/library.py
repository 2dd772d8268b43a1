"""What people ask in between, and the answers: a small library in our own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogs.texts import phrase
from dialogs.words import Params


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer. topic: of the reading of messages. words: a question has them, if
    this entry is meant rather than the topic's last, which takes all others.
    """

    name: str
    topic: str
    words: re.Pattern[str] | None


ENTRIES: list[Entry] = []


def entry(name: str, topic: str, words: str, chinese: str) -> None:
    """Make an answer known; words: a pattern, "" for the answer to all else."""
    full = phrase(f"about.{name}", chinese)
    ENTRIES.append(Entry(full, topic, re.compile(words) if words else None))


entry(
    "robot",
    "who_are_you",
    r"机器人|真人|人工|AI|ai",
    "我是机器人，一直在。您送出以后，由专线的工作人员来看、来办。",
)
entry(
    "who_are_you",
    "who_are_you",
    "",
    "这里是减负专线，专收给基层添负担的事：表太多、会太长、硬派的活。工作人员只看到代号，看不到您是谁。",
)
entry(
    "proof",
    "is_it_safe",
    r"证明|凭什么|保证|真的吗|怎么信",
    "说实话：您的账号和联系方式加密存着，工作人员的屏幕上没有，数据库被偷了也读不出来。"
    "有一样挡不住：只有您一个人知道的事，写出来就猜得到是您。这种地方请写宽一点。",
)
entry(
    "is_it_safe",
    "is_it_safe",
    "",
    "不问您是谁，也不留您的账号给工作人员看；存的是您确认送出的字和图，全程加密。"
    "请别用单位的网络和设备，别写只有您才知道的细节。",
)
entry(
    "who_sees",
    "who_sees",
    "",
    "专线的工作人员看遮过名字的文字，只看到代号；承办单位看到事情，看不到您。"
    "不想让哪个单位或哪一级看到，直接说“别让某某看到”。",
)
entry(
    "how_long",
    "how_long",
    "",
    "1天内告诉您是否受理；受理后转给单位，简单的5个工作日、复杂的15个工作日内要答复。加急的2小时内有人到场或到线。",
)
entry(
    "what_next",
    "what_next",
    "",
    "送出后给您一个回执码。专线先看是否受理，再转给管这事的单位，办完回来告诉您、问您满不满意。",
)
entry(
    "whose_job",
    "whose_job",
    "",
    "这一件我这里的清单上查不到，不敢乱说。要是有人硬派给您，可以直接反映。",
)
entry(
    "how_to",
    "how_to",
    "",
    "直接打字说就行：改哪里说哪里（“不是街道，是区里”），不要哪句说哪句，说“可以了”就送出。",
)
entry(
    "still_there",
    "retention",
    r"还在(?:吗|不|么|没)|在不在|有没有了|存着(?:吗|没)|丢了(?:吗|没)",
    "还在，没送出的内容再留{hours}小时，之后自动清除。",
)
phrase("about.not_there", "不在了，这里什么都没留。想反映，直接说一句话就行。")
entry(
    "retention",
    "retention",
    "",
    "没送出的最多留24小时；送出的只留遮过的文字，办结后联系方式按期销毁。图片跟着事情走，您说“忘记我”就当场销毁。",
)
entry(
    "receipt_lost",
    "receipt_lost",
    "",
    "回执码丢了我们也找不回来，这正是没人能冒充您的原因。送出后15分钟内说“回执码”还能再看一次；"
    "过了就再反映一次，说明是同一件事。",
)
entry("other", "other", "", "这个我答不上来。想反映的事，直接说一句话就行。")


def answer_to(words: str, topic: str, draft_hours: int | None) -> tuple[str, Params]:
    """The phrase that answers a question, and its parameters.

    draft_hours: how long the draft is still kept; None where there is none.
    """
    fitting = (one for one in ENTRIES if one.topic == topic)
    for one in fitting:
        if one.words is None or one.words.search(words):
            return _as_it_is(one.name, draft_hours)
    return "about.other", {}


def _as_it_is(name: str, draft_hours: int | None) -> tuple[str, Params]:
    if name != "about.still_there":
        return name, {}
    if draft_hours is None:
        return "about.not_there", {}
    return name, {"hours": draft_hours}
