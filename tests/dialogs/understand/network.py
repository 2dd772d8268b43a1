"""A small network over rows of numbers, trained with numpy; for `train.py` alone.

One hidden layer of rectified units between the features of a text and its labels. What
keeps it from learning sentences by heart: in training each feature is left out at times
(`DROP`), each hidden unit too (`DROP_HIDDEN`), and a label is never quite certain
(`SMOOTH`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SEED = 7
UNITS = 40
EPOCHS = 30
BATCH = 64
RATE = 3e-3  # falls to nothing in a straight line
DROP = 0.55
DROP_HIDDEN = 0.2
SMOOTH = 0.05
SHRINK = 1e-5


@dataclass(frozen=True)
class Network:
    """Weights into the hidden layer, and from there to the labels."""

    labels: tuple[str, ...]
    into: Any  # features × units
    into_bias: Any
    out: Any  # units × labels
    out_bias: Any


class _Adam:
    """One array and how far to move it (Kingma & Ba 2015)."""

    def __init__(self, start: Any) -> None:
        self.value = start.astype(np.float32)
        self.mean = np.zeros_like(self.value)
        self.square = np.zeros_like(self.value)
        self.steps = 0

    def step(self, gradient: Any, rate: float) -> None:
        gradient = np.asarray(gradient, dtype=np.float32) + SHRINK * self.value
        self.steps += 1
        self.mean += 0.1 * (gradient - self.mean)
        self.square += 0.001 * (gradient * gradient - self.square)
        mean = self.mean / (1 - 0.9**self.steps)
        square = self.square / (1 - 0.999**self.steps)
        self.value -= rate * mean / (np.sqrt(square) + 1e-8)


def fit(rows: Any, wanted: Sequence[str], weights: Sequence[float]) -> Network:
    """Train on a sparse matrix (a text each row), the labels wanted and their weights.

    The same inputs give the same network.
    """
    dice = np.random.default_rng(SEED)
    labels = tuple(sorted(set(wanted)))
    number_of = {label: number for number, label in enumerate(labels)}
    targets = np.array([number_of[label] for label in wanted])
    worth = np.asarray(weights) / np.mean(weights)
    count, width = rows.shape
    rows = rows.astype(np.float32).tocsr()
    into = _Adam(dice.normal(0, 0.15, (width, UNITS)))
    into_bias = _Adam(np.zeros(UNITS))
    out = _Adam(dice.normal(0, 1 / np.sqrt(UNITS), (UNITS, len(labels))))
    out_bias = _Adam(np.zeros(len(labels)))
    steps = EPOCHS * -(-count // BATCH)
    for step in range(steps):
        at = step * BATCH % (-(-count // BATCH) * BATCH)
        if at == 0:
            order = dice.permutation(count)
        picks = order[at : at + BATCH]
        batch = rows[picks].copy()
        batch.data *= (dice.random(len(batch.data)) > DROP) / (1 - DROP)
        raw = batch @ into.value + into_bias.value
        kept = (dice.random(raw.shape) > DROP_HIDDEN) / (1 - DROP_HIDDEN)
        hidden = np.maximum(raw, 0) * kept
        wrong = _softmax(hidden @ out.value + out_bias.value) - SMOOTH / len(labels)
        wrong[np.arange(len(picks)), targets[picks]] -= 1 - SMOOTH
        wrong *= worth[picks][:, None] / len(picks)
        back = (wrong @ out.value.T) * kept * (raw > 0)
        rate = RATE * (1 - step / steps) + 1e-5
        out.step(hidden.T @ wrong, rate)
        out_bias.step(wrong.sum(0), rate)
        into.step(batch.T @ back, rate)
        into_bias.step(back.sum(0), rate)
    return Network(labels, into.value, into_bias.value, out.value, out_bias.value)


def _softmax(scores: Any) -> Any:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)
