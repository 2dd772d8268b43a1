"""`jianfu unit …`: the register of units that cases are given to."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.app import opened
from bot.cli.answers import answered, common, login, out, table
from bot.cli.unit_papers import show_papers
from bot.people.directory import Directory, Leader, NewUnit, Unit, WrongEntry
from bot.people.member import Member
from bot.people.register import Imported, UnitRegister
from bot.people.unit_import import category_code, level_code, parse
from bot.program import Program
from bot.settings import load, written_bytes
from dialogs.case.life import LEVELS
from dialogs.case.notices import RANKS
from dialogs.case.refusals import Refusal, refusals
from dialogs.texts import CHINESE
from dialogs.understand import CATEGORIES

refusals(
    import_file_kind="只认 .toml 和 .csv 文件。",
    leader_without_rank="请写姓名，并用 --rank 写明：deputy（分管负责人）"
    "或 chief（主要负责人）。",
)
NO_LIAISON = "（无）请用 jianfu staff add 姓名 --role liaison --unit 单位"


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="move", required=True, metavar="动作")

    def verb(name: str, summary: str, *, of: bool = True) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=summary, description=summary)
        if of:
            sub.add_argument("name", metavar="单位", help="名称或别名")
        common(sub)
        return sub

    add = verb("add", "登记一个单位；停用过的重新启用")
    levels = "、".join(f"{code}（{said}）" for code, said in LEVELS.items())
    add.add_argument("--level", required=True, metavar="层级", help=levels)
    add.add_argument("--parent", metavar="上级", help="上级单位；吹哨升级交给它")
    for option, meta, words in (
        ("alias", "别名", "别的叫法"),
        ("competence", "类别", f"管哪一类：{'、'.join(CATEGORIES)}"),
        ("person", "姓名", "单位里的人，看不到点名本单位的工单"),
    ):
        add.add_argument(
            f"--{option}",
            action="append",
            default=[],
            metavar=meta,
            help=f"{words}；可以写几次",
        )
    several = verb(
        "import", "从 TOML 或 CSV 导入：新的登记，已有的改成文件里的样子", of=False
    )
    several.add_argument(
        "file",
        type=Path,
        metavar="文件",
        help="写法见 docs/people.md；有一处不对就全不导入",
    )
    verb("list", "列出名录", of=False)
    verb("show", "看一个单位的全部")
    verb("people", "看一个单位的联络员和相关人员")
    leader = verb("leader", "登记单位的负责人：督办单送给谁、怎么送")
    ranks = "、".join(f"{code}（{said}）" for code, said in RANKS.items())
    leader.add_argument("leader", metavar="姓名", help="负责人的姓名")
    leader.add_argument("--rank", choices=RANKS, metavar="职位", help=ranks)
    leader.add_argument(
        "--address", default="", metavar="送到哪里", help="电话、传真、办公室"
    )
    leader.add_argument("--remove", action="store_true", help="不再是负责人，去掉")
    papers = verb("papers", "列出等着送给单位负责人的督办单", of=False)
    papers.add_argument(
        "--out", type=Path, metavar="目录", help="把督办单存到这个目录，打印用"
    )
    verb("disable", "停用：不再转给它，手上的继续办")


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with opened(load(), lambda parts: []) as app:
        return await work(args, app)


async def work(args: argparse.Namespace, app: Program) -> int:
    """Carry out one verb. Returns the exit code."""
    register = app.register
    by = app.roster.staff(args.by or login()).id

    async def carry_out() -> None:
        match args.move:
            case "import":
                done = await _import(args.file, app, by)
                out(args, imported_json(done), lambda: print(_said(done)))
            case "list":
                await _show_all(args, register)
            case "add":
                await register.add(_entry(args), by)
                await _show_one(args, app)
            case "papers":
                await show_papers(args, app)
            case "leader":
                await _lead(args, register, by)
                await _show_one(args, app)
            case "disable":
                await register.disable(args.name, by)
                await _show_one(args, app)
            case "show" | "people":
                await _show_one(args, app)

    return await answered(args, carry_out)


async def _show_all(args: argparse.Namespace, register: UnitRegister) -> None:
    directory = await register.directory()
    units = list(directory)
    document = [unit_json(unit, directory) for unit in units]
    out(args, document, lambda: _list(units, directory))


async def _show_one(args: argparse.Namespace, app: Program) -> None:
    """A unit with its people; of `people` only these are drawn."""
    directory = await app.register.directory()
    unit = directory.by_name(args.name) or directory.get(args.name)
    everybody = await app.roster.list()
    members = [member for member in everybody if member.unit == unit.id]
    liaisons = _names(members, liaisons=True)
    document = unit_json(unit, directory) | {"liaisons": liaisons}
    if args.move == "people":
        out(args, document, lambda: _people(unit, members))
    else:
        out(args, document, lambda: _show(unit, directory, members))


async def _lead(args: argparse.Namespace, register: UnitRegister, by: str) -> None:
    """Raises: Refusal."""
    name = args.leader.strip()
    if args.remove:
        await register.led_no_more(args.name, name, by)
        return
    if args.rank is None or not name:
        raise Refusal("leader_without_rank")
    leader = Leader(args.rank, name, args.address.strip())
    await register.lead(args.name, leader, by)


async def _import(path: Path, app: Program, by: str) -> Imported:
    """Raises: Refusal, naming the line; OperatorError, if there is nothing to read."""
    data = written_bytes("单位名录文件", path)
    if path.suffix.lower() not in (".toml", ".csv"):
        raise Refusal("import_file_kind")
    file = parse(data, toml=path.suffix.lower() == ".toml")
    try:
        return await app.register.import_(file.units, by)
    except WrongEntry as wrong:
        raise file.refusal(wrong) from None


def _entry(args: argparse.Namespace) -> NewUnit:
    competences = dict.fromkeys(map(category_code, args.competence))
    return NewUnit(
        name=args.name,
        level=level_code(args.level),
        parent=args.parent,
        aliases=_unique(args.alias),
        competences=tuple(competences),
        people=_unique(args.person),
    )


def _unique(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words))


def _said(done: Imported) -> str:
    return f"新登记{done.added}个，改了{done.changed}个，{done.same}个原样。"


def _list(units: Sequence[Unit], directory: Directory) -> None:
    if not units:
        print("名录还空着。请用 jianfu unit import 文件 或 jianfu unit add 登记。")
        return
    table([_cells(unit, directory) for unit in units])
    print(f"共 {len(units)} 个。")


def _cells(unit: Unit, directory: Directory) -> list[str]:
    state = "" if unit.active else "已停用"
    return [unit.name, LEVELS[unit.level], _parent(unit, directory), state]


def _show(unit: Unit, directory: Directory, members: Sequence[Member]) -> None:
    print(unit.name if unit.active else f"{unit.name}（已停用）")
    rows = [
        ("层级", LEVELS[unit.level]),
        ("上级", _parent(unit, directory)),
        ("别名", "、".join(unit.aliases)),
        ("职责", "；".join(CHINESE[f"category.{code}"] for code in unit.competences)),
        ("负责人", "；".join(_leaders(unit, members))),
        ("联络员", "、".join(_names(members, liaisons=True))),
        ("相关人员", "、".join(_others(unit, members))),
    ]
    table([[head, said or "（无）"] for head, said in rows])


def _people(unit: Unit, members: Sequence[Member]) -> None:
    liaisons = "、".join(_names(members, liaisons=True))
    others = "、".join(_others(unit, members))
    print(f"联络员：{liaisons or NO_LIAISON}")
    print(f"相关人员，看不到点名{unit.name}的工单：{others or '（无）'}")


def _leaders(unit: Unit, members: Sequence[Member]) -> list[str]:
    """Each with the way a paper takes: by Telegram, or by hand."""
    linked = {one.staff.name for one in members if one.active and one.linked}
    ways = ("Telegram 送", "要人送")
    return [f"{one.said}（{ways[one.name not in linked]}）" for one in unit.leaders]


def _names(members: Sequence[Member], *, liaisons: bool) -> list[str]:
    return [
        one.staff.name
        for one in members
        if one.active and (one.role == "liaison") is liaisons
    ]


def _others(unit: Unit, members: Sequence[Member]) -> list[str]:
    return list(dict.fromkeys([*unit.people, *_names(members, liaisons=False)]))


def _parent(unit: Unit, directory: Directory) -> str:
    above = directory.parent_of(unit.id)
    return above.name if above else ""


def unit_json(unit: Unit, directory: Directory) -> dict[str, Any]:
    """Stable names for scripts."""
    return {
        "name": unit.name,
        "id": unit.id,
        "aliases": list(unit.aliases),
        "level": unit.level,
        "parent": _parent(unit, directory) or None,
        "competences": list(unit.competences),
        "people": list(unit.people),
        "leaders": [
            {"rank": one.rank, "name": one.name, "address": one.address}
            for one in unit.leaders
        ],
        "active": unit.active,
    }


def imported_json(done: Imported) -> Mapping[str, int]:
    return {"added": done.added, "changed": done.changed, "same": done.same}
