"""Train the model of `dialogs/meaning/` and write `model.bin`.

    python3 -m venv .venv-train
    .venv-train/bin/pip install scikit-learn==1.9.1
    .venv-train/bin/python -m tests.dialogs.meaning.train

Needs scikit-learn, which the program does not. It learns from the turns of
`tests/data/turns/voices/` and, for emergencies alone, from
`tests/data/understand/written_*.jsonl` and `emergencies.jsonl`: never from
`tests/data/turns/dev.jsonl`, `held_back/`, nor `emergencies_fresh*.jsonl`.
`--across` writes nothing: it trains four times without a quarter of the voices and
tells how these come out.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogs.meaning import model
from dialogs.meaning.features import (
    GROUPS,
    danger_features,
    features,
    verdict_features,
)
from dialogs.meaning.moment import NUMBERS
from dialogs.understand.spelling import normal
from tests.dialogs.meaning.elsewhere import moved
from tests.dialogs.meaning.turns import Turn, read_voices

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "dialogs" / "meaning"
UNDERSTAND = ROOT / "dialogs" / "understand"
VOICES = ROOT / "tests" / "data" / "turns" / "voices"
REPORTS = ROOT / "tests" / "data" / "understand"

SEED = 9
FIRST = 0.75  # what the label itself gets of a turn that has others as good
STRENGTH = 3.0  # of logistic regression, C
STRENGTH_DANGER = 1.0
ROUNDS = 300
CLOSE = 1e-4  # it stops where the slope is smaller
TOO_SMALL = 3  # of 127: a feature none of whose weights is larger is left out
STAYING = 0.8  # what a turn counts that is learned at another moment, too
MOVED = 0.2  # what it counts there
MATTER = 0.6  # what more words of a report count: there are many, and all are alike
REPORT = 0.1  # what a report that is no emergency counts beside a turn
# What each group of features counts beside the others, all of length one.
MAIN = {"grams": 4.0, "grams here": 2.0, "frame": 1.5, "signs": 1.5, "trade": 1.0}
DANGER = {"grams": 8.0, "signs": 3.0, "trade": 0.8}
DETAIL = {"grams": 4.0, "signs": 1.5, "trade": 0.4}
VERDICT = {"grams": 3.0, "frame": 1.0, "signs": 4.0}
WORTH = {"intent": MAIN, "danger": DANGER, "number": DANGER, "verdict": VERDICT}
# Argument → the intent that has it: one small head each.
DETAILS = {
    "topic": "ask",
    "kind": "social",
    "how": "hold_back",
    "mode": "cancel",
    "number": "emergency",
    "again": "rebound",
    "field": "correct",
    "what": "remove",
}
# What was rated, solved or satisfied → one head's answers.
VERDICTS = {"yes": "yes", "partly": "middling", "mostly": "middling", "no": "no"}
Groups = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Example:
    """What one head learns from one message: a label with its weight."""

    groups: Groups
    label: str
    weight: float


def inputs_digest() -> str:
    """SHA-256 over everything the model is made from: data, words, and the code that
    makes features.
    """
    digest = hashlib.sha256()
    modules = (
        "choices",
        "corrections",
        "cues",
        "emergencies",
        "features",
        "frames",
        "patterns",
        "pieces",
        "questions",
        "receipts",
        "values",
    )
    paths = (
        *sorted(VOICES.glob("*.jsonl")),
        *sorted(REPORTS.glob("written_*.jsonl")),
        REPORTS / "emergencies.jsonl",
        *(PACKAGE / f"{name}.py" for name in modules),
        PACKAGE / "patterns.txt",
        *sorted(UNDERSTAND.glob("*.txt")),
        UNDERSTAND / "lexicon.py",
        UNDERSTAND / "spelling.py",
        Path(__file__),
    )
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).digest()
        digest.update(path.name.encode() + b"\0" + content)
    return digest.hexdigest()


def voices() -> list[Path]:
    """The files of turns that are learned from."""
    paths = sorted(VOICES.glob("*.jsonl"))
    return [path for path in paths if not path.stem.endswith(".contexts")]


def reports() -> list[dict[str, Any]]:
    """Labelled first sentences that are, or are not, emergencies."""
    paths = (*sorted(REPORTS.glob("written_*.jsonl")), REPORTS / "emergencies.jsonl")
    lines = [line for path in paths for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line) for line in lines]


class Space:
    """Turns groups of features into rows of numbers: known features, rare ones more,
    each group of one length, times what it counts.
    """

    def __init__(self, examples: Sequence[Groups], worth: Mapping[str, float]) -> None:
        seen = Counter(
            feature
            for groups in examples
            for group in worth
            for feature in groups.get(group, ())
            if "\n" not in feature
        )
        self.worth = worth
        self.known = sorted(feature for feature, count in seen.items() if count >= 2)
        self.column = {feature: at for at, feature in enumerate(self.known)}
        total = 1 + len(examples)
        self.rarity = {
            feature: 0.3 + 0.2 * math.log(total / (1 + seen[feature]))
            for feature in self.known
        }

    def rows(self, examples: Sequence[Groups]) -> Any:
        from scipy.sparse import csr_matrix  # type: ignore[import-not-found,import-untyped,unused-ignore]

        values: list[float] = []
        columns: list[int] = []
        ends = [0]
        for groups in examples:
            for feature, value in self._row(groups):
                columns.append(self.column[feature])
                values.append(value)
            ends.append(len(columns))
        shape = (len(examples), len(self.known))
        return csr_matrix((values, columns, ends), shape=shape)

    def _row(self, groups: Groups) -> Iterable[tuple[str, float]]:
        for group, worth in self.worth.items():
            found = groups.get(group, [])
            for feature in found:
                if feature in self.column:
                    share = worth / math.sqrt(len(found))
                    yield feature, share * self.rarity[feature]

    def factors(self) -> list[float]:
        """What a weight is to be multiplied with, so that a feature counts 1 by the
        root of its group's size.
        """
        return [self.worth[GROUPS[name[0]]] * self.rarity[name] for name in self.known]


def fit(
    examples: Sequence[Example], worth: Mapping[str, float], strength: float
) -> tuple[Space, Any]:
    """Fit one head."""
    from sklearn.linear_model import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
        LogisticRegression,
    )

    space = Space([example.groups for example in examples], worth)
    rows = space.rows([example.groups for example in examples])
    fitted = LogisticRegression(C=strength, max_iter=ROUNDS, tol=CLOSE)
    fitted.fit(
        rows,
        [example.label for example in examples],
        sample_weight=[example.weight for example in examples],
    )
    return space, fitted


def of_labels(
    groups: Groups, labels: Sequence[str], weight: float = 1.0
) -> list[Example]:
    """The label gets most of a turn, those that are as good the rest."""
    each = list(dict.fromkeys(labels))
    if len(each) == 1:
        return [Example(groups, each[0], weight)]
    rest = (1 - FIRST) / (len(each) - 1)
    shares = [FIRST, *[rest] * (len(each) - 1)]
    return [
        Example(groups, label, weight * share)
        for label, share in zip(each, shares, strict=True)
    ]


def of_verdicts(groups: Groups, turn: Turn) -> list[Example]:
    """Good, middling or bad, whichever of the two was asked."""
    told = [args for intent, args in turn.labels if intent == "rate"]
    verdicts = [VERDICTS[value] for args in told for value in args.values()]
    return of_labels(groups, verdicts) if verdicts else []


def ordinary(turn: Turn, weight: float) -> list[Example]:
    """What a turn that is no emergency teaches of intents."""
    if turn.intent == "emergency":
        return []
    groups = features(turn.text, normal(turn.text), turn.moment)
    labels = [intent for intent, _ in turn.labels if intent != "emergency"]
    is_more = labels[0] in ("add", "new_report") and turn.moment.step != "start"
    share = MATTER if is_more else 1.0
    return of_labels(groups, labels, weight * share)


def examples_by_head(turns: Sequence[Turn]) -> dict[str, list[Example]]:
    """Head → what it learns."""
    found: dict[str, list[Example]] = {"intent": [], "danger": []}
    found |= {name: [] for name in (*DETAILS, "verdict")}
    again = moved(turns, SEED)
    have_moved = {turn.id for turn in again}
    for turn in turns:
        plain = normal(turn.text)
        groups = features(turn.text, plain, turn.moment)
        intents = [intent for intent, _ in turn.labels]
        found["intent"] += ordinary(turn, STAYING if turn.id in have_moved else 1.0)
        is_danger = str("emergency" in intents)
        found["danger"].append(Example(danger_features(plain), is_danger, 1.0))
        found["verdict"] += of_verdicts(verdict_features(plain), turn)
        for name, intent in DETAILS.items():
            told = [
                args[name]
                for one, args in turn.labels
                if one == intent and name in args
            ]
            if told:
                own = danger_features(plain) if name == "number" else groups
                found[name] += of_labels(own, told)
    for turn in again:
        found["intent"] += ordinary(turn, MOVED)
    for report in reports():
        plain = normal(report["text"])
        groups = danger_features(plain)
        is_one = not report["in_scope"] and report["signpost"] in NUMBERS
        weight = 1.0 if is_one else REPORT
        found["danger"].append(Example(groups, str(is_one), weight))
        if is_one:
            found["number"].append(Example(groups, report["signpost"], 1.0))
    return found


def train(turns: Sequence[Turn], inputs: str) -> bytes:
    """The bytes of `model.bin`."""
    heads = []
    bodies = []
    for name, examples in examples_by_head(turns).items():
        worth = WORTH.get(name, DETAIL)
        strength = STRENGTH_DANGER if worth is DANGER else STRENGTH
        space, fitted = fit(examples, worth, strength)
        head, body = _packed(name, space, fitted)
        heads.append(head)
        bodies.append(body)
    line = json.dumps({"inputs": inputs, "heads": heads}, separators=(",", ":"))
    return line.encode() + b"\n" + zlib.compress(b"".join(bodies), 9)


def _packed(name: str, space: Space, fitted: Any) -> tuple[dict[str, Any], bytes]:
    """What the file says of one head, and its features with their weights in bytes."""
    import numpy

    columns = [str(column) for column in fitted.classes_]
    weights, bias = fitted.coef_, fitted.intercept_
    if len(columns) == 2:  # one row stands for both
        weights = numpy.vstack([-weights[0] / 2, weights[0] / 2])
        bias = numpy.array([-bias[0] / 2, bias[0] / 2])
    worth = weights.T * numpy.array(space.factors())[:, None]
    scales = numpy.abs(worth).max(axis=0) / 127
    rounded = numpy.rint(worth / scales).astype(numpy.int8)
    kept = numpy.flatnonzero((numpy.abs(rounded) > TOO_SMALL).any(axis=1))
    known = "\n".join(space.known[at] for at in kept).encode()
    body = known + rounded[kept].tobytes()
    head = {
        "name": name,
        "columns": columns,
        "scales": [float(f"{scale:.6g}") for scale in scales],
        "bias": [round(float(one), 4) for one in bias],
        "count": len(kept),
        "size": len(body),
    }
    return head, body


def main() -> None:
    paths = voices()
    turns = read_voices(paths)
    if "--across" in sys.argv:
        across(paths)
        return
    data = train(turns, inputs_digest())
    (PACKAGE / "model.bin").write_bytes(data)
    print(f"{len(turns)} turns of {len(paths)} voices, {len(data)} bytes")


def across(paths: Sequence[Path]) -> None:
    """Train without a quarter of the voices, four times, and score these."""
    from tests.dialogs.meaning import score

    held: list[score.Heard] = []
    for first in range(4):
        others = [path for at, path in enumerate(paths) if at % 4 != first]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.bin"
            file.write_bytes(train(read_voices(others), ""))
            model.FILE = file
            model.loaded.cache_clear()
            held += score.listen(read_voices(paths[first::4]))
    score.show(held)


if __name__ == "__main__":
    main()
