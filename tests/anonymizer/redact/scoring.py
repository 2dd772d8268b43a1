"""Counts what the redactor takes and leaves on a labelled set; rules of the labels:
docs/redaction.md.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from anonymizer.redact import find_identifying

DATA = Path(__file__).parents[2] / "data"


@dataclass(slots=True)
class Score:
    """Per type: labelled spans found whole, labelled; spans found, those that take
    nothing else.
    """

    hit: Counter[str] = field(default_factory=Counter)
    labelled: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    clean: Counter[str] = field(default_factory=Counter)
    named_right: int = 0
    kept_broken: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.hit.total() / self.labelled.total()

    @property
    def precision(self) -> float:
        return self.clean.total() / self.found.total()


def score(name: str, prefix: str = "") -> Score:
    """Score `find` on tests/data/<name>; of the lines whose id begins with `prefix`."""
    result = Score()
    for line in (DATA / name).read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["id"].startswith(prefix):
            _add(row, result)
    return result


def _add(row: dict[str, list[dict[str, int | str]]], result: Score) -> None:
    text = str(row["text"])
    found = find_identifying(text)
    taken = {i: span.type for span in found for i in range(span.start, span.end)}
    may_go: set[int] = set()
    for label in [*row["spans"], *row["soft"]]:
        may_go.update(range(int(label["start"]), int(label["end"])))
    for label in row["spans"]:
        kind = str(label["type"])
        letters = [
            i
            for i in range(int(label["start"]), int(label["end"]))
            if text[i].isalnum()
        ]
        result.labelled[kind] += 1
        if all(i in taken for i in letters):
            result.hit[kind] += 1
            result.named_right += any(taken[i] == kind for i in letters)
        else:
            result.missed.append(f"{row['id']} {kind} {label['value']}")
    for span in found:
        result.found[span.type] += 1
        result.clean[span.type] += all(
            i in may_go or not text[i].isalnum() for i in range(span.start, span.end)
        )
    for label in row["keep"]:
        if any(i in taken for i in range(int(label["start"]), int(label["end"]))):
            result.kept_broken.append(
                f"{row['id']} {text[int(label['start']) : int(label['end'])]}"
            )
