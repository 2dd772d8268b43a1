"""What reporters said, as it lies sealed: their reports, and steps of a case's story.

It stands by itself, for the process that has the search index opens nothing else and
shall be small and quick to start.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from anonymizer.seal import Sealer, Unsealable
from bot.codec import SealedColumn
from bot.keys import Keys
from storage.repositories.reports import ReportRow
from storage.repositories.steps import StepRow


class ReportContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a reporter filed, as in `File`. case: where (hex), which a later merge does
    not change; wishes: see `Wish`; withdrawn: its reporter took it back.
    """

    case: str
    text: str = ""
    category: str
    also: list[str] = []
    kind: str | None = None
    unit: str | None = None
    unit_level: str | None = None
    place: str | None = None
    when: str | None = None
    counts: list[tuple[str, str]] = []
    signpost: str | None = None
    lang: str
    wishes: dict[str, bool] = {}
    withdrawn: bool = False

    def facts(self) -> dict[str, Any]:
        """All but the words themselves, JSON values by name; what was not said is not
        in it.
        """
        facts: dict[str, Any] = msgspec.to_builtins(self)
        others = ("case", "text", "withdrawn")
        return {name: facts[name] for name in facts if name not in others}


class SealedStep(msgspec.Struct, frozen=True):
    """by: name of the member of staff; written even where it is None."""

    params: dict[str, Any]
    by: str | None


SEALED_REPORTS = SealedColumn("reports", "sealed", ReportContent)
SEALED_STEPS = SealedColumn("steps", "sealed", SealedStep)


class ReportWords:
    """Opens what of reports can be searched."""

    def __init__(self, keys: Keys) -> None:
        self._data = keys.data

    def of(self, row: ReportRow, added: Iterable[StepRow]) -> str:
        """added: its supplements. What was forgotten or does not open says nothing;
        `doctor` names what is damaged.
        """
        if row.wrapped_key is None or row.sealed is None:
            return ""
        try:
            sealer = Sealer.own(self._data.unwrap(row.wrapped_key, row.id), "content")
            content = SEALED_REPORTS.open(sealer, row.id, row.sealed)
        except Unsealable:
            return ""
        return corpus(content, [_added(one, sealer) for one in added])


def _added(row: StepRow, sealer: Sealer) -> str:
    if not row.sealed:
        return ""
    try:
        step = SEALED_STEPS.open(sealer, row.id, row.sealed)
    except Unsealable:
        return ""
    return str(step.params["text"])


def corpus(content: ReportContent, said: Iterable[str]) -> str:
    """What of a report can be searched. said: what was added to it."""
    words = (content.text, content.unit, content.place, *said)
    return "\n".join(filter(None, words))
