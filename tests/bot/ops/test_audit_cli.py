"""A case can be shown neither dropped nor back-dated: whoever holds the machine, its
keys and the whole database makes the chain anew, and is told by a head that somebody
kept.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.app import opened
from bot.channels.port import heard
from bot.channels.web.heads import HeadPages
from bot.channels.web.screen import Pages
from bot.cli import audit as verb
from bot.ops.chainproof import kept_heads
from bot.site import Files
from storage.port import Audit, Write
from storage.repositories.audit import (
    AUDIT_COLUMNS,
    GENESIS_HASH,
    INSERT_AUDIT_LINE,
    AuditLog,
    AuditRow,
    line_hash,
)
from storage.repositories.heads import FILED_KIND
from tests.bot.command import RECEIPT
from tests.bot.line import Line

DAY = 86400
SENTENCES = {
    "anna": "街道要求我们社区同一份台账每周报五次",
    "bert": "区里让我们装了七个软件天天打卡",
    "carl": "街道让我们每天在三个群里打卡",
}


class KeptLine(Line):
    """A report a day. kept: what somebody outside saved of /audit.txt."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.kept = ""
        self.receipts: dict[str, str] = {}

    async def midnight(self) -> None:
        self.later(days=1)
        await self.app.bell.ring("heads")

    async def lines(self) -> list[AuditRow]:
        found = await self.app.resources.database.all(
            f"SELECT {AUDIT_COLUMNS.names} FROM audit ORDER BY seq"
        )
        return [AuditRow(*row) for row in found]

    async def rewritten(self, lines: list[AuditRow]) -> None:
        """All lines anew, with the numbers and hashes that follow."""
        writes: list[Write | Audit] = [Write("DELETE FROM audit", ())]
        last = GENESIS_HASH
        for seq, row in enumerate(lines, 1):
            line = Audit(row.at, row.kind, row.about, row.by, row.content)
            last = line_hash(last, seq, line)
            writes.append(Write(INSERT_AUDIT_LINE, (seq, *line, last)))
        await self.app.resources.database.commit(writes)

    async def case_of(self, chat: str) -> bytes:
        number = list(SENTENCES).index(chat)
        filed = [row for row in await self.lines() if row.kind == FILED_KIND]
        about = filed[number].about
        assert about is not None
        return about

    async def does(self, *statements: str, case: bytes) -> None:
        await self.app.resources.database.commit(
            [Write(sql, {"case": case}) for sql in statements]
        )

    async def verifies(
        self, capsys: pytest.CaptureFixture[str], kept: str = "", receipt: str = ""
    ) -> tuple[int, str]:
        """As a process that knows nothing yet."""
        args = argparse.Namespace(move="verify", json=False)
        capsys.readouterr()
        code = await verb.verified(args, self.app, kept_heads(kept), receipt or None)
        return code, capsys.readouterr().out


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[KeptLine]:
    line = KeptLine(tmp_path)
    async with opened(line.settings, line.make, lambda: line.at) as line.app:
        for chat, sentence in SENTENCES.items():
            await line.says(sentence, "送出", chat=chat)
            line.receipts[chat] = _receipt(line, chat)
            await line.midnight()
        heads = await line.app.casework.heads.all()
        line.kept = "".join(f"{one.day} {one.hash.hex()}\n" for one in heads)
        yield line


def _receipt(line: Line, chat: str) -> str:
    shown = "\n".join(one.text for one in line.notebook.shown[chat])
    return str(RECEIPT.findall(shown)[-1])


# ── what the attacker does ────────────────────────────────────────────────────────────


async def drop_whole(line: KeptLine) -> None:
    """The case, its report, and every line about it."""
    case = await line.case_of("bert")
    await line.rewritten([row for row in await line.lines() if row.about != case])
    await _erased(line, case)


async def drop_row(line: KeptLine) -> None:
    """The rows alone; the chain stays as it was."""
    await _erased(line, await line.case_of("bert"))


