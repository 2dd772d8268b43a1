"""A talk, the dialog it runs by, and one turn of it. Pure: plain values, and the moves
that a table allows.

A dialog is one thing to add: its states, its table, its steps with their words, what it
keeps, and which commands and pushes it answers stand in one `Dialog`. A step that asks
is the step that listens: to a meaning where it knows what to do with it, else to words.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Generic, Literal, TypeVar

import msgspec
from transitions import Machine, MachineError

from dialogs import looks
from dialogs.meaning import Intent, Meaning, Moment
from dialogs.texts import phrase, text
from dialogs.words import (
    Action,
    Button,
    DropPictures,
    Event,
    Look,
    Message,
    Params,
    Picture,
    Query,
    Say,
)

T = TypeVar("T")
A = TypeVar("A", bound="Answers")
Kept = TypeVar("Kept", bound="Answers", covariant=True)
Act = Callable[["Turn[Any]"], None]
PushAct = Callable[["Turn[Any]", str], None]
Mean = Callable[["Turn[Any]", "Heard"], None]

# The open step's own question; that it still stands; something else.
LastSaid = Literal["question", "reminder", "aside"]

phrase("goodbye", "好的，已结束。想反映时，直接说一句话就行。")
looks.message("understood", "我理解为：{what}。", "notice")
WRITE_IN = looks.button("write_in", "不是，这是要写进去的话", role="inline")
WRITE_IN_TOO = looks.button("write_in", "这句也写进去", role="inline", name="write_too")


@dataclass(frozen=True, slots=True)
class Heard:
    """A person's words and what they mean, here and now."""

    words: str
    meaning: Meaning


class DeadEnd(Exception):
    """No row of the table leads on: our bug, never the reporter's. Names
    states only.
    """


class Answers(msgspec.Struct, omit_defaults=True):
    """What a dialog keeps between two events; each dialog adds its own fields.

    Values are immutable or replaced as a whole, so that a shallow copy is a copy.
    """

    pictures: tuple[Picture, ...] = ()

    @property
    def empty(self) -> bool:
        return self == type(self)()

    @property
    def unsent(self) -> bool:
        """Something was written that has not gone out."""
        return not self.empty


# ── what a dialog is ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Step(Generic[A]):
    """One screen, whole: what it asks, which buttons it offers, what it makes of an
    answer.

    title: Chinese, for the map of the dialogs. ask, again: Chinese sentences, known as
    the phrases `name` and "name.again"; the second is for an answer that does not fit.
    short: for a long `ask` that stands on the screen already, after something was said
    in between; known as "name.short".
    name: the state's value where nothing else is given. show: parameters of `ask`.
    buttons: offered now, in order. pressed: by the choice's name before any colon; gets
    the argument after it. words: what else
    names a button, word by word. read: free text; False means "say it again". pictured:
    listens to pictures. kind: how `ask` wants to be drawn.
    """

    state: Enum
    _: KW_ONLY
    title: str
    ask: str
    again: str
    short: str = ""
    name: str = ""
    kind: looks.Kind = "text"
    show: Callable[[Turn[A]], Params] = lambda turn: {}
    buttons: Sequence[Button] | Callable[[Turn[A]], Sequence[Button]] = ()
    pressed: Mapping[str, Callable[[Turn[A], str], None]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[Turn[A], str], bool] | None = None
    pictured: Callable[[Turn[A], Picture, str | None], None] | None = None
    hears: str = ""
    asked: Literal["no", "open", "choices"] = "no"
    means: Mapping[Intent, Mean] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name = self.name or self.state.value
        object.__setattr__(self, "name", name)
        looks.message(name, self.ask, self.kind)
        phrase(f"{name}.again", self.again)
        if self.short:
            looks.message(f"{name}.short", self.short, "reminder")

    def offers(self, turn: Turn[A]) -> tuple[Button, ...]:
        buttons = self.buttons(turn) if callable(self.buttons) else self.buttons
        return tuple(buttons)


