"""The talk engine: one event in, actions out, `talk` moved on. Pure, and it names no
dialog.

Where a talk may go stands in the dialog's transition table and nowhere else; what every
step understands is told by `dialogs/commands.py` and by the dialogs themselves.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

import msgspec

from dialogs.assent import assents, assents_to_something_else, take_nod
from dialogs.commands import COMMANDS
from dialogs.draft import SEND
from dialogs.emergency import RESUME
from dialogs.hearing import DOUBT_STEP, hear, leave_unwritten, wants_it_written
from dialogs.meaning import Intent
from dialogs.placeholders import stands_for_something
from dialogs.plain import plain_word
from dialogs.talk import (
    WRITE_IN,
    Act,
    Aside,
    Command,
    Dialog,
    Doubt,
    LastSaid,
    Layer,
    PushAct,
    PushAnswer,
    Talk,
    Turn,
    Unknown,
    first_of,
    said_once,
)
from dialogs.texts import phrase, phrases
from dialogs.words import (
    Action,
    Button,
    DropPictures,
    Edited,
    Event,
    Found,
    LastReceipt,
    Message,
    Pictured,
    Pressed,
    Query,
    Rang,
    Said,
    Together,
    Unreadable,
    Wipe,
)

phrase("stale", "这一步已经过去了，请看最新的一条。")
phrase("pressed.sent", "已经送出了，只算一次。")
phrase(
    "pressed.over",
    "这一步已经过去了，现在没有没送出的内容。想反映什么，直接说一句话就行。",
)
phrase("draft.gone", "上一份没送出的内容到时间清掉了。")
phrase("draft.damaged", "上一份没送出的内容损坏了，打不开。对不起，请再说一遍。")
phrase(
    "draft.waiting", "您有一段没写完的话，明天这时候以前会自动清除。点开就能接着写。"
)
phrase(
    "edited.sent",
    "您改的没有跟着改。还没送出的，直接说“不是……，是……”；已经送出的，说“更正：……”。",
)
phrases(
    "declined",
    file="这类文件还收不了，请截图后发图片，或把要点写成文字。",
    other="这个这里看不了，也没有保存。请用一句话说说，或截图发图片。",
    too_large="图片超过20MB了，请裁小或截图后再发。",
    too_many="图片最多放6张，请先去掉一张，或把要点写成文字。",
    broken="这张图片打不开，请重新截图再发。",
    empty="没有看到内容，请写一句话再发。",
    voice="暂时听不了语音，请用文字说，或用输入法的语音转文字。",
    video="视频还收不了，请截几张图发来，或把要点写成文字。",
    location="不需要定位，也没有保存。地点写个大概就行。",
    contact="不需要名片，也没有保存。请用文字说事。",
    sticker="看到表情了。请用一句话说说是什么事。",
    here="这一步用不上图片，没有保存。回到预览再发就行。",
)


class Dialogs:
    """The dialogs of a hotline, and the one door through which their events come.

    Construct once, with every version of every dialog that a stored talk may name;
    exactly one name opens chats. Raises: ValueError, if two understand the same word.
    """

    def __init__(self, *dialogs: Dialog[Any]) -> None:
        self.all = {(dialog.name, dialog.version): dialog for dialog in dialogs}
        oldest_first = sorted(dialogs, key=lambda dialog: dialog.version)
        self.newest = {dialog.name: dialog for dialog in oldest_first}
        self.first = first_of(self.newest)
        self._returning = next(
            (dialog.returning for dialog in self.newest.values() if dialog.returning),
            None,
        )
        self.commands: dict[str, Act] = {}
        self.pushes: dict[str, PushAct] = {}
        self._meant: dict[Intent, Act] = {}
        self._words: dict[str, str] = {}
        self._push_words: dict[str, str] = {}
        self._learn_commands(COMMANDS)
        for dialog in self.newest.values():
            self._learn_commands(dialog.commands)
            self._learn_pushes(dialog.pushes)

    def _learn_commands(self, commands: Sequence[Command]) -> None:
        for command in commands:
            self.commands[command.name] = command.act
            self._meant |= dict.fromkeys(command.intents, command.act)
            words = (f"/{command.name}", *command.words)
            _teach(self._words, words, command.name)

    def _learn_pushes(self, answers: Sequence[PushAnswer]) -> None:
        for answer in answers:
            self.pushes[answer.verb] = answer.act
            _teach(self._push_words, answer.words, answer.verb)

    def knows(self, name: str) -> bool:
        """Whether there is a command of this name."""
        return name in self.commands

    def welcome(self) -> Message:
        """The first screen as everybody sees it, without a talk; its buttons are
        commands.
        """
        step = self.first.step_of[self.first.beginning]
        buttons = () if callable(step.buttons) else tuple(step.buttons)
        return Message(step.name, buttons=buttons)

    def begin(
        self, *, report: str, key: str, stream: str, tag: str, lang: str = "zh"
    ) -> Talk:
        """A new talk; the first four are fresh random hex."""
        return Talk(
            self.first,
            self.first.beginning,
            self.first.answers(),
            report=report,
            key=key,
            stream=stream,
            tag=tag,
            lang=lang,
        )

    def receive(self, talk: Talk, event: Event | Found) -> list[Action]:
        """Take one event in, move `talk` on, and hand out what should happen, in order.

        Returns: actions; or exactly one `Look`, with `talk` untouched: answer it and
        come again with `Found`.
        """
        known: Mapping[Query[Any], Any] = {}
        if isinstance(event, Found):
            known = event.known
            event = event.event
        before = _values(talk)
        gone = self._let_go(talk, event)
        found = Layer(talk.dialog, talk.state, talk.answers)
        talk.answers = copy.copy(talk.answers)
        turn: Turn[Any] = Turn(
            talk=talk,
            event=event,
            known=known,
            dialogs=self.newest,
            commands=self.commands,
            meant=self._meant,
            returning=self._returning,
            tapped=isinstance(event, Pressed | Edited),
            before=found,
            overlay=DOUBT_STEP if talk.doubt else None,
        )
        try:
            if gone is not None:
                turn.do(gone)
                turn.say("draft.gone")
            self._hear(turn, event)
        except Unknown as unknown:
            for name, value in zip(_FIELDS, before, strict=True):
                setattr(talk, name, value)
            return [unknown.look]
        turn.note_last()
        return turn.actions

    # ── what any step understands comes first, then the step itself ───────────────────

    def _let_go(self, talk: Talk, event: Event) -> DropPictures | None:
        """A draft whose time has come, while its bell has not rung yet: what is said
        now does not join it. Returns: what goes with it; None where it stays.
        """
        is_over = 0 < talk.expires <= event.at.timestamp()
        if not is_over or isinstance(event, Rang):
            return None
        pictures = tuple(talk.pictures)
        talk.dialog = self.first
        talk.state = self.first.beginning
        talk.answers = self.first.answers()
        talk.under = None
        talk.aside = None
        talk.doubt = None
        talk.alarm = ""
        talk.later = ""
        talk.reminded = False
        talk.expires = 0
        return DropPictures(pictures)

    def _hear(self, turn: Turn[Any], event: Event) -> None:
        """Whatever no step understands is answered too."""
        reply = event.reply if isinstance(event, Said | Pictured) else None
        if reply and not self._reply(turn, reply):
            if isinstance(event, Pictured):
                turn.do(DropPictures((event.picture.id,)))
            return
        step = turn.step
        match event:
            case Said(receipts=receipts) if receipts:
                self._receipts(turn, event)
            case Said(text=said):
                self._listen(turn, said)
            case Pressed():
                self._press(turn, event)
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
                _change(turn, event)
            case Together():
                self._together(turn, event)
            case Rang():
                _ring(turn, event)

    def _receipts(self, turn: Turn[Any], said: Said) -> None:
        """Every dialog that wants to know of receipts is told; what was said beside
        them is heard where they led to. Where it tells of danger nothing is seen but
        the number.
        """
        leave_unwritten(turn)
        rest = said.text
        for dialog in self.newest.values():
            if dialog.receipts is not None:
                rest = dialog.receipts(turn, said.receipts, rest)
        told = len(turn.actions)
        if rest and not turn.talk.over:
            turn.event = replace(said, text=rest, receipts=())
            turn.arrive()
            self._listen(turn, rest)
            if turn.talk.alarm:
                del turn.actions[:told]

    def _reply(self, turn: Turn[Any], handle: str) -> bool:
        """What a push was about is opened: what comes now belongs there. False where it
        must not be heard.
        """
        leave_unwritten(turn)
        takers = [dialog.reply for dialog in self.newest.values() if dialog.reply]
        is_heard = all(take(turn, handle) for take in takers)
        turn.arrive()
        return is_heard

    def _together(self, turn: Turn[Any], event: Together) -> None:
        """One part after the other; of prompts, and of what is said several times, only
        the last is told.
        """
        for part in event.parts:
            if not turn.talk.over:
                turn.event = part
                self._hear(turn, part)
            elif isinstance(part, Pictured):
                turn.do(DropPictures((part.picture.id,)))
        turn.actions[:] = said_once(turn.actions)

    def _listen(self, turn: Turn[Any], said: str) -> None:
        """Commands in words, then the buttons by number or label, then what the words
        mean.
        """
        word = plain_word(said)
        command = self._words.get(word)
        if turn.talk.aside and wants_it_written(word):
            command = WRITE_IN.choice
        if not turn.talk.alarm and command != WRITE_IN.choice:
            turn.talk.aside = None
        if command:
            leave_unwritten(turn)
            if not _returns(turn, command):
                self.commands[command](turn)
        elif turn.talk.idle and (verb := self._push_words.get(word)):
            self.pushes[verb](turn, "")
        elif assents(word) and turn.talk.alarm:
            self._understand(turn, said)
        elif assents_to_something_else(turn, word):
            take_nod(turn, word)
        elif choice := _meant(turn, turn.step.offers(turn), word):
            turn.tap(choice)
        elif _no_button(word) and turn.step.asked != "open":
            turn.again()
        elif stands_for_something(said):
            turn.say("declined.record")
            turn.prompt()
        else:
            turn.talk.lang = language_of(said) or turn.talk.lang
            self._understand(turn, said)

    @staticmethod
    def _understand(turn: Turn[Any], said: str) -> None:
        if turn.overlay is not None or not turn.step.hears:
            turn.read(said)
        else:
            hear(turn, said)

    def _press(self, turn: Turn[Any], event: Pressed) -> None:
        """A button of a push, or of the open prompt; of an older one, the open step is
        only shown again.
        """
        name, _, argument = event.choice.partition(":")
        is_open = event.mark == turn.talk.open_mark and _offered(turn, event.choice)
        if not is_open and name != WRITE_IN.choice:
            leave_unwritten(turn)
        if name not in (WRITE_IN.choice, RESUME.choice) and not turn.talk.alarm:
            turn.talk.aside = None
        if argument and not event.mark and name in self.pushes:
            self.pushes[name](turn, argument)
        elif name in self.commands:
            self.commands[name](turn)
        elif is_open:
            turn.tap(event.choice)
        else:
            _press_late(turn, event)

    # ── how a talk is stored ──────────────────────────────────────────────────────────

    def store(self, talk: Talk) -> StoredTalk:
        """A talk as plain values, for `load`."""
        return StoredTalk(
            **_stored(talk.dialog, talk.state, talk.answers),
            report=talk.report,
            key=talk.key,
            stream=talk.stream,
            tag=talk.tag,
            lang=talk.lang,
            mark=talk.mark,
            under=_below(talk.under),
            aside=talk.aside,
            doubt=talk.doubt,
            alarm=talk.alarm,
            later=talk.later,
            reminded=talk.reminded,
            expires=talk.expires,
            over=talk.over,
            by_tap=talk.by_tap,
            last=talk.last,
        )

    def load(self, stored: StoredTalk) -> Talk:
        """Back from `store`. Raises: msgspec.ValidationError, if it is no talk;
        KeyError, if nobody knows its dialog any more.
        """
        layer = self._layer(stored)
        return Talk(
            layer.dialog,
            layer.state,
            layer.answers,
            report=stored.report,
            key=stored.key,
            stream=stored.stream,
            tag=stored.tag,
            lang=stored.lang,
            mark=stored.mark,
            under=self._layer(stored.under) if stored.under else None,
            aside=stored.aside,
            doubt=stored.doubt,
            alarm=stored.alarm,
            later=stored.later,
            reminded=stored.reminded,
            expires=stored.expires,
            over=stored.over,
            by_tap=stored.by_tap,
            last=stored.last,
        )

    def _layer(self, stored: StoredLayer) -> Layer:
        dialog = self.all[stored.dialog, stored.version]
        answers = msgspec.convert(stored.answers, dialog.answers)
        return Layer(dialog, dialog.states(stored.state), answers)


class StoredLayer(msgspec.Struct):
    """A dialog as it is stored; persisted names, never changed."""

    dialog: str
    version: int
    state: str
    answers: dict[str, Any]


class StoredTalk(StoredLayer, kw_only=True):
    """A talk as it is stored; persisted names, never changed."""

    report: str
    key: str
    stream: str
    tag: str
    lang: str = "zh"
    mark: int = 0
    under: StoredLayer | None = None
    aside: Aside | None = None
    doubt: Doubt | None = None
    alarm: str = ""
    later: str = ""
    reminded: bool = False
    expires: int = 0
    over: bool = False
    by_tap: bool = False
    last: LastSaid = "question"


def language_of(said: str) -> str | None:
    """In which language a person writes, so as to be answered in it; None if it cannot
    be told from so few words.
    """
    said = said[:TOLD_BY]
    if len(CHINESE_LETTERS.findall(said)) > 1:
        return "zh"
    return "en" if len(ENGLISH_WORDS.findall(said)) >= ENGLISH_FROM else None


CHINESE_LETTERS = re.compile(r"[\u3400-\u9fff]")
ENGLISH_WORDS = re.compile(r"\b[A-Za-z]{2,}\b")
ENGLISH_FROM = 4  # words
TOLD_BY = 500  # characters: who has written so many in one language writes it


_FIELDS = [item.name for item in fields(Talk)]
_values = attrgetter(*_FIELDS)


def _stored(dialog: Dialog[Any], state: Any, answers: Any) -> dict[str, Any]:
    return {
        "dialog": dialog.name,
        "version": dialog.version,
        "state": state.value,
        "answers": msgspec.to_builtins(answers),
    }


def _below(layer: Layer | None) -> StoredLayer | None:
    if layer is None:
        return None
    return StoredLayer(**_stored(layer.dialog, layer.state, layer.answers))


def _returns(turn: Turn[Any], command: str) -> bool:
    """Whether a command means something else to who comes back with nothing open."""
    if not turn.talk.idle or turn.returning is None:
        return False
    act = turn.returning.commands.get(command)
    return act is not None and act(turn)


def _teach(known: dict[str, str], words: Sequence[str], name: str) -> None:
    for word in words:
        if known.setdefault(word, name) != name:
            raise ValueError(f"{word!r} means both {known[word]} and {name}")


def _change(turn: Turn[Any], event: Edited) -> None:
    """Words were changed after they had been said: the draft follows, what has been
    sent does not.
    """
    follow = turn.talk.dialog.edited
    if follow and event.old and follow(turn, event.old.strip(), event.new.strip()):
        return
    turn.tapped = False
    turn.say("edited.sent")


def _press_late(turn: Turn[Any], event: Pressed) -> None:
    """A button of a prompt that is not open any more. Whoever tapped twice is told what
    the first tap did; a step that goes on is shown once more.
    """
    talk = turn.talk
    is_of_this_talk = event.mark.startswith(talk.tag)
    if talk.by_tap and event.mark == talk.mark_before:
        turn.prompt()  # in its place: it is what the first tap led to
        return
    turn.tapped = False
    was_filed = event.choice == SEND.choice and not is_of_this_talk
    if was_filed and turn.look(LastReceipt()) is not None:
        turn.say("pressed.sent")
    elif talk.idle:
        turn.say("pressed.over")
    else:
        turn.say("stale")
    if not talk.idle:
        turn.prompt()


def _ring(turn: Turn[Any], event: Rang) -> None:
    match event.bell:
        case "again":
            if not turn.talk.idle:
                turn.prompt()
        case "remind":
            turn.talk.reminded = True
            if turn.talk.unsent:
                turn.say("draft.waiting")
        case "expire":
            turn.discard()
            turn.do(Wipe())


def _no_button(word: str) -> bool:
    """A number that no button has: meant as a choice all the same."""
    return word.isdecimal() and len(word) < 3


def _offered(turn: Turn[Any], choice: str) -> bool:
    """Whether this step takes the choice now; one with an argument is checked by the
    step itself.
    """
    name, _, argument = choice.partition(":")
    if name not in turn.step.pressed:
        return False
    return bool(argument) or choice in [
        button.choice for button in turn.step.offers(turn)
    ]


def _meant(turn: Turn[Any], buttons: Sequence[Button], word: str) -> str | None:
    """Which button a typed word means: its number, its label or its choice."""
    if word.isdecimal() and 1 <= int(word) <= len(buttons):
        return buttons[int(word) - 1].choice
    for button in buttons:
        label = plain_word(turn.t(button.label, **button.params))
        if word and word in (label, button.choice):
            return button.choice
    return turn.step.words.get(word)
