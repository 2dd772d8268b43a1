"""A supervisor's days with forty cases, for docs/supervisor-week.md: a deployment with
its real doors, where only the clock is turned (see `tests.journeys.clocked`).

What staff type is typed at a terminal, into processes of their own; the pages and
Telegram are served by another. Write the page anew:
python -m tests.journeys.supervisor_week
"""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bot.settings import Settings
from dialogs.case.order_table import BY_NAME
from tests.botapi.persons import Person
from tests.botapi.server import BotApi
from tests.journeys.clocked import SPEED
from tests.journeys.deployment import Deployment, Terminal
from tests.journeys.doors import WebDoor
from tests.journeys.stage import BEIJING, MONDAY
from tests.journeys.telegram_visit import picture
from tests.project.checkout import ROOT

PAGE = ROOT / "docs" / "supervisor-week.md"
CASES = 40
LATER = ("加急", "不服")  # two of them come on other days
UNIT, OTHER = "清河街道办事处", "翠苑街道办事处"
BOSS, CLERK, COLLEAGUE = "王主管", "李明", "陈静"
LIAISON, DEPUTY, CHIEF = "林联络", "周分管", "郑主任"
FAITHFUL, APPEALING = "反映人甲", "反映人乙"
HEAD = """# 一位主管的几天 · A supervisor's days

四十件工单，在终端、Telegram 和单位网页上办：更正、批与不批、夜里的加急件、换人再看、
退回答复、整改带证明、收回的结论、反弹、督办和提级督办送到负责人手里。`$` 后面是终端里
打的（`jianfu` 是装好的命令，`jianfu serve` 开着），`名字>` 是在 Telegram 或网页上发的、
点的，`│` 是专线的回话；代号按收到的先后换成了“工单-0001”。由测试走一遍写成并核对，
只有时钟是拨的。

Forty cases at the terminal, on Telegram and on the unit's page, played on a real
deployment by a test that holds this page (`make proofs`); only the clock is turned.
`python -m tests.journeys.supervisor_week` writes it anew.

```text
"""


