"""The learned part: a linear model over character pairs, word groups and speakers, and
beside it a small network over the same, read from `model.bin`.

The file holds a line of JSON (a `Head` and the count of grams), then, packed with zlib,
the known grams (parted by line ends), a byte each for their rarity, and a row of signed
bytes each: one weight per column. `tests/dialogs/understand/train.py` writes it.
"""

from __future__ import annotations

import json
import math
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import mul
from typing import Any

from dialogs.understand.lexicon import groups

RARITY = 32.0  # steps of a byte in one unit of inverse document frequency
# How much the groups of a text count beside its grams, both of length one.
GROUP_WEIGHT = 0.6
SPEAKER_WEIGHT = 0.5  # how much each pattern of who speaks counts

FILE = files("dialogs.understand") / "model.bin"

_DIGITS = {ord(digit): "0" for digit in "123456789"}
_LANE = array("I").itemsize  # bytes; room for the sum of every gram of a long text
_LIFT = 128
_BEGIN, _END = "\x02", "\x03"


@dataclass(frozen=True, slots=True)
class Head:
    """Columns by name, what a byte of each is worth, the weights that are no grams, how
    sure is sure. After the columns with a name come those of the network's first layer.
    """

    columns: tuple[str, ...]
    scales: tuple[float, ...]
    bias: tuple[float, ...]
    features: tuple[tuple[float, ...], ...]  # group or speaker → weight per column
    network: Mapping[str, tuple[float, ...]]  # label → bias, then a weight per hidden
    temperature: float  # divides the category scores before they become probabilities
    inputs: str  # SHA-256 of what it was trained from


@dataclass(frozen=True, slots=True)
class Model:
    """The model, ready to score."""

    head: Head
    rows: Mapping[str, int]  # gram → where its weights begin
    rarity: bytes  # one for each gram, in the order of `rows`
    weights: array[int]  # for each gram one per column


def grams(text: str) -> set[str]:
    """Single characters and pairs of a text that is `normal`; all digits are alike.

    How a text begins and ends is marked: who speaks is often told there.
    """
    text = f"{_BEGIN}{text.translate(_DIGITS)}{_END}"
    pairs = map(str.__add__, text, text[1:])
    return {*text, *pairs}


def group_values(sizes: Mapping[int, int]) -> dict[int, float]:
    """Group → value, from group → number of different words; of length `GROUP_WEIGHT`
    when there are many.
    """
    length = max(1.0, math.sqrt(sum(sizes.values())))
    return {
        group: GROUP_WEIGHT * math.sqrt(size) / length for group, size in sizes.items()
    }


def feature_values(
    sizes: Mapping[int, int], speakers: Iterable[int]
) -> dict[int, float]:
    """Feature → value: the groups of words, then the patterns of who speaks.

    sizes: lexicon group → number of its different words in the text. speakers: numbers
    of the patterns heard.
    """
    values = group_values(sizes)
    first = len(groups())
    values.update({first + speaker: SPEAKER_WEIGHT for speaker in speakers})
    return values


def unpack(data: bytes) -> Model:
    """Take the file apart."""
    line, _, packed = data.partition(b"\n")
    fields = json.loads(line)
    body = zlib.decompress(packed)
    count = fields["count"]
    width = len(fields["scales"])
    rarity_at = len(body) - count * (width + 1)
    weights_at = rarity_at + count
    known_grams = body[:rarity_at].decode("utf-8").split("\n")
    row_starts = range(0, count * width, width)
    weights = array("b")
    weights.frombytes(body[weights_at:])
    return Model(
        head=_head(fields),
        rows=dict(zip(known_grams, row_starts, strict=True)),
        rarity=body[rarity_at:weights_at],
        weights=weights,
    )


def _head(fields: Mapping[str, Any]) -> Head:
    return Head(
        columns=tuple(fields["columns"]),
        scales=tuple(fields["scales"]),
        bias=tuple(fields["bias"]),
        features=tuple(tuple(row) for row in fields["features"]),
        network={name: tuple(row) for name, row in fields["network"].items()},
        temperature=fields["temperature"],
        inputs=fields["inputs"],
    )


@cache
def loaded() -> Model:
    """The model of this package, read at the first call."""
    return unpack(FILE.read_bytes())


@dataclass(frozen=True, slots=True)
class Scores:
    """Column → score of one text, label → score of the network, and what is needed to
    tell why.
    """

    values: dict[str, float]
    second: dict[str, float]
    length: float  # of the vector of grams


def score(text: str, features: Mapping[int, float]) -> Scores:
    """Score a `normal` text; `features`: see `feature_values`."""
    head = loaded().head
    sums, length = _gram_sums(loaded(), grams(text))
    values = [
        bias + scale * total / length
        for bias, scale, total in zip(head.bias, head.scales, sums, strict=True)
    ]
    for feature, value in features.items():
        weights = head.features[feature]
        values = [
            old + value * weight for old, weight in zip(values, weights, strict=True)
        ]
    named = len(head.columns)
    return Scores(
        values=dict(zip(head.columns, values[:named], strict=True)),
        second=_second(head, values[named:]),
        length=length,
    )


def _second(head: Head, first_layer: Iterable[float]) -> dict[str, float]:
    """What the network makes of its first layer: label → score."""
    lit = [1.0, *(max(0.0, value) for value in first_layer)]  # the 1 meets the bias
    return {label: sum(map(mul, lit, row)) for label, row in head.network.items()}


def _gram_sums(known: Model, found: Iterable[str]) -> tuple[list[int], float]:
    """The bytes of the grams that are known, added up by column, and the length of
    their vector.
    """
    width = len(known.head.scales)
    rows = [row for row in map(known.rows.get, found) if row is not None]
    total = sum(map(_row_as_number, rows))
    lifted = array("I", total.to_bytes(_LANE * width, sys.byteorder))
    sums = [value - _LIFT * len(rows) for value in lifted]
    square = sum(known.rarity[row // width] ** 2 for row in rows)
    return sums, (math.sqrt(square) / RARITY) or 1.0


@cache
def _row_as_number(row: int) -> int:
    """The weights that begin at `row` as one whole number, `_LANE` bytes a column.

    Whole rows are then added at once, five times as fast as column by column. Each
    weight is lifted above zero, so that no column borrows from the next.
    """
    known = loaded()
    weights = known.weights[row : row + len(known.head.scales)]
    lifted = array("I", [weight + _LIFT for weight in weights])
    return int.from_bytes(lifted.tobytes(), sys.byteorder)


def gram_weight(gram: str, column: int, length: float) -> float:
    """What one gram adds to one column in a text whose vector of grams has
    this length.
    """
    known = loaded()
    row = known.rows.get(gram.translate(_DIGITS))
    if row is None:
        return 0.0
    return known.weights[row + column] * known.head.scales[column] / length
