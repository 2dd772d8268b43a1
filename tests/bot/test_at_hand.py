"""The last row of a talk is kept at hand, sealed: it spares a read and never decides
anything.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.address import Address
from bot.app import join
from bot.channels.port import Incoming, heard
from bot.hotline import Hotline
from bot.lab.bench import words
from bot.lab.bench.program import MeasuredProgram, NullChannel, opened
from bot.talks import AT_HAND
from dialogs.talk import Talk
from storage.repositories.talks import Talks

ME = Address(NullChannel.name, "anna")


async def says(hotline: Hotline, said: str, me: Address = ME) -> None:
    await hotline.hear(
        Incoming(secrets.token_hex(16), me, heard(said, datetime.now(UTC)))
    )


async def talk_of(program: MeasuredProgram) -> Talk:
    keys = program.app.resources.keys
    who = keys.pseudonyms.pseudonym(ME.channel, ME.key)
    row = await Talks(program.database).load(who)
    assert row is not None
    return program.app.hotline.talks.talk(row)


async def test_two_programs_on_one_chat_lose_nothing(tmp_path: Path) -> None:
    """What another program wrote meanwhile is found, though the row at hand
    is older.
    """
    async with opened(tmp_path) as program:
        one, other = (
            program.app.hotline,
            join(program.app.resources, lambda parts: [NullChannel()]).hotline,
        )
        await says(one, words.sentence(0))
        for said in ("单位", "幸福路街道办事处"):
            await says(other, said)
        for said in ("时间频次", "每周都有"):
            await says(one, said)
        await says(other, "遮挡")
        talk = await talk_of(program)
        assert talk.answers.unit == "幸福路街道办事处"
        assert (talk.answers.when, talk.state.value) == ("每周都有", "masks")


async def test_a_draft_that_another_program_let_go_does_not_come_back(
    tmp_path: Path,
) -> None:
    """A row at hand whose talk has ended elsewhere is not written again."""
    async with opened(tmp_path) as program:
        one, other = (
            program.app.hotline,
            join(program.app.resources, lambda parts: [NullChannel()]).hotline,
        )
        await says(one, words.sentence(0))
        await other.leave(ME, datetime.now(UTC))
        await says(one, words.sentence(1))
        assert (await talk_of(program)).answers.text == words.sentence(1)


async def test_what_is_at_hand_is_sealed_and_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No plain word of a draft waits in memory, and no more rows than promised."""
    assert AT_HAND <= 1024
    monkeypatch.setattr("bot.talks.AT_HAND", 3)
    async with opened(tmp_path) as program:
        for number in range(5):
            await says(
                program.app.hotline,
                words.sentence(0),
                Address(NullChannel.name, f"chat {number}"),
            )
        rows = program.app.hotline.talks.at_hand
        assert len(rows) == 3
        assert not any("街道".encode() in row.sealed for row in rows)
        await program.app.hotline.leave(
            Address(NullChannel.name, "chat 4"), datetime.now(UTC)
        )
        assert len(program.app.hotline.talks.at_hand) == 2
