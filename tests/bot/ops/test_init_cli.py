"""`jianfu init` and `jianfu migrate`."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from anonymizer.keyring import Keyring
from anonymizer.shred import ShredJournal
from tests.bot.command import Login


@pytest.fixture
def login(tmp_path: Path) -> Login:
    return Login(tmp_path)


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):o}"


def test_it_makes_all_that_is_needed_and_says_where(login: Login) -> None:
    """Files only their owner reads, their paths told, and the reminder to copy the
    keyring.
    """
    said = login.does("init")
    made = {
        login.data: "700",
        login.database: "600",
        login.keyring: "600",
        login.journal: "600",
    }
    assert {path: mode(path) for path in made} == made
    assert all(
        str(path) in said for path in (login.database, login.keyring, login.journal)
    )
    assert "抄一份" in said and said.count("新建") == 2
    assert login.run("doctor").code == 0


def test_again_it_changes_nothing(login: Login) -> None:
    """Neither keys nor reports are touched by a second run."""
    login.does("init")
    receipt = login.files("同一份台账每周报五次")
    before = (
        login.keyring.read_bytes(),
        login.journal.read_bytes(),
        login.rows("SELECT * FROM reports"),
    )
    assert login.does("init").count("已有") == 2
    assert before == (
        login.keyring.read_bytes(),
        login.journal.read_bytes(),
        login.rows("SELECT * FROM reports"),
    )
    assert login.tells(receipt)


def test_no_new_keys_beside_old_data(login: Login) -> None:
    """A new keyring would only hide that the old one is lost."""
    login.does("init")
    login.keyring.unlink()
    assert str(login.keyring) in login.refused("init")
    assert not login.keyring.exists()


def test_what_forgetting_left_undone_is_done(login: Login) -> None:
    """Power failed between journal and database: init finishes it. A lost journal is
    written anew.
    """
    login.does("init")
    receipt = login.files("同一份台账每周报五次")
    other = login.files("群里每天打卡三次，要截图")
    (id,), (_,) = login.rows("SELECT id FROM reports ORDER BY filed_hour")
    assert isinstance(id, bytes)
    ShredJournal(login.journal, Keyring.load(login.keyring)).add(id)
    assert login.run("doctor").code == 1
    assert "补做：1件" in login.does("init")
    [(gone,)] = login.rows("SELECT id FROM reports WHERE wrapped_key IS NULL")
    assert isinstance(gone, bytes)
    assert gone != id, "nothing of a forgotten report can be found by what it was"
    assert sorted((login.tells(receipt), login.tells(other))) == [False, True]
    assert len(login.texts()) == 1
    login.journal.unlink()
    assert login.run("doctor").code == 1
    login.does("init")
    assert ShredJournal(login.journal, Keyring.load(login.keyring)).has(gone)
    assert login.run("doctor").code == 0


def test_without_a_home_the_remedy_is_named(login: Login) -> None:
    """Every verb that needs keys says the same; with the keyring told, a home is not
    needed.
    """
    for verb in (
        ("init",),
        ("doctor",),
        ("migrate",),
        ("backup", "b"),
        ("restore", "b"),
    ):
        assert "JIANFU_KEYRING=" in login.refused(*verb, HOME="")
    login.does("init", HOME="", JIANFU_KEYRING=str(login.keyring))
    assert login.keyring.exists()


def test_the_keyring_may_come_as_text(login: Login) -> None:
    """Then no keyring file is written, yet the journal has its place, and no verb shows
    the text.
    """
    login.does("init")
    text = login.keyring.read_text()
    other = Login(login.folder / "other", {"JIANFU_KEYRING_JSON": text})
    told = other.does("init") + other.does("doctor") + other.does("doctor", "--json")
    told += other.does("backup", "b") + other.does("migrate")
    assert other.journal.exists() and not other.keyring.exists()
    assert not any(secret in told for secret in text.split('"') if len(secret) > 20)


@pytest.fixture
def readonly(tmp_path: Path) -> Path:
    """A folder nobody may write, root included, who would pass over a mere mode."""
    folder = tmp_path / "readonly"
    folder.mkdir()
    if os.geteuid():
        folder.chmod(0o500)
        return folder
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("root without the right to mount can make nothing read-only")
    return folder


@pytest.fixture(autouse=True)
def unmounted(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    def unmount() -> None:
        if os.path.ismount(tmp_path / "readonly"):
            subprocess.run(["umount", str(tmp_path / "readonly")], check=True)

    request.addfinalizer(unmount)


def test_a_place_that_cannot_be_written_is_one_line(
    login: Login, readonly: Path
) -> None:
    """For data and for keys alike; what was made before stays usable."""
    assert "只读" in login.refused("init", JIANFU_DATA_DIR=str(readonly / "data"))
    line = login.refused("init", JIANFU_KEYRING=str(readonly / "keys" / "keyring.json"))
    assert str(readonly) in line
    login.does("init")


def test_migrate_tells_from_and_to(login: Login) -> None:
    """Nothing to migrate, something to migrate, nothing left to do."""
    assert "jianfu init" in login.refused("migrate")
    Keyring.create(login.keyring)
    login.data.mkdir(mode=0o700)
    login.database.touch(0o600)
    assert "第 0 版" in login.does("migrate")
    assert "已是" in login.does("migrate")
    assert mode(login.database) == "600"


def test_a_newer_database_asks_for_the_newer_program(login: Login) -> None:
    """Nothing older writes into it."""
    login.does("init")
    login.change("PRAGMA user_version = 99")
    before = login.database.read_bytes()
    for verb in ("migrate", "init"):
        assert "较新的程序" in login.refused(verb)
    assert login.run("doctor").code == 1
    assert login.database.read_bytes() == before


def test_what_is_no_database_is_told(login: Login) -> None:
    """A file of another kind is left as it is."""
    login.does("init")
    login.database.write_bytes(b"Dear Sir or Madam, " * 300)
    assert "jianfu restore" in login.refused("migrate")
    assert login.database.read_bytes().startswith(b"Dear")