@dataclass(frozen=True, slots=True)
class Command:
    """Understood at every step of every dialog: as "/name", as these words, as a
    button called `name`, and in free words of these intents.
    """

    name: str
    words: tuple[str, ...]
    act: Act
    intents: tuple[Intent, ...] = ()


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """Answers a push's button "verb:handle", anywhere.

    act: gets the handle of the report, "" where one of `words` was typed into a chat in
    which nothing else is open: then it may well answer a push.
    """

    verb: str
    words: tuple[str, ...]
    act: PushAct


@dataclass(frozen=True, slots=True)
class Returning:
    """What a dialog makes of a person who comes back with nothing open.

    moment: when the message is said; None where nothing speaks for this dialog. means:
    what it does with what the message means, by intent, if it spoke for the dialog.
    commands: what it does where one of these was typed; False leaves it to the command.
    """

    moment: Callable[[Turn[Any]], Moment | None]
    means: Mapping[Intent, Mean]
    commands: Mapping[str, Callable[[Turn[Any]], bool]] = field(default_factory=dict)


def leave(turn: Turn[Any]) -> None:
    """End a dialog on the person's wish."""
    if turn.talk.under is None:
        turn.say("goodbye")
    turn.resume()


@dataclass(frozen=True, eq=False, kw_only=True)
class Dialog(Generic[A]):
    """A named, versioned dialog: a draft begun under a version is finished under it.

    title: Chinese, for the map of the dialogs. transitions: rows of
    `[trigger, from, to, only if …]`; an "only if" is a function of the talk. answers:
    what it keeps. ends: states without a step, with their titles. opens_chat: a chat
    begins with it, and an empty talk of it need not be kept. cancel: what 取消 does.
    edited: takes (old words, new words) into its draft; False where the old ones do not
    stand in it. receipts: takes receipts (or MISTYPED) that were said in any dialog and
    the words beside them; returns what of these is still to be heard. reply: opens what
    a push was about, by its handle, and shows nothing; False where what was said must
    not be heard there. notices: takes words before any step does; False where they are
    none of its concern. moment: when a message is said, for its reading. write: takes
    words into its text, whatever step is open. means: what any of its steps does with
    what a message means, by intent. loses_nothing: whether words may be taken as they
    were read without asking, since nothing of them is lost. returning: what it makes of
    a person with nothing open.
    """

    name: str
    version: int
    title: str
    states: type[Enum]
    transitions: list[list[Any]]
    steps: Sequence[Step[A]]
    answers: type[A]
    ends: Mapping[Enum, str] = field(default_factory=dict)
    commands: Sequence[Command] = ()
    pushes: Sequence[PushAnswer] = ()
    opens_chat: bool = False
    cancel: Callable[[Turn[A]], None] = leave
    edited: Callable[[Turn[A], str, str], bool] | None = None
    receipts: Callable[[Turn[Any], Sequence[str], str], str] | None = None
    reply: Callable[[Turn[Any], str], bool] | None = None
    notices: Callable[[Turn[Any], Heard], bool] | None = None
    moment: Callable[[Turn[A]], Moment] = lambda turn: turn.moment()
    write: Callable[[Turn[A], str], None] | None = None
    means: Mapping[Intent, Mean] = field(default_factory=dict)
    loses_nothing: Callable[[Turn[A], Heard], bool] = lambda turn, heard: False
    returning: Returning | None = None
    machine: Machine = field(init=False)
    step_of: Mapping[Enum, Step[A]] = field(init=False)

    def __post_init__(self) -> None:
        machine = Machine(
            model=None,
            states=self.states,
            transitions=self.transitions,
            initial=self.beginning,
            auto_transitions=False,
        )
        object.__setattr__(self, "machine", machine)
        object.__setattr__(self, "step_of", {step.state: step for step in self.steps})

    @property
    def beginning(self) -> Enum:
        return next(iter(self.states))


# ── a talk and its turn ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Layer:
    """A dialog that waits below the open one, as it was left."""

    dialog: Dialog[Any]
    state: Enum
    answers: Answers


