"""All that the running program seals and digests with, made once from the keyring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from anonymizer.keyring import Keyring
from anonymizer.pseudonym import Pseudonyms
from anonymizer.seal import DataKeys, Sealer


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
