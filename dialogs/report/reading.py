"""A report's words are taken over and understood."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from dialogs import draft
from dialogs.meaning.pieces import longest_common
from dialogs.report.table import ASKING, CHIPS, ReportState, ReportTurn
from dialogs.texts import phrase
from dialogs.understand import Understanding
from dialogs.words import Picture, Read

phrase("signpost.left", "刚才那句“{words}”放在一边，没有写进来。")
phrase(
    "text.added",
    "“{words}”加在后面了，原来写的还在。想整段换掉，请把整段重新写一遍。",
)
SHARED_FROM = 3  # characters in a row
phrase("picture.more", "图片收到了（{number}张），还没有送出。再用一句话说说是什么事。")


def take_sentence(turn: ReportTurn, sentence: str) -> bool:
    """The first words, or more of them: read, understood, and on to the preview or one
    question.
    """
    return take_text(turn, joined(turn, sentence), "understood")


def hear_afresh(turn: ReportTurn, sentence: str) -> bool:
    """What is said under a signpost: a matter that is ours by itself leaves the refused
    words behind; else it tells more of them.
    """
    alone = turn.look(Read(sentence.strip())).understood
    tells_who_wants_what = alone.unit is not None and alone.categories[0] != "other"
    if alone.in_scope and (alone.clear or tells_who_wants_what):
        turn.say("signpost.left", words=draft.shorten(turn.answers.text, 20))
        return take_text(turn, sentence.strip(), "understood")
    return take_sentence(turn, sentence)


def add_sentence(turn: ReportTurn, sentence: str) -> bool:
    """More words, while the preview stands."""
    return take_text(turn, joined(turn, sentence), None)


def write(turn: ReportTurn, words: str) -> None:
    """Take words into the text, whatever step is open."""
    to_preview(turn)
    asking = turn.talk.state in ASKING
    take_text(turn, joined(turn, words), "understood" if asking else None)


def rewrite(turn: ReportTurn, words: str) -> bool:
    """The text anew; words that are no new wording of it are more of it."""
    new = words.strip()
    if new and _only_adds(turn.answers.text, new):
        turn.say("text.added", words=draft.shorten(new, 20))
        turn.tapped = False
        return take_text(turn, joined(turn, new), "done")
    return take_text(turn, new, "done")


def _only_adds(old: str, new: str) -> bool:
    """Whether words are much shorter than the text and share hardly any with it."""
    return 2 * len(new) < len(old) and len(longest_common(new, old)) < SHARED_FROM


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


def retake(turn: ReportTurn, text: str) -> None:
    """Read a text that was changed at somebody's wish; shows nothing."""
    reading = turn.look(Read(text))
    draft.put_text(turn, text, reading.masks)
    keep(turn, reading.understood)


def keep(turn: ReportTurn, found: Understanding) -> None:
    """Keep what was understood; what the reporter set by hand stays."""
    answers = turn.answers
    answers.codes = found.categories
    answers.category_asked |= turn.talk.state is ReportState.CATEGORY
    answers.in_scope = found.in_scope or answers.anyway
    answers.sure = found.clear or answers.by_hand or answers.category_asked
    answers.signpost = found.signpost
    answers.kind = found.kind
    answers.unit_level = found.unit_level
    answers.counts = found.counts
    answers.urgent = answers.urgent_said or found.urgent
    answers.because = found.because
    if not answers.by_hand:
        answers.category = found.categories[0]
    answers.unit = _followed(answers.unit, answers.found_unit, found.unit)
    answers.place = _followed(answers.place, answers.found_place, found.place)
    answers.when = _followed(answers.when, answers.found_when, found.when)
    answers.found_unit = found.unit
    answers.found_place = found.place
    answers.found_when = found.when


def _followed(
    value: str | UnsetType | None, was_found: str | None, found: str | None
) -> str | UnsetType | None:
    """What was only understood follows the words, and goes with them; what was said or
    left out by hand stays.
    """
    is_understood = was_found is not None and value == was_found
    if value is UNSET or is_understood:
        return found or UNSET
    return value


# ── where a wish leaves the reporter ──────────────────────────────────────────────────


def to_preview(turn: ReportTurn) -> None:
    """Leave a chip for the preview, or the question whether to stop for where it was
    asked, without a word.
    """
    if turn.talk.state in CHIPS:
        turn.talk.move("done")
    elif turn.talk.state is ReportState.CANCEL:
        turn.talk.move("back")


def shown_again(turn: ReportTurn) -> None:
    """The open step once more, or the preview where a chip was open."""
    to_preview(turn)
    turn.tapped = False
    if turn.talk.state in (ReportState.SIGNPOST, ReportState.CATEGORY):
        turn.go("understood")  # it may be clear now
    else:
        turn.prompt()


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
