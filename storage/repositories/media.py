"""Pictures, scrubbed and sealed before they come here."""

from dataclasses import dataclass

from storage.port import ONE_ROW, Reader, Write
from storage.repositories.columns import Columns


@dataclass(frozen=True, slots=True)
class MediaRow:
    """A picture. expires: set while it belongs to a draft; width, height: pixels;
    position: among those sent with it, from 0, once it belongs to a report or step.
    """

    id: bytes
    report_id: bytes | None
    step_id: bytes | None
    expires: int | None
    mime: str
    width: int
    height: int
    sealed: bytes
    position: int = 0


MEDIA_COLUMNS = Columns(MediaRow)
INSERT_PICTURE = f"""
INSERT INTO media ({MEDIA_COLUMNS.names})
VALUES ({MEDIA_COLUMNS.placeholders})
"""
SELECT_PICTURE = f"SELECT {MEDIA_COLUMNS.names} FROM media WHERE id = :id"
SELECT_PICTURES_OF_REPORT = f"""
SELECT {MEDIA_COLUMNS.of("media")}
FROM media LEFT JOIN steps ON steps.id = step_id
WHERE media.report_id = :report_id
ORDER BY steps.at, steps.number, position, media.id
"""
SELECT_PICTURES_OF_STEP = f"""
SELECT {MEDIA_COLUMNS.names}
FROM media
WHERE step_id = :step_id
ORDER BY position, id
"""
ATTACH_PICTURE_TO_LAST_STEP = """
UPDATE media
SET expires = NULL, position = ?, step_id = (
  SELECT id FROM steps WHERE case_id = ? AND kind = ? ORDER BY number DESC LIMIT 1
)
WHERE id = ? AND expires IS NOT NULL AND report_id IS NULL
"""
KEEP_PICTURE = """
UPDATE media
SET report_id = ?, step_id = ?, position = ?, expires = NULL
WHERE id = ?
"""
HOLD_PICTURE = """
UPDATE media
SET expires = NULL
WHERE id = ? AND report_id IS NULL AND step_id IS NULL
"""
RESEAL_PICTURE = "UPDATE media SET sealed = ?, width = ?, height = ? WHERE id = ?"
DELETE_PICTURE = "DELETE FROM media WHERE id = ?"
SWEEP_DRAFT_PICTURES = "DELETE FROM media WHERE expires <= ?"


class Media:
    """Pictures of drafts, reports and steps."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def get(self, id: bytes) -> MediaRow | None:
        rows = await self._reader.all(SELECT_PICTURE, id=id)
        return MediaRow(*rows[0]) if rows else None

    async def of_report(self, report_id: bytes) -> list[MediaRow]:
        """As they were sent; those of what was added later stand behind."""
        rows = await self._reader.all(SELECT_PICTURES_OF_REPORT, report_id=report_id)
        return [MediaRow(*row) for row in rows]

    async def of_step(self, step_id: bytes) -> list[MediaRow]:
        """As they were sent."""
        rows = await self._reader.all(SELECT_PICTURES_OF_STEP, step_id=step_id)
        return [MediaRow(*row) for row in rows]

    @staticmethod
    def put(row: MediaRow) -> Write:
        return Write(INSERT_PICTURE, MEDIA_COLUMNS.values(row))

    @staticmethod
    def keep(
        id: bytes, position: int, report_id: bytes, step_id: bytes | None = None
    ) -> Write:
        """The draft is filed: the picture belongs to the report now.

        Stale when it has expired meanwhile.
        """
        return Write(KEEP_PICTURE, (report_id, step_id, position, id), ONE_ROW)

    @staticmethod
    def hold(id: bytes) -> Write:
        """The draft is kept back: the picture waits with it, and does not expire.

        Stale when it has expired meanwhile.
        """
        return Write(HOLD_PICTURE, (id,), ONE_ROW)

    @staticmethod
    def attach(id: bytes, position: int, case_id: bytes, kind: str) -> Write:
        """A draft's picture belongs to the case's last step of that kind now.

        Stale when it has expired meanwhile.
        """
        return Write(
            ATTACH_PICTURE_TO_LAST_STEP, (position, case_id, kind, id), ONE_ROW
        )

    @staticmethod
    def reseal(id: bytes, sealed: bytes, width: int, height: int) -> Write:
        """Cropped or painted over, or sealed with the report's own key."""
        return Write(RESEAL_PICTURE, (sealed, width, height, id), ONE_ROW)

    @staticmethod
    def drop(id: bytes) -> Write:
        return Write(DELETE_PICTURE, (id,))

    @staticmethod
    def sweep(now: int) -> Write:
        """Pictures of drafts nobody finished."""
        return Write(SWEEP_DRAFT_PICTURES, (now,))