class Week:
    """What is done, written down with what came."""

    def __init__(self, deployment: Deployment, server: BotApi) -> None:
        self.deployment = deployment
        self.lines: list[str] = []
        self.people: dict[str, Person] = {}
        self.cases: list[str] = []
        self._server = server
        self._terminal = Terminal(deployment)
        self._at = MONDAY
        self._pages: dict[str, httpx.AsyncClient] = {}

    async def close(self) -> None:
        for client in self._pages.values():
            await client.aclose()

    # ── what is written down ──────────────────────────────────────────────────────────

    def title(self, words: str) -> None:
        local = self._at.astimezone(BEIJING)
        self.lines += ["", f"== {local:%m月%d日 %H:%M} {words}"]

    def notes(self, words: str) -> None:
        self.lines.append(f"（{words}）")

    def came(self, words: str) -> None:
        said = words.strip().splitlines()
        self.lines += [f"   │ {line}".rstrip() for line in said]

    def text(self) -> str:
        """With the cases numbered as they came in; how wide an alias is tells
        nothing.
        """
        numbers = {alias: number for number, alias in enumerate(self.cases, 1)}
        longest_first = sorted(self.cases, key=len, reverse=True)
        aliases = re.compile("|".join(map(re.escape, longest_first)))
        told = aliases.sub(
            lambda found: f"工单-{numbers[found[0]]:04}", "\n".join(self.lines)
        )
        return re.sub(r"(│ 工单-\d{4}) +(?=\S)", r"\1  ", told).strip()

    # ── the terminal ──────────────────────────────────────────────────────────────────

    def types(self, line: str, by: str = BOSS) -> str:
        """`jianfu LINE --as BY` at a terminal; what it printed there."""
        typed = f"{line} --as {by}" if by else line
        printed = self._terminal.types(*shlex.split(typed))
        self.lines.append(f"$ jianfu {typed}")
        self.came(printed)
        return printed

    def does(self, line: str, by: str = CLERK) -> None:
        """The same, and nothing is written down."""
        self.deployment.run(*shlex.split(line), "--as", by)

    # ── Telegram ──────────────────────────────────────────────────────────────────────

    async def joins(self, name: str, role: str, unit: str | None = None) -> None:
        """On the roster, and linked by the code that a colleague hands over."""
        of = ["--unit", unit] if unit else []
        self.deployment.run("staff", "add", name, "--role", role, *of)
        code = self.deployment.run("staff", "link", name)["code"]
        person = self._server.person(started=True)
        person.says(f"/link {code}")
        await person.sees("绑定好了")
        self.people[name] = person

    async def writes(self, name: str, words: str, answer: str) -> None:
        person = self.people[name]
        person.says(words)
        self.lines.append(f"{name}> {words}")
        self.came((await person.sees(answer)).text)

    async def gets(self, name: str, words: str) -> None:
        self.lines.append(f"{name} 收到")
        self.came((await self.people[name].sees(words)).text)

    async def taps(self, name: str, label: str, words: str) -> None:
        """A button of staff's: the answer stands in a window over it."""
        person = self.people[name]
        answer = await person.presses(label, on=await person.sees(words)).answer()
        self.lines.append(f"{name}> [{label}]")
        self.came(answer or "")

    async def chooses(self, name: str, label: str, answer: str) -> None:
        """A button of a reporter's: the answer is a message."""
        person = self.people[name]
        person.presses(label, on=await person.offered(label))
        self.lines.append(f"{name}> [{label}]")
        self.came((await person.sees(answer)).text)

    # ── the unit's page ───────────────────────────────────────────────────────────────

    async def sits(self, name: str) -> None:
        """At the unit's page, by a one-time link."""
        code = self.deployment.run("staff", "link", name, "--desk")["code"]
        url = self.deployment.url
        client = httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=60)
        answer = await client.post("/unit/enter", data={"code": code})
        assert answer.status_code == 303, answer.text
        if name in self._pages:  # a login lasts for a week
            await self._pages[name].aclose()
        self._pages[name] = client

    async def sends(self, name: str, alias: str, order: str, **fields: str) -> None:
        """Fill in a form there, look at it, and send it."""
        said = " ".join(fields.values())
        label = BY_NAME[order].label
        self.lines.append(f"{name}（网页）> [{label}] {said}".rstrip())
        path = f"/unit/case/{alias}/{order}"
        await self._posts(name, path, {**fields, "act": "send"})

    async def shows(self, name: str, alias: str, order: str, text: str) -> None:
        """The same, with a picture as proof."""
        path = f"/unit/case/{alias}/{order}"
        file = {"file": ("proof.jpg", picture(), "image/jpeg")}
        parts = {"text": (None, text), "act": (None, "add")}
        client = self._pages[name]
        answer = await client.post(path, files={**parts, **file})
        found = re.search(r'name="pictures" value="([0-9a-f,]+)"', answer.text)
        assert found, answer.text
        label = BY_NAME[order].label
        self.lines.append(f"{name}（网页）> [{label}] {text}（附1张图片）")
        fields = {"text": text, "pictures": found[1], "act": "send"}
        await self._posts(name, path, fields)

    async def _posts(self, name: str, path: str, fields: dict[str, str]) -> None:
        client = self._pages[name]
        if path.endswith(("/answer", "/rectified")):  # forms that may bring a picture
            parts = {field: (None, said) for field, said in fields.items()}
            answer = await client.post(path, files=parts)
        else:
            answer = await client.post(path, data=fields)
        assert answer.status_code == 303, answer.text
        page = await client.get(answer.headers["location"])
        told = re.search(r'<p class="notice did"[^>]*>([^<]+)', page.text)
        self.came(told[1] if told else "")

    # ── time ──────────────────────────────────────────────────────────────────────────

    def until(self, at: datetime) -> None:
        """All that is due on the way rings when it is due."""
        while self._at < at:
            due = self.deployment.next_due()
            self._turns(at if due is None else min(due, at))
            self.deployment.ring()

    def _turns(self, at: datetime) -> None:
        self._at = at
        self.deployment.clock.turn(at)

    # ── reporters ─────────────────────────────────────────────────────────────────────

    async def reports(self, words: str) -> str:
        """Somebody files this on the web's page. Returns: the alias."""
        url = self.deployment.url
        client = httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=60)
        async with client:
            door = WebDoor(client, remembered=False)
            await door.opens()
            await door.says(words)
            assert await door.picks(["送出"]), await door.offered()
        return self._newest()

    async def tells(self, name: str, words: str) -> str:
        """Somebody files this on Telegram, and stays. Returns: the alias."""
        person = self._server.person(started=True)
        person.says(words)
        person.presses("送出", on=await person.offered("送出"))
        await person.sees("您的回执码")
        self.people[name] = person
        return self._newest()

    def _newest(self) -> str:
        listed = self.deployment.run("case", "list", "--most", "99", "--as", BOSS)
        [alias] = [one["alias"] for one in listed if one["alias"] not in self.cases]
        self.cases.append(alias)
        return str(alias)


