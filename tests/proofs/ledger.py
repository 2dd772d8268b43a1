"""What visitors were told, and whether the database holds exactly that."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from anonymizer import receipts
from anonymizer.keyring import Keyring
from anonymizer.redact import find_identifying
from anonymizer.seal import Place
from bot.cases.sealing import CaseSealer
from bot.keys import Keys
from bot.reported import ReportWords
from bot.search.texts import CaseTexts
from dialogs.understand import understand
from storage.backup import check
from storage.connection import connect
from storage.encrypted import SQLiteConnection
from storage.reader import FileReader
from storage.repositories.reports import ReportRow
from storage.repositories.steps import StepRow
from storage.search_index import TextIndex
from tests.looking import keys_of

NUMBER = re.compile(r"表号([a-z]{12})")
SAID = "清河街道要求我们社区同一份台账每周报五次，表号{number}"
TRIES = 500
REPORTS = """SELECT id, case_id, version, wrapped_key, receipt, mine, stream, address,
    filed_hour, sealed FROM reports"""
SUPPLEMENTS = """SELECT id, case_id, report_id, number, kind, at, "by", public, sealed
    FROM steps
WHERE kind = 'supplemented'"""
ORPHANS = {
    (
        "a report without a case"
    ): "SELECT count(*) FROM reports WHERE case_id NOT IN (SELECT id FROM cases)",
    (
        "a case without a report"
    ): "SELECT count(*) FROM cases WHERE id NOT IN (SELECT case_id FROM reports)",
    (
        "a report without its key"
    ): "SELECT count(*) FROM reports WHERE wrapped_key IS NULL OR sealed IS NULL",
    "a report without a line in the audit chain": """SELECT count(*) FROM cases
        WHERE (SELECT count(*) FROM audit WHERE kind = 'report.filed' AND about =
        cases.id) <> 1""",
    "an audit line without a case": """SELECT count(*) FROM audit
        WHERE kind = 'report.filed' AND about NOT IN (SELECT id FROM cases)""",
    "a month figure that nobody caused": """SELECT abs((SELECT count(*) FROM cases)
        - (SELECT coalesce(sum(n), 0) FROM counts WHERE what = 'filed'))""",
    (
        "a picture that no report has"
    ): "SELECT count(*) FROM media WHERE report_id IS NULL",
    "a picture that is both filed and to be swept": """SELECT count(*) FROM media
        WHERE report_id IS NOT NULL AND expires IS NOT NULL""",
    "a message that was never sent": "SELECT count(*) FROM outbox",
}


def new_number(dice: random.Random) -> str:
    """What makes one sentence unlike any other, and leads as straight to the preview as
    all others do.
    """
    for _ in range(TRIES):
        number = "".join(dice.choices("bdfhjkvxz", k=12))
        said = SAID.format(number=number)
        if understand(said).clear and not find_identifying(said):
            return number
    raise AssertionError(f"this sentence leads to no preview any more: {SAID}")


@dataclass
class Ledger:
    """All that visitors saw acknowledged. filed, added: number in the words → receipt;
    shown: → pictures.
    """

    filed: dict[str, str] = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database holds, opened. numbers: in the texts; receipts: digests, by
    number.
    """

    filed: Counter[str]
    added: Counter[str]
    receipts: dict[str, bytes]
    owners: dict[str, str]  # number of a supplement → number of its report
    pictures: dict[str, int]


async def compare(ledger: Ledger, database: Path, keyring: Path) -> None:
    """Acknowledged = filed, once; nothing by half. The visitors must all have
    finished.
    """
    keys = Keys.of(Keyring.load(keyring))
    assert check(database, keys_of(keyring)) == []
    with closing(connect(database, keys_of(keyring))) as connection:
        kept = opened(connection, keys)
        found = {
            what: connection.execute(sql).fetchone()[0] for what, sql in ORPHANS.items()
        }
    assert {number: times for number, times in kept.filed.items() if times > 1} == {}, (
        "filed twice"
    )
    assert ledger.filed.keys() - kept.filed.keys() == set(), "acknowledged and lost"
    assert kept.filed.keys() - ledger.filed.keys() == set(), (
        "filed, and nobody was told"
    )
    for number, receipt in ledger.filed.items():
        assert kept.receipts[number] == receipts.fingerprint(receipt, keys.receipt), (
            "a receipt that lies"
        )
    assert {number: times for number, times in kept.added.items() if times > 1} == {}, (
        "added twice"
    )
    assert ledger.added.keys() == kept.added.keys(), (
        "a supplement lost, or added untold"
    )
    for number, receipt in ledger.added.items():
        assert ledger.filed[kept.owners[number]] == receipt, (
            "a supplement of another report"
        )
    assert kept.pictures == ledger.pictures, "pictures lost, or shown twice"
    assert await unfound(database, keyring, kept.filed) == [], "filed and not found"
    assert {what: times for what, times in found.items() if times} == {}


def opened(connection: SQLiteConnection, keys: Keys) -> Kept:
    """Open every report and supplement there is. Raises Unsealable where one does not
    open.
    """
    files, kept = CaseSealer(keys), Kept(Counter(), Counter(), {}, {}, {})
    numbers: dict[bytes, str] = {}
    rows = [ReportRow(*row) for row in connection.execute(REPORTS)]
    data = {row.id: files.opened(row) for row in rows}
    for row in rows:
        report = data[row.id]
        assert report is not None, "a report that does not open"
        number = _number(files.content(report).text)
        numbers[row.id] = number
        kept.filed[number] += 1
        kept.receipts[number] = row.receipt
    for step in [StepRow(*row) for row in connection.execute(SUPPLEMENTS)]:
        assert step.report_id is not None
        number = _number(files.step(step, data[step.report_id]).params["text"])
        kept.added[number] += 1
        kept.owners[number] = numbers[step.report_id]
    for report, times in connection.execute(
        "SELECT report_id, count(*) FROM media GROUP BY report_id"
    ):
        kept.pictures[numbers.get(report, "nobody's")] = times
    return kept


def _number(text: str) -> str:
    found = NUMBER.search(text)
    assert found, "a report without its words"
    return found[1]


async def unfound(database: Path, keyring: Path, numbers: Iterable[str]) -> list[str]:
    """Those that a search does not find, once."""
    keys = Keys.of(Keyring.load(keyring))
    reader = FileReader(database, keys_of(keyring))
    index = TextIndex()
    with closing(reader):
        async for page in CaseTexts(reader, ReportWords(keys)).pages():
            index.put_all(page.texts)
    return [
        number
        for number in numbers
        if index.find([number], most=2, reserved=True).total != 1
    ]


def screens(connection: SQLiteConnection, keys: Keys) -> Iterator[tuple[str, ...]]:
    """What stands on each session's screen: names of messages, "me" and "picture", in
    order.
    """
    rows = connection.execute(
        "SELECT session, id, sealed FROM web_bubbles WHERE sealed <> x'' ORDER BY "
        "session, seq"
    )
    told: dict[bytes, list[str]] = {}
    for session, id, sealed in rows:
        content = json.loads(
            keys.session.open(sealed, Place("web_bubbles", "sealed", id))
        )
        name = content["message"]["name"] if content.get("message") else None
        told.setdefault(session, []).append(
            name or ("picture" if content.get("picture") else "me")
        )
    yield from map(tuple, told.values())
