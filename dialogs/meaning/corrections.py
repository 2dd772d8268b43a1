"""What a correction changes: the field, the new value as written, and the old one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from dialogs.meaning.moment import Draft, Moment
from dialogs.meaning.patterns import any_of, expressions, names, pattern
from dialogs.meaning.pieces import in_common, longest_common
from dialogs.understand.places import find_places
from dialogs.understand.spelling import normal
from dialogs.understand.units import find_units

_END = r"(?=[,，。.!！?？;；\s]|$)"
_QUOTES = r"[“”\"'‘’「」『』:：]*"
_VALUE = rf"{_QUOTES}([^,，。!！?？;；]{{1,30}}?){_QUOTES}"
_SWAPPED = re.compile(
    r"[“\"「'‘]([^”\"」'’]+)[”\"」'’](?:写|打|输|弄|错)(?:成|写成|打成)"
)
_NUMBER = r"(?:\d+(?:\.\d+)?|[零一二两三四五六七八九十百千万半几仨俩]+)"
_PARTS = re.compile(r"[,，。;；\s!！?？]+")
_IS = 4  # which of the leads is "应该是"


@cache
def _count_pattern() -> re.Pattern[str]:
    """A number with its measure."""
    per = r"(?:每?(?:天|周|月|年|人|户)?)?"
    return re.compile(rf"{per}{_NUMBER}(?:多|来|余)?{any_of('measures')}")


@cache
def _values() -> tuple[re.Pattern[str], ...]:
    """Ways to say a new value, the surest first; group 1 is the value."""
    ending = any_of("correct-end")
    leads = expressions("correct-lead")
    to = any_of("correct-to")
    return tuple(
        re.compile(f"{lead.replace('TO', to)}{_VALUE}{ending}*{_END}") for lead in leads
    )


@cache
def _lead() -> re.Pattern[str]:
    return re.compile(rf"^(?:{any_of('value-lead')}|\s)+")


@cache
def _tail() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('value-tail')}|\s)+$")


@dataclass(frozen=True, slots=True)
class FoundCorrection:
    """field: one of FIELDS. value: as written. old: what it replaces, or None."""

    field: str
    value: str
    old: str | None


def correction(text: str, moment: Moment) -> FoundCorrection:
    """What a correction changes."""
    plain = normal(text)
    value = trimmed(_value(text, plain))
    field = _field(plain, value, moment)
    if field == "category":
        return FoundCorrection(field, category_named(plain, value), None)
    if field == "count":
        count = _count_pattern().search(normal(value))
        if count and len(value) - len(count.group()) <= 4:
            at = count.start()
            value = value[at : at + len(count.group())]
    return FoundCorrection(field, value, _old(plain, value, field, moment))


def looks_like_one(plain: str, moment: Moment) -> bool:
    """Whether a message gives a new number for one that was said with its measure."""
    count = _count_pattern().match(plain)
    if not count or not moment.said_before:
        return False
    measure = re.sub(_NUMBER, "", count.group())
    said = normal("\n".join(moment.said_before))
    same = [
        m.group()
        for m in _count_pattern().finditer(said)
        if m.group().endswith(measure)
    ]
    return bool(measure) and bool(same) and count.group() not in same


def trimmed(value: str) -> str:
    """A value without what only leads to it or ends the sentence."""
    while True:
        shorter = _tail().sub("", _lead().sub("", value)) or value
        if shorter == value:
            return value
        value = shorter


def _value(text: str, plain: str) -> str:
    swapped = _SWAPPED.search(plain)
    if swapped:
        after = _values()[_IS].search(plain, swapped.end())
        span = after.span(1) if after else swapped.span(1)
        return text[span[0] : span[1]]
    for form in _values():
        found = list(form.finditer(plain))
        if found:
            start, end = found[-1].span(1)
            return text[start:end]
    parts = [part for part in _PARTS.split(text) if part]
    count = _count_pattern().match(plain)
    if count:
        return text[: count.end()]
    return parts[-1] if parts else text


def _field(plain: str, value: str, moment: Moment) -> str:
    """The field that a value belongs to."""
    draft = moment.draft or Draft()
    value = normal(value)
    for field in names("field-"):
        if pattern(f"field-{field}").search(plain):
            return field
    for field in ("unit", "place", "when"):
        known = getattr(draft, field)
        if not known or known == value:
            continue
        speaks_of_it = in_common(plain, known) >= 1.3
        if speaks_of_it and pattern(f"value-{field}").search(value):
            return field
    places = find_places(value)
    units = find_units(value, places)
    if any(unit.end - unit.start >= len(value) - 2 for unit in units) and not (
        places and places[0].end == len(value)
    ):
        return "unit"
    if _count_pattern().fullmatch(value):
        return (
            "when"
            if re.search(r"小时|分钟", value) is None
            and pattern("value-when").search(value)
            else "count"
        )
    if pattern("value-when").search(value) and len(value) <= 12:
        return "when"
    if pattern("value-unit").search(value) and not pattern("value-place").search(value):
        return "unit"
    if pattern("value-place").search(value):
        return "place"
    if _count_pattern().search(value) and len(value) <= 8:
        return "count"
    return "text"


def category_named(plain: str, value: str) -> str:
    """The code of the category that a correction names last, or means."""
    value = normal(value)
    for where in (value, plain):
        for code in names("category-"):
            if pattern(f"category-{code}").search(where):
                return code
    return "other"


def _old(plain: str, value: str, field: str, moment: Moment) -> str | None:
    """The value that is replaced, as it stands in what was said or understood."""
    draft = moment.draft or Draft()
    if field in ("unit", "place", "when"):
        known = getattr(draft, field)
        if known is not None:
            return str(known)
    if field == "count":
        measure = re.sub(_NUMBER, "", normal(value))
        for text in reversed(moment.said_before):
            for match in _count_pattern().finditer(normal(text)):
                if match.group().endswith(measure) and match.group() != value:
                    return text[match.start() : match.end()]
    wrong = re.search(r"(?:不是|并非|不叫)([^,，。;；\s]{1,16})", plain)
    if wrong:
        for text in moment.said_before:
            shared = longest_common(wrong[1], text)
            if shared:
                return shared
    return None
