"""Who works here: names and addresses are sealed.

Accounts, codes and browsers are known by keyed digests.
"""

from dataclasses import dataclass

from storage.port import ONE_ROW, Reader, Row, SqlValue, Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of staff.

    id: 16 bytes, keyed digest of the name; unit_id: whose this person is; sealed: the
    name.
    """

    id: bytes
    version: int
    role: str
    unit_id: bytes | None
    active: bool
    sealed: bytes


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A messenger account.

    digest: keyed, of channel and address; sealed: the address.
    """

    digest: bytes
    staff_id: bytes
    channel: str
    sealed: bytes


STAFF_COLUMNS = Columns(StaffRow)
STAFF_ACTIVE = STAFF_COLUMNS.position("active")
LINK_COLUMNS = Columns(LinkRow)
SELECT_STAFF = f"SELECT {STAFF_COLUMNS.names} FROM staff"
SELECT_MEMBER = f"SELECT {STAFF_COLUMNS.names} FROM staff WHERE id = :id"
SELECT_MEMBER_BY_LINK = f"""
SELECT {STAFF_COLUMNS.of("staff")}
FROM staff_links JOIN staff ON staff.id = staff_id
WHERE digest = :digest
"""
SELECT_MEMBER_BY_SESSION = f"""
SELECT {STAFF_COLUMNS.of("staff")}
FROM desk_sessions JOIN staff ON staff.id = staff_id
WHERE digest = :digest AND expires > :now
"""
SELECT_MEMBER_BY_CODE = f"""
SELECT {STAFF_COLUMNS.of("staff")}
FROM staff_codes JOIN staff ON staff.id = staff_id
WHERE digest = :digest AND purpose = :purpose AND expires > :now
"""
SELECT_LINKS = f"SELECT {LINK_COLUMNS.names} FROM staff_links"
INSERT_MEMBER = f"""
INSERT INTO staff ({STAFF_COLUMNS.names})
VALUES ({STAFF_COLUMNS.placeholders})
"""
UPDATE_MEMBER = """
UPDATE staff
SET version = :version, role = :role, unit_id = :unit_id, active = :active,
    sealed = :sealed
WHERE id = :id AND version = :was
"""
PUT_LINK = f"""
INSERT INTO staff_links ({LINK_COLUMNS.names})
VALUES ({LINK_COLUMNS.placeholders})
ON CONFLICT DO UPDATE SET staff_id = excluded.staff_id, sealed = excluded.sealed
"""
DELETE_LINK = "DELETE FROM staff_links WHERE staff_id = ? AND channel = ?"
SHUT_OUT_MEMBER = (
    "DELETE FROM staff_links WHERE staff_id = ?",
    "DELETE FROM staff_codes WHERE staff_id = ?",
    "DELETE FROM desk_sessions WHERE staff_id = ?",
)
FORGET_CODES = "DELETE FROM staff_codes WHERE staff_id = ? AND purpose = ?"
INSERT_CODE = """
INSERT INTO staff_codes (digest, staff_id, purpose, expires) VALUES (?, ?, ?, ?)
"""
USE_CODE = "DELETE FROM staff_codes WHERE digest = ?"
INSERT_DESK_SESSION = """
INSERT INTO desk_sessions (digest, staff_id, expires) VALUES (?, ?, ?)
"""
DELETE_DESK_SESSION = "DELETE FROM desk_sessions WHERE digest = ?"
SWEEP_CODES_AND_DESK_SESSIONS = (
    "DELETE FROM staff_codes WHERE expires <= ?",
    "DELETE FROM desk_sessions WHERE expires <= ?",
)


def _member(row: Row) -> StaffRow:
    values = list(row)
    values[STAFF_ACTIVE] = bool(values[STAFF_ACTIVE])
    return StaffRow(*values)


class StaffList:
    """Members of staff, their accounts, one-time codes and browsers.

    No row of a reporter is ever joined.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def all(self) -> list[StaffRow]:
        """Disabled ones too, in no order."""
        return [_member(row) for row in await self._reader.all(SELECT_STAFF)]

    async def by_id(self, id: bytes) -> StaffRow | None:
        return await self._one(SELECT_MEMBER, id=id)

    async def by_link(self, digest: bytes) -> StaffRow | None:
        """Whose account this is."""
        return await self._one(SELECT_MEMBER_BY_LINK, digest=digest)

    async def by_session(self, digest: bytes, now: int) -> StaffRow | None:
        return await self._one(SELECT_MEMBER_BY_SESSION, digest=digest, now=now)

    async def by_code(self, digest: bytes, purpose: str, now: int) -> StaffRow | None:
        """For whom the code was made; None when it was used or has expired."""
        return await self._one(
            SELECT_MEMBER_BY_CODE, digest=digest, purpose=purpose, now=now
        )

    async def _one(self, sql: str, **params: SqlValue) -> StaffRow | None:
        row = await self._reader.one(sql, **params)
        return _member(row) if row else None

    async def links(self) -> list[LinkRow]:
        return [LinkRow(*row) for row in await self._reader.all(SELECT_LINKS)]

    @staticmethod
    def add(row: StaffRow) -> Write:
        """Stale when somebody of this name is there."""
        return Write(INSERT_MEMBER, STAFF_COLUMNS.values(row))

    @staticmethod
    def change(row: StaffRow, was: int) -> Write:
        """Write `row` over version `was`; Stale when another one is there."""
        return Write(UPDATE_MEMBER, STAFF_COLUMNS.named(row, was=was), ONE_ROW)

    @staticmethod
    def link(row: LinkRow) -> list[Write]:
        """The member's account of this channel is this one.

        An account of somebody else changes hands.
        """
        return [
            Write(DELETE_LINK, (row.staff_id, row.channel)),
            Write(PUT_LINK, LINK_COLUMNS.values(row)),
        ]

    @staticmethod
    def shut_out(staff_id: bytes) -> list[Write]:
        """No account, code or browser of this member opens anything any more."""
        return [Write(sql, (staff_id,)) for sql in SHUT_OUT_MEMBER]

    @staticmethod
    def code(digest: bytes, staff_id: bytes, purpose: str, expires: int) -> list[Write]:
        """A new code; an earlier one for the same purpose is void."""
        return [
            Write(FORGET_CODES, (staff_id, purpose)),
            Write(INSERT_CODE, (digest, staff_id, purpose, expires)),
        ]

    @staticmethod
    def use(digest: bytes) -> Write:
        """Stale when the code was used meanwhile."""
        return Write(USE_CODE, (digest,), ONE_ROW)

    @staticmethod
    def session(digest: bytes, staff_id: bytes, expires: int) -> Write:
        return Write(INSERT_DESK_SESSION, (digest, staff_id, expires))

    @staticmethod
    def leave(digest: bytes) -> Write:
        return Write(DELETE_DESK_SESSION, (digest,))

    @staticmethod
    def sweep(now: int) -> list[Write]:
        """Codes and browsers whose time is over."""
        return [Write(sql, (now,)) for sql in SWEEP_CODES_AND_DESK_SESSIONS]
