"""A report that is kept back is nowhere until its day; on that day it is filed once, or
it is gone.
"""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from collections import Counter as Tally
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.address import Address
from bot.cases.followups import FollowupRounds
from bot.hours import seconds
from bot.ops.forgotten import forget_again
from bot.people.member import AT_THE_MACHINE
from dialogs.case.life import State
from dialogs.words import (
    KEPT_BACK,
    ConfirmHold,
    Forget,
    Hold,
    Hush,
    KeepFrom,
    Rate,
    ReleaseHold,
    Reopen,
    Supplement,
    Told,
    Wish,
    Withdraw,
)
from storage.repositories.holds import Holds
from storage.repositories.statistics import Statistics
from tests.bot.counter import MORNING, Counter, new_draft
from tests.looking import laid_open

BEIJING = ZoneInfo("Asia/Shanghai")
TUESDAY = date(2026, 12, 22)  # 29 days after the Monday on which it was written
SEND = Hold(TUESDAY, "send")
DROP = Hold(TUESDAY, "drop")
EMPTY = ("cases", "reports", "steps", "clocks", "followups", "counts", "audit")


async def rings(counter: Counter, until: datetime | None = None) -> int:
    if until is not None:
        counter.at = until.astimezone(UTC)
    return await counter.casework.held.run(counter.at)


def on(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BEIJING)


async def numbers(counter: Counter, *tables: str) -> list[int]:
    found = []
    for table in tables:
        [row] = await counter.database.all(f"SELECT count(*) FROM {table}")
        found.append(row[0])
    return found


async def due(counter: Counter) -> datetime:
    [row] = await counter.database.all("SELECT due_at FROM holds")
    return datetime.fromtimestamp(row[0], BEIJING)


async def told(counter: Counter, receipt: str) -> Told | None:
    report = await counter.casework.stories.report_of(receipt)
    return await counter.casework.stories.told(report) if report else None


async def mine(counter: Counter, chat: str = "anna") -> list[tuple[str, str]]:
    cases = await counter.casework.stories.mine(Address("terminal", chat))
    return [(case.state, case.filed_day) for case in cases]


# ── until its day ─────────────────────────────────────────────────────────────────────


async def test_nobody_but_its_reporter_can_find_it(counter: Counter) -> None:
    receipt = await counter.files(hold=SEND, keep_from=("某街道",))
    assert await numbers(counter, *EMPTY, "holds") == [*[0] * len(EMPTY), 1]
    reading = counter.casework.reading
    assert await reading.entries(AT_THE_MACHINE, states=tuple(State)) == []
    assert await counter.finds("台账") == []
    assert await Statistics(counter.database).by_state() == {}
    story = await told(counter, receipt)
    assert story is not None
    assert story.text("zh") == (
        "还没有交 · 台账报表、多头填报\n\n"
        "12月22日　您说好这一天再交。\n\n"
        "接下来：到12月22日上午自动交出去。在那以前，专线看不到，也不计入任何数字。"
    )
    assert story.can == ("release", "supplement", "keep_from", "withdraw", "hush")
    assert await mine(counter) == [(KEPT_BACK, "12月22日")]


async def test_no_row_says_when_it_was_written(counter: Counter) -> None:
    """Its one time lies on the chosen day, wherever the pictures' was before."""
    draft = new_draft()
    picture = await counter.picture(draft)
    filing = counter.filing(hold=SEND, pictures=(picture,))
    await counter.does(filing, draft=draft)
    assert on(TUESDAY, 9) <= await due(counter) < on(TUESDAY, 12)
    [media] = await counter.database.all("SELECT expires, report_id FROM media")
    assert tuple(media) == (None, None)
    assert await numbers(counter, "audit") == [0]


async def test_its_time_is_drawn_by_lot(counter: Counter) -> None:
    for chat in range(12):
        await counter.files(chat=f"chat {chat}", hold=SEND)
    rows = await counter.database.all("SELECT DISTINCT due_at FROM holds")
    assert len(rows) > 8


async def test_what_is_kept_is_sealed_with_a_key_of_its_own(counter: Counter) -> None:
    await counter.files("一句没有别人说过的话", hold=SEND)
    [row] = await counter.database.all("SELECT sealed, wrapped_key FROM holds")
    assert "没有别人".encode() not in row["sealed"]
    files = (counter.folder / "data").iterdir()
    assert not [file for file in files if "没有别人".encode() in laid_open(file)]