@asynccontextmanager
async def opened_week(folder: Path, server: BotApi) -> AsyncIterator[Week]:
    deployment = Deployment(
        folder,
        MONDAY,
        Settings.model_construct().quiet_hours,
        JIANFU_TELEGRAM__TOKEN=server.token,
        JIANFU_TELEGRAM__BASE_URL=server.base_url,
        JIANFU_TELEGRAM__BASE_FILE_URL=server.base_file_url,
        JIANFU_PUSH_DELAY_MINUTES="0",
        JIANFU_PUSH_GATHER_MINUTES="0",
    )
    week = Week(deployment, server)
    try:
        yield week
    finally:
        await week.close()
        deployment.close()


# ── what happens ──────────────────────────────────────────────────────────────────────


async def played(folder: Path, server: BotApi) -> str:
    """The whole of it, as text."""
    async with opened_week(folder, server) as week:
        await _monday(week)
        await _corrections(week)
        await _approvals(week)
        await _by_night(week)
        await _answers(week)
        await _findings(week)
        await _appeal(week)
        await _supervision(week)
        await _rest(week)
        await _escalation(week)
        await _rebound(week)
        return week.text()


async def _monday(week: Week) -> None:
    for name in (UNIT, OTHER):
        week.deployment.run("unit", "add", name, "--level", "subdistrict")
    await week.joins(BOSS, "supervisor")
    for name in (CLERK, COLLEAGUE):
        week.deployment.run("staff", "add", name, "--role", "operator")
    week.deployment.run("staff", "add", LIAISON, "--role", "liaison", "--unit", UNIT)
    for name, rank, where in (
        (DEPUTY, "deputy", "8123-4567"),
        (CHIEF, "chief", "办公室301"),
    ):
        await week.joins(name, "leader", UNIT)
        week.deployment.run(
            "unit", "leader", UNIT, name, "--rank", rank, "--address", where
        )
    week.title("星期一早上：名册，单位，收到的反映")
    week.types("staff list")
    week.types(f"unit show {UNIT}")
    first = await week.tells(FAITHFUL, "街道办要我们社区同一份台账每周报五次")
    week.types("case list")
    for number in range(CASES - len(LATER) - 1):
        await week.reports(f"街道办要我们社区同一份台账每周报五次，第{number + 2}样")
    week.types(f"case accept {first}", CLERK)
    week.types(f"case assign {first} {UNIT}", CLERK)
    for number, alias in enumerate(week.cases[1:], 1):
        week.does(f"case accept {alias}")
        week.does(f"case assign {alias} {UNIT if number % 2 == 0 else OTHER}")
    week.notes(f"另外来的{len(week.cases) - 1}件同样受理、转办")


