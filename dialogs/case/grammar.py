"""How the fields of an order are written in one message of a chat: each function reads
them from its words. Raises everywhere: Refusal, which says how it is written.
"""

from __future__ import annotations

from dialogs.case.life import LEVELS
from dialogs.case.order_row import Field, Values
from dialogs.case.refusals import Refusal
from dialogs.case.typed import (
    Now,
    addressed,
    day_end,
    first_line,
    first_word,
    last_word,
    working_days,
)

OFF_REGISTER = "名录外"  # said behind a unit that is known not to be in the register


def whole(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    """All of it is the first text; without a text it is not read."""
    texts = [one.name for one in fields if one.kind in ("text", "case")]
    return {texts[0]: words} if texts else {}


def lines(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    """The first line is the first field, the others are the second."""
    first, second = fields
    head, rest = first_line(words)
    return {first.name: head, second.name: rest}


def rule_words(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    """The rule is the first line, or else the first word."""
    words = words.strip()
    rule, _, reason = words.partition("\n" if "\n" in words else " ")
    return {"rule": rule.strip(), "reason": reason.strip()}


def to_one(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    """A text, and before it perhaps #2."""
    text, to = addressed(words)
    return {fields[0].name: text, "to": to}


def wait_words(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    head, reason = first_word(words)
    until = day_end(head, now)
    if until is None:
        raise Refusal("wait_unreadable")
    return {"reason": reason, "until": until}


def assign_words(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    """A unit, and behind it in any order a level, 复杂, 名录外, a date."""
    found: Values = {}
    codes = {name: code for code, name in LEVELS.items()}
    unit = " ".join(words.split())
    while " " in unit:
        before, tail = last_word(unit)
        until = day_end(tail, now)
        if tail == "复杂":
            found["complex"] = True
        elif tail == OFF_REGISTER:
            found["new"] = True
        elif tail in codes:
            found["level"] = codes[tail]
        elif until is not None:
            found["due"] = until
        else:
            break
        unit = before
    return {"unit": unit, **found}


def whistle_words(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    """Why, and in the second line perhaps who has it there, perhaps 名录外."""
    reason, named = first_line(words)
    before, tail = last_word(named)
    if tail == OFF_REGISTER:
        return {"reason": reason, "unit": before, "new": True}
    return {"reason": reason, "unit": " ".join(named.split())}


def extend_words(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    head, reason = first_word(words)
    days = working_days(head)
    if days is None:
        raise Refusal("extend_unreadable")
    return {"days": days, "reason": reason}


def grant_words(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    head, rest = first_word(words)
    if head in ("不同意", "不准"):
        return {"granted": False, "reason": rest}
    if head not in ("同意", "yes"):
        raise Refusal("grant_unreadable")
    second, reason = first_word(rest)
    days = working_days(second)
    if days is None:
        return {"granted": True, "reason": rest}
    return {"granted": True, "reason": reason, "days": days}


def choice_words(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    """The Chinese of a choice, and behind it a text."""
    choice, text = fields
    head, rest = first_word(words)
    codes = {name: code for code, name in choice.choices.items()}
    if head not in codes:
        *others, last = codes
        raise Refusal("choice_unreadable", known=f"{'、'.join(others)}或{last}")
    return {choice.name: codes[head], text.name: rest}


def hand_over_words(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    """To whom, where that is said, and how."""
    _, choice = fields
    head, rest = first_word(words)
    codes = {name: code for code, name in choice.choices.items()}
    if head in codes:
        return {"how": rest, "to": codes[head]}
    return {"how": words.strip()}


def one_choice(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    """The Chinese of a choice, and nothing else."""
    [choice] = fields
    codes = {name: code for code, name in choice.choices.items()}
    if words.strip() not in codes:
        raise Refusal("one_of_these", known="；".join(codes))
    return {choice.name: codes[words.strip()]}


def redate_words(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    head, reason = first_word(words)
    due = day_end(head, now)
    if due is None:
        raise Refusal("redate_unreadable")
    return {"due": due, "reason": reason}


def rectify_words(fields: tuple[Field, ...], words: str, now: Now) -> Values:
    """A plan, and behind it perhaps a date."""
    plan, tail = last_word(words)
    due = day_end(tail, now)
    return {"plan": plan, "due": due} if due else {"plan": words.strip()}
