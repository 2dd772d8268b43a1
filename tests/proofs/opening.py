"""Every sealed cell of the real schema, opened the way the program opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from anonymizer.seal import Place, Unsealable
from bot.cases.sealing import DAMAGED, CaseSealer, OpenHold, OpenReport
from bot.keys import Keys
from bot.outbox.messages import OutboxMessages
from storage.encrypted import SQLiteConnection, SQLiteRow
from storage.repositories.cases import CaseRow
from storage.repositories.holds import HoldRow
from storage.repositories.media import MediaRow
from storage.repositories.outbox import OutboxRow
from storage.repositories.reports import ReportRow
from storage.repositories.steps import NoteRow, RatingRow, StepRow

NAMED_LIKE_SEALED = ("sealed", "wrapped_key", "address")


@dataclass(frozen=True, slots=True)
class Cell:
    """A ciphertext and where it lies. key: the name of the table's id column."""

    table: str
    column: str
    key: str
    row: bytes


def _report(files: CaseSealer, db: SQLiteConnection, id: bytes) -> OpenReport:
    opened = files.opened(ReportRow(*_row(db, "reports", "id", id)))
    assert opened is not None
    return opened


def _row(db: SQLiteConnection, table: str, key: str, id: bytes) -> SQLiteRow:
    row: SQLiteRow = db.execute(
        f'SELECT * FROM {table} WHERE "{key}" = ?', (id,)
    ).fetchone()
    return row


