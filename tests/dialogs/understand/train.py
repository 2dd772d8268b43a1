"""Train the model of `dialogs/understand/` and write `model.bin`.

    python3 -m venv .venv-train
    .venv-train/bin/pip install scikit-learn==1.9.1
    .venv-train/bin/python -m tests.dialogs.understand.train

Needs scikit-learn, which the program does not. It learns from
`tests/data/understand/written_*.jsonl` only: never from reports_dev.jsonl, nor from
emergencies.jsonl. `--holdout` trains on four fifths of each file and tells how the rest
comes out, writing nothing.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from dialogs.understand import CATEGORIES, FINGERTIP_KINDS, SIGNPOSTS, model
from dialogs.understand.lexicon import groups, hits
from dialogs.understand.model import RARITY, grams, group_values
from dialogs.understand.spelling import normal
from tests.dialogs.understand import score

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "dialogs" / "understand"
DATA = ROOT / "tests" / "data" / "understand"
Report = dict[str, Any]

LABELS = (*CATEGORIES, *(f"oos:{one}" for one in (*SIGNPOSTS, "None")))
# How often a label is to be expected, in the mix of reports_dev.README: fingertip has
# five sub-kinds.
EXPECTED = {"fingertip": 18, "oos:12345": 8, "oos:12388": 5} | {
    f"oos:{one}": 3 for one in ("110", "119", "120", "court", "petition", "None")
}
SHARE_AWAY = 1 / 6
SECOND = 0.35  # what the other fitting categories get of a report, together


def inputs_digest() -> str:
    """SHA-256 over everything the model is made from: data, words, and the code that
    makes features.
    """
    digest = hashlib.sha256()
    sources = (
        "lexicon.py",
        "lexicon.txt",
        "model.py",
        "names.txt",
        "spelling.py",
        "traditional.txt",
        "wordfile.py",
    )
    for path in (
        *sorted(DATA.glob("written_*.jsonl")),
        *(PACKAGE / name for name in sources),
        Path(__file__),
    ):
        digest.update(
            path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
        )
    return digest.hexdigest()


def read(paths: Iterable[Path]) -> list[Report]:
    """The labelled reports of some files, one JSON object a line."""
    return [
        json.loads(line)
        for path in paths
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]


def label(report: Report) -> str:
    """The label a report is trained as: its category, or where it should have gone."""
    return (
        str(report["category"]) if report["in_scope"] else f"oos:{report['signpost']}"
    )


class Space:
    """Turns texts into rows of numbers: known grams (rarity, length one), then groups
    of words.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        seen = Counter(
            gram for text in texts for gram in grams(text) if "\n" not in gram
        )
        self.known = sorted(gram for gram, count in seen.items() if count >= 2)
        self.column = {gram: number for number, gram in enumerate(self.known)}
        rarity = (
            math.log((1 + len(texts)) / (1 + seen[gram])) + 1 for gram in self.known
        )
        self.rarity = [min(255, round(one * RARITY)) for one in rarity]

    def rows(self, texts: Sequence[str]) -> Any:
        from scipy.sparse import csr_matrix  # type: ignore[import-not-found,import-untyped,unused-ignore]

        values: list[float] = []
        columns: list[int] = []
        ends = [0]
        for text in texts:
            found = sorted(
                self.column[gram] for gram in grams(text) if gram in self.column
            )
            length = math.sqrt(sum(self.rarity[one] ** 2 for one in found)) or 1.0
            columns += found
            values += [self.rarity[one] / length for one in found]
            for group, value in sorted(
                group_values({g: len(words) for g, words in hits(text).items()}).items()
            ):
                columns.append(len(self.known) + group)
                values.append(value)
            ends.append(len(columns))
        return csr_matrix(
            (values, columns, ends), shape=(len(texts), len(self.known) + len(groups()))
        )


def _fit(
    rows: Any, wanted: Sequence[Any], weights: Sequence[float], strength: float
) -> Any:
    from sklearn.linear_model import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
        LogisticRegression,
    )

    mean = sum(weights) / len(weights)
    fitted = LogisticRegression(C=strength, max_iter=400, tol=1e-5)
    return fitted.fit(rows, wanted, sample_weight=[one / mean for one in weights])


