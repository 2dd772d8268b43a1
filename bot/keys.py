"""All that the running program seals and digests with, made once from the keyring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from anonymizer.keyring import Keyring
from anonymizer.pseudonym import Pseudonyms
from anonymizer.seal import DataKeys, Sealer
from storage.connection import PageKeys


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keys:
    pseudonyms: Pseudonyms
    data: DataKeys
    receipt: bytes
    talk: Sealer
    outbox: Sealer
    content: Sealer
    session: Sealer
    staff: Sealer

    @classmethod
    def of(cls, keyring: Keyring) -> Self:
        return cls(
            pseudonyms=Pseudonyms(keyring),
            data=DataKeys(keyring),
            receipt=keyring.key("receipt"),
            talk=Sealer(keyring, "talk"),
            outbox=Sealer(keyring, "outbox"),
            content=Sealer(keyring, "content"),
            session=Sealer(keyring, "session"),
            staff=Sealer(keyring, "staff"),
        )


def page_keys(keyring: Keyring) -> PageKeys:
    """Of the database's pages, the newest first: a file keeps the one it was made
    with.
    """
    newest_first = reversed(keyring.versions)
    return [keyring.key("database", version) for version in newest_first]
