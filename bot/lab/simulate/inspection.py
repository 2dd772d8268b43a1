"""Looks into the program's own rows and holds them against the recount."""

from __future__ import annotations

from collections import Counter
from datetime import tzinfo

from bot.hours import utc
from bot.lab.simulate.recount import Figure, Recount, differences
from bot.people.register import UnitRegister
from bot.reports.standings import standings_of
from dialogs.case.ladder import LadderRule
from storage.port import Database
from storage.repositories.rungs import Rungs

SUM_COUNTS = "SELECT month, what, sum(n) FROM counts GROUP BY month, what"
SUM_UNIT_COUNTS = "SELECT month, what, sum(n) FROM unit_counts GROUP BY month, what"
SELECT_KEPT = "SELECT id, address IS NULL, wrapped_key IS NULL FROM reports"
OF_CASES = ("filed", "accepted", "declined", "closed", "merged")
OF_UNITS = ("due", "in_time", "late")


class Inspection:
    """reports: id → number of its reporter."""

    def __init__(
        self,
        database: Database,
        register: UnitRegister,
        ladder: LadderRule,
        zone: tzinfo,
    ) -> None:
        self._database = database
        self._register = register
        self._ladder = ladder
        self._zone = zone
        self.reports: dict[bytes, int] = {}

    async def of_deletions(self, own: Recount) -> list[str]:
        """Addresses and words that should be gone, and such as should not."""
        found = []
        for id, address_gone, words_gone in await self._database.all(SELECT_KEPT):
            number = self.reports.get(id)
            kept = None if number is None else own.reports.get(number)
            if kept is None:
                continue
            if address_gone != kept.address_gone:
                state = "没有删" if kept.address_gone else "删早了"
                found.append(f"第{number}位 地址：{state}")
            if words_gone != kept.words_gone:
                state = "没有删" if kept.words_gone else "删早了"
                found.append(f"第{number}位 内容：{state}")
        return found

    async def of_figures(self, own: Recount) -> list[str]:
        cases = await self._sums(SUM_COUNTS, OF_CASES)
        units = await self._sums(SUM_UNIT_COUNTS, OF_UNITS)
        return [
            *differences("月数", own.cases, cases),
            *differences("单位月数", own.units, units),
        ]

    async def _sums(self, query: str, whats: tuple[str, ...]) -> Counter[Figure]:
        found: Counter[Figure] = Counter()
        for month, what, number in await self._database.all(query):
            if what in whats:
                found[month, what] = number
        return found

    async def of_ladder(self, own: Recount) -> list[str]:
        names = {unit.id: unit.name for unit in await self._register.directory()}
        rows = await Rungs(self._database).all()
        places = standings_of(rows, self._ladder, self._zone)
        theirs = []
        for row in rows:
            place = places.get(row.id)
            if place is not None and place.proposed is not None:
                name = names[row.unit_id.hex()]
                theirs.append((name, utc(row.at), place.proposed))
        mine = own.proposals()
        return [
            *(
                f"阶梯 {unit} {rung}：没有建议"
                for unit, at, rung in mine
                if (unit, at, rung) not in theirs
            ),
            *(
                f"阶梯 {unit} {rung}：不该建议"
                for unit, at, rung in theirs
                if (unit, at, rung) not in mine
            ),
        ]
