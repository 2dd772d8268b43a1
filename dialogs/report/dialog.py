"""The report as a dialog: from the first sentence to the preview, and giving up."""

from __future__ import annotations

import re

from dialogs import draft
from dialogs.commands import BACK, HELP, LANGUAGE
from dialogs.hearing import choose
from dialogs.looks import button
from dialogs.meaning import Draft, Intent, Moment
from dialogs.report.coarser import is_named
from dialogs.report.correcting import correct, is_told_first
from dialogs.report.details import CHIP_STEPS
from dialogs.report.filing import ASK_STATUS, RECEIPT_COMMANDS, send
from dialogs.report.holding import HOLD_STEP, KEEP_FROM_STEP, hold_back
from dialogs.report.leaving import (
    CANCEL_STEP,
    cancel,
    hesitate,
    hesitates,
    stop,
)
from dialogs.report.naming import FACTS_STEP
from dialogs.report.noticing import add, notice
from dialogs.report.preview import PREVIEW_STEP
from dialogs.report.probing import YES_OR_NO
from dialogs.report.reading import (
    edited,
    hear_afresh,
    take_picture,
    take_sentence,
    write,
)
from dialogs.report.removing import remove
from dialogs.report.several import SEVERAL_STEP, take_first_words
from dialogs.report.table import (
    CHIPS,
    REPORT_TRANSITIONS,
    ReportAnswers,
    ReportState,
    ReportTurn,
    given,
)
from dialogs.retaliation import APART_STEP
from dialogs.talk import Dialog, Heard, Step
from dialogs.texts import phrase, phrases
from dialogs.understand import CATEGORIES
from dialogs.words import Button

# ── the first words ───────────────────────────────────────────────────────────────────

START_STEP = Step(
    ReportState.START,
    title="第一句话",
    name="welcome",
    ask="这里是减负专线，一周七天，专收给基层添负担的事。\n"
    "不问您是谁，工作人员只看到代号；请勿使用单位网络和设备。\n"
    "谁，要您做什么？说一句就行。",
    again="说一句是什么事就行，比如：“街道要求同一份台账每周报五次”。",
    kind="welcome",
    buttons=[ASK_STATUS, HELP, LANGUAGE],
    read=take_first_words,
    pictured=take_picture,
    hears="start",
)

# ── what is better told elsewhere ─────────────────────────────────────────────────────

phrases(
    "signpost",
    **{
        "110": "听起来很急：正在发生的违法犯罪或人身危险，请马上打 110。",
        "119": "听起来很急：着火、漏气、被困，请马上打 119。",
        "120": "听起来很急：有人受伤或发病，请马上打 120。",
        "12345": "这像是居民或企业的诉求，打 12345 能直接派单，办得更快。",
        "12388": "这像是违纪违法的举报，打 12388 或上它的网站，那边专门受理。",
        "petition": "这像是信访的事，可以上国家信访局的网上信访，或找当地信访局。",
        "court": "这像是打官司的事，找法院或打 12368；想问法律，打 12348。",
        "none": "我还没听明白是什么事给您添了负担，可能是我没懂，换个说法再说一句？",
    },
)


def show_signpost(turn: ReportTurn) -> dict[str, str]:
    return {"signpost": turn.t(f"signpost.{turn.answers.signpost or 'none'}")}


def report_anyway(turn: ReportTurn, _: str) -> None:
    turn.answers.anyway = True
    turn.answers.in_scope = True
    turn.go("anyway")


def restate(turn: ReportTurn, _: str) -> None:
    turn.go("back")


