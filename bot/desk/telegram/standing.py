"""What stands in a chat for a case, sealed in its row."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass

from anonymizer.seal import Place, Unsealable
from bot.desk.telegram.inside import DeskContext
from storage.port import Write
from storage.repositories.desk import CardRow, DeskCards

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Standing:
    """What stands in a chat for a case. stands: digest of the card; reports: how many
    it was made from.

    settled: the case that it shows is finished; offers: names of the orders that have a
    button on it, None where an earlier version made it.
    """

    chat: int
    thread: int | None = None
    card: int | None = None
    pinned: bool = False
    title: str = ""
    icon: str = ""
    closed: bool = False
    stands: str = ""
    reports: int = 0
    settled: bool = False
    offers: list[str] | None = None

    def lost(self) -> None:
        """Of the topic nothing is left."""
        self.thread = self.card = None
        self.pinned = self.closed = False
        self.title = self.icon = self.stands = ""


class Standings:
    """Rows of cards, opened and sealed."""

    def __init__(self, inside: DeskContext) -> None:
        self._in = inside
        self._cards = DeskCards(inside.database)

    def new_row(self, chat: int, case: bytes) -> CardRow:
        id = self._in.card_id(chat, case)
        return CardRow(id, case, thread=None, live=True, shown=0, sealed=b"")

    def open(self, row: CardRow) -> Standing | None:
        try:
            return Standing(**self._in.keys.staff.open_json(row.sealed, _place(row.id)))
        except Unsealable:
            log.error("a card's row does not open: is the keyring complete?")
            return None

    def put(self, row: CardRow, standing: Standing, *, shown: int) -> Write:
        """shown: the version of the case that stands there; 0: to be shown anew."""
        thread = None
        if standing.thread:
            thread = self._in.thread_id(standing.chat, standing.thread)
        return DeskCards.put(
            CardRow(
                id=row.id,
                case_id=row.case_id,
                thread=thread,
                live=shown == 0 or not standing.settled,
                shown=shown,
                sealed=self._in.keys.staff.seal_json(asdict(standing), _place(row.id)),
            )
        )

    async def save(self, row: CardRow, standing: Standing) -> None:
        """On the way: what is made so far is not made twice after a crash."""
        await self._in.database.commit([self.put(row, standing, shown=0)])

    def new_card(self, chat: int, case: bytes) -> Write:
        """A card to be sent by the next look; an earlier one in a private chat is left
        as it is.
        """
        return self.put(self.new_row(chat, case), Standing(chat), shown=0)

    async def case_of(self, thread: bytes) -> bytes | None:
        """The case of a topic; thread: its keyed digest."""
        return await self._cards.of_thread(thread)

    async def of_case(self, chat: int, case: bytes) -> Standing | None:
        row = await self._cards.get(self._in.card_id(chat, case))
        return self.open(row) if row else None


def _place(id: bytes) -> Place:
    return Place("desk_cards", "sealed", id)
