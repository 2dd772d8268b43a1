"""Retention: what goes when, what stays, and that going twice, half or at once does no
harm.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest

from anonymizer.keyring import KeyringError
from bot.address import Address
from bot.app import opened
from bot.cases.expired import Expired
from bot.cases.followups import FollowupRounds
from bot.cases.retention import Retention
from bot.cli import retention as cli
from bot.cli.backup import MAGIC
from bot.hours import seconds
from bot.people.member import AT_THE_MACHINE, AtTheMachine
from bot.settings import OperatorError
from dialogs.case.life import State
from dialogs.case.orders import (
    Accept,
    Answer,
    Ask,
    Assign,
    Close,
    Decline,
    Find,
    Merge,
    Note,
    StaffReopen,
)
from dialogs.words import Forget, Supplement
from storage.port import Audit, Write
from storage.repositories.media import Media, MediaRow
from storage.repositories.talks import TalkRow, Talks
from tests.bot.counter import MORNING, Counter, new_draft
from tests.looking import all_laid_open

DAY = timedelta(days=1)
YEAR = 366 * DAY
ENDED = (
    Accept(),
    Assign("某街道", new=True),
    Answer("以后每月一次"),
    Find("substantiated", "一周五报"),
    Close("已取消"),
)


@pytest.fixture
def retention(counter: Counter) -> Retention:
    return another(counter)


def another(counter: Counter) -> Retention:
    return Retention(
        counter.database, counter.casework.writer, counter.casework.addresses
    )


async def closed(
    counter: Counter, text: str = "街道要求同一份台账每周报五次", chat: str = "anna"
) -> tuple[str, str]:
    """A case with a note, closed in the morning; receipt and alias."""
    receipt = await counter.files(text, chat)
    name = await counter.alias()
    await counter.orders(name, *ENDED, Note("电话里说得很急"))
    return receipt, name


def numbers(gone: list[Expired]) -> dict[str, int]:
    return {one.what: one.number for one in gone if one.number}


async def dump(counter: Counter) -> list[tuple[object, ...]]:
    """Every row there is."""
    tables = await counter.database.all(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN "
        "('table', 'shadow')"
    )
    return [
        tuple(row)
        for table in tables
        for row in await counter.database.all(f"SELECT * FROM {table[0]}")
    ]


async def states(counter: Counter) -> dict[str, int]:
    """How much content is left, table by table."""
    counts = {}
    for name, sql in {
        "keys": "SELECT count(*) FROM reports WHERE wrapped_key IS NOT NULL",
        "steps": "SELECT count(*) FROM steps WHERE sealed <> x''",
        "notes": "SELECT count(*) FROM notes WHERE sealed <> x''",
        "media": "SELECT count(*) FROM media",
    }.items():
        counts[name] = (await counter.database.all(sql))[0][0]
    return counts


# ── cases ─────────────────────────────────────────────────────────────────────────────


async def test_a_closed_case_loses_its_words_after_a_year_and_keeps_its_skeleton(
    counter: Counter, retention: Retention
) -> None:
    receipt, name = await closed(counter)
    counter.at += YEAR - 2 * DAY
    assert numbers(await retention.run(counter.at)) == {}
    assert "以后每月一次" in (await counter.story(receipt)).text("zh")
    counter.at += DAY
    gone = await retention.run(counter.at)
    assert numbers(gone) == {"closed": 1, "reports": 1, "notes": 1}
    assert {one.what: one.oldest for one in gone}["closed"] == MORNING.replace(
        microsecond=0
    )
    assert await states(counter) == {"keys": 0, "steps": 0, "notes": 0, "media": 0}
    row = await counter.casework.staff.find(name, AT_THE_MACHINE)
    sheet = await counter.casework.reading.sheet(row)
    assert [step.kind for step in sheet.steps] == [
        "accepted",
        "assigned",
        "answered",
        "found",
        "closed",
    ]
    assert (
        sheet.case.state,
        sheet.case.assignment.finding,
        sheet.case.followup.retained,
    ) == (
        State.CLOSED,
        "substantiated",
        True,
    )
    assert "某街道" not in str(sheet.steps) and "急" not in str(sheet.notes)
    assert (
        await counter.casework.stories.of(bytes.fromhex(await counter.report(receipt)))
        is None
    )


async def test_nothing_of_it_is_left_to_find_or_to_read(
    counter: Counter, retention: Retention
) -> None:
    """Neither by search, nor as bytes: the log is empty."""
    receipt, _ = await closed(counter)
    report = bytes.fromhex(await counter.report(receipt))
    wrapped = (await counter.database.all("SELECT wrapped_key FROM reports"))[0][0]
    assert await counter.finds("台账")
    counter.at += YEAR
    await retention.run(counter.at)
    assert await counter.finds("台账") == []
    found = all_laid_open(counter.folder / "data")
    assert wrapped not in found
    assert counter.journal.has(report)


async def test_a_declined_case_goes_after_half_a_year(
    counter: Counter, retention: Retention
) -> None:
    await counter.files()
    await counter.orders(await counter.alias(), Decline("不属于减负范围"))
    counter.at += 179 * DAY
    assert numbers(await retention.plan(counter.at)) == {}
    counter.at += DAY
    assert numbers(await retention.run(counter.at)) == {"declined": 1, "reports": 1}


async def test_an_open_case_is_never_touched(
    counter: Counter, retention: Retention
) -> None:
    await counter.files()
    name = await counter.alias()
    await counter.orders(name, Accept(), Note("在办"))
    counter.at += 10 * YEAR
    before = await states(counter)
    assert numbers(await retention.run(counter.at)) == {}
    assert await states(counter) == before


async def test_what_a_reporter_added_lately_is_not_removed_unread(
    counter: Counter, retention: Retention
) -> None:
    """Two weeks from the last word on; then it goes with the rest."""
    receipt, _ = await closed(counter)
    counter.at += YEAR - 5 * DAY
    await counter.does(
        Supplement(await counter.report(receipt), "又开始报了", (), counter.at)
    )
    counter.at += 13 * DAY
    assert numbers(await retention.run(counter.at)) == {}
    assert "又开始报了" in (await counter.story(receipt)).text("zh")
    counter.at += DAY + timedelta(hours=1)
    assert numbers(await retention.run(counter.at))["closed"] == 1


async def test_a_merged_case_loses_staffs_words_and_none_of_a_living_report(
    counter: Counter, retention: Retention
) -> None:
    """What its reporter said before the merge belongs to the report, which lives on in
    the other case.
    """
    receipt = await counter.files("第一件", chat="anna")
    await counter.does(
        Supplement(await counter.report(receipt), "补充一句话", (), counter.at)
    )
    first = await counter.alias()
    await counter.files("第二件", chat="boris")
    (second,) = [
        one.case.alias
        for one in await counter.casework.reading.entries(AT_THE_MACHINE)
        if one.case.alias != first
    ]
    asked = Ask("哪个科室？")
    await counter.orders(first, Accept(), Assign("某街道", new=True), asked)
    supervisor = AtTheMachine("王", "supervisor")  # the unit's time goes with it
    await counter.casework.staff.order(first, Merge(second), supervisor)
    before = (await counter.story(receipt)).text("zh")
    counter.at += YEAR
    assert numbers(await retention.run(counter.at)) == {"merged": 1}
    story = (await counter.story(receipt)).text("zh")
    assert "补充一句话" in before and "补充一句话" in story and "哪个科室？" in story
    assert "某街道" in before and "某街道" not in story and "已删除" not in story
    assert await states(counter) == {"keys": 2, "steps": 3, "notes": 0, "media": 0}
    assert await counter.finds("补充一句") == [second]
    await counter.does(Forget(await counter.report(receipt), counter.at))
    assert await counter.finds("补充一句") == []


async def test_a_note_on_a_case_that_is_gone_has_its_own_year(
    counter: Counter, retention: Retention
) -> None:
    _, name = await closed(counter)
    counter.at += YEAR
    await retention.run(counter.at)
    await counter.orders(name, Note("又有人问起"))
    counter.at += YEAR - 2 * DAY
    assert numbers(await retention.run(counter.at)) == {}
    counter.at += 2 * DAY
    assert numbers(await retention.run(counter.at)) == {"closed": 1, "notes": 1}


async def test_the_audit_chain_says_how_much_went_and_no_word(
    counter: Counter, retention: Retention
) -> None:
    _, name = await closed(counter)
    counter.at += YEAR
    await retention.run(counter.at)
    rows = await counter.database.all(
        "SELECT about, content FROM audit WHERE kind = 'case.retained'"
    )
    row = await counter.casework.staff.find(name, AT_THE_MACHINE)
    assert [(line[0], line[1]) for line in rows] == [
        (row.id, '{"reports": 1, "pictures": 0, "steps": 5, "notes": 1}')
    ]


# ── pictures and drafts ───────────────────────────────────────────────────────────────


async def with_pictures(counter: Counter) -> tuple[str, str]:
    """A closed case with a picture of its reporter and one that the unit attached to
    its answer.
    """
    draft = new_draft()
    receipt = await counter.files_with(draft, (await counter.picture(draft),))
    name = await counter.alias()
    await counter.orders(name, *ENDED)
    steps = await counter.database.all("SELECT id FROM steps WHERE kind = 'answered'")
    attached = MediaRow(
        secrets.token_bytes(16), None, steps[0][0], None, "image/png", 4, 3, b"sealed"
    )
    await counter.database.commit([Media.put(attached)])
    return receipt, name


async def test_pictures_go_before_the_words(
    counter: Counter, retention: Retention
) -> None:
    receipt, _ = await with_pictures(counter)
    counter.at += 179 * DAY
    assert numbers(await retention.run(counter.at)) == {}
    counter.at += DAY
    assert numbers(await retention.plan(counter.at)) == {"media": 2}
    assert numbers(await retention.run(counter.at)) == {"media": 2}
    assert (await states(counter))["media"] == 0
    assert "以后每月一次" in (await counter.story(receipt)).text("zh")


async def test_a_picture_added_lately_stays(
    counter: Counter, retention: Retention
) -> None:
    receipt, _ = await with_pictures(counter)
    counter.at += 175 * DAY
    draft = new_draft()
    late = Supplement(
        await counter.report(receipt),
        "再传一张",
        (await counter.picture(draft),),
        counter.at,
    )
    await counter.does(late, draft=draft)
    counter.at += 10 * DAY
    assert numbers(await retention.run(counter.at)) == {}
    counter.at += 5 * DAY
    assert numbers(await retention.run(counter.at)) == {"media": 3}


async def test_drafts_that_no_bell_ended_go(
    counter: Counter, retention: Retention
) -> None:
    """Where nothing served for days: what was never sent is kept no longer for that."""
    due = seconds(counter.at)
    await counter.database.commit(
        [
            Talks.save(TalkRow(bytes([n]) * 32, 1, due + n * 3600, b"sealed"), 0)
            for n in (0, 30)
        ]
    )
    await counter.picture(new_draft())
    counter.at += DAY
    assert numbers(await retention.run(counter.at)) == {"drafts": 1, "media": 1}
    assert len(await counter.database.all("SELECT 1 FROM talks")) == 1
    assert (await states(counter))["media"] == 0


# ── the dry run ───────────────────────────────────────────────────────────────────────


async def mixed(counter: Counter) -> None:
    """One of everything that will go, and something that will stay."""
    await with_pictures(counter)
    await counter.files("第二件", chat="boris")
    await counter.orders(await counter.alias(), Decline("不属于减负范围"))
    await counter.files("第三件", chat="carla")
    name = await counter.alias()
    await counter.orders(name, Accept())
    counter.at += YEAR
    await counter.picture(new_draft())
    counter.at += DAY


async def test_the_dry_run_says_what_would_go_and_changes_nothing(
    counter: Counter, retention: Retention
) -> None:
    await mixed(counter)
    before = await dump(counter)
    planned = await retention.plan(counter.at)
    assert await dump(counter) == before
    assert numbers(planned) == {"declined": 1, "closed": 1, "reports": 2, "media": 3}
    assert await retention.run(counter.at) == planned
    assert numbers(await retention.plan(counter.at)) == {}


async def test_going_again_removes_nothing_more(
    counter: Counter, retention: Retention
) -> None:
    await mixed(counter)
    await retention.run(counter.at)
    before = (
        await states(counter),
        await counter.database.all("SELECT count(*) FROM audit"),
    )
    assert numbers(await retention.run(counter.at)) == {}
    after = (
        await states(counter),
        await counter.database.all("SELECT count(*) FROM audit"),
    )
    assert [tuple(row) for row in after[1]] == [
        tuple(row) for row in before[1]
    ] and after[0] == before[0]


# ── the bell and the command ──────────────────────────────────────────────────────────


async def test_what_rings_takes_the_words_too(counter: Counter) -> None:
    """The same writes in the ring's one commit; the sweep finds nothing left."""
    _, name = await closed(counter)
    rounds = FollowupRounds(
        counter.database, counter.casework.writer, counter.casework.addresses
    )
    for days in (3, 3, 24, 1, 60, 1, 300):
        counter.at += days * DAY
        await rounds.run(counter.at)
    assert await states(counter) == {"keys": 0, "steps": 0, "notes": 0, "media": 0}
    lines = await counter.database.all(
        "SELECT content FROM audit WHERE kind = 'case.retained'"
    )
    assert len(lines) == 1 and '"notes": 1' in lines[0][0]
    assert (
        await counter.casework.writer.load(
            await counter.casework.staff.find(name, AT_THE_MACHINE)
        )
    ).case.followup.retained
    assert numbers(await another(counter).run(counter.at)) == {}