@pytest.mark.parametrize(
    ("until", "kept"),
    [
        (date(2027, 6, 1), date(2026, 12, 24)),  # 31 days: not longer
        (date(2026, 12, 19), date(2026, 12, 21)),  # a Saturday
        (date(2026, 11, 1), date(2026, 11, 24)),  # past
    ],
)
async def test_the_day_is_one_that_may_be(
    counter: Counter, until: date, kept: date
) -> None:
    await counter.files(hold=Hold(until, "send"))
    assert (await due(counter)).date() == kept


# ── handed in by itself ───────────────────────────────────────────────────────────────


async def test_on_its_day_it_is_filed_as_if_it_were_written_then(
    counter: Counter,
) -> None:
    draft = new_draft()
    picture = await counter.picture(draft)
    filing = counter.filing(hold=SEND, pictures=(picture,))
    await counter.does(filing, draft=draft)
    assert await rings(counter, on(TUESDAY, 9) - timedelta(seconds=1)) == 0
    assert await rings(counter, on(TUESDAY, 12)) == 1
    assert await rings(counter) == 0
    assert await numbers(counter, "holds", "cases", "reports") == [0, 1, 1]
    noon = seconds(on(TUESDAY, 12))
    [case] = await counter.database.all("SELECT opened_hour, changed_at FROM cases")
    assert tuple(case) == (noon, noon)
    rows = await counter.database.all("SELECT at, kind FROM audit")
    assert [tuple(row) for row in rows] == [(noon, "report.filed")]
    assert await counter.told() == ["push.hold_sent"]
    story = await counter.story(filing.receipt)
    assert story.lines[0].at == on(TUESDAY, 12)
    assert story.promise is not None, "the clock runs from that day"
    row = await counter.casework.staff.find(await counter.alias(), AT_THE_MACHINE)
    [(_, _, data)] = await counter.casework.reading.pictures(row)
    assert data == b"a scrubbed picture"
    assert len(await counter.finds("台账")) == 1
    assert await mine(counter) == [("filed", "12月22日")]


async def test_of_two_processes_one_files_it(counter: Counter) -> None:
    await counter.files(hold=SEND)
    counter.at = on(TUESDAY, 12)
    others = [counter.another() for _ in range(3)]
    rang = await asyncio.gather(*(one.held.run(counter.at) for one in others))
    assert sum(rang) == 1
    assert await numbers(counter, "holds", "cases") == [0, 1]


async def test_who_takes_it_back_this_very_moment_is_faster(counter: Counter) -> None:
    receipt = await counter.files(hold=SEND)
    report = await counter.report(receipt)
    counter.at = on(TUESDAY, 12)
    await asyncio.gather(
        counter.does(Withdraw(report, counter.at)),
        counter.another().held.run(counter.at),
        return_exceptions=True,
    )
    [holds, cases] = await numbers(counter, "holds WHERE sealed <> x''", "cases")
    assert (holds, cases) in ((0, 0), (0, 1)), "filed or dropped, never both or none"


async def test_a_program_that_was_stopped_hands_it_in_when_it_starts(
    counter: Counter,
) -> None:
    await counter.files(hold=SEND)
    late = date(2027, 1, 4)
    assert await rings(counter, on(late, 3)) == 1
    [case] = await counter.database.all("SELECT opened_hour FROM cases")
    assert case[0] == seconds(on(late, 3))


async def test_who_left_no_chat_is_told_by_the_receipt_alone(counter: Counter) -> None:
    receipt = await counter.files(hold=SEND, follow="receipt")
    story = await told(counter, receipt)
    assert story is not None and "hush" not in story.can
    await rings(counter, on(TUESDAY, 12))
    assert await counter.letters() == []
    assert (await counter.story(receipt)).state == "filed"


# ── gone unless confirmed ─────────────────────────────────────────────────────────────


