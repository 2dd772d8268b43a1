"""The thirteen days that everybody has off by law, of every year: known before any
notice tells how they are moved together (调休).

Source: 全国年节及纪念日放假办法, second article, as in force since 1 January 2025
(State Council decree 795). The lunar days are those of the calendar tables 2025–2100
that follow GB/T 33661-2017; a test works them out anew from the sun and the moon.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

IN_FORCE_FROM = 2025
FIXED_DAYS = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
# year, then month.day of the first day of the lunar year, of Qingming, of Dragon Boat
# and of Mid-Autumn
LUNAR_DAYS = """
2025 1.29 4.4 5.31 10.6
2026 2.17 4.5 6.19 9.25
2027 2.6 4.5 6.9 9.15
2028 1.26 4.4 5.28 10.3
2029 2.13 4.4 6.16 9.22
2030 2.3 4.5 6.5 9.12
2031 1.23 4.5 6.24 10.1
2032 2.11 4.4 6.12 9.19
2033 1.31 4.4 6.1 9.8
2034 2.19 4.5 6.20 9.27
2035 2.8 4.5 6.10 9.16
2036 1.28 4.4 5.30 10.4
2037 2.15 4.4 6.18 9.24
2038 2.4 4.5 6.7 9.13
2039 1.24 4.5 5.27 10.2
2040 2.12 4.4 6.14 9.20
2041 2.1 4.4 6.3 9.10
2042 1.22 4.4 6.22 9.28
2043 2.10 4.5 6.11 9.17
2044 1.30 4.4 5.31 10.5
2045 2.17 4.4 6.19 9.25
2046 2.6 4.4 6.8 9.15
2047 1.26 4.5 5.29 10.4
2048 2.14 4.4 6.15 9.22
2049 2.2 4.4 6.4 9.11
2050 1.23 4.4 6.23 9.30
2051 2.11 4.5 6.13 9.19
2052 2.1 4.4 6.1 9.7
2053 2.19 4.4 6.20 9.26
2054 2.8 4.4 6.10 9.16
2055 1.28 4.5 5.30 10.5
2056 2.15 4.4 6.17 9.24
2057 2.4 4.4 6.6 9.13
2058 1.24 4.4 6.25 10.2
2059 2.12 4.5 6.14 9.21
2060 2.2 4.4 6.3 9.9
2061 1.21 4.4 6.22 9.28
2062 2.9 4.4 6.11 9.17
2063 1.29 4.5 6.1 10.6
2064 2.17 4.4 6.19 9.25
2065 2.5 4.4 6.8 9.15
2066 1.26 4.4 5.28 10.3
2067 2.14 4.5 6.16 9.23
2068 2.3 4.4 6.4 9.11
2069 1.23 4.4 6.23 9.29
2070 2.11 4.4 6.13 9.19
2071 1.31 4.5 6.2 9.8
2072 2.19 4.4 6.20 9.26
2073 2.7 4.4 6.10 9.16
2074 1.27 4.4 5.30 10.5
2075 2.15 4.4 6.17 9.24
2076 2.5 4.4 6.6 9.12
2077 1.24 4.4 6.24 10.1
2078 2.12 4.4 6.14 9.20
2079 2.2 4.4 6.4 9.10
2080 1.22 4.4 6.22 9.28
2081 2.9 4.4 6.11 9.17
2082 1.29 4.4 6.1 10.6
2083 2.17 4.4 6.19 9.26
2084 2.6 4.4 6.7 9.14
2085 1.26 4.4 5.27 10.3
2086 2.14 4.4 6.15 9.22
2087 2.3 4.4 6.5 9.11
2088 1.24 4.4 6.23 9.29
2089 2.10 4.4 6.13 9.18
2090 1.30 4.4 6.2 9.8
2091 2.18 4.4 6.21 9.27
2092 2.7 4.4 6.9 9.16
2093 1.27 4.4 5.29 10.5
2094 2.15 4.4 6.17 9.24
2095 2.5 4.4 6.6 9.13
2096 1.25 4.4 6.24 9.30
2097 2.12 4.4 6.14 9.20
2098 2.1 4.4 6.4 9.9
2099 1.21 4.4 6.23 9.29
2100 2.9 4.5 6.12 9.18
"""


@cache
def statutory_days(year: int) -> Mapping[date, str]:
    """Each of them with its Chinese name; empty for years before the rule.

    Where two fall on one day, the one that the lunar calendar sets gives its name.
    After 2100 the days of the sun's calendar alone are known.
    """
    if year < IN_FORCE_FROM:
        return {}
    days = {date(year, month, day): name for (month, day), name in FIXED_DAYS.items()}
    if year not in _lunar_days():
        return days
    new_year, qingming, dragon_boat, mid_autumn = _lunar_days()[year]
    for number in range(-1, 3):  # the eve and three days
        days[new_year + timedelta(days=number)] = "春节"
    days[qingming] = "清明节"
    days[dragon_boat] = "端午节"
    days[mid_autumn] = "中秋节"
    return days


@cache
def _lunar_days() -> Mapping[int, tuple[date, ...]]:
    """year → the four days of its line."""
    found = {}
    for line in LUNAR_DAYS.split("\n"):
        if not line:
            continue
        year, *days = line.split()
        found[int(year)] = tuple(_day(int(year), day) for day in days)
    return found


def _day(year: int, text: str) -> date:
    month, day = text.split(".")
    return date(year, int(month), int(day))