def _open_talk(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    sealed = _row(db, "talks", "pseudonym", id)["sealed"]
    return keys.talk.open_json(sealed, Place("talks", "sealed", id))


def _open_letter(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    letter = OutboxMessages(keys.outbox).open(OutboxRow(*_row(db, "outbox", "id", id)))
    return [letter.to.key, letter.message]


def _open_case(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    return CaseSealer(keys).case(CaseRow(*_row(db, "cases", "id", id)))


def _open_key(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    return _report(CaseSealer(keys), db, id).key


def _open_address(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    address = CaseSealer(keys).address(_report(CaseSealer(keys), db, id))
    return address and [address.channel, address.key]


def _hold(keys: Keys, db: SQLiteConnection, id: bytes) -> OpenHold:
    opened = CaseSealer(keys).hold(HoldRow(*_row(db, "holds", "id", id)))
    assert opened is not None
    return opened


def _open_hold_key(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    return _hold(keys, db, id).key


def _open_hold_address(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    address = CaseSealer(keys).address(_hold(keys, db, id))
    return address and [address.channel, address.key]


def _open_hold(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    return _hold(keys, db, id).held


def _open_report(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    return CaseSealer(keys).content(_report(CaseSealer(keys), db, id))


def _open_step(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    files, row = CaseSealer(keys), StepRow(*_row(db, "steps", "id", id))
    return files.step(row, _report(files, db, row.report_id) if row.report_id else None)


def _open_note(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    return CaseSealer(keys).noted(NoteRow(*_row(db, "notes", "id", id)))


def _open_rating(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    files, row = CaseSealer(keys), RatingRow(*_row(db, "ratings", "report_id", id))
    word = files.word(row, _report(files, db, row.report_id))
    if word == DAMAGED:  # told so to staff, instead of the word
        raise Unsealable("ratings.sealed")
    return word


def _open_picture(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    files, row = CaseSealer(keys), _row(db, "media", "id", id)
    media = MediaRow(*(row[name] for name in MediaRow.__slots__))
    assert media.report_id is not None
    return files.picture(media, _report(files, db, media.report_id).key)


def _open_bubble(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
    sealed = _row(db, "web_bubbles", "id", id)["sealed"]
    return keys.session.open_json(sealed, Place("web_bubbles", "sealed", id))


SEALED: dict[
    tuple[str, str], tuple[str, Callable[[Keys, SQLiteConnection, bytes], object]]
] = {
    ("talks", "sealed"): ("pseudonym", _open_talk),
    ("outbox", "sealed"): ("id", _open_letter),
    ("cases", "sealed"): ("id", _open_case),
    ("reports", "wrapped_key"): ("id", _open_key),
    ("reports", "address"): ("id", _open_address),
    ("reports", "sealed"): ("id", _open_report),
    ("holds", "wrapped_key"): ("id", _open_hold_key),
    ("holds", "address"): ("id", _open_hold_address),
    ("holds", "sealed"): ("id", _open_hold),
    ("steps", "sealed"): ("id", _open_step),
    ("notes", "sealed"): ("id", _open_note),
    ("ratings", "sealed"): ("report_id", _open_rating),
    ("media", "sealed"): ("id", _open_picture),
    ("web_bubbles", "sealed"): ("id", _open_bubble),
}


def _plainly(
    table: str, key: str, purpose: str
) -> Callable[[Keys, SQLiteConnection, bytes], object]:
    """A cell of its own purpose's key, named by its row."""

    def open_it(keys: Keys, db: SQLiteConnection, id: bytes) -> object:
        sealed = _row(db, table, key, id)["sealed"]
        return getattr(keys, purpose).open(sealed, Place(table, "sealed", id))

    return open_it


# What a web chat alone does not fill: staff, units, messengers.
OTHERS = {
    (table, "sealed"): (key, _plainly(table, key, purpose))
    for table, key, purpose in (
        ("store", "id", "content"),
        ("units", "id", "staff"),
        ("staff", "id", "staff"),
        ("staff_links", "digest", "staff"),
        ("rungs", "id", "staff"),
        ("desk_cards", "id", "staff"),
        ("desk_replies", "id", "staff"),
        ("telegram_chats", "chat", "session"),
        ("telegram_held", "id", "session"),
    )
}
BY_NUMBER = {
    ("clocks", "sealed")
}  # a line of a case's ledger: its place holds case and number
ALL = SEALED | OTHERS


def sealed_columns(db: SQLiteConnection) -> set[tuple[str, str]]:
    """What the schema itself says is sealed."""
    tables = [
        row[0]
        for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    ]
    return {
        (table, column[1])
        for table in tables
        for column in db.execute(f"PRAGMA table_info({table})")
        if column[1] in NAMED_LIKE_SEALED
    }


def cells(db: SQLiteConnection, most: int) -> list[Cell]:
    """Up to so many cells of every sealed column. Of pictures, those of reports."""
    found = []
    for (table, column), (key, _) in ALL.items():
        only = "AND report_id IS NOT NULL" if table == "media" else ""
        sql = (
            f'SELECT "{key}" FROM {table} WHERE length({column}) > 0 {only} ORDER '
            "BY random() LIMIT ?"
        )
        found += [Cell(table, column, key, row[0]) for row in db.execute(sql, (most,))]
    return found


def opened(keys: Keys, db: SQLiteConnection, cell: Cell) -> object:
    """Raises: Unsealable."""
    return ALL[cell.table, cell.column][1](keys, db, cell.row)


def opens(keys: Keys, db: SQLiteConnection, cell: Cell) -> bool:
    try:
        return opened(keys, db, cell) is not None
    except Unsealable:
        return False


@contextmanager
def moved(db: SQLiteConnection, source: Cell, target: Cell) -> Iterator[None]:
    """Put the ciphertext of one cell into another, in the real database, for
    a moment.
    """
    found = db.execute(
        f'SELECT {source.column} FROM {source.table} WHERE "{source.key}" = ?',
        (source.row,),
    )
    update = f'UPDATE {target.table} SET {target.column} = ? WHERE "{target.key}" = ?'
    db.execute("BEGIN")
    try:
        assert db.execute(update, (found.fetchone()[0], target.row)).rowcount == 1
        yield
    finally:
        db.execute("ROLLBACK")