async def test_it_is_asked_once_some_working_days_before_at_a_decent_hour(
    counter: Counter,
) -> None:
    await counter.files(hold=DROP)
    asked = await due(counter)
    thursday = date(2026, 12, 17)
    assert on(thursday, 10) <= asked < on(thursday, 14), (
        "Friday, Monday, Tuesday are left"
    )
    assert await rings(counter, on(thursday, 14)) == 1
    assert await rings(counter) == 0
    [(letter, _)] = await counter.letters()
    assert letter.message.name == "push.hold_asked"
    assert letter.message.params == {"day": "12月22日"}
    verbs = [button.choice.partition(":")[0] for button in letter.message.buttons]
    assert verbs == ["confirm", "release", "withdraw"]
    assert on(TUESDAY, 19) <= await due(counter) < on(TUESDAY, 20)


async def test_unless_it_is_confirmed_it_is_gone(counter: Counter) -> None:
    draft = new_draft()
    picture = await counter.picture(draft)
    filing = counter.filing(hold=DROP, pictures=(picture,))
    await counter.does(filing, draft=draft)
    await rings(counter, on(TUESDAY, 12))
    assert await rings(counter, on(TUESDAY, 20)) == 1
    [row] = await counter.database.all(
        "SELECT wrapped_key, mine, address, sealed FROM holds"
    )
    assert tuple(row) == (None, None, None, b"")
    assert await numbers(counter, "media", *EMPTY) == [0] * (1 + len(EMPTY))
    assert await counter.told() == ["push.hold_dropped"], "the question is taken back"
    assert counter.journal.has(draft.report)
    assert await told(counter, filing.receipt) is None, (
        "its receipt says that it is gone"
    )
    assert await mine(counter) == []


async def test_the_receipt_of_a_dropped_one_is_known_for_a_month(
    counter: Counter,
) -> None:
    receipt = await counter.files(hold=DROP)
    await counter.does(Withdraw(await counter.report(receipt), counter.at))
    month = on(TUESDAY, 12) + timedelta(days=30)
    await counter.database.commit([Holds.sweep(seconds(month))])
    assert await numbers(counter, "holds") == [1]
    await counter.database.commit([Holds.sweep(seconds(month) + 86400)])
    assert await numbers(counter, "holds") == [0]


async def test_confirmed_it_is_handed_in_on_its_day(counter: Counter) -> None:
    receipt = await counter.files(hold=DROP)
    await rings(counter, on(date(2026, 12, 17), 14))
    report = await counter.report(receipt)
    story = await told(counter, receipt)
    assert story is not None and "confirm" in story.can
    await counter.does(ConfirmHold(report, counter.at))
    story = await told(counter, receipt)
    assert story is not None and "confirm" not in story.can
    assert on(TUESDAY, 9) <= await due(counter) < on(TUESDAY, 12)
    await rings(counter, on(TUESDAY, 12))
    assert await numbers(counter, "holds", "cases") == [0, 1]


@pytest.mark.parametrize("days", [1, 2])
async def test_a_short_one_is_asked_before_it_goes(counter: Counter, days: int) -> None:
    """Tomorrow at the earliest; who keeps it for a day is asked that very day."""
    day = date(2026, 11, 23) + timedelta(days=days)
    await counter.files(hold=Hold(day, "drop"))
    tomorrow = date(2026, 11, 24)
    assert on(tomorrow, 10) <= await due(counter) < on(tomorrow, 14)
    await rings(counter, on(tomorrow, 14))
    assert on(day, 19) <= await due(counter) < on(day, 20)


async def test_after_a_long_stop_it_is_asked_before_it_goes(counter: Counter) -> None:
    await counter.files(hold=DROP)
    late = date(2027, 1, 4)
    assert await rings(counter, on(late, 3)) == 1
    assert await counter.told() == ["push.hold_asked"]
    next_day = late + timedelta(days=1)
    assert on(next_day, 19) <= await due(counter) < on(next_day, 20)
    assert await rings(counter, on(next_day, 20)) == 1
    assert await counter.told() == ["push.hold_dropped"]


