"""Makes the report of a period as a message with its files, for the staff chat and for
the command line.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.people.directory import Directory
from bot.reports import charts
from bot.reports.digest import Visible, digest, everybody
from bot.reports.figures import Bookkeeper
from bot.reports.sheets import XLSX_MIME, workbook
from bot.reports.tables import Bulletin, bulletin
from dialogs.case.rules import Rules
from dialogs.texts import phrase
from dialogs.words import Message
from scheduler.periods import Period
from storage.port import Database

log = logging.getLogger(__name__)
REPORT_MESSAGE = phrase("letter.report", "{text}")


@dataclass(frozen=True, slots=True)
class Attached:
    name: str
    mime: str
    data: bytes

    def plain(self) -> list[str]:
        """As it lies in the outbox."""
        return [self.name, self.mime, base64.b64encode(self.data).decode()]


@dataclass(frozen=True, slots=True)
class Printed:
    """trouble: why a chart is missing, "" if none is; it stands in the text as well."""

    text: str
    files: tuple[Attached, ...] = ()
    trouble: str = ""

    def message(self) -> Message:
        params: dict[str, Any] = {"text": self.text}
        if self.files:
            params["files"] = [file.plain() for file in self.files]
        return Message(REPORT_MESSAGE, params)


class Press:
    """directory: of the units; visible: whether a case may be named in the digest;
    drawn: charts, or none; issuer: whose figures they are (填报单位).
    """

    def __init__(
        self,
        database: Database,
        directory: Callable[[], Awaitable[Directory]],
        rules: Rules,
        now: Callable[[], datetime],
        visible: Visible = everybody,
        *,
        drawn: bool = True,
        issuer: str = "减负专线",
    ) -> None:
        self._database = database
        self._books = Bookkeeper(database, directory, rules.ladder)
        self._rules = rules
        self._now = now
        self._visible = visible
        self._drawn = drawn
        self._issuer = issuer

    async def message(self, of: Period) -> Message:
        return (await self.print(of)).message()

    async def print(self, of: Period) -> Printed:
        """The digest as it stands now; of a week or a month that is over, the report
        with its files.
        """
        if of.name == "day":
            return Printed(await digest(of, self._now(), self._database, self._visible))
        told = bulletin(await self._books.figures(of), self._rules)
        files, trouble = await self._charts(told, of)
        name = f"jianfu-{of.label}.xlsx"
        made = self._now().astimezone(of.zone).date()
        sheets = workbook(told, issuer=self._issuer, made=made)
        files.append(Attached(name, XLSX_MIME, sheets))
        lines = [*told.lines, trouble] if trouble else told.lines
        return Printed("\n".join(lines), tuple(files), trouble)

    async def _charts(self, told: Bulletin, of: Period) -> tuple[list[Attached], str]:
        """Those that could be drawn, and why one is missing, "" if none is."""
        drawn: list[Attached] = []
        if not self._drawn:
            return drawn, ""
        try:
            for number, panels in enumerate(told.pictures, 1):
                name = f"jianfu-{of.label}-{number}.png"
                drawn.append(Attached(name, "image/png", await charts.draw(panels)))
        except charts.NoFont as error:
            return drawn, str(error)
        except charts.NotDrawn as error:
            log.error("chart: %s", error)
            return drawn, "图没有画成，报告不带图。"
        return drawn, ""
