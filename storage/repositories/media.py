"""Pictures, scrubbed and sealed before they come here."""

from dataclasses import dataclass

from storage.port import Reader, Rows, Write

COLUMNS = "id, report_id, step_id, expires, mime, width, height, sealed"
PUT = f"INSERT INTO media ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
GET = f"SELECT {COLUMNS} FROM media WHERE id = :id"
OF_REPORT = f"SELECT {COLUMNS} FROM media WHERE report_id = :report_id ORDER BY id"
OF_STEP = f"SELECT {COLUMNS} FROM media WHERE step_id = :step_id ORDER BY id"
ATTACH = """UPDATE media SET expires = NULL, step_id =
(SELECT id FROM steps WHERE case_id = ? AND kind = ? ORDER BY number DESC LIMIT 1)
WHERE id = ? AND expires IS NOT NULL AND report_id IS NULL"""
KEEP = "UPDATE media SET report_id = ?, step_id = ?, expires = NULL WHERE id = ?"
RESEAL = "UPDATE media SET sealed = ?, width = ?, height = ? WHERE id = ?"
DROP = "DELETE FROM media WHERE id = ?"
SWEEP = "DELETE FROM media WHERE expires <= ?"
ONE = Rows(1)


@dataclass(frozen=True, slots=True)
class MediaRow:
    """expires: set while it belongs to a draft; width, height: pixels."""

    id: bytes
    report_id: bytes | None
    step_id: bytes | None
    expires: int | None
    mime: str
    width: int
    height: int
    sealed: bytes


class Media:
    """Pictures of drafts, reports and steps."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def get(self, id: bytes) -> MediaRow | None:
        rows = await self._reader.all(GET, id=id)
        return MediaRow(*rows[0]) if rows else None

    async def of_report(self, report_id: bytes) -> list[MediaRow]:
        """In random order."""
        return [
            MediaRow(*row)
            for row in await self._reader.all(OF_REPORT, report_id=report_id)
        ]

    async def of_step(self, step_id: bytes) -> list[MediaRow]:
        """In random order."""
        return [
            MediaRow(*row) for row in await self._reader.all(OF_STEP, step_id=step_id)
        ]

    @staticmethod
    def put(row: MediaRow) -> Write:
        values = (
            row.id,
            row.report_id,
            row.step_id,
            row.expires,
            row.mime,
            row.width,
            row.height,
            row.sealed,
        )
        return Write(PUT, values)

    @staticmethod
    def keep(id: bytes, report_id: bytes, step_id: bytes | None = None) -> Write:
        """The draft is filed: it belongs to the report now. Stale when it has expired
        meanwhile.
        """
        return Write(KEEP, (report_id, step_id, id), ONE)

    @staticmethod
    def attach(id: bytes, case_id: bytes, kind: str) -> Write:
        """A draft belongs to the case's last step of that kind now. Stale when it has
        expired meanwhile.
        """
        return Write(ATTACH, (case_id, kind, id), ONE)

    @staticmethod
    def reseal(id: bytes, sealed: bytes, width: int, height: int) -> Write:
        """Cropped or painted over, or sealed with the report's own key."""
        return Write(RESEAL, (sealed, width, height, id), ONE)

    @staticmethod
    def drop(id: bytes) -> Write:
        return Write(DROP, (id,))

    @staticmethod
    def sweep(now: int) -> Write:
        """Pictures of drafts nobody finished."""
        return Write(SWEEP, (now,))
