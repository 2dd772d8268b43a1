"""Reports that are filed without a dialog: straight through the door of casework."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Literal

from anonymizer import receipts
from bot.address import Address
from bot.cases.reporters import Draft
from bot.program import Program
from dialogs.words import File
from storage.port import Stale


def filing(text: str, at: datetime, follow: Literal["here", "receipt"]) -> File:
    """A report about forms, in which nothing but its text is filled in."""
    return File(
        receipt=receipts.new(),
        text=text,
        category="forms",
        also=(),
        kind=None,
        unit=None,
        unit_level=None,
        place=None,
        when=None,
        counts=(),
        urgent=False,
        signpost=None,
        pictures=(),
        follow=follow,
        lang="zh",
        at=at,
    )


async def file_report(
    app: Program, filed: File, chat: Address | None, *, lasting: bool = True
) -> None:
    """Commit it as a case. chat, lasting: as in `ReporterCases.act`."""
    draft = Draft(
        secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(16)
    )
    while True:
        changes = await app.casework.reporters.act(filed, draft, chat, lasting=lasting)
        try:
            return await app.resources.database.commit(changes)
        # Two drew the same alias or the same number of the search index at once; so
        # many at once do that more often than a hotline, so they try until it is done.
        except Stale:
            continue
