"""What is to be added was announced: it is taken where it belongs, without the words
that announced it.
"""

from __future__ import annotations

import re
from typing import Any

from dialogs import draft
from dialogs.amending import NUMBER, same_measure
from dialogs.hearing import hear
from dialogs.meaning import Meaning
from dialogs.status.announcing import (
    Announced,
    announced,
    pointed,
    speaks_of_a_case,
)
from dialogs.status.finding import choose, story_of
from dialogs.status.hearing import open_quietly, take
from dialogs.status.returning import concerned, concerns, is_whole
from dialogs.status.story import write
from dialogs.status.table import NAME, StatusState, StatusTurn, kept
from dialogs.status.verdicts import tells
from dialogs.talk import Heard, Turn
from dialogs.texts import phrase, phrases
from dialogs.words import Tell, Told

phrase("announced.go_on", "您说，接着写就行，会加在下面。")
phrase("announced.wrong", "哪里不对？把对的写一句就行，送出前给您看一眼。")
phrases("righted", so="更正：{words}")
phrase("righted", "更正：不是{old}，是{value}")
NOT_ADDED: tuple[str, ...] = ("emergency", "ask", "withdraw", "hold_back", "receipt")
NO_WISH: tuple[str, ...] = (
    *("send", "status", "hurry", "yes", "no", "unclear", "rate", "rebound", "social"),
    *("cancel", "withdraw", "choose", "add", "answer"),
)
RIGHT: tuple[str, ...] = ("add", "answer", "correct", "new_report", "choose")
NEW: tuple[str, ...] = ("add", "answer", "new_report", "unclear")
RIGHTED = re.compile(
    rf"(?:是|应该是|其实是|改成|有)?({NUMBER}(?:多|来|几)?\D{{1,2}}?)(?:才对|了)?[。.!！]*"
)
SHOWN = 30  # characters of words that wait


def take_announced(turn: Turn[Any], heard: Heard) -> bool:
    """Whether these words announce what is to be added to a report that was filed; then
    they are taken there.
    """
    found = announced(heard.words)
    if found is None or heard.meaning.intent in NOT_ADDED:
        return False
    if kept(turn).report:
        return _add(turn, found)
    if turn.talk.unsent and turn.step.hears == "preview":
        return _add_to_draft(turn, found)
    return turn.talk.idle and _add_from_outside(turn, heard, found)


def _add_to_draft(turn: Turn[Any], found: Announced) -> bool:
    """Of what is being written; what is wrong with it the preview hears itself."""
    if found.is_right:
        return False
    if found.rest:
        hear(turn, found.rest)
    else:
        turn.say("announced.go_on")
        turn.remind()
    return True


def take_pointed(turn: Turn[Any], heard: Heard) -> bool:
    """Whether it is said which of several receipts is meant: that one is open, and the
    rest is heard there.
    """
    told = kept(turn).told
    found = pointed(heard.words) if turn.talk.state is StatusState.STORY else None
    if found is None or not 0 < found.number <= len(told):
        return False
    if story_of(turn, told[found.number - 1]) is None:
        return True
    turn.say("story.nth", number=found.number)
    turn.tapped = False
    if found.rest:
        hear(turn, found.rest)
    else:
        turn.prompt()
    return True


def _add_from_outside(turn: Turn[Any], heard: Heard, found: Announced) -> bool:
    """With nothing open: to the report just sent, the one that was asked about, or the
    only one; of several it is asked which.
    """
    reports = concerned(turn, "add")
    wants = "words" if found.rest else "add"
    if len(reports) == 1:
        opened = open_quietly(turn.enter(NAME), reports[0])
        return opened is None or _add(opened, found) or _is_over(opened, heard)
    if reports:
        choose(turn, reports, wants, words=heard.words if found.rest else "")
    elif found.rest and is_whole(turn, found.rest):
        return False
    else:
        turn.say("announced.which")
        if found.rest:
            turn.say("announced.waits", words=draft.shorten(found.rest, SHOWN))
        choose(turn, (), wants, words=heard.words if found.rest else "")
    return True


def take_told(turn: Turn[Any], heard: Heard) -> bool:
    """Whether words beside what is being written plainly tell something; then they join
    it, whatever else they were read as.
    """
    writes = turn.talk.state in (StatusState.ADD, StatusState.CHECK)
    if not writes or heard.meaning.intent not in NO_WISH or not tells(heard.words):
        return False
    write(turn, heard.words)
    return True


def take_again(turn: Turn[Any], heard: Heard) -> bool:
    """Whether words speak of a case and not of what it is: then they are of the one
    that this chat knows; where nothing leads to it any more, they wait for its receipt.
    """
    if not turn.talk.idle or not speaks_of_a_case(heard.words):
        return False
    if concerned(turn, "rebound"):
        speaks_of_more = heard.meaning.intent in NEW and "没" not in heard.words
        if speaks_of_more:
            concerns("rebound")(turn, heard)
        return speaks_of_more
    turn.say("announced.which")
    turn.say("announced.waits", words=heard.words)
    choose(turn, (), "words", words=heard.words)
    return True


def _add(turn: StatusTurn, found: Announced) -> bool:
    """At a story, or where a supplement is written; False where this is not the place
    for it.
    """
    if found.is_right and turn.talk.state is not StatusState.STORY:
        return False
    match turn.talk.state:
        case StatusState.STORY:
            return _add_at_story(turn, found)
        case StatusState.ADD if not found.rest:
            turn.prompt()
        case StatusState.CHECK if not found.rest:
            turn.say("announced.go_on")
            turn.remind()
        case StatusState.ADD | StatusState.CHECK:
            write(turn, found.rest)
        case _:
            return False
    return True


def _add_at_story(turn: StatusTurn, found: Announced) -> bool:
    told = turn.answers.told
    if 0 < found.number <= len(told) and story_of(turn, told[found.number - 1]) is None:
        return True
    story = turn.look(Tell(turn.answers.report))
    if story is None or not {"answer", "supplement"} & {*story.can}:
        return False
    righted = _righted(turn, story, found.rest, is_right=found.is_right)
    if not found.rest:
        turn.answers.unsure = found.is_right
        if found.is_right:
            turn.say("announced.wrong")
        turn.go("add")
    elif righted:
        write(turn, righted)
    else:
        take(turn, Heard(found.rest, Meaning("add")))
    return True


def take_righted(turn: Turn[Any], heard: Heard) -> bool:
    """Whether it was asked what is right instead of something that was filed; then the
    words are that.
    """
    is_asked = turn.talk.state is StatusState.ADD and kept(turn).unsure
    if not is_asked or heard.meaning.intent not in RIGHT:
        return False
    turn.answers.unsure = False
    story = turn.look(Tell(kept(turn).report))
    words = heard.words.strip()
    write(turn, _righted(turn, story, words, is_right=True) if story else words)
    return True


def _righted(turn: StatusTurn, story: Told, words: str, *, is_right: bool) -> str:
    """Another number for something that the report counts says which one it takes the
    place of; "" where the words put nothing right.
    """
    found = RIGHTED.fullmatch(words)
    old = same_measure(story.words, found[1]) if found else None
    if found is not None and old is not None and old != found[1]:
        return turn.t("righted", old=old, value=found[1])
    return turn.t("righted.so", words=words) if is_right and words else ""


def _is_over(turn: StatusTurn, heard: Heard) -> bool:
    """Nothing can be added any more: what was said may be why to take it up again."""
    take(turn, heard)
    return True
