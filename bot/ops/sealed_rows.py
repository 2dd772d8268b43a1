"""Opens everything in a database that is sealed, and names what does not open.

Nothing of what is said there is looked at or kept; one damaged row hides no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from anonymizer.keyring import KeyPurpose, Keyring
from anonymizer.seal import DataKeys, Place, Sealer, Unsealable
from bot.cases.sealed import SEALED_HOLDS, clock_line
from bot.talks import TALKS
from dialogs.catalogue import DIALOGS
from dialogs.categories import RETALIATION
from storage.encrypted import SQLiteConnection, SQLiteRow

REPORT_EVERY = 500  # cells between two words on how far it is
SHOWN = 8  # damaged rows that are named one by one

# How far it is: cells opened, and all there are.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the keyring itself opens. key: the SQL of the row's id; called: in
    the operator's words; case: the SQL of the id of the case that it belongs to.
    """

    table: str
    column: str
    purpose: KeyPurpose
    called: str
    key: str = "id"
    case: str = "NULL"
    where: str = "1"


KEYRING_COLUMNS = (
    Column("store", "sealed", "content", "数据库的标记"),
    Column("talks", "sealed", "talk", "没写完的草稿", key="pseudonym"),
    Column("outbox", "sealed", "outbox", "待发的消息"),
    Column("cases", "sealed", "content", "工单的内容", case="id"),
    Column("clocks", "sealed", "content", "期限的说明", key="case_id", case="case_id"),
    Column("notes", "sealed", "staff", "内部备注", case="case_id"),
    Column("rungs", "sealed", "staff", "三步的决定", case="case_id"),
    Column("units", "sealed", "staff", "名录里的单位"),
    Column("staff", "sealed", "staff", "名册里的人"),
    Column("staff_links", "sealed", "staff", "名册里的账号", key="digest"),
    Column("web_bubbles", "sealed", "session", "网页上的一条消息"),
    Column("telegram_chats", "sealed", "session", "Telegram 的一个聊天", key="chat"),
    Column("telegram_held", "sealed", "session", "Telegram 的一条来信"),
    Column("desk_cards", "sealed", "staff", "群里的卡片", case="case_id"),
    Column("desk_replies", "sealed", "staff", "在途的回复", case="case_id"),
    Column(
        "steps", "sealed", "content", "经过", case="case_id", where="report_id IS NULL"
    ),
    Column(
        "media",
        "sealed",
        "content",
        "单位的图片",
        case="(SELECT case_id FROM steps WHERE steps.id = step_id)",
        where="report_id IS NULL AND step_id IS NOT NULL",
    ),
)
# What a report's own key opens, beside the rows of the report itself.
REPORT_COLUMNS = (
    Column("steps", "sealed", "content", "经过", key="report_id"),
    Column("ratings", "sealed", "content", "评价的话", key="report_id"),
    Column("media", "sealed", "media", "图片", key="report_id"),
)
IDS = {"ratings": "report_id"}
CALLED_OF_REPORTS = {
    "wrapped_key": "反映的钥匙",
    "sealed": "反映的正文",
    "address": "反映人的回信地址",
}
CALLED_OF_HOLDS = "说好以后再交的一件反映"
SELECT_REPORTS = "SELECT id, case_id, wrapped_key, sealed, address FROM reports"
SELECT_HOLDS = "SELECT id, wrapped_key, sealed, address FROM holds"


@dataclass(frozen=True, slots=True)
class Damaged:
    """A cell that does not open. called: in the operator's words; case: its id, where
    it belongs to one.
    """

    table: str
    column: str
    row: bytes
    called: str
    case: bytes | None = None


