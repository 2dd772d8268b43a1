"""`jianfu doctor`: every fault is found, by name and with a remedy; nothing
is changed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from anonymizer.keyring import Keyring
from tests.bot.command import CHINESE, ROOT, Login
from tests.looking import look_into
from tests.storage.yesterday import tables


def fresh(folder: Path) -> Login:
    """Nothing done yet; the holidays are known in whatever year the tests run."""
    year, days = time.localtime().tm_year, folder / "days.toml"
    days.write_text(f"years = {[year, year + 1]}", "utf-8")
    return Login(folder, {"JIANFU_CALENDAR": str(days)})


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Login:
    """With reports, so that there is something to open."""
    login = fresh(tmp_path_factory.mktemp("sound"))
    login.does("init")
    login.files("同一份网格台账每周要报五次")
    login.files("工作群里每天打卡三次还要截图")
    return login


@pytest.fixture
def login(sound: Login, tmp_path: Path) -> Login:
    """A copy of the sound one, to be spoiled."""
    shutil.copytree(sound.folder, tmp_path / "login")
    return Login(tmp_path / "login", sound.environ)


def dumped(login: Login) -> list[object]:
    """All that is in the database."""
    with closing(look_into(login.database, login.keyring)) as connection:
        select = (f"SELECT * FROM {table}" for table in tables(connection))
        return [connection.execute(sql).fetchall() for sql in select]


def found(login: Login) -> dict[str, str]:
    """The faults by name, with their remedies."""
    done = login.run("doctor", "--json")
    report = json.loads(done.out)
    faults = {
        one["check"]: one["remedy"] for one in report["findings"] if not one["ok"]
    }
    assert (done.code, report["ok"], done.err) == (1 if faults else 0, not faults, "")
    assert all(CHINESE.search(remedy) for remedy in faults.values())
    assert not any(one["remedy"] for one in report["findings"] if one["ok"])
    return faults


def test_a_sound_deployment_is_told_so(login: Login) -> None:
    """In words as well as marks, with all settings; looking changes nothing."""
    before = (
        dumped(login),
        login.keyring.read_bytes(),
        login.journal.read_bytes(),
    )
    said = login.does("doctor")
    assert "全部正常" in said and "✓ 正常" in said and "✗" not in said
    assert (
        "JIANFU_WEB__PORT = 8080" in said
        and f"JIANFU_KEYRING = {login.keyring}" in said
    )
    assert found(login) == {}
    assert (
        dumped(login),
        login.keyring.read_bytes(),
        login.journal.read_bytes(),
    ) == before
    assert sorted(path.name for path in login.data.iterdir()) == ["jianfu.db"]


def another_keyring(login: Login) -> None:
    login.keyring.unlink()
    Keyring.create(login.keyring)


def damaged_page(login: Login) -> None:
    ((page,),) = login.rows("SELECT rootpage FROM sqlite_schema WHERE name = 'cases'")
    with login.database.open("r+b") as file:
        file.seek((int(str(page)) - 1) * 4096)
        file.write(b"\xff" * 4096)


def with_sql(*statements: str) -> Callable[[Login], None]:
    def spoil(login: Login) -> None:
        for sql in statements:
            login.change(sql)

    return spoil


def strange_rules(login: Login) -> None:
    (login.folder / "jianfu.toml").write_text('rules = "rules.toml"\n', "utf-8")
    (login.folder / "rules.toml").write_text('[deadlines]\nanswer = "soon"\n', "utf-8")


def strange_template(login: Login) -> None:
    (login.folder / "jianfu.toml").write_text('templates = "forms"\n', "utf-8")
    (login.folder / "forms").mkdir()
    (login.folder / "forms" / "转办单.docx").write_text("转办单", "utf-8")


def left_over(login: Login) -> None:
    (login.data / ".work").mkdir(mode=0o700)
    (login.data / ".work" / "copy").touch(0o600)


def long_log(login: Login) -> None:
    with (login.data / "jianfu.db-wal").open("wb") as file:
        file.truncate(65 << 20)
    (login.data / "jianfu.db-wal").chmod(0o600)


ORPHAN = (
    "INSERT INTO notes VALUES (randomblob(16), zeroblob(16), 1, zeroblob(16), x'00')"
)
OVERDUE = (
    "INSERT INTO outbox VALUES (zeroblob(16), 'web', zeroblob(16), 1, 1700000000,"
    " x'00')"
)
LATE_HOLD = (
    "INSERT INTO holds VALUES (zeroblob(16), 1, x'00', zeroblob(32), NULL,"
    " zeroblob(16), NULL, 1700000000, x'00')"
)
FUTURE = f"UPDATE cases SET changed_at = {int(time.time()) + 86400}"
FAULTS: dict[str, tuple[Callable[[Login], object], set[str]]] = {
    "data folder open to others": (lambda it: it.data.chmod(0o755), {"modes"}),
    "database open to others": (lambda it: it.database.chmod(0o640), {"modes"}),
    "keyring open to others": (
        lambda it: it.keyring.chmod(0o644),
        {"keyring", "modes"},
    ),
    "journal open to others": (lambda it: it.journal.chmod(0o604), {"modes"}),
    "others may exchange the keyring": (
        lambda it: it.keyring.parent.chmod(0o777),
        {"modes"},
    ),
    "no keyring": (lambda it: it.keyring.unlink(), {"keyring"}),
    "keyring damaged": (lambda it: it.keyring.write_text("{}"), {"keyring"}),
    "another keyring": (another_keyring, {"keys"}),
    "no database": (lambda it: it.database.unlink(), {"database"}),
    "database cut short": (
        lambda it: os.truncate(it.database, 30_000),
        {"database", "integrity"},
    ),
    "no database at all": (
        lambda it: it.database.write_text("Dear Sir " * 900),
        {"database"},
    ),
    "a page damaged": (damaged_page, {"database", "integrity"}),
    "a row without its case": (with_sql(ORPHAN), {"references", "sealed"}),
    "audit changed": (
        with_sql("UPDATE audit SET kind = 'other' WHERE seq = 1"),
        {"audit"},
    ),
    "audit cut out": (
        with_sql("DELETE FROM audit WHERE seq = 1", "UPDATE audit SET seq = 2"),
        {"audit"},
    ),
    "a newer database": (with_sql("PRAGMA user_version = 99"), {"schema"}),
    "records from the future": (with_sql(FUTURE), {"times"}),
    "messages waiting": (with_sql(OVERDUE), {"outbox", "sealed"}),
    "a report kept back past its day": (with_sql(LATE_HOLD), {"holds", "sealed"}),
    "a copy left over": (left_over, {"leftovers"}),
    "the log too long": (long_log, {"wal"}),
    "rules that cannot be": (strange_rules, {"rules"}),
    "a template that is none": (strange_template, {"templates"}),
    "no journal": (lambda it: it.journal.unlink(), {"journal"}),
}


@pytest.mark.parametrize(("spoil", "names"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_found(
    login: Login, spoil: Callable[[Login], object], names: set[str]
) -> None:
    """By the right name, and by no name that has nothing to do with it; never a
    traceback.
    """
    spoil(login)
    faults = found(login)
    assert faults and set(faults) <= names, faults


def test_people_read_the_remedy_below_the_fault(login: Login) -> None:
    login.data.chmod(0o755)
    login.journal.unlink()
    done = login.run("doctor")
    assert (done.code, done.err) == (1, "")
    assert done.out.count("✗ 要处理") == done.out.count("→ 请运行") == 2
    assert "有2项要处理" in done.out


@pytest.mark.parametrize("path", ["data", "database", "keyring", "journal"])
def test_the_remedy_for_a_mode_works(login: Login, path: str) -> None:
    """Typed as it stands there, it mends the fault."""
    getattr(login, path).chmod(0o777)
    remedy = found(login)["modes"]
    subprocess.run(["sh", "-c", remedy.removeprefix("请运行 ")], check=True)
    assert found(login) == {}


def test_a_strange_owner_is_found(login: Login) -> None:
    """Somebody ran a verb as root beside the hotline's own login."""
    if os.geteuid():
        pytest.skip("only root may give files away")
    os.chown(login.data, 12345, 12345)
    remedy = found(login)["owner"]
    subprocess.run(["sh", "-c", remedy.removeprefix("请运行 ")], check=True)
    assert found(login) == {}


