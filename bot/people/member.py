"""Who reads and orders: a member of the roster, or who has the machine in hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.keys import Keys
from dialogs.case.life import Staff
from dialogs.case.roles import Role


@dataclass(frozen=True, slots=True)
class Member:
    """unit: whose this person is (id, hex): a liaison's always, of others for the
    conflict rule.
    """

    staff: Staff
    role: Role
    unit: str | None = None
    active: bool = True
    linked: tuple[str, ...] = ()  # channels with an account; only in lists


@dataclass(frozen=True, slots=True)
class AtTheMachine:
    """Who has the machine in hand: on no roster, so that no case is kept from them.

    role: what they may order; unit: id (hex) of the unit that a liaison's words are
    taken down for.
    """

    name: str
    role: Role
    unit: str | None = None


# The program itself, where nobody asked by name.
AT_THE_MACHINE: Final = AtTheMachine("专线", "supervisor")

# Whoever reads a case is named: no signature has a default for it, so that the conflict
# rule cannot be forgotten.
CaseReader = Member | AtTheMachine


def staff_named(name: str, keys: Keys) -> Staff:
    """Who works under this name: the id is a keyed digest of it."""
    digest = keys.pseudonyms.staff_digest("name", name)
    return Staff(digest[:16].hex(), name)
