"""Words that name a kind of matter and tell nothing of it ("会议", "又是表"). Pure."""

from __future__ import annotations

import re
from functools import cache

from dialogs.meaning.patterns import any_of, names
from dialogs.understand.spelling import normal

LONGEST = 12  # characters of words that name a kind and tell nothing
BEFORE = (
    r"(?:我?(?:想|要)?(?:说说?|反映|讲讲?)|关于|又是|还是|就是|都是|全是|老是|净是|是"
    r"|那个|这个)*"
)
BEHIND = r"(?:类|方面|的事儿?|的问题|问题|呗|啊|呀|嘛|吧|了|[ ,。.!~…])*"


def only_names(words: str) -> bool:
    """Whether words name a kind of matter, and nothing that was done or asked."""
    plain = normal(words.strip())
    return len(plain) <= LONGEST and bool(_bare().fullmatch(plain))


@cache
def _bare() -> re.Pattern[str]:
    codes = [code for code in names("category-") if code != "other"]
    kinds = "|".join(any_of(f"category-{code}") for code in codes)
    return re.compile(f"{BEFORE}(?:{kinds}){BEHIND}")
