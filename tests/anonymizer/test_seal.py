import os
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.keyring import KeyPurpose, Keyring
from anonymizer.seal import DataKeys, Place, Sealer, Unsealable

KEYRING = Keyring({1: bytes(range(32))})
AT = Place("talks", "draft", b"row 1")


@given(st.binary(max_size=3000), st.sampled_from([1, 16, 512]))
def test_what_was_sealed_opens(plain: bytes, pad: int) -> None:
    """Any bytes come back, whatever the padding, and the reader need not know it."""
    sealed = Sealer(KEYRING, "talk").seal(plain, AT, pad)
    assert Sealer(KEYRING, "talk").open(sealed, AT) == plain


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(st.characters()), st.lists
    )
)
def test_json_comes_back_with_lone_surrogates(value: object) -> None:
    sealer = Sealer(KEYRING, "talk")
    assert sealer.open_json(sealer.seal_json(value, AT), AT) == value


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(AT, table="reports"),
        replace(AT, column="address"),
        replace(AT, row=b"row 2"),
        replace(AT, row=b""),
        Place("talk", "sdraft", b"row 1"),
        Place("talks", "draftrow", b" 1"),
    ],
)
def test_a_seal_that_was_moved_does_not_open(elsewhere: Place) -> None:
    for sealer in (Sealer(KEYRING, "talk"), Sealer.own(os.urandom(32), "content")):
        sealed = sealer.seal(b"text", AT)
        assert sealer.open(sealed, AT) == b"text"
        with pytest.raises(Unsealable):
            sealer.open(sealed, elsewhere)


def test_a_seal_opens_for_its_own_purpose_only() -> None:
    data_key = os.urandom(32)
    for purpose in get_args(KeyPurpose):
        for other in set(get_args(KeyPurpose)) - {purpose}:
            with pytest.raises(Unsealable):
                Sealer(KEYRING, other).open(
                    Sealer(KEYRING, purpose).seal(b"text", AT), AT
                )
            with pytest.raises(Unsealable):
                Sealer.own(data_key, other).open(
                    Sealer.own(data_key, purpose).seal(b"text", AT), AT
                )


def test_every_changed_byte_is_noticed() -> None:
    sealer = Sealer(KEYRING, "talk")
    sealed = sealer.seal(b"text", AT, pad=1)
    for i in range(len(sealed)):
        with pytest.raises(Unsealable):
            sealer.open(sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :], AT)
        with pytest.raises(Unsealable):
            sealer.open(sealed[:i], AT)


def test_lengths_are_told_in_blocks_of_512() -> None:
    """508 bytes and their length fill the first block; beside the blocks a seal has 31
    bytes.
    """
    sealer = Sealer(KEYRING, "talk")
    lengths = {n: len(sealer.seal(b"x" * n, AT)) for n in (0, 1, 508, 509, 1020, 1021)}
    assert lengths == {0: 543, 1: 543, 508: 543, 509: 1055, 1020: 1055, 1021: 1567}


def test_equal_texts_do_not_look_equal() -> None:
    """Two seals of one text share no run of four bytes beyond their
    three-byte header.
    """
    sealer = Sealer(KEYRING, "talk")
    one, other = sealer.seal(b"same", AT)[3:], sealer.seal(b"same", AT)[3:]
    runs = {one[i : i + 4] for i in range(len(one) - 3)}
    assert not runs & {other[i : i + 4] for i in range(len(other) - 3)}


def test_after_rotation_old_seals_open_and_new_ones_need_the_new_key(
    tmp_path: Path,
) -> None:
    keyring = Keyring.create(tmp_path / "k")
    yesterday = Keyring.load(tmp_path / "k")
    old = Sealer(keyring, "content").seal(b"old", AT)
    keyring.rotate()
    today = Sealer(keyring, "content")
    assert today.open(old, AT) == b"old"
    new = today.seal(b"new", AT)
    assert (old[1:3], new[1:3]) == (b"\0\1", b"\0\2")
    with pytest.raises(Unsealable, match="missing"):
        Sealer(yesterday, "content").open(new, AT)


def test_a_data_key_unwraps_for_its_own_report_only() -> None:
    keys = DataKeys(KEYRING)
    data_key = keys.new()
    wrapped = keys.wrap(data_key, b"report 1")
    assert len(wrapped) == 67 and data_key not in wrapped
    assert keys.unwrap(wrapped, b"report 1") == data_key
    with pytest.raises(Unsealable):
        keys.unwrap(wrapped, b"report 2")
    with pytest.raises(Unsealable):
        DataKeys(Keyring({1: bytes(32)})).unwrap(wrapped, b"report 1")


def test_a_report_is_lost_with_its_data_key() -> None:
    """Neither another report's key nor the keyring itself opens what a data
    key sealed.
    """
    keys = DataKeys(KEYRING)
    sealed = Sealer.own(keys.new(), "content").seal(b"text", AT)
    for sealer in (Sealer.own(keys.new(), "content"), Sealer(KEYRING, "content")):
        with pytest.raises(Unsealable):
            sealer.open(sealed, AT)


def test_nothing_is_shown_of_keys_and_texts() -> None:
    sealer = Sealer.own(b"k" * 32, "content")
    assert repr(sealer) == "<Sealer for content>"
    with pytest.raises(Unsealable) as caught:
        sealer.open(sealer.seal(b"planted text", AT) + b"x", AT)
    assert "planted" not in repr(caught.value)


def test_a_data_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        Sealer.own(b"short", "content")
