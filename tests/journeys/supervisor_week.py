"""A supervisor's days with forty cases, at the terminal and on Telegram, for
docs/supervisor-week.md.

Write the page anew: python -m tests.journeys.supervisor_week
"""

from __future__ import annotations

import argparse
import asyncio
import io
import re
import secrets
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from zoneinfo import ZoneInfo

from anonymizer import receipts
from bot.address import Address
from bot.app import clock as program_clock
from bot.cases.reporters import Draft
from bot.cli import case as case_verbs
from bot.cli import clock as clock_verb
from bot.cli import unit as unit_verbs
from bot.people.directory import Leader
from dialogs.words import CaseAction, Rebound
from tests.bot.channels.telegram.line import SPEED
from tests.bot.counter import FILE
from tests.bot.desk.telegram.office import Office, opened_office
from tests.botapi.persons import Person
from tests.botapi.server import BotApi
from tests.project.checkout import ROOT

PAGE = ROOT / "docs" / "supervisor-week.md"
HOME = ZoneInfo("Asia/Shanghai")
CASES = 40
UNIT, OTHER = "清河街道办事处", "翠苑街道办事处"
BOSS, CLERK = "王主管", "李明"
HEAD = """# 一位主管的几天 · A supervisor's days

四十件工单，在终端和 Telegram 上办：更正、批与不批、夜里的加急件、督办单送到负责人
手里、收回的结论、反弹。`$` 后面是终端里打的，`名字>` 是在 Telegram 上发的或点的，
`│` 是专线的回话；代号按先后换成了“工单-0001”。由测试走一遍写成并核对。

Forty cases at the terminal and on Telegram, played by a test that holds this page:
`python -m tests.journeys.supervisor_week` writes it anew.

```text
"""


