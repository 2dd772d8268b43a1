"""Messages on their way: sealed into the outbox, and opened only while sending."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from anonymizer.seal import Place, Sealer
from bot.address import Address
from dialogs.message_json import message_from_json, message_to_json
from dialogs.words import Message
from storage.port import Write
from storage.repositories.outbox import Outbox, OutboxRow


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message to one chat. `id` is the outbox row's, `stream` the talk's or
    report's random id.
    """

    id: bytes
    stream: bytes
    to: Address
    message: Message


class OutboxMessages:
    """Seals messages for the outbox (purpose "outbox") and opens them again."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    @staticmethod
    def letter(to: Address, message: Message, stream: bytes) -> OutboxMessage:
        return OutboxMessage(secrets.token_bytes(16), stream, to, message)

    def put(self, letter: OutboxMessage, due_at: int = 0) -> Write:
        """due_at: seconds since 1970 UTC, 0 for at once."""
        content = [letter.to.key, message_to_json(letter.message)]
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
        key, message = self._sealer.open_json(row.sealed, _place(row.id))
        return OutboxMessage(
            row.id, row.stream, Address(row.channel, key), message_from_json(message)
        )


def _place(id: bytes) -> Place:
    return Place("outbox", "sealed", id)
