"""All units as they stood at one moment: found by name, named in texts, and whose
people must not see which case. Pure.
"""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.folding import folded
from bot.people.member import Member
from bot.people.short_names import short_names
from dialogs.case.life import LEVELS, Case
from dialogs.case.notices import RANKS
from dialogs.case.refusals import Refusal, refusals
from dialogs.case.roles import blind
from dialogs.library.sounds import sound
from dialogs.understand import CATEGORIES
from dialogs.understand.wordfile import wordlist

SEVERAL_UNITS = "“{name}”有几家：{names}。请写全名"
refusals(
    several_units=f"{SEVERAL_UNITS}。",
    unknown_unit="单位名录里没有“{name}”。{hint}",
)
SHORTEST_NAME = 2  # characters of a name: one alone stands in every other text
SHORTEST_PART = 3  # of a name that is only said in part: two stand in too many
LONG_ENOUGH_TO_HEAR = 4  # characters: shorter ones sound like too much else
MOST_HINTS = 3
NEAR_ENOUGH = 0.5  # of `difflib`: names are short, a wrong character is a large part


@dataclass(frozen=True, slots=True)
class Leader:
    """Who leads a unit. rank: a key of RANKS; address: where a paper reaches them, as
    an office writes it: a telephone, a room; "" where it is not known.
    """

    rank: str
    name: str
    address: str = ""

    @property
    def said(self) -> str:
        """As it is written in a list of units: 分管负责人 李明 8123-4567."""
        return " ".join(filter(None, [RANKS[self.rank], self.name, self.address]))


def leader_of(written: str) -> Leader | None:
    """`分管 李明 8123-4567`, `主要负责人 王芳`; None without a rank or a name."""
    rank, name, address = [*written.split(None, 2), "", "", ""][:3]
    for code, title in RANKS.items():
        if rank in (code, title, title.removesuffix("负责人")) and name:
            return Leader(code, name, address.strip())
    return None


@dataclass(frozen=True, slots=True)
class NewUnit:
    """What is written of a unit; parent: its name. people: names of staff and of others
    who belong to it; leaders: None where nothing is said of them, so that those who are
    known stay.
    """

    name: str
    level: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    competences: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    leaders: tuple[Leader, ...] | None = None


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
    leaders: tuple[Leader, ...] = ()

    def led_by(self, rank: str) -> list[Leader]:
        """Its leaders of this rank."""
        return [one for one in self.leaders if one.rank == rank]


