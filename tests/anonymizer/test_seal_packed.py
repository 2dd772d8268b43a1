"""Long words of reports and cases are packed before they are sealed; nothing
else is.
"""

import secrets

import pytest

from anonymizer.seal import (
    PACKED_FORMAT,
    PACKED_FROM,
    PLAIN_FORMAT,
    Place,
    Sealer,
    Unsealable,
)

AT = Place("reports", "sealed", b"r" * 16)
WORDS = {"text": "街道要求同一份台账每周报五次。" * 300}


def test_long_content_takes_less_room_and_comes_back() -> None:
    """Lone surrogates, which messengers do send, survive packing too."""
    sealer = Sealer.own(secrets.token_bytes(32), "content")
    said = WORDS | {"more": "\ud800"}
    sealed = sealer.seal_json(said, AT)
    assert sealed[0] == PACKED_FORMAT
    assert len(sealed) < len(WORDS["text"])
    assert sealer.open_json(sealed, AT) == said


def test_short_content_and_other_purposes_stay_as_they_were() -> None:
    """Where a secret lies beside somebody's words (an address, a key), the size may not
    tell of both.
    """
    content, address = (
        Sealer.own(b"k" * 32, purpose) for purpose in ("content", "address")
    )
    assert content.seal_json("x" * (PACKED_FROM - 3), AT)[0] == PLAIN_FORMAT
    assert content.seal_json("x" * PACKED_FROM, AT)[0] == PACKED_FORMAT
    assert address.seal_json(WORDS, AT)[0] == PLAIN_FORMAT
    assert content.seal(b"x" * PACKED_FROM, AT)[0] == PLAIN_FORMAT


def test_the_format_is_authenticated() -> None:
    """A packed seal that claims to be plain, or the other way round, does not open."""
    sealer = Sealer.own(b"k" * 32, "content")
    for sealed, other in (
        (sealer.seal_json(WORDS, AT), PLAIN_FORMAT),
        (sealer.seal_json("x", AT), PACKED_FORMAT),
    ):
        with pytest.raises(Unsealable):
            sealer.open(bytes([other]) + sealed[1:], AT)
