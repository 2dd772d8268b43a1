"""Looks at everything a deployment stands on, changes nothing, and names a remedy for
each fault.
"""

from __future__ import annotations

import os
import platform
import secrets
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from anonymizer.keyring import Keyring, KeyringError
from anonymizer.seal import Sealer, Unsealable
from anonymizer.shred import ShredJournal
from bot.channels.messenger import Messenger
from bot.finding import Finding, finding
from bot.keys import page_keys
from bot.ops.copies import WORK
from bot.ops.keycheck import opens
from bot.ops.sealed_rows import Examination, Progress, named
from bot.ops.store import (
    SEALED_STORE,
    Memory,
    is_another,
    memory_folder,
    told_lost,
    told_missing,
    told_other,
    turns_here,
)
from bot.ops.terms import terms_of
from bot.ops.timewatch import TIME_REMEDY, doubt
from bot.ops.trouble import RIGHT_KEYRING, reason
from bot.people.sealed import SEALED_UNITS
from bot.reports.paper_form import PAPERS
from bot.reports.template_check import tried, unknown_files
from bot.reports.templates import Templates
from bot.settings import OperatorError, Settings
from bot.sizes import MIB
from scheduler.calendar import REMEDY, UNKNOWN
from storage.connection import NoKeyFits, PageKeys, connect
from storage.conversion import is_plain, leftovers
from storage.encrypted import SQLITE_VERSION, SQLiteConnection, SQLiteRow
from storage.migrate import migrations, version
from storage.repositories.audit import SELECT_AUDIT_LINES, AuditRow, first_break
from storage.repositories.beats import SELECT_BEATS, BeatRow
from storage.repositories.store import SELECT_STORE, StoreRow
from storage.repositories.time import SELECT_TIME, TimeRow

LEAST_FREE = 256 * MIB  # below that a busy day may fill the disk
MOST_LOG = 64 * MIB  # the WAL is folded in at 32 MB, unless somebody reads on and on
# seconds that a due message may wait for a platform that asks for patience
LONGEST_DELAY = 3600
UNREADABLE_MEMORY = "读不了记在钥匙环旁边的答复次数"
PROBE_BYTES = 4096
AHEAD = 300  # seconds by which a record may be younger than now
BUILT = 1_763_769_600  # 2025-11-22: no clock that runs right is before it
WRITE_PROBE = (
    "INSERT OR REPLACE INTO leases (name, holder, until) VALUES ('probe', ?, 0)"
)
READ_PROBE = "SELECT holder FROM leases WHERE name = 'probe'"
DELETE_PROBE = "DELETE FROM leases WHERE name = 'probe'"
NOT_YET = "请运行 jianfu init，或改正 JIANFU_DATA_DIR"
DAMAGED = (
    "别的内容照常能办，坏的几处会标明；要找回来，"
    "请用 jianfu restore 在另一个目录恢复以前的备份核对，并检查磁盘"
)
RESTORE = "请用 jianfu restore 恢复最近的备份，并检查磁盘"
SELECT_LATE_HOLDS = """
    SELECT count(*) FROM holds WHERE wrapped_key IS NOT NULL AND due_at < ?"""
SELECT_WHICH_ARE_SHREDDED = """
    SELECT id, wrapped_key IS NULL FROM reports
    UNION ALL
    SELECT id, wrapped_key IS NULL FROM holds"""
