"""What the findings against units come to, from their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import cast

from bot.hours import utc
from dialogs.case.ladder import LadderPlace, LadderRule, Rung, UnitFinding, standings
from storage.repositories.rungs import RungRow


def standings_of(
    rows: Iterable[RungRow], rule: LadderRule, zone: tzinfo
) -> Mapping[bytes, LadderPlace]:
    """By the row's id; who was found at fault no longer is not in it.

    rows: all of each unit that is asked about. zone: in which days are counted.
    """
    by_unit: dict[bytes, list[UnitFinding]] = defaultdict(list)
    for row in rows:
        if row.withdrawn_at is None:
            by_unit[row.unit_id].append(_finding(row, zone))
    found: dict[bytes, LadderPlace] = {}
    for findings in by_unit.values():
        found |= standings(findings, rule)
    return found


def _finding(row: RungRow, zone: tzinfo) -> UnitFinding:
    at = utc(row.at)
    return UnitFinding(
        id=row.id,
        at=at,
        day=at.astimezone(zone).date(),
        decided=cast(Rung | None, row.rung),
        taken=row.decision == "taken",
        decided_at=None if row.decided_at is None else utc(row.decided_at),
    )