async def _erased(line: KeptLine, case: bytes) -> None:
    tables = ("ratings", "media", "steps")
    of_reports = "report_id IN (SELECT id FROM reports WHERE case_id = :case)"
    await line.does(
        *(f"DELETE FROM {table} WHERE {of_reports}" for table in tables),
        "DELETE FROM steps WHERE case_id = :case",
        "DELETE FROM clocks WHERE case_id = :case",
        "DELETE FROM followups WHERE case_id = :case",
        "DELETE FROM reports WHERE case_id = :case",
        "DELETE FROM cases WHERE id = :case",
        case=case,
    )


async def back_date(line: KeptLine) -> None:
    """The last report was there the day before, says everything in the database."""
    case = await line.case_of("carl")
    lines = await line.lines()
    moved = [
        AuditRow(row.seq, row.at - DAY, *_rest(row)) if row.about == case else row
        for row in lines
    ]
    moved.sort(key=lambda row: row.at)
    await line.rewritten(moved)
    await line.does(
        f"UPDATE cases SET opened_hour = opened_hour - {DAY} WHERE id = :case",
        f"UPDATE reports SET filed_hour = filed_hour - {DAY} WHERE case_id = :case",
        case=case,
    )


async def back_date_behind(line: KeptLine) -> None:
    """A report of after the last head says that it is a week old."""
    await line.says("街道让我们同一份表报三遍", "送出", chat="dora")
    [*before, last] = await line.lines()
    assert last.kind == FILED_KIND and last.about is not None
    older = AuditRow(last.seq, last.at - 7 * DAY, *_rest(last))
    await line.rewritten([*before, older])
    await line.does(
        f"UPDATE cases SET opened_hour = opened_hour - {7 * DAY} WHERE id = :case",
        case=last.about,
    )


async def redate_row(line: KeptLine) -> None:
    """The case alone says another day."""
    await line.does(
        f"UPDATE cases SET opened_hour = opened_hour - {DAY} WHERE id = :case",
        case=await line.case_of("anna"),
    )


async def cut_the_end(line: KeptLine) -> None:
    """Everything since the day before, as a restored older copy would be."""
    case = await line.case_of("carl")
    lines = await line.lines()
    at = [row.about for row in lines].index(case)
    await line.rewritten(lines[:at])
    await _erased(line, case)


async def change_a_word(line: KeptLine) -> None:
    """Who did what: a line of the first day is another's."""
    [first, *rest] = await line.lines()
    changed = AuditRow(
        first.seq, first.at, first.kind, first.about, b"somebody else 16", "{}", b""
    )
    await line.rewritten([changed, *rest])


def _rest(row: AuditRow) -> tuple[str, bytes | None, bytes | None, str, bytes]:
    return row.kind, row.about, row.by, row.content, row.hash


