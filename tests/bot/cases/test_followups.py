"""What is due rings once, in order, late or killed or twice at once; nothing of it by
night.
"""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import subprocess
import sys
from collections import Counter as Tally
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.address import Address
from bot.cases.followups import FollowupRounds
from bot.cases.followups import rings as rung
from bot.hours import seconds
from bot.people.directory import NewUnit
from bot.people.member import AT_THE_MACHINE, AtTheMachine
from bot.people.register import UnitRegister
from bot.reports.standings import standings_of
from dialogs.case.life import State
from dialogs.case.orders import (
    Accept,
    Answer,
    Assign,
    Close,
    Extend,
    Find,
    GrantExtend,
    Merge,
    RefuseReturn,
    Reply,
    Return,
    StaffReopen,
    Undo,
    Wait,
)
from dialogs.case.refusals import Refusal
from dialogs.words import Forget, Rate, Reopen, Supplement, Wish
from storage.port import Stale
from storage.repositories.rungs import Rungs
from storage.repositories.statistics import Statistics
from storage.sqlite import SQLiteDatabase
from tests.bot.counter import Counter, opened
from tests.looking import keys_of, look_into

BEIJING = ZoneInfo("Asia/Shanghai")
CLOSED = (
    Accept(),
    Assign("某街道", new=True),
    Answer("已改"),
    Find("substantiated"),
    Close("每月报一次"),
)


def rounds(counter: Counter) -> FollowupRounds:
    return FollowupRounds(
        counter.database, counter.casework.writer, counter.casework.addresses
    )


async def rings(counter: Counter, **later: float) -> int:
    counter.later(**later)
    return await rounds(counter).run(counter.at)


async def owed(counter: Counter) -> dict[str, int]:
    return {
        row[0]: row[1]
        for row in await counter.database.all("SELECT kind, due_at FROM followups")
    }


async def ledger(counter: Counter) -> list[str]:
    sql = "SELECT clock || ' ' || kind AS line FROM clocks ORDER BY case_id, number"
    rows = await counter.database.all(sql)
    return [row["line"] for row in rows]


async def chats_told(counter: Counter, name: str) -> Tally[str]:
    return Tally(
        letter.to.key
        for letter, _ in await counter.letters()
        if letter.message.name == name
    )


# ── a case that nobody moves ──────────────────────────────────────────────────────────


async def test_a_case_that_nobody_moves_moves_itself(counter: Counter) -> None:
    """Warned, broken and said plainly, then heard of every week; each once."""
    await counter.files()
    assert set(await owed(counter)) == {"alert", "warn", "breach", "hear"}
    assert await rings(counter, minutes=21) == 1
    assert await rings(counter) == 0
    assert await rings(counter, hours=21) == 1 and await counter.told() == []
    assert await rings(counter, hours=4) == 1 and await counter.told() == [
        "push.breached"
    ]
    assert await ledger(counter) == ["accept start", "accept warned", "accept breached"]
    for week in range(1, 4):
        assert await rings(counter, days=7) == 1
        assert (await counter.told())[1:] == ["push.hear"] * week


async def test_staff_hear_of_a_new_case_late_by_lot_and_of_an_urgent_one_at_once(
    counter: Counter,
) -> None:
    late = set()
    for number in range(12):
        await counter.files(chat=f"chat {number}")
    for row in await counter.database.all(
        "SELECT due_at FROM followups WHERE kind = 'alert'"
    ):
        late.add(row["due_at"] - seconds(counter.at))
    assert len(late) > 6 and min(late) >= 0 and max(late) <= 20 * 60
    await rings(counter, minutes=21)
    before = {
        row["id"]: row["changed_at"]
        for row in await counter.database.all("SELECT * FROM cases")
    }
    assert {at % 3600 for at in before.values()} == {0}, (
        "the alert's time is a reporter's: no row shows it"
    )
    await counter.files(chat="urgent", urgent=True)
    due = (await owed(counter))["alert"]
    assert due <= seconds(counter.at) and due % 3600 == 0


