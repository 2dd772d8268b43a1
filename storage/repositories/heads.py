"""Heads of the audit chain: once a day a line whose hash stands for every line before
it.

Shown to everybody and kept by anybody, a head proves later what the chain held on that
day: whoever rewrites a line, takes one out or puts one in earlier gets another hash.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import date

from storage.port import ONE_ROW, Audit, Changes, Reader, Write
from storage.repositories.audit import AUDIT_COLUMNS, AuditRow

HEAD_KIND = "audit.head"
FILED_KIND = "report.filed"
SALT_BYTES = 16
SELECT_HEADS = f"""
SELECT {AUDIT_COLUMNS.names}
FROM audit
WHERE seq > :after AND kind = '{HEAD_KIND}'
ORDER BY seq
"""
SELECT_FIRST_LINE = "SELECT at FROM audit ORDER BY seq LIMIT 1"
# one row, which lets each day have one head however many processes draw it
PUT_OTHER_DAY = """
INSERT INTO periods (name, last) VALUES ('head', ?)
ON CONFLICT DO UPDATE SET last = excluded.last
WHERE last <> excluded.last
"""
SELECT_FILING = f"""
SELECT seq
FROM audit
WHERE seq > :after AND seq <= :last AND kind = '{FILED_KIND}' AND about = :case_id
ORDER BY seq
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class AuditHead:
    """seq: of its line; at: when its day ended, seconds since 1970 UTC; day: the last
    local day that it stands for; hash: 32 bytes.
    """

    seq: int
    at: int
    day: date
    hash: bytes

    def code(self, digits: int | None = None) -> str:
        """The hash as people copy it: hex digits in tens, for a receipt is in fours.
        digits: None for all.
        """
        shown = self.hash.hex()[:digits]
        return " ".join(shown[at : at + 10] for at in range(0, len(shown), 10))


def head_of(row: AuditRow) -> AuditHead | None:
    """The head that a line of the chain is; None: it is another line."""
    if row.kind != HEAD_KIND:
        return None
    try:
        day = date.fromisoformat(json.loads(row.content)["day"])
    except (ValueError, KeyError, TypeError):  # of no hotline's making
        return None
    return AuditHead(row.seq, row.at, day, row.hash)


class Heads:
    """Reading heads; they are written as lines of the chain."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def since(self, seq: int) -> list[AuditHead]:
        """Those behind this line, in order."""
        rows = await self._reader.all(SELECT_HEADS, after=seq)
        found = (head_of(AuditRow(*row)) for row in rows)
        return [head for head in found if head is not None]

    async def began(self) -> int | None:
        """What the first line of the chain says, seconds since 1970 UTC; None: there is
        no line yet.
        """
        row = await self._reader.one(SELECT_FIRST_LINE)
        return int(row[0]) if row else None

    async def filing(self, case: bytes, after: int, last: int) -> int | None:
        """The line with which a case was filed, if it is one of (after, last]."""
        rows = await self._reader.all(
            SELECT_FILING, case_id=case, after=after, last=last
        )
        return int(rows[0][0]) if rows else None

    @staticmethod
    def draw(day: date, at: int) -> Changes:
        """One commit. Stale where another process has drawn it just now.

        Its random salt keeps anybody from trying what a quiet day may have held.

        Args:
            at: when the day ended, seconds since 1970 UTC.
        """
        content = {"day": day.isoformat(), "salt": secrets.token_hex(SALT_BYTES)}
        line = Audit(at, HEAD_KIND, None, None, json.dumps(content))
        return [Write(PUT_OTHER_DAY, (day.isoformat(),), ONE_ROW), line]
