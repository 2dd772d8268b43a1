import os
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.keyring import Keyring, KeyringError
from anonymizer.shred import ShredJournal

KEYRING = Keyring({1: bytes(range(32))})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shredded"


def test_what_was_shredded_is_known_also_to_another_process(path: Path) -> None:
    early = ShredJournal(path, KEYRING)
    assert not early.has(b"one") and len(early) == 0
    ShredJournal(path, KEYRING).add(b"one", b"two")
    late = ShredJournal(path, KEYRING)
    assert [early.has(b"one"), late.has(b"two"), late.has(b"three")] == [
        True,
        True,
        False,
    ]
    assert late.among([b"three", b"two", b"one"]) == [b"two", b"one"]
    late.add(b"one", b"three")
    assert early.has(b"three") and len(early) == 3


def test_the_file_is_the_owners_and_holds_digests_only(path: Path) -> None:
    """No report id can be read from it, nor tried without the keyring."""
    ids = [os.urandom(16) for _ in range(3)]
    ShredJournal(path, KEYRING).add(*ids)
    assert path.stat().st_mode & 0o777 == 0o600
    content = path.read_bytes()
    assert [len(line) for line in content.splitlines()] == [64, 64, 64]
    assert not any(
        report_id in content or report_id.hex().encode() in content for report_id in ids
    )
    assert not ShredJournal(path, Keyring({1: bytes(32)})).among(ids)


def test_the_journal_outlives_key_rotation(tmp_path: Path, path: Path) -> None:
    keyring = Keyring.create(tmp_path / "keyring")
    ShredJournal(path, keyring).add(b"one")
    keyring.rotate()
    assert ShredJournal(path, keyring).has(b"one")


@given(cut=st.integers(1, 64))
def test_a_line_cut_short_by_a_crash_spoils_no_other(cut: int) -> None:
    with TemporaryDirectory() as folder:
        cut_short(Path(folder) / "shredded", cut)


def cut_short(path: Path, cut: int) -> None:
    ShredJournal(path, KEYRING).add(b"one", b"two")
    os.truncate(path, path.stat().st_size - cut)
    journal = ShredJournal(path, KEYRING)
    assert journal.among([b"one", b"two"]) == [b"one"]
    journal.add(b"three")
    assert journal.has(b"one") and journal.has(b"three")
    assert ShredJournal(path, KEYRING).among([b"one", b"three"]) == [b"one", b"three"]


def test_several_writers_lose_nothing(path: Path) -> None:
    ids = [[bytes([writer, i]) for i in range(50)] for writer in range(4)]

    def write(some: list[bytes]) -> None:
        journal = ShredJournal(path, KEYRING)
        for report_id in some:
            journal.add(report_id)

    threads = [threading.Thread(target=write, args=(some,)) for some in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [report_id for some in ids for report_id in some]
    assert ShredJournal(path, KEYRING).among(everything) == everything


def test_a_journal_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    journal = ShredJournal(tmp_path, KEYRING)
    with pytest.raises(KeyringError, match="nothing was shredded"):
        journal.add(b"one")
    with pytest.raises(KeyringError, match="cannot read"):
        journal.has(b"one")
