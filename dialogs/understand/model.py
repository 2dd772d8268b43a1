"""The learned part: a linear model over character pairs and word groups, read from
`model.bin`.

The file holds a line of JSON (a `Head` and the count of grams), then, packed with zlib,
the known grams (parted by line ends), a byte each for their rarity, and a row of signed
bytes each: one weight per column. `tests/dialogs/understand/train.py` writes it.
"""

from __future__ import annotations

import json
import math
import zlib
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import add

RARITY = 32.0  # steps of a byte in one unit of inverse document frequency
GROUP_WEIGHT = (
    0.6  # how much the groups of a text count beside its grams, both of length one
)

FILE = files("dialogs.understand") / "model.bin"

_DIGITS = {ord(digit): "0" for digit in "123456789"}


@dataclass(frozen=True, slots=True)
class Head:
    """Columns by name, what a byte of each is worth, the weights that are no grams, how
    sure is sure.
    """

    columns: tuple[str, ...]
    scales: tuple[float, ...]
    bias: tuple[float, ...]
    groups: tuple[tuple[float, ...], ...]  # group → weight per column
    temperature: float  # divides the category scores before they become probabilities
    inputs: str  # SHA-256 of what it was trained from


@dataclass(frozen=True, slots=True)
class Model:
    """The model, ready to score."""

    head: Head
    rows: Mapping[str, int]
    rarity: bytes
    weights: array[int]


def grams(text: str) -> set[str]:
    """Single characters and pairs of a text that is `normal`; all digits are alike."""
    text = text.translate(_DIGITS)
    return {*text, *map(add, text, text[1:])}


def group_values(sizes: Mapping[int, int]) -> dict[int, float]:
    """Group → value, from group → number of different words; of length `GROUP_WEIGHT`
    when there are many.
    """
    length = max(1.0, math.sqrt(sum(sizes.values())))
    return {
        group: GROUP_WEIGHT * math.sqrt(size) / length for group, size in sizes.items()
    }


def unpack(data: bytes) -> Model:
    """Take the file apart."""
    line, _, packed = data.partition(b"\n")
    head = json.loads(line)
    body = zlib.decompress(packed)
    count, width = head.pop("count"), len(head["columns"])
    cut = len(body) - count * (width + 1)
    known = body[:cut].decode("utf-8").split("\n")
    weights = array("b")
    weights.frombytes(body[cut + count :])
    return Model(
        Head(
            columns=tuple(head["columns"]),
            scales=tuple(head["scales"]),
            bias=tuple(head["bias"]),
            groups=tuple(tuple(row) for row in head["groups"]),
            temperature=head["temperature"],
            inputs=head["inputs"],
        ),
        dict(zip(known, range(0, count * width, width), strict=True)),
        body[cut : cut + count],
        weights,
    )


@cache
def loaded() -> Model:
    """The model of this package, read at the first call."""
    return unpack(FILE.read_bytes())


@dataclass(frozen=True, slots=True)
class Scores:
    """Column → score of one text, and what is needed to tell why."""

    values: dict[str, float]
    length: float  # of the vector of grams


def score(text: str, sizes: Mapping[int, int]) -> Scores:
    """Score a `normal` text; `sizes`: lexicon group → number of its different words in
    the text.
    """
    known = loaded()
    width = len(known.head.columns)
    sums = [0] * width
    square = 0
    for gram in grams(text):
        row = known.rows.get(gram)
        if row is not None:
            sums = list(map(add, sums, known.weights[row : row + width]))
            square += known.rarity[row // width] ** 2
    length = math.sqrt(square) / RARITY or 1.0
    values = [
        bias + scale * total / length
        for bias, scale, total in zip(
            known.head.bias, known.head.scales, sums, strict=True
        )
    ]
    for group, value in group_values(sizes).items():
        values = [
            old + value * weight
            for old, weight in zip(values, known.head.groups[group], strict=True)
        ]
    return Scores(dict(zip(known.head.columns, values, strict=True)), length)


def gram_weight(gram: str, column: int, length: float) -> float:
    """What one gram adds to one column in a text whose vector of grams has
    this length.
    """
    known = loaded()
    row = known.rows.get(gram.translate(_DIGITS))
    return (
        0.0
        if row is None
        else known.weights[row + column] * known.head.scales[column] / length
    )