async def test_after_days_of_downtime_each_is_noted_once_and_late_news_is_told_once(
    counter: Counter,
) -> None:
    await counter.files()
    await counter.orders(await counter.alias(), Accept(), Assign("某街道", new=True))
    before = len(await counter.told())
    assert await rings(counter, days=40) > 4
    lines = await ledger(counter)
    assert [line for line in lines if line.startswith("answer")] == [
        f"answer {kind}"
        for kind in (
            "start",
            "warned",
            "breached",
            "urged",
            "supervised",
            "escalated",
            "circulated",
        )
    ]
    assert len(await counter.told()) == before + 1, "one hears once, not five times"
    assert await rings(counter) == 0


async def test_nothing_is_pushed_at_night_however_late_it_rings(
    counter: Counter,
) -> None:
    for number in range(30):
        await counter.files(chat=f"chat {number}")
    counter.at = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)  # 23:00 in Beijing
    await rings(counter)
    due = [datetime.fromtimestamp(at, BEIJING) for _, at in await counter.letters()]
    assert len(due) == 30 and all(8 <= at.hour < 9 for at in due)
    assert len(set(due)) > 15, "a catch-up is spread"


async def test_a_clock_that_jumps_back_rings_nothing_twice(counter: Counter) -> None:
    await counter.files()
    await rings(counter, hours=26)
    lines, told = await ledger(counter), await counter.told()
    counter.later(days=-3)
    assert await rings(counter) == 0
    counter.later(days=3)
    assert await rings(counter) == 0
    assert (await ledger(counter), await counter.told()) == (lines, told)


async def test_an_order_takes_away_what_is_not_owed_any_more(counter: Counter) -> None:
    await counter.files()
    await counter.orders(await counter.alias(), Accept(), Close("说清楚了"))
    assert set(await owed(counter)) == {
        "alert",
        "call_back",
        "look_back",
        "forget",
        "retain",
    }
    await counter.orders("JF2026-000001", StaffReopen("再看看"))
    assert set(await owed(counter)) == {"alert", "warn", "breach", "hear"}


async def test_a_merged_case_owes_nothing_to_reporters(counter: Counter) -> None:
    await counter.files()
    await counter.files(chat="berta")
    first, second = [
        entry.case.alias
        for entry in await counter.casework.reading.entries(AT_THE_MACHINE)
    ]
    await counter.orders(first, Accept())
    await counter.orders(second, Merge(first))
    row = await counter.casework.staff.find(second, AT_THE_MACHINE)
    merged = await counter.casework.writer.load(row)
    assert set(merged.owed) <= {"alert", "retain"}
    await rings(counter, days=8)
    told = Tally(
        letter.to.key
        for letter, _ in await counter.letters()
        if letter.message.name == "push.breached"
    )
    assert told == {"anna": 1, "berta": 1}


async def test_waiting_for_others_ends_by_itself(counter: Counter) -> None:
    await counter.files()
    name = await counter.alias()
    await counter.orders(
        name,
        Accept(),
        Assign("某街道", new=True),
        Wait("等区里批复", counter.at + timedelta(days=3)),
    )
    assert (await counter.casework.staff.find(name, AT_THE_MACHINE)).due_at is None
    await rings(counter, days=3, seconds=1)
    row = await counter.casework.staff.find(name, AT_THE_MACHINE)
    assert row.state == "assigned" and row.due_at is not None
    assert (await ledger(counter))[-2:] == ["answer pause", "answer resume"]


# ── a reply, and taking it back ───────────────────────────────────────────────────────


async def test_a_reply_goes_out_when_it_can_no_longer_be_taken_back(
    counter: Counter,
) -> None:
    receipt = await counter.files()
    name = await counter.alias()
    await counter.orders(name, Accept(), Reply("已经在看了"))
    before = await counter.told()
    await rings(counter, seconds=9)
    assert "已经在看了" not in (await counter.story(receipt)).text("zh")
    with pytest.raises(Refusal, match="撤回"):
        await counter.orders(name, Reply("又一句"))
    await rings(counter, seconds=1)
    assert "专线给您回话：已经在看了" in (await counter.story(receipt)).text("zh")
    assert await counter.told() == [*before, "push.replied"]
    with pytest.raises(Refusal, match="没有还能撤回的话"):
        await counter.orders(name, Undo())


