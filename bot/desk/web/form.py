"""What a liaison typed into a form of the units' pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.desk.liaison import LONGEST
from bot.desk.unit_view import UnitCase
from dialogs.case.order_row import Field
from dialogs.case.order_table import BY_NAME, UNIT_ORDERS
from dialogs.case.orders import Extend, Order
from dialogs.case.refusals import Refusal

PICTURE_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed so far. open: which of the folded forms it was."""

    text: str = ""
    reason: str = ""
    rule: str = ""
    days: str = ""
    pictures: tuple[str, ...] = ()
    open: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str], action: str) -> Form:
        def said(name: str, most: int = LONGEST) -> str:
            return fields.get(name, "").replace("\r\n", "\n")[:most]

        pictures = tuple(
            id
            for id in fields.get("pictures", "").split(",")
            if PICTURE_ID.fullmatch(id)
        )
        return cls(
            text=said("text"),
            reason=said("reason"),
            rule=said("rule", 500),
            days=said("days", 4),
            pictures=pictures,
            open=action,
        )

    def order(self) -> Order:
        """Raises: Refusal, for what cannot be meant."""
        row = BY_NAME[self.open]
        return row.order(**{one.name: self._typed(one) for one in row.fields})

    def _typed(self, field: Field) -> Any:
        typed = str(getattr(self, field.name))
        if field.kind != "days":
            return typed
        if not typed.isdecimal() or not typed.isascii():
            raise Refusal("unit_days_missing")
        return int(typed)

    @property
    def words(self) -> str:
        """All that was typed, to be kept where the login has run out."""
        return self.text or "\n".join(filter(None, [self.rule, self.reason]))

    def check(self, case: UnitCase) -> None:
        """Say what is missing before it is looked at once more, not after. Raises:
        Refusal.
        """
        order = self.order()
        for name, what in UNIT_ORDERS[self.open].wants.items():
            if not str(getattr(order, name)).strip():
                raise Refusal("missing", what=what)
        if isinstance(order, Extend) and not 1 <= order.days <= case.days:
            raise Refusal("extension_at_most", days=case.days)
        refused = case.may.get(self.open)
        if refused is not None:
            raise refused