SIGNPOST_STEP = Step(
    ReportState.SIGNPOST,
    title="指路",
    ask="{signpost}\n您写的还在；觉得就该在这里说，点“仍要反映”。",
    again="点一个按钮，或者再说具体一点。",
    show=show_signpost,
    buttons=[
        button("anyway", "仍要反映", role="main"),
        button("restate", "换个说法"),
        button("cancel", "放弃", role="grave"),
    ],
    pressed={"anyway": report_anyway, "restate": restate},
    read=hear_afresh,
    pictured=take_picture,
    hears="signpost",
    asked="open",
    means={
        "yes": lambda turn, _: report_anyway(turn, ""),
        "send": lambda turn, _: report_anyway(turn, ""),
        "new_report": lambda turn, heard: turn.read(heard.words),
    },
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


ORDINAL = re.compile(
    r"第[一二三四五六七八九1-9]|选[一二三四五六七八九1-9]|^[一二三四五六七八九1-9][个项条号]?$"
    r"|最后|末了|前一|前面|后一|后面|头一|倒数|上面|下面"
)


def is_chosen(turn: ReportTurn, heard: Heard) -> bool:
    """Whether a category is named, by its number or its name."""
    number = heard.meaning.args.get("n")
    offered = turn.step.offers(turn)
    label = ""
    if isinstance(number, int) and 0 < number <= len(offered):
        button = offered[number - 1]
        label = turn.t(button.label, **button.params)
    return bool(ORDINAL.search(heard.words.strip())) or is_named(heard.words, label)


def choose_or_tell(turn: ReportTurn, heard: Heard) -> None:
    """What names no category tells more."""
    if is_chosen(turn, heard):
        choose(turn, heard)
    else:
        turn.read(heard.words)


def none_of_these(turn: ReportTurn, heard: Heard) -> None:
    """Who came from the preview leaves it as it is; else all are offered, once."""
    if turn.answers.previewed:
        turn.answers.more = False
        turn.go("back")
    elif turn.answers.more:
        turn.tell(heard, "category.again")
        turn.prompt()
    else:
        more_categories(turn, "")


CATEGORY_STEP = Step(
    ReportState.CATEGORY,
    title="选类别",
    ask="大概是哪一类？选错也没关系，后面能改。",
    again="请点选一类，或者再说具体一点。",
    buttons=category_buttons,
    pressed={"is": choose_category, "more": more_categories},
    read=take_sentence,
    pictured=take_picture,
    hears="category",
    asked="choices",
    means={
        "yes": lambda turn, _: choose_category(turn, turn.answers.codes[0]),
        "no": none_of_these,
        "choose": choose_or_tell,
    },
)

# ── what may be said at any of its steps ──────────────────────────────────────────────

phrase("later.noted", "“{words}”记下了。先把这一件送出，接着就写那一件。")
phrase("choose.first", "还没有写内容，先用一句话说说是什么事。")


def moment(turn: ReportTurn) -> Moment:
    """When a message is said: what was written, and what is known of it."""
    answers = turn.answers
    said = tuple(line for line in answers.text.split("\n") if line)
    previewing = turn.talk.state is ReportState.PREVIEW
    # a yes sends, but where a yes or no was asked for
    asked = previewing and answers.probe in YES_OR_NO
    question = turn.t(f"probe.{answers.probe}") if asked else turn.question
    return Moment(turn.step.hears, said, known(turn), question)


def known(turn: ReportTurn) -> Draft | None:
    answers = turn.answers
    if answers.empty:
        return None
    is_known = answers.sure or answers.by_hand
    return Draft(
        category=answers.category if is_known else None,
        unit=given(answers.unit),
        place=given(answers.place),
        when=given(answers.when),
        pictures=len(answers.pictures),
    )


CHOOSES: tuple[Intent, ...] = ("choose", "answer")
AGREES: tuple[Intent, ...] = ("yes", "answer", "add")


def loses_nothing(turn: ReportTurn, heard: Heard) -> bool:
    """Whether these words are kept, or asked about, whichever way they are taken."""
    answers_probe = turn.answers.probe in YES_OR_NO and heard.meaning.intent in AGREES
    return (
        answers_probe
        or is_no_choice(turn, heard)
        or is_told_first(turn, heard)
        or hesitates(heard)
        or decides(turn, heard)
    )


DECIDES: tuple[Intent, ...] = ("yes", "no", "cancel", "back", "send")


def decides(turn: ReportTurn, heard: Heard) -> bool:
    """Whether these words are about stopping; unsure of which, it is asked again."""
    return turn.talk.state is ReportState.CANCEL and heard.meaning.intent in DECIDES


def is_no_choice(turn: ReportTurn, heard: Heard) -> bool:
    """Whether these words choose none of what is offered, but are taken as they were
    said: a time, or more of the matter.
    """
    state = turn.talk.state
    if state is ReportState.WHEN:
        return heard.meaning.intent in CHOOSES
    if state is ReportState.CATEGORY:
        return heard.meaning.intent == "choose" and not is_chosen(turn, heard)
    return False


def another(turn: ReportTurn, heard: Heard) -> None:
    """Another matter, while this one is open: it is put by until this one is sent."""
    if turn.talk.answers.empty:
        turn.read(heard.words)
        return
    waiting = turn.talk.later
    words = " ".join(heard.words.split())  # a line of its own
    turn.talk.later = f"{waiting}\n{words}" if waiting else words
    turn.say("later.noted", words=draft.shorten(heard.words, 20))
    turn.tapped = False
    turn.prompt()


def send_from_here(turn: ReportTurn, heard: Heard) -> None:
    """Sent from a chip, too; not before the preview was seen."""
    if turn.talk.state in CHIPS:
        send(turn, "")
    elif turn.talk.state is ReportState.START:
        turn.tell(heard, "choose.first")
    elif turn.talk.state is ReportState.CATEGORY:
        turn.answers.sure = True  # the likeliest, to be seen and changed
        turn.go("chosen")
    else:
        turn.tell(heard, f"{turn.step.name}.again")
        turn.prompt()


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
        FACTS_STEP,
        SEVERAL_STEP,
        SIGNPOST_STEP,
        CATEGORY_STEP,
        PREVIEW_STEP,
        *CHIP_STEPS,
        HOLD_STEP,
        KEEP_FROM_STEP,
        APART_STEP,
        CANCEL_STEP,
    ),
    ends={ReportState.FILED: "已送出", ReportState.GONE: "已放弃"},
    commands=RECEIPT_COMMANDS,
    cancel=cancel,
    edited=edited,
    moment=moment,
    write=write,
    loses_nothing=loses_nothing,
    means={
        "add": add,
        "new_report": another,
        "send": send_from_here,
        "correct": correct,
        "remove": remove,
        "hold_back": hold_back,
        "cancel": stop,
        "unclear": hesitate,
    },
    notices=notice,
)