def _balanced(
    wanted: Sequence[Any], weights: Sequence[float], expected: Callable[[Any], float]
) -> list[float]:
    """Weights that bring the labels half way (on a log scale) from their number here to
    the expected one.
    """
    total: Counter[Any] = Counter()
    for one, weight in zip(wanted, weights, strict=True):
        total[one] += weight  # type: ignore[assignment]
    return [
        w * math.sqrt(expected(one) / total[one])
        for one, w in zip(wanted, weights, strict=True)
    ]


def train(reports: Sequence[Report]) -> tuple[Space, dict[str, tuple[Any, float]]]:
    """Fit all columns: name → (weights over the space's columns, bias)."""
    texts = [normal(report["text"]) for report in reports]
    space = Space(texts)
    rows = space.rows(texts)
    columns: dict[str, tuple[Any, float]] = {}

    picks, wanted, weights = [], [], []
    for number, report in enumerate(reports):
        also = report["also"] if report["in_scope"] else []
        for one, weight in [
            (label(report), 1 - SECOND * bool(also)),
            *((a, SECOND / len(also)) for a in also),
        ]:
            picks.append(number)
            wanted.append(one)
            weights.append(weight)
    fitted = _fit(
        rows[picks],
        wanted,
        _balanced(wanted, weights, lambda one: EXPECTED.get(one, 12)),
        100,
    )
    for name, row, bias in zip(
        fitted.classes_, fitted.coef_, fitted.intercept_, strict=True
    ):
        columns[f"label:{name}"] = row, bias

    away = [not report["in_scope"] for report in reports]
    share = sum(away) / len(away)
    even = [
        SHARE_AWAY / share if one else (1 - SHARE_AWAY) / (1 - share) for one in away
    ]
    fitted = _fit(rows, away, even, 100)
    columns["scope"] = fitted.coef_[0], fitted.intercept_[0]

    fitted = _fit(
        rows, [bool(report["urgent"]) for report in reports], [1.0] * len(reports), 100
    )
    columns["urgent"] = fitted.coef_[0], fitted.intercept_[0]

    picks = [
        number
        for number, report in enumerate(reports)
        if report["kind"] in FINGERTIP_KINDS
    ]
    fitted = _fit(
        rows[picks],
        [reports[number]["kind"] for number in picks],
        [1.0] * len(picks),
        30,
    )
    for name, row, bias in zip(
        fitted.classes_, fitted.coef_, fitted.intercept_, strict=True
    ):
        columns[f"kind:{name}"] = row, bias
    return space, columns


def pack(
    space: Space, columns: dict[str, tuple[Any, float]], temperature: float, inputs: str
) -> bytes:
    """The bytes of `model.bin`."""
    count = len(space.known)
    scaled = [
        [
            float(weight) * rarity / RARITY
            for weight, rarity in zip(row[:count], space.rarity, strict=True)
        ]
        for row, _ in columns.values()
    ]
    scales = [max(map(abs, row)) / 127 for row in scaled]
    body = bytes(
        round(row[number] / scale) & 0xFF
        for number in range(count)
        for row, scale in zip(scaled, scales, strict=True)
    )
    head = {
        "columns": list(columns),
        "scales": [float(f"{one:.6g}") for one in scales],
        "bias": [round(float(bias), 4) for _, bias in columns.values()],
        "groups": [
            [round(float(row[count + g]), 3) for row, _ in columns.values()]
            for g in range(len(groups()))
        ],
        "temperature": temperature,
        "inputs": inputs,
        "count": count,
    }
    packed = zlib.compress(
        "\n".join(space.known).encode() + bytes(space.rarity) + body, 9
    )
    return (
        json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
        + b"\n"
        + packed
    )


def main() -> None:
    held: list[Report] = []
    reports: list[Report] = []
    for path in sorted(DATA.glob("written_*.jsonl")):
        for number, report in enumerate(read([path])):
            (held if "--holdout" in sys.argv and number % 5 == 0 else reports).append(
                report
            )
    space, columns = train(reports)
    data = pack(space, columns, TEMPERATURE, inputs_digest())
    if not held:
        (PACKAGE / "model.bin").write_bytes(data)
        print(f"{len(reports)} reports, {len(space.known)} grams, {len(data)} bytes")
        return
    with tempfile.TemporaryDirectory() as folder:
        model.FILE = Path(folder) / "model.bin"
        model.FILE.write_bytes(data)
        for name, value in score.figures(held, score.predict(held)).items():
            print(f"{name:18} {value}")


# Fitted once to the reports held out: probabilities as often right as they say.
TEMPERATURE = 1.0

if __name__ == "__main__":
    main()
