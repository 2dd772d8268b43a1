"""What a first sentence is about: `understand(text)`. Pure, no I/O but its own package data, read once at the first call."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dialogs.understand import lexicon
from dialogs.understand.counts import find_counts
from dialogs.understand.normal import normal
from dialogs.understand.places import find_places, finest
from dialogs.understand.units import find_units, responsible

CATEGORIES = (
    "documents", "meetings", "inspections", "forms", "fingertip", "signage",
    "off_list_tasks", "certificates", "showcase", "secondment", "event_quota", "other",
)  # fmt: skip
KINDS = ("forced_use", "traces", "ranking", "multi_report", "zombie")
SIGNPOSTS = ("110", "119", "120", "12345", "12388", "petition", "court")


@dataclass(frozen=True, slots=True)
class Understanding:
    """What `understand` made of a text. All fields are plain values, fit for JSON.

    categories: all codes of CATEGORIES, likeliest first. confidence: probability that the first is right, 0–1.
    clear: sure enough to go on without asking. kind: one of KINDS where fingertip is likely, else None.
    unit, place: pieces of the text, verbatim. unit_level: community, village, subdistrict, district, city, province, nation.
    counts: (number, measure) as written. urgent: something happens now or is due by tomorrow morning.
    in_scope: False where another service is the right one; then signpost says which (None: advert, test, chat).
    alarm: "110", "119" or "120" where the text may be an emergency, in scope or not: always show the number.
    because: words of the text that decided for the first category, strongest first, at most four.
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
    """Read one report's text (any string, any length; what follows 3,000 characters is not read). Never raises."""
    text = text[:3000]
    plain = normal(text)
    found = lexicon.hits(plain)
    says: dict[str, float] = {}
    for number, words in found.items():
        group = lexicon.GROUPS[number]
        for label, weight in group.says.items():
            says[label] = says.get(label, 0.0) + weight * math.sqrt(len(set(words)))
    scores = {code: says.get(code, 0.0) for code in CATEGORIES}
    scores["other"] += 0.5
    top = max(scores.values())
    total = sum(math.exp(value - top) for value in scores.values())
    ranked = tuple(sorted(CATEGORIES, key=lambda code: -scores[code]))
    away = max(SIGNPOSTS, key=lambda code: says.get(code, 0.0))
    in_scope = not (says.get(away, 0.0) > 2.5 and says.get(away, 0.0) > 1.5 * (top or 1.0))
    if not in_scope:
        ranked = ("other", *(code for code in ranked if code != "other"))
    where = find_places(plain)
    unit = responsible(find_units(plain, where)) if in_scope else None
    place = finest(where, plain)
    alarm = away if away in ("110", "119", "120") and says.get(away, 0.0) >= 3 else None
    kind = max(KINDS, key=lambda one: says.get("kind:" + one, 0.0))
    because = tuple(
        word for number, words in found.items() if ranked[0] in lexicon.GROUPS[number].says for word in dict.fromkeys(words)
    )
    confidence = 1 / total
    return Understanding(
        categories=ranked,
        confidence=round(confidence, 3),
        clear=confidence >= 0.6 and in_scope,
        kind=kind if "fingertip" in ranked[:2] and says.get("kind:" + kind) else None,
        unit=text[unit.start : unit.end] if unit else None,
        unit_level=unit.level if unit else None,
        place=text[place.start : place.end] if place else None,
        counts=find_counts(plain),
        urgent=alarm is not None and not in_scope,
        in_scope=in_scope,
        signpost=None if in_scope else away,
        alarm=alarm,
        because=because[:4],
    )
