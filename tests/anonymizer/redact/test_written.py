"""The sentences that were written by hand to learn from: one file a voice."""

import json
from collections import Counter
from pathlib import Path

import pytest

from anonymizer.redact import SPAN_TYPES
from tests.anonymizer.redact.scoring import DATA, rows

VOICES = sorted(DATA.glob("pii_written_*.jsonl"))


@pytest.mark.parametrize("path", VOICES, ids=lambda path: path.stem)
def test_labels_fit_their_texts(path: Path) -> None:
    """Values stand where they are said to, types are known, nothing overlaps."""
    for row in rows(path):
        end = 0
        for span in row["spans"]:
            assert end <= span["start"] < span["end"] <= len(row["text"]), row["id"]
            assert row["text"][span["start"] : span["end"]] == span["value"], row["id"]
            assert span["type"] in SPAN_TYPES, row["id"]
            end = span["end"]


def test_there_are_four_thousand_of_all_types_and_no_text_twice() -> None:
    texts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for path in VOICES:
        for row in rows(path):
            texts[row["text"]] += 1
            kinds.update(span["type"] for span in row["spans"])
    assert len(texts) >= 4000
    assert max(texts.values()) == 1
    assert min(kinds[kind] for kind in SPAN_TYPES) >= 45


def test_what_is_measured_with_is_not_learnt_from() -> None:
    """No text of pii_dev or pii_own stands among those that are learnt from."""
    written = {row["text"] for path in VOICES for row in rows(path)}
    for name in ("pii_dev.jsonl", "pii_own.jsonl"):
        lines = (DATA / name).read_text("utf-8").splitlines()
        assert not written & {json.loads(line)["text"] for line in lines}
