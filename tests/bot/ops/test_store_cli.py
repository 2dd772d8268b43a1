"""The store is the one it should be, or nothing is done with it: one line says what is
wrong and what to do.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from anonymizer.keyring import Keyring
from bot.__main__ import VERBS as VERBS_OF_ALL
from tests.bot.command import CHINESE, Login
from tests.looking import look_into
from tests.proofs.command_lines import command_lines
from tests.proofs.test_stop import WITHOUT_A_DATABASE

LEDGER = "同一份网格台账每周要报五次"
VERBS = (("case", "list"), ("staff", "list"), ("chat",), ("serve", "--port", "0"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Login:
    """With a report in it."""
    login = Login(tmp_path_factory.mktemp("served"))
    login.does("init")
    login.files(LEDGER)
    return login


@pytest.fixture
def login(served: Login, tmp_path: Path) -> Login:
    """A copy, to be spoiled, where it lies as it did."""
    shutil.copytree(served.folder, tmp_path / "login")
    return Login(tmp_path / "login", served.environ)


def faults(login: Login) -> dict[str, str]:
    found = json.loads(login.run("doctor", "--json").out)["findings"]
    return {one["check"]: one["says"] for one in found if not one["ok"]}


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_where_the_database_is_gone_none_is_begun(
    login: Login, verb: tuple[str]
) -> None:
    shutil.rmtree(login.data)
    line = login.refused(*verb)
    assert f"没有数据库 {login.database}" in line and "jianfu restore" in line
    assert not login.database.exists()
    assert "另开一个空的专线" in faults(login)["database"]


def test_in_another_folder_the_first_one_is_named(login: Login) -> None:
    """`jianfu case list` elsewhere would be an empty second deployment (F21)."""
    login.does("case", "list")
    other = login.elsewhere("elsewhere")
    line = other.refused("case", "list")
    assert "另开一个空的专线" in line and f"原来的在 {login.database}" in line
    assert "jianfu init --empty" in other.refused("init")
    assert not other.data.exists()
    assert "新建" in other.does("init", "--empty")
    assert other.texts() == []
    assert login.texts() == [LEDGER]
    login.does("case", "list")


def test_an_old_deployment_is_remembered_by_its_keyring_alone(login: Login) -> None:
    """Made before anything was remembered: then nobody says where it was."""
    shutil.rmtree(login.keyring.with_name("keyring.state"))
    assert "另开一个空的专线" in login.elsewhere("elsewhere").refused("case", "list")
    login.does("case", "list")


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_a_foreign_keyring_is_refused(login: Login, verb: tuple[str]) -> None:
    login.keyring.unlink()
    Keyring.create(login.keyring)
    line = login.refused(*verb)
    assert "钥匙环与数据库不配" in line and "JIANFU_KEYRING" in line
    assert "不配" in faults(login)["keys"]


@pytest.mark.slow
def test_every_verb_refuses_a_foreign_keyring(login: Login) -> None:
    """Whatever it is asked for, and nothing is changed: no traceback, no second
    database within the first.
    """
    login.does("backup", "hotline.backup")
    login.keyring.unlink()
    Keyring.create(login.keyring)
    before = login.database.read_bytes()
    working = set(VERBS_OF_ALL) - WITHOUT_A_DATABASE - {"bench", "simulate", "doctor"}
    for verb in sorted(working):
        line = login.refused(*command_lines(verb)[0])
        assert "钥匙环" in line and CHINESE.search(line), line
    assert login.database.read_bytes() == before


def test_an_older_copy_of_the_keyring_is_refused(login: Login) -> None:
    older = login.keyring.read_bytes()
    Keyring.load(login.keyring).rotate()
    login.files("工作群里每天打卡三次还要截图")
    login.keyring.write_bytes(older)
    assert "旧的一份" in login.refused("case", "list")


def lost(login: Login) -> None:
    """What a lost or damaged log does: the database stands as it did before."""
    before = login.database.read_bytes()
    login.files("工作群里每天打卡三次还要截图")
    login.database.write_bytes(before)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_what_was_acknowledged_and_is_gone_is_noticed(
    login: Login, verb: tuple[str]
) -> None:
    """Acknowledged N, found M (F4)."""
    lost(login)
    line = login.refused(*verb)
    assert "少了" in line and "答复过" in line and "jianfu.db-wal" in line
    assert "答复过" in faults(login)["store"]


def test_restoring_what_is_left_goes_on_from_there(login: Login) -> None:
    """Backup says what is missing and is kept; `restore` counts anew, with a line in
    the audit chain.
    """
    lost(login)
    backed_up = login.run("backup", "left.backup")
    assert backed_up.code == 1 and "少了" in backed_up.err
    login.does("restore", "left.backup", "--force")
    assert set(faults(login)) == set()
    login.does("case", "list")
    assert login.texts() == [LEDGER]
    (line,) = login.rows("SELECT content FROM audit WHERE kind = 'store.restore'")
    counted = json.loads(str(line[0]))
    assert counted["acknowledged"] > counted["found"] > 0


def test_a_restored_copy_elsewhere_and_the_first_one_go_on_apart(login: Login) -> None:
    """Each is counted by itself: a rehearsal spoils nothing."""
    login.does("backup", "it.backup")
    other = login.elsewhere("other")
    other.does("restore", "it.backup")
    for number in range(3):
        other.files(f"同一份台账每周要报{number + 2}次")
    login.does("case", "list")
    login.files("工作群里每天打卡三次还要截图")
    other.does("case", "list")


def test_a_damaged_token_alone_locks_nobody_out(login: Login) -> None:
    """Real rows tell whose database it is."""
    login.change("UPDATE store SET sealed = zeroblob(500)")
    assert "数据库的标记" in faults(login)["sealed"]
    login.does("case", "list")
    assert set(faults(login)) == set()


def test_an_emptied_file_is_not_taken_for_a_new_one(login: Login) -> None:
    login.database.write_bytes(b"")
    assert "没有数据库" in login.refused("case", "list")


def test_a_start_cut_short_before_its_database_goes_on(tmp_path: Path) -> None:
    """The keyring is made first: then there was nothing yet to be missed."""
    login = Login(tmp_path)
    login.does("init")
    shutil.rmtree(login.data)
    for path in login.keyring.with_name("keyring.state").iterdir():
        path.unlink()
    login.does("case", "list")


@pytest.mark.parametrize(
    "verb", [("doctor",), ("backup", "b"), ("init",), ("migrate",), ("case", "list")]
)
def test_another_login_is_told_so_in_one_line(login: Login, verb: tuple[str]) -> None:
    """F11: the folders are 0700, and somebody else types. `doctor` says it as a fault
    of each thing that it cannot look at.
    """
    if os.geteuid() or not shutil.which("setpriv"):
        pytest.skip("only root may be somebody else, by setpriv")
    for path in (login.data, login.keyring.parent):
        os.chown(path, 12345, 12345)
    alone = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    done = subprocess.run(
        [*alone, *login.command(*verb)],
        cwd=login.folder,
        env=login.surroundings(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    if verb == ("doctor",):
        assert done.returncode == 1 and "权限" in done.stdout
        return
    (line,) = done.stderr.splitlines()
    assert done.returncode == 2 and "权限" in line, line


def test_one_bad_bit_on_the_disk_is_told_as_that(login: Login) -> None:
    """It takes the page of 4 KB with it: no mistake of the program's."""
    with closing(look_into(login.database, login.keyring)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'cases'"
        [(page,)] = connection.execute(root).fetchall()
        [(size,)] = connection.execute("PRAGMA page_size").fetchall()
    content = bytearray(login.database.read_bytes())
    content[(int(page) - 1) * int(size) + 100] ^= 1
    login.database.write_bytes(content)
    listed = login.run("case", "list")
    assert (listed.code, listed.out) == (3, "")
    assert "数据库有一处坏了" in listed.err and "jianfu doctor" in listed.err
    assert "程序的毛病" not in listed.err
    assert "integrity" in faults(login)
