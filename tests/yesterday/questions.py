"""All that can be asked of yesterday's deployment, and what was answered then.

tests/data/yesterday/said.json holds the answers of the program that made it, commit
037ea57. Where words are changed knowingly, `python -m tests.yesterday.questions` writes
today's answers in their place: the diff is then what has changed, and nothing else.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from bot.app import opened
from dialogs.words import Pressed
from tests.bot.desk.web.office import Office, served
from tests.bot.months import Months
from tests.yesterday.deployment import (
    DATA,
    MORNING,
    STOPPED,
    alias,
    command,
    given,
    rows,
    unpack,
)

Question = Callable[[Path], object]

RECEIPT = re.compile(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}")
SUPERVISOR, OPERATOR, COLLEAGUE = "沈主管", "王小雨", "李值班"
READER = ("--json", "--as", SUPERVISOR)
TOWN, OTHER, DISTRICT = "翠苑街道办事处", "文新街道办事处", "西湖区政府"
OVER_A_YEAR = timedelta(days=400)  # longer than any retention
STATES = (
    *("filed", "accepted", "declined", "assigned", "returned", "answered", "verified"),
    *("rectifying", "closed", "callback", "look_back", "waiting", "merged"),
)
EVERY_CASE = (
    *("case", "list", "--most", "500"),
    *(word for state in STATES for word in ("--state", state)),
)
CLOCKLESS = {"declined", "closed", "callback", "look_back", "merged"}
ORDERS = {  # name of a case in given.json: the order that it is given, and by whom
    "filed-late": (OPERATOR, "accept"),
    "filed-claimed": (COLLEAGUE, "decline", "说得不够具体"),
    "urgent-filed": (OPERATOR, "accept"),
    "declined": (OPERATOR, "reopen", "补了材料"),
    "declined-reopened": (SUPERVISOR, "accept"),
    "accepted": (OPERATOR, "assign", "翠苑街道"),
    "accepted-reopened": (OPERATOR, "assign", OTHER, "--level", "subdistrict"),
    "look-back-rebounded": (OPERATOR, "assign", DISTRICT, "--complex"),
    "names-the-unit": (OPERATOR, "assign", OTHER, "--due", "2026-12-03"),
    "assigned": (OPERATOR, "answer", "改成一次"),
    "assigned-warned": (SUPERVISOR, "supervise", "周一前答复"),
    "assigned-overdue": (OPERATOR, "whistle", "街道没有办"),
    "assigned-by-date": (OPERATOR, "extend", "3", "还差一份"),
    "assigned-wants": (SUPERVISOR, "grant", "--days", "4"),
    "assigned-extended": (OPERATOR, "return", "第六条"),
    "assigned-refused": (OPERATOR, "find", "substantiated", "五份一样"),
    "assigned-whistled": (OPERATOR, "answer", "区里改了"),
    "assigned-kept": (OPERATOR, "return", "第七条", "真不是"),
    "returned": (OPERATOR, "refuse-return", "有你们的章"),
    "returned-twice": (OPERATOR, "return", "第八条"),
    "urgent-dispatched": (OPERATOR, "arrive", "到了"),
    "urgent-arrived": (OPERATOR, "return", "第九条", "不是我们发的"),
    "answered": (OPERATOR, "find", "substantiated", "确实五次"),
    "verified": (OPERATOR, "rectify", "减到一次", "--due", "2026-12-20"),
    "verified-partly": (OPERATOR, "close", "改好了"),
    "verified-not": (OPERATOR, "close", "说明了"),
    "rectifying": (OPERATOR, "reopen", "又要报"),
    "rectifying-late": (OPERATOR, "close", "停了"),
    "waiting-filed": (OPERATOR, "accept"),
    "waiting-accepted": (OPERATOR, "resume"),
    "waiting-assigned": (OPERATOR, "answer", "文件到了"),
    "waiting-returned": (OPERATOR, "assign", OTHER),
    "waiting-answered": (OPERATOR, "find", "partly"),
    "waiting-verified": (OPERATOR, "rectify"),
    "waiting-rectifying": (OPERATOR, "close", "下线了"),
    "waited": (OPERATOR, "wait", "还有一份", "2026-12-09"),
    "merged-one": (SUPERVISOR, "unmerge"),
    "merged-into": (OPERATOR, "reply", "第一位：谢谢", "--to", "1"),
    "twins-one": (OPERATOR, "merge", "twins-two"),
    "forgotten": (OPERATOR, "reply", "没有人听"),
    "replied": (OPERATOR, "reply", "下周一去"),
    "hushed": (OPERATOR, "note", "只凭回执码"),
    "replying": (OPERATOR, "undo"),
    "with-pictures": (COLLEAGUE, "claim", "--take"),
    "receipt-only": (OPERATOR, "release"),
    "callback-once": (OPERATOR, "reopen"),
    "callback-twice": (OPERATOR, "note", "没有接"),
    "callback-rated": (OPERATOR, "accept"),
    "look-back": (OPERATOR, "reopen", "又查了"),
    "look-back-later": (OPERATOR, "close", "办完了"),
    "closed": (OPERATOR, "reopen"),
    "retained-closed": (OPERATOR, "note", "保存期满"),
    "retained-declined": (OPERATOR, "reopen"),
    "retained-merged": (OPERATOR, "reopen"),
}
PRESSED = {  # chat: what stood on a button of a push to it, pressed only now
    "new-a": "status",
    "back-a": "solved",
    "back-b": "unsolved",
    "back-c": "unsolved",
    "late-a": "rebound",
    "late-b": "held",
    "late-g": "later",
    "late-e": "held",
    "do-m": "hush",
    "year-a": "status",
}
REACTED_TO = (  # by what is said in the open dialogs
    *("receipt-only", "with-pictures", "assigned", "assigned-warned", "waiting-filed"),
    *("waiting-accepted", "closed", "closed-0", "closed-1", "closed-2", "closed-3"),
    *("closed-4", "closed-5", "closed-for-solved", "look-back", "pair-one", "pair-two"),
    *("verified-partly", "verified-not"),
)
FOLLOWED = (  # cases whose steps are looked at after twelve days
    *("filed-late", "assigned-overdue", "assigned-wants", "urgent-dispatched"),
    *("answered", "rectifying-late", "waiting-filed", "waiting-verified", "replying"),
    *("closed", "callback-once", "look-back", "look-back-asked", "merged-into"),
    "hushed",
)
PICTURED = ("with-pictures", "replied", "pictures-gone", "assigned-refused")


@cache
def said() -> dict[str, Any]:
    """What was answered then, by question."""
    found: dict[str, Any] = json.loads((DATA / "said.json").read_text("utf-8"))
    return found


def again(question: str, folder: Path) -> Any:
    """What is answered now, as JSON has it."""
    return json.loads(json.dumps(QUESTIONS[question](folder)))


# ── the console command ──────────────────────────────────────────────────────────────


def sheet(folder: Path, case: str) -> Any:
    """A case in full."""
    return command(folder, "case", "show", case, *READER).told


def sheets(folder: Path) -> dict[str, Any]:
    """Every case in full; of those that go on, how their deadlines are counted."""
    found = {}
    for name, case in given()["names"].items():
        found[name] = {"case": sheet(folder, case)}
        if found[name]["case"]["state"] not in CLOCKLESS:
            found[name]["clock"] = command(folder, "clock", case, *READER).told
    return found


def lists(folder: Path) -> dict[str, Any]:
    """What else staff may ask for; of cases, which are listed."""
    by = ("--json", "--as", OPERATOR)
    asked = (
        (*EVERY_CASE, *by),
        ("case", "list", "--urgent", *by),
        ("case", "list", "--mine", "--most", "500", *by),
        ("case", "list", "--json", "--as", "吴主管"),
        ("case", "list", "--json", "--as", "林联络"),
        ("case", "show", alias("replied"), "--as", SUPERVISOR),
        ("clock", alias("assigned-overdue"), "--lang", "en", "--as", SUPERVISOR),
        ("case", "search", "台账", "王芳", *by),
        ("case", "search", "三个小时", *by),
        ("ladder", "list", *by),
        ("ladder", "list", "--unit", TOWN, *by),
        ("ladder", "list", "--unit", OTHER, *by),
        ("staff", "list", "--json"),
        ("unit", "list", "--json"),
        ("unit", "people", TOWN, "--json"),
        ("report", "day", "--as", OPERATOR),
        ("report", "week", "--as", OPERATOR),
        ("report", "month", "--as", OPERATOR),
    )
    found = {" ".join(words): command(folder, *words).told for words in asked}
    return {words: _aliases(told) for words, told in found.items()}


def _aliases(told: Any) -> Any:
    if isinstance(told, list) and all("alias" in one for one in told):
        return [one["alias"] for one in told]
    return told


def orders(folder: Path) -> dict[str, Any]:
    """One order to a case of each kind, carried out or refused; and the ladder then."""
    found = {}
    for name, (by, verb, *rest) in ORDERS.items():
        words = [alias(word) if verb == "merge" else word for word in rest]
        done = command(folder, "case", verb, alias(name), *words, "--json", "--as", by)
        found[name] = done.told
    for name, case in (("decide", "verified"), ("decide again", "answered")):
        words = [alias(case), "taken", "--reason", "又是一样", *READER]
        found[f"ladder {name}"] = command(folder, "ladder", "decide", *words).told
    found["ladder list"] = command(folder, "ladder", "list", *READER).told
    return found


def kept(folder: Path) -> dict[str, Any]:
    """What is over its time now, what goes once all of it is, and what is left."""
    later = STOPPED + OVER_A_YEAR
    plan = ("retention", "--plan", "--json")
    return {
        "over now": command(folder, *plan).told,
        "gone later": command(folder, "retention", "--json", at=later).told,
        "over then": command(folder, *plan, at=later).told,
        "left": sheet(folder, alias("callback-rated")),
    }


def pictures(folder: Path) -> dict[str, list[str]]:
    """Digests of the pictures of some cases, as they are exported."""
    found = {}
    for name in PICTURED:
        place = folder / "pictures" / name
        words = ("--pictures", str(place), "--as", SUPERVISOR)
        command(folder, "case", "show", alias(name), *words)
        digests = [hashlib.sha256(path.read_bytes()) for path in place.iterdir()]
        found[name] = sorted(digest.hexdigest() for digest in digests)
    return found


# ── a messenger ──────────────────────────────────────────────────────────────────────


class Evening(Months):
    """The line, taken up again where it stopped."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        nothing_by_lot = {"push_delay_minutes": 0}
        self.settings = self.settings.model_copy(update=nothing_by_lot)
        self.at = STOPPED

    async def hears(self, chat: str, *words: str) -> list[str]:
        """What a chat is shown upon its words."""
        before = len(self.notebook.shown.get(chat, ()))
        await self.says(*words, chat=chat)
        return self.shown(chat, before)

    async def presses_late(self, chat: str, verb: str) -> list[str]:
        """A button under a push of yesterday."""
        choice = f"{verb}:{given()['pushed'][chat]}"
        await self.takes(Pressed(choice, "", self.at), chat)
        return self.shown(chat)

    async def sends(self) -> None:
        """All that waits and is due; in quiet hours, direct answers alone."""
        await self.app.sender.look()
        await self.app.sender.idle()

    def shown(self, chat: str, after: int = 0) -> list[str]:
        """Messages as they were shown, their buttons in brackets."""
        found = []
        for message in self.notebook.shown.get(chat, [])[after:]:
            keys = " ".join(f"[{key.label}]" for key in message.keys)
            found.append(masked(f"{message.text} {keys}"))
        return found


