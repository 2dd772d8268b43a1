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

from dialogs.meaning.cues import bare
from dialogs.meaning.moment import Draft, Moment
from dialogs.meaning.patterns import any_of, expressions, names, pattern
from dialogs.meaning.pieces import longest_common
from dialogs.meaning.values import NUMBER, count_pattern
from dialogs.understand.places import find_places
from dialogs.understand.spans import TextSpan
from dialogs.understand.spelling import normal
from dialogs.understand.units import find_units

_END = r"(?=[,，。.!！?？;；\s]|$)"
_QUOTES = r"[“”\"'‘’「」『』:：]*"
_VALUE = rf"{_QUOTES}([^,，。!！?？;；]{{1,30}}?){_QUOTES}"
_QUOTED = re.compile(r"[“\"「『‘']([^”\"」』’']{1,30})[”\"」』’']")
_SWAPPED = re.compile(
    r"[“\"「'‘]([^”\"」'’]{1,60})[”\"」'’][我俺额]?给?(?:写|打|输|弄|错)(?:成|写成|打成)"
)
# A number whose measure is not known: one letter, where the clause ends behind it.
_NUMBER_ALONE = re.compile(
    rf"(?!一[下个改])(?<![第零一二两三四五六七八九十百千万几]){NUMBER}"
    r"(?:[\u4e00-\u9fff](?<![了的吧的啊呢嘛])(?=[,，。\s了的吧啊呢嘛]|$))?"
)
_PARTS = re.compile(r"[,，。;；\s!！?？→]+")
_DENIED = re.compile(
    r"(?:(?:不是|并非|不叫|不该是|唔系|勿是|哪是|莫得|非|不)的?[“\"「]?|数了下?|少[讲数]|又加)$"
)
_WRONG = re.compile(
    r"[”\"」』’]?(?:那里|那儿|那个|那句|[两二]个?字|的)?(?:[我俺额侬]?(?:是|给|都|搞)?"
    r"(?:写|讲|说|打|填|记|报|算|搞|弄|归|吹)(?:得|的)?)?"
    r"(?:错|早了|早咯|少了|多了|大了|岔|反了|不对|勿对|唔啱|有误|欠准|不准|受冤|冤枉|"
    r"会?叫冤|不成话|太细|太大|也不是|略夸|夸|x\b|写(?:少|多|早|错|大)|"
    r"说(?:少|多|早)|讲(?:少|多|早)|(?:那)?是(?:去年|前年|头几天|转手|老叫法|旧制|我瞎))"
)
_LED_TO = re.compile(
    r"(?:是|改|改成|改为|换成|换|写|写成|应该|应为|应该是|其实是|叫|系|为|→|到|做|成|归)[“\"「]?$"
)
_NAME_LEAD = re.compile(
    r"(?:其?实|全[名称]|源头|请?作|当?为(?!民)|那个|补|伊|乃|办事在|那栏)+(?=.{2})"
)
# A clause that only says that something is wrong, or why; it holds no value.
_SPEAKS_OF_WRONG = re.compile(
    r"^(?:不是|并非|非)|(?:写|打|说|讲|记|弄|搞|算|填|数|听|看)"
    r"(?:错|反|岔|多|少|早|成|漏|坏|拧|串)|不对|有误|^错|笔误|手滑|嘴瓢|记性|才对|^然后|^我的$"
    r"|再(?:交|发|送)|翻了|下来了|差很多|那里|的字$|我说快"
)
_IS = 5  # which of the leads is "应该是"


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
    after = _after_quote(plain) if field == "text" else 0
    by_form = trimmed(_by_form(text[after:], plain[after:]))
    value = text[span[0] : span[1]] if span else by_form
    return FoundCorrection(field, value, _old(plain, value, field, moment))


def _after_quote(plain: str) -> int:
    """Where a message goes on behind the words that it quotes as wrong."""
    quotes = list(_QUOTED.finditer(plain))
    if not quotes or _SWAPPED.search(plain):
        return 0
    end = quotes[-1].end()
    return end if len(bare(plain[end:])) > 1 else 0