@dataclass(slots=True)
class Examination:
    """Every sealed cell of one database, opened once.

    draft_pictures: keys of pictures that no report has yet, by their ids.
    """

    connection: SQLiteConnection
    keyring: Keyring
    progress: Progress | None = None
    damaged: list[Damaged] = field(default_factory=list)
    opened: int = 0
    draft_pictures: dict[bytes, bytes] = field(default_factory=dict)
    _total: int = 0

    def run(self) -> list[Damaged]:
        """All that does not open. Raises: sqlite3.Error."""
        self._total = sum(self._counts())
        for column in KEYRING_COLUMNS:
            self._keyring_column(column)
        self._reports()
        self._holds()
        self._talk_pictures()
        self._draft_pictures()
        if self.progress:
            self.progress(self.opened, self.opened)
        return self.damaged

    def _counts(self) -> Iterator[int]:
        """Cells of the keyring's own columns and of reports, nearly all there are."""
        for column in KEYRING_COLUMNS:
            yield self._count(f"{column.table} WHERE length({column.column}) > 0")
        yield 3 * self._count("reports WHERE wrapped_key IS NOT NULL")

    def _count(self, rest: str) -> int:
        (count,) = self.connection.execute(f"SELECT count(*) FROM {rest}").fetchone()
        return int(count)

    def _try(
        self, sealer: Sealer, cell: Damaged, sealed: bytes, place: Place | None = None
    ) -> bytes | None:
        """What lies in a cell; None, and the cell is kept in mind, if it is damaged.

        place: for which it was sealed, where that is another.
        """
        self._tell_progress()
        try:
            own = Place(cell.table, cell.column, cell.row)
            return sealer.open(sealed, place or own)
        except Unsealable:
            self.damaged.append(cell)
            return None

    def _tell_progress(self) -> None:
        self.opened += 1
        if self.progress and self.opened % REPORT_EVERY == 0:
            self.progress(self.opened, max(self._total, self.opened))

    def _keyring_column(self, column: Column) -> None:
        sealer = Sealer(self.keyring, column.purpose)
        number = "number" if column.table == "clocks" else "NULL"
        rows = self.connection.execute(
            f"SELECT {column.key}, {column.column}, {column.case}, {number}"
            f" FROM {column.table}"
            f" WHERE length({column.column}) > 0 AND {column.where}"
        )
        for id, sealed, case, line in rows:
            row = id if line is None else clock_line(id, line)
            cell = Damaged(column.table, column.column, row, column.called, case)
            self._try(sealer, cell, sealed)

    # ── reports, and what their own keys open ─────────────────────────────────────────

    def _reports(self) -> None:
        for row in self.connection.execute(SELECT_REPORTS).fetchall():
            owner = Damaged("reports", "", row["id"], "", row["case_id"])
            key = self._key(owner, row["wrapped_key"], CALLED_OF_REPORTS)
            if key is None:
                continue
            self._own(owner, key, row, CALLED_OF_REPORTS)
            for column in REPORT_COLUMNS:
                self._of_report(column, owner, key)

    def _key(
        self, owner: Damaged, wrapped: bytes | None, called: Mapping[str, str]
    ) -> bytes | None:
        """The row's own key; None where it was shredded, or is damaged."""
        if wrapped is None:
            return None
        self._tell_progress()
        try:
            return DataKeys(self.keyring).unwrap(wrapped, owner.row)
        except Unsealable:
            self.damaged.append(_cell(owner, "wrapped_key", called))
            return None

    def _own(
        self, owner: Damaged, key: bytes, row: SQLiteRow, called: Mapping[str, str]
    ) -> bytes | None:
        """All of the row that its own key opens; gives what it says."""
        if row["address"]:
            cell = _cell(owner, "address", called)
            # that of a hold is the report's already, and goes over as it is
            place = Place("reports", "address", owner.row)
            self._try(Sealer.own(key, "address"), cell, row["address"], place)
        if not row["sealed"]:
            return None
        cell = _cell(owner, "sealed", called)
        return self._try(Sealer.own(key, "content"), cell, row["sealed"])

    def _of_report(self, column: Column, owner: Damaged, key: bytes) -> None:
        id = IDS.get(column.table, "id")
        sealer = Sealer.own(key, column.purpose)
        rows = self.connection.execute(
            f"SELECT {id}, {column.column} FROM {column.table}"
            f" WHERE {column.key} = ? AND length({column.column}) > 0",
            (owner.row,),
        )
        for row, sealed in rows:
            cell = Damaged(column.table, column.column, row, column.called, owner.case)
            self._try(sealer, cell, sealed)

    # ── what is not filed yet ─────────────────────────────────────────────────────────

    def _holds(self) -> None:
        called = dict.fromkeys(CALLED_OF_REPORTS, CALLED_OF_HOLDS)
        for row in self.connection.execute(SELECT_HOLDS).fetchall():
            owner = Damaged("holds", "", row["id"], "")
            key = self._key(owner, row["wrapped_key"], called)
            if key is None or self._own(owner, key, row, called) is None:
                continue
            sealer = Sealer.own(key, "content")
            held = SEALED_HOLDS.open(sealer, row["id"], row["sealed"])
            pictures = map(bytes.fromhex, held.pictures)
            self.draft_pictures |= dict.fromkeys(pictures, key)

    def _talk_pictures(self) -> None:
        """Whose key opens the pictures of a draft, the draft alone knows."""
        sealer = Sealer(self.keyring, "talk")
        rows = self.connection.execute("SELECT pseudonym, sealed FROM talks")
        for who, sealed in rows:
            try:
                talk = DIALOGS.load(TALKS.open(sealer, who, sealed).talk)
            except (Unsealable, msgspec.ValidationError):
                continue  # named already, or of a version that is gone
            pictures = map(bytes.fromhex, talk.pictures)
            self.draft_pictures |= dict.fromkeys(pictures, bytes.fromhex(talk.key))

    def _draft_pictures(self) -> None:
        rows = self.connection.execute(
            "SELECT id, sealed FROM media WHERE report_id IS NULL AND step_id IS NULL"
        )
        for id, sealed in rows:
            key = self.draft_pictures.get(id)
            if key is None:
                continue  # of a draft that is gone: it expires
            cell = Damaged("media", "sealed", id, "草稿里的图片")
            self._try(Sealer.own(key, "media"), cell, sealed)


def _cell(owner: Damaged, column: str, called: Mapping[str, str]) -> Damaged:
    return replace(owner, column=column, called=called[column])


def examined_columns() -> set[tuple[str, str]]:
    """Table and column of everything that is opened."""
    own = {
        (table, column)
        for table in ("reports", "holds")
        for column in CALLED_OF_REPORTS
    }
    plain = {(one.table, one.column) for one in (*KEYRING_COLUMNS, *REPORT_COLUMNS)}
    return own | plain


def named(damaged: list[Damaged], connection: SQLiteConnection) -> str:
    """What is damaged, in the operator's words: what exists for supervisors alone is
    not named by its alias.
    """
    words: list[str] = []
    for cell in damaged[:SHOWN]:
        alias = _alias(cell.case, connection)
        words.append(f"{alias} {cell.called}" if alias else cell.called)
    more = "等" if len(damaged) > SHOWN else ""
    return "；".join(dict.fromkeys(words)) + more


def _alias(case: bytes | None, connection: SQLiteConnection) -> str | None:
    if case is None:
        return None
    select = "SELECT alias, category FROM cases WHERE id = ?"
    row = connection.execute(select, (case,)).fetchone()
    return None if row is None or row["category"] == RETALIATION else row["alias"]