@asynccontextmanager
async def evening(folder: Path) -> AsyncIterator[Evening]:
    line = Evening(folder)
    async with opened(line.settings, line.make, lambda: line.at) as line.app:
        yield line


def masked(words: str) -> str:
    """Without receipts, which are drawn by lot."""
    return RECEIPT.sub("（回执码）", words).strip()


async def stories(folder: Path) -> dict[str, list[str]]:
    """What every receipt opens, in a chat of its own."""
    receipts = given()["receipts"].items()
    async with evening(folder) as line:
        return {name: await line.hears(f"of {name}", code) for name, code in receipts}


async def go_on(folder: Path) -> dict[str, list[list[str]]]:
    """Every open dialog, from what is said next to its end."""
    async with evening(folder) as line:
        return {
            chat: [await line.hears(chat, words) for words in draft["next"]]
            for chat, draft in given()["drafts"].items()
        }


def drafts(folder: Path) -> dict[str, Any]:
    """What is answered in them; and what staff see of it afterwards."""
    answered = asyncio.run(go_on(folder))
    words = ("case", "list", "--state", "filed", "--most", "500")
    known = set(given()["names"].values())
    aliases = {one["alias"] for one in command(folder, *words, *READER).told} - known
    filed = [sheet(folder, case) | {"alias": "by lot"} for case in aliases]
    return {
        "answered": answered,
        "filed": sorted(filed, key=lambda one: json.dumps(one, sort_keys=True)),
        "added": {name: _reactions(sheet(folder, alias(name))) for name in REACTED_TO},
    }


