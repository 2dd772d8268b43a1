"""A report is taken back, kept from somebody, or, while it is kept back, handed in."""

from __future__ import annotations

import re

from dialogs import draft
from dialogs.commands import BACK
from dialogs.library.promised import promised
from dialogs.looks import button, label
from dialogs.status.feedback import answers
from dialogs.status.finding import end, still_there, story_of, wanted
from dialogs.status.story import HUSH, hush
from dialogs.status.table import StatusState, StatusTurn
from dialogs.talk import Heard, Step
from dialogs.texts import phrase, phrases, since_then
from dialogs.understand.units import find_units
from dialogs.words import (
    KEPT_BACK,
    Button,
    ConfirmHold,
    KeepFrom,
    ReleaseHold,
    RulesInForce,
    Tell,
    Told,
    Wipe,
    Withdraw,
)

# ── taken back ────────────────────────────────────────────────────────────────────────

phrases(
    "withdraw",
    held="还没有交，撤回就当场删除，回执码随之失效。",
    before="还没有转给单位，撤回就不再办了。想接着办，以后凭回执码还能点“重新办理”。",
    after="已经转给单位了。撤回后不再问您；要不要接着办由专线定，单位不会知道是谁撤的。",
    past="这件现在不用撤了。不想再收到消息，点“别再提醒”；想全部销毁，点“忘记我”。",
    ended="撤回了，专线不再办这件，也不再问您。想接着办，凭回执码点“重新办理”。",
    going="撤回记下了，不再问您。要不要接着办由专线定，单位不会知道是谁。",
    gone="删除了，没有交出去，这里什么都没有留下。",
    kept="好，留着，没有撤。",
)
SURE = button("sure", "撤回", role="grave", name="sure_withdraw")
KEEPS = re.compile(r"(?<!不)(?<!别)(?<!不用)留(?:着|下)|不撤|别撤|不用撤")
BEFORE_UNIT = ("filed", "accepted")  # states of a case that no unit has


def withdraw(turn: StatusTurn, heard: Heard | None = None) -> None:
    """What can still be undone is told, and asked once; not of who says that it shall
    stay.
    """
    if heard is not None and KEEPS.search(heard.words):
        keep_told(turn)
        return
    story = turn.look(Tell(turn.answers.report))
    if story is None:
        still_there(turn)
        return
    to_story(turn)
    if "withdraw" in story.can:
        turn.go("withdraw")
    else:
        turn.tapped = False
        turn.say("withdraw.past")
        turn.prompt()


def keep_told(turn: StatusTurn) -> None:
    to_story(turn)
    turn.tapped = False
    turn.say("withdraw.kept")
    turn.prompt()


def to_story(turn: StatusTurn) -> None:
    """Where the story can be seen from, without a word."""
    if turn.talk.state is not StatusState.STORY:
        turn.talk.move("opened")


def _how_far(story: Told | None) -> str:
    """What a withdrawal does now."""
    if story is None or story.state == KEPT_BACK:
        return "held"
    return "before" if story.state in BEFORE_UNIT else "after"


def show_withdraw(turn: StatusTurn) -> dict[str, str]:
    story = turn.look(Tell(turn.answers.report))
    return {"what": turn.t(f"withdraw.{_how_far(story)}")}


def withdraw_buttons(turn: StatusTurn) -> list[Button]:
    story = turn.look(Tell(turn.answers.report))
    can = story.can if story else ()
    others = [HUSH, Button("forget", "b.forget")]
    return [SURE, *(one for one in others if one.choice in can), BACK]


def take_back(turn: StatusTurn, _: str) -> None:
    if not still_there(turn):
        return
    how_far = _how_far(turn.look(Tell(turn.answers.report)))
    turn.do(Withdraw(turn.answers.report, turn.at))
    if how_far == "held":
        turn.do(Wipe())
    told = {"held": "gone", "before": "ended", "after": "going"}
    turn.say(f"withdraw.{told[how_far]}")
    end(turn)


def forget_instead(turn: StatusTurn, _: str) -> None:
    to_story(turn)
    turn.go("forget")


def keep_it(turn: StatusTurn, _: Heard) -> None:
    turn.go("back")


@wanted("withdraw")
def withdraw_found(turn: StatusTurn, report: str) -> None:
    if story_of(turn, report):
        withdraw(turn)


# ── kept back: now, or by itself ──────────────────────────────────────────────────────

phrase("released", "交出去了。{accept}内告诉您是否受理。")
since_then("released", accept=("1天", "1 day"))
phrase("confirmed", "好，到日子自动交。那以前随时可以改主意。")


