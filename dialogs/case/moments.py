"""A local time in a reporter's words, told no finer than it may be. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from dialogs.texts import phrases, text

phrases(
    "at",
    minute="{month}月{day}日 {hour:02}:{minute:02}",
    hour="{month}月{day}日{hour}时",
    day="{month}月{day}日",
    year="{year}年{rest}",
)  # fmt: skip

Grain = Literal["minute", "hour", "day"]


def moment(lang: str, at: datetime, grain: Grain, *, year: int | None = None) -> str:
    """A local time in words, told no finer than `grain`.

    year: the one that goes without saying; another is told. None: it is never told.
    """
    parts = {"month": at.month, "day": at.day, "hour": at.hour, "minute": at.minute}
    said = text(lang, f"at.{grain}", parts)
    if year is None or at.year == year:
        return said
    return text(lang, "at.year", {"year": at.year, "rest": said})