def test_what_is_going_on_is_told(login: Login) -> None:
    """Whether somebody serves, and how much waits to be sent; neither is a fault by
    itself.
    """
    assert "没有在运行" in login.does("doctor")
    login.change(
        f"INSERT INTO leases VALUES ('serve', zeroblob(16), {int(time.time()) + 600})"
    )
    said = login.does("doctor")
    assert "jianfu serve 在运行" in said and "待发消息0条" in said


def test_no_secret_is_shown(login: Login) -> None:
    """A keyring that comes as text is said to be set, in either output, and so is one
    that is damaged.
    """
    text = login.keyring.read_text()
    secret = next(part for part in text.split('"') if len(part) > 40)
    for given in (text, text.replace('"format": 1', '"format": 2')):
        for words in (("doctor",), ("doctor", "--json")):
            done = login.run(*words, JIANFU_KEYRING_JSON=given)
            assert "（已设，不显示）" in done.out and secret not in done.out + done.err


def test_nothing_there_yet(tmp_path: Path) -> None:
    """On a fresh machine the way begins with init."""
    faults = found(fresh(tmp_path))
    assert set(faults) == {"keyring", "data_dir", "database"}
    assert all("jianfu init" in remedy for remedy in faults.values())
    assert not (tmp_path / "data").exists()


