"""Two reports of one person share no value of 32 bits that strangers' reports do not
share as often.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from contextlib import closing
from pathlib import Path

import pytest

from anonymizer import receipts
from anonymizer.keyring import Keyring
from storage.connection import connect
from tests.anonymizer.scrub.pictures import jpeg
from tests.looking import keys_of
from tests.proofs.figures import Note
from tests.proofs.ledger import SAID, new_number
from tests.proofs.linkage import (
    Dump,
    Person,
    Value,
    chance,
    shared_by_few,
    values,
    windows,
)
from tests.proofs.served import Served, served
from tests.proofs.test_leaks import PUSHES_WAIT
from tests.proofs.visitor import Visitor, visiting

ON_THE_WEB = 8
AT_TERMINALS = 2
UNLIKELY = 0.0005


async def files_twice(
    visitor: Visitor, dice: random.Random, receipts_of: dict[str, Person], who: Person
) -> None:
    """Two reports from a device that is remembered; some have pictures, and more is
    said to all.
    """
    await visitor.remember()
    for _ in range(2):
        await visitor.says(SAID.format(number=new_number(dice)))
        if dice.random() < 0.5:
            await visitor.shows(jpeg())
        await visitor.presses("send")
        receipt = visitor.receipt
        receipts_of[receipt] = who
        await asyncio.sleep(dice.uniform(0, 0.5))
        await visitor.says(receipt)
        await visitor.presses("add")
        await visitor.says(f"又要了，表号{new_number(dice)}")
        await visitor.presses("send")


async def on_the_web(
    hotline: Served, number: int, receipts_of: dict[str, Person]
) -> None:
    async with visiting(hotline.base) as visitor:
        await files_twice(visitor, random.Random(), receipts_of, f"web {number}")


def at_a_terminal(hotline: Served, number: int, receipts_of: dict[str, Person]) -> None:
    """One identity, two reports."""
    said = [
        words
        for _ in range(2)
        for words in (SAID.format(number=new_number(random.Random())), "送出")
    ]
    done = hotline.jianfu("chat", "--new", stdin="\n".join(said) + "\n")
    found = [
        receipts.find(line) for line in done.stdout.splitlines() if "回执码：" in line
    ]
    assert len(found) == 2, done.stdout + done.stderr
    receipts_of |= {receipt: f"terminal {number}" for receipt in found if receipt}


async def happened(folder: Path, receipts_of: dict[str, Person]) -> Served:
    """A hotline with reports of many people, each of whom filed two; staff took every
    case up.
    """
    async with served(folder, PUSHES_WAIT) as hotline:
        await asyncio.gather(
            *(on_the_web(hotline, number, receipts_of) for number in range(ON_THE_WEB))
        )
        for number in range(AT_TERMINALS):
            await asyncio.to_thread(at_a_terminal, hotline, number, receipts_of)
        await asyncio.to_thread(taken_up, hotline)
        await hotline.stop()
    return hotline


def taken_up(hotline: Served) -> None:
    """Each in a second of its own: staff's times are exact, and two in one second would
    tie strangers.
    """
    listed = json.loads(hotline.jianfu("case", "list", "--json").stdout)
    assert len(listed) == 2 * (ON_THE_WEB + AT_TERMINALS)
    for case in random.sample(listed, len(listed)):
        second = int(time.time())
        assert (
            hotline.jianfu("case", "accept", case["alias"], "--as", "周").returncode
            == 0
        )
        while int(time.time()) == second:
            time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.timeout(280)
async def test_reports_of_one_person_share_no_more_than_strangers(
    tmp_path: Path, note: Note
) -> None:
    receipts_of: dict[str, Person] = {}
    hotline = await happened(tmp_path, receipts_of)
    key = Keyring.load(hotline.keyring).key("receipt")
    digests = {
        receipts.fingerprint(receipt, key): who for receipt, who in receipts_of.items()
    }
    with closing(connect(hotline.database, keys_of(hotline.keyring))) as db:
        people = {
            row["id"]: digests[row["receipt"]]
            for row in db.execute("SELECT id, receipt FROM reports")
        }
        dump = Dump(db)
    assert len(people) == 2 * (ON_THE_WEB + AT_TERMINALS)
    cells = {report: dump.reached(report) for report in people}
    reached = {table for one in cells.values() for table, _, _ in one}
    assert reached >= {"reports", "cases", "steps", "media", "outbox", "audit"}, (
        "not much was looked at"
    )
    whole = {report: values(one) for report, one in cells.items()}
    inside = {report: windows(one) for report, one in cells.items()}
    dice = random.Random(1)
    assert exclusive(whole, people) == {}, (
        "a value that only one person's reports share"
    )
    assert chance(whole, people, dice) > UNLIKELY
    assert chance(inside, people, dice) > UNLIKELY
    planted_links_are_found(whole, people, dice)
    note(
        people=len({*people.values()}),
        reports=len(people),
        values=sum(map(len, whole.values())),
        windows=sum(map(len, inside.values())),
        linking=0,
    )


def exclusive(
    held: dict[bytes, set[Value]], people: dict[bytes, Person]
) -> dict[Value, list[bytes]]:
    """Blobs and words that are shared within one person's reports and by nobody else's.

    Times and other numbers can be equal by chance: `chance` judges them.
    """
    return {
        value: reports
        for value, reports in shared_by_few(held).items()
        if len({people[report] for report in reports}) == 1
        and isinstance(value[1], bytes | str)
    }


def planted_links_are_found(
    held: dict[bytes, set[Value]], people: dict[bytes, Person], dice: random.Random
) -> None:
    """The control: a value per person, and one that two people have in common, are
    noticed.
    """
    marked = {
        report: one | {("planted", people[report])} for report, one in held.items()
    }
    assert len(exclusive(marked, people)) == len({*people.values()})
    assert chance(marked, people, dice) < UNLIKELY
    names = sorted({*people.values()})
    group = {who: number % 5 for number, who in enumerate(names)}
    grouped = {
        report: one | {("planted", group[people[report]])}
        for report, one in held.items()
    }
    assert exclusive(grouped, people) == exclusive(held, people)
    assert chance(grouped, people, dice) < UNLIKELY
