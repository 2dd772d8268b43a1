"""What every database behind the port promises."""

import asyncio
from collections.abc import Sequence

import pytest

from storage.port import (
    Audit,
    Broken,
    Database,
    RowsTouched,
    Seen,
    Stale,
    StorageError,
    Write,
)
from storage.repositories.audit import AuditLog
from storage.repositories.inbox import Inbox
from storage.repositories.outbox import Outbox
from storage.repositories.talks import Talks
from tests.storage.rows import HOUR, message, new, talk


async def test_a_turn_is_written_whole(database: Database) -> None:
    """After `commit` returns, every reader sees all of the turn."""
    who = new()
    await database.commit([Talks.save(talk(who), was=0), Outbox.put(message(who))])
    assert await Talks(database).load(who) == talk(who)
    assert await Outbox(database).pending() == 1


async def test_a_guard_takes_back_what_the_turn_wrote_before_it(
    database: Database,
) -> None:
    """A stale turn leaves nothing, not even the statements that went well."""
    who = new()
    with pytest.raises(Stale):
        await database.commit(
            [Outbox.put(message(who)), Talks.save(talk(who, 3), was=2)]
        )
    assert await Outbox(database).pending() == 0


async def test_a_redelivery_is_seen_and_writes_nothing(database: Database) -> None:
    """The second delivery of an update stops with Seen."""
    mark, who = new(), new()
    await database.commit([Inbox.mark(mark, 20_000)])
    with pytest.raises(Seen):
        await database.commit([Outbox.put(message(who)), Inbox.mark(mark, 20_000)])
    assert await Outbox(database).pending() == 0
    assert await Inbox(database).known(mark)


async def test_one_bad_turn_among_many_leaves_the_rest(database: Database) -> None:
    """Turns share a transaction, and still each stands or falls alone."""
    everybody = [new() for _ in range(64)]
    wrong = {7: Stale, 23: Seen, 40: Broken, 51: Broken, 63: Broken}
    await database.commit([Inbox.mark(b"seen", 20_000)])

    def turn(place: int, who: bytes) -> Sequence[Write | Audit]:
        first = Outbox.put(message(who))
        last = {
            7: Talks.save(talk(who, 9), was=8),
            23: Inbox.mark(b"seen", 20_000),
            40: Write("INSERT INTO nowhere VALUES (?)", (1,)),
            51: Write("DELETE FROM inbox WHERE mark = ?", (object(),)),  # type: ignore[arg-type]
            63: Write("DELETE FROM inbox WHERE day < ?", (2**70,)),
        }.get(place, Talks.save(talk(who), was=0))
        return [first, Audit(1, "turn", who, None, "{}"), last]

    answers = await asyncio.gather(
        *(database.commit(turn(place, who)) for place, who in enumerate(everybody)),
        return_exceptions=True,
    )
    assert {
        place: type(answer) for place, answer in enumerate(answers) if answer
    } == wrong
    assert await Outbox(database).pending() == 59
    for place, who in enumerate(everybody):
        assert (await Talks(database).load(who) is not None) == (place not in wrong)
    chain = AuditLog(database)
    assert [line.about for line in await chain.tail(100)] == [
        who for place, who in enumerate(everybody) if place not in wrong
    ]
    assert await chain.verify() is None


async def test_of_two_turns_on_one_row_one_is_stale(database: Database) -> None:
    """The slower of two concurrent changes is told so; nobody overwrites unseen."""
    who = new()
    await database.commit([Talks.save(talk(who), was=0)])
    answers = await asyncio.gather(
        *(database.commit([Talks.save(talk(who, 2), was=1)]) for _ in range(8)),
        return_exceptions=True,
    )
    assert (
        sorted(type(answer).__name__ for answer in answers)
        == ["NoneType"] + ["Stale"] * 7
    )


async def test_a_guard_counts_rows_exactly(database: Database) -> None:
    """Touching more rows than expected is as stale as touching fewer."""
    await database.commit([Inbox.mark(new(), 1), Inbox.mark(new(), 1)])
    with pytest.raises(Stale):
        await database.commit([Write("DELETE FROM inbox", (), RowsTouched(1))])
    assert len(await database.all("SELECT mark FROM inbox")) == 2


async def test_messages_hold_no_value(database: Database) -> None:
    """Whatever goes wrong, the error may be logged."""
    secret = "台账每周报五次"
    bad = [
        [Write("INSERT INTO leases VALUES (?, ?, ?)", (secret, secret, 1))],
        [Write("SELECT json(?)", (secret,))],
        [Write("INSERT INTO serials VALUES (?, ?)", (secret, 1))],
        [Write("DELETE FROM inbox WHERE mark = ?", (secret, 1))],
    ]
    for turn in bad:
        with pytest.raises(StorageError) as caught:
            await database.commit(turn)
        assert secret not in str(caught.value) and caught.value.__cause__ is None
    with pytest.raises(Broken) as unread:
        await database.all("SELECT json(:value)", value=secret)
    assert secret not in str(unread.value)
    with pytest.raises(Broken):
        await database.one("SELECT nothing FROM nowhere")


async def test_a_cancelled_asker_does_not_disturb_the_others(
    database: Database,
) -> None:
    """Who goes away early is skipped; the rest get their answers."""
    who = new()
    gone = asyncio.ensure_future(database.commit([Inbox.mark(new(), 1)]))
    stays = asyncio.ensure_future(database.commit([Talks.save(talk(who), was=0)]))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert await Talks(database).load(who) is not None


async def test_reads_by_position_and_by_name(database: Database) -> None:
    """A row answers to both."""
    row = await database.one("SELECT :n AS n, :s AS s", n=1, s="二")
    assert row is not None and row["n"] == row[0] == 1 and list(row) == [1, "二"]
    assert await database.one("SELECT mark FROM inbox") is None


async def test_of_many_turns_handed_over_at_once_each_has_its_answer(
    database: Database,
) -> None:
    who = [new() for _ in range(600)]
    turns = [[Talks.save(talk(one), was=0)] for one in (*who, who[3])]
    answers = await database.commit_each(turns)
    assert [type(answer) for answer in answers] == [type(None)] * 600 + [Stale]
    assert len(await Talks(database).due(HOUR, most=1000)) == 600
    assert await database.commit_each([]) == []