class Aside(msgspec.Struct, frozen=True):
    """Words that were taken for something else than text: one tap writes them in.

    state, answers: as they stood, where the reading changed them; else "" and None.
    """

    words: str
    state: str = ""
    answers: dict[str, Any] | None = None


class Doubt(msgspec.Struct, frozen=True):
    """Words that may be a wish or a piece of the text: it was asked which.

    rather_text: they were read as text first, and as the wish after that.
    """

    words: str
    intent: Intent
    args: dict[str, Any] = {}
    old: str | None = None
    then: tuple[Intent, ...] = ()
    rather_text: bool = False

    @property
    def heard(self) -> Heard:
        meaning = Meaning(self.intent, self.args, old=self.old, then=self.then)
        return Heard(self.words, meaning)


@dataclass(slots=True)
class Talk:
    """One person's dialog so far; sealed between two events, at most 24 hours.

    `report`, `key` and `stream` are drawn at birth (hex): the id, data key and outbox
    stream that the report will have, so that nothing has to be sealed anew when it is
    filed. `tag` is drawn too: with `mark`, which counts prompts, it names a prompt to
    the messenger and tells nothing of the report. `under` is what waits below (a draft,
    while its reporter looks up a receipt). `aside`, `doubt`: words that are not in the
    text, until the next message. `alarm`: the number that was told, while somebody may
    still be in danger. `later`: words of another matter, for a talk of its own.
    `by_tap`: it was a tap that led to the open prompt. `last`: what was said last.
    """

    dialog: Dialog[Any]
    state: Enum
    answers: Any  # of the type that the dialog keeps
    report: str
    key: str
    stream: str
    tag: str
    lang: str = "zh"
    mark: int = 0
    under: Layer | None = None
    aside: Aside | None = None
    doubt: Doubt | None = None
    alarm: str = ""
    later: str = ""
    reminded: bool = False
    # a whole hour, seconds since 1970 UTC; set by whoever stores the talk
    expires: int = 0
    over: bool = False
    by_tap: bool = False
    last: LastSaid = "question"

    @property
    def idle(self) -> bool:
        """Nothing in it is worth keeping."""
        waits = self.under or self.aside or self.doubt or self.alarm
        return self.dialog.opens_chat and self.answers.empty and not waits

    @property
    def unsent(self) -> bool:
        """Something was written that has not gone out; who only looked at a story wrote
        nothing.
        """
        return self.under is not None or self.answers.unsent

    @property
    def pictures(self) -> list[str]:
        """Media ids of all its pictures, those of the dialog below included."""
        waiting = self.under.answers.pictures if self.under else ()
        return [picture.id for picture in (*self.answers.pictures, *waiting)]

    def move(self, trigger: str) -> None:
        """Take the row of the table that fits. Raises DeadEnd where none does."""
        was = self.state
        if not self.moved(trigger):
            name = f"{self.dialog.name}@{self.dialog.version}"
            raise DeadEnd(f"{name}: {trigger} leads nowhere from {was.value}")

    def moved(self, trigger: str) -> bool:
        """Take the row of the table that fits; False where none does."""
        event = self.dialog.machine.events.get(trigger)
        if event is None:
            return False
        try:
            return bool(event.trigger(self, self))
        except MachineError:
            return False

    @property
    def mark_before(self) -> str:
        """Names the prompt that was open before this one."""
        return f"{self.tag}{self.mark - 1}" if self.mark > 1 else ""

    @property
    def open_mark(self) -> str:
        """Names the prompt that is open: differs between drafts, and from prompt to
        prompt of one draft.
        """
        return f"{self.tag}{self.mark}"


class Unknown(Exception):
    """The turn has to know the answer to this first."""

    def __init__(self, query: Query[Any]) -> None:
        self.look = Look(query)


