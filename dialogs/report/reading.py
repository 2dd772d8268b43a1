"""A report's words are taken over and understood."""

from __future__ import annotations

from msgspec import UNSET

from dialogs import draft
from dialogs.report.table import ASKING, ReportState, ReportTurn
from dialogs.texts import phrase
from dialogs.understand import Understanding
from dialogs.words import Picture, Read

phrase("picture.more", "图片收到了（{number}张），还没有送出。再用一句话说说是什么事。")


def take_sentence(turn: ReportTurn, sentence: str) -> bool:
    """The first words, or more of them: read, understood, and on to the preview or one
    question.
    """
    return take_text(turn, joined(turn, sentence), "understood")


def add_sentence(turn: ReportTurn, sentence: str) -> bool:
    """More words, while the preview stands."""
    return take_text(turn, joined(turn, sentence), None)


def rewrite(turn: ReportTurn, words: str) -> bool:
    return take_text(turn, words.strip(), "done")


def joined(turn: ReportTurn, new: str) -> str:
    old = turn.answers.text
    return f"{old}\n{new.strip()}" if old else new.strip()


def take_text(turn: ReportTurn, text: str, trigger: str | None) -> bool:
    """trigger: where to go with it; None stays where it is."""
    if not text:
        return False
    if draft.fits(turn, text):
        reading = turn.look(Read(text))
        draft.put_text(turn, text, reading.masks)
        keep(turn, reading.understood)
    if trigger and turn.answers.text == text:
        turn.go(trigger)
    else:
        turn.prompt()
    return True


def keep(turn: ReportTurn, found: Understanding) -> None:
    """Keep what was understood; what the reporter set by hand stays."""
    answers = turn.answers
    answers.codes = found.categories
    answers.in_scope = found.in_scope or answers.anyway
    answers.sure = found.clear or answers.by_hand
    answers.signpost = found.signpost
    answers.alarm = found.alarm
    answers.kind = found.kind
    answers.unit_level = found.unit_level
    answers.counts = found.counts
    answers.urgent = found.urgent
    answers.because = found.because
    answers.found_place = found.place
    if not answers.by_hand:
        answers.category = found.categories[0]
    if found.unit is not None and answers.unit is UNSET:
        answers.unit = found.unit
    if found.place is not None and answers.place is UNSET:
        answers.place = found.place


def edited(turn: ReportTurn, old: str, new: str) -> bool:
    """Words were changed after they had been said: the draft follows."""
    words = draft.changed(turn, old, new)
    if words is None:
        return False
    before_preview = turn.talk.state in ASKING
    take_text(turn, words, "understood" if before_preview else None)
    return True


def take_picture(turn: ReportTurn, picture: Picture, replaces: str | None) -> None:
    draft.add_picture(turn, picture, replaces)
    if turn.talk.state is ReportState.START:
        turn.say("picture.more", number=len(turn.answers.pictures))
    else:
        turn.prompt()
