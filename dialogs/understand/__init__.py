"""What a first sentence is about: `understand(text)`. Pure; its package data are read
at the first call.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dialogs.understand.alarms import sounded
from dialogs.understand.counts import find_counts
from dialogs.understand.lexicon import hits
from dialogs.understand.model import loaded, score
from dialogs.understand.places import find_places, finest
from dialogs.understand.reasons import reasons
from dialogs.understand.spelling import normal
from dialogs.understand.units import find_units, responsible

CATEGORIES = (
    "documents", "meetings", "inspections", "forms", "fingertip", "signage",
    "off_list_tasks", "certificates", "showcase", "secondment", "event_quota", "other",
)  # fmt: skip
KINDS = ("forced_use", "traces", "ranking", "multi_report", "zombie")
SIGNPOSTS = ("110", "119", "120", "12345", "12388", "petition", "court")
EMERGENCIES = ("110", "119", "120")

READ_AT_MOST = 3000  # characters
AWAY = 0.45  # from this probability on a text is out of scope
AWAY_SHORT, SHORT = (
    0.65,
    12,
)  # the same for a text of fewer characters: too few words to turn it away on
AWAY_HEARD = 0.2  # the same, where the words of an emergency are heard
ALARM = 0.1  # from this probability of an emergency on its number is shown
URGENT = 0.4  # from this probability on it cannot wait
URGENT_HEARD = 0.1  # the same, where the words of an emergency are heard
CLEAR = 0.7  # from this confidence on nobody needs to be asked


@dataclass(frozen=True, slots=True)
class Understanding:
    """What `understand` made of a text. All fields are plain values, fit for JSON.

    categories: all codes of CATEGORIES, likeliest first. confidence: probability that
    the first is right.
    clear: sure enough to go on without asking. kind: one of KINDS where fingertip is
    likely, else None.
    unit, place: pieces of the text, verbatim. unit_level: community, village,
    subdistrict, district, city, province, nation. counts: (number, measure) as written,
    at most 12.
    urgent: something happens now or is due by tomorrow morning.
    in_scope: False where another service is right; signpost says which (None: ours, or
    advert, test, chat).
    alarm: "110", "119" or "120" where it may be an emergency, in scope or not: always
    show that number.
    because: words of the text that decided for the first category (out of scope: for
    that), strongest first.
    """

    categories: tuple[str, ...]
    confidence: float
    clear: bool
    kind: str | None
    unit: str | None
    unit_level: str | None
    place: str | None
    counts: tuple[tuple[str, str], ...]
    urgent: bool
    in_scope: bool
    signpost: str | None
    alarm: str | None
    because: tuple[str, ...]


def understand(text: str) -> Understanding:
    """Read one report: any string; what follows `READ_AT_MOST` characters is not read.
    Never raises.
    """
    text = text[:READ_AT_MOST]
    plain = normal(text)
    found = hits(plain)
    scores = score(plain, {group: len(words) for group, words in found.items()})
    likely = _softmax(scores.values, "label:", loaded().head.temperature)
    away_as = {
        label[4:]: value for label, value in likely.items() if label.startswith("oos:")
    }
    away = (sum(away_as.values()) + _sigmoid(scores.values["scope"])) / 2
    heard = sounded(plain)
    in_scope = away < (
        AWAY_HEARD if heard else AWAY_SHORT if len(plain) < SHORT else AWAY
    )
    ranked, confidence = _rank(likely, sum(away_as.values()), in_scope)
    signpost = max(away_as, key=lambda one: away_as[one])
    alarm = heard
    if sum(away_as[one] for one in EMERGENCIES) >= ALARM:
        alarm = max(
            EMERGENCIES, key=lambda one: away_as[one] + (0.2 if one == heard else 0.0)
        )
        if alarm == heard and away_as[alarm] > away_as[signpost] / 3:
            signpost = alarm
    kinds = _softmax(scores.values, "kind:", 1.0)
    where = find_places(plain)
    unit = responsible(find_units(plain, where)) if in_scope else None
    place = finest(where, plain)
    reason = f"label:{ranked[0]}" if in_scope else f"label:oos:{signpost}"
    return Understanding(
        categories=ranked,
        confidence=round(confidence, 3),
        clear=in_scope and confidence >= CLEAR,
        kind=max(kinds, key=lambda one: kinds[one])
        if in_scope and likely["fingertip"] >= 0.25
        else None,
        unit=text[unit.start : unit.end] if unit else None,
        unit_level=unit.level if unit else None,
        place=text[place.start : place.end] if place else None,
        counts=find_counts(plain),
        urgent=_sigmoid(scores.values["urgent"]) >= (URGENT_HEARD if heard else URGENT),
        in_scope=in_scope,
        signpost=None if in_scope or signpost == "None" else signpost,
        alarm=alarm,
        because=tuple(
            text[start:end] for start, end in reasons(plain, found, scores, reason)
        ),
    )


def _rank(
    likely: Mapping[str, float], away: float, in_scope: bool
) -> tuple[tuple[str, ...], float]:
    """Categories, likeliest first, and the probability of the first; what is out of
    scope is `other`.
    """
    shares = {code: likely[code] for code in CATEGORIES}
    shares["other"] += away
    if not in_scope:
        shares["other"] = max(shares.values()) + 1e-9
    ranked = tuple(sorted(CATEGORIES, key=lambda code: -shares[code]))
    return ranked, min(1.0, shares[ranked[0]])


def _softmax(
    values: Mapping[str, float], prefix: str, temperature: float
) -> dict[str, float]:
    """Column name without `prefix` → probability, over the columns that have it."""
    chosen = {
        name[len(prefix) :]: value / temperature
        for name, value in values.items()
        if name.startswith(prefix)
    }
    top = max(chosen.values())
    powers = {name: math.exp(value - top) for name, value in chosen.items()}
    total = sum(powers.values())
    return {name: power / total for name, power in powers.items()}


def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, value))))
