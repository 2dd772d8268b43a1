"""What the redactor reaches on labelled sentences; the figures stand in
docs/redaction.md.
"""

import re
from pathlib import Path

import pytest

from anonymizer.redact import SPAN_TYPES
from tests.anonymizer.redact.scoring import score

# file, first letter of the ids, least recall, least precision, most broken keeps
FLOORS = [
    ("pii_dev.jsonl", "d", 0.98, 0.98, 1),
    ("pii_own.jsonl", "o", 0.97, 0.98, 1),
    ("pii_own.jsonl", "h", 0.95, 0.97, 1),
]


@pytest.mark.parametrize(("name", "prefix", "recall", "precision", "broken"), FLOORS)
def test_a_labelled_set_is_masked_as_well_as_the_notes_say(
    name: str, prefix: str, recall: float, precision: float, broken: int
) -> None:
    """Found whole, with nothing else taken; a miss prints what was missed."""
    result = score(name, prefix)
    assert result.labelled.total() > 50
    assert result.recall >= recall, result.missed
    assert result.precision >= precision
    assert len(result.kept_broken) <= broken, result.kept_broken


def test_every_type_stands_in_both_sets() -> None:
    """No type is promised that no sentence tries."""
    for name in ("pii_dev.jsonl", "pii_own.jsonl"):
        assert set(score(name).labelled) == set(SPAN_TYPES)


def test_the_figures_in_the_notes_are_measured() -> None:
    """docs/redaction.md gives found/labelled of each type as this code reaches it."""
    notes = (Path(__file__).parents[3] / "docs" / "redaction.md").read_text("utf-8")
    results = [
        score("pii_dev.jsonl"),
        score("pii_own.jsonl", "o"),
        score("pii_own.jsonl", "h"),
    ]
    for kind in SPAN_TYPES:
        row = re.search(rf"^\| {kind} \|.*$", notes, re.MULTILINE)
        assert row, kind
        assert [cell.strip() for cell in row[0].split("|")[3:6]] == [
            f"{r.hit[kind]}/{r.labelled[kind]}" for r in results
        ]
