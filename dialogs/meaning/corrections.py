"""What a correction changes: the field, the new value as written, and the old one.

Pieces of the message that could be the new value are found by what the field holds
(counts, times, names of units and places, words in quotes); those that only repeat what
was said before, or stand behind "不是", are what is to go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from dialogs.meaning.moment import Draft, Moment
from dialogs.meaning.patterns import any_of, expressions, names, pattern
from dialogs.meaning.pieces import longest_common
from dialogs.understand.places import find_places
from dialogs.understand.spans import TextSpan
from dialogs.understand.spelling import normal
from dialogs.understand.units import find_units

_END = r"(?=[,，。.!！?？;；\s]|$)"
_QUOTES = r"[“”\"'‘’「」『』:：]*"
_VALUE = rf"{_QUOTES}([^,，。!！?？;；]{{1,30}}?){_QUOTES}"
_QUOTED = re.compile(r"[“\"「『‘']([^”\"」』’']{1,30})[”\"」』’']")
_SWAPPED = re.compile(
    r"[“\"「'‘]([^”\"」'’]{1,60})[”\"」'’](?:写|打|输|弄|错)(?:成|写成|打成)"
)
_NUMBER = (
    r"(?:(?<!\d)\d{1,9}(?:\.\d{1,4})?|[零一二两三四五六七八九十百千万半几仨俩]{1,9})"
)
_PARTS = re.compile(r"[,，。;；\s!！?？→]+")
_DENIED = re.compile(r"(?:不是|并非|不叫|不该是|唔系|勿是|哪是|莫得|非|不)的?[“\"「]?$")
_LED_TO = re.compile(
    r"(?:是|改|改成|改为|换成|换|写|写成|应该|应为|应该是|其实是|叫|系|为|→|到|做|成|归)[“\"「]?$"
)
_IS = 4  # which of the leads is "应该是"


@dataclass(frozen=True, slots=True)
class FoundCorrection:
    """field: one of FIELDS. value: as written. old: what it replaces, or None."""

    field: str
    value: str
    old: str | None


def correction(text: str, moment: Moment, field: str) -> FoundCorrection:
    """What a correction of this field changes."""
    plain = normal(text)
    if field == "category":
        return FoundCorrection(field, category_named(plain, plain), None)
    span = _value_span(plain, moment, field)
    value = text[span[0] : span[1]] if span else trimmed(_by_form(text, plain))
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


def category_named(plain: str, value: str) -> str:
    """The code of the category that a correction names last, or means."""
    for where in (*reversed(_PARTS.split(value)), plain):
        if re.search(r"^(?:不是|不算|唔系|勿是)", where):
            continue
        for code in names("category-"):
            if pattern(f"category-{code}").search(where):
                return code
    return "other"


def _value_span(plain: str, moment: Moment, field: str) -> TextSpan | None:
    """Where the new value of a field stands in a `normal` message."""
    spans = [span for span in _candidates(plain, field) if span[1] > span[0]]
    known = normal("\n".join((*moment.said_before, *_understood(moment))))
    new = [span for span in spans if plain[slice(*span)] not in known]
    fit = [span for span in new or spans if not _DENIED.search(plain[: span[0]])]
    if not fit:
        return None
    led_to = [span for span in fit if _LED_TO.search(plain[: span[0]])]
    return (led_to or fit)[-1]


def _understood(moment: Moment) -> list[str]:
    draft = moment.draft or Draft()
    values = (draft.unit, draft.place, draft.when)
    return [value for value in values if value]


def _candidates(plain: str, field: str) -> list[TextSpan]:
    """Pieces of a `normal` message that a field can hold, in order."""
    if field == "count":
        return _spans(_count_pattern(), plain)
    if field == "when":
        return _spans(_when_pattern(), plain)
    if field == "unit":
        return sorted(set(_units(plain)))
    if field == "place":
        return sorted(set(_places(plain)))
    return [match.span(1) for match in _QUOTED.finditer(plain)]


def _spans(words: re.Pattern[str], plain: str) -> list[TextSpan]:
    return [match.span() for match in words.finditer(plain)]


def _units(plain: str) -> Iterable[TextSpan]:
    """Names of organisations: of the lists, and whatever ends like one."""
    found = [(unit.start, unit.end) for unit in find_units(plain, find_places(plain))]
    for match in _name_pattern("unit").finditer(plain):
        start, end = match.span(1)
        inside = [span for span in found if start <= span[0] and span[1] <= end]
        found = [span for span in found if span not in inside]
        found.append((start, end))
    return found


def _places(plain: str) -> Iterable[TextSpan]:
    found = [match.span(1) for match in _name_pattern("place").finditer(plain)]
    return found or [(place.start, place.end) for place in find_places(plain)]


def _by_form(text: str, plain: str) -> str:
    """The new value by how corrections are put into words."""
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
    return parts[-1] if parts else text


def _old(plain: str, value: str, field: str, moment: Moment) -> str | None:
    """The value that is replaced, as it stands in what was said or understood."""
    draft = moment.draft or Draft()
    if field in ("unit", "place", "when"):
        known = getattr(draft, field)
        if known is not None:
            return str(known)
    if field == "count":
        return _old_count(normal(value), moment)
    wrong = re.search(r"(?:不是|并非|不叫)([^,，。;；\s]{1,16})", plain)
    if wrong is None:
        return None
    shared = [longest_common(wrong[1], text) for text in moment.said_before]
    return next((piece for piece in shared if piece), None)


def _old_count(value: str, moment: Moment) -> str | None:
    """The number with the same measure that was said last."""
    measure = re.sub(_NUMBER, "", value)
    for text in reversed(moment.said_before):
        for match in _count_pattern().finditer(normal(text)):
            if match.group().endswith(measure) and match.group() != value:
                return text[match.start() : match.end()]
    return None


@cache
def _count_pattern() -> re.Pattern[str]:
    """A number with its measure."""
    return re.compile(rf"{_NUMBER}(?:多|来|余)?{any_of('measures')}")


@cache
def _when_pattern() -> re.Pattern[str]:
    """A time, or how often, as long as it goes on."""
    return re.compile(rf"{any_of('time-piece')}+")


@cache
def _name_pattern(field: str) -> re.Pattern[str]:
    """A name of a unit or place between words that cannot be part of it."""
    ending = any_of(f"{field}-ending")
    return re.compile(
        rf"(?:^|(?<=[\s,，。;；:：“”「」\"是叫由应归系成作为改换做填写说→的]))"
        rf"([^\s,，。;；:：“”「」\"是叫由应归系成改换填写说→的错对不了借让喊压下]{{1,10}}{ending})"
        rf"(?!{any_of('name-goes-on')})"
    )


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