ATTACKS: dict[str, tuple[Callable[[KeptLine], Awaitable[None]], str]] = {
    "dropped": (drop_whole, "存证码对不上"),
    "dropped by row": (drop_row, "工单却不在了"),
    "back-dated": (back_date, "存证码对不上"),
    "back-dated behind a head": (back_date_behind, "是后来补写的"),
    "re-dated by row": (redate_row, "工单上却是别的时间"),
    "cut off": (cut_the_end, "链里没有2026-11-25的存证码"),
    "changed": (change_a_word, "存证码对不上"),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_what_an_insider_changes_is_told(
    line: KeptLine, attack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The chain itself is whole after each: what was there before heads saw nothing."""
    change, told = ATTACKS[attack]
    code, said = await line.verifies(capsys, line.kept)
    assert code == 0 and "3个存证码都对得上" in said, "the control"
    await change(line)
    assert await AuditLog(line.app.resources.database).verify() is None
    code, said = await line.verifies(capsys, line.kept)
    assert code == 1 and told in said


async def test_without_a_head_that_was_kept_it_says_what_it_cannot_see(
    line: KeptLine, capsys: pytest.CaptureFixture[str]
) -> None:
    await drop_whole(line)
    code, said = await line.verifies(capsys)
    assert code == 0 and "重写过的链这样看不出来" in said


async def test_a_reporter_is_quoted_the_first_head_that_stands_for_their_report(
    line: KeptLine, capsys: pytest.CaptureFixture[str]
) -> None:
    """What stands in the story is what is shown to everybody, and is read as it stands;
    before midnight there is none. It is one for all of the day: it links nobody.
    """
    story = await line.says(line.receipts["bert"], chat="bert")
    [quoted] = kept_heads(story)
    assert heard(story.partition("存证码")[2], line.at).receipts == (), "typed back"
    [_, second, _] = kept_heads(line.kept)
    assert quoted.day == second.day and second.code.startswith(quoted.code)
    code, said = await line.verifies(capsys, story, line.receipts["bert"])
    assert code == 0
    assert "2026年11月24日10时，2026-11-23的存证码以后、2026-11-24的存证码以前" in said
    await line.says("街道让我们同一份表报三遍", "送出", chat="dora")
    today = await line.says(_receipt(line, "dora"), chat="dora")
    assert "存证码" not in today


async def test_a_report_that_was_taken_out_is_told_to_who_holds_its_receipt(
    line: KeptLine, capsys: pytest.CaptureFixture[str]
) -> None:
    await drop_whole(line)
    _, said = await line.verifies(capsys, "", line.receipts["bert"])
    assert "查不到反映" in said


async def test_each_day_has_one_head_and_days_without_service_none(
    line: KeptLine,
) -> None:
    """However often it rings, in however many processes; the next one stands for what
    was missed.
    """
    heads = line.app.casework.heads
    async with opened(line.settings, line.make, lambda: line.at) as other:
        for _ in range(3):
            await other.bell.ring("heads")
            await line.app.bell.ring("heads")
        assert len(await heads.all()) == 3
        line.later(days=4)
        await other.bell.ring("heads")
        await line.app.bell.ring("heads")
    days = [head.day.isoformat() for head in await heads.all()]
    assert days == ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-29"]


async def test_no_head_stands_for_a_day_before_the_first_report(
    tmp_path: Path,
) -> None:
    """Nor does a clock that ran ahead, and drew one, keep the right ones away."""
    line = KeptLine(tmp_path)
    async with opened(line.settings, line.make, lambda: line.at) as line.app:
        heads = line.app.casework.heads
        await line.app.bell.ring("heads")
        await line.says(SENTENCES["anna"], "送出")
        await line.app.bell.ring("heads")
        assert list(await heads.all()) == []
        for days in (30, -29, 1):
            line.later(days=days)
            await line.app.bell.ring("heads")
        days_drawn = [head.day.isoformat() for head in await heads.all()]
        assert days_drawn == ["2026-12-22", "2026-11-23", "2026-11-24"]


async def test_the_page_of_heads_shows_them_to_everybody(line: KeptLine) -> None:
    """Without a cookie; days and hashes, nothing else; the text is what is verified."""
    pages = Pages(Files().addresses, lambda: line.at)
    routes = HeadPages(line.app.casework.heads.all, pages).routes()
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://h") as client:
        kept = await client.get("/audit.txt")
        shown = await client.get("/audit")
        english = await client.get("/audit?en")
    assert kept.text == line.kept and not kept.cookies
    assert kept_heads(re.sub("<[^>]+>", " ", shown.text)) == [
        *reversed(kept_heads(line.kept))
    ]
    assert "每日存证码" in shown.text and "Daily proof codes" in english.text
    assert not shown.cookies


async def test_heads_tell_nothing_of_a_quiet_day(line: KeptLine) -> None:
    """Each is salted: who tries all that a quiet day may have held finds nothing."""
    await line.midnight()
    last = (await line.lines())[-1]
    assert len(json.loads(last.content)["salt"]) == 32
    assert (last.about, last.by) == (None, None)


def test_what_people_keep_of_a_head_is_read_however_it_is_grouped() -> None:
    digits = "0123456789abcdef" * 4
    grouped = " ".join(digits[at : at + 10] for at in range(0, 64, 10))
    for text in (
        f"2026-11-29 {digits}\n",
        f"存证码 2026-11-29：{grouped[:43]}。抄下它",
        f"2026-11-29\t{grouped.upper()}",
    ):
        [kept] = kept_heads(text)
        assert kept.day.isoformat() == "2026-11-29"
        assert digits.startswith(kept.code) and len(kept.code) >= 40
    assert kept_heads("2026-11-29 0123 4567") == []
