"""How the numbers and times of a message stand to what was said before: whether they
take its place, or tell something beside it.

After "每周报五次", "十次" is another number of the same thing; "上个月报了二十次" or
"已经三个月了" is one more fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from dialogs.meaning.cues import bare
from dialogs.meaning.moment import Draft, Moment
from dialogs.meaning.patterns import any_of, pattern
from dialogs.understand.spelling import normal

NUMBER = (
    r"(?:(?<!\d)\d{1,9}(?:\.\d{1,4})?|[零一二两三四五六七八九十百千万半几仨俩]{1,9})"
)
_TIME = re.compile(r"月|星期|礼拜|季度|学期")  # "三个月" counts no things
_OTHER_NUMBER = re.compile(
    rf"({NUMBER})([^0-9零一二两三四五六七八九十百千万半几仨俩]{{1,6}}?)[吧哦哈啊]?"
)
_SIDES = 2  # letters before and after a number that tell what it counts
_ALONE = 3  # letters beside a value, of a message that is little else


@dataclass(frozen=True, slots=True)
class CountedThing:
    """A number with its measure, and the letters around it."""

    number: str
    measure: str
    before: str
    after: str

    def counts_like(self, other: CountedThing) -> bool:
        """Whether both have one measure and stand beside a letter that is the same."""
        own = set(self.before + self.after)
        return self.measure == other.measure and bool(own & set(other.around))

    @property
    def around(self) -> str:
        return self.before + self.after


@cache
def count_pattern() -> re.Pattern[str]:
    """A number with its measure."""
    return re.compile(rf"({NUMBER})(?:多|来|余)?({any_of('measures')})")


def counts(plain: str) -> list[CountedThing]:
    """The counted things of a `normal` text, in order."""
    return [
        CountedThing(
            match[1],
            match[2],
            bare(plain[: match.start()])[-_SIDES:],
            bare(plain[match.end() :])[:_SIDES],
        )
        for match in count_pattern().finditer(plain)
        if not _TIME.match(plain, match.end())
    ]


def times(plain: str) -> list[str]:
    """The times, and how often, of a `normal` text, in order."""
    return [match.group() for match in pattern("time-piece").finditer(plain)]


def replaces_a_number(plain: str, moment: Moment) -> bool:
    """Whether a `normal` message is nothing but something that was said, with another
    number.
    """
    found = _OTHER_NUMBER.fullmatch(bare(plain))
    if found is None:
        return False
    said = normal("\n".join(moment.said_before))
    told = re.findall(rf"({NUMBER}){re.escape(found[2])}", said)
    return bool(told) and found[1] not in told


def value_signs(plain: str, moment: Moment) -> Iterable[str]:
    """What the numbers and times of a `normal` message are beside what was said."""
    said = normal("\n".join(moment.said_before))
    if not said:
        return
    corrects = pattern("correcting").search(plain) is not None
    stance = "correcting" if corrects else "telling"
    yield stance
    for sign in (*_count_signs(plain, said), *_time_signs(plain, said, moment)):
        yield sign
        yield f"{stance}&{sign}"


def _count_signs(plain: str, said: str) -> Iterable[str]:
    own = counts(plain)
    if not own:
        return
    known = counts(said)
    like = [
        (one, other) for one in own for other in known if one.measure == other.measure
    ]
    others = [(one, other) for one, other in like if one.number != other.number]
    if not like:
        state = "of its own"
    elif not others:
        state = "as said"
    elif any(one.counts_like(other) for one, other in others):
        state = "in place of one"
    else:
        state = "beside one"
    yield f"count {state}"
    yield f"count {state}&{_place_of(count_pattern(), plain)}"


def _time_signs(plain: str, said: str, moment: Moment) -> Iterable[str]:
    own = times(plain)
    if not own:
        return
    draft = moment.draft or Draft()
    if any(time in said for time in own):
        state = "as said"
    elif draft.when:
        state = "beside what is understood"
    elif times(said):
        state = "beside one"
    else:
        state = "first"
    yield f"time {state}"
    yield f"time {state}&{_place_of(pattern('time-piece'), plain)}"


def _place_of(words: re.Pattern[str], plain: str) -> str:
    """Where a value stands in its message: alone, first, last, or within."""
    rest = bare(words.sub("", plain))
    if len(rest) <= _ALONE:
        return "alone"
    found = list(words.finditer(plain))
    if bare(plain[: found[0].start()]) == "":
        return "first"
    return "last" if bare(plain[found[-1].end() :]) == "" else "within"