def _reactions(case: dict[str, Any]) -> dict[str, Any]:
    """What reporters can change in a case."""
    return {
        "state": case["state"],
        "steps": [{**step, "at": "by hour"} for step in case["steps"][-2:]],
        "ratings": [report["rating"] for report in case["reports"]],
        "pictures": [len(report.get("pictures", ())) for report in case["reports"]],
    }


async def pushes(folder: Path) -> dict[str, list[str]]:
    """What the buttons of pushes do that were sent by yesterday's program."""
    async with evening(folder) as line:
        return {
            chat: await line.presses_late(chat, verb) for chat, verb in PRESSED.items()
        }


async def pass_days(folder: Path) -> list[str]:
    """Twelve days; gives what was pushed: day after Monday, chat, message."""
    async with evening(folder) as line:
        await line.sends()  # first, for a direct answer may go out at night
        await line.passes(days=12)
        return sorted(f"{day:02} {chat} {name}" for day, chat, name in line.pushed)


def rings(folder: Path) -> dict[str, Any]:
    """What is pushed in twelve days; where each case stands then, with its deadline."""
    pushed = asyncio.run(pass_days(folder))
    listed = command(folder, *EVERY_CASE, *READER).told
    steps = {}
    for name in FOLLOWED:
        told = sheet(folder, alias(name))["steps"]
        steps[name] = " ".join(step["kind"] for step in told)
    return {
        "pushed": pushed,
        "cases": {one["alias"]: f"{one['state']} {one.get('due')}" for one in listed},
        "steps": steps,
    }