def looks_like_one(plain: str, moment: Moment) -> bool:
    """Whether a message gives a new number for one that was said with its measure."""
    count = count_pattern().match(plain)
    if not count or not moment.said_before:
        return False
    measure = re.sub(NUMBER, "", count.group())
    said = normal("\n".join(moment.said_before))
    same = [
        m.group() for m in count_pattern().finditer(said) if m.group().endswith(measure)
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
    known = normal("\n".join((*moment.said_before, *_understood(moment))))
    fit = _fitting(_candidates(plain, field), plain, known)
    if field == "text":  # what was quoted and is known is what is wrong
        fit = [span for span in fit if _is_new_quote(plain, span, known)]
    if field == "count" and (not fit or plain[slice(*fit[-1])] in known):
        fit = _fitting(_spans(_NUMBER_ALONE, plain), plain, known) or fit
    if not fit:
        return None
    led_to = [span for span in fit if _LED_TO.search(plain[: span[0]])]
    return (led_to or fit)[-1]


def _is_new_quote(plain: str, span: TextSpan, known: str) -> bool:
    """Whether what is quoted is the new wording and not the wrong one."""
    start, end = span
    is_last = len(bare(plain[end:])) <= 2
    is_led_to = _LED_TO.search(plain[:start]) is not None
    return plain[start:end] not in known and (is_last or is_led_to)


def _fitting(spans: Iterable[TextSpan], plain: str, known: str) -> list[TextSpan]:
    """Those that are not said to be wrong; only new ones, where there are any."""
    each = [span for span in spans if span[1] > span[0]]
    new = [span for span in each if plain[slice(*span)] not in known]
    return [span for span in new or each if not _is_denied(plain, span)]


def _is_denied(plain: str, span: TextSpan) -> bool:
    """Whether a message says of a piece of it that it is wrong."""
    start, end = span
    is_led_to = _DENIED.search(plain[:start]) is not None
    return is_led_to or _WRONG.match(plain, end) is not None


def _understood(moment: Moment) -> list[str]:
    draft = moment.draft or Draft()
    values = (draft.unit, draft.place, draft.when)
    return [value for value in values if value]


def _candidates(plain: str, field: str) -> list[TextSpan]:
    """Pieces of a `normal` message that a field can hold, in order."""
    if field == "count":
        return _spans(count_pattern(), plain)
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
    for start, end in _named(plain, "unit"):
        inside = [span for span in found if start <= span[0] and span[1] <= end]
        found = [span for span in found if span not in inside]
        found.append((start, end))
    return found


def _named(plain: str, field: str) -> list[TextSpan]:
    """Whatever ends like a name, without the words that lead to it."""
    found = []
    for match in _name_pattern(field).finditer(plain):
        lead = _NAME_LEAD.match(match[1])
        start = match.start(1) + (lead.end() if lead else 0)
        found.append((start, match.end(1)))
    return found


def _places(plain: str) -> Iterable[TextSpan]:
    found = _named(plain, "place")
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
    kept = [part for part in parts if not _SPEAKS_OF_WRONG.search(normal(part))]
    return (kept or parts or [text])[-1]


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
    measure = re.sub(NUMBER, "", value)
    for text in reversed(moment.said_before):
        for match in count_pattern().finditer(normal(text)):
            if match.group().endswith(measure) and match.group() != value:
                return text[match.start() : match.end()]
    return None


@cache
def _when_pattern() -> re.Pattern[str]:
    """A time, or how often, as long as it goes on."""
    return re.compile(rf"{any_of('time-piece')}+{any_of('time-end')}?")


@cache
def _name_pattern(field: str) -> re.Pattern[str]:
    """A name of a unit or place between words that cannot be part of it."""
    ending = any_of(f"{field}-ending")
    return re.compile(
        rf"(?:^|(?<=[\s,，。;；:：“”「」\"是叫由应归系成作为改换做填写说→的]))"
        rf"((?:应急|[^\s,，。;；:：“”「」\"是叫由应归系成改换填写说→的错对不了借让喊压下]){{1,10}}{ending})"
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