class Directory:
    """All units as they stood at one moment. Changes nothing, waits for nothing."""

    __slots__ = ("_called", "_names", "_recognised", "_units")

    def __init__(self, units: Iterable[Unit] = ()) -> None:
        in_order = sorted(units, key=lambda unit: unit.name)
        self._units = {unit.id: unit for unit in in_order}
        self._names = {plain(unit.name): unit for unit in self}
        self._called: dict[str, list[Unit]] = {}  # name or alias → whose it is
        for unit in self:
            for name in _called(unit):
                self._called.setdefault(name, []).append(unit)
        # whatever people call it in a text → how that sounds, and whose it is
        self._recognised: dict[str, tuple[str, list[Unit]]] = {}
        for name, units in self._called.items():
            for form in (name, *short_names(name)):
                _, whose = self._recognised.setdefault(form, (sound(form), []))
                whose.extend(units)

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
        found = self._in_use(plain(name))
        if len(found) > 1:
            names = "、".join(unit.name for unit in found)
            raise Refusal("several_units", name=name, names=names)
        return found[0] if found else None

    def _in_use(self, called: str) -> list[Unit]:
        """Units in use of this name or alias, given as `plain` makes it."""
        return [unit for unit in self._called.get(called, ()) if unit.active]

    def get(self, name: str) -> Unit:
        """The same. Raises: Refusal with near misses, if there is none."""
        found = self.find(name)
        if found is None:
            raise Refusal("unknown_unit", name=name, hint=self.hint(name))
        return found

    def hint(self, name: str) -> str:
        """What may have been meant, as a sentence."""
        near = self.near(name)
        if not near:
            return "请先看 jianfu unit list，或用 jianfu unit add 登记。"
        return f"是不是：{'、'.join(near)}？"

    def near(self, name: str) -> list[str]:
        """Names of units in use that look like this one, the likeliest first."""
        wanted = plain(name)
        known = list(self._called)
        longer_or_shorter = [
            called for called in known if wanted in called or called in wanted
        ]
        close = difflib.get_close_matches(wanted, known, MOST_HINTS, NEAR_ENOUGH)
        likeliest = [*longer_or_shorter, *close] if wanted else close
        names = [unit.name for called in likeliest for unit in self._in_use(called)]
        return list(dict.fromkeys(names))[:MOST_HINTS]

    def called(self, typed: str) -> str:
        """How a unit is called that somebody typed, slips of the keyboard mended: by
        this register, else by the names that units have everywhere, else as typed.
        """
        try:
            found = self.find(typed)
        except Refusal:
            return typed
        if found is not None:
            return found.name
        names = [unit.name for unit in self if unit.active]
        known = [*names, *wordlist("bodies")]
        alike = [name for name in known if sound(name) == sound(typed)]
        return alike[0] if alike and typed not in known else typed

    def named(self, text: str) -> tuple[Unit, ...]:
        """Units, disabled ones too, whose name or alias stands in the text: however it
        is spaced or shortened, and in characters that only sound like it.
        """
        said = plain(text)
        heard = sound(said)
        found: dict[Unit, None] = {}
        for called, (sounds, units) in self._recognised.items():
            is_heard = len(called) >= LONG_ENOUGH_TO_HEAR and sounds in heard
            if called in said or is_heard:
                found.update(dict.fromkeys(units))
        return tuple(found)

    def meant(self, name: str) -> tuple[Unit, ...]:
        """The units that a reporter may mean by this name: those it names in full, else
        the few of whose names it is a part (考核办 for 县考核办).
        """
        if named := self.named(name):
            return named
        part = plain(name)
        if len(part) < SHORTEST_PART:
            return ()
        longer = [
            unit
            for called, units in self._called.items()
            if part in called
            for unit in units
        ]
        found = tuple(dict.fromkeys(longer))
        return found if len(found) <= MOST_HINTS else ()

    def keeps_out(self, member: Member, names: Iterable[str]) -> bool:
        """Whether this person belongs to one of the units that these names mean."""
        units = [unit for name in names for unit in self.meant(name)]
        return any(
            member.unit == unit.id or member.staff.name in unit.people for unit in units
        )

    def _with_those_above(self, named: Iterable[Unit]) -> list[Unit]:
        """A community that is named is a place of its subdistrict, whose people know
        who works there.
        """
        found = list(named)
        places = [unit for unit in found if unit.level == "community"]
        above = map(self.parent_of, [unit.id for unit in places])
        return [*found, *filter(None, above)]

    def parent_of(self, id: str) -> Unit | None:
        unit = self._units.get(id)
        if unit is None or unit.parent is None:
            return None
        return self._units.get(unit.parent)

    def ties(self, member: Member) -> bool:
        """Whether this person belongs to any unit: if not, no case is hidden
        from them.
        """
        if member.unit is not None:
            return True
        return any(member.staff.name in unit.people for unit in self)

    def conflict(
        self, member: Member, case: Case, text: str, given: Collection[str]
    ) -> bool:
        """Whether this case is to be invisible to this person.

        text: all that was reported in it; given: ids of units that had it or what was
        merged with it.
        """
        assignment = case.assignment
        named = self._with_those_above(self.named(f"{text}\n{assignment.unit or ''}"))
        had = [self._units.get(id) for id in (assignment.unit_id, *given) if id]
        concerned = dict.fromkeys([*named, *filter(None, had)])
        people = [(unit.id, unit.people) for unit in concerned]
        # who had it until it was reopened is not to notice by its absence
        has = assignment.last_unit_id
        return blind(member.staff.name, member.role, member.unit, has, people)


# ── what entries make of it ───────────────────────────────────────────────────────────


def plain(name: str) -> str:
    """How names are compared: width, case, spaces, signs and what nobody sees between
    the characters do not matter.
    """
    return "".join(one for one in folded(name) if one.isalnum())


def _called(unit: Unit) -> list[str]:
    """Its name and its aliases as they are compared, each once."""
    return list(dict.fromkeys(map(plain, (unit.name, *unit.aliases))))


