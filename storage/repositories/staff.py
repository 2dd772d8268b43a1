"""Who works here: names and addresses sealed, accounts, codes and browsers known by
keyed digests.
"""

from dataclasses import dataclass

from storage.port import Reader, Row, Rows, Value, Write

COLUMNS = "id, version, role, unit_id, active, sealed"
ALL = f"SELECT {COLUMNS} FROM staff"
BY_ID = f"SELECT {COLUMNS} FROM staff WHERE id = :id"
OF = ", ".join(f"staff.{column}" for column in COLUMNS.split(", "))
BY_LINK = (
    f"SELECT {OF} FROM staff_links JOIN staff ON staff.id = staff_id WHERE digest "
    "= :digest"
)
BY_SESSION = f"""SELECT {OF} FROM desk_sessions JOIN staff ON staff.id = staff_id
WHERE digest = :digest AND expires > :now"""
BY_CODE = f"""SELECT {OF} FROM staff_codes JOIN staff ON staff.id = staff_id
WHERE digest = :digest AND purpose = :purpose AND expires > :now"""
LINKS = "SELECT digest, staff_id, channel, sealed FROM staff_links"
ADD = f"INSERT INTO staff ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
CHANGE = (
    "UPDATE staff SET version = ?, role = ?, unit_id = ?, active = ?, sealed = ?"
    " WHERE id = ? AND version = ?"
)
LINK = """INSERT INTO staff_links (digest, staff_id, channel, sealed) VALUES (?, ?, ?,
    ?)
ON CONFLICT DO UPDATE SET staff_id = excluded.staff_id, sealed = excluded.sealed"""
UNLINK = "DELETE FROM staff_links WHERE staff_id = ? AND channel = ?"
DROP = (
    "DELETE FROM staff_links WHERE staff_id = ?",
    "DELETE FROM staff_codes WHERE staff_id = ?",
    "DELETE FROM desk_sessions WHERE staff_id = ?",
)
FORGET_CODES = "DELETE FROM staff_codes WHERE staff_id = ? AND purpose = ?"
CODE = (
    "INSERT INTO staff_codes (digest, staff_id, purpose, expires) VALUES (?, ?, ?, ?)"
)
USE = "DELETE FROM staff_codes WHERE digest = ?"
SESSION = "INSERT INTO desk_sessions (digest, staff_id, expires) VALUES (?, ?, ?)"
LEAVE = "DELETE FROM desk_sessions WHERE digest = ?"
SWEEP = (
    "DELETE FROM staff_codes WHERE expires <= ?",
    "DELETE FROM desk_sessions WHERE expires <= ?",
)
ONE = Rows(1)


@dataclass(frozen=True, slots=True)
class StaffRow:
    """id: 16 bytes, keyed digest of the name; unit_id: whose this person is; sealed:
    the name.
    """

    id: bytes
    version: int
    role: str
    unit_id: bytes | None
    active: bool
    sealed: bytes


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A messenger account. digest: keyed, of channel and address; sealed: the
    address.
    """

    digest: bytes
    staff_id: bytes
    channel: str
    sealed: bytes


def _staff(row: Row) -> StaffRow:
    values = list(row)
    values[4] = bool(values[4])
    return StaffRow(*values)


class StaffList:
    """Members of staff, their accounts, one-time codes and browsers. No row of a
    reporter is ever joined.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def all(self) -> list[StaffRow]:
        """Disabled ones too, in no order."""
        return [_staff(row) for row in await self._reader.all(ALL)]

    async def by_id(self, id: bytes) -> StaffRow | None:
        return await self._one(BY_ID, id=id)

    async def by_link(self, digest: bytes) -> StaffRow | None:
        """Whose account this is."""
        return await self._one(BY_LINK, digest=digest)

    async def by_session(self, digest: bytes, now: int) -> StaffRow | None:
        return await self._one(BY_SESSION, digest=digest, now=now)

    async def by_code(self, digest: bytes, purpose: str, now: int) -> StaffRow | None:
        """For whom the code was made; None when it was used or has expired."""
        return await self._one(BY_CODE, digest=digest, purpose=purpose, now=now)

    async def _one(self, sql: str, **params: Value) -> StaffRow | None:
        row = await self._reader.one(sql, **params)
        return _staff(row) if row else None

    async def links(self) -> list[LinkRow]:
        return [LinkRow(*row) for row in await self._reader.all(LINKS)]

    @staticmethod
    def add(row: StaffRow) -> Write:
        """Stale when somebody of this name is there."""
        return Write(
            ADD,
            (row.id, row.version, row.role, row.unit_id, int(row.active), row.sealed),
        )

    @staticmethod
    def change(row: StaffRow, was: int) -> Write:
        """Write `row` over version `was`."""
        values = (
            row.version,
            row.role,
            row.unit_id,
            int(row.active),
            row.sealed,
            row.id,
            was,
        )
        return Write(CHANGE, values, ONE)

    @staticmethod
    def link(row: LinkRow) -> list[Write]:
        """The member's account of this channel is this one; an account of somebody else
        changes hands.
        """
        values = (row.digest, row.staff_id, row.channel, row.sealed)
        return [Write(UNLINK, (row.staff_id, row.channel)), Write(LINK, values)]

    @staticmethod
    def shut_out(staff_id: bytes) -> list[Write]:
        """No account, code or browser of this member opens anything any more."""
        return [Write(sql, (staff_id,)) for sql in DROP]

    @staticmethod
    def code(digest: bytes, staff_id: bytes, purpose: str, expires: int) -> list[Write]:
        """A new code; an earlier one for the same purpose is void."""
        return [
            Write(FORGET_CODES, (staff_id, purpose)),
            Write(CODE, (digest, staff_id, purpose, expires)),
        ]

    @staticmethod
    def use(digest: bytes) -> Write:
        """Stale when the code was used meanwhile."""
        return Write(USE, (digest,), ONE)

    @staticmethod
    def session(digest: bytes, staff_id: bytes, expires: int) -> Write:
        return Write(SESSION, (digest, staff_id, expires))

    @staticmethod
    def leave(digest: bytes) -> Write:
        return Write(LEAVE, (digest,))

    @staticmethod
    def sweep(now: int) -> list[Write]:
        """Codes and browsers whose time is over."""
        return [Write(sql, (now,)) for sql in SWEEP]
