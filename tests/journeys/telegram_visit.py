"""One reporter's whole way through Telegram, from "start" to an answered question, and
what was told.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby

from PIL import Image

from anonymizer import receipts
from bot.people.member import AtTheMachine
from dialogs.case.orders import Accept, Ask
from dialogs.texts import text
from tests.bot.channels.telegram.line import Line
from tests.botapi.persons import Happened, Person, Shown

RECEIPT = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
STILL_FETCHING = text("zh", "telegram.fetching")
PATIENCE = 120.0  # seconds until a reporter gives up; faults may cost several tries


def picture(color: str = "#3366aa") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), color).save(out, "JPEG")
    return out.getvalue()


@dataclass
class Visit:
    """A person who does one thing after the other, each once the answer to the last one
    is on the screen.
    """

    line: Line
    person: Person
    number: str
    asks: bool = True  # a question comes from the hotline afterwards
    receipt: str | None = None
    clicked: list[str] = field(default_factory=list)
    _since: int = 0

    @property
    def words(self) -> str:
        return f"清河街道要求我们社区同一份台账每周报五次，表号{self.number}"

    async def run(self) -> None:
        """All of it. Raises: AssertionError with the screen, where an answer does not
        come.
        """
        await self.files()
        await self.saves()
        await self.adds()
        if self.asks:
            await self.is_asked()

    async def files(self) -> None:
        self._does(lambda: self.person.starts())
        await self._shown("减负专线")
        self._does(lambda: self.person.says(self.words))
        await self._press("单位", await self._shown(button="送出"))
        await self._press("返回", await self._shown("哪个单位"))
        await self._shown(button="送出")
        self._does(lambda: self.person.sends_photo(picture()))
        await self._press("送出", await self._shown("图片：1", button="送出"))
        filed = await self._shown("您的回执码")
        self.receipt = receipts.find(filed.text)
        assert self.receipt is not None
        await self._press("我已保存", filed)

    async def saves(self) -> None:
        await self._shown("回执码不再显示")

    async def adds(self) -> None:
        assert self.receipt is not None
        self._does(lambda: self.person.says(f"我的回执码是 {self.receipt}"))
        await self._press("补充材料", await self._shown("台账", button="补充材料"))
        await self._shown("请写要补充的话")
        self._does(lambda: self.person.says(f"昨天又报了一次，补充{self.number}"))
        await self._press("送出", await self._shown(button="送出"))
        await self._shown("已补充")

    async def is_asked(self) -> None:
        """A question of the hotline is pushed, and answered."""
        self._since = len(self._log)
        await self.orders()
        await self._press(
            "查进展", await self._shown("有个问题想问您", button="查进展")
        )
        await self._press("回答专线", await self._shown("哪个科室", button="回答专线"))
        await self._shown("请写要补充的话")
        self._does(lambda: self.person.says(f"是综合科要的，答复{self.number}"))
        await self._press("送出", await self._shown(button="送出"))
        await self._shown("已补充")

    async def orders(self) -> None:
        alias = await self.alias()
        await self.line.app.casework.staff.order(
            alias, Accept(), AtTheMachine("值班员", "operator")
        )
        await self.line.app.casework.staff.order(
            alias, Ask("是哪个科室要的？"), AtTheMachine("值班员", "operator")
        )
        self.line.later(seconds=1)

    async def alias(self) -> str:
        assert self.receipt is not None
        report = await self.line.app.casework.stories.report_of(self.receipt)
        assert report is not None
        database = self.line.app.resources.database
        [row] = await database.all(
            "SELECT alias FROM cases WHERE id = (SELECT case_id FROM reports WHERE "
            "id = :id)",
            id=report,
        )
        return str(row[0])

    # ── doing and seeing ──────────────────────────────────────────────────────────────

    @property
    def _log(self) -> list[Happened]:
        return self.person.server.logs[self.person.id]

    def _does(self, what: Callable[[], object]) -> None:
        self._since = len(self._log)
        what()

    async def _press(self, label: str, on: Shown) -> None:
        self._does(lambda: self.person.presses(label, on=on))

    async def _shown(self, words: str = "", button: str = "") -> Shown:
        """The first message that came or changed since the last deed and holds words
        and button.
        """

        def look(_: object) -> Shown | None:
            for each in self._log[self._since :]:
                fits = words in each.shown.text and (
                    not button or button in each.shown.labels
                )
                if each.what != "deleted" and each.shown.by_bot and fits:
                    return each.shown
            return None

        found = await self.person.until(
            look, PATIENCE, f"{words!r} with button {button!r}"
        )
        assert isinstance(found, Shown)
        return found

    # ── what was told ─────────────────────────────────────────────────────────────────

    def told(self) -> list[str]:
        """What came or changed on the screen, in order; what differs from person to
        person is taken out.
        """
        texts: dict[int, str] = {}
        told: list[str] = []
        for each in self._log:
            shown = each.shown
            if each.what == "deleted" or not shown.by_bot:
                continue
            if shown.text == STILL_FETCHING:  # said where a picture takes long, once
                continue
            # of a prompt that is over the buttons go, some time, and nothing is told
            is_over = not shown.labels and texts.get(shown.id) == shown.text
            texts[shown.id] = shown.text
            if not is_over:
                told.append(self._plain(shown))
        return told

    def _plain(self, shown: Shown) -> str:
        words = RECEIPT.sub("回执", shown.text.replace(self.number, "号"))
        return re.sub(r"\d+", "0", f"{shown.kind}: {words} [{' '.join(shown.labels)}]")


def differences(told: list[str], expected: list[str]) -> tuple[list[str], int]:
    """What was told otherwise than expected, and how many messages came twice
    in a row.
    """
    runs = [(words, len(list(run))) for words, run in groupby(told)]
    wanted = [(words, len(list(run))) for words, run in groupby(expected)]
    if [words for words, _ in runs] != [words for words, _ in wanted]:
        return [f"+ {words}" for words, _ in runs] + [
            f"- {words}" for words, _ in wanted
        ], 0
    return [], sum(came - due for (_, came), (_, due) in zip(runs, wanted, strict=True))


async def tidied(line: Line) -> None:
    """The janitor looks every second instead of every twenty; ends when cancelled."""
    while True:
        await asyncio.sleep(1)
        await line.telegram.intake.janitor.look()