SELECT_OUTBOX_DELAY = (
    "SELECT count(*), min(due_at) FILTER (WHERE due_at BETWEEN 1 AND ?) FROM outbox"
)
SELECT_YOUNGEST = """
    SELECT max(coalesce((SELECT max(at) FROM audit), 0),
               coalesce((SELECT max(changed_at) FROM cases), 0))
"""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is looked at. now: seconds since 1970 UTC; progress: hears how far it is;
    keys: of the database's pages.
    """

    settings: Settings
    database: Path
    journal: Path
    now: int
    progress: Progress | None = None
    keys: PageKeys = ()


Check = Callable[[Deployment], Iterator[Finding]]
CheckedDeployment = Callable[[Deployment, SQLiteConnection], Finding]


def examine(
    here: Deployment, messengers: Sequence[Messenger[Any, Any]]
) -> Iterator[Finding]:
    """All checks, one after the other; a fault in one stops none of the others."""
    yield finding(
        "program",
        True,
        f"Python {platform.python_version()}，SQLite {SQLITE_VERSION}",
        "",
    )
    found, keyring = _keyring(here.settings)
    yield found
    for check in FILES:
        try:
            yield from check(here)
        except OSError as error:
            where = error.filename or here.settings.data_dir
            yield Finding(
                check.__name__.strip("_"), False, f"看不了 {where}", reason(error)
            )
    yield from _database(here, keyring)
    for messenger in messengers:
        if messenger.is_set_up(here.settings):
            yield from messenger.check(here.settings, here.now)


# ── keys and files ────────────────────────────────────────────────────────────────────


def _keyring(settings: Settings) -> tuple[Finding, Keyring | None]:
    try:
        if settings.keyring_json is not None:
            where = "由设置提供"
            keyring = Keyring.from_json(settings.keyring_json.get_secret_value())
        else:
            where = str(settings.keyring)
            keyring = Keyring.load(settings.keyring)
    except KeyringError as error:
        says = f"钥匙环用不了：{settings.keyring}"
        return Finding("keyring", False, says, reason(error)), None
    says = f"钥匙环能用（{where}，{len(keyring.versions)}把钥匙）"
    return Finding("keyring", True, says), keyring


def _data_dir(here: Deployment) -> Iterator[Finding]:
    folder = here.settings.data_dir
    if not folder.is_dir():
        yield Finding("data_dir", False, f"没有数据目录 {folder}", NOT_YET)
        return
    yield from _provable("data_dir", "数据目录", folder)
    if here.settings.keyring.parent.is_dir():
        yield from _provable("keys_dir", "钥匙环的目录", here.settings.keyring.parent)


def _provable(check: str, called: str, folder: Path) -> Iterator[Finding]:
    """A little is written there, waited for, and read back."""
    probe = folder / f".probe.{secrets.token_hex(4)}"
    written = secrets.token_bytes(PROBE_BYTES)
    try:
        try:
            with probe.open("xb") as file:
                file.write(written)
                file.flush()
                os.fsync(file.fileno())
            same = probe.read_bytes() == written
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        yield Finding(check, False, f"{called} {folder} 写不进去", reason(error))
        return
    says = f"{called} {folder} {'可写' if same else '写进去的读不回来'}"
    yield finding(check, same, says, "请检查磁盘")


def _modes(here: Deployment) -> Iterator[Finding]:
    """Only the owner may look: a folder 0700, a file 0600, all of one owner."""
    settings = here.settings
    name = here.database.name
    logs = [here.database.with_name(name + ending) for ending in ("-wal", "-shm")]
    own = [path for path in (settings.data_dir, here.database, *logs) if path.exists()]
    keys = [path for path in (settings.keyring, here.journal) if path.exists()]
    well = True
    for path in (*own, *keys):
        mode = path.stat().st_mode
        if mode & 0o077:
            well = False
            says = f"别人也能读 {path}（权限 {stat.S_IMODE(mode):04o}）"
            yield Finding(
                "modes",
                False,
                says,
                f"请运行 chmod {'700' if path.is_dir() else '600'} '{path}'",
            )
    for path in own[1:]:
        if path.stat().st_uid != own[0].stat().st_uid:
            well = False
            remedy = f"请运行 chown --reference='{own[0]}' '{path}'"
            yield Finding("owner", False, f"{path} 的属主与数据目录不同", remedy)
    folder = settings.keyring.parent
    if folder.exists() and folder.stat().st_mode & 0o022:
        well = False
        yield Finding(
            "modes",
            False,
            f"别人能改 {folder}，也就能换掉钥匙环",
            f"请运行 chmod go-w '{folder}'",
        )
    if well:
        yield Finding("modes", True, "数据目录、数据库、钥匙环和销毁日志只有属主能读")


def _leftovers(here: Deployment) -> Iterator[Finding]:
    work = here.settings.data_dir / WORK
    if work.is_dir() and any(work.iterdir()):
        says = f"{work} 里有数据库副本：有备份或恢复正在做，或上次被强行中断"
        yield Finding(
            "leftovers", False, says, "没有在做的话，再做一次 jianfu backup，它会先清掉"
        )


def _disk(here: Deployment) -> Iterator[Finding]:
    """Room for a busy day, and for the copy that a backup needs."""
    folder = here.settings.data_dir
    if not folder.is_dir():
        return
    size = here.database.stat().st_size if here.database.exists() else 0
    free = shutil.disk_usage(folder).free
    need = max(LEAST_FREE, size)
    says = f"磁盘还有 {free // MIB:,} MB，数据库 {size // MIB:,} MB"
    yield finding(
        "disk",
        free >= need,
        says,
        f"请腾到 {need // MIB:,} MB 以上：备份要临时放一份副本",
    )


def _clock(here: Deployment) -> Iterator[Finding]:
    local = datetime.fromtimestamp(here.now, ZoneInfo(here.settings.timezone))
    says = f"时钟是 {local:%Y-%m-%d %H:%M}（{here.settings.timezone}）"
    yield finding(
        "clock",
        here.now >= BUILT,
        says,
        "时钟太慢：请对时，例如 timedatectl set-ntp true",
    )


def _rules(here: Deployment) -> Iterator[Finding]:
    """The files by which time is counted; from December on next year's holidays must be
    known.
    """
    try:
        terms = terms_of(here.settings)
    except OperatorError as error:
        yield Finding(
            "rules", False, str(error), "请改正这个文件，写法见 docs/clocks.md"
        )
        return
    yield Finding("rules", True, f"规则能用（{here.settings.rules or '全用默认'}）")
    today = datetime.fromtimestamp(here.now, terms.zone).date()
    unknown = [
        year for year in (today.year, today.year + 1) if not terms.calendar.knows(year)
    ]
    pressing = [year for year in unknown if year <= (today + timedelta(days=31)).year]
    says = (
        "；".join(UNKNOWN.format(year=year) for year in unknown)
        or f"认得{today.year}年和下一年的放假调休"
    )
    yield finding("calendar", not pressing, says, REMEDY)


def _templates(here: Deployment) -> Iterator[Finding]:
    """Those of the office's own; a paper is written all the same."""
    folder = here.settings.templates
    if folder is None:
        return
    if not folder.is_dir():
        says = f"没有文书模板的目录 {folder}，用的是自带的"
        yield Finding("templates", False, says, "请改正 JIANFU_TEMPLATES")
        return
    templates = Templates.of(here.settings)
    troubles = [tried(templates, kind) for kind in PAPERS]
    strange = [f"{folder / name} 没有这种文书" for name in unknown_files(folder)]
    found = [*filter(None, troubles), *strange]
    yield finding(
        "templates",
        not found,
        "；".join(found) or f"文书模板能填（{folder}）",
        "怎么改见 docs/papers.md",
    )