class Week:
    """What is done, written down with what came."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.lines: list[str] = []
        self.names: dict[str, str] = {}
        self.cases: list[str] = []
        self.people: dict[str, Person] = {}

    # ── what is written down ──────────────────────────────────────────────────────────

    def title(self, words: str) -> None:
        local = self.office.at.astimezone(HOME)
        self.lines += ["", f"== {local:%m月%d日 %H:%M} {words}"]

    def came(self, words: str) -> None:
        said = words.strip().splitlines()
        self.lines += [f"   │ {line}".rstrip() for line in said]

    def text(self) -> str:
        """With aliases in the order in which they came."""

        def renamed(found: re.Match[str]) -> str:
            names = self.names
            return names.setdefault(found[0], f"工单-{len(names) + 1:04}")

        longest_first = sorted(self.cases, key=len, reverse=True)
        aliases = re.compile("|".join(map(re.escape, longest_first)))
        return aliases.sub(renamed, "\n".join(self.lines)).strip()

    # ── the terminal ──────────────────────────────────────────────────────────────────

    async def types(self, line: str, by: str = BOSS, *, shown: bool = True) -> str:
        """`jianfu LINE --as BY`; what it printed."""
        verb, *words = line.split(" ")
        module: ModuleType = {
            "case": case_verbs,
            "clock": clock_verb,
            "unit": unit_verbs,
        }[verb]
        parser = argparse.ArgumentParser()
        module.arguments(parser)
        args = parser.parse_args([*words, "--as", by])
        app = self.office.app
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            if verb == "case":
                await case_verbs.work(args, app.casework, app.roster)
            elif verb == "clock":
                await clock_verb.work(args, app.casework, app.roster, self.office.at)
            else:
                await unit_verbs.work(args, app)
        if shown:
            self.lines.append(f"$ jianfu {line} --as {by}")
            self.came(out.getvalue())
        return out.getvalue()

    # ── Telegram ──────────────────────────────────────────────────────────────────────

    async def joins(self, name: str, role: str, unit: str | None = None) -> None:
        self.people[name] = await self.office.staff(name, role, unit)  # type: ignore[arg-type]

    async def writes(self, name: str, words: str, answer: str) -> None:
        person = self.people[name]
        person.says(words)
        self.lines.append(f"{name}> {words}")
        self.came((await person.sees(answer)).text)

    async def gets(self, name: str, words: str) -> None:
        self.lines.append(f"{name} 收到")
        self.came((await self.people[name].sees(words)).text)

    async def taps(self, name: str, label: str, words: str) -> None:
        person = self.people[name]
        on = await person.sees(words)
        answer = await person.presses(label, on=on).answer()
        self.lines.append(f"{name}> [{label}]")
        self.came(answer or "")

    # ── time ──────────────────────────────────────────────────────────────────────────

    async def until(self, day: datetime) -> None:
        """All that is due on the way rings."""
        while self.office.at < day:
            self.office.at = min(self.office.at + timedelta(hours=8), day)
            await self.office.rings()

    # ── reporters ─────────────────────────────────────────────────────────────────────

    async def reports(self, text: str, *, urgent: bool = False) -> str:
        """Somebody files this. Returns: the alias."""
        app = self.office.app
        draft = Draft(
            secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(16)
        )
        filed = replace(
            FILE,
            receipt=receipts.new(),
            text=text,
            at=self.office.at,
            follow="receipt",
            urgent=urgent,
            unit=None,
        )
        await self.does(filed, draft)
        rows = await app.resources.database.all("SELECT alias FROM cases")
        [alias] = [str(row[0]) for row in rows if row[0] not in self.cases]
        self.cases.append(alias)
        return alias

    async def does(self, action: CaseAction, draft: Draft) -> None:
        app = self.office.app
        changes = await app.casework.reporters.act(
            action, draft, Address("web", "nobody")
        )
        await app.resources.database.commit(changes)

    async def comes_back(self, alias: str) -> None:
        """The reporter says that it came back."""
        casework = self.office.app.casework
        who = await self.office.app.roster.on_duty(BOSS)
        row = await casework.staff.find(alias, who)
        case = (await casework.writer.load(row)).case
        draft = Draft(
            secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(16)
        )
        action = Rebound(case.reports[0], "又要报了", self.office.at)
        await self.does(action, draft)
        self.lines.append("反映人> [又反弹了] 又要报了")


async def played(folder: Path, server: BotApi) -> str:
    """The whole of it, as text."""
    async with opened_office(folder, server, None) as office:
        before = program_clock.source
        program_clock.source = lambda: office.at
        try:
            return await _played(Week(office))
        finally:
            program_clock.source = before


async def _played(week: Week) -> str:
    office = week.office
    for name in (UNIT, OTHER):
        await office.unit(name)
    await week.joins(BOSS, "supervisor")
    await week.joins(CLERK, "operator")
    await week.joins("周分管", "leader", UNIT)
    await office.app.register.lead(UNIT, Leader("deputy", "周分管", "8123-4567"))
    await office.app.register.lead(UNIT, Leader("chief", "郑主任", "办公室301"))
    week.title("星期一，四十件")
    for number in range(CASES):
        alias = await week.reports(f"同一份台账每周报五次，第{number + 1}样")
        await week.types(f"case accept {alias}", CLERK, shown=number == 0)
        unit = UNIT if number % 2 == 0 else OTHER
        await week.types(f"case assign {alias} {unit}", CLERK, shown=number == 0)
    week.lines.append(f"（另外{CASES - 1}件同样受理、转办）")
    await office.rings()
    await week.people[BOSS].sees(week.cases[CASES - 1])
    await _corrections(week)
    await _approvals(week)
    await _by_night(week)
    await _findings(week)
    await _supervision(week)
    return week.text()


async def _corrections(week: Week) -> None:
    first, second = week.cases[:2]
    week.title("更正")
    await week.types(f"case category {first} meetings", CLERK)
    await week.types(f"case urgent {second}", CLERK)
    await week.types(f"case not-urgent {second} 看错了，不急", CLERK)
    await week.types(f"case assign {week.cases[2]} 清河街道办事出", CLERK)


async def _approvals(week: Week) -> None:
    third, fourth = week.cases[3:5]
    week.title("批与不批")
    await week.types(f"case extend {third} 5 还在核对", CLERK)
    await week.types(f"case grant {third}", CLERK)
    await week.types(f"case grant {third} 同意")
    await week.types(f"case extend {fourth} 5 人手不够", CLERK)
    await week.writes(BOSS, f"/grant {fourth} 不同意 请先办", "没有批准延期")


async def _by_night(week: Week) -> None:
    await week.until(datetime(2026, 11, 24, 23, 30, tzinfo=HOME))
    week.title("夜里的加急件")
    alias = await week.reports("明早检查，今晚全员补三年台账", urgent=True)
    await week.types(f"case accept {alias}", CLERK)
    await week.types(f"case assign {alias} {UNIT}", CLERK)
    await week.types(f"clock {alias}")
    await week.until(datetime(2026, 11, 25, 9, tzinfo=HOME))
    week.title("早上九点")
    await week.types(f"case arrive {alias} 到了社区", CLERK)
    await week.types(f"case answer {alias} 已叫停，检查延到下周", CLERK)


async def _findings(week: Week) -> None:
    withdrawn, back = week.cases[5:7]
    week.title("结论，收回的结论")
    await week.types(f"case answer {withdrawn} 核对了，是上级要的", CLERK)
    await week.types(f"case find {withdrawn} substantiated", CLERK)
    await week.types(f"case correct-finding {withdrawn} unsubstantiated 有依据", CLERK)
    await week.types(f"case answer {back} 改为每月一次", CLERK)
    await week.types(f"case find {back} substantiated", CLERK)
    await week.types(f"case close {back} 以后每月只报一次", CLERK)
    await week.until(datetime(2026, 11, 26, 9, tzinfo=HOME))
    week.title("反弹")
    await week.comes_back(back)
    await week.types(f"case assign {back} {UNIT}", CLERK)


async def _supervision(week: Week) -> None:
    late, by_hand = week.cases[8], week.cases[9]
    week.title("主管督办，负责人在 Telegram 上签收")
    await week.types(f"case supervise {late} 三天内改好")
    await week.gets("周分管", "【督办单】")
    await week.types("unit papers")
    await week.taps("周分管", "收到了", "【督办单】")
    await week.types("unit papers")
    week.title("没有登记负责人的，主管送去")
    await week.types(f"case supervise {by_hand} 三天内改好")
    await week.gets(BOSS, "督办单要送到")
    await week.types("unit papers")
    await week.types(f"case hand-over {by_hand} 当面交", CLERK)
    await week.writes(BOSS, f"/hand_over {by_hand} 当面交", "督办单送达记下了")
    await week.types("unit papers")
    await week.types(f"case show {late}")


async def _write() -> None:
    with BotApi(speed=SPEED) as server, TemporaryDirectory() as folder:
        told = await played(Path(folder), server)
    PAGE.write_text(f"{HEAD}{told}\n```\n", "utf-8")


if __name__ == "__main__":
    asyncio.run(_write())
