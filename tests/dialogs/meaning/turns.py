"""Labelled turns: read from their files, and asked of `meaning`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogs.meaning import Draft, Moment

Label = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Turn:
    """One labelled message. labels: the first is the label, the others are as good."""

    id: str
    voice: str
    text: str
    moment: Moment
    labels: tuple[Label, ...]
    tags: tuple[str, ...]

    @property
    def intent(self) -> str:
        return self.labels[0][0]


def moment_of(row: dict[str, Any]) -> Moment:
    """The moment of a line that has the fields step, said_before, draft and open."""
    draft = row.get("draft")
    return Moment(
        step=row["step"],
        said_before=tuple(row.get("said_before") or ()),
        draft=Draft(**draft) if draft else None,
        open=row.get("open"),
    )


def read_whole(path: Path) -> list[Turn]:
    """Turns of a file whose lines hold everything (dev.jsonl)."""
    return [
        Turn(
            id=row["id"],
            voice=path.stem,
            text=row["text"],
            moment=moment_of(row),
            labels=(
                (row["intent"], row["args"]),
                *((one["intent"], one["args"]) for one in row["also"]),
            ),
            tags=tuple(row["tags"]),
        )
        for row in _lines(path)
    ]


def read_voice(path: Path) -> list[Turn]:
    """Turns of one voice; its contexts stand beside it in VOICE.contexts.jsonl."""
    contexts = {row["c"]: row for row in _lines(path.with_suffix(".contexts.jsonl"))}
    return [
        Turn(
            id=f"{path.stem}:{number}",
            voice=path.stem,
            text=row["t"],
            moment=moment_of(contexts[row["c"]]),
            labels=(
                (row["i"], row.get("a") or {}),
                *((intent, args or {}) for intent, args in row.get("also") or ()),
            ),
            tags=tuple(row.get("g") or ()),
        )
        for number, row in enumerate(_lines(path), 1)
    ]


def read_voices(paths: Iterable[Path]) -> list[Turn]:
    """The turns of several voices."""
    return [turn for path in paths for turn in read_voice(path)]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]