FILES: tuple[Check, ...] = (
    _data_dir,
    _modes,
    _leftovers,
    _disk,
    _clock,
    _rules,
    _templates,
)


# ── the database ──────────────────────────────────────────────────────────────────────


def _database(here: Deployment, keyring: Keyring | None) -> Iterator[Finding]:
    path = here.database
    try:
        is_there = path.exists()
        memory = (
            Memory(memory_folder(here.settings.keyring), keyring) if keyring else None
        )
        known = memory.known() if memory and not is_there else {}
    except OSError as error:
        yield Finding("database", False, f"看不了 {path}", reason(error))
        return
    if not is_there and known:
        says, _, remedy = told_missing(path, known).partition("：")
        yield Finding("database", False, says, remedy)
        return
    if not is_there:
        yield Finding("database", False, f"还没有数据库 {path}", NOT_YET)
        return
    keys = page_keys(keyring) if keyring else ()
    try:
        with closing(connect(path, keys)) as connection:
            yield from _opened(replace(here, keys=keys), connection, keyring)
    except NoKeyFits:
        if keyring is not None:  # else its own finding says it
            says = f"钥匙环与数据库不配：打不开 {path}"
            yield Finding("keys", False, says, RIGHT_KEYRING)
    except sqlite3.Error as error:
        yield Finding("database", False, f"数据库打不开或读不完：{path}", reason(error))