async def test_what_was_taken_back_nobody_ever_reads(counter: Counter) -> None:
    receipt = await counter.files()
    name = await counter.alias()
    await counter.orders(name, Accept(), Reply("写错了"), Undo())
    before = await counter.told()
    await rings(counter, minutes=1)
    assert (
        "写错了" not in (await counter.story(receipt)).text("zh")
        and await counter.told() == before
    )
    await counter.orders(name, Reply("这句对"))


async def test_a_pending_reply_survives_the_program(tmp_path: Path) -> None:
    async with opened(tmp_path) as counter:
        receipt = await counter.files()
        name = await counter.alias()
        await counter.orders(name, Accept(), Reply("停机也会到"))
        at, keys, report = counter.at, counter.keys, await counter.report(receipt)
    database = await SQLiteDatabase.open(
        tmp_path / "data" / "jianfu.db", keys_of(tmp_path / "keys" / "keyring.json")
    )
    counter.database = database
    counter.casework = counter.another()
    counter.at = at + timedelta(days=2)
    assert counter.keys is keys
    await rings(counter)
    story = await counter.casework.stories.of(bytes.fromhex(report))
    assert story is not None and "停机也会到" in story.text("zh")
    await database.close()


async def test_a_reply_to_one_never_reaches_another_who_moved_up(
    counter: Counter,
) -> None:
    anna = await counter.files()
    berta = await counter.files(chat="berta")
    first, second = [
        entry.case.alias
        for entry in await counter.casework.reading.entries(AT_THE_MACHINE)
    ]
    await counter.orders(second, Merge(first))
    sheet = (
        await counter.casework.writer.load(
            await counter.casework.staff.find(first, AT_THE_MACHINE)
        )
    ).case
    report = await counter.report(anna)
    number = sheet.reports.index(report) + 1
    await counter.orders(first, Reply("只给安娜", to=number))
    await counter.does(Forget(report, counter.at))
    await rings(counter, seconds=11)
    assert "只给安娜" not in (await counter.story(berta)).text("zh")


# ── after the end ─────────────────────────────────────────────────────────────────────


async def test_addresses_go_after_31_days_and_after_91_where_it_was_wished(
    counter: Counter,
) -> None:
    early = await counter.files()
    late = await counter.files(chat="berta")
    await counter.does(
        Wish(await counter.report(late), {"later": True}, counter.at), "berta"
    )
    for entry in await counter.casework.reading.entries(AT_THE_MACHINE):
        await counter.orders(entry.case.alias, *CLOSED)
    await rings(counter, days=32)
    assert [
        (await counter.story(receipt)).can.count("hush") for receipt in (early, late)
    ] == [0, 1]
    assert await counter.casework.stories.mine(Address("terminal", "anna")) == ()
    assert len(await counter.casework.stories.mine(Address("terminal", "berta"))) == 1
    await rings(counter, days=60)
    assert await counter.casework.stories.mine(Address("terminal", "berta")) == ()
    rows = await counter.database.all("SELECT address, mine FROM reports")
    assert [[*row] for row in rows] == [[None, None]] * 2


async def test_several_reports_of_one_chat_lose_their_address_together(
    counter: Counter,
) -> None:
    for number in range(7):
        await counter.files(f"第{number}件事情", chat="anna")
    for entry in await counter.casework.reading.entries(AT_THE_MACHINE):
        await counter.orders(entry.case.alias, Accept(), Close("好"))
    await rings(counter, days=40)
    for _ in range(
        3
    ):  # who shares a chain of tags finds the others stale, and rings again in seconds
        await rings(counter, seconds=2)
    rows = await counter.database.all("SELECT address, mine FROM reports")
    assert [[*row] for row in rows] == [[None, None]] * 7


async def test_who_has_rated_or_wished_otherwise_is_not_asked(counter: Counter) -> None:
    asked = await counter.files(chat="asked")
    rated = await counter.files(chat="rated")
    silent = await counter.files(chat="silent")
    for entry in await counter.casework.reading.entries(AT_THE_MACHINE):
        await counter.orders(entry.case.alias, *CLOSED)
    await counter.does(
        Rate(await counter.report(rated), True, None, None, counter.at), "rated"
    )
    await counter.does(
        Wish(await counter.report(silent), {"callback": False}, counter.at), "silent"
    )
    await rings(counter, days=3, hours=1)
    called = [
        letter.to.key
        for letter, _ in await counter.letters()
        if letter.message.name == "push.called_back"
    ]
    assert called == ["asked"]
    assert (await counter.story(asked)).state in ("callback", "closed")


