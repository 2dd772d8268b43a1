"""What a first sentence is about: `understand(text)`. Pure; its package data are read
at the first call.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dialogs.understand.alarms import sounded
from dialogs.understand.counts import find_counts
from dialogs.understand.english import english_place, english_unit
from dialogs.understand.languages import CHINESE, ENGLISH, OTHER, language_of
from dialogs.understand.lexicon import hits
from dialogs.understand.model import Scores, feature_values, loaded, score
from dialogs.understand.places import FoundPlace, find_places, finest
from dialogs.understand.reasons import reasons
from dialogs.understand.spans import TextSpan
from dialogs.understand.speakers import heard_speakers
from dialogs.understand.spelling import normal
from dialogs.understand.times import find_when
from dialogs.understand.units import FoundUnit, find_units, responsible

CATEGORIES = (
    "documents", "meetings", "inspections", "forms", "fingertip", "signage",
    "off_list_tasks", "certificates", "showcase", "secondment", "event_quota", "other",
)  # fmt: skip
FINGERTIP_KINDS = ("forced_use", "traces", "ranking", "multi_report", "zombie")
SIGNPOSTS = ("110", "119", "120", "12345", "12388", "petition", "court")
EMERGENCIES = ("110", "119", "120")

READ_AT_MOST = 3000  # characters
AWAY = 0.6  # from this probability on a text is out of scope
SHORT = 12  # characters: fewer are too few words to turn a text away on
AWAY_SHORT = 0.65  # the same for a text that is shorter
AWAY_HEARD = 0.2  # the same, where the words of an emergency are heard
ALARM = 0.1  # from this probability of an emergency on its number is shown
HEARD_MORE = 0.2  # what the words of an emergency add to the probability of its number
URGENT = 0.4  # from this probability on it cannot wait
URGENT_HEARD = 0.1  # the same, where the words of an emergency are heard
FINGERTIP_LIKELY = 0.25  # from this probability on its kind is told
CLEAR_FROM = 0.5  # from this confidence on nobody needs to be asked
CLEAR_OTHER = 0.85  # the same for `other`: of a vague sentence it is the likeliest
# Nor where two categories share nearly all of it: a text that tells of both.
CLEAR_TOGETHER, CLEAR_WITH_ANOTHER = 0.85, 0.4
NETWORK_TEMPERATURE = 0.7  # the network is trained to be modest: it may be surer


@dataclass(frozen=True, slots=True)
class Understanding:
    """What `understand` made of a text. All fields are plain values, fit for JSON.

    categories: all codes of CATEGORIES, likeliest first. confidence: probability that
    the first is right.
    clear: sure enough to go on without asking.
    kind: one of FINGERTIP_KINDS where fingertip is likely, else None.
    unit, place, when: pieces of the text, verbatim. unit_level: community, village,
    subdistrict, district, city, province, nation. counts: (number, measure) as written,
    at most 12.
    urgent: something happens now or is due by tomorrow morning.
    in_scope: False where another service is right; signpost says which (None: ours, or
    advert, test, chat).
    alarm: "110", "119" or "120" where it may be an emergency, in scope or not: always
    show that number.
    because: words of the text that decided for the first category (out of scope: for
    that), strongest first.
    language: "zh", "en" or "other": a writing we do not read. Such a text is never
    turned away and never clear.
    """

    categories: tuple[str, ...]
    confidence: float
    clear: bool
    kind: str | None
    unit: str | None
    unit_level: str | None
    place: str | None
    when: str | None
    counts: tuple[tuple[str, str], ...]
    urgent: bool
    in_scope: bool
    signpost: str | None
    alarm: str | None
    because: tuple[str, ...]
    language: str = CHINESE


def understand(text: str) -> Understanding:
    """Read one report: any string; what follows `READ_AT_MOST` characters is not read.
    Never raises.
    """
    text = text[:READ_AT_MOST]
    plain = normal(text)
    words = hits(plain)
    sizes = {group: len(found) for group, found in words.items()}
    scores = score(plain, feature_values(sizes, heard_speakers(plain)))
    labels, away = _opinions(scores)
    services = _services(labels)
    heard = sounded(plain)
    language = language_of(plain)
    is_read = language != OTHER
    in_scope = not is_read or away < _away_from(plain, heard)
    shares = _shares(labels, in_scope)
    categories = tuple(sorted(CATEGORIES, key=lambda code: -shares[code]))
    alarm, service = _alarm(services, heard)
    urgent_from = URGENT_HEARD if heard else URGENT
    is_fingertip = in_scope and labels["fingertip"] >= FINGERTIP_LIKELY
    places = find_places(plain)
    place = finest(places, plain)
    unit = responsible(find_units(plain, places)) if in_scope else None
    if language == ENGLISH:
        place = place or english_place(text)
        unit = unit or (english_unit(plain) if in_scope else None)
    column = f"label:{categories[0]}" if in_scope else f"label:oos:{service}"
    spans = reasons(plain, words, scores, column)
    return Understanding(
        categories=categories,
        confidence=round(min(1.0, shares[categories[0]]), 3),
        clear=in_scope and is_read and _is_clear(shares),
        kind=_kind(scores.values) if is_fingertip else None,
        unit=_verbatim(text, unit),
        unit_level=unit.level if unit else None,
        place=_verbatim(text, place),
        when=_piece(text, find_when(plain)),
        counts=find_counts(plain),
        urgent=_sigmoid(scores.values["urgent"]) >= urgent_from,
        in_scope=in_scope,
        signpost=None if in_scope or service == "None" else service,
        alarm=alarm,
        because=tuple(text[start:end] for start, end in spans),
        language=language,
    )


def _opinions(scores: Scores) -> tuple[dict[str, float], float]:
    """Label → probability, and how likely the text is out of scope: each the mean of
    what the linear model and the network say.
    """
    temperature = loaded().head.temperature
    linear = _softmax(scores.values, "label:", temperature)
    network = _softmax(scores.second, "", NETWORK_TEMPERATURE)
    labels = {label: (linear[label] + network[label]) / 2 for label in linear}
    # The linear model has two opinions: one column knows no service, only the scope.
    linear_away = (_away(linear) + _sigmoid(scores.values["scope"])) / 2
    return labels, (linear_away + _away(network)) / 2


def _services(labels: Mapping[str, float]) -> dict[str, float]:
    """Service that is right instead of ours → probability; "None": no service is."""
    return {
        label.removeprefix("oos:"): chance
        for label, chance in labels.items()
        if label.startswith("oos:")
    }


def _away(labels: Mapping[str, float]) -> float:
    """How likely it is that another service is right, or none."""
    return sum(_services(labels).values())


def _away_from(plain: str, heard: str | None) -> float:
    """From which probability on this text is out of scope."""
    if heard is not None:
        return AWAY_HEARD
    if len(plain) < SHORT:
        return AWAY_SHORT
    return AWAY


def _shares(labels: Mapping[str, float], in_scope: bool) -> dict[str, float]:
    """Category → probability; what is out of scope is `other`."""
    shares = {code: labels[code] for code in CATEGORIES}
    shares["other"] += _away(labels)
    if not in_scope:
        shares["other"] = max(shares.values()) + 1e-9
    return shares


def _is_clear(shares: Mapping[str, float]) -> bool:
    """Whether the likeliest category is sure enough to go on without asking."""
    first, second, *_ = sorted(shares.values(), reverse=True)
    if first == shares["other"]:
        return first >= CLEAR_OTHER
    if first >= CLEAR_FROM:
        return True
    return first >= CLEAR_WITH_ANOTHER and first + second >= CLEAR_TOGETHER


def _alarm(services: Mapping[str, float], heard: str | None) -> tuple[str | None, str]:
    """The emergency number to show, and the service that is right where the text is out
    of scope.

    services: how likely each is. heard: the number that the words of the text call for.
    """
    likeliest = max(services, key=lambda service: services[service])
    if sum(services[number] for number in EMERGENCIES) < ALARM:
        return heard, likeliest

    def chance(number: str) -> float:
        return services[number] + (HEARD_MORE if number == heard else 0.0)

    alarm = max(EMERGENCIES, key=chance)
    is_nearly_likeliest = services[alarm] > services[likeliest] / 3
    if alarm == heard and is_nearly_likeliest:
        return alarm, alarm
    return alarm, likeliest


def _kind(values: Mapping[str, float]) -> str:
    """The likeliest kind of 指尖上的形式主义."""
    kinds = _softmax(values, "kind:", 1.0)
    return max(kinds, key=lambda kind: kinds[kind])


def _verbatim(text: str, found: FoundUnit | FoundPlace | None) -> str | None:
    """What was found, in the writer's own spelling."""
    if found is None:
        return None
    return text[found.start : found.end]


def _piece(text: str, span: TextSpan | None) -> str | None:
    return text[span[0] : span[1]] if span else None


def _softmax(
    values: Mapping[str, float], prefix: str, temperature: float
) -> dict[str, float]:
    """Column name without `prefix` → probability, over the columns that have it."""
    scaled = {
        name.removeprefix(prefix): value / temperature
        for name, value in values.items()
        if name.startswith(prefix)
    }
    highest = max(scaled.values())
    powers = {name: math.exp(value - highest) for name, value in scaled.items()}
    total = sum(powers.values())
    return {name: power / total for name, power in powers.items()}


def _sigmoid(value: float) -> float:
    within = max(-30.0, min(30.0, value))
    return 1.0 / (1.0 + math.exp(-within))