def merged(
    entries: Sequence[NewUnit], directory: Directory, *, revive: bool = False
) -> list[Unit]:
    """The units that these entries make of those known, parents before children.

    revive: a disabled one is put in use again.
    Raises: WrongEntry, naming the first entry that cannot be.
    """
    _all_valid(entries)
    units = [
        _as_unit(entry, directory.by_name(entry.name), revive=revive)
        for entry in entries
    ]
    # a parent may be among the entries, under the name that it has there
    after = Directory({unit.id: unit for unit in [*directory, *units]}.values())
    parents = [_parent(number, entry, after) for number, entry in enumerate(entries)]
    placed = [
        replace(unit, parent=parent)
        for unit, parent in zip(units, parents, strict=True)
    ]
    above = {unit.id: unit.parent for unit in [*after, *placed]}
    depths = {unit.id: _depth(at, unit, above) for at, unit in enumerate(placed)}
    return sorted(placed, key=lambda unit: depths[unit.id])


def _as_unit(entry: NewUnit, known: Unit | None, *, revive: bool) -> Unit:
    """What an entry makes of the unit known by its name; its parent is not set yet."""
    return Unit(
        id=known.id if known else secrets.token_hex(16),
        name=entry.name.strip(),
        aliases=entry.aliases,
        level=entry.level,
        parent=None,
        competences=entry.competences,
        people=entry.people,
        active=known is None or known.active or revive,
        leaders=_leaders(entry, known),
    )


def _leaders(entry: NewUnit, known: Unit | None) -> tuple[Leader, ...]:
    if entry.leaders is not None:
        return entry.leaders
    return known.leaders if known else ()


class WrongEntry(Refusal):
    """An entry cannot be as it is written. number: which, from 0; field: of `NewUnit`;
    why: no full stop.
    """

    def __init__(self, number: int, field: str, why: str) -> None:
        super().__init__(f"{why}。")
        self.number = number
        self.field = field
        self.why = why


def _all_valid(entries: Sequence[NewUnit]) -> None:
    """Raises: WrongEntry, for the first that cannot be, or that stands there twice."""
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        _valid(number, entry)
        name = plain(entry.name)
        if name in seen:
            raise WrongEntry(number, "name", f"“{entry.name}”写了两次")
        seen.add(name)


def _valid(number: int, entry: NewUnit) -> None:
    """Raises: WrongEntry, for what can be seen in the entry alone."""
    if not entry.name.strip():
        raise WrongEntry(number, "name", "没有写名称")
    _long_enough(number, "name", entry.name)
    for alias in entry.aliases:
        if not alias.strip():
            raise WrongEntry(number, "aliases", f"“{entry.name}”有空的别名")
        _long_enough(number, "aliases", alias)
    if entry.level not in LEVELS:
        known = "、".join(f"{code}（{name}）" for code, name in LEVELS.items())
        given = f"“{entry.level}”不对" if entry.level else "没有写"
        why = f"“{entry.name}”的层级{given}，只能是：{known}"
        raise WrongEntry(number, "level", why)
    for code in entry.competences:
        if code not in CATEGORIES:
            known = "、".join(CATEGORIES)
            why = f"“{entry.name}”的职责“{code}”不是类别，只能是：{known}"
            raise WrongEntry(number, "competences", why)


def _long_enough(number: int, field: str, name: str) -> None:
    if len(plain(name)) < SHORTEST_NAME:
        why = f"名称“{name}”太短，至少{SHORTEST_NAME}个字"
        raise WrongEntry(number, field, why)


def _parent(number: int, entry: NewUnit, after: Directory) -> str | None:
    """Its id; after: all units as they will be."""
    if not entry.parent or not plain(entry.parent):
        return None
    try:
        found = after.by_name(entry.parent) or after.find(entry.parent)
    except Refusal as several:
        why = SEVERAL_UNITS.format_map(several.params)
        raise WrongEntry(number, "parent", why) from None
    if found is None:
        near = after.near(entry.parent)
        meant = f"，是不是：{'、'.join(near)}？" if near else ""
        why = f"“{entry.name}”的上级“{entry.parent}”不在名录里，也不在这份文件里{meant}"
        raise WrongEntry(number, "parent", why)
    return found.id


def _depth(number: int, unit: Unit, above: Mapping[str, str | None]) -> int:
    """How many stand above. Raises: WrongEntry, if it stands above itself."""
    depth = 0
    at = above.get(unit.id)
    while at is not None:
        depth += 1
        if at == unit.id or depth > len(above):
            why = f"“{unit.name}”的上级绕了一圈又回到它自己"
            raise WrongEntry(number, "parent", why)
        at = above.get(at)
    return depth
