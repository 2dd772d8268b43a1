"""One codec for each sealed column: times are seconds, unknown keys stay."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from anonymizer.keyring import Keyring
from anonymizer.seal import Place, Sealer, Unsealable
from bot.codec import SealedColumn

ID = bytes(16)
AT = datetime(2026, 11, 23, 2, 17, 41, tzinfo=UTC)


class Pair(msgspec.Struct, array_like=True):
    word: str
    at: datetime


class Content(msgspec.Struct, omit_defaults=True):
    text: str = ""
    at: datetime | None = None
    pair: Pair | None = None
    counts: list[tuple[str, str]] = []


COLUMN = SealedColumn("cases", "sealed", Content)


@pytest.fixture
def sealer(tmp_path: Path) -> Sealer:
    return Sealer(Keyring.create(tmp_path / "keyring.json"), "content")


def on_disk(sealer: Sealer, sealed: bytes) -> object:
    return sealer.open_json(sealed, Place("cases", "sealed", ID))


def test_what_was_sealed_opens_again_with_times_as_seconds(sealer: Sealer) -> None:
    """JSON without times; lone surrogates, which messengers do send, survive."""
    content = Content("\ud83d 表", AT, Pair("x", AT), [("五", "次")])
    sealed = COLUMN.seal(sealer, ID, content)
    at = int(AT.timestamp())
    assert on_disk(sealer, sealed) == {
        "text": "\ud83d 表",
        "at": at,
        "pair": ["x", at],
        "counts": [["五", "次"]],
    }
    assert COLUMN.open(sealer, ID, sealed) == content


def test_words_are_not_taken_for_other_types(sealer: Sealer) -> None:
    """ "null", "1" and "true" are words where words are expected."""
    for word in ("null", "1", "true", "2026-11-23T02:17:41Z"):
        sealed = COLUMN.seal(sealer, ID, Content(word))
        assert COLUMN.open(sealer, ID, sealed) == Content(word)


def test_unknown_keys_are_passed_over_and_kept(sealer: Sealer) -> None:
    """What another version wrote beside ours is still there after a change of ours."""
    place = Place("cases", "sealed", ID)
    was = sealer.seal_json({"text": "旧", "later": [1]}, place)
    assert COLUMN.open(sealer, ID, was) == Content("旧")
    sealed = COLUMN.reseal(sealer, ID, Content(at=AT), was)
    assert on_disk(sealer, sealed) == {"at": int(AT.timestamp()), "later": [1]}


def test_nothing_to_say_is_no_seal(sealer: Sealer) -> None:
    assert COLUMN.reseal(sealer, ID, Content(), b"") == b""


def test_a_seal_of_another_row_or_type_does_not_open(sealer: Sealer) -> None:
    sealed = COLUMN.seal(sealer, ID, Content("一"))
    with pytest.raises(Unsealable):
        COLUMN.open(sealer, b"1" * 16, sealed)
    other = sealer.seal_json(["no object"], Place("cases", "sealed", ID))
    with pytest.raises(msgspec.ValidationError):
        COLUMN.open(sealer, ID, other)