@dataclass(slots=True)
class Turn(Generic[Kept]):
    """What a step works with: the talk, the event, what was looked up, and the actions
    so far.

    dialogs: the newest of each name. commands: by name; meant: those that free words
    may mean, by intent. returning: who hears a person with nothing open. tapped: a
    button was pressed, so the next prompt may replace the last one. before: the dialog
    as the event found it. overlay: a question that stands before the dialog's own step.
    """

    talk: Talk
    event: Event
    known: Mapping[Query[Any], Any]
    dialogs: Mapping[str, Dialog[Any]]
    commands: Mapping[str, Act]
    meant: Mapping[Intent, Act]
    returning: Returning | None
    tapped: bool
    before: Layer
    overlay: Step[Any] | None = None
    actions: list[Action] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.event.at

    @property
    def answers(self) -> Kept:
        answers: Kept = self.talk.answers
        return answers

    @property
    def step(self) -> Step[Any]:
        """What is open: a question about the last message, or the dialog's own step."""
        return self.overlay or self.talk.dialog.step_of[self.talk.state]

    @property
    def question(self) -> str | None:
        """What the open step asks, as it is seen, with its numbered choices; without
        the draft below it, whose words ask nothing.
        """
        step = self.step
        if step.asked == "no":
            return None
        shown = step.show(self)
        without_draft = {**shown, "masked": ""} if "masked" in shown else shown
        asked = self.t(step.name, **without_draft).rstrip()
        if step.asked == "open":
            return asked
        labels = [self.t(one.label, **one.params) for one in step.offers(self)]
        choices = [f"{number} {label}" for number, label in enumerate(labels, 1)]
        return " ".join([asked, *choices])

    @property
    def hours_left(self) -> int:
        """For how many hours what is unsent is still kept; a day, if just begun."""
        if not self.talk.expires:
            return 24
        left = self.talk.expires - self.at.timestamp()
        return max(1, round(left / 3600))

    def moment(self) -> Moment:
        """When this message is said, where the dialog knows nothing more of it."""
        return Moment(self.step.hears, open=self.question)

    def look(self, query: Query[T]) -> T:
        """The answer to a question; the first time round the turn stops here and comes
        again.
        """
        if query not in self.known:
            raise Unknown(query)
        answer: T = self.known[query]
        return answer

    def do(self, action: Action) -> None:
        self.actions.append(action)

    def say(
        self, name: str, /, *buttons: Button, secret: bool = False, **params: Any
    ) -> None:
        """Tell something that is no prompt; its buttons, if any, belong to no step
        (mark "").
        """
        lang = self.talk.lang
        self.do(Say(Message(name, params, buttons, lang=lang, secret=secret)))

    def t(self, name: str, /, **params: Any) -> str:
        return text(self.talk.lang, name, params)

    def understood(self, heard: Heard, name: str, /, **params: Any) -> None:
        """Tell what was made of the words; one tap undoes it and writes them in."""
        before = self.before
        answers: dict[str, Any] = msgspec.to_builtins(before.answers)
        self.talk.aside = Aside(heard.words, before.state.value, answers)
        self.say("understood", WRITE_IN, what=self.t(name, **params))

    def tell(self, heard: Heard, name: str, /, **params: Any) -> None:
        """Answer words that are no text; where it is less than certain that they are
        none, one tap writes them in all the same.
        """
        meaning = heard.meaning
        says_something = sum(map(str.isalnum, heard.words)) > 1
        is_certain = meaning.sure and not (
            meaning.intent == "unclear" and says_something
        )
        in_doubt = not is_certain and self.talk.dialog.write is not None
        if in_doubt:
            self.talk.aside = Aside(heard.words)
        buttons = [WRITE_IN_TOO] if in_doubt else []
        self.say(name, *buttons, **params)

    def go(self, trigger: str) -> None:
        """Move on by the table and show the step we came to."""
        self.talk.move(trigger)
        self.prompt()

    def prompt(self) -> None:
        """Show the open step."""
        step = self.step
        self.talk.mark += 1
        self.talk.by_tap = self.tapped
        message = Message(
            step.name,
            step.show(self),
            step.offers(self),
            mark=self.talk.open_mark,
            lang=self.talk.lang,
            replaces=self.tapped and not self.actions,
        )
        self.do(Say(message))

    def remind(self) -> None:
        """After something in between: the open step once more; where that is long, only
        that it still stands, with the button that most people press.
        """
        step = self.step
        self.tapped = False
        if not step.short:
            self.prompt()
            return
        offered = step.offers(self)
        first = [one for one in offered[:1] if looks.role_of(one.label) == "main"]
        mark = self.talk.open_mark
        name = f"{step.name}.short"
        self.do(
            Say(Message(name, buttons=tuple(first), mark=mark, lang=self.talk.lang))
        )

    def note_last(self) -> None:
        """Keep what was said last: a yes answers that, and nothing further back."""
        said = [action.message for action in self.actions if isinstance(action, Say)]
        if not said or self.talk.over:
            return
        name = said[-1].name
        last: LastSaid = "aside"
        if name == self.step.name:
            last = "question"
        elif name == f"{self.step.name}.short":
            last = "reminder"
        self.talk.last = last

    def tap(self, choice: str) -> None:
        """Do what a button of the open step does."""
        name, _, argument = choice.partition(":")
        if name in self.commands:
            self.commands[name](self)
        else:
            self.step.pressed[name](self, argument)

    def again(self) -> None:
        """This answer does not fit: say what to do, and show the step once more."""
        self.say(f"{self.step.name}.again")
        self.tapped = False
        self.prompt()

    def write(self, words: str) -> None:
        """Take words into the dialog's text, whatever step is open."""
        write = self.talk.dialog.write
        if write is None:
            self.read(words)
        else:
            write(self, words)

    def read(self, words: str) -> None:
        """Let the open step read these words; where it cannot, ask again."""
        read = self.step.read
        if read is None or not read(self, words):
            self.again()

    def enter(self, name: str) -> Turn[Any]:
        """Go over to a dialog; a draft waits below as it is. Shows nothing yet."""
        talk = self.talk
        dialog = self.dialogs[name]
        drafted = talk.dialog.opens_chat and not talk.answers.empty
        if drafted and not dialog.opens_chat:
            talk.under = Layer(talk.dialog, talk.state, talk.answers)
        talk.dialog = dialog
        talk.state = dialog.beginning
        talk.answers = dialog.answers()
        return self

    def enter_first(self) -> Turn[Any]:
        """Go over to the dialog that a chat begins with."""
        return self.enter(first_of(self.dialogs).name)

    def arrive(self) -> None:
        """What is open now is what the rest of the event finds."""
        talk = self.talk
        self.before = Layer(talk.dialog, talk.state, talk.answers)
        talk.answers = copy.copy(talk.answers)
        self.tapped = False

    def resume(self) -> None:
        """End this dialog; the one below, if any, goes on where it was."""
        talk = self.talk
        below = talk.under
        if below is None:
            talk.over = True
            return
        talk.under = None
        talk.dialog = below.dialog
        talk.state = below.state
        talk.answers = copy.copy(below.answers)
        self.tapped = False
        self.prompt()

    def discard(self) -> None:
        """Let the talk go with all its pictures."""
        if pictures := self.talk.pictures:
            self.do(DropPictures(tuple(pictures)))
        self.talk.over = True


def first_of(dialogs: Mapping[str, Dialog[Any]]) -> Dialog[Any]:
    """The dialog that a chat begins with."""
    return next(dialog for dialog in dialogs.values() if dialog.opens_chat)


def said_once(actions: Sequence[Action]) -> list[Action]:
    """Without what is said again later; one prompt is as good as another."""
    said: set[str] = set()
    kept: list[Action] = []
    for action in reversed(actions):
        name = _told_name(action)
        if name is None or name not in said:
            kept.append(action)
        if name is not None:
            said.add(name)
    return kept[::-1]


def _told_name(action: Action) -> str | None:
    if not isinstance(action, Say):
        return None
    message = action.message
    is_prompt = message.mark and looks.kind_of(message.name) != "reminder"
    return "prompt" if is_prompt else message.name