def _opened(
    here: Deployment, connection: SQLiteConnection, keyring: Keyring | None
) -> Iterator[Finding]:
    reached = version(connection)
    newest = max(migrations())
    says = f"数据库结构是第 {reached} 版，本程序的是第 {newest} 版"
    remedy = (
        "请装回较新的程序" if reached > newest else "请运行 jianfu migrate（先备份）"
    )
    yield finding("schema", reached == newest, says, remedy)
    yield _encrypted(here)
    if reached == 0 and keyring is not None:
        yield _blank(here, keyring)
    if reached != newest:
        return
    for check in INSIDE:
        yield check(here, connection)
    if keyring is None:
        return
    fits = _keys(here, connection, keyring)
    yield fits
    yield _store(here, connection, keyring)
    yield _forgotten(here, connection, keyring)
    if fits.ok:
        yield _sealed(here, connection, keyring)
    yield from _people(connection, keyring)


def _encrypted(here: Deployment) -> Finding:
    """Whether the file tells nothing to who takes it away."""
    remedy = "请停掉 jianfu serve，再运行 jianfu migrate"
    if is_plain(here.database):
        says = f"数据库还没有加密，拿到 {here.database} 就能看出不少"
        return Finding("encrypted", False, says, remedy)
    left = leftovers(here.database)
    says = "数据库按页加密"
    if left:
        says = f"加密时中断过，{left[0]} 还在"
    return finding("encrypted", not left, says, remedy)


def _blank(here: Deployment, keyring: Keyring) -> Finding:
    """Nothing is in it; whether there ever was, the keyring remembers."""
    try:
        known = Memory(memory_folder(here.settings.keyring), keyring).known()
    except OSError as error:
        return Finding("store", False, UNREADABLE_MEMORY, reason(error))
    acknowledged = turns_here(known, here.database)
    if not acknowledged:
        return Finding("store", True, "数据库还空着")
    says, _, remedy = told_lost(here.database, acknowledged, 0).partition("：")
    return Finding("store", False, says, remedy)


def _writable(here: Deployment, connection: SQLiteConnection) -> Finding:
    """A little is written, waited for, and read back by a connection of its own."""
    mark = secrets.token_bytes(PROBE_BYTES)
    try:
        connection.execute(WRITE_PROBE, (mark,))
        with closing(connect(here.database, here.keys)) as another:
            found = another.execute(READ_PROBE).fetchone()
        connection.execute(DELETE_PROBE)
    except sqlite3.Error as error:
        return Finding("writable", False, "数据库现在写不进去", reason(error))
    # another check-up at the same moment has its own mark there
    same = found is not None
    says = "数据库写得进去，读得回来" if same else "写进数据库的读不回来"
    return finding("writable", same, says, "请检查磁盘")


def _integrity(here: Deployment, connection: SQLiteConnection) -> Finding:
    lines = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    well = lines == ["ok"]
    return finding(
        "integrity",
        well,
        "数据库完整" if well else f"数据库有损坏（{len(lines)}处）",
        RESTORE,
    )


def _references(here: Deployment, connection: SQLiteConnection) -> Finding:
    lost = len(connection.execute("PRAGMA foreign_key_check").fetchall())
    says = f"有{lost}行指着不存在的行" if lost else "各表互相对得上"
    return finding("references", not lost, says, RESTORE)


def _audit(here: Deployment, connection: SQLiteConnection) -> Finding:
    broken = first_break(
        AuditRow(*row) for row in connection.execute(SELECT_AUDIT_LINES)
    )
    (lines,) = connection.execute("SELECT count(*) FROM audit").fetchone()
    says = (
        f"审计链从第{broken}行起对不上：有人改过或删过"
        if broken
        else f"审计链完整（{lines}行）"
    )
    return finding("audit", broken is None, says, "请保留现场，报告主管，并与备份核对")


def _wal(here: Deployment, connection: SQLiteConnection) -> Finding:
    log = here.database.with_name(f"{here.database.name}-wal")
    size = log.stat().st_size if log.exists() else 0
    says = f"预写日志 {size / MIB:.1f} MB"
    return finding(
        "wal", size <= MOST_LOG, says, "有进程长时间占着读：请重启 jianfu serve"
    )


def _serving(here: Deployment, connection: SQLiteConnection) -> Finding:
    """No fault either way: who looks knows which it should be."""
    says = "在运行" if _is_serving(here, connection) else "没有在运行"
    return Finding("serving", True, f"jianfu serve {says}")


def _is_serving(here: Deployment, connection: SQLiteConnection) -> bool:
    select = "SELECT count(*) FROM leases WHERE until > ?"
    (held,) = connection.execute(select, (here.now,)).fetchone()
    return bool(held)


