"""Which organisation a text (already `normal`) speaks of as the one that puts the burden on, and its level."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogs.understand.places import Place
from dialogs.understand.wordfile import wordlist

# Bodies known by name, with or without the level before them.
_BODIES = sorted(wordlist("bodies"), key=len, reverse=True)
_BARE = wordlist("bare")

_LEVEL = r"(?:国家|中央|全省|全市|省|自治区|州|市|(?<![社小景郊园辖片])区|县|旗|镇|乡|街道|外地|当地|驻地|辖区)(?:级|里|上)?(?:的)?"
_NOT = "的了着是在到从去来让叫给向对被把将由要请和与及跟说讲,。;:!?、“”\"'()（）《》 就都也还又我你他们俺额咱"
_SUFFIX = "委员会|办公室|指挥部|领导小组|分局|大队|支队|中队|中心|专班|公司|集团|协会|学会|学院|医院|银行|局|委|办|厅|处|科|所|站|队|院|馆|组|部|联|社"
_GENERIC = re.compile(rf"{_LEVEL}[^{_NOT}\d]{{1,7}}?(?:{_SUFFIX})(?![室法理事公员会长里区])")
_COMMITTEE = re.compile(rf"[省市区县](?:委|府)[^{_NOT}]{{0,5}}?(?:办公室|部|办|室|中心|校|局|组)(?!门|分)")
_KNOWN = re.compile(rf"(?:{_LEVEL})?(?:{'|'.join(_BODIES)})")
_CALLS = r"要求|通知|让|叫|喊|要(?!是)|来函|来信|搞|把|规定|发(?!生|现)|下达|推|派|给|说|组织|办(?!公)|将|招|办理"
_STRANGER = re.compile(rf"(?:^|(?<=[,。!?;: ]))[^{_NOT}\d]{{1,6}}?(?:{_SUFFIX}|机构|部门|大厅|厂|市场|工厂|农场)(?={_CALLS})")
_PLAIN = re.compile(rf"(?:{'|'.join(_BARE)})(?!办|党|政|工|级|社区|[^,。]{{0,3}}(?:局|委|办公室))")

# What follows the one who demands, and what stands before it.
_DEMANDS = re.compile(
    r"^(?:的|那边|这边|领导|的人|又|还|也|硬|非|就|都|每\S{1,2}|今年|去年|现在|上周|昨天|突然|统一|长期|多次)*"
    r"(?:要求|要|让|叫|喊|逼|发|下|定|规定|组织|召开|开|评|搞|推|派|给|把|将|安排|通知|下达|布置|印发|以|因|对|用|说|抽|借|来文|来信|来|办理|受理|补|不|催|催着|指|拿|做|设|出|考|查|请|为)"
)
_SELF = re.compile(r"(?:我在|我是|我们在|俺是|额是|本人系|本人在|这里是|我们是|反映|关于|举报|投诉)$")


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation, `text[start:end]`, with its level (None for banks, notaries, firms) and how sure it is the one meant."""

    start: int
    end: int
    level: str | None
    score: float


def level_of(name: str) -> str | None:
    """Which level of government a unit of this name stands on; county counts as district, town as subdistrict."""
    if re.search(r"银行|农商行|信用社|公证处|公司(?!.*局)|驾校|保险|网站|运营商|医院|学校|小学|中学|中介|幼儿园|用人单位|集团|协会", name) and not re.match(
        r"省|市|区|县|镇|乡|街道", name
    ):
        return None
    if re.match(r"国家|中央|部委", name):
        return "nation"
    if re.match(r"省|自治区|全省", name):
        return "province"
    if re.match(r"市(?!监|场|容)|全市|州", name) or re.search(r"市[委局级府]", name[:5]):
        return "city"
    if re.search(r"居委会|村委会|村两委|社区党委|村支部|居民委员会|村民委员会|业委会", name):
        return "village" if "村" in name else "community"
    if re.search(r"街道|镇|乡", name):
        return "subdistrict"
    if re.match(r"区|县|旗", name) or re.search(r"[区县]", name[:4]):
        return "district"
    if re.search(r"派出所|司法所|卫生院|党政办|党建办|民政所|民政办|办事处|财政所|国土所|文化站|农技站|市监所|综治办|平安办|城管办|人社所|房管所", name):
        return "subdistrict"
    if re.search(r"外地|当地|组$", name):
        return None
    return "district" if re.search(r"[局办委部联]$|中心$|指挥部$|专班$|大队$|支队$|法院$|交警队?$|工会$", name) else None


def find_units(text: str, found: list[Place]) -> list[Unit]:
    """All organisations of `text`, each with a score, in order. `found`: the places of the text."""
    spans: dict[int, int] = {}
    for pattern in (_COMMITTEE, _KNOWN, _GENERIC, _STRANGER, _PLAIN):
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(s < end and start < e for s, e in spans.items()):
                continue
            spans[start] = end
    named = {place.end: place for place in found}
    taken: list[tuple[int, int]] = []
    for start, end in sorted(spans.items()):
        for place in found:
            if place.start < start < place.end < end and place.rank >= 2:  # "白杨镇" + "镇党委"
                start = place.start
        if start in named and named[start].rank >= 1:
            start = named[start].start
        taken.append((start, end))
    for place in found:
        if place.rank == 2 and not any(s < place.end and place.start < e for s, e in taken):
            taken.append((place.start, place.end))
        else:
            taken = [(min(s, place.start), e) if place.rank == 2 and place.start < s < place.end and e <= place.end else (s, e) for s, e in taken]
    return [Unit(s, e, level_of(text[s:e]), _score(text, s, e)) for s, e in sorted(set(taken))]


def _score(text: str, start: int, end: int) -> float:
    """How much the unit at this place looks like the one that demands."""
    name = text[start:end]
    score = 1.0 - start / (len(text) + 40)
    if _DEMANDS.match(text[end : end + 12]):
        score += 1.0
    if _SELF.search(text[max(0, start - 5) : start]):
        score -= 0.8
    if len(name) >= 4:
        score += 0.4
    if name in ("学校", "医院", "公司", "银行", "小学", "幼儿园", "法院", "物业公司", "居委会", "村委会", "交警"):
        score -= 0.4
    if text[end : end + 1] and text[end] in "的" and re.match(r"的(?:网格|社工|社区|一名|村)", text[end:]):
        score -= 0.8
    return score


def responsible(found: list[Unit]) -> Unit | None:
    """The unit that most likely puts the burden on, or None where none looks like it."""
    best = max(found, key=lambda one: (one.score, -one.start), default=None)
    return best if best is not None and best.score >= 0.6 else None
