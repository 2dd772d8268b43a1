"""Named localities in a text (already `normal`): where they stand, how fine they are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogs.understand.wordfile import wordlist

# Finest first. The rank orders them; a place of rank 0 is finer than one of rank 1.
_KINDS = {
    "小区": 0, "新村": 0, "花园": 0, "公寓": 0, "家园": 0, "社区": 1, "村": 1, "屯": 1, "嘎查": 1, "街道": 2, "镇": 2, "乡": 2,
    "苏木": 2, "区": 3, "县": 3, "旗": 3, "市": 4,
}  # fmt: skip
_END = re.compile("小区|社区|街道|花园|家园|公寓|嘎查|苏木|村|屯|镇|乡|县|区|市")

# A name does not reach over these.
_STOP = frozenset(
    "的了着过是在到从去来让叫给向对被把将由要请和与及跟同有各每全本该这那哪某几个只以为于比就都也还又说讲评做搞住我你他她它俺额咱们您侬伊"
    "一两三四五六七八九十百千万多少半第不没无非会能可想找见听问帮替用派进出下发报收写填拍贴挂跑走开关省市县区镇乡村些所社街很太最再已吗呢吧啊呀"
    "嘛哦嗯呃咧哉邻旁近附等如像且或但而却因此则即凡按据经格啲嘅喺咁仲系咗俾唔佢啥甚咋哪您阿拉乃"
)
_LEAD = wordlist("lead")
_GENERIC = frozenset(wordlist("no-place"))


@dataclass(frozen=True, slots=True)
class Place:
    """A named locality, `text[start:end]`; `rank` 0 is the finest."""

    start: int
    end: int
    rank: int


def _name_start(text: str, end: int, low: int) -> int | None:
    """Where the name before position `end` begins; None where there is no name."""
    start = end
    while start > low and end - start < 5 and "\u4e00" <= text[start - 1] <= "\u9fff" and text[start - 1] not in _STOP:
        start -= 1
    trimmed = True
    while trimmed:
        trimmed = False
        for lead in _LEAD:
            if text.startswith(lead, start) and end - start - len(lead) >= 2:
                start += len(lead)
                trimmed = True
                break
    if end - start > 3:
        start = end - 2
    name = text[start:end]
    if len(name) < 2 or name in _GENERIC or any(name.endswith(one) for one in _GENERIC if len(one) > 1):
        return None
    return start


def find_places(text: str) -> list[Place]:
    """All named localities of `text`, in order."""
    found: list[Place] = []
    low = 0
    for match in _END.finditer(text):
        kind = match.group()
        if kind in ("区", "县", "市", "旗") and text[match.end() : match.end() + 1] in ("里", "上", "级", "场", "长", "域", "别", "分", "民"):
            continue
        start = _name_start(text, match.start(), low)
        low = match.end()
        if start is not None:
            found.append(Place(start, match.end(), _KINDS[kind]))
    return found


def finest(found: list[Place], text: str) -> Place | None:
    """The finest place, the one named most often where several are as fine, else the first; districts are no answer."""
    fine = [one for one in found if one.rank <= 2]
    return min(fine, key=lambda one: (one.rank, -text.count(text[one.start : one.end]), one.start), default=None)
