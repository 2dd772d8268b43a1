"""Words that only announce, as 少写了一句 and 第二个补充一下 do: they say where the
next words go, and are no part of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WHICH = (  # of several that were just told
    r"(?:(?P<first>第一|第1|前面那?|前|上面那?|头一)|(?P<second>第二|第2|后面那?|后)"
    r"|(?P<third>第三|第3))(?:个|件|条|份)(?:回执码?|事|会|表|反映)?(?:的事)?"
)
OF_BEFORE = (
    r"(?:刚才|刚刚|刚|上面|上次|上回|之前)(?:说的|报的|交的|写的|发的)?"
    r"(?:(?:那|这)[个件份]?)?[^，,。；;！!？? ]{0,6}?(?:的事|事|那件)?"
)
LEAD = r"(?:不好意思|对了|哦|噢|那个|我|还|也|又|再|想|要|得|可以|麻烦|帮我|把|[，, ])*"
FORGOT = (
    r"(?:刚才?|刚刚)?(?:(?:忘记?|漏|少|落)了?(?:写|说|讲|提)了?|漏了|忘了)"
    r"(?:(?:一|几|两)?[句点]|一下|一个事|一件事|个事)?(?:话|情况)?"
)
ADDS = (
    r"(?:补充|补|加|添|追加)(?:写|说|上)?(?:(?:一|几|两)?[句点段]|一下|下)"
    r"(?:话|情况|内容|材料)?"
)
STILL = (
    r"还有(?:一|几|两)?[句点](?:话)?"
    r"(?:(?:刚才)?(?:忘记?了?|漏了?|没)(?:写|说|讲|提)?(?:了|的|上)?)?"
)
ERRED = (
    r"(?P<erred>(?:刚才?|刚刚)?(?:写|说|打|发|填|弄|搞)错(?:字|数)?了?(?:一?[个处点])?)"
)
END = r"(?:了|吧|啊|哈|呢)?(?:[\s，,。：:；;!！~…、]+|$)"
ANNOUNCED = re.compile(
    rf"^{LEAD}(?:(?:{WHICH}|{OF_BEFORE}){LEAD})?(?:{FORGOT}|{ADDS}|{STILL}|{ERRED}){END}"
)
WHEN = (
    r"(?:后来|现在|最近|目前|[这上](?:个)?(?:周|星期|礼拜|月|几天)|昨天|今天|他们"
    r"|[，, ])*"
)
OF_A_CASE = re.compile(
    rf"{WHEN}(?:没有?|没了|没再.{{1,4}}|再(?:也)?没.{{1,4}}|没反弹|又?反弹"
    rf"|又(?:来|开始|搞)(?:报|填|要|弄){{0,2}}(?:了)?(?:一?[回次遍])?"
    rf"|又(?:报|填|要|弄){{1,2}}了(?:一?[回次遍])?)(?:了|啊|过)?[。.!！~]*"
)
POINTED = re.compile(rf"^{LEAD}{WHICH}(?:[\s，,：:、的]|呢)*")
NUMBERS = {"first": 1, "second": 2, "third": 3}


@dataclass(frozen=True, slots=True)
class Announced:
    """rest: what is to be added, "" where it is still to come; number: which of several
    it is for, from 1; 0 where that was not said. is_right: it takes the place of
    something that is wrong.
    """

    rest: str
    number: int = 0
    is_right: bool = False


def announced(words: str) -> Announced | None:
    """What a message announces; None where it is no such message. Any string."""
    words = words.strip()
    found = ANNOUNCED.match(words)
    if found is None:
        return None
    number = _number(found)
    return Announced(words[found.end() :].strip(), number, bool(found["erred"]))


def pointed(words: str) -> Announced | None:
    """Which of several a message begins with, and the rest of it."""
    words = words.strip()
    found = POINTED.match(words)
    if found is None:
        return None
    return Announced(words[found.end() :].strip("?？!！。 "), _number(found))


def _number(found: re.Match[str]) -> int:
    return next((one for name, one in NUMBERS.items() if found[name]), 0)


def speaks_of_a_case(words: str) -> bool:
    """Whether short words say of a case that it came back, or did not, and nothing of
    what it is.
    """
    return OF_A_CASE.fullmatch(words.strip()) is not None