async def test_who_answers_before_being_asked_counts_as_called_back(
    counter: Counter,
) -> None:
    """Early, by receipt alone, or without wishing to be asked: nobody is solved who was
    not called back.
    """
    await UnitRegister(counter.database, counter.keys, lambda: counter.at).add(
        NewUnit("某街道", "subdistrict")
    )
    asked = await counter.report(await counter.files(chat="asked"))
    early = await counter.report(await counter.files(chat="early"))
    receipt = await counter.report(
        await counter.files(chat="receipt", follow="receipt")
    )
    silent = await counter.report(await counter.files(chat="silent"))
    await counter.files(chat="says nothing")
    for entry in await counter.casework.reading.entries(AT_THE_MACHINE):
        await counter.orders(entry.case.alias, *CLOSED)
    await counter.does(Rate(early, None, True, None, counter.at))
    await counter.does(Rate(early, True, None, None, counter.at))
    await counter.does(Rate(early, False, None, None, counter.at))
    await counter.does(Wish(silent, {"callback": False}, counter.at))
    await rings(counter, days=3, hours=1)
    for report in (asked, receipt, silent):
        await counter.does(Rate(report, True, None, None, counter.at))
    found = {
        one.what: one.n
        for one in await Statistics(counter.database).units("2026-11", "2026-12")
    }
    assert found["called_back"] == 5 and found["solved"] == 3 and found["unsolved"] == 1


async def test_who_was_asked_and_who_answered_are_counted_by_the_closing(
    counter: Counter,
) -> None:
    """Closed in November, asked and answered in December: all of it is November's, so
    that the share who answered is of the same people. What comes in January is not
    counted any more: those figures have been told.
    """
    await UnitRegister(counter.database, counter.keys, lambda: counter.at).add(
        NewUnit("某街道", "subdistrict")
    )
    counter.at = datetime(2026, 11, 29, 2, tzinfo=UTC)
    reports = []
    for chat in ("one", "two", "three"):
        reports.append(await counter.report(await counter.files(chat=chat)))
    for entry in await counter.casework.reading.entries(AT_THE_MACHINE):
        await counter.orders(entry.case.alias, *CLOSED)
    await rings(counter, days=3, hours=1)
    await counter.does(Rate(reports[0], True, None, None, counter.at), "one")
    await counter.does(Rate(reports[1], False, None, None, counter.at), "two")
    counter.at = datetime(2027, 1, 1, 2, tzinfo=UTC)
    await counter.does(Rate(reports[2], True, None, None, counter.at), "three")
    await counter.does(Rate(reports[1], True, None, None, counter.at), "two")
    found = [
        (one.month, one.what, one.n)
        for one in await Statistics(counter.database).units("2026-11", "2027-12")
        if one.what in ("called_back", "solved", "unsolved")
    ]
    assert found == [
        ("2026-11", "called_back", 3),
        ("2026-11", "solved", 1),
        ("2026-11", "unsolved", 1),
    ]


async def test_units_are_counted_and_the_ladder_proposes(counter: Counter) -> None:
    """Due, in time and late, returned, asked and rated; a rung per substantiated case,
    three at most.
    """
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    unit = await register.add(
        NewUnit("某街道办事处", "subdistrict", aliases=("某街道",))
    )
    reports = []
    for number in range(3):
        reports.append(await counter.report(await counter.files(chat=f"chat {number}")))
        name = await counter.alias()
        await counter.orders(name, Accept(), Assign("某街道", new=True))
        if number == 2:
            await counter.orders(
                name, Return("三定方案", "不归我们"), RefuseReturn("首接负责")
            )
            await rings(counter, days=20)
        await counter.orders(name, Answer("改了"), Find("substantiated"), Close("好了"))
    await rings(counter, days=3, hours=2)
    await counter.does(Rate(reports[0], False, True, None, counter.at), "chat 0")
    await counter.does(Rate(reports[0], True, None, None, counter.at), "chat 0")
    figures = Tally[str]()
    for one in await Statistics(counter.database).units("2026-11", "2026-12"):
        assert one.unit_id.hex() == unit.id
        figures[one.what] += one.n
    assert figures == {
        "due": 3,
        "in_time": 2,
        "late": 1,
        "returned": 1,
        "substantiated": 3,
        "closed": 3,
        "called_back": 3,
        "solved": 1,
        "unsolved": 0,
        "satisfied": 1,
    }
    rows = await Rungs(counter.database).of_unit(bytes.fromhex(unit.id))
    known = standings_of(rows, counter.casework.terms.rules.ladder, BEIJING)
    assert sorted(str(one.proposed) for one in known.values()) == [
        "circulate",
        "remind",
        "sanction",
    ]


