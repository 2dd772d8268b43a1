"""Organisations in a text (already `normal`): where they stand, their level, which
makes the demand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogs.understand.places import FoundPlace
from dialogs.understand.spans import TextSpan
from dialogs.understand.wordfile import wordlist


def _any(name: str) -> str:
    """A pattern for any word of a list, the longest first."""
    words = sorted(wordlist(name), key=len, reverse=True)
    return "(?:" + "|".join(words) + ")"


_LEVEL = rf"{_any('levels')}(?:级|里|上)?的?"
_NOT = "".join(wordlist("no-unit-letters")) + r" ,。;:!?、“”\"'()（）《》"
_IDLE = re.compile(r"(?:什么|啥|那个|这个|哪个|各种)+(?=..)")
_PATTERNS = (  # where two overlap, the earlier pattern wins
    re.compile(
        rf"[省市区县](?:委|府)[^{_NOT}]{{0,5}}?(?:办公室|部|办|室|中心|校|局|组)(?!"
        r"门|分)"
    ),
    re.compile(rf"(?:{_LEVEL})?{_any('bodies')}"),
    re.compile(
        rf"{_LEVEL}[^{_NOT}\d]{{1,7}}?{_any('unit-endings')}(?!"
        r"[室法理事公员会长里区织])"
    ),
    re.compile(
        rf"(?:^|(?<=[,。!?;: ]))[^{_NOT}\d]{{1,6}}?{_any('stranger-endings')}(?"
        rf"={_any('calls')})"
    ),
    re.compile(rf"{_any('bare')}(?!办|党|政|工|级|社区|[^,。]{{0,3}}(?:局|委|办公室))"),
)
_DEMANDS = re.compile(rf"{_any('between')}*{_any('demands')}")
# who comes to look, and for whom others make people work: "市里来查，镇里让我们补"
_COMES = re.compile(
    r"[又也都要会]{0,2}(?:下来|来|到|过来)(?:人|我们|村里|社区|镇里|街道)?"
    r"(?:检查|督查|督导|暗访|抽查|巡查|验收|考核|调研|观摩|参观|查|看)"
)
_MAKES = re.compile(
    r"(?:今天|今晚|今早|今夜|明早|昨晚|连夜|半夜|临时|马上|一大早)"
    r"(?:又|就|才|还|都|硬)?(?=让|叫|要|喊|逼|催|通知|安排|布置|派)"
)
_SELF = re.compile(
    r"(?:我在|我是|我们在|俺是|额是|本人系|本人在|这里是|我们是|反映|关于|举报|投诉)$"
)
_OF_IT = re.compile(r"的(?:网格|社工|社区|一名|村)")
_WEAK = frozenset(wordlist("weak-units"))

_GOVERNMENT = re.compile(r"省|市|区|县|镇|乡|街道")
_LEVELS = (  # the first that fits; county counts as district, town as subdistrict
    ("nation", re.compile(r"国家|中央|部委")),
    ("province", re.compile(r"省|自治区|全省")),
    ("city", re.compile(r"市(?!监|场|容)|全市|州|.{1,3}市[委局级府]")),
    ("village", re.compile(r".*(?:村委会|村两委|村支部|村民委员会)")),
    ("community", re.compile(r".*(?:居委会|社区党委|居民委员会|业委会)")),
    ("subdistrict", re.compile(r".*(?:街道|镇|乡)")),
    ("district", re.compile(r".{0,3}[区县]|旗")),
    ("subdistrict", re.compile(rf".*{_any('town-bodies')}")),
    (None, re.compile(r"外地|当地|.*组$")),
    (
        "district",
        re.compile(r".*(?:[局办委部联]|中心|指挥部|专班|大队|支队|法院|交警队?|工会)$"),
    ),
)
_CIVIL = re.compile(rf".*{_any('civil-bodies')}")


RESPONSIBLE_FROM = 0.6
COMES = 0.5  # of one who comes to look: less than of one who makes people do something


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """An organisation, `text[start:end]`. level: None for banks, firms. score: from
    `RESPONSIBLE_FROM` on it may be the one that demands.
    """

    start: int
    end: int
    level: str | None
    score: float


def level_of(name: str) -> str | None:
    """The level of government a unit of this name stands on; None for banks, firms,
    schools and the like.
    """
    if _CIVIL.match(name) and not _GOVERNMENT.match(name):
        return None
    for level, pattern in _LEVELS:
        if pattern.match(name):
            return level
    return None


def find_units(text: str, found: list[FoundPlace]) -> list[FoundUnit]:
    """All organisations of `text`, each with a score, in order. `found`: the places of
    the text.
    """
    towns = [place for place in found if place.rank == 2]
    found_spans = _spans_of_patterns(text)
    bare = [(start + _idle(text, start, end), end) for start, end in found_spans]
    begins = _begin_of_towns(towns)
    spans = [(begins.get(start, start), end) for start, end in bare]
    taken = bytearray(len(text))  # which characters belong to a name already
    for start, end in spans:
        taken[start:end] = b"\1" * (end - start)
    for town in towns:  # "清河街道要求…": the town itself
        if 1 not in taken[town.start : town.end]:
            spans.append((town.start, town.end))
    return [_found_unit(text, span) for span in sorted(set(spans))]


def _spans_of_patterns(text: str) -> list[TextSpan]:
    """Where names of organisations stand, none overlapping; in no order."""
    taken = bytearray(len(text))  # which characters belong to one already
    spans: list[TextSpan] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if 1 not in taken[start:end]:
                taken[start:end] = b"\1" * (end - start)
                spans.append((start, end))
    return spans


def _idle(text: str, start: int, end: int) -> int:
    """How many characters at the beginning of a name are none of it."""
    found = _IDLE.match(text, start, end)
    return found.end() - start if found else 0


def _begin_of_towns(towns: list[FoundPlace]) -> dict[int, int]:
    """Where a unit may begin → where it does begin when the town named right before it
    belongs to it ("云溪镇" + "党建办").
    """
    begins: dict[int, int] = {}
    for town in towns:
        for at in range(town.start + 1, town.end + 1):
            begins.setdefault(at, town.start)
    return begins


def _found_unit(text: str, span: TextSpan) -> FoundUnit:
    start, end = span
    return FoundUnit(
        start=start,
        end=end,
        level=level_of(text[start:end]),
        score=_score(text, start, end),
    )


def _score(text: str, start: int, end: int) -> float:
    """How much the unit at this place looks like the one that demands: named early, in
    full, and doing it.
    """
    name = text[start:end]
    score = 1.0 - start / (len(text) + 40)
    if _COMES.match(text, end, end + 12):
        score += COMES
    elif _MAKES.match(text, end) or _DEMANDS.match(text, end, end + 12):
        score += 1.0
    if len(name) >= 4:
        score += 0.4
    if _SELF.search(text, max(0, start - 5), start):
        score -= 0.8
    if _OF_IT.match(text, end):
        score -= 0.8
    if name in _WEAK:
        score -= 0.4
    return score


def responsible(found: list[FoundUnit]) -> FoundUnit | None:
    """The unit that most likely puts the burden on, or None where none looks
    like it.
    """
    best = max(found, key=lambda unit: (unit.score, -unit.start), default=None)
    if best is None or best.score < RESPONSIBLE_FROM:
        return None
    return best