async def test_after_a_long_stop_address_and_words_go_in_one_ring(
    counter: Counter,
) -> None:
    await closed(counter)
    counter.at += 2 * YEAR
    await FollowupRounds(
        counter.database, counter.casework.writer, counter.casework.addresses
    ).run(counter.at)
    assert (await states(counter))["keys"] == 0


async def test_the_addresses_of_two_reports_of_one_chat_go_together(
    counter: Counter,
) -> None:
    """A month after closing; the report that stays open can still be reached from
    there.
    """
    first = await counter.files("同一件事", chat="anna")
    one = await counter.alias()
    second = await counter.files("同一件事又来了", chat="anna")
    (other,) = [
        entry.case.alias
        for entry in await counter.casework.reading.entries(AT_THE_MACHINE)
        if entry.case.alias != one
    ]
    third = await counter.files("另一件事", chat="anna")
    await counter.orders(one, Accept(), Merge(other))
    await counter.orders(other, *ENDED)
    rounds = FollowupRounds(
        counter.database, counter.casework.writer, counter.casework.addresses
    )
    counter.at += 32 * DAY
    await rounds.run(counter.at)
    mine = [
        entry.report
        for entry in await counter.casework.stories.mine(Address("terminal", "anna"))
    ]
    assert mine == [await counter.report(third)]
    rows = await counter.database.all("SELECT id FROM reports WHERE address IS NULL")
    assert {row[0].hex() for row in rows} == {
        await counter.report(first),
        await counter.report(second),
    }


