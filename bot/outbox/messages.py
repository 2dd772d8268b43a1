"""Messages on their way: sealed into the outbox, and opened only while sending."""

from __future__ import annotations

import secrets
from dataclasses import astuple, dataclass
from typing import Any

from anonymizer.seal import Place, Sealer
from bot.address import Address
from bot.outbox.bursts import Burst
from dialogs.message_json import message_from_json, message_to_json
from dialogs.words import Message
from storage.port import Write
from storage.repositories.outbox import Outbox, OutboxRow


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message to one chat. `id` is the outbox row's, `stream` the talk's or
    report's random id.

    burst: of a push, what it waits for; joined: rows that are told by this message,
    too. by_day: nobody asked for it just now, so it may not leave in quiet hours.
    """

    id: bytes
    stream: bytes
    to: Address
    message: Message
    burst: Burst | None = None
    joined: tuple[bytes, ...] = ()
    by_day: bool = False

    @property
    def rows(self) -> tuple[bytes, ...]:
        return (self.id, *self.joined)


class OutboxMessages:
    """Seals messages for the outbox (purpose "outbox") and opens them again."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    @staticmethod
    def letter(
        to: Address, message: Message, stream: bytes, burst: Burst | None = None
    ) -> OutboxMessage:
        return OutboxMessage(secrets.token_bytes(16), stream, to, message, burst)

    def put(self, letter: OutboxMessage, due_at: int = 0) -> Write:
        """due_at: seconds since 1970 UTC, 0 for at once."""
        content: list[Any] = [letter.to.key, message_to_json(letter.message)]
        if letter.burst is not None:
            content.append(astuple(letter.burst))
        row = OutboxRow(
            id=letter.id,
            channel=letter.to.channel,
            stream=letter.stream,
            seq=0,
            due_at=due_at,
            sealed=self._sealer.seal_json(content, _place(letter.id)),
        )
        return Outbox.put(row)

    def open(self, row: OutboxRow) -> OutboxMessage:
        """Raises: Unsealable."""
        key, message, *burst = self._sealer.open_json(row.sealed, _place(row.id))
        return OutboxMessage(
            id=row.id,
            stream=row.stream,
            to=Address(row.channel, key),
            message=message_from_json(message),
            burst=Burst(*burst[0]) if burst else None,
            by_day=row.due_at > 0,
        )


def _place(id: bytes) -> Place:
    return Place("outbox", "sealed", id)