async def test_more_time_granted_after_all_takes_the_lateness_back(
    counter: Counter,
) -> None:
    await UnitRegister(counter.database, counter.keys, lambda: counter.at).add(
        NewUnit("某街道", "subdistrict")
    )
    await counter.files()
    name = await counter.alias()
    await counter.orders(
        name, Accept(), Assign("某街道", new=True), Extend(5, "人手不够")
    )
    await rings(counter, days=8)
    assert "answer breached" in await ledger(counter)
    await counter.casework.staff.order(
        name, GrantExtend(True), AtTheMachine("主管", "supervisor")
    )
    await counter.orders(name, Answer("改了"))
    found = {
        one.what: one.n
        for one in await Statistics(counter.database).units("2026-11", "2026-12")
    }
    assert (found["due"], found["late"], found["in_time"]) == (1, 0, 1)


# ── mistakes, two processes, kills ────────────────────────────────────────────────────


async def test_one_case_that_cannot_ring_stops_no_other_and_does_not_spin(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(4):
        await counter.files(chat=f"chat {number}")
    await rings(counter, hours=1)
    with closing(look_into(counter.folder / "data" / "jianfu.db")) as connection:
        [bad] = connection.execute("SELECT id FROM cases LIMIT 1").fetchone()
        connection.execute("UPDATE cases SET sealed = x'00ff' WHERE id = ?", (bad,))
    counter.later(days=8)
    ringing = rounds(counter)
    with caplog.at_level(logging.ERROR):
        await ringing.run(counter.at)
        await ringing.run(counter.at)
    assert (
        len([record for record in caplog.records if "ringing" in record.getMessage()])
        == 1
    )
    assert bad.hex() not in caplog.text
    told = Tally(letter.to.key for letter, _ in await counter.letters())
    assert sorted(told.values()) == [1, 1, 1]
    counter.later(minutes=6)
    with caplog.at_level(logging.ERROR):
        await ringing.run(counter.at)
    assert (
        len([record for record in caplog.records if "ringing" in record.getMessage()])
        == 2
    )


@pytest.mark.slow
async def test_two_processes_that_ring_at_once_ring_everything_once(
    counter: Counter,
) -> None:
    """Two connections, two programs, no lease between them: the versions of the cases
    alone.
    """
    for number in range(300):
        await counter.files(chat=f"chat {number}", lasting=False)
    page_keys = keys_of(counter.folder / "keys" / "keyring.json")
    path = counter.folder / "data" / "jianfu.db"
    other = await SQLiteDatabase.open(path, page_keys, 30)
    mine, theirs = rounds(counter), None
    counter.database, database = other, counter.database
    theirs = FollowupRounds(
        other, counter.another().writer, counter.another().addresses
    )
    counter.database = database
    for later in (timedelta(hours=1), timedelta(hours=30), timedelta(days=8)):
        counter.at += later
        await asyncio.gather(mine.run(counter.at), theirs.run(counter.at))
        await asyncio.gather(mine.run(counter.at), theirs.run(counter.at))
    await other.close()
    lines = Tally(await ledger(counter))
    assert lines == {"accept start": 300, "accept warned": 300, "accept breached": 300}
    told = Tally(
        (letter.to.key, letter.message.name) for letter, _ in await counter.letters()
    )
    assert len(told) == 600 and set(told.values()) == {1}


RINGER = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from anonymizer.keyring import Keyring
from anonymizer.shred import ShredJournal
from bot.cases.alerts import NoAlerts
from bot.cases.casework import Casework
from bot.keys import Keys, page_keys
from bot.outbox.messages import OutboxMessages
from bot.cases.followups import FollowupRounds
from bot.cases.followups import rings as rung
from bot.people.register import NewUnit, UnitRegister
from bot.settings import Settings
from bot.ops.terms import terms_of
from storage.sqlite import SQLiteDatabase

folder, at = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])

