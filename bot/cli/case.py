"""`jianfu case …`: staff's work in the terminal. Every verb speaks JSON for scripts
with `--json`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from bot.app import clock, opened
from bot.cases.casework import Casework
from bot.cases.reading import FoundCases
from bot.cli.answers import answered, common, login, out, reader
from bot.columns import width
from bot.desk import documents
from bot.desk.screen import CaseScreen
from bot.people.member import CaseReader
from bot.people.roster import Roster
from bot.settings import OperatorError, load
from dialogs.case.life import Staff, State
from dialogs.case.order_row import Field
from dialogs.case.order_table import BY_NAME, ORDERS
from dialogs.case.orders import Order
from dialogs.case.refusals import Refusal, refusals
from dialogs.case.typed import Now, day_end, working_days
from dialogs.understand import CATEGORIES
from storage.repositories.cases import CaseRow

refusals(input_not_utf8="标准输入不是 UTF-8 文字，没有办。请转成 UTF-8 再试。")
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
    for row in ORDERS:
        parser = verb(row.name, row.summary)
        for field in row.fields:
            _argument(parser, field)


def _argument(parser: argparse.ArgumentParser, field: Field) -> None:
    """What an order asks, by its place or with its name."""
    spec: dict[str, Any] = {"help": field.help}
    match field.kind:
        case "text" | "unit":
            spec["help"] = f"{field.help}；写 - 从标准输入读"
            spec["default"] = ""
        case "flag":
            spec["action"] = "store_true"
        case "choice":
            spec["choices"] = field.choices
        case "number":
            spec |= {"type": int, "metavar": field.label}
        case "days":
            spec |= {"type": _days, "metavar": field.label}
        case "day":
            spec["help"] = (
                f"{field.help}，到这一天结束：2026-12-01、12月1日，或 +5（天后）"
            )
            spec |= {"type": _day, "metavar": field.label}
        case "case":
            spec["metavar"] = field.label
    if field.option:
        parser.add_argument(field.option, dest=field.name, **spec)
        return
    if not field.required:
        spec["nargs"] = "?"
    parser.add_argument(field.name, **spec)


def _day(typed: str) -> str:
    """As it was typed, if it may be a day: which one depends on the deployment's zone.

    Raises: ArgumentTypeError.
    """
    if day_end(typed, Now(clock(), UTC)) is None:
        raise argparse.ArgumentTypeError("请写成 2026-12-01、12月1日，或 +5")
    return typed


def _days(typed: str) -> int:
    """Working days. Raises: ArgumentTypeError."""
    days = working_days(typed)
    if days is None:
        raise argparse.ArgumentTypeError("请写几个工作日，如 5")
    return days


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
    terms = casework.terms
    now = casework.now()
    screen = CaseScreen(terms, sys.stdout, now)

    async def carry_out() -> None:
        who = await roster.on_duty(by)
        if args.move in READING:
            reader(who)
        if args.move == "list":
            entries = await _entries(args, casework, roster.staff(by), who)
            out(args, [documents.entry_json(entry, terms, now) for entry in entries],
                lambda: screen.entries(entries, args.most))  # fmt: skip
        elif args.move == "search":
            found = await _found(args, casework, who)
            out(
                args,
                [documents.entry_json(entry, terms, now) for entry in found.entries],
                lambda: screen.found(found),
            )
        elif args.move == "show":
            row = await casework.staff.find(args.case, who)
            saved = await _save(args.pictures, casework, row) if args.pictures else {}
            sheet = await casework.reading.sheet(row)
            out(
                args,
                documents.sheet_json(sheet, terms, saved, now),
                lambda: screen.sheet(sheet, saved),
            )
        else:
            given = order(args, Now(casework.now(), casework.zone))
            outcome = await casework.staff.order(args.case, given, who)
            out(
                args,
                documents.outcome_json(outcome, terms, now),
                lambda: screen.outcome(outcome),
            )

    return await answered(args, carry_out)


async def _entries(
    args: argparse.Namespace, casework: Casework, by: Staff, who: CaseReader
) -> list[Any]:
    return await casework.reading.entries(
        who,
        states=[State(state) for state in args.state or ()],
        category=args.category,
        claimed_by=by.id if args.mine else None,
        urgent=args.urgent,
        limit=args.most,
    )


async def _found(
    args: argparse.Namespace, casework: Casework, who: CaseReader
) -> FoundCases:
    progress = Progress(sys.stderr) if sys.stderr.isatty() else None
    try:
        return await casework.reading.search(
            who, " ".join(args.words), args.most, progress=progress
        )
    finally:
        if progress is not None:
            progress.end()


class Progress:
    """Says on a terminal how far reading is, a line that is written over."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._said = ""

    def __call__(self, done: int, all: int) -> None:
        self._said = f"专线没有在运行，正在逐件查找：{done}/{all}"
        self._out.write(f"\r{self._said}")
        self._out.flush()

    def end(self) -> None:
        """Nothing of it stays."""
        if self._said:
            self._out.write(f"\r{' ' * width(self._said)}\r")
            self._out.flush()


def order(args: argparse.Namespace, now: Now) -> Order:
    """The order that a command line means. Raises: Refusal, if a text to be read cannot
    be.
    """
    row = BY_NAME[args.move]
    values = {
        field.name: _value(field, getattr(args, field.name), now)
        for field in row.fields
    }
    return row.order(**values)


def _value(field: Field, typed: Any, now: Now) -> Any:
    match field.kind:
        case "text" | "unit":
            return _read(typed)
        case "flag":
            return typed is field.means
        case "day":
            return _end_of(typed, now)
        case _:
            return typed


def _read(text: str) -> str:
    if text != "-":
        return text
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise Refusal("input_not_utf8") from None


def _end_of(typed: str | None, now: Now) -> datetime | None:
    if typed is None:
        return None
    day = day_end(typed, now)
    if day is None:  # 29 February, looked at on two sides of New Year
        raise Refusal("not_a_day", day=typed)
    return day


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
