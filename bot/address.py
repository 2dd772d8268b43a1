"""Where one chat is reached: the only thing here that could name a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where one chat is reached. `key` is the platform's id or a session token:
    personal, never logged.
    """

    channel: str
    key: str

    def __repr__(self) -> str:
        return f"Address({self.channel}, …)"
