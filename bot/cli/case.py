"""`jianfu case …`: staff's work in the terminal. Every verb speaks JSON for scripts
with `--json`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import opened
from bot.cases.casework import Casework
from bot.cli.answers import answered, common, login, out, reader
from bot.desk import wording
from bot.people.member import CaseReader
from bot.people.roster import Roster
from bot.settings import OperatorError, load
from dialogs.case.life import FINDINGS, LEVELS, Refusal, Staff, State
from dialogs.case.orders import (
    Accept,
    Answer,
    Arrive,
    Ask,
    Assign,
    Claim,
    Close,
    Decline,
    Extend,
    Find,
    GrantExtend,
    Merge,
    Note,
    Order,
    Rectify,
    RefuseReturn,
    Release,
    Reply,
    Resume,
    Return,
    StaffReopen,
    Supervise,
    Undo,
    Wait,
    Whistle,
)
from dialogs.understand import CATEGORIES
from storage.repositories.cases import CaseRow

READING = ("list", "show", "search")
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


# ── the command line ──────────────────────────────────────────────────────────────────


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="move", required=True, metavar="动作")

    def verb(name: str, summary: str, *, case: bool = True) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=summary, description=summary)
        if case:
            sub.add_argument(
                "case",
                metavar="工单",
                help="代号（白鹭-K7QM）、代号后四位（K7QM）或编号（JF2026-000123）",
            )
        common(sub)
        return sub

    listing = verb("list", "列出要办的工单，加急的在前，早的在前", case=False)
    listing.add_argument(
        "--state",
        choices=[state.value for state in State],
        action="append",
        help="只看这个状态，可以写几次",
    )
    listing.add_argument("--category", choices=CATEGORIES, help="只看这一类")
    listing.add_argument("--mine", action="store_true", help="只看我认领的")
    listing.add_argument("--urgent", action="store_true", help="只看加急的")
    verb("show", "看一件工单的全部").add_argument(
        "--pictures", type=Path, metavar="目录", help="把图片另存到这个目录"
    )
    search = verb("search", "按字词找，至少两个字", case=False)
    search.add_argument("words", nargs="+", metavar="字词")
    for several in (listing, search):
        several.add_argument(
            "--most", type=int, default=50, metavar="件数", help="最多列几件，默认 50"
        )
    verb("claim", "认领").add_argument(
        "--take", action="store_true", help="从同事手里接过来"
    )
    verb("release", "放回去，谁都可以接")
    verb("accept", "受理，给编号")
    _text(verb("decline", "不予受理"), "reason", "理由，反映人会看到")
    ask = verb("ask", "问反映人一句，等补充")
    _text(ask, "question", "问题，反映人会看到")
    ask.add_argument(
        "--to", type=int, metavar="N", help="合并过的工单：只问第 N 位反映人"
    )
    wait = verb("wait", "等第三方，期限停着，到日子自己接着办")
    _text(wait, "reason", "等什么，反映人会看到")
    _due(wait, "等到哪一天", needed=True)
    verb("resume", "不等了，接着办")
    reply = verb("reply", "给反映人回话，10 秒内可以撤回")
    _text(reply, "text", "要说的话，反映人会看到")
    reply.add_argument(
        "--to", type=int, metavar="N", help="合并过的工单：只对第 N 位反映人说"
    )
    verb("undo", "撤回还没发出的回话")
    assign = verb("assign", "转给承办单位")
    _text(assign, "unit", "承办单位")
    assign.add_argument("--level", choices=LEVELS, help="哪一级")
    assign.add_argument(
        "--complex", action="store_true", help="情况复杂，答复期限按复杂的算"
    )
    _due(assign, "答复期限")
    _text(
        verb("arrive", "加急件：单位到场或上线了"),
        "text",
        "说明，反映人会看到",
        needed=False,
    )
    _text(verb("answer", "记下单位的答复"), "text", "答复，反映人会看到")
    back = verb("return", "记下单位退回")
    _text(back, "rule", "依据哪一条，说明不归它管，反映人会看到")
    _text(back, "reason", "说明，反映人会看到", needed=False)
    _text(
        verb("refuse-return", "不准退回，单位接着办"),
        "reason",
        "理由，单位和反映人会看到",
    )
    extend = verb("extend", "记下单位申请延期，到期前才行")
    extend.add_argument("days", type=int, metavar="工作日", help="再要几个工作日")
    _text(extend, "reason", "为什么，批准后反映人会看到")
    grant = verb("grant", "批复延期，主管才行")
    grant.add_argument("--refuse", action="store_true", help="不批准，要写理由")
    grant.add_argument(
        "--days", type=int, metavar="工作日", help="批几个工作日，默认照申请的"
    )
    _text(grant, "reason", "理由，单位会看到", needed=False)
    _text(verb("supervise", "督办，主管才行"), "text", "要求，单位会看到")
    whistle = verb("whistle", "吹哨，交给上一级办，期限重算")
    _text(whistle, "reason", "为什么，反映人会看到")
    _text(whistle, "unit", "上一级由谁办，默认是名录里的上级单位", needed=False)
    find = verb("find", "核实定性")
    find.add_argument("finding", choices=FINDINGS, help="属实、部分属实、不属实")
    _text(find, "text", "说明，反映人会看到", needed=False)
    rectify = verb("rectify", "开始整改")
    _text(rectify, "plan", "怎么改，反映人会看到", needed=False)
    _due(rectify, "改好的期限")
    _text(verb("close", "办结"), "result", "结果，反映人会看到")
    _text(verb("reopen", "重新办理"), "reason", "说明，反映人会看到", needed=False)
    verb("merge", "并入另一件，反映人跟着过去").add_argument(
        "into", metavar="并入", help="另一件的代号或编号"
    )
    _text(verb("note", "内部备注，反映人永远看不到"), "text", "备注")


def _text(
    parser: argparse.ArgumentParser, name: str, summary: str, *, needed: bool = True
) -> None:
    parser.add_argument(
        name,
        nargs=None if needed else "?",
        default="",
        help=f"{summary}；写 - 从标准输入读",
    )


def _due(
    parser: argparse.ArgumentParser, summary: str, *, needed: bool = False
) -> None:
    said = f"{summary}，到这一天结束：2026-12-01，或 +5（天后）"
    if needed:
        parser.add_argument("due", type=_day, metavar="日期", help=said)
    else:
        parser.add_argument("--due", type=_day, metavar="日期", help=said)


def _day(typed: str) -> date | int:
    """A date, or how many days from today. Raises: ArgumentTypeError."""
    try:
        return int(typed) if typed.startswith("+") else date.fromisoformat(typed)
    except ValueError:
        raise argparse.ArgumentTypeError("请写成 2026-12-01，或 +5") from None


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with opened(load(), lambda parts: []) as app:
        return await work(args, app.casework, app.roster)


# ── what it does ──────────────────────────────────────────────────────────────────────


async def work(args: argparse.Namespace, casework: Casework, roster: Roster) -> int:
    """Carry out one verb on an open casework. Returns the exit code.

    Who is on the roster may do what their role may; while it is empty, who has the
    machine in hand may all.
    """
    by = args.by or login()
    screen = wording.Screen(casework.zone, sys.stdout)

    async def carry_out() -> None:
        who = await roster.on_duty(by)
        if args.move in READING:
            reader(who)
        if args.move in ("list", "search"):
            entries = await _entries(args, casework, roster.staff(by), who)
            out(args, [wording.entry_json(entry, casework.zone) for entry in entries],
                lambda: screen.entries(entries, args.most))  # fmt: skip
        elif args.move == "show":
            row = await casework.staff.find(args.case, who)
            saved = await _save(args.pictures, casework, row) if args.pictures else {}
            sheet = await casework.reading.sheet(row)
            out(
                args,
                wording.sheet_json(sheet, casework.zone, saved),
                lambda: screen.sheet(sheet, saved),
            )
        else:
            given = order(args, casework.zone)
            outcome = await casework.staff.order(args.case, given, who)
            out(
                args,
                wording.outcome_json(outcome, casework.zone),
                lambda: screen.outcome(outcome),
            )

    return await answered(args, carry_out)


async def _entries(
    args: argparse.Namespace, casework: Casework, by: Staff, who: CaseReader
) -> list[Any]:
    if args.move == "search":
        return await casework.reading.search(who, " ".join(args.words), args.most)
    return await casework.reading.entries(
        who,
        states=[State(state) for state in args.state or ()],
        category=args.category,
        claimed_by=by.id if args.mine else None,
        urgent=args.urgent,
        limit=args.most,
    )


def order(args: argparse.Namespace, zone: ZoneInfo) -> Order:
    """The order that a command line means. Raises: Refusal, if a text to be read cannot
    be.
    """
    make: dict[str, Callable[[], Order]] = {
        "claim": lambda: Claim(args.take),
        "release": Release,
        "accept": Accept,
        "decline": lambda: Decline(_read(args.reason)),
        "ask": lambda: Ask(_read(args.question), args.to),
        "assign": lambda: Assign(
            _read(args.unit), args.level, _until(args.due, zone), args.complex
        ),
        "wait": lambda: Wait(_read(args.reason), _day_end(args.due, zone)),
        "resume": Resume,
        "reply": lambda: Reply(_read(args.text), args.to),
        "undo": Undo,
        "arrive": lambda: Arrive(_read(args.text)),
        "return": lambda: Return(_read(args.rule), _read(args.reason)),
        "refuse-return": lambda: RefuseReturn(_read(args.reason)),
        "extend": lambda: Extend(args.days, _read(args.reason)),
        "grant": lambda: GrantExtend(not args.refuse, _read(args.reason), args.days),
        "supervise": lambda: Supervise(_read(args.text)),
        "whistle": lambda: Whistle(_read(args.reason), _read(args.unit)),
        "answer": lambda: Answer(_read(args.text)),
        "find": lambda: Find(args.finding, _read(args.text)),
        "rectify": lambda: Rectify(_read(args.plan), _until(args.due, zone)),
        "close": lambda: Close(_read(args.result)),
        "reopen": lambda: StaffReopen(_read(args.reason)),
        "merge": lambda: Merge(args.into),
        "note": lambda: Note(_read(args.text)),
    }
    return make[args.move]()


def _read(text: str) -> str:
    if text != "-":
        return text
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise Refusal("标准输入不是 UTF-8 文字，没有办。请转成 UTF-8 再试。") from None


def _until(due: date | int | None, zone: ZoneInfo) -> datetime | None:
    return None if due is None else _day_end(due, zone)


def _day_end(due: date | int, zone: ZoneInfo) -> datetime:
    """The last second of that day."""
    day = (
        datetime.now(zone).date() + timedelta(days=due) if isinstance(due, int) else due
    )
    return datetime.combine(day, time(23, 59, 59), zone)


async def _save(folder: Path, casework: Casework, row: CaseRow) -> dict[str, str]:
    """Write the pictures, readable by this login only; media id → path. Raises:
    OperatorError.
    """
    saved = {}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pictures = await casework.reading.pictures(row)
        for number, (id, mime, data) in enumerate(pictures, 1):
            path = folder / f"{row.alias}-{number}.{ENDINGS.get(mime, 'bin')}"
            with open(
                os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
            ) as file:
                file.write(data)
            saved[id] = str(path)
    except OSError as error:
        raise OperatorError(
            f"写不了 {folder}：{error.strerror}，请换一个可写的目录"
        ) from None
    return saved
