import json
import os
from pathlib import Path
from typing import get_args

import pytest

from anonymizer.keyring import (
    PURPOSES,
    STABLE,
    KeyPurpose,
    Keyring,
    KeyringDamaged,
    KeyringError,
    KeyringExists,
    KeyringMissing,
    KeyringUnsafe,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "keyring.json"


def test_a_new_keyring_is_readable_by_its_owner_alone(path: Path) -> None:
    """The file has mode 0600, its folder 0700, and nothing else is left beside it."""
    Keyring.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert os.listdir(path.parent) == [path.name]


def test_a_keyring_read_again_holds_the_same_keys(path: Path) -> None:
    created, loaded = Keyring.create(path), Keyring.load(path)
    handed = Keyring.from_json(path.read_text())
    for purpose in get_args(KeyPurpose):
        assert created.key(purpose) == loaded.key(purpose) == handed.key(purpose)


def test_every_purpose_has_its_own_key(path: Path) -> None:
    keyring = Keyring.create(path)
    keyring.rotate()
    keys = {
        keyring.key(purpose, version)
        for purpose in get_args(KeyPurpose)
        for version in keyring.versions
    }
    assert len(keys) == 2 * len(PURPOSES)
    assert all(len(key) == 32 for key in keys)


def test_keys_stay_the_same_for_good() -> None:
    """What was sealed and digested once must open with every later version of the
    program.
    """
    keyring = Keyring.from_json('{"format":1,"masters":{"1":"' + "A" * 43 + '="}}')
    # HKDF-SHA256 of 32 zero bytes without salt, info "jianfu/1/receipt", reckoned with
    # HMAC alone.
    assert (
        keyring.key("receipt").hex()
        == "13fb1d4637675af59b39f98b46f21b8ef3e316d77d32cd4ee64617d43fcb5ace"
    )


def test_create_never_overwrites(path: Path) -> None:
    Keyring.create(path)
    before = path.read_bytes()
    with pytest.raises(KeyringExists, match="not overwritten"):
        Keyring.create(path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777])
def test_a_keyring_that_others_may_reach_is_refused(path: Path, mode: int) -> None:
    Keyring.create(path)
    path.chmod(mode)
    with pytest.raises(KeyringUnsafe, match="chmod 600"):
        Keyring.load(path)


def test_a_missing_keyring_names_the_remedy(path: Path) -> None:
    with pytest.raises(KeyringMissing, match="jianfu init"):
        Keyring.load(path)


GOOD = "A" * 43 + "="


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "nonsense",
        "[" * 100_000,
        json.dumps({"format": 2, "masters": {"1": GOOD}}),
        json.dumps({"format": 1, "masters": {}}),
        json.dumps({"format": 1, "masters": {"0": GOOD}}),
        json.dumps({"format": 1, "masters": {"65536": GOOD}}),
        json.dumps({"format": 1, "masters": {"one": GOOD}}),
        json.dumps({"format": 1, "masters": {"1": GOOD[4:]}}),
        json.dumps({"format": 1, "masters": {"1": "*" + GOOD[1:]}}),
        json.dumps({"format": 1, "masters": {"1": 7}}),
        json.dumps({"format": 1, "masters": [GOOD]}),
        json.dumps({"format": 1}),
    ],
)
def test_what_is_no_keyring_is_told_without_repeating_it(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(KeyringDamaged) as loaded:
        Keyring.load(path)
    with pytest.raises(KeyringDamaged) as handed:
        Keyring.from_json(text)
    for caught in (loaded, handed):
        assert GOOD[:20] not in str(caught.value) and "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_damage(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe\x00")
    path.chmod(0o600)
    with pytest.raises(KeyringDamaged, match="copy"):
        Keyring.load(path)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyringError, match="another folder"):
        Keyring.create(tmp_path / "file" / "keyring.json")


def test_rotation_adds_a_version_and_keeps_the_old(path: Path) -> None:
    keyring = Keyring.create(path)
    old = keyring.key("outbox")
    assert keyring.rotate() == keyring.newest == 2
    assert keyring.versions == Keyring.load(path).versions == (1, 2)
    assert keyring.key("outbox") == Keyring.load(path).key("outbox", 2) != old
    assert keyring.key("outbox", 1) == old
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == [path.name]


def test_digests_outlive_rotation(path: Path) -> None:
    """Receipts and pseudonyms cannot be digested anew, so their keys must not change
    under them.
    """
    keyring = Keyring.create(path)
    before = {purpose: keyring.key(purpose) for purpose in get_args(KeyPurpose)}
    keyring.rotate()
    assert {
        purpose
        for purpose in get_args(KeyPurpose)
        if keyring.key(purpose) == before[purpose]
    } == STABLE


def test_rotation_does_not_drop_what_another_process_added(path: Path) -> None:
    mine, theirs = Keyring.create(path), Keyring.load(path)
    theirs.rotate()
    with pytest.raises(KeyringError, match="changed"):
        mine.rotate()
    assert Keyring.load(path).key("talk") == theirs.key("talk")


def test_a_keyring_that_came_as_text_is_not_rotated(path: Path) -> None:
    Keyring.create(path)
    with pytest.raises(KeyringError, match="as text"):
        Keyring.from_json(path.read_text()).rotate()


def test_nothing_of_a_key_is_shown(path: Path) -> None:
    keyring = Keyring.create(path)
    assert repr(keyring) == str(keyring) == f"{keyring}" == "<Keyring>"


def test_no_such_version_or_purpose(path: Path) -> None:
    keyring = Keyring.create(path)
    with pytest.raises(KeyError):
        keyring.key("talk", 9)
    with pytest.raises(ValueError, match="purpose"):
        keyring.key("tlak")  # type: ignore[arg-type]
