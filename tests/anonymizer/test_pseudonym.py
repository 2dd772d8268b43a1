import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.keyring import Keyring
from anonymizer.pseudonym import Pseudonyms

KEYRING = Keyring({1: bytes(range(32))})
OTHER = Keyring({1: bytes(32)})
NAMES = Pseudonyms(KEYRING)


def test_each_digest_stands_apart() -> None:
    """One address gives unlike values for talk, cases, inbox, session and staff, and
    for every case.
    """
    digests = [
        NAMES.pseudonym("telegram", "123456789"),
        NAMES.inbox_mark("telegram", "123456789"),
        NAMES.session_digest("123456789"),
        NAMES.staff_digest("telegram", "123456789"),
        *(NAMES.mine("telegram", "123456789", i) for i in range(20)),
    ]
    assert (
        len({digest[i : i + 4] for digest in digests for i in range(29)})
        == len(digests) * 29
    )
    assert {len(digest) for digest in digests} == {32}


def test_digests_repeat_and_depend_on_the_keyring() -> None:
    assert NAMES.pseudonym("web", "a") == Pseudonyms(KEYRING).pseudonym("web", "a")
    assert NAMES.pseudonym("web", "a") != Pseudonyms(OTHER).pseudonym("web", "a")


def test_no_digest_can_be_tried_without_the_key() -> None:
    """A thief who guesses the account finds nothing by hashing it."""
    guesses = [
        "123456789",
        "telegram123456789",
        "telegram:123456789",
        "4:chat8:telegram9:123456789",
    ]
    hashed = {hashlib.sha256(guess.encode()).digest() for guess in guesses}
    assert NAMES.pseudonym("telegram", "123456789") not in hashed


@given(st.text(), st.text(), st.text(), st.text())
def test_no_two_inputs_read_alike(
    channel: str, address: str, channel2: str, address2: str
) -> None:
    same = (channel, address) == (channel2, address2)
    assert (
        NAMES.pseudonym(channel, address) == NAMES.pseudonym(channel2, address2)
    ) is same


def test_boundaries_between_parts_matter() -> None:
    assert NAMES.pseudonym("web1", "2") != NAMES.pseudonym("web", "12")
    assert NAMES.mine("web", "a", 11) != NAMES.mine("web", "a1", 1)


def test_a_lone_surrogate_is_digested() -> None:
    assert len(NAMES.pseudonym("terminal", "\ud800")) == 32


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_a_handle_leads_back_with_the_keyring_alone(
    report: bytes, another: bytes
) -> None:
    handle = NAMES.handle(report)
    assert len(handle) == 32 and NAMES.of_handle(handle) == report
    assert Pseudonyms(OTHER).of_handle(handle) != report
    assert (NAMES.handle(another) == handle) is (another == report)


@pytest.mark.parametrize(
    "handle", ["", "ab", "AB" * 16, "ab" * 17, "xy" * 16, "ab" * 16 + "\n", "１" * 32]
)
def test_what_is_no_handle(handle: str) -> None:
    assert NAMES.of_handle(handle) is None


def test_nothing_is_shown() -> None:
    assert repr(NAMES) == "<Pseudonyms>"