async def _corrections(week: Week) -> None:
    first, second, third = week.cases[1:4]
    week.title("更正")
    week.types(f"case category {first} meetings", CLERK)
    week.types(f"case urgent {second}", CLERK)
    week.types(f"case not-urgent {second} 看错了，不急", CLERK)
    week.types(f"case assign {third} 清河街道办事出", CLERK)
    week.types(f"case redate {third} 11月27日 写错了", CLERK)


async def _approvals(week: Week) -> None:
    granted, refused = week.cases[4], week.cases[6]
    week.title("批与不批")
    await week.sits(LIAISON)
    await week.sends(LIAISON, granted, "extend", days="5", reason="还在核对")
    await week.gets(BOSS, f"{granted}：单位申请延期")
    week.types(f"case grant {granted}", CLERK)
    week.types(f"case grant {granted} 同意")
    await week.sends(LIAISON, refused, "extend", days="5", reason="人手不够")
    await week.writes(BOSS, f"/grant {refused} 不同意 请先办", "没有批准延期")
    week.types(f"case assign {refused} {OTHER} --due 2027-01-30", CLERK)


async def _by_night(week: Week) -> None:
    week.until(datetime(2026, 11, 24, 23, 30, tzinfo=BEIJING))
    week.title("夜里的加急件")
    week.types("duty", by="")
    alias = await week.reports("街道办要我们社区今晚全员补三年台账，明早就查")
    week.types(f"case urgent {alias}", CLERK)
    week.types(f"case accept {alias}", CLERK)
    week.types(f"case assign {alias} {UNIT}", CLERK)
    week.types(f"clock {alias}")
    week.until(datetime(2026, 11, 25, 9, tzinfo=BEIJING))
    week.title("早上九点，单位在网页上报到场、答复")
    await week.sends(LIAISON, alias, "arrive")
    await week.sends(LIAISON, alias, "answer", text="已叫停，检查延到下周")
    week.types(f"case find {alias} substantiated", CLERK)
    week.types(f"case close {alias} 今后不再要求连夜补台账", CLERK)
    week.types(f"ladder decide {alias} taken --reason 连夜补台账")


async def _answers(week: Week) -> None:
    alias = week.cases[8]
    week.until(datetime(2026, 11, 25, 10, tzinfo=BEIJING))
    week.title("答复退回，整改带证明")
    await week.sends(LIAISON, alias, "answer", text="已经知道了")
    week.types(f"case send-back {alias} 没有说哪天停", CLERK)
    await week.sends(LIAISON, alias, "answer", text="五份合成一份，下周起")
    week.types(f"case find {alias} partly", CLERK)
    week.types(f"case rectify {alias} 五份合成一份 --due 12月11日", CLERK)
    await week.shows(LIAISON, alias, "rectified", "通知已撤，见图")
    week.types(f"case send-back {alias} 图里还是两份", CLERK)
    await week.shows(LIAISON, alias, "rectified", "第二份也撤了，见图")
    week.types(f"case close {alias} 五份合成一份", CLERK)


async def _findings(week: Week) -> None:
    withdrawn = week.cases[10]
    week.until(datetime(2026, 11, 25, 11, tzinfo=BEIJING))
    week.title("定过的结论收回，通报跟着撤销")
    await week.sends(LIAISON, withdrawn, "answer", text="核对了，是上级要的")
    week.types(f"case find {withdrawn} substantiated", CLERK)
    week.types("ladder list")
    week.types(f"ladder decide {withdrawn} taken --reason 一年里第二次")
    week.types(f"case correct-finding {withdrawn} unsubstantiated 有文件依据", CLERK)
    week.types(f"ladder list --unit {UNIT}")
    week.types(f"ladder revoke {withdrawn} --reason 结论改了")
    week.types(f"ladder list --unit {UNIT}")
    week.does(f"case close {withdrawn} 有文件依据，不算额外负担")