async def reminders(folder: Path) -> dict[str, list[str]]:
    """Whom the bell reminds in the morning, as `serve` starts it."""
    async with evening(folder) as line:
        line.at = MORNING
        await ring(line, folder)
        await line.app.sender.idle()
        return {chat: line.shown(chat) for chat in sorted(line.notebook.shown)}


async def ring(line: Evening, folder: Path) -> None:
    """Until nothing is due any more."""
    line.app.bell.start()
    try:
        async with asyncio.timeout(30):
            while due(folder, line.at):
                await asyncio.sleep(0.05)
            await asyncio.sleep(1)  # from a commit until its message is handed on
    finally:
        line.app.bell.stop()


def due(folder: Path, at: datetime) -> int:
    """How much of talks, cases and screens is to be rung for or swept away by then."""
    now = int(at.timestamp())
    asked = (
        f"SELECT (SELECT count(*) FROM talks WHERE due_at <= {now}) "
        f"+ (SELECT count(*) FROM followups WHERE due_at <= {now}) "
        f"+ (SELECT count(*) FROM web_bubbles WHERE expires <= {now})"
    )
    [(count,)] = rows(folder, asked)
    return int(count)


async def outbox(folder: Path) -> dict[str, dict[str, list[str]]]:
    """What waited to be sent reaches its chats: answers at once, pushes by day."""
    found = {}
    async with evening(folder) as line:
        for line.at in (STOPPED, MORNING):
            await line.sends()
            chats = line.notebook.shown
            found[f"{line.at:%H:%M}"] = {chat: line.shown(chat) for chat in chats}
    return found