async def main():
    keyring = Keyring.load(folder / "keys" / "keyring.json")
    path = folder / "keys" / "keyring.json"
    settings = Settings(data_dir=folder / "data", keyring=path)
    keys, now = Keys.of(keyring), lambda: at
    data = folder / "data" / "jianfu.db"
    database = await SQLiteDatabase.open(data, page_keys(keyring))
    journal = ShredJournal(folder / "keys" / "keyring.shredded", keyring)
    outbox = OutboxMessages(keys.outbox)
    casework = Casework.join(
        database,
        keys=keys,
        settings=settings,
        journal=journal,
        outbox=outbox,
        register=UnitRegister(database, keys, now),
        alerts=NoAlerts(),
        terms=terms_of(settings),
        now=now,
    )
    print("ready", flush=True)
    rang = await FollowupRounds(database, casework.writer, casework.addresses).run(at)
    print(rang, flush=True)
    await database.close()

asyncio.run(main())
"""


@pytest.mark.slow
async def test_killed_in_the_middle_it_goes_on_where_it_was(counter: Counter) -> None:
    """A process is killed at random while 600 items fall due, again and again, until
    all have rung.
    """
    dice = random.Random(4)
    for number in range(300):
        await counter.files(chat=f"chat {number}", lasting=False)
    await rings(counter, minutes=30)
    counter.later(hours=30)
    killed = 0
    for turn in range(40):
        command = [
            sys.executable,
            "-c",
            RINGER,
            str(counter.folder),
            counter.at.isoformat(),
        ]
        ringer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert ringer.stdout is not None and ringer.stdout.readline() == "ready\n"
        if turn < 4:
            await asyncio.sleep(dice.random() * 0.12)
            ringer.send_signal(signal.SIGKILL)
        said = await asyncio.to_thread(ringer.communicate)
        killed += ringer.returncode == -signal.SIGKILL
        if said[0].strip() == "0":
            break
    assert killed
    assert Tally(await ledger(counter)) == {
        "accept start": 300,
        "accept warned": 300,
        "accept breached": 300,
    }
    told = Tally(
        (letter.to.key, letter.message.name) for letter, _ in await counter.letters()
    )
    assert len(told) == 300 and set(told.values()) == {1}


async def test_a_reporter_and_a_round_at_the_same_moment_both_come_through(
    counter: Counter,
) -> None:
    receipt = await counter.files()
    await counter.orders(await counter.alias(), *CLOSED)
    counter.later(days=3, hours=1)
    report = await counter.report(receipt)
    await asyncio.gather(
        rounds(counter).run(counter.at),
        counter.does(Reopen(report, "又来了", counter.at)),
    )
    await rings(counter)
    assert (await counter.story(receipt)).state == State.ACCEPTED.value
    assert not {"call_back", "look_back"} & set(await owed(counter))


async def test_staff_hear_that_a_reporter_wrote_late_by_lot(counter: Counter) -> None:
    receipt = await counter.files()
    await rings(counter, minutes=30)
    assert "alert" not in await owed(counter)
    await counter.does(
        Supplement(await counter.report(receipt), "还有", (), counter.at)
    )
    assert 0 <= (await owed(counter))["alert"] - seconds(counter.at) <= 20 * 60


async def test_rows_change_only_with_their_case(counter: Counter) -> None:
    """What another turn changed in between makes the whole turn stale."""
    await counter.files()
    row = await counter.casework.staff.find(await counter.alias(), AT_THE_MACHINE)
    case = await counter.casework.writer.load(row)
    await counter.orders(row.alias, Accept())
    counter.later(hours=30)
    ringing = rounds(counter)
    found = rung(case.case, case.owed, counter.at, counter.casework.terms)
    assert found.kinds
    with pytest.raises(Stale):
        await counter.database.commit(await ringing._changes(case, found, counter.at))
