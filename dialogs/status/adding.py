"""What is to be added was announced: it is taken where it belongs, without the words
that announced it.
"""

from __future__ import annotations

import re
from typing import Any

from dialogs import draft
from dialogs.amending import NUMBER, same_measure
from dialogs.meaning import Meaning
from dialogs.status.announcing import Announced, announced, speaks_of_a_case
from dialogs.status.finding import choose, story_of
from dialogs.status.hearing import open_quietly, take
from dialogs.status.returning import concerned, is_whole
from dialogs.status.story import write
from dialogs.status.table import NAME, StatusState, StatusTurn, kept
from dialogs.status.verdicts import tells
from dialogs.talk import Heard, Turn
from dialogs.texts import phrase
from dialogs.words import Tell, Told

phrase("announced.go_on", "您说，接着写就行，会加在下面。")
phrase("righted", "更正：不是{old}，是{value}")
NOT_ADDED: tuple[str, ...] = ("emergency", "ask", "withdraw", "hold_back", "receipt")
NO_WISH: tuple[str, ...] = (
    *("send", "status", "hurry", "yes", "no", "unclear", "rate", "rebound", "social"),
    *("cancel", "withdraw", "choose", "add", "answer"),
)
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
    return turn.talk.idle and _add_from_outside(turn, heard, found)


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


def take_lost(turn: Turn[Any], heard: Heard) -> bool:
    """Whether words speak of a case that nothing leads to from here any more; then they
    wait for its receipt.
    """
    is_such = turn.talk.idle and speaks_of_a_case(heard.words)
    if not is_such or concerned(turn, "rebound"):
        return False
    turn.say("announced.which")
    turn.say("announced.waits", words=heard.words)
    choose(turn, (), "words", words=heard.words)
    return True


def _add(turn: StatusTurn, found: Announced) -> bool:
    """At a story, or where a supplement is written; False where this is not the place
    for it.
    """
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
    if not found.rest:
        turn.go("add")
    elif righted := _righted(turn, story, found.rest):
        write(turn, righted)
    else:
        take(turn, Heard(found.rest, Meaning("add")))
    return True


def _righted(turn: StatusTurn, story: Told, words: str) -> str:
    """Another number for something that the report counts says which one it takes the
    place of; "" where it is none.
    """
    found = RIGHTED.fullmatch(words)
    old = same_measure(story.words, found[1]) if found else None
    if found is None or old is None or old == found[1]:
        return ""
    return turn.t("righted", old=old, value=found[1])


def _is_over(turn: StatusTurn, heard: Heard) -> bool:
    """Nothing can be added any more: what was said may be why to take it up again."""
    take(turn, heard)
    return True
