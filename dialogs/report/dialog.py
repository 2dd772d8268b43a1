"""The report as a dialog: from the first sentence to the preview, and giving up."""

from __future__ import annotations

from dialogs.commands import BACK, HELP, LANGUAGE
from dialogs.looks import button, label
from dialogs.report.details import CHIP_STEPS
from dialogs.report.preview import ASK_STATUS, PREVIEW_STEP, RECEIPT_COMMANDS
from dialogs.report.reading import edited, take_picture, take_sentence
from dialogs.report.table import (
    REPORT_TRANSITIONS,
    ReportAnswers,
    ReportState,
    ReportTurn,
)
from dialogs.talk import Dialog, Step
from dialogs.texts import phrase, phrases
from dialogs.understand import CATEGORIES
from dialogs.words import Button, Wipe

# ── the first words ───────────────────────────────────────────────────────────────────

START_STEP = Step(
    ReportState.START,
    title="第一句话",
    name="welcome",
    ask="这里是减负专线，一周七天，匿名收“给基层添负担”的线索。\n"
    "不问姓名、电话、账号；只留您确认送出的文字和图片，全程加密，"
    "工作人员只看到代号。\n"
    "请勿使用单位网络和设备。\n"
    "现在请用一句话说说：谁，要您做什么。",
    again="请用一句话说说是什么事，比如：“街道要求同一份台账每周报五次”。",
    kind="welcome",
    buttons=[ASK_STATUS, HELP, LANGUAGE],
    read=take_sentence,
    pictured=take_picture,
)

# ── what is better told elsewhere ─────────────────────────────────────────────────────

phrases(
    "signpost",
    **{
        "110": "听起来很急：正在发生的违法犯罪或人身危险，请马上拨打 110。",
        "119": "听起来很急：着火、漏气、被困，请马上拨打 119。",
        "120": "听起来很急：有人受伤或发病，请马上拨打 120。",
        "12345": "这像是居民或企业的诉求，12345 热线能直接派单，办得更快。",
        "12388": "这像是违纪违法的举报，请拨 12388 或上 12388 网站，那边专门受理。",
        "petition": "这像是信访事项，请走国家信访局网上信访或当地信访局。",
        "court": "这像是诉讼或执行的事，请找法院或拨 12368；法律咨询可拨 12348。",
        "none": "没看出要反映哪件加重基层负担的事。",
    },
)


def show_signpost(turn: ReportTurn) -> dict[str, str]:
    return {"signpost": turn.t(f"signpost.{turn.answers.signpost or 'none'}")}


def report_anyway(turn: ReportTurn, _: str) -> None:
    turn.answers.anyway = True
    turn.answers.in_scope = True
    turn.go("anyway")


def restate(turn: ReportTurn, _: str) -> None:
    turn.answers.text = ""
    turn.answers.masks = ()
    turn.go("back")


SIGNPOST_STEP = Step(
    ReportState.SIGNPOST,
    title="指路",
    ask="{signpost}\n您写的内容还在，也可以继续在这里反映。",
    again="请点选一个按钮，或者再说具体一点。",
    show=show_signpost,
    buttons=[
        button("anyway", "仍要反映", role="main"),
        button("restate", "换个说法"),
        button("cancel", "放弃", role="grave"),
    ],
    pressed={"anyway": report_anyway, "restate": restate},
    read=take_sentence,
    pictured=take_picture,
)

# ── the category ──────────────────────────────────────────────────────────────────────

MORE = button("more", "更多类别")


def category_buttons(turn: ReportTurn) -> list[Button]:
    all_shown = turn.answers.more
    codes = CATEGORIES if all_shown else turn.answers.codes[:3]
    buttons = [Button(f"is:{code}", f"category.{code}") for code in codes]
    return [*buttons, BACK] if all_shown else [*buttons, MORE, BACK]


def choose_category(turn: ReportTurn, code: str) -> None:
    if code not in CATEGORIES:
        turn.again()
        return
    answers = turn.answers
    answers.category = code
    answers.by_hand = True
    answers.sure = True
    answers.more = False
    turn.go("chosen")


def more_categories(turn: ReportTurn, _: str) -> None:
    turn.answers.more = True
    turn.prompt()


CATEGORY_STEP = Step(
    ReportState.CATEGORY,
    title="选类别",
    ask="大概是哪一类？选错也没关系，后面能改。",
    again="请点选一类，或者再说具体一点。",
    buttons=category_buttons,
    pressed={"is": choose_category, "more": more_categories},
    read=take_sentence,
    pictured=take_picture,
)

# ── giving up ─────────────────────────────────────────────────────────────────────────

phrase("cancelled", "已放弃，刚才的内容都删除了。想反映时，直接说一句话就行。")
phrase("sent.what", "文字{characters}字、图片{pictures}张")
KEEP = label("keep", "不，继续写")


def cancel(turn: ReportTurn) -> None:
    """Ask before words are lost; without words there is nothing to ask."""
    if not turn.talk.moved("cancel"):
        return
    if turn.talk.state is ReportState.GONE:
        give_up(turn)
    else:
        turn.prompt()


def discard(turn: ReportTurn, _: str) -> None:
    turn.talk.move("discard")
    give_up(turn)


def give_up(turn: ReportTurn) -> None:
    turn.discard()
    turn.do(Wipe())
    turn.say("cancelled")


def show_what_is_lost(turn: ReportTurn) -> dict[str, str]:
    characters = len(turn.answers.text)
    pictures = len(turn.answers.pictures)
    return {"what": turn.t("sent.what", characters=characters, pictures=pictures)}


CANCEL_STEP = Step(
    ReportState.CANCEL,
    title="要放弃吗",
    ask="要放弃吗？放弃后会立即删除：{what}。",
    again="请点“放弃”或“不，继续写”。",
    show=show_what_is_lost,
    buttons=[
        button("discard", "放弃", role="grave", name="cancel"),
        Button("back", KEEP),
    ],
    pressed={"discard": discard},
)

# ── the dialog ────────────────────────────────────────────────────────────────────────

REPORT = Dialog(
    name="report",
    version=1,
    title="反映：一句话、看一眼、送出",
    opens_chat=True,
    states=ReportState,
    transitions=REPORT_TRANSITIONS,
    answers=ReportAnswers,
    steps=(
        START_STEP,
        SIGNPOST_STEP,
        CATEGORY_STEP,
        PREVIEW_STEP,
        *CHIP_STEPS,
        CANCEL_STEP,
    ),
    ends={ReportState.FILED: "已送出", ReportState.GONE: "已放弃"},
    commands=RECEIPT_COMMANDS,
    cancel=cancel,
    edited=edited,
)
