"""What lies sealed in the tables of units and staff: a type and a codec for each."""

from __future__ import annotations

import msgspec

from bot.codec import SealedColumn


class SealedLeader(msgspec.Struct, array_like=True, frozen=True):
    """`Leader` as a list."""

    rank: str
    name: str
    address: str


class SealedUnit(msgspec.Struct, frozen=True, kw_only=True):
    """As in `Unit`; everything is written, empty or not."""

    name: str
    aliases: tuple[str, ...]
    competences: tuple[str, ...]
    people: tuple[str, ...]
    leaders: tuple[SealedLeader, ...] = ()


class SealedAccount(msgspec.Struct, array_like=True, frozen=True):
    """The `Address` of a staff member's messenger account, as a list."""

    channel: str
    key: str


SEALED_UNITS = SealedColumn("units", "sealed", SealedUnit)
SEALED_STAFF = SealedColumn("staff", "sealed", str)
SEALED_ACCOUNTS = SealedColumn("staff_links", "sealed", SealedAccount)