def _jobs(here: Deployment, connection: SQLiteConnection) -> Finding:
    """Whatever serves writes down when each of its jobs succeeded last."""
    if not _is_serving(here, connection):
        return Finding("jobs", True, "没有在运行，也就没有定时的事")
    beats = [BeatRow(*row) for row in connection.execute(SELECT_BEATS)]
    silent = [beat.job for beat in beats if beat.at + beat.within < here.now]
    says = f"定时的事都在做（{len(beats)}项）"
    if silent:
        says = f"有{len(silent)}项定时的事停了：{'、'.join(silent)}"
    return finding("jobs", not silent, says, "请看日志里的报错，再重启 jianfu serve")


def _time(here: Deployment, connection: SQLiteConnection) -> Finding:
    """Whether what cannot be undone waits, or would if the hotline were opened now."""
    found = doubt(TimeRow(*connection.execute(SELECT_TIME).fetchone()), here.now)
    if found is None:
        return Finding("time", True, "时钟与记录对得上")
    says = f"{found.said}：到期的删除、督办先不做"
    return Finding("time", False, says, f"{TIME_REMEDY}，或开着满48小时自动接着做")


def _outbox(here: Deployment, connection: SQLiteConnection) -> Finding:
    """Messages due at once carry no time, since none is kept without need; the others
    tell the delay.
    """
    pending, oldest = connection.execute(SELECT_OUTBOX_DELAY, (here.now,)).fetchone()
    late = here.now - oldest if oldest else 0
    says = f"待发消息{pending}条" + (
        f"，最早的一条已过时{late // 60}分钟" if late else ""
    )
    return finding(
        "outbox",
        late <= LONGEST_DELAY,
        says,
        "请看 jianfu serve 是否在运行、日志里渠道有没有报错",
    )


def _holds(here: Deployment, connection: SQLiteConnection) -> Finding:
    """How many wait is nobody's business; that one waits for too long is."""
    (late,) = connection.execute(
        SELECT_LATE_HOLDS, (here.now - LONGEST_DELAY,)
    ).fetchone()
    says = "说好以后再交的反映都没有过日子"
    if late:
        says = f"说好以后再交的反映，有{late}件过了日子还没交"
    remedy = "请看 jianfu serve 是否在运行、日志里有没有报错"
    return finding("holds", not late, says, remedy)


def _times(here: Deployment, connection: SQLiteConnection) -> Finding:
    (youngest,) = connection.execute(SELECT_YOUNGEST).fetchone()
    well = youngest <= here.now + AHEAD
    says = "没有来自未来的记录" if well else "有记录的时间比现在还晚：时钟往回跳过"
    return finding("times", well, says, "请对时：时钟不准，期限和提醒都会错")


INSIDE: tuple[CheckedDeployment, ...] = (
    _writable, _integrity, _references, _audit, _wal, _serving, _jobs, _outbox, _holds,
    _times, _time,
)  # fmt: skip


def _keys(here: Deployment, connection: SQLiteConnection, keyring: Keyring) -> Finding:
    """Real rows are opened: a keyring that is whole may still be another
    deployment's.
    """
    found = opens(connection, keyring)
    row = StoreRow(*connection.execute(SELECT_STORE).fetchone())
    if is_another(row, found) and not _token_opens(row, keyring):
        told = told_other(here.database, row, keyring, found)
        says, _, remedy = told.partition("，")
        return Finding("keys", False, f"{says}（试{found.tried}条）", remedy)
    says = (
        f"钥匙环打得开数据库（试{found.tried}条）"
        if found.tried
        else "数据库还空，无从试钥匙"
    )
    return Finding("keys", True, says)


def _token_opens(row: StoreRow, keyring: Keyring) -> bool:
    if not row.sealed:
        return False
    try:
        SEALED_STORE.open(Sealer(keyring, "content"), row.id, row.sealed)
    except Unsealable:
        return False
    return True


def _store(here: Deployment, connection: SQLiteConnection, keyring: Keyring) -> Finding:
    """All is there that was ever acknowledged."""
    (id,) = connection.execute("SELECT id FROM store").fetchone()
    try:
        # before the count is read: others go on, and note it
        remembered = Memory(memory_folder(here.settings.keyring), keyring).of(id)
    except OSError as error:
        return Finding("store", False, UNREADABLE_MEMORY, reason(error))
    (found,) = connection.execute("SELECT turns FROM store").fetchone()
    if remembered is None:
        return Finding("store", True, "还没有记下答复过多少次写入，开通后会记")
    if remembered.turns > found:
        told = told_lost(here.database, remembered.turns, found)
        says, _, remedy = told.partition("：")
        return Finding("store", False, says, remedy)
    return Finding("store", True, f"答复过的写入都在（{found}次）")


