"""The talk engine: one event in, actions out, `talk` moved on. Pure; a dialog is a
table and its steps.

A step that asks is the step that listens. Where a talk may go stands in the dialog's
transition table and nowhere else; what every step understands (back, cancel, help,
progress, language, start) stands here once.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum
from operator import attrgetter
from typing import Any, TypeVar

from transitions import Machine, MachineError

from dialogs.texts import LANGUAGES, phrase, phrases, text
from dialogs.words import (
    Action,
    Button,
    DropPictures,
    Edited,
    Event,
    Found,
    Look,
    Message,
    Params,
    Pictured,
    Pressed,
    Query,
    Rang,
    Said,
    Say,
    Together,
    Unreadable,
)

T = TypeVar("T")

phrase("stale", "这个按钮已经过期，请看最新的一条。")
phrase("goodbye", "好的，已结束。想反映时，直接说一句话就行。")
phrase("draft.waiting", "您有一条没写完的消息，明天此时前会自动清除。点开即可继续。")
phrase(
    "help",
    "直接用一句话说事，再看一眼预览，点“送出”就好。\n"
    "随时可以说：进度、返回、取消、帮助、English。\n"
    "按钮也可以打数字或文字代替。不用写姓名、电话和账号。",
)
phrases(
    "declined",
    file="这类文件还收不了，请截图后发图片，或把要点写成文字。",
    too_large="图片超过20MB了，请裁小或截图后再发。",
    too_many="图片最多放6张，请先去掉一张，或把要点写成文字。",
    broken="这张图片打不开，请重新截图再发。",
    empty="没有看到内容，请写一句话再发。",
    voice="暂时听不了语音，请用文字说，或用输入法的语音转文字。",
    video="视频还收不了，请截几张图发来，或把要点写成文字。",
    location="不需要定位，也没有保存。地点写个大概就行。",
    contact="不需要名片，也没有保存。请用文字说事。",
    sticker="看到表情了。请用一句话说说是什么事。",
    here="这一步用不上图片，已丢弃。回到预览再加图片。",
)


class DeadEnd(Exception):
    """No row of the table leads on: our bug, never the reporter's. Names
    states only.
    """


@dataclass(slots=True)
class Talk:
    """One person's dialog so far; sealed between two events, at most 24 hours.

    `report`, `key` and `stream` are drawn at birth (hex): the id, data key and outbox
    stream that the report will have, so that nothing has to be sealed anew when it is
    filed. `tag` is drawn too: with `mark`, which counts prompts, it names a prompt to
    the messenger and tells nothing of the report. `under` is the talk that waits below
    this one (a draft, while its reporter looks up a receipt).
    """

    dialog: str
    version: int
    state: Any
    report: str
    key: str
    stream: str
    tag: str
    lang: str = "zh"
    mark: int = 0
    answers: dict[str, Any] = field(default_factory=dict)
    under: dict[str, Any] | None = None
    reminded: bool = False
    expires: int = (
        0  # whole hour, seconds since 1970 UTC; set by whoever stores the talk
    )
    over: bool = False

    @property
    def idle(self) -> bool:
        """Nothing in it is worth keeping."""
        return self.dialog == FIRST and not self.answers and self.under is None

    @property
    def unsent(self) -> bool:
        """Something was written that has not gone out; who only looked at a story wrote
        nothing.
        """
        return (
            self.dialog == FIRST
            or self.under is not None
            or not self.answers.keys().isdisjoint(WRITTEN)
        )

    @property
    def pictures(self) -> list[str]:
        """Media ids of all its pictures, those of the talk below included."""
        layers = [self.answers, (self.under or {}).get("answers", {})]
        return [
            picture["id"]
            for answers in layers
            for picture in answers.get("pictures", ())
        ]

    def move(self, trigger: str) -> None:
        """Take the row of the table that fits. Raises DeadEnd where none does."""
        was = self.state
        if not self.moved(trigger):
            raise DeadEnd(
                f"{self.dialog}@{self.version}: {trigger} leads nowhere from "
                f"{was.value}"
            )

    def moved(self, trigger: str) -> bool:
        """Take the row of the table that fits; False where none does."""
        event = DIALOGS[self.dialog, self.version].machine.events.get(trigger)
        try:
            return event is not None and bool(event.trigger(self, self))
        except MachineError:
            return False

    def dump(self) -> bytes:
        return json.dumps(
            self.plain(), ensure_ascii=False, separators=(",", ":")
        ).encode()

    def plain(self) -> dict[str, Any]:
        return dict(zip(_FIELDS, _values(self), strict=True)) | {
            "state": self.state.value
        }

    @classmethod
    def load(cls, sealed: bytes) -> Talk:
        return cls.of(json.loads(sealed))

    @classmethod
    def of(cls, values: dict[str, Any]) -> Talk:
        talk = cls(**values)
        talk.state = DIALOGS[talk.dialog, talk.version].states(talk.state)
        return talk


_FIELDS = [item.name for item in fields(Talk)]
_values = attrgetter(*_FIELDS)


@dataclass(frozen=True, slots=True)
class Step:
    """One screen: what it asks, which buttons it offers, what it makes of an answer.

    ask: name of the phrase. show: its parameters. buttons: offered now, in order.
    pressed: by the choice's name before any colon; gets the argument after it. read:
    free text; False means "say it again". listens to pictures with `pictured`. again:
    phrase for an answer that does not fit.
    """

    state: Enum
    ask: str
    again: str
    buttons: Callable[[Turn], Sequence[Button]] = lambda turn: ()
    pressed: Mapping[str, Callable[[Turn, str], None]] = field(default_factory=dict)
    read: Callable[[Turn, str], bool] | None = None
    show: Callable[[Turn], Params] = lambda turn: {}
    pictured: Callable[[Turn, Any, str | None], None] | None = None


@dataclass(frozen=True)
class Dialog:
    """A named, versioned dialog: a draft begun under a version is finished under it."""

    name: str
    version: int
    states: type[Enum]
    machine: Machine
    steps: Mapping[Enum, Step]


DIALOGS: dict[tuple[str, int], Dialog] = {}
NEWEST: dict[str, int] = {}
FIRST = "report"  # the dialog that a chat begins with
WRITTEN = {"text", "pictures"}  # of a talk's answers


def register(
    name: str,
    version: int,
    states: type[Enum],
    transitions: list[Any],
    steps: Sequence[Step],
) -> Dialog:
    """Make a dialog known. The fourth column of a row, "only if", is a function of the
    talk.
    """
    machine = Machine(
        model=None,
        states=states,
        transitions=transitions,
        initial=next(iter(states)),
        auto_transitions=False,
    )
    dialog = Dialog(
        name, version, states, machine, {step.state: step for step in steps}
    )
    DIALOGS[name, version] = dialog
    NEWEST[name] = max(version, NEWEST.get(name, 0))
    return dialog


def begin(
    dialog: str, *, report: str, key: str, stream: str, tag: str, lang: str = "zh"
) -> Talk:
    """A new talk in the newest version of a dialog; the four are fresh random hex."""
    newest = DIALOGS[dialog, NEWEST[dialog]]
    return Talk(
        dialog,
        newest.version,
        next(iter(newest.states)),
        report,
        key,
        stream,
        tag,
        lang,
    )


class _Needs(Exception):
    def __init__(self, query: Query[Any]) -> None:
        self.query = query


@dataclass(slots=True)
class Turn:
    """What a step works with: the talk, the event, what was looked up, and the actions
    so far.
    """

    talk: Talk
    event: Event
    known: Mapping[Query[Any], Any]
    tapped: bool  # a button was pressed: the next prompt may replace the last one
    actions: list[Action] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.event.at

    @property
    def answers(self) -> dict[str, Any]:
        return self.talk.answers

    def look(self, query: Query[T]) -> T:
        """The answer to a question; the first time round the turn stops here and comes
        again.
        """
        if query not in self.known:
            raise _Needs(query)
        answer: T = self.known[query]
        return answer

    def do(self, action: Action) -> None:
        self.actions.append(action)

    def say(
        self, name: str, *buttons: Button, secret: bool = False, **params: Any
    ) -> None:
        """Tell something that is no prompt; its buttons, if any, belong to no step
        (mark "").
        """
        self.do(Say(Message(name, params, buttons, lang=self.talk.lang, secret=secret)))

    def t(self, name: str, **params: Any) -> str:
        return text(self.talk.lang, name, params)

    def go(self, trigger: str) -> None:
        """Move on by the table and show the step we came to."""
        self.talk.move(trigger)
        self.prompt()

    def prompt(self) -> None:
        talk = self.talk
        step = current(talk)
        talk.mark += 1
        self.do(
            Say(
                Message(
                    step.ask,
                    step.show(self),
                    tuple(step.buttons(self)),
                    mark_of(talk),
                    talk.lang,
                    replaces=self.tapped and not self.actions,
                )
            )
        )

    def again(self) -> None:
        """This answer does not fit: say what to do, and show the step once more."""
        self.say(current(self.talk).again)
        self.tapped = False
        self.prompt()


def current(talk: Talk) -> Step:
    return DIALOGS[talk.dialog, talk.version].steps[talk.state]


def mark_of(talk: Talk) -> str:
    """Names the prompt that is open: differs between drafts, and from prompt to prompt
    of one draft.
    """
    return f"{talk.tag}{talk.mark}"


def receive(talk: Talk, event: Event | Found) -> list[Action]:
    """Take one event in, move `talk` on, and hand out what should happen, in order.

    Returns: actions; or exactly one `Look`, with `talk` untouched: answer it and come
    again with `Found`.
    """
    known: Mapping[Query[Any], Any] = {}
    if isinstance(event, Found):
        known, event = event.known, event.event
    before = _values(talk)
    talk.answers = dict(talk.answers)
    turn = Turn(talk, event, known, tapped=isinstance(event, Pressed | Edited))
    try:
        hear(turn, event)
    except _Needs as needs:
        for name, value in zip(_FIELDS, before, strict=True):
            setattr(talk, name, value)
        return [Look(needs.query)]
    return turn.actions


def hear(turn: Turn, event: Event) -> None:
    """What any step understands comes first, then the step itself; whatever is left is
    answered too.
    """
    step = current(turn.talk)
    match event:
        case Said(receipt=str()):
            COMMANDS["shown"](turn)
        case Said(text=said):
            listen(turn, step, said)
        case Pressed():
            press(turn, step, event)
        case Pictured() if step.pictured is not None:
            step.pictured(turn, event.picture, event.replaces)
        case Pictured():
            turn.do(DropPictures((event.picture.id,)))
            turn.say("declined.here")
            turn.prompt()
        case Unreadable():
            turn.say(f"declined.{event.why}")
            turn.prompt()
        case Edited():
            COMMANDS["edited"](turn)
        case Together():
            together(turn, event)
        case Rang(bell="again"):
            if not turn.talk.idle:
                turn.prompt()
        case Rang(bell="remind"):
            turn.talk.reminded = True
            if turn.talk.unsent:
                turn.say("draft.waiting")
        case Rang():
            discard(turn)


def together(turn: Turn, event: Together) -> None:
    """One part after the other; of prompts, and of what is said several times, only the
    last is told.
    """
    for part in event.parts:
        if not turn.talk.over:
            turn.event = part
            hear(turn, part)
        elif isinstance(part, Pictured):
            turn.do(DropPictures((part.picture.id,)))
    said: set[str] = set()
    kept: list[Action] = []
    for action in reversed(turn.actions):
        name = (
            ("prompt" if action.message.mark else action.message.name)
            if isinstance(action, Say)
            else ""
        )
        if name not in said:
            kept.insert(0, action)
        said |= {name} - {""}
    turn.actions[:] = kept


def listen(turn: Turn, step: Step, said: str) -> None:
    """Commands in words, then the buttons by number or label, then the step's own
    reading.
    """
    word = plain_word(said)
    if command := WORDS.get(word):
        COMMANDS[command](turn)
    elif turn.talk.idle and (verb := SPOKEN.get(word)):
        PUSHED[verb](turn, "")
    elif choice := named(turn, step.buttons(turn), word):
        tap(turn, step, choice)
    elif no_button(word) or step.read is None or not step.read(turn, said):
        turn.again()


def no_button(word: str) -> bool:
    """A number that no button has: meant as a choice all the same."""
    return word.isdecimal() and len(word) < 3


def press(turn: Turn, step: Step, event: Pressed) -> None:
    """A button of a push, or of the open prompt; of an older one, the open step is only
    shown again.
    """
    name, _, argument = event.choice.partition(":")
    if argument and not event.mark and name in PUSHED:
        PUSHED[name](turn, argument)
    elif name in COMMANDS:
        COMMANDS[name](turn)
    elif event.mark == mark_of(turn.talk) and offered(turn, step, event.choice):
        tap(turn, step, event.choice)
    else:
        turn.tapped = False
        turn.say("stale")
        turn.prompt()


def offered(turn: Turn, step: Step, choice: str) -> bool:
    """Whether this step takes the choice now; one with an argument is checked by the
    step itself.
    """
    name, _, argument = choice.partition(":")
    if name not in step.pressed:
        return False
    return bool(argument) or choice in [button.choice for button in step.buttons(turn)]


def tap(turn: Turn, step: Step, choice: str) -> None:
    name, _, argument = choice.partition(":")
    if name in COMMANDS:
        COMMANDS[name](turn)
    else:
        step.pressed[name](turn, argument)


def named(turn: Turn, buttons: Sequence[Button], word: str) -> str | None:
    """Which button a typed word means: its number, its label or its choice."""
    if word.isdecimal() and 1 <= int(word) <= len(buttons):
        return buttons[int(word) - 1].choice
    for button in buttons:
        if word and word in (
            plain_word(turn.t(button.label, **button.params)),
            button.choice,
        ):
            return button.choice
    return None


def plain_word(said: str) -> str:
    """A short answer without dress: no marks or emoji around it, half width, lower
    case; "" if long.
    """
    said = unicodedata.normalize("NFKC", said).strip().casefold()
    return said.strip(_DRESS) if len(said) <= 40 else ""


_DRESS = " \t\r\n.,!?;:、。，！？；：…~～\"'“”‘’（）()【】[]✅❌👌👍🙏✍️🗑📷➕✏️🌐"


# ── commands: understood at every step ────────────────────────────────────────────────

COMMANDS: dict[str, Callable[[Turn], None]] = {}
WORDS: dict[str, str] = {}


def command(
    name: str, *words: str
) -> Callable[[Callable[[Turn], None]], Callable[[Turn], None]]:
    """Make a function the answer to "/name", to these words and to a button called
    `name`, anywhere.
    """

    def known(act: Callable[[Turn], None]) -> Callable[[Turn], None]:
        COMMANDS[name] = act
        WORDS.update({word: name for word in (f"/{name}", *words)})
        return act

    return known


PUSHED: dict[str, Callable[[Turn, str], None]] = {}
SPOKEN: dict[str, str] = {}


def pushed(
    verb: str, *words: str
) -> Callable[[Callable[[Turn, str], None]], Callable[[Turn, str], None]]:
    """Make a function the answer to a push's button "verb:handle", anywhere.

    handle: of the report, "" where one of `words` was typed into a chat in which
    nothing else is open: then it may well answer a push.
    """

    def known(act: Callable[[Turn, str], None]) -> Callable[[Turn, str], None]:
        PUSHED[verb] = act
        SPOKEN.update(dict.fromkeys(words, verb))
        return act

    return known


@command("help", "帮助", "?", "help", "怎么用")
def help_(turn: Turn) -> None:
    """Help, and back to the same step."""
    turn.tapped = False
    turn.say("help")
    turn.prompt()


@command("lang", "english", "中文", "language", "语言")
def switch_language(turn: Turn) -> None:
    turn.talk.lang = LANGUAGES[(LANGUAGES.index(turn.talk.lang) + 1) % len(LANGUAGES)]
    turn.prompt()


@command("back", "返回", "上一步", "back")
def back(turn: Turn) -> None:
    """One step back by the table; from the first step of a talk, to the talk below or
    the first screen.
    """
    if turn.talk.moved("back"):
        turn.prompt()
    elif turn.talk.under is not None:
        resume(turn)
    else:
        if turn.talk.dialog != FIRST:
            enter(turn, FIRST)
        turn.prompt()


def enter(turn: Turn, dialog: str) -> None:
    """Go over to a dialog; a draft waits below as it is."""
    talk = turn.talk
    newest = DIALOGS[dialog, NEWEST[dialog]]
    if talk.dialog == FIRST != dialog and talk.answers:
        talk.under = {
            name: value for name, value in talk.plain().items() if name in _LAYER
        }
    talk.dialog, talk.version = dialog, newest.version
    talk.state, talk.answers = next(iter(newest.states)), {}


def leave(turn: Turn) -> None:
    """End this dialog on the person's wish."""
    if turn.talk.under is None:
        turn.say("goodbye")
    resume(turn)


def resume(turn: Turn) -> None:
    """End this dialog; the one below, if any, goes on where it was."""
    talk = turn.talk
    if talk.under is None:
        talk.over = True
        return
    below, talk.under = talk.under, None
    talk.dialog, talk.version, talk.answers = (
        below["dialog"],
        below["version"],
        below["answers"],
    )
    talk.state = DIALOGS[talk.dialog, talk.version].states(below["state"])
    turn.tapped = False
    turn.prompt()


_LAYER = ("dialog", "version", "state", "answers")


def discard(turn: Turn) -> None:
    """Let the talk go with all its pictures."""
    if pictures := turn.talk.pictures:
        turn.do(DropPictures(tuple(pictures)))
    turn.talk.over = True