# ── browsers ─────────────────────────────────────────────────────────────────────────


class Browsers(Office):
    """The web pages, taken up again where they stopped."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.at = STOPPED

    def browser(self, **cookies: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.url,
            headers={"Origin": self.url},
            cookies=cookies,
            trust_env=False,
            follow_redirects=True,
        )


@asynccontextmanager
async def browsers(folder: Path) -> AsyncIterator[Browsers]:
    office = Browsers(folder)
    async with (
        opened(office.settings, office.make, lambda: office.at) as office.app,
        served(office),
    ):
        yield office


def lines_of(page: str) -> list[str]:
    """What stands on a page, piece by piece."""
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    plain = unescape(re.sub(r"<[^>]+>", "\n", body))
    lines = [" ".join(line.split()) for line in plain.splitlines()]
    return [line for line in lines if line]


async def pages(folder: Path) -> dict[str, list[str]]:
    """What stands on visitors' screens, and on the units' pages."""
    found = {}
    async with browsers(folder) as office:
        for name, visitor in given()["browsers"].items():
            async with office.browser(s=visitor["cookie"]) as browser:
                found[name] = lines_of((await browser.get("/")).text)
        for name in ("林联络", "文联络"):
            liaison = given()["units"][name]
            async with office.browser(u=liaison["cookie"]) as browser:
                found[name] = lines_of((await browser.get("/unit/")).text)
                case = await browser.get(f"/unit/case/{liaison['case']}")
                found[f"{name}的一件"] = lines_of(case.text)
    return found


# ── the record ───────────────────────────────────────────────────────────────────────


def _run(question: Callable[[Path], Coroutine[Any, Any, object]]) -> Question:
    return lambda folder: asyncio.run(question(folder))


QUESTIONS: Mapping[str, Question] = {
    "sheets": sheets,
    "lists": lists,
    "orders": orders,
    "kept": kept,
    "pictures": pictures,
    "stories": _run(stories),
    "drafts": drafts,
    "pushes": _run(pushes),
    "rings": rings,
    "reminders": _run(reminders),
    "outbox": _run(outbox),
    "pages": _run(pages),
}


def layout(value: Any, depth: int = 0) -> str:
    """JSON with as much on a line as fits, so that a diff can be read."""
    whole = json.dumps(value, ensure_ascii=False)
    inner: list[str] = []
    if isinstance(value, dict):
        for name, one in value.items():
            key = json.dumps(name, ensure_ascii=False)
            inner.append(f"{key}: {layout(one, depth + 1)}")
    elif isinstance(value, list):
        inner = [layout(one, depth + 1) for one in value]
    if not inner or len(whole) + depth <= 100:
        return whole
    margin = "\n" + " " * depth
    between = f",{margin} "
    return f"{whole[0]}{margin} {between.join(inner)}{margin}{whole[-1]}"


def main() -> None:
    answers = {}
    for name, question in QUESTIONS.items():
        with TemporaryDirectory() as folder:
            unpack(Path(folder))
            answers[name] = question(Path(folder))
    (DATA / "said.json").write_text(layout(answers) + "\n", "utf-8")


if __name__ == "__main__":
    main()
