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
from dialogs.understand.model import RARITY, feature_values, grams
from dialogs.understand.speakers import SPEAKERS, heard_speakers
from dialogs.understand.spelling import normal
from tests.dialogs.understand import network, score

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
UNIT = "unit:"  # columns of this name are the network's first layer
FEATURES = len(groups()) + len(SPEAKERS)
STEPS, UNIT_STEPS = 63, 15  # a weight is one of so many, to either side of nothing
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
        "speakers.py",
        "spelling.py",
        "traditional.txt",
        "wordfile.py",
    )
    for path in (
        *sorted(DATA.glob("written_*.jsonl")),
        *(PACKAGE / name for name in sources),
        Path(network.__file__),
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
    of words, then speakers.
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
            for feature, value in sorted(_features(text).items()):
                columns.append(len(self.known) + feature)
                values.append(value)
            ends.append(len(columns))
        width = len(self.known) + FEATURES
        return csr_matrix((values, columns, ends), shape=(len(texts), width))


def _features(text: str) -> dict[int, float]:
    """Groups of words and speakers of a `normal` text, each with its value."""
    sizes = {group: len(words) for group, words in hits(text).items()}
    return feature_values(sizes, heard_speakers(text))


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


def train(
    reports: Sequence[Report],
) -> tuple[Space, dict[str, tuple[Any, float]], dict[str, list[float]]]:
    """Fit all columns, name → (weights over the space's columns, bias), and what the
    network makes of the hidden ones: label → bias and weights.
    """
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
    balanced = _balanced(wanted, weights, lambda one: EXPECTED.get(one, 12))
    fitted = _fit(rows[picks], wanted, balanced, 100)
    learned = network.fit(rows[picks], wanted, balanced)
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

    for unit in range(network.UNITS):
        columns[f"{UNIT}{unit}"] = learned.into[:, unit], learned.into_bias[unit]
    from_hidden = {
        name: [
            round(float(one), 4)
            for one in (learned.out_bias[number], *learned.out[:, number])
        ]
        for number, name in enumerate(learned.labels)
    }
    return space, columns, from_hidden


def _step(name: str, weights: Sequence[float]) -> tuple[float, int]:
    """What one step of a column's weights is worth, and the most steps there are.

    Of the network's many weights the very largest are cut.
    """
    by_size = sorted(map(abs, weights))
    if name.startswith(UNIT):
        return by_size[-1 - len(by_size) // 2000] / UNIT_STEPS, UNIT_STEPS
    return by_size[-1] / STEPS, STEPS


def pack(
    space: Space,
    columns: dict[str, tuple[Any, float]],
    from_hidden: dict[str, list[float]],
    inputs: str,
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
    steps = [_step(name, row) for name, row in zip(columns, scaled, strict=True)]
    body = bytes(
        max(-most, min(most, round(row[number] / scale))) & 0xFF
        for number in range(count)
        for row, (scale, most) in zip(scaled, steps, strict=True)
    )
    head = {
        "columns": [name for name in columns if not name.startswith(UNIT)],
        "scales": [float(f"{one:.6g}") for one, _ in steps],
        "bias": [round(float(bias), 4) for _, bias in columns.values()],
        "features": [
            [round(float(row[count + feature]), 3) for row, _ in columns.values()]
            for feature in range(FEATURES)
        ],
        "network": from_hidden,
        "temperature": TEMPERATURE,
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
    inputs = inputs_digest()  # before training, which takes a while
    held: list[Report] = []
    reports: list[Report] = []
    for path in sorted(DATA.glob("written_*.jsonl")):
        for number, report in enumerate(read([path])):
            (held if "--holdout" in sys.argv and number % 5 == 0 else reports).append(
                report
            )
    space, columns, from_hidden = train(reports)
    data = pack(space, columns, from_hidden, inputs)
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
