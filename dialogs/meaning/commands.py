"""Messages of which the step and their shape leave no doubt: plain commands, the value
that is asked for, a long text.
"""

from __future__ import annotations

import re

from dialogs.meaning.cues import bare
from dialogs.meaning.moment import CHIPS, Intent, Moment
from dialogs.meaning.patterns import pattern
from dialogs.meaning.questions import kind_of
from dialogs.understand.spelling import normal

_PARTS = re.compile(r"[\s,，。.;；!！]+")
_CHANGES = ("correct", "remove", "hold_back", "add")
_LONG = 300  # letters
_FOREIGN = 12  # letters of a script that is not read: a text of its own
_READ = re.compile(r"[0-9a-z\u3400-\u9fff]")
_VALUE_AT_MOST = 14  # letters
_MATTER: dict[str, Intent] = {"idle": "new_report", "question_open": "answer"}
_AFTER = ("filed", "idle", "story")
_WRITING = ("category", "signpost", "preview", *CHIPS)
# Intent → the steps at which such words can mean nothing else.
_WHOLE: tuple[tuple[str, Intent, tuple[str, ...]], ...] = (
    ("whole-back", "back", (*_WRITING, "supplement_open", "story", "cancel")),
    ("whole-send", "send", ("preview", "supplement_open")),
    ("whole-cancel", "cancel", ("preview", "supplement_open", *CHIPS)),
    ("whole-withdraw", "withdraw", _AFTER),
    ("whole-hurry", "hurry", _AFTER),
    ("whole-urgent", "hurry", (*_WRITING, "supplement_open")),
    ("whole-nothing-to-send", "unclear", _AFTER),
    ("whole-what-if", "ask", _AFTER),
    ("whole-again", "rebound", ("idle", "look_back_open")),
    ("whole-thanks", "social", ("start", *_WRITING, *_AFTER)),
    ("whole-discard", "cancel", ("cancel",)),
    ("whole-unclear", "unclear", ("start", "preview", "supplement_open", *_AFTER)),
    ("whole-greet", "social", ("start", *_WRITING, *_AFTER)),
)


def plain_command(plain: str, moment: Moment) -> Intent | None:
    """What a `normal` message that is nothing but a command asks for; else None."""
    letters = bare(plain)
    for name, intent, steps in _WHOLE:
        if moment.step not in steps or not pattern(name).fullmatch(letters):
            continue
        answers_a_question = intent in ("send", "cancel", "social") and (
            kind_of(moment.open) in ("yes_no", "hide", "more")
        )
        if not answers_a_question:
            return intent
    return None


def plain_matter(plain: str, moment: Moment) -> Intent | None:
    """The intent of a `normal` message that can only be matter: so long that nobody
    writes it as a wish, a sentence in a script that is not read, or just what the open
    step asks for; else None.
    """
    letters = bare(plain)
    if len(letters) >= _LONG or _is_foreign(letters):
        return _MATTER.get(moment.step, "add")
    if moment.step == "start" and pattern("whole-matter").fullmatch(letters):
        return "add"
    if moment.step == "masks" and len(letters) > 1:
        is_quote = any(plain.strip() in normal(text) for text in moment.said_before)
        return "answer" if is_quote else None
    if moment.step == "question_open" and letters.isdecimal():
        return "answer"
    is_asked = (
        moment.step in ("unit", "place", "when") and kind_of(moment.open) == "free"
    )
    if is_asked and _is_value(letters, moment.step):
        return "answer"
    return None


def _is_foreign(letters: str) -> bool:
    """Whether a message is a sentence of a script that is not read."""
    return sum(map(str.isalpha, letters)) >= _FOREIGN and not _READ.search(letters)


def _is_value(letters: str, field: str) -> bool:
    """Whether a message is one name or time and nothing else."""
    if len(letters) > _VALUE_AT_MOST or pattern("no-value").search(letters):
        return False
    return pattern(f"whole-{field}").fullmatch(letters) is not None


def wished_after(plain: str, intent: Intent, moment: Moment) -> tuple[str, ...]:
    """What a `normal` message that changes something wishes for once that is done."""
    if intent not in _CHANGES or moment.step not in (*_WRITING, "supplement_open"):
        return ()
    parts = [bare(part) for part in _PARTS.split(plain)]
    sends = [part for part in parts if _asks_to_send(part)]
    return ("send",) if sends and len(parts) > 1 else ()


def _asks_to_send(part: str) -> bool:
    is_command = pattern("whole-send").fullmatch(part) is not None
    return is_command or pattern("then-send").search(part) is not None
