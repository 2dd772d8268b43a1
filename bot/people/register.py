"""The register of units: found by name, named in texts, and whose people must not see
which case.
"""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from anonymizer.pseudonym import folded
from bot.hours import seconds
from bot.keys import Keys
from bot.people.member import Member
from bot.people.sealed import UNITS, SealedUnit
from dialogs.case.life import LEVELS, Case
from dialogs.case.refusals import Refusal, refusals
from dialogs.case.roles import blind
from dialogs.understand import CATEGORIES
from storage.port import Audit, Database, Stale, Write
from storage.repositories.units import UnitRow, UnitRows

SEVERAL_UNITS = "“{name}”有几家：{names}。请写全名"
refusals(
    several_units=f"{SEVERAL_UNITS}。",
    unknown_unit="单位名录里没有“{name}”。{hint}",
    unit_registered="“{name}”已经登记了。要改，请用 jianfu unit import。",
    unit_disabled="“{name}”本来就停用着。",
)
TRIES = 5  # of a change that others were faster than
SHORTEST = 2  # characters of a name: one alone stands in every other text
HINTS = 3
NEAR = 0.5  # of `difflib`: names are short, a wrong character is a large part


@dataclass(frozen=True, slots=True)
class NewUnit:
    """What is written of a unit; parent: its name. people: names of staff and of others
    who belong to it.
    """

    name: str
    level: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    competences: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """id, parent: hex; level: a key of LEVELS; competences: categories; people: for the
    conflict rule.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    level: str
    parent: str | None
    competences: tuple[str, ...]
    people: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True, slots=True)
class Imported:
    """How many units an import made, changed and found as they were."""

    added: int
    changed: int
    same: int


class Directory:
    """All units as they stood at one moment. Changes nothing, waits for nothing."""

    __slots__ = ("_called", "_names", "_units")

    def __init__(self, units: Iterable[Unit] = ()) -> None:
        self._units = {
            unit.id: unit for unit in sorted(units, key=lambda unit: unit.name)
        }
        self._names = {plain(unit.name): unit for unit in self._units.values()}
        called: dict[str, list[Unit]] = {}
        for unit in self._units.values():
            for name in dict.fromkeys(map(plain, (unit.name, *unit.aliases))):
                called.setdefault(name, []).append(unit)
        self._called = called

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._units.values())

    def __len__(self) -> int:
        return len(self._units)

    def of(self, id: str) -> Unit | None:
        return self._units.get(id)

    def by_name(self, name: str) -> Unit | None:
        """Of exactly this name, disabled or not; no alias."""
        return self._names.get(plain(name))

    def find(self, name: str) -> Unit | None:
        """The unit in use of this name, else the one of this alias. Raises: Refusal, if
        several have it.
        """
        exact = self.by_name(name)
        if exact is not None and exact.active:
            return exact
        found = [unit for unit in self._called.get(plain(name), ()) if unit.active]
        if len(found) > 1:
            raise Refusal("several_units", name=name, names=_names(found))
        return found[0] if found else None

    def get(self, name: str) -> Unit:
        """The same. Raises: Refusal with near misses, if there is none."""
        found = self.find(name)
        if found is None:
            raise Refusal("unknown_unit", name=name, hint=self.hint(name))
        return found

    def hint(self, name: str) -> str:
        """What may have been meant, as a sentence."""
        near = self.near(name)
        return (
            f"是不是：{'、'.join(near)}？"
            if near
            else "请先看 jianfu unit list，或用 jianfu unit add 登记。"
        )

    def near(self, name: str) -> list[str]:
        """Names of units in use that look like this one, the likeliest first."""
        wanted, active = (
            plain(name),
            {
                key: [unit for unit in units if unit.active]
                for key, units in self._called.items()
            },
        )
        inside = [key for key in active if wanted and (wanted in key or key in wanted)]
        close = difflib.get_close_matches(wanted, active, HINTS, NEAR)
        found = dict.fromkeys(
            unit.name for key in (*inside, *close) for unit in active[key]
        )
        return list(found)[:HINTS]

    def named(self, text: str) -> tuple[Unit, ...]:
        """Units, disabled ones too, whose name or alias stands in the text, however it
        is spaced.
        """
        said = plain(text)
        found = (
            unit
            for name, units in self._called.items()
            if name in said
            for unit in units
        )
        return tuple(dict.fromkeys(found))

    def parent_of(self, id: str) -> Unit | None:
        unit = self._units.get(id)
        return self._units.get(unit.parent) if unit and unit.parent else None

    def ties(self, member: Member) -> bool:
        """Whether this person belongs to any unit: if not, no case is hidden
        from them.
        """
        return member.unit is not None or any(
            member.staff.name in unit.people for unit in self
        )

    def conflict(
        self, member: Member, case: Case, text: str, given: Collection[str] = ()
    ) -> bool:
        """Whether this case is to be invisible to this person.

        text: all that was reported in it; given: ids of units that had it or what was
        merged with it.
        """
        concerned = dict.fromkeys(self.named(f"{text}\n{case.assignment.unit or ''}"))
        for id in (case.assignment.unit_id, *given):
            if id and (unit := self.of(id)):
                concerned[unit] = None
        people = [(unit.id, unit.people) for unit in concerned]
        has = (
            case.assignment.last_unit_id
        )  # who had it until it was reopened is not to notice by its absence
        return blind(member.staff.name, member.role, member.unit, has, people)


class UnitRegister:
    """Units as rows. What others changed meanwhile, in this process or another, is seen
    at once.
    """

    def __init__(
        self, database: Database, keys: Keys, now: Callable[[], datetime]
    ) -> None:
        self._database, self._keys, self._now = database, keys, now
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
            self._directory, self._stamp = Directory(map(self._unit, rows)), stamp
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

    async def named(self, text: str) -> tuple[Unit, ...]:
        return (await self.directory()).named(text)

    async def parent_of(self, id: str) -> Unit | None:
        return (await self.directory()).parent_of(id)

    async def conflict(self, member: Member, case: Case, text: str) -> bool:
        """See `Directory.conflict`; who asks about many cases takes the
        directory once.
        """
        return (await self.directory()).conflict(member, case, text)

    # ── changing ──────────────────────────────────────────────────────────────────────

    async def add(self, entry: NewUnit, by: str | None = None) -> Unit:
        """A new unit; one that was disabled is put in use again. by: staff id (hex) for
        the audit line.

        Raises: Refusal, a sentence for staff.
        """
        for _ in range(TRIES):
            directory = await self.directory()
            known = directory.by_name(entry.name)
            if known is not None and known.active:
                raise Refusal("unit_registered", name=known.name)
            try:
                await self._put([entry], directory, by, revive=True)
            except Stale:
                continue
            return await self.get(entry.name)
        raise Stale("five times")

    async def import_(
        self, entries: Sequence[NewUnit], by: str | None = None
    ) -> Imported:
        """Add those that are new, bring the others to what stands here; all of it or
        nothing.

        Units that are not among them stay as they are. Raises: Wrong, naming the first
        that cannot be.
        """
        for _ in range(TRIES):
            directory = await self.directory()
            try:
                return await self._put(entries, directory, by)
            except Stale:
                continue
        raise Stale("five times")

    async def disable(self, name: str, by: str | None = None) -> Unit:
        """No case is given to it any more; what it has, it keeps. Raises: Refusal."""
        for _ in range(TRIES):
            directory = await self.directory()
            known = directory.by_name(name)
            if known is not None and not known.active:
                raise Refusal("unit_disabled", name=known.name)
            unit = directory.get(name)
            was = self._versions[unit.id]
            row = replace(was, version=was.version + 1, active=False)
            try:
                await self._database.commit(
                    [
                        UnitRows.change(row, was.version),
                        self._audit("disabled", unit, by),
                    ]
                )
            except Stale:
                continue
            return replace(unit, active=False)
        raise Stale("five times")

    async def _put(
        self,
        entries: Sequence[NewUnit],
        directory: Directory,
        by: str | None,
        *,
        revive: bool = False,
    ) -> Imported:
        units = merged(entries, directory, revive=revive)
        changes: list[Write | Audit] = []
        added = changed = 0
        for unit in units:
            was = self._versions.get(unit.id)
            if was is None:
                added += 1
                changes += [
                    UnitRows.add(self._row(unit, 1)),
                    self._audit("added", unit, by),
                ]
            elif directory.of(unit.id) != unit:
                changed += 1
                row = self._row(unit, was.version + 1)
                changes += [
                    UnitRows.change(row, was.version),
                    self._audit("changed", unit, by),
                ]
        if changes:
            await self._database.commit(changes)
        return Imported(added, changed, len(units) - added - changed)

    def _audit(self, what: str, unit: Unit, by: str | None) -> Audit:
        at = seconds(self._now())
        return Audit(
            at,
            f"unit.{what}",
            bytes.fromhex(unit.id),
            bytes.fromhex(by) if by else None,
            "{}",
        )

    # ── rows ──────────────────────────────────────────────────────────────────────────

    def _unit(self, row: UnitRow) -> Unit:
        said = UNITS.open(self._keys.staff, row.id, row.sealed)
        return Unit(
            id=row.id.hex(),
            name=said.name,
            aliases=said.aliases,
            level=row.level,
            parent=row.parent.hex() if row.parent else None,
            competences=said.competences,
            people=said.people,
            active=row.active,
        )

    def _row(self, unit: Unit, version: int) -> UnitRow:
        id = bytes.fromhex(unit.id)
        said = SealedUnit(
            name=unit.name,
            aliases=unit.aliases,
            competences=unit.competences,
            people=unit.people,
        )
        known = self._versions.get(unit.id)
        was = known.sealed if known else b""
        return UnitRow(
            id=id,
            version=version,
            parent=bytes.fromhex(unit.parent) if unit.parent else None,
            level=unit.level,
            active=unit.active,
            sealed=UNITS.reseal(self._keys.staff, id, said, was),
        )


# ── pure parts ────────────────────────────────────────────────────────────────────────


def plain(name: str) -> str:
    """How names are compared: width, case and spaces do not matter."""
    return "".join(folded(name).split())


def merged(
    entries: Sequence[NewUnit], directory: Directory, *, revive: bool = False
) -> list[Unit]:
    """The units that these entries make of those known, parents before children.

    revive: a disabled one is put in use again.
    Raises: Wrong, naming the first entry that cannot be.
    """
    units: list[Unit] = []
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        _valid(number, entry)
        if plain(entry.name) in seen:
            raise Wrong(number, "name", f"“{entry.name}”写了两次")
        seen.add(plain(entry.name))
        known = directory.by_name(entry.name)
        id, active = (
            (known.id, revive or known.active)
            if known
            else (secrets.token_hex(16), True)
        )
        units.append(
            Unit(
                id,
                entry.name.strip(),
                entry.aliases,
                entry.level,
                None,
                entry.competences,
                entry.people,
                active,
            )
        )
    after = Directory(
        [
            *(
                {unit.id: unit for unit in directory}
                | {unit.id: unit for unit in units}
            ).values()
        ]
    )
    units = [
        replace(unit, parent=_parent(number, entry, after))
        for number, (unit, entry) in enumerate(zip(units, entries, strict=True))
    ]
    above = {unit.id: unit.parent for unit in after} | {
        unit.id: unit.parent for unit in units
    }
    depths = {unit.id: _depth(number, unit, above) for number, unit in enumerate(units)}
    return sorted(units, key=lambda unit: depths[unit.id])


class Wrong(Refusal):
    """An entry cannot be as it is written. number: which, from 0; field: of `NewUnit`;
    why: no full stop.
    """

    def __init__(self, number: int, field: str, why: str) -> None:
        super().__init__(f"{why}。")
        self.number, self.field, self.why = number, field, why


def _valid(number: int, entry: NewUnit) -> None:
    for field, names in (("name", (entry.name,)), ("aliases", entry.aliases)):
        for name in names:
            if not name.strip():
                raise Wrong(
                    number,
                    field,
                    "没有写名称" if field == "name" else f"“{entry.name}”有空的别名",
                )
            if len(plain(name)) < SHORTEST:
                raise Wrong(number, field, f"名称“{name}”太短，至少{SHORTEST}个字")
    if entry.level not in LEVELS:
        known = "、".join(f"{code}（{name}）" for code, name in LEVELS.items())
        given = f"“{entry.level}”不对" if entry.level else "没有写"
        raise Wrong(number, "level", f"“{entry.name}”的层级{given}，只能是：{known}")
    for code in entry.competences:
        if code not in CATEGORIES:
            known = "、".join(CATEGORIES)
            raise Wrong(
                number,
                "competences",
                f"“{entry.name}”的职责“{code}”不是类别，只能是：{known}",
            )


def _parent(number: int, entry: NewUnit, after: Directory) -> str | None:
    """Its id; after: all units as they will be."""
    if not entry.parent or not plain(entry.parent):
        return None
    try:
        found = after.by_name(entry.parent) or after.find(entry.parent)
    except Refusal as several:
        raise Wrong(
            number, "parent", SEVERAL_UNITS.format_map(several.params)
        ) from None
    if found is None:
        raise Wrong(
            number,
            "parent",
            f"“{entry.name}”的上级“{entry.parent}”不在名录里，也不在这份文件里",
        )
    return found.id


def _depth(number: int, unit: Unit, above: Mapping[str, str | None]) -> int:
    """How many stand above. Raises: Wrong, if it stands above itself."""
    depth, at = 0, above.get(unit.id)
    while at is not None:
        depth += 1
        if at == unit.id or depth > len(above):
            raise Wrong(number, "parent", f"“{unit.name}”的上级绕了一圈又回到它自己")
        at = above.get(at)
    return depth


def _names(units: Sequence[Unit]) -> str:
    return "、".join(unit.name for unit in units)