RINGER = """
import asyncio, sys
from datetime import datetime
from pathlib import Path

from anonymizer.keyring import Keyring
from anonymizer.shred import ShredJournal
from bot.cases.alerts import NoAlerts
from bot.cases.casework import Casework
from bot.keys import Keys, page_keys
from bot.ops.terms import terms_of
from bot.outbox.messages import OutboxMessages
from bot.people.register import UnitRegister
from bot.settings import Settings
from storage.sqlite import SQLiteDatabase

folder, at = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])

async def main():
    path = folder / "keys" / "keyring.json"
    keyring = Keyring.load(path)
    settings = Settings(data_dir=folder / "data", keyring=path)
    keys, now = Keys.of(keyring), lambda: at
    data = folder / "data" / "jianfu.db"
    database = await SQLiteDatabase.open(data, page_keys(keyring))
    casework = Casework.join(
        database,
        keys=keys,
        settings=settings,
        journal=ShredJournal(folder / "keys" / "keyring.shredded", keyring),
        outbox=OutboxMessages(keys.outbox),
        register=UnitRegister(database, keys, now),
        alerts=NoAlerts(),
        terms=terms_of(settings),
        now=now,
    )
    print("ready", flush=True)
    print(await casework.held.run(at), flush=True)
    await database.close()

asyncio.run(main())
"""


@pytest.mark.slow
async def test_killed_in_the_middle_each_is_filed_or_dropped_once(
    counter: Counter,
) -> None:
    """A process is killed at random while 200 fall due, again and again; half of them
    are handed in, half are gone.
    """
    dice = random.Random(7)
    for number in range(100):
        await counter.files(chat=f"chat {number}", hold=SEND)
        await counter.files(chat=f"chat {number}", hold=DROP)
    await rings(counter, on(date(2026, 12, 17), 14))
    counter.at = on(TUESDAY, 20).astimezone(UTC)
    killed = 0
    for turn in range(40):
        arguments = [str(counter.folder), counter.at.isoformat()]
        command = [sys.executable, "-c", RINGER, *arguments]
        ringer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert ringer.stdout is not None and ringer.stdout.readline() == "ready\n"
        if turn < 4:
            await asyncio.sleep(dice.random() * 0.2)
            ringer.send_signal(signal.SIGKILL)
        said = await asyncio.to_thread(ringer.communicate)
        killed += ringer.returncode == -signal.SIGKILL
        if said[0].strip() == "0":
            break
    assert killed
    waiting = "holds WHERE wrapped_key IS NOT NULL"
    found = await numbers(counter, waiting, "holds", "cases", "reports", "audit")
    assert found == [0, 100, 100, 100, 100]
    assert len(counter.journal) == 100
    pushed = Tally(letter.message.name for letter, _ in await counter.letters())
    assert pushed == {"push.hold_sent": 100, "push.hold_dropped": 100}


# ── what its reporter does meanwhile ──────────────────────────────────────────────────


async def test_it_is_handed_in_now(counter: Counter) -> None:
    receipt = await counter.files(hold=DROP)
    report = await counter.report(receipt)
    counter.later(days=2)
    await counter.does(ReleaseHold(report, counter.at))
    await counter.does(ReleaseHold(report, counter.at))
    assert await numbers(counter, "holds", "cases") == [0, 1]
    [case] = await counter.database.all("SELECT opened_hour FROM cases")
    assert case[0] == seconds(counter.at) - seconds(counter.at) % 3600
    assert (await counter.story(receipt)).state == "filed"
    assert await rings(counter, on(TUESDAY, 23)) == 0


async def test_taken_back_it_leaves_nothing(counter: Counter) -> None:
    for action in (Withdraw, Forget):
        draft = new_draft()
        picture = await counter.picture(draft)
        filing = counter.filing(hold=SEND, pictures=(picture,))
        await counter.does(filing, draft=draft)
        await counter.does(action(draft.report.hex(), counter.at))
        assert counter.journal.has(draft.report)
        assert await told(counter, filing.receipt) is None
    assert await numbers(counter, "media", *EMPTY) == [0] * (1 + len(EMPTY))
    assert await rings(counter, on(TUESDAY, 23)) == 0


