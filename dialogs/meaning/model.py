"""The learned part: linear heads over named features, read from `model.bin`.

The file holds a line of JSON (what each head is, and the digest of what it was trained
from), then, packed with zlib, for each head its known features (parted by line ends)
and for each of these a row of signed bytes: one weight per column.
`tests/dialogs/meaning/train.py` writes it.
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

FILE = files("dialogs.meaning") / "model.bin"


@dataclass(frozen=True, slots=True)
class LinearHead:
    """One question put to a message: its possible answers and what speaks for each.

    columns: the answers. scales: what a byte of a column is worth. bias: by column.
    rows: feature → where its weights begin.
    """

    columns: tuple[str, ...]
    scales: tuple[float, ...]
    bias: tuple[float, ...]
    rows: Mapping[str, int]
    weights: array[int]

    def scores(self, groups: Mapping[str, list[str]]) -> dict[str, float]:
        """Column → score. groups: the features of a message; each group counts with
        length one.
        """
        values = list(self.bias)
        for found in groups.values():
            if not found:
                continue
            sums = self._sums(found)
            length = math.sqrt(len(found))
            values = [
                value + scale * total / length
                for value, scale, total in zip(values, self.scales, sums, strict=True)
            ]
        return dict(zip(self.columns, values, strict=True))

    def _sums(self, found: Iterable[str]) -> list[int]:
        """The bytes of the features that are known, added up by column."""
        width = len(self.columns)
        sums = [0] * width
        for feature in found:
            row = self.rows.get(feature)
            if row is not None:
                sums = list(map(add, sums, self.weights[row : row + width]))
        return sums


def unpack(data: bytes) -> tuple[str, dict[str, LinearHead]]:
    """Take the file apart: the digest of what it was trained from, and its heads."""
    line, _, packed = data.partition(b"\n")
    fields = json.loads(line)
    body = zlib.decompress(packed)
    heads: dict[str, LinearHead] = {}
    at = 0
    for head in fields["heads"]:
        end = at + head["size"]
        heads[head["name"]] = _head(head, body[at:end])
        at = end
    return fields["inputs"], heads


def _head(fields: Mapping[str, Any], body: bytes) -> LinearHead:
    columns = tuple(fields["columns"])
    weights_at = len(body) - fields["count"] * len(columns)
    known = body[:weights_at].decode("utf-8").split("\n")
    row_starts = range(0, fields["count"] * len(columns), len(columns))
    weights = array("b")
    weights.frombytes(body[weights_at:])
    return LinearHead(
        columns=columns,
        scales=tuple(fields["scales"]),
        bias=tuple(fields["bias"]),
        rows=dict(zip(known, row_starts, strict=False)),
        weights=weights,
    )


@cache
def loaded() -> tuple[str, dict[str, LinearHead]]:
    """The model of this package, read at the first call."""
    return unpack(FILE.read_bytes())


def head(name: str) -> LinearHead:
    """One head of the model."""
    return loaded()[1][name]


def chances(scores: Mapping[str, float]) -> dict[str, float]:
    """Column → probability, of which all together are 1."""
    highest = max(scores.values())
    powers = {name: math.exp(score - highest) for name, score in scores.items()}
    total = sum(powers.values())
    return {name: power / total for name, power in powers.items()}
