"""The Chinese lunar calendar worked out from the sun and the moon, beside the table of
the product: new moons and solar terms by Meeus, the months by GB/T 33661-2017.

Source: Jean Meeus, Astronomical Algorithms, 2nd edition: chapters 25 (apparent
longitude of the sun) and 49 (new moons); ΔT by Espenak and Meeus. Good to a few
minutes, which decides every day of 2025 to 2100.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from math import floor, radians, sin

J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
BEIJING = timedelta(hours=8)
TROPICAL_YEAR = 365.2422
LUNATION = 29.530588861
# the greatest periodic terms of a new moon: amplitude in days, power of the factor of
# the eccentricity, multiples of the anomalies of moon and sun and of the latitude
NEW_MOON_TERMS = (
    (-0.40720, 0, (1, 0, 0)),
    (0.17241, 1, (0, 1, 0)),
    (0.01608, 0, (2, 0, 0)),
    (0.01039, 0, (0, 0, 2)),
    (0.00739, 1, (1, -1, 0)),
    (-0.00514, 1, (1, 1, 0)),
    (0.00208, 2, (0, 2, 0)),
    (-0.00111, 0, (1, 0, -2)),
    (-0.00057, 0, (1, 0, 2)),
    (0.00056, 1, (2, 1, 0)),
    (-0.00042, 0, (3, 0, 0)),
    (0.00042, 1, (0, 1, 2)),
    (0.00038, 1, (0, 1, -2)),
    (-0.00024, 1, (2, -1, 0)),
)


def spring_festival(year: int) -> date:
    return _first_of_month(year, 1)


def dragon_boat(year: int) -> date:
    return _first_of_month(year, 5) + timedelta(days=4)


def mid_autumn(year: int) -> date:
    return _first_of_month(year, 8) + timedelta(days=14)


def tomb_sweeping(year: int) -> date:
    """The day on which the sun reaches 15°."""
    return _solar_term(datetime(year, 4, 4, tzinfo=UTC), 15)


# ── months ────────────────────────────────────────────────────────────────────────────


def _first_of_month(year: int, number: int) -> date:
    """The first day of a lunar month that is no leap month.

    The month of the winter solstice is the eleventh; where thirteen months lie between
    two of them, the first without a major solar term is the leap month.
    """
    months = _months_from(year - 1) + _months_from(year)
    return next(
        first
        for named, first in months
        if named == number and _around(first, year, number)
    )


def _around(first: date, year: int, number: int) -> bool:
    """Whether a month that begins then is of that lunar year."""
    middle = date(year, 1, 20) + timedelta(days=30 * (number - 1))
    return abs((first - middle).days) < 100


@cache
def _months_from(year: int) -> list[tuple[int, date]]:
    """(number, first day) of the months from the eleventh of `year` to the tenth of the
    next; a leap month has the number 0.
    """
    begins = _month_of_solstice(year)
    ends = _month_of_solstice(year + 1)
    firsts = [begins]
    while firsts[-1] < ends:
        firsts.append(_new_moon_after(firsts[-1] + timedelta(days=2)))
    is_leap_year = len(firsts) == 14
    numbered = []
    number = 11
    for first, following in pairwise(firsts):
        if is_leap_year and not _has_major_term(first, following):
            numbered.append((0, first))
            is_leap_year = False
            continue
        numbered.append((number, first))
        number = number % 12 + 1
    return numbered


def _month_of_solstice(year: int) -> date:
    solstice = _solar_term(datetime(year, 12, 21, tzinfo=UTC), 270)
    return _new_moon_until(solstice)


def _has_major_term(first: date, following: date) -> bool:
    """Whether the sun passes a multiple of 30° from the one day to before the other."""
    begins = floor(_sun(_midnight(first)) / 30)
    ends = floor(_sun(_midnight(following)) / 30)
    return begins != ends


# ── the moon ──────────────────────────────────────────────────────────────────────────


def _new_moon_until(day: date) -> date:
    """The last Beijing day up to `day` on which the moon is new."""
    found = _new_moon_after(day - timedelta(days=31))
    while (following := _new_moon_after(found + timedelta(days=2))) <= day:
        found = following
    return found


def _new_moon_after(day: date) -> date:
    """The first Beijing day from `day` on, on which the moon is new."""
    days = (day - date(2000, 1, 6)).days
    number = floor(days / LUNATION) - 1
    while (found := _day(_new_moon(number))) < day:
        number += 1
    return found


def _new_moon(number: int) -> datetime:
    """The instant, in UTC. number: lunations since January 2000."""
    k = float(number)
    t = k / 1236.85
    ephemeris_day = (
        2451550.09766
        + LUNATION * k
        + 0.00015437 * t**2
        - 0.000000150 * t**3
        + 0.00000000073 * t**4
    )
    eccentricity = 1 - 0.002516 * t - 0.0000074 * t**2
    sun = 2.5534 + 29.10535670 * k - 0.0000014 * t**2
    moon = 201.5643 + 385.81693528 * k + 0.0107582 * t**2
    latitude = 160.7108 + 390.67050284 * k - 0.0016118 * t**2
    for amplitude, power, (of_moon, of_sun, of_latitude) in NEW_MOON_TERMS:
        angle = of_moon * moon + of_sun * sun + of_latitude * latitude
        ephemeris_day += amplitude * eccentricity**power * sin(radians(angle))
    node = 124.7746 - 1.56375588 * k + 0.0020672 * t**2
    ephemeris_day -= 0.00017 * sin(radians(node))
    planet = 299.77 + 0.107408 * k - 0.009173 * t**2
    ephemeris_day += 0.000325 * sin(radians(planet))
    return _universal(ephemeris_day)


# ── the sun ───────────────────────────────────────────────────────────────────────────


def _solar_term(near: datetime, degrees: int) -> date:
    """The Beijing day on which the sun reaches that apparent longitude."""
    at = near
    for _ in range(6):
        apart = (degrees - _sun(at) + 180) % 360 - 180
        at += timedelta(days=apart / 360 * TROPICAL_YEAR)
    return _day(at)


def _sun(at: datetime) -> float:
    """Its apparent longitude in degrees, 0 to 360."""
    days = (at - J2000) / timedelta(days=1) + _delta_t(at.year) / 86400
    t = days / 36525
    mean = 280.46646 + 36000.76983 * t + 0.0003032 * t**2
    anomaly = radians(357.52911 + 35999.05029 * t - 0.0001537 * t**2)
    centre = (
        (1.914602 - 0.004817 * t) * sin(anomaly)
        + (0.019993 - 0.000101 * t) * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    node = radians(125.04 - 1934.136 * t)
    return (mean + centre - 0.00569 - 0.00478 * sin(node)) % 360


# ── time ──────────────────────────────────────────────────────────────────────────────


def _delta_t(year: int) -> float:
    """Seconds by which dynamical time is ahead."""
    since = year - 2000
    if year < 2050:
        return 62.92 + 0.32217 * since + 0.005589 * since**2
    return -20 + 32 * ((year - 1820) / 100) ** 2 - 0.5628 * (2150 - year)


def _universal(ephemeris_day: float) -> datetime:
    at = J2000 + timedelta(days=ephemeris_day - 2451545.0)
    return at - timedelta(seconds=_delta_t(at.year))


def _midnight(day: date) -> datetime:
    """When that Beijing day begins, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - BEIJING


def _day(at: datetime) -> date:
    return (at + BEIJING).date()