async def test_what_is_added_is_handed_in_with_it(counter: Counter) -> None:
    receipt = await counter.files("同一份台账每周报五次", hold=SEND)
    report = await counter.report(receipt)
    draft = new_draft()
    picture = await counter.picture(draft, b"another picture")
    added = Supplement(report, "上周又加了一张表", (picture,), counter.at)
    await counter.does(added, draft=draft)
    await counter.does(KeepFrom(report, "某街道", counter.at))
    await counter.does(Wish(report, {"weekly": False}, counter.at))
    await counter.does(Reopen(report, "还有一句", counter.at))
    await counter.does(Rate(report, True, None, None, counter.at))
    story = await told(counter, receipt)
    assert story is not None and story.wishes == {"weekly": False}
    await rings(counter, on(TUESDAY, 12))
    row = await counter.casework.staff.find(await counter.alias(), AT_THE_MACHINE)
    sheet = await counter.casework.reading.sheet(row)
    assert sheet.reports[0].text == "同一份台账每周报五次\n上周又加了一张表\n还有一句"
    [(_, _, data)] = await counter.casework.reading.pictures(row)
    assert data == b"another picture"
    assert (await counter.story(receipt)).wishes == {"weekly": False}


async def test_hushed_it_is_found_by_receipt_alone(counter: Counter) -> None:
    receipt = await counter.files(hold=DROP)
    await counter.does(Hush(await counter.report(receipt), counter.at))
    assert await mine(counter) == []
    await rings(counter, on(date(2026, 12, 17), 14))
    assert await counter.letters() == []
    story = await told(counter, receipt)
    assert story is not None and "confirm" in story.can


# ── the chat that may open it ─────────────────────────────────────────────────────────


async def test_the_chat_s_other_reports_stay_found(counter: Counter) -> None:
    """Its tags count filed and kept ones alike, and close the gaps that they leave."""
    await counter.files("第一件事，每周报五次")
    kept = await counter.files("第二件事，每周报五次", hold=SEND)
    await counter.files("第三件事，每周报五次")
    last = await counter.files("第四件事，每周报五次", hold=SEND)
    filed_today = ("filed", "11月23日")
    waiting = (KEPT_BACK, "12月22日")
    assert await mine(counter) == [waiting, waiting, filed_today, filed_today]
    await counter.does(Withdraw(await counter.report(kept), counter.at))
    assert await mine(counter) == [waiting, filed_today, filed_today]
    await rings(counter, on(TUESDAY, 12))
    assert (await counter.story(last)).state == "filed"
    assert len(await mine(counter)) == 3
    assert await mine(counter, "bert") == []


async def test_a_chat_that_is_gone_is_forgotten(counter: Counter) -> None:
    draft = new_draft()
    filing = counter.filing(hold=DROP)
    await counter.does(filing, draft=draft, lasting=False)
    forget = await counter.casework.addresses.forget_address(draft.stream)
    await counter.database.commit(forget)
    await rings(counter, on(date(2026, 12, 17), 14))
    assert await counter.letters() == []
    assert await told(counter, filing.receipt) is not None


async def test_a_handle_opens_it_in_its_own_chat(counter: Counter) -> None:
    receipt = await counter.files(hold=DROP)
    await rings(counter, on(date(2026, 12, 17), 14))
    [(letter, _)] = await counter.letters()
    handle = letter.message.buttons[0].choice.partition(":")[2]
    stories = counter.casework.stories
    report = await counter.report(receipt)
    assert await stories.by_handle(handle, Address("terminal", "anna")) == report
    assert await stories.by_handle(handle, Address("terminal", "bert")) is None


# ── what comes back from a backup ─────────────────────────────────────────────────────


async def test_what_was_taken_back_does_not_come_back(counter: Counter) -> None:
    """A copy from before that is restored drops it again: the journal knows."""
    receipt = await counter.files(hold=SEND)
    other = await counter.files("另一件事，每周报五次", chat="bert", hold=SEND)
    counter.journal.add(bytes.fromhex(await counter.report(receipt)))
    again = await forget_again(
        counter.database, counter.casework, counter.journal, counter.at
    )
    assert again == 1
    assert await told(counter, receipt) is None
    assert await told(counter, other) is not None


async def test_it_goes_on_like_any_other_case(counter: Counter) -> None:
    """Accepted late it is told so: a whole round of follow-ups from its own day on."""
    await counter.files(hold=SEND)
    await rings(counter, on(TUESDAY, 12))
    casework = counter.casework
    rounds = FollowupRounds(counter.database, casework.writer, casework.addresses)
    counter.later(days=2)
    await rounds.run(counter.at)
    assert "push.breached" in await counter.told()
    assert counter.at > MORNING
