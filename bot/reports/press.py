"""Makes the report of a period as a message with its files, for the staff chat and for
the command line.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.people.register import Directory
from bot.reports import charts
from bot.reports.bulletins import Period
from bot.reports.digest import Visible, digest, everybody
from bot.reports.figures import Bookkeeper
from bot.reports.sheets import MIME, workbook
from bot.reports.tables import bulletin
from dialogs.case.rules import Rules
from dialogs.texts import phrase
from dialogs.words import Message
from storage.port import Database

log = logging.getLogger(__name__)
REPORT = phrase("letter.report", "{text}")


@dataclass(frozen=True, slots=True)
class Attached:
    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Printed:
    """trouble: why a chart is missing, "" if none is; it stands in the text as well."""

    text: str
    files: tuple[Attached, ...] = ()
    trouble: str = ""

    def message(self) -> Message:
        files = [
            [one.name, one.mime, base64.b64encode(one.data).decode()]
            for one in self.files
        ]
        return Message(
            REPORT,
            {"text": self.text, "files": files} if files else {"text": self.text},
        )


class Press:
    """directory: of the units; visible: whether a case may be named in the digest;
    drawn: charts, or none.
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
    ) -> None:
        self._database, self._now, self._rules = database, now, rules
        self._books, self._visible, self._drawn = (
            Bookkeeper(database, directory),
            visible,
            drawn,
        )

    async def message(self, of: Period) -> Message:
        return (await self.print(of)).message()

    async def print(self, of: Period) -> Printed:
        """The digest as it stands now; of a week or a month that is over, the report
        with its files.
        """
        if of.name == "day":
            return Printed(await digest(of, self._now(), self._database, self._visible))
        told = bulletin(await self._books.figures(of), self._rules)
        files, trouble = [], ""
        try:
            for number, panels in enumerate(told.pictures if self._drawn else (), 1):
                data = await charts.draw(panels)
                files.append(
                    Attached(f"jianfu-{of.label}-{number}.png", "image/png", data)
                )
        except charts.NoFont as error:
            trouble = str(error)
        except charts.NotDrawn as error:
            log.error("chart: %s", error)
            trouble = "图没有画成，报告不带图。"
        files.append(Attached(f"jianfu-{of.label}.xlsx", MIME, workbook(told.tables)))
        return Printed(
            "\n".join([*told.lines, *([trouble] if trouble else [])]),
            tuple(files),
            trouble,
        )
