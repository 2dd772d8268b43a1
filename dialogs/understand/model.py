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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import add
from typing import Any

RARITY = 32.0  # steps of a byte in one unit of inverse document frequency
# How much the groups of a text count beside its grams, both of length one.
GROUP_WEIGHT = 0.6

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
    rows: Mapping[str, int]  # gram → where its weights begin
    rarity: bytes  # one for each gram, in the order of `rows`
    weights: array[int]  # for each gram one per column


def grams(text: str) -> set[str]:
    """Single characters and pairs of a text that is `normal`; all digits are alike."""
    text = text.translate(_DIGITS)
    pairs = map(add, text, text[1:])
    return {*text, *pairs}


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
    fields = json.loads(line)
    body = zlib.decompress(packed)
    count = fields["count"]
    width = len(fields["columns"])
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
        groups=tuple(tuple(row) for row in fields["groups"]),
        temperature=fields["temperature"],
        inputs=fields["inputs"],
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
    head = loaded().head
    sums, length = _gram_sums(loaded(), grams(text))
    values = [
        bias + scale * total / length
        for bias, scale, total in zip(head.bias, head.scales, sums, strict=True)
    ]
    for group, value in group_values(sizes).items():
        weights = head.groups[group]
        values = [
            old + value * weight for old, weight in zip(values, weights, strict=True)
        ]
    return Scores(dict(zip(head.columns, values, strict=True)), length)


def _gram_sums(known: Model, found: Iterable[str]) -> tuple[list[int], float]:
    """The bytes of the grams that are known, added up by column, and the length of
    their vector.
    """
    width = len(known.head.columns)
    sums = [0] * width
    square = 0
    for gram in found:
        row = known.rows.get(gram)
        if row is None:
            continue
        sums = list(map(add, sums, known.weights[row : row + width]))
        square += known.rarity[row // width] ** 2
    length = math.sqrt(square) / RARITY
    return sums, length or 1.0


def gram_weight(gram: str, column: int, length: float) -> float:
    """What one gram adds to one column in a text whose vector of grams has
    this length.
    """
    known = loaded()
    row = known.rows.get(gram.translate(_DIGITS))
    if row is None:
        return 0.0
    return known.weights[row + column] * known.head.scales[column] / length
