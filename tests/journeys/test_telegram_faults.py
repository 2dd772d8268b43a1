"""Everything that can go wrong between us and Telegram, at calls of a reporter's whole
way chosen by lot.

Nothing is lost, order is kept, each message comes once; only after a send that was done
and not answered may that one message come twice. Where Telegram says the person is
gone, the address is shredded and the case stays.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Literal, get_args

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.channels.telegram.channel import TelegramChannel
from bot.people.member import AtTheMachine
from bot.resources import Resources
from dialogs.case.orders import Accept, Ask
from dialogs.case.refusals import Refusal
from tests.bot.channels.telegram.line import SPEED, Line, Mode, running
from tests.botapi.calls import Call
from tests.botapi.faults import Kind
from tests.botapi.server import BotApi
from tests.journeys.telegram_visit import Visit, differences, tidied

PASSING: tuple[Kind, ...] = (
    "429",
    "500",
    "502",
    "reset",
    "reset_done",
    "silence",
    "deaf",
)
GONE: tuple[Kind, ...] = ("blocked", "vanished")
UNANSWERED: tuple[Kind, ...] = ("reset_done", "silence")  # done, and we cannot know
LEFT_OUT = ("editMessageReplyMarkup",)  # an old keyboard goes if nobody waits
BY_LOT = 10  # calls for each fault
EACH = 2  # of them on one person's way
NO_WORDS = "bdfhjkvxz"  # letters that spell nothing the hotline knows
PATIENCE = 2.5  # seconds for one call; ten in the field
MODES: tuple[Mode, ...] = get_args(Mode)


class Impatient(Line):
    """Waits less long for an answer that never comes. All else is as in the field."""

    def make(self, resources: Resources) -> Sequence[TelegramChannel]:
        choice = resources.settings.telegram
        assert choice.token is not None
        calls, polls = (
            HTTPXRequest(
                size, PATIENCE, PATIENCE, PATIENCE, 60.0, httpx_kwargs={"verify": False}
            )
            for size in (64, 2)
        )
        bot = Bot(
            choice.token.get_secret_value(),
            choice.base_url,
            choice.base_file_url,
            calls,
            polls,
        )
        self.channel = TelegramChannel(
            bot, resources.database, resources.keys, resources.now, speed=SPEED
        )
        return [self.channel]


@pytest.fixture
def server() -> Iterator[BotApi]:
    with BotApi(speed=SPEED) as server:
        yield server


@asynccontextmanager
async def opened_line(folder: Path, server: BotApi, mode: Mode) -> AsyncIterator[Line]:
    line = Impatient(folder, server, mode)
    try:
        async with running(line):
            tidying = asyncio.create_task(tidied(line))
            yield line
            tidying.cancel()
    finally:
        line.listening.close()


def visit(line: Line) -> Visit:
    return Visit(
        line,
        line.server.person(),
        "".join(random.choices(NO_WORDS, k=12)),
    )


Step = tuple[str, int]  # a method, and which of its calls about this person, from 1


def at(steps: Sequence[Step], each: Visit) -> Callable[[Call], bool]:
    """The calls of these steps of a visit."""
    server, person, seen = each.line.server, each.person.id, Counter[str]()

    def meets(call: Call) -> bool:
        if server.concerns(call) != person:
            return False
        seen[call.method] += 1
        return (call.method, seen[call.method]) in steps

    return meets


KNOWN: list[tuple[list[str], list[Step]]] = []


async def undisturbed(line: Line) -> tuple[list[str], list[Step]]:
    """What is told on a visit without any fault, and the calls it takes; found out
    once.
    """
    if not KNOWN:
        first = visit(line)
        await first.run()
        await quiet(line)
        await receipts_are_gone([first])
        seen: Counter[str] = Counter()
        steps = []
        for call in line.server.calls:
            is_theirs = line.server.concerns(call) == first.person.id
            if is_theirs and call.method not in LEFT_OUT:
                seen[call.method] += 1
                steps.append((call.method, seen[call.method]))
        steps.remove(("deleteMessages", 2))  # two may go in one call
        KNOWN.append((first.told(), steps))
    return KNOWN[0]


async def quiet(line: Line, seconds: float = 60) -> None:
    """Until nothing waits to be sent."""
    async with asyncio.timeout(seconds):
        while await line.count("outbox"):
            await asyncio.sleep(0.05)


def by_lot(steps: Sequence[Step], most: int | None) -> list[list[Step]]:
    """Which calls go wrong, on one person's way each; every call where `most`
    is None.
    """
    if most is None:
        return [[step] for step in steps]
    chosen = random.Random(seed := secrets.randbits(32)).sample(
        steps, min(most, len(steps))
    )
    print(f"seed {seed}: {chosen}")
    return [chosen[number : number + EACH] for number in range(0, len(chosen), EACH)]


async def told_whole(visits: Sequence[Visit], expected: list[str], twice: int) -> None:
    """Whether everybody was told everything in order, and the hotline knows what they
    said, once.
    """
    for each in visits:
        wrong, more = differences(each.told(), expected)
        assert wrong == [], f"{each.number}\n" + "\n".join(wrong)
        assert 0 <= more <= twice, f"{each.number}: {more} messages too many"
        assert each.receipt is not None
        casework = each.line.app.casework
        report = await casework.stories.report_of(each.receipt)
        assert report is not None
        story = await casework.stories.of(report)
        assert story is not None
        said = story.text("zh")
        assert said.count(f"补充{each.number}") == said.count(f"答复{each.number}") == 1


async def receipts_are_gone(visits: Sequence[Visit]) -> None:
    """Taken away by button, and where they were typed; what was not deleted at once is
    deleted later.
    """
    async with asyncio.timeout(30):
        for each in visits:
            while (each.receipt or "") in each.person.screen().text:
                await asyncio.sleep(0.1)


async def met(line: Line, kinds: Sequence[Kind], most: int | None) -> None:
    """A visit for every lot of calls that go wrong, all at the same time."""
    server = line.server
    expected, steps = await undisturbed(line)
    before, presses = (
        await line.count("reports"),
        [one for one in steps if one[0] == "answerCallbackQuery"],
    )
    lots = [
        (kind, lot)
        for kind in kinds
        for lot in by_lot(presses if kind == "late" else steps, most)
    ]
    visits = [visit(line) for _ in lots]
    faults = [
        server.fault(kind, at(lot, each), len(lot))
        for (kind, lot), each in zip(lots, visits, strict=True)
    ]
    await asyncio.gather(*(each.run() for each in visits))
    await quiet(line)
    for (kind, lot), each in zip(lots, visits, strict=True):
        await told_whole([each], expected, twice=len(lot) if kind in UNANSWERED else 0)
        if kind not in UNANSWERED:
            await receipts_are_gone([each])
    assert await line.count("reports") == len(visits) + before
    assert [fault.met for fault in faults] == [len(lot) for _, lot in lots]
    assert server.violations == []


async def gone(line: Line, kind: Kind, most: int | None) -> None:
    """People who leave in the middle: nothing is tried for ever, no address is left, no
    case is lost.
    """
    server = line.server
    _, steps = await undisturbed(line)
    chosen = [step for lot in by_lot(steps, most) for step in lot]
    visits = [visit(line) for _ in chosen]
    faults = [
        server.fault(kind, at([step], each))
        for step, each in zip(chosen, visits, strict=True)
    ]
    going = [asyncio.ensure_future(each.run()) for each in visits]
    async with asyncio.timeout(60):
        while not all(
            task.done() or refused(each)
            for task, each in zip(going, visits, strict=True)
        ):
            await asyncio.sleep(0.05)
    await quiet(line)
    assert [fault.met for fault in faults] == [1] * len(faults)
    for task in going:
        task.cancel()
    await asyncio.gather(*going, return_exceptions=True)
    filed = await line.count("reports")
    server.fault(
        "blocked", lambda call: call.method.startswith("send")
    )  # the one who came first leaves too
    await question_everybody(line)
    await quiet(line)
    reachable = "SELECT id FROM reports WHERE address IS NOT NULL OR mine IS NOT NULL"
    assert await line.app.resources.database.all(reachable) == []
    assert await line.count("reports") == await line.count("cases") == filed
    assert max(refused(each) for each in visits) < 10, (
        "who is gone is written to again and again"
    )


def refused(each: Visit) -> int:
    """How many calls about this person Telegram refused."""
    server = each.line.server
    return sum(
        call.refused is not None and server.concerns(call) == each.person.id
        for call in server.calls
    )


async def question_everybody(line: Line) -> None:
    """A push for every case, whatever came of it before."""
    for alias in await line.aliases():
        for order in (Accept(), Ask("还在吗？")):
            with suppress(Refusal):  # accepted long ago, and asked
                await line.app.casework.staff.order(
                    alias, order, AtTheMachine("值班员", "operator")
                )
    line.later(seconds=1)


async def fetched(
    line: Line, kinds: Sequence[Kind], times: int, people: int = 4
) -> None:
    """Fetching goes wrong now and then, while several people are on their way."""
    server = line.server
    expected, _ = await undisturbed(line)
    before, visits = await line.count("reports"), [visit(line) for _ in range(people)]
    dice = random.Random(seed := secrets.randbits(32))
    left = dice.sample([*kinds] * times, len(kinds) * times)
    print(f"seed {seed}: {left}")
    # after more than two in a row we wait, rightly, for longer than people here have
    # patience
    row = 0

    def meets(kind: Kind, call: Call) -> bool:
        nonlocal row
        if call.method != "getUpdates" or left[-1:] != [kind]:
            return False
        fits = row < 2 and dice.random() < 0.5
        row = row + 1 if fits else 0
        return fits and bool(left.pop())

    faults = [server.fault(kind, partial(meets, kind), times) for kind in kinds]
    await asyncio.gather(*(each.run() for each in visits))
    await quiet(line)
    other = server.person(started=True)
    async with asyncio.timeout(60):
        while left:  # few fetches may have been enough
            other.starts()
            await asyncio.sleep(0.2)
    await told_whole(visits, expected, twice=0)
    assert await line.count("reports") == people + before
    assert ([fault.met for fault in faults], server.violations) == (
        [times] * len(faults),
        [],
    )


async def pushed(line: Line, kind: Literal["duplicate", "reorder"], times: int) -> None:
    """Telegram's posts come again although they were answered, or overtake
    each other.
    """
    expected, _ = await undisturbed(line)
    before, visits = await line.count("reports"), [visit(line) for _ in range(4)]
    setattr(line.server.platform.updates, kind, times)
    await asyncio.gather(*(each.run() for each in visits))
    await quiet(line)
    await told_whole(visits, expected, twice=0)
    assert await line.count("reports") == len(visits) + before
    assert (getattr(line.server.platform.updates, kind), line.server.violations) == (
        0,
        [],
    )


# ── in `make proofs`: ten calls by lot ────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize(
    "kinds",
    [("429", "500", "502", "late"), ("reset", "reset_done"), ("silence", "deaf")],
    ids="-".join,
)
async def test_a_call_that_goes_wrong(
    tmp_path: Path, server: BotApi, kinds: Sequence[Kind]
) -> None:
    """Whatever call it befalls, its reporter is told everything, in order, and once."""
    async with opened_line(tmp_path, server, "polling") as line:
        await met(line, kinds, BY_LOT)


@pytest.mark.slow
@pytest.mark.parametrize("kind", GONE)
async def test_somebody_who_is_gone(tmp_path: Path, server: BotApi, kind: Kind) -> None:
    """403 and "chat not found": the addresses are shredded, the cases stay."""
    async with opened_line(tmp_path, server, "polling") as line:
        await gone(line, kind, BY_LOT)


@pytest.mark.slow
async def test_fetching_that_goes_wrong(tmp_path: Path, server: BotApi) -> None:
    """No update is lost or heard twice, however often fetching fails."""
    async with opened_line(tmp_path, server, "polling") as line:
        await fetched(line, ["429", "500", "502", "reset", "reset_done"], times=2)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["duplicate", "reorder"])
async def test_updates_fetched_twice_or_turned_round(
    tmp_path: Path, server: BotApi, kind: Kind
) -> None:
    """However often the platform hands them over so."""
    async with opened_line(tmp_path, server, "polling") as line:
        await fetched(line, [kind], times=BY_LOT)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["duplicate", "reorder"])
async def test_posts_that_go_wrong(
    tmp_path: Path, server: BotApi, kind: Literal["duplicate", "reorder"]
) -> None:
    """The same by webhook."""
    async with opened_line(tmp_path, server, "webhook") as line:
        await pushed(line, kind, BY_LOT)


# ── in `make test-long`: every call, fetched and posted ───────────────────────────────


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", [*PASSING, "late"])
async def test_every_call_goes_wrong(
    tmp_path: Path, server: BotApi, kind: Kind, mode: Mode
) -> None:
    async with opened_line(tmp_path, server, mode) as line:
        await met(line, [kind], None)


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", GONE)
async def test_somebody_is_gone_at_every_call(
    tmp_path: Path, server: BotApi, kind: Kind, mode: Mode
) -> None:
    async with opened_line(tmp_path, server, mode) as line:
        await gone(line, kind, None)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["silence", "deaf"])
async def test_fetching_that_is_never_answered(
    tmp_path: Path, server: BotApi, kind: Kind
) -> None:
    """Each time a long poll must first run out."""
    async with opened_line(tmp_path, server, "polling") as line:
        await fetched(line, [kind], times=2, people=2)
