"""Pictures of a unit's answer: kept for a day until it is sent, then the hotline's."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from anonymizer.scrub import Scrubbed
from anonymizer.seal import Unsealable
from bot.cases.sealing import CaseSealer
from bot.hours import seconds
from storage.port import Database, Write
from storage.repositories.media import Media, MediaRow

PICTURES = 6  # of one answer
DRAFT_LASTS = timedelta(days=1)  # of a picture whose answer was not sent


class UnitPictures:
    """now: UTC."""

    def __init__(
        self, database: Database, files: CaseSealer, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._media = Media(database)
        self._files = files
        self._now = now

    async def keep(self, scrubbed: Scrubbed) -> str:
        """A picture that waits for its answer to be sent, for a day; its id."""
        id = secrets.token_bytes(16)
        row = MediaRow(
            id=id,
            report_id=None,
            step_id=None,
            expires=seconds(self._now() + DRAFT_LASTS),
            mime=scrubbed.mime,
            width=scrubbed.width,
            height=scrubbed.height,
            sealed=self._files.seal_unit_picture(id, scrubbed.data),
        )
        await self._database.commit([Media.put(row)])
        return id.hex()

    async def attach(self, ids: Iterable[str], case: bytes, kind: str) -> list[Write]:
        """Writes that give drafts to the last step of this kind; other ids are none."""
        drafts = [id for id in dict.fromkeys(ids) if await self._draft(id)]
        return [
            Media.attach(bytes.fromhex(id), position, case, kind)
            for position, id in enumerate(drafts[:PICTURES])
        ]

    async def gone(self, ids: Iterable[str]) -> frozenset[str]:
        """Which of these were kept for their day and are no more; those that were sent
        stay.
        """
        now = seconds(self._now())
        found: set[str] = set()
        for id in ids:
            row = await self._media.get(bytes.fromhex(id))
            is_over = row is not None and row.expires is not None and row.expires <= now
            if row is None or is_over:
                found.add(id)
        return frozenset(found)

    async def of_step(self, step: bytes) -> tuple[str, ...]:
        return tuple(media.id.hex() for media in await self._media.of_step(step))

    async def opened(self, id: str, sent: Iterable[str]) -> tuple[bytes, str] | None:
        """(bytes, mime) of a draft, or of a picture that is among those sent."""
        row = await self._draft(id)
        if row is None and id in sent:
            row = await self._media.get(bytes.fromhex(id))
        if row is None:
            return None
        try:
            return self._files.unit_picture(row), row.mime
        except Unsealable:
            return None

    async def _draft(self, id: str) -> MediaRow | None:
        """Only who was given the id knows it: 128 random bits. A reporter's picture is
        sealed otherwise.
        """
        row = await self._media.get(bytes.fromhex(id))
        if row is None or row.expires is None or row.report_id:
            return None
        if row.expires <= seconds(self._now()):
            return None
        try:
            self._files.unit_picture(row)
        except Unsealable:
            return None
        return row
