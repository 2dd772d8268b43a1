"""Score predictions against labels: python -m tests.dialogs.understand.score
labelled.jsonl [predicted.jsonl]

Both files hold a JSON object a line. Predictions, as `jianfu understand --jsonl` prints
them, are matched by "id". Without a second file the texts are understood here, and the
time is told.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dialogs.understand import EMERGENCIES, understand

Row = dict[str, Any]


def predict(labelled: Sequence[Row]) -> list[Row]:
    """Understand each text; adds "ms", the milliseconds it took."""
    understand("")  # reads the package data
    found = []
    for row in labelled:
        start = time.perf_counter()
        understood = understand(row["text"])
        found.append(asdict(understood) | {"ms": (time.perf_counter() - start) * 1000})
    return found


def overlap(one: str, other: str) -> bool:
    """Whether two names share at least two characters in a row, or one holds
    the other.
    """
    return (
        one in other
        or other in one
        or any(one[i : i + 2] in other for i in range(len(one) - 1))
    )


def figures(labelled: Sequence[Row], predicted: Sequence[Row]) -> dict[str, float]:
    """Shares from 0 to 1 by name; "ms" is the mean, "ms_most" the longest, where
    predictions tell them.
    """
    pairs = list(zip(labelled, predicted, strict=True))
    fits = [
        ({row["category"], *row["also"]}, found["categories"]) for row, found in pairs
    ]
    out = [(row, found) for row, found in pairs if not row["in_scope"]]
    turned = [(row, found) for row, found in pairs if not found["in_scope"]]
    right = [(row, found) for row, found in turned if not row["in_scope"]]
    ours = [(row, found) for row, found in pairs if row["in_scope"]]
    shares = {
        "first": _share([found[0] in good for good, found in fits]),
        "within_three": _share([bool(good & set(found[:3])) for good, found in fits]),
        "away_recall": _share([not found["in_scope"] for _, found in out]),
        "away_precision": _share([not row["in_scope"] for row, _ in turned]),
        "ours_turned_away": _share([not found["in_scope"] for _, found in ours]),
        "signpost": _share(
            [row["signpost"] == found["signpost"] for row, found in right]
        ),
    }
    for field in ("unit", "place"):
        named = [(row[field], found[field]) for row, found in pairs if row.get(field)]
        shares[f"{field}_exact"] = _share([want == got for want, got in named])
        shares[f"{field}_overlap"] = _share(
            [bool(got) and overlap(want, got) for want, got in named]
        )
        shares[f"{field}_invented"] = _share(
            [bool(found[field]) for row, found in pairs if not row.get(field)]
        )
    urgent = [found.get("urgent", False) for row, found in pairs if row["urgent"]]
    shares["urgent_recall"] = _share(urgent)
    shares["urgent_precision"] = _share(
        [row["urgent"] for row, found in pairs if found.get("urgent")]
    )
    shares["kind"] = _share(
        [row["kind"] == found.get("kind") for row, found in pairs if row["kind"]]
    )
    alarms = [(row, found) for row, found in pairs if row["signpost"] in EMERGENCIES]
    shares["emergency_shown"] = _share(
        [_number(found) in EMERGENCIES for _, found in alarms]
    )
    sure = [(row, found) for row, found in pairs if found.get("clear")]
    clear = [
        found["categories"][0] in {row["category"], *row["also"]} for row, found in sure
    ]
    shares |= {"clear": len(clear) / len(pairs), "clear_right": _share(clear)}
    levels = _levels(pairs)
    shares["unit_level"] = _share(
        [row["unit_level"] == found["unit_level"] for row, found in levels]
    )
    times = [found["ms"] for found in predicted if "ms" in found]
    if times:
        shares |= {"ms": sum(times) / len(times), "ms_most": max(times)}
    return {name: round(value, 3) for name, value in shares.items()}


def _levels(pairs: Sequence[tuple[Row, Row]]) -> list[tuple[Row, Row]]:
    """The pairs whose unit was found, where label and prediction both tell
    its level.
    """
    return [
        (row, found)
        for row, found in pairs
        if row["unit"]
        and row["unit"] == found["unit"]
        and "unit_level" in row
        and "unit_level" in found
    ]


def _number(found: Row) -> str | None:
    """The emergency number a prediction leads to."""
    return found.get("alarm") or found.get("signpost")


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else float("nan")


def read(path: Path) -> list[Row]:
    """The objects of a file, one a line."""
    return [
        json.loads(line)
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]


def main() -> None:
    labelled = read(Path(sys.argv[1]))
    if len(sys.argv) > 2:
        by_id = {row["id"]: row for row in read(Path(sys.argv[2]))}
        predicted = [by_id[row["id"]] for row in labelled]
    else:
        predicted = predict(labelled)
    for name, value in figures(labelled, predicted).items():
        print(f"{name:18} {value}")


if __name__ == "__main__":
    main()
