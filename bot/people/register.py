"""The register of units, as rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from anonymizer.seal import Unsealable
from bot.hours import seconds
from bot.keys import Keys
from bot.people.directory import Directory, Leader, NewUnit, Unit, merged
from bot.people.sealed import SEALED_UNITS, SealedLeader, SealedUnit
from bot.retry import retry_stale
from dialogs.case.refusals import Refusal, refusals
from storage.port import Audit, Changes, Database
from storage.repositories.units import UnitRow, UnitRows

refusals(
    unit_registered="“{name}”已经登记了。要改，请用 jianfu unit import。",
    unit_disabled="“{name}”本来就停用着。",
    no_such_leader="{unit}没有登记叫“{name}”的负责人。",
)


log = logging.getLogger(__name__)
DAMAGED_UNIT = "[损坏的单位 {id}]"


@dataclass(frozen=True, slots=True)
class Imported:
    """How many units an import made, changed and found as they were."""

    added: int
    changed: int
    same: int


class UnitRegister:
    """Units as rows. What others changed meanwhile, in this process or another, is seen
    at once.
    """

    def __init__(
        self, database: Database, keys: Keys, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._keys = keys
        self._now = now
        self._rows = UnitRows(database)
        self._stamp: tuple[int, int] | None = None
        self._directory = Directory()
        self._versions: dict[str, UnitRow] = {}

    # ── reading ───────────────────────────────────────────────────────────────────────

    async def directory(self) -> Directory:
        """All units, opened again only when one was changed."""
        stamp = await self._rows.stamp()
        if stamp != self._stamp:
            rows = await self._rows.all()
            self._versions = {row.id.hex(): row for row in rows}
            self._directory = Directory(map(self._unit, rows))
            self._stamp = stamp
        return self._directory

    async def list(self) -> list[Unit]:
        """Disabled ones too, by name."""
        return list(await self.directory())

    async def find(self, name: str) -> Unit | None:
        """By name or alias, in use. Raises: Refusal, if several have it."""
        return (await self.directory()).find(name)

    async def get(self, name: str) -> Unit:
        """The same. Raises: Refusal with near misses, if there is none."""
        return (await self.directory()).get(name)

    async def of(self, id: str) -> Unit | None:
        """id: hex."""
        return (await self.directory()).of(id)

    async def called(self, typed: str) -> str:
        """How a unit is called that somebody typed, slips of the keyboard mended."""
        return (await self.directory()).called(typed)

    async def named(self, text: str) -> tuple[Unit, ...]:
        return (await self.directory()).named(text)

    async def parent_of(self, id: str) -> Unit | None:
        return (await self.directory()).parent_of(id)

    # ── changing ──────────────────────────────────────────────────────────────────────

    async def add(self, entry: NewUnit, by: str | None = None) -> Unit:
        """A new unit; one that was disabled is put in use again. by: staff id (hex) for
        the audit line.

        Raises: Refusal, a sentence for staff.
        """

        async def attempt() -> Imported:
            directory = await self.directory()
            known = directory.by_name(entry.name)
            if known is not None and known.active:
                raise Refusal("unit_registered", name=known.name)
            return await self._put([entry], directory, by, revive=True)

        await retry_stale(attempt)
        return await self.get(entry.name)

    async def import_(
        self, entries: Sequence[NewUnit], by: str | None = None
    ) -> Imported:
        """Add those that are new, bring the others to what stands here; all of it or
        nothing.

        Units that are not among them stay as they are. Raises: WrongEntry, naming the
        first that cannot be.
        """

        async def attempt() -> Imported:
            return await self._put(entries, await self.directory(), by)

        return await retry_stale(attempt)

    async def disable(self, name: str, by: str | None = None) -> Unit:
        """No case is given to it any more; what it has, it keeps. Raises: Refusal."""

        async def attempt() -> Unit:
            directory = await self.directory()
            known = directory.by_name(name)
            if known is not None and not known.active:
                raise Refusal("unit_disabled", name=known.name)
            unit = directory.get(name)
            was = self._versions[unit.id]
            row = replace(was, version=was.version + 1, active=False)
            line = self._audit("disabled", unit, by)
            await self._database.commit([UnitRows.change(row, was.version), line])
            return replace(unit, active=False)

        return await retry_stale(attempt)

    async def lead(self, name: str, leader: Leader, by: str | None = None) -> Unit:
        """This person leads the unit, in this rank; who is known already gets the new
        rank and address. Raises: Refusal.
        """
        return await self._led(name, leader.name, leader, by)

    async def led_no_more(self, name: str, leader: str, by: str | None = None) -> Unit:
        """Raises: Refusal, if nobody of this name leads it."""
        return await self._led(name, leader, None, by)

    async def _led(
        self, name: str, leader: str, now: Leader | None, by: str | None
    ) -> Unit:
        async def attempt() -> Unit:
            directory = await self.directory()
            unit = directory.get(name)
            others = tuple(one for one in unit.leaders if one.name != leader)
            if now is None and others == unit.leaders:
                raise Refusal("no_such_leader", unit=unit.name, name=leader)
            led = replace(unit, leaders=(*others, *([now] if now else [])))
            was = self._versions[unit.id]
            row = self._row(led, was.version + 1)
            line = self._audit("changed", unit, by)
            await self._database.commit([UnitRows.change(row, was.version), line])
            return led

        return await retry_stale(attempt)

    async def _put(
        self,
        entries: Sequence[NewUnit],
        directory: Directory,
        by: str | None,
        *,
        revive: bool = False,
    ) -> Imported:
        units = merged(entries, directory, revive=revive)
        changes: Changes = []
        added = changed = 0
        for unit in units:
            was = self._versions.get(unit.id)
            if was is None:
                added += 1
                changes.append(UnitRows.add(self._row(unit, 1)))
                changes.append(self._audit("added", unit, by))
            elif directory.of(unit.id) != unit:
                changed += 1
                row = self._row(unit, was.version + 1)
                changes.append(UnitRows.change(row, was.version))
                changes.append(self._audit("changed", unit, by))
        if changes:
            await self._database.commit(changes)
        return Imported(added, changed, len(units) - added - changed)

    def _audit(self, what: str, unit: Unit, by: str | None) -> Audit:
        return Audit(
            at=seconds(self._now()),
            kind=f"unit.{what}",
            about=bytes.fromhex(unit.id),
            by=bytes.fromhex(by) if by else None,
            content="{}",
        )

    # ── rows ──────────────────────────────────────────────────────────────────────────

    def _unit(self, row: UnitRow) -> Unit:
        try:
            said = SEALED_UNITS.open(self._keys.staff, row.id, row.sealed)
        except Unsealable:  # one unit less, no register less
            log.error("a unit does not open: see jianfu doctor")
            name = DAMAGED_UNIT.format(id=row.id.hex()[:4])
            said = SealedUnit(name=name, aliases=(), competences=(), people=())
        return Unit(
            id=row.id.hex(),
            name=said.name,
            aliases=said.aliases,
            level=row.level,
            parent=row.parent.hex() if row.parent else None,
            competences=said.competences,
            people=said.people,
            active=row.active,
            leaders=tuple(
                Leader(one.rank, one.name, one.address) for one in said.leaders
            ),
        )

    def _row(self, unit: Unit, version: int) -> UnitRow:
        id = bytes.fromhex(unit.id)
        said = SealedUnit(
            name=unit.name,
            aliases=unit.aliases,
            competences=unit.competences,
            people=unit.people,
            leaders=tuple(
                SealedLeader(one.rank, one.name, one.address) for one in unit.leaders
            ),
        )
        known = self._versions.get(unit.id)
        was = known.sealed if known else b""
        return UnitRow(
            id=id,
            version=version,
            parent=bytes.fromhex(unit.parent) if unit.parent else None,
            level=unit.level,
            active=unit.active,
            sealed=SEALED_UNITS.reseal(self._keys.staff, id, said, was),
        )