def test_a_disk_nearly_full_or_read_only_is_found(tmp_path: Path) -> None:
    """Below what a busy day and a backup need; and where nothing can be
    written at all.
    """
    (tmp_path / "data").mkdir(mode=0o700)
    mount = [
        "mount",
        "-t",
        "tmpfs",
        "-o",
        "size=16m,mode=0700",
        "tmpfs",
        str(tmp_path / "data"),
    ]
    if (
        os.geteuid()
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("mounting needs root")
    try:
        login = fresh(tmp_path)
        login.does("init")
        assert set(found(login)) == {"disk"}
        subprocess.run(
            ["mount", "-o", "remount,ro", str(tmp_path / "data")], check=True
        )
        faults = found(login)
        assert (
            {"data_dir", "disk"}
            < set(faults)
            <= {"data_dir", "disk", "database", "writable"}
        )
        assert "只读" in faults["data_dir"]
    finally:
        subprocess.run(["umount", str(tmp_path / "data")], check=True)


def test_missing_people_are_found(login: Login) -> None:
    """From the first entry on: nobody approves, a liaison without a unit, a unit
    without anybody.
    """
    login.does("unit", "add", "文新街道", "--level", "街道")
    login.does("unit", "add", "古荡街道", "--level", "街道", "--person", "张三")
    faults = found(login)
    assert set(faults) == {"supervisor", "units"}
    assert "--role supervisor" in faults["supervisor"]
    assert "有1个单位没有人：文新街道" in login.run("doctor").out
    login.does("staff", "add", "王芳", "--role", "supervisor")
    login.does("staff", "add", "李四", "--role", "liaison", "--unit", "文新街道")
    assert set(found(login)) == set()
    login.does("unit", "disable", "文新街道")
    assert set(found(login)) == {"liaisons"}
    login.does("staff", "disable", "李四")
    login.does("staff", "disable", "王芳")
    assert set(found(login)) == {"supervisor"}


def test_the_docs_name_every_check() -> None:
    """Scripts rely on these names; the table of operations.md has each of them, of the
    messengers' own checks too, and no other.
    """
    ours = (ROOT / "bot" / "ops" / "checkup.py").read_text("utf-8")
    telegram = ROOT / "bot" / "channels" / "telegram" / "checkup.py"
    code = ours + telegram.read_text("utf-8")
    names = set(re.findall(r'(?:[Ff]inding\(\s*|_provable\(|check = )"(\w+)"', code))
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    table = page.split("## 体检")[1].split("## ")[0]
    rows = re.findall(r"^\| ((?:`\w+` ?)+)\|", table, re.M)
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) - {"check"} == names
