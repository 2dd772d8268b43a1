"""What the model sees of a message: names of features in groups, each group of one
length however many of its features there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialogs.meaning import emergencies
from dialogs.meaning.choices import choices_of, chosen_by_number, chosen_by_words
from dialogs.meaning.corrections import looks_like_one
from dialogs.meaning.cues import bare, heard
from dialogs.meaning.frames import framed
from dialogs.meaning.moment import CHIPS, UNSENT, Draft, Moment
from dialogs.meaning.patterns import each_of, pattern
from dialogs.meaning.pieces import in_common
from dialogs.meaning.questions import kind_of, wanted
from dialogs.meaning.receipts import find_codes
from dialogs.meaning.values import value_signs
from dialogs.understand.lexicon import hits
from dialogs.understand.spelling import normal

# The groups, by the letter with which their features begin.
GROUPS = {
    "g": "grams",
    "h": "grams here",
    "f": "frame",
    "s": "signs",
    "t": "trade",
}

# Of a long message the model reads the beginning and the end.
_HEAD = 120  # characters
_TAIL = 60
_PAUSES = re.compile(r"[\s,。.!~、;:…—\-]+")
_DIGITS = re.compile(r"\d+")
_STAGES = {
    **dict.fromkeys(("category", "preview", "signpost", "supplement_open"), "draft"),
    **dict.fromkeys(CHIPS, "draft"),
    **dict.fromkeys(("filed", "idle", "story"), "after"),
}
_LENGTHS = (1, 2, 3, 4, 6, 8, 11, 15, 20, 28, 40, 70)


def stage_of(step: str) -> str:
    """Steps where much the same can be meant are one stage."""
    return _STAGES.get(step, step)


def features(text: str, plain: str, moment: Moment) -> dict[str, list[str]]:
    """Group → the features of a message, each once."""
    read = _ends(plain)
    line = _line(read)
    kind = kind_of(moment.open)
    stage = stage_of(moment.step)
    small = _grams(line, 1, 2)
    places = {f"{stage}:", f"{moment.step}/{kind}:"}
    return {
        "grams": [f"g{gram}" for gram in (*small, *_grams(line, 3, 4))],
        "grams here": [f"h{place}{gram}" for place in sorted(places) for gram in small],
        "frame": [f"f{gram}" for gram in _frame_grams(framed(read), stage)],
        "signs": [f"s{sign}" for sign in dict.fromkeys(_signs(text, read, moment))],
        "trade": [f"t{group}" for group in sorted(hits(read))],
    }


def danger_features(plain: str) -> dict[str, list[str]]:
    """Group → features by which an emergency is told, wherever it is said."""
    read = _ends(plain)
    counts = emergencies.danger(read)
    total = sum(counts.values())
    elsewhere = emergencies.speaks_of_else(read)
    now = emergencies.speaks_of_now(read)
    signs = [
        f"danger={min(total, 4)}",
        f"else={min(elsewhere, 4)}",
        f"now={now}",
        f"danger={min(total, 3)}&else={min(elsewhere, 3)}",
        f"danger={min(total, 3)}&now={now}",
        f"length={sum(len(read) >= bound for bound in _LENGTHS)}",
    ]
    for number, count in counts.items():
        signs += [f"danger {number}", f"danger {number}={min(count, 3)}"]
    for cue in sorted(heard(read)):
        signs += [f"cue={cue}", f"cue={cue}&danger={min(total, 2)}"]
    return {
        "grams": [f"g{gram}" for gram in _grams(_line(read), 1, 3)],
        "signs": [f"s{sign}" for sign in signs],
        "trade": [f"t{group}" for group in sorted(hits(read))],
    }


def verdict_features(plain: str) -> dict[str, list[str]]:
    """Group → features by which a rating is told to be good, middling or bad."""
    read = _ends(plain)
    found = {
        name: [
            at
            for at, words in enumerate(each_of(f"verdict-{name}"))
            if words.search(read)
        ]
        for name in ("good", "mid", "bad")
    }
    signs = [f"{name}={min(len(hits), 3)}" for name, hits in found.items()]
    signs += [f"{name} {at}" for name, hits in found.items() for at in hits]
    signs.append("&".join(name for name, hits in found.items() if hits) or "none")
    return {
        "grams": [f"g{gram}" for gram in _grams(_line(read), 1, 3)],
        "frame": [f"f{gram}" for gram in _grams(framed(read), 2, 4)],
        "signs": [f"s{sign}" for sign in signs],
    }


def _ends(plain: str) -> str:
    """What the model reads of a text."""
    if len(plain) <= _HEAD + _TAIL:
        return plain
    return plain[:_HEAD] + plain[-_TAIL:]


def _line(plain: str) -> str:
    """A text between marks of its ends, pauses and numbers alike."""
    return "^" + _DIGITS.sub("0", _PAUSES.sub(" ", plain).strip()) + "$"


def _grams(line: str, shortest: int, longest: int) -> list[str]:
    """Pieces of a line, each once."""
    found: dict[str, None] = {}
    for size in range(shortest, longest + 1):
        for start in range(len(line) - size + 1):
            found[line[start : start + size]] = None
    return list(found)


def _frame_grams(frame: str, stage: str) -> list[str]:
    """Pieces of a frame, alone and at this stage."""
    grams = _grams(frame, 2, 5)
    return [*grams, *(f"{stage}:{gram}" for gram in _grams(frame, 2, 3))]


def _signs(text: str, plain: str, moment: Moment) -> Iterable[str]:
    """Signs of all kinds, alone and together with where the talk stands."""
    kind = kind_of(moment.open)
    stage = stage_of(moment.step)
    step = moment.step
    yield f"step={step}"
    yield f"at={step}/{kind}"
    for sign in _own_signs(text, plain, moment):
        yield sign
        yield f"{stage}&{sign}"
        yield f"{step}/{kind}&{sign}"
    wants = wanted(moment.open)
    for sign in _values_in(plain):
        yield f"wants {wants}&{sign}"
        yield f"{step}&wants {wants}&{sign}"


def _own_signs(text: str, plain: str, moment: Moment) -> Iterable[str]:
    letters = bare(plain)
    size = sum(len(letters) >= bound for bound in _LENGTHS)
    yield f"length={size}"
    if len(letters) <= 6:
        yield f"whole={letters}"
    cues = sorted(heard(plain))
    for cue in cues:
        yield f"cue={cue}"
        yield f"cue={cue}&length={size // 3}"
    yield from _danger_signs(plain)
    yield from _overlap_signs(plain, moment)
    choices = choices_of(moment.open)
    if choices:
        if chosen_by_number(plain, choices):
            yield "chosen by number"
        if chosen_by_words(plain, choices):
            yield "chosen by words"
    if find_codes(text):
        yield "code"
    if looks_like_one(plain, moment):
        yield "another number"
    if moment.step in UNSENT:
        yield from value_signs(plain, moment)
    yield f"parts={min(4, len(_PAUSES.split(plain.strip())))}"
    for mark in "?!“":
        if mark in plain:
            yield f"mark={mark}"


def _danger_signs(plain: str) -> Iterable[str]:
    counts = emergencies.danger(plain)
    for number, count in counts.items():
        yield f"danger={number}"
        if count > 1:
            yield f"danger={number} again"
    if counts:
        yield f"danger&else={min(3, emergencies.speaks_of_else(plain))}"
    if emergencies.speaks_of_now(plain):
        yield "now"
        if counts:
            yield "danger now"
    if emergencies.by_words(plain):
        yield "danger clear"


def _overlap_signs(plain: str, moment: Moment) -> Iterable[str]:
    """What the message shares with what was said, understood, and asked."""
    said = "\n".join(moment.said_before)
    if said:
        yield f"said={_bucket(in_common(plain, said))}"
    draft = moment.draft or Draft()
    for field in ("unit", "place", "when"):
        value = getattr(draft, field)
        if value:
            shared = _bucket(in_common(plain, value))
            yield f"{field}={shared}"
    if draft.pictures:
        yield "has pictures"
    if moment.open:
        yield f"asked={_bucket(in_common(plain, normal(moment.open)))}"


def _values_in(plain: str) -> Iterable[str]:
    """What kinds of values stand in a message."""
    if re.search(r"\d|[一二两三四五六七八九十百千几半]", plain):
        yield "number"
    if pattern("value-when").search(plain):
        yield "time"
    if pattern("value-unit").search(plain):
        yield "unit"
    if pattern("value-place").search(plain):
        yield "place"
    cues = heard(plain)
    for cue in ("yes", "no", "negative"):
        if cue in cues:
            yield cue


def _bucket(value: float) -> int:
    return sum(value >= bound for bound in (0.3, 1, 2, 4, 7))