@wanted("release")
def release_found(turn: StatusTurn, report: str) -> None:
    if _still_held(turn, report):
        turn.do(ReleaseHold(report, turn.at))
        rules = turn.look(RulesInForce())
        turn.say("released", **promised({"accept"}, rules, turn.talk.lang))
        end(turn)


@wanted("confirm")
def confirm_found(turn: StatusTurn, report: str) -> None:
    if _still_held(turn, report):
        turn.do(ConfirmHold(report, turn.at))
        turn.say("confirmed")
        end(turn)


def _still_held(turn: StatusTurn, report: str) -> bool:
    """If it was handed in meanwhile, one friendly sentence, and its story."""
    story = story_of(turn, report)
    if story is None:
        return False
    if "release" in story.can:
        return True
    turn.say("past.moved")
    turn.go("opened")
    return False


def release(turn: StatusTurn, _: str) -> None:
    release_found(turn, turn.answers.report)


def confirm(turn: StatusTurn, _: str) -> None:
    confirm_found(turn, turn.answers.report)


# ── not for everybody ─────────────────────────────────────────────────────────────────

phrase("kept_from", "好，{unit}的人看不到这件了，也不会转给他们办。")
phrases(
    "too_late",
    later="已经交出去了，不能再往后放。想先不办，可以撤回；怕谁看到，说“别让某某看到”。",
    coarser="送出去的字改不细也改不粗了。想换个说法，直接说“更正：……”；"
    "怕谁看到，说“别让某某看到”。",
    held="这件本来就收着，还没有交。到日子前您随时可以改主意。",
)


def hold_back(turn: StatusTurn, heard: Heard) -> None:
    story = turn.look(Tell(turn.answers.report))
    how = heard.meaning.args.get("how", "later")
    turn.tapped = False
    if how == "keep_from" and story is not None and "keep_from" in story.can:
        keep_from(turn, heard.words)
        return
    is_held = story is not None and story.state == KEPT_BACK
    name = "held" if is_held and how == "later" else how
    turn.tell(heard, f"too_late.{name if name != 'keep_from' else 'later'}")
    to_story(turn)
    turn.prompt()


def keep_from(turn: StatusTurn, words: str) -> None:
    """At once, where a unit was named; else it is asked which."""
    to_story(turn)
    units = [words[unit.start : unit.end] for unit in find_units(words, [])]
    if units:
        _keep_from(turn, max(units, key=len))
    else:
        turn.go("keep_from")


def _keep_from(turn: StatusTurn, unit: str) -> None:
    if still_there(turn):
        turn.do(KeepFrom(turn.answers.report, unit, turn.at))
        turn.say("kept_from", unit=unit)
        turn.prompt()


def read_unit(turn: StatusTurn, words: str) -> bool:
    words = words.strip()
    if not 0 < len(words) <= UNIT_AT_MOST:
        return False
    units = [words[unit.start : unit.end] for unit in find_units(words, [])]
    unit = max(units, key=len, default=draft.without_names(turn, words))
    to_story(turn)
    _keep_from(turn, unit)
    return True


UNIT_AT_MOST = 60  # characters
label("keep_from", "不给谁看")  # the same words as beside a draft

WITHDRAW_STEP = Step(
    StatusState.WITHDRAW,
    title="要撤回吗",
    ask="要撤回这件吗？{what}",
    again="请点“撤回”或“返回”。",
    show=show_withdraw,
    buttons=withdraw_buttons,
    pressed={"sure": take_back, "forget": forget_instead, "hush": hush},
    hears="story",
    asked="open",
    means={
        "yes": lambda turn, _: take_back(turn, ""),
        "withdraw": lambda turn, _: take_back(turn, ""),
        "no": keep_it,
        "cancel": keep_it,
    },
)
KEEP_FROM_STEP = Step(
    StatusState.KEEP_FROM,
    title="不给谁看",
    name="kept_from.ask",
    ask="不想让哪个单位的人看到？写单位就行，不用写人名。",
    again="请写单位名称（60字以内），或点“返回”。",
    buttons=[BACK],
    read=read_unit,
    hears="unit",
    asked="open",
    means={
        "answer": lambda turn, heard: turn.read(heard.words),
        "hold_back": lambda turn, heard: turn.read(heard.words),
        "add": lambda turn, heard: turn.read(heard.words),
        "no": keep_it,
        "cancel": keep_it,
    },
)
HOLD_PUSHES = (
    answers("release", "现在就交"),
    answers("confirm", "到时自动交"),
    answers("withdraw", "不交了"),
)
WITHDRAWING_STEPS = (WITHDRAW_STEP, KEEP_FROM_STEP)
