"""Numbers with their unit of measure, as the text (already `normal`) gives them."""

from __future__ import annotations

import re

from dialogs.understand.wordfile import wordlist

# Nobody counts in longer numbers; and each is looked at once, not from every digit.
_NUMBER = (
    r"(?:(?<!\d)\d{1,9}(?:\.\d{1,4})?|[一二两三四五六七八九十百千万零半几仨俩]{1,9})"
    r"(?:多|余|来)?"
)
_MEASURE = (
    "小时|分钟|个月|年|天|周|次|遍|趟|张|份|个|块|面|条|件|本|场|户|人|名|页|字|万字|"
    "公里|里路|元|块钱|万|吨|亩|栋|桶|台|部|套|项|家|篇|版|轮|"
    "级|分|秒|岁|%|百分点|米|平方米|平米|处|道|起|单|批|组|盒|箱|倍|学时|晚|回|枚"
)
_COUNT = re.compile(
    r"((?:每|一)(?:天|周|月|季度|年|人|户|次|个网格|网格)(?:每?人)?)?"
    rf"({_NUMBER})({_MEASURE})"
)
_COUNTS_AT_MOST = 12
_IDLE = frozenset(wordlist("idle-counts"))


def find_counts(text: str) -> tuple[tuple[str, str], ...]:
    """(number as written, measure as written) in order, at most 12; idle ones ("一个")
    are left out.
    """
    found: list[tuple[str, str]] = []
    for match in _COUNT.finditer(text):
        per, number, measure = match.groups()
        if number + measure in _IDLE:
            continue
        if per:
            measure = f"{measure}·{per}"
        found.append((number, measure))
    return tuple(found[:_COUNTS_AT_MOST])
