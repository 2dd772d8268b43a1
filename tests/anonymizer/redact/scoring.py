"""Counts what the redactor takes and leaves on labelled sets.

The rules of the labels stand in docs/redaction.md. `python -m tests.bench.redaction`
prints the figures.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anonymizer.redact import IdentifyingSpan, find_identifying

DATA = Path(__file__).parents[2] / "data"
Row = dict[str, Any]
Finder = Callable[[str], Sequence[IdentifyingSpan]]


@dataclass(slots=True)
class Score:
    """What was found in some labelled texts.

    hit, labelled: labelled spans found whole, and all, per type; found, clean: spans
    found, and those that take nothing else, per type found; kept, broken: stretches
    that must survive, and those that did not, per kind; kept_broken: these in words;
    texts_right: every span found, nothing else taken; blank_texts, blank_right: texts
    without a span, and those left alone; missed, taken_wrongly: what to look at.
    """

    hit: Counter[str] = field(default_factory=Counter)
    labelled: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    clean: Counter[str] = field(default_factory=Counter)
    named_right: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    kept_broken: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    taken_wrongly: list[str] = field(default_factory=list)
    texts: int = 0
    texts_right: int = 0
    blank_texts: int = 0
    blank_right: int = 0
    characters: int = 0

    @property
    def recall(self) -> float:
        return self.hit.total() / self.labelled.total()

    @property
    def macro(self) -> float:
        """The mean over the types of what was found of each."""
        shares = [self.hit[kind] / self.labelled[kind] for kind in self.labelled]
        return sum(shares) / len(shares)

    @property
    def precision(self) -> float:
        return self.clean.total() / self.found.total()


def rows(path: Path) -> list[Row]:
    """The labelled texts of a file, one JSON object a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def score(name: str, prefix: str = "") -> Score:
    """Score the redactor on tests/data/<name>; on the lines whose id begins so."""
    return score_rows(row for row in rows(DATA / name) if row["id"].startswith(prefix))


def score_rows(labelled: Iterable[Row], find: Finder = find_identifying) -> Score:
    result = Score()
    for row in labelled:
        _add(row, find(row["text"]), result)
    return result


def _places(label: Row) -> range:
    return range(int(label["start"]), int(label["end"]))


def _add(row: Row, found: Sequence[IdentifyingSpan], result: Score) -> None:
    text = str(row["text"])
    taken = {i: span.type for span in found for i in range(span.start, span.end)}
    may_go: set[int] = set()
    for label in [*row["spans"], *row["soft"]]:
        may_go.update(_places(label))
    missed = len(result.missed)
    wrong = len(result.taken_wrongly)
    broken = len(result.kept_broken)
    for label in row["spans"]:
        _count_label(row, label, taken, result)
    for span in found:
        _count_found(row, span, may_go, result)
    for label in row["keep"]:
        result.kept[label["kind"]] += 1
        if any(i in taken for i in _places(label)):
            result.broken[label["kind"]] += 1
            stretch = text[int(label["start"]) : int(label["end"])]
            result.kept_broken.append(f"{row['id']} {label['kind']} {stretch}")
    is_right = (missed, wrong, broken) == (
        len(result.missed),
        len(result.taken_wrongly),
        len(result.kept_broken),
    )
    result.texts += 1
    result.texts_right += is_right
    result.characters += len(text)
    if not row["spans"]:
        result.blank_texts += 1
        result.blank_right += is_right


def _count_label(row: Row, label: Row, taken: dict[int, str], result: Score) -> None:
    kind = str(label["type"])
    letters = [i for i in _places(label) if row["text"][i].isalnum()]
    result.labelled[kind] += 1
    if all(i in taken for i in letters):
        result.hit[kind] += 1
        result.named_right += any(taken[i] == kind for i in letters)
    else:
        result.missed.append(f"{row['id']} {kind} {label['value']}")


def _count_found(
    row: Row, span: IdentifyingSpan, may_go: set[int], result: Score
) -> None:
    text = row["text"]
    result.found[span.type] += 1
    places = range(span.start, span.end)
    if all(i in may_go or not text[i].isalnum() for i in places):
        result.clean[span.type] += 1
    else:
        stretch = text[span.start : span.end]
        result.taken_wrongly.append(f"{row['id']} {span.type} {stretch}")