def _sealed(
    here: Deployment, connection: SQLiteConnection, keyring: Keyring
) -> Finding:
    """Everything that is sealed is opened, a row at a time."""
    examination = Examination(connection, keyring, here.progress)
    damaged = examination.run()
    if not damaged:
        return Finding("sealed", True, f"封存的内容都打得开（{examination.opened}处）")
    says = f"有{len(damaged)}处内容损坏，打不开：{named(damaged, connection)}"
    return Finding("sealed", False, says, DAMAGED)


def _forgotten(
    here: Deployment, connection: SQLiteConnection, keyring: Keyring
) -> Finding:
    """Journal and database tell the same: what only one has was cut short, or comes
    from an old copy.
    """
    rows = connection.execute(SELECT_WHICH_ARE_SHREDDED).fetchall()
    gone = [id for id, shredded in rows if shredded]
    journal = ShredJournal(here.journal, keyring)
    try:
        undone = len(journal.among(id for id, shredded in rows if not shredded))
        unknown = len(gone) - len(journal.among(gone))
    except KeyringError as error:
        return Finding(
            "journal", False, f"销毁日志读不了：{here.journal}", reason(error)
        )
    says = f"销毁日志与数据库一致（{len(gone)}件）"
    if undone:
        says = f"有{undone}件要求删除的反映没删完"
    elif unknown:
        says = f"销毁日志 {here.journal} 缺{unknown}件"
    elif not here.journal.exists():
        says = f"还没有销毁日志 {here.journal}"
    well = here.journal.exists() and not undone and not unknown
    return finding("journal", well, says, "请运行 jianfu init，它会补上")


# ── people ────────────────────────────────────────────────────────────────────────────


def _people(connection: SQLiteConnection, keyring: Keyring) -> Iterator[Finding]:
    """Whether somebody is there for all that needs somebody. Before the first entry
    nobody is missed.
    """
    staff = connection.execute(
        "SELECT role, unit_id FROM staff WHERE active = 1"
    ).fetchall()
    units = connection.execute(
        "SELECT id, sealed FROM units WHERE active = 1"
    ).fetchall()
    if not staff and not units:
        yield Finding(
            "supervisor",
            True,
            "名册还空着，要用时 jianfu staff add、jianfu unit import",
        )
        return
    supervisors = sum(role == "supervisor" for role, _ in staff)
    says = (
        f"专线主管{supervisors}位"
        if supervisors
        else "没有专线主管：延期没人批，督办没人管"
    )
    yield finding(
        "supervisor",
        supervisors > 0,
        says,
        "请运行 jianfu staff add 姓名 --role supervisor",
    )
    used = {id for id, _ in units}
    lost = sum(role == "liaison" and unit not in used for role, unit in staff)
    says = f"有{lost}位联络员没有在用的单位" if lost else "联络员都有单位"
    yield finding(
        "liaisons",
        not lost,
        says,
        "请运行 jianfu staff add 姓名 --role liaison --unit 单位",
    )
    alone = _alone(units, {unit for _, unit in staff}, keyring)
    some = "、".join(alone[:3]) + ("等" if len(alone) > 3 else "")
    says = f"有{len(alone)}个单位没有人：{some}" if alone else "单位都有人"
    yield finding(
        "units",
        not alone,
        says,
        "请给单位登记联络员（jianfu staff add），或在名录里写上人员",
    )


def _alone(
    units: list[SQLiteRow], peopled: set[bytes | None], keyring: Keyring
) -> list[str]:
    """Names of units for which nobody is known: their cases go nowhere, and hide from
    nobody.
    """
    sealer = Sealer(keyring, "staff")
    alone: list[str] = []
    for id, sealed in units:
        if id in peopled:
            continue
        try:
            unit = SEALED_UNITS.open(sealer, id, sealed)
        except Unsealable:  # told already
            continue
        if not unit.people:
            alone.append(unit.name)
    return sorted(alone)