async def _appeal(week: Week) -> None:
    week.title("不予受理，反映人不服，换个人再看")
    alias = await week.tells(APPEALING, "街道办让我们社区每天在三个群里打卡")
    week.types(f"case decline {alias} 不归本专线管", CLERK)
    week.until(datetime(2026, 11, 25, 14, tzinfo=BEIJING))
    await week.gets(APPEALING, "专线回复您了")
    await week.chooses(APPEALING, "查进展", "换个人再看")
    await week.chooses(APPEALING, "换个人再看", "换一个人再看")
    week.types(f"case accept {alias}", CLERK)
    week.types(f"case accept {alias}", COLLEAGUE)
    week.types(f"case assign {alias} {OTHER}", COLLEAGUE)


async def _supervision(week: Week) -> None:
    late, by_hand = week.cases[12], week.cases[13]
    week.until(datetime(2026, 11, 26, 9, tzinfo=BEIJING))
    week.title("主管督办，分管负责人在 Telegram 上签收")
    week.types(f"case supervise {late} 三天内答复")
    await week.gets(DEPUTY, "【督办单】")
    week.types("unit papers")
    await week.taps(DEPUTY, "收到了", "【督办单】")
    week.types("unit papers")
    week.title("没有登记负责人的，主管送去")
    week.types(f"case supervise {by_hand} 三天内答复")
    await week.gets(BOSS, "督办单要送到")
    week.types("unit papers")
    week.types(f"case hand-over {by_hand} 当面交", CLERK)
    await week.writes(BOSS, f"/hand_over {by_hand} 当面交", "督办单送达记下了")
    week.types("unit papers")


async def _rest(week: Week) -> None:
    """All but the case that stays late and the one that comes back are over."""
    open_ones = week.deployment.run("case", "list", "--most", "99", "--as", BOSS)
    late, first = week.cases[12], week.cases[0]
    week.until(datetime(2026, 11, 27, 10, tzinfo=BEIJING))
    week.title("星期五，答复到了的都核实、办结")
    await week.sends(LIAISON, first, "answer", text="改为每月报一次")
    week.types(f"case find {first} substantiated", CLERK)
    week.types(f"case close {first} 以后每月只报一次", CLERK)
    others = [one for one in open_ones if one["alias"] not in (late, first)]
    for one in others:
        by = one["claimed_by"]
        week.does(f"case answer {one['alias']} 核对了，一处要求，已合并", by)
        week.does(f"case find {one['alias']} unsubstantiated", by)
        week.does(f"case close {one['alias']} 已经合并成一份", by)
    week.notes(f"另外{len(others)}件答复、核实、办结")
    week.types("case list")


async def _escalation(week: Week) -> None:
    late = week.cases[12]
    week.until(datetime(2026, 12, 8, 9, tzinfo=BEIJING))
    week.title("到期还没答复：时钟提级督办，主要负责人签收")
    await week.gets(CHIEF, "【提级督办单】")
    await week.taps(CHIEF, "收到了", "【提级督办单】")
    week.types(f"case show {late}")
    await week.sits(LIAISON)
    await week.sends(LIAISON, late, "answer", text="停了，下周起不再报")
    week.types(f"case find {late} substantiated", CLERK)
    week.types(f"case close {late} 这份台账停报", CLERK)
    week.types("ladder list")


async def _rebound(week: Week) -> None:
    first = week.cases[0]
    week.until(datetime(2026, 12, 27, 11, tzinfo=BEIJING))
    week.title("回头看：又反弹了，再查实一次")
    await week.gets(FAITHFUL, "又反弹了吗")
    await week.chooses(FAITHFUL, "又反弹了", "点一下就重新办理")
    await week.chooses(FAITHFUL, "重新办理", "已重新办理")
    week.types(f"case assign {first} {UNIT}", CLERK)
    await week.sits(LIAISON)
    await week.sends(LIAISON, first, "answer", text="科室没有传达到，今天停")
    week.types(f"case find {first} substantiated", CLERK)
    week.types(f"ladder list --unit {UNIT}")


async def _write() -> None:
    with BotApi(speed=SPEED) as server, TemporaryDirectory() as folder:
        told = await played(Path(folder), server)
    PAGE.write_text(f"{HEAD}{told}\n```\n", "utf-8")


if __name__ == "__main__":
    asyncio.run(_write())