async def typed(counter: Counter, *words: str) -> None:
    parser = argparse.ArgumentParser()
    cli.arguments(parser)
    async with opened(counter.settings, lambda parts: [], lambda: counter.at) as app:
        assert await cli.work(parser.parse_args(words), app) == 0


async def test_the_command_plans_and_does(
    counter: Counter, capsys: pytest.CaptureFixture[str]
) -> None:
    await closed(counter)
    await typed(counter, "--plan")
    assert capsys.readouterr().out.endswith("没有过了保存期的内容。\n")
    counter.at += YEAR
    await typed(counter, "--plan")
    said = capsys.readouterr().out
    assert (
        said.splitlines()[3] == "已办结的工单      1     2026-11-23"
        and "什么都没有动" in said
    )
    assert (await states(counter))["keys"] == 1
    await typed(counter, "--json")
    done = json.loads(capsys.readouterr().out)
    assert done["plan"] is False and done["gone"]["reports"] == {
        "number": 1,
        "oldest": "2026-11-23",
    }
    assert (await states(counter))["keys"] == 0


async def test_old_backups_go_and_the_newest_stays(
    counter: Counter, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only backups of ours, only in the folder that is named, and never the
    last one.
    """
    folder = counter.folder / "backups"
    folder.mkdir()
    ages = {"old": 60, "older": 90, "fresh": 1, "newest": 0, "mine.txt": 400}
    for name, days in ages.items():
        (folder / name).write_bytes(
            b"my own words" if name == "mine.txt" else MAGIC + b"sealed"
        )
        os.utime(folder / name, (time.time() - days * 86400,) * 2)
    await typed(counter, "--plan", "--backups", str(folder), "--json")
    planned = json.loads(capsys.readouterr().out)["backups"]
    assert planned == [str(folder / "older"), str(folder / "old")]
    assert len(list(folder.iterdir())) == 5
    await typed(counter, "--backups", str(folder))
    assert {path.name for path in folder.iterdir()} == {"fresh", "newest", "mine.txt"}
    for name in ("fresh", "newest"):
        os.utime(folder / name, (0, 0))
    await typed(counter, "--backups", str(folder))
    assert len(list(folder.iterdir())) == 2
    with pytest.raises(OperatorError, match="读不了备份目录"):
        await typed(counter, "--backups", str(folder / "nowhere"))


# ── faults ────────────────────────────────────────────────────────────────────────────


async def test_two_at_once_remove_everything_once(
    counter: Counter, retention: Retention
) -> None:
    for chat in ("anna", "boris", "carla"):
        await counter.files("第一件", chat=chat)
        await counter.orders(await counter.alias(), *ENDED)
    counter.at += YEAR
    done = await asyncio.gather(
        retention.run(counter.at), another(counter).run(counter.at)
    )
    assert sum(numbers(gone).get("closed", 0) for gone in done) == 3
    lines = await counter.database.all(
        "SELECT count(DISTINCT about), count(*) FROM audit WHERE kind = 'case.retained'"
    )
    assert tuple(lines[0]) == (3, 3)


async def test_two_reports_of_one_chat_in_one_case_go_together(
    counter: Counter, retention: Retention
) -> None:
    """While a third one of that chat stays reachable: the chat's tags close up."""
    kept = await counter.files("留着的", chat="anna")
    stays = await counter.alias()
    for _ in range(2):
        await counter.files("同一件事", chat="anna")
    names = [
        one.case.alias
        for one in await counter.casework.reading.entries(AT_THE_MACHINE)
        if one.case.alias != stays
    ]
    last = await counter.files("最后一件", chat="anna")
    await counter.orders(names[0], Accept(), Merge(names[1]))
    await counter.orders(names[1], Decline("不属于减负范围"))
    to = Address("terminal", "anna")
    assert len(await counter.casework.stories.mine(to)) == 4
    counter.at += 181 * DAY
    assert numbers(await retention.run(counter.at)) == {"declined": 1, "reports": 2}
    mine = {one.report for one in await counter.casework.stories.mine(to)}
    assert mine == {await counter.report(kept), await counter.report(last)}


@pytest.mark.parametrize("page", [1, 2, 5, 6])
async def test_cases_are_looked_at_page_by_page(
    counter: Counter, retention: Retention, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    """Filed in the same hour or not: none is passed over."""
    monkeypatch.setattr("storage.repositories.retention.CONTENT_PAGE", page)
    for number in range(5):
        await counter.files(f"第{number}件", chat=f"chat {number}")
        await counter.orders(await counter.alias(), Decline("不属于减负范围"))
        counter.later(hours=number % 2)
    counter.at += 181 * DAY
    assert numbers(await retention.run(counter.at)) == {"declined": 5, "reports": 5}


class Killed(BaseException):
    """As by kill -9: nobody catches it."""


@pytest.mark.parametrize("commit", [1, 2, 3])
@pytest.mark.parametrize("written", [False, True])
async def test_killed_at_any_commit_the_next_run_finishes(
    counter: Counter, commit: int, written: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is noted as shredded but still there is shredded then; nothing is half gone
    for ever.
    """
    await mixed(counter)
    real, calls = counter.database.commit, 0

    async def killed(writes: Sequence[Write | Audit]) -> None:
        nonlocal calls
        calls += 1
        if calls != commit or written:
            await real(writes)
        if calls == commit:
            raise Killed

    monkeypatch.setattr(counter.database, "commit", killed)
    with pytest.raises(Killed):
        await another(counter).run(counter.at)
    monkeypatch.undo()
    await another(counter).run(counter.at)
    assert numbers(await another(counter).plan(counter.at)) == {}
    assert await states(counter) == {"keys": 1, "steps": 1, "notes": 0, "media": 0}
    lines = await counter.database.all(
        "SELECT about FROM audit WHERE kind = 'case.retained'"
    )
    assert len(lines) == len({row[0] for row in lines}) == 2


async def test_what_cannot_be_noted_is_not_shredded(
    counter: Counter, retention: Retention
) -> None:
    await closed(counter)
    counter.at += YEAR
    journal = counter.folder / "keys" / "keyring.shredded"
    journal.unlink(missing_ok=True)
    journal.mkdir()
    with pytest.raises(KeyringError):
        await retention.run(counter.at)
    assert (await states(counter))["keys"] == 1
    journal.rmdir()
    assert numbers(await retention.run(counter.at))["closed"] == 1


async def test_a_case_reopened_meanwhile_stays(
    counter: Counter, retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found over, then somebody reopens it before the commit: stale, read again, no
    longer due.
    """
    _, name = await closed(counter)
    counter.at += YEAR
    writes = retention.writes

    async def slow(case: object, at: int) -> object:
        monkeypatch.undo()
        await counter.orders(name, StaffReopen("又来了"))
        return await writes(case, at)  # type: ignore[arg-type]

    monkeypatch.setattr(retention, "writes", slow)
    assert numbers(await retention.run(counter.at)) == {}
    assert (await states(counter))["keys"] == 1
