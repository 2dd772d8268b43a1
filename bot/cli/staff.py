"""`jianfu staff …`: who works here, in which role, and with which account."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from typing import Any

from bot.app import opened
from bot.cli.answers import answered, common, login, out, table
from bot.desk.leaders import ranks_of
from bot.people.directory import Directory
from bot.people.member import Member
from bot.people.roster import CODE_LASTS, Roster
from bot.program import Program
from bot.settings import load
from dialogs.case.refusals import Refusal, refusals
from dialogs.case.roles import OF_UNITS, ROLES

CHANNELS = {"telegram": "Telegram"}
MINUTES = int(CODE_LASTS.total_seconds()) // 60

refusals(
    desk_for_units="单位网页只给联络员和单位负责人，{name}是{role}。"
    "绑定 Telegram 请去掉 --desk。",
    desk_for_leaders="名录里没有{name}这位负责人。请先登记："
    "jianfu unit leader 单位 {name} --rank deputy 或 chief。",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="move", required=True, metavar="动作")

    def verb(name: str, summary: str, *, of: bool = True) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=summary, description=summary)
        if of:
            sub.add_argument(
                "name",
                metavar="姓名",
                help="同事怎么称呼；同名的请加区别，如“王芳（二组）”",
            )
        common(sub)
        return sub

    add = verb("add", "登记一个人；已在册的改角色、改单位，停用过的重新启用")
    roles = "、".join(f"{code}（{said}）" for code, said in ROLES.items())
    add.add_argument("--role", required=True, choices=ROLES, metavar="角色", help=roles)
    add.add_argument(
        "--unit",
        metavar="单位",
        help="联络员必填；别的角色写了，就看不到点名这个单位的工单",
    )
    verb("list", "列出名册", of=False)
    verb("disable", "停用：账号、登记码、网页登录马上失效")
    link = verb("link", f"出一个登记码，{MINUTES}分钟内有效，只能用一次")
    link.add_argument(
        "--desk",
        action="store_true",
        help="给联络员或单位负责人登录单位网页；不写是绑定 Telegram 账号",
    )


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with opened(load(), lambda parts: []) as app:
        return await work(args, app)


async def work(args: argparse.Namespace, app: Program) -> int:
    """Carry out one verb. Returns the exit code."""
    by = app.roster.staff(args.by or login()).id

    async def carry_out() -> None:
        directory = await app.register.directory()
        match args.move:
            case "list":
                await _show_all(args, app.roster, directory)
            case "add":
                await _add(args, app.roster, directory, by)
            case "disable":
                await _disable(args, app.roster, directory, by)
            case "link":
                await _give_code(args, app, by)

    return await answered(args, carry_out)


async def _show_all(
    args: argparse.Namespace, roster: Roster, directory: Directory
) -> None:
    members = await roster.list()
    document = [member_json(member, directory) for member in members]
    out(args, document, lambda: _list(members, directory))


async def _add(
    args: argparse.Namespace, roster: Roster, directory: Directory, by: str
) -> None:
    unit = directory.get(args.unit).id if args.unit else None
    member = await roster.add(args.name, args.role, unit, by)
    said = f"{_line(member, directory)}。"
    out(args, member_json(member, directory), lambda: print(said))


async def _disable(
    args: argparse.Namespace, roster: Roster, directory: Directory, by: str
) -> None:
    member = await roster.disable(args.name, by)
    said = f"{member.staff.name}已停用。"
    out(args, member_json(member, directory), lambda: print(said))


async def _give_code(args: argparse.Namespace, app: Program, by: str) -> None:
    """For a Telegram account, or for the units' page."""
    name = args.name
    known = await app.roster.named(name)
    if args.desk and known is not None:
        await _check_desk(known, app)
    code = await app.roster.code(name, "desk" if args.desk else "link", by)
    if args.desk:
        said = _desk(name, code, app.resources.settings.web.public_url)
    else:
        said = _link(name, code)
    out(args, {"code": code, "minutes": MINUTES}, lambda: print(said))


async def _check_desk(member: Member, app: Program) -> None:
    """The units' page is for liaisons, and for who leads the unit. Raises: Refusal."""
    name = member.staff.name
    if member.role not in OF_UNITS:
        raise Refusal("desk_for_units", name=name, role=ROLES[member.role])
    directory = await app.register.directory()
    unit = directory.of(member.unit or "")
    if member.role == "leader" and not ranks_of(member, unit):
        raise Refusal("desk_for_leaders", name=name)


def _list(members: list[Member], directory: Directory) -> None:
    if not members:
        print(
            "名册还空着。请用 jianfu staff add 姓名 --role supervisor 先登记一位主管。"
        )
        return
    table([_cells(member, directory) for member in members])
    print(f"共 {len(members)} 人。")


def _cells(member: Member, directory: Directory) -> list[str]:
    accounts = "、".join(CHANNELS.get(channel, channel) for channel in member.linked)
    state = "" if member.active else "已停用"
    return [
        member.staff.name,
        ROLES[member.role],
        _unit(member, directory),
        accounts or state,
    ]


def _line(member: Member, directory: Directory) -> str:
    unit = _unit(member, directory)
    return f"{member.staff.name}：{ROLES[member.role]}{f'，{unit}' if unit else ''}"


def _unit(member: Member, directory: Directory) -> str:
    unit = directory.of(member.unit) if member.unit else None
    return unit.name if unit else ""


def _link(name: str, code: str) -> str:
    return f"""{name}的登记码，{MINUTES}分钟内有效，只能用一次：

    {code}

请本人在 Telegram 里和专线机器人私聊，发送：

    /link {code}

别在群里发，也别转发。用过或过期，再出一个就行；旧的登记码已经作废。绑定新账号后，原来的账号随即失效。"""


def _desk(name: str, code: str, site: str | None) -> str:
    return f"""{name}的网页登录码，{MINUTES}分钟内有效，只能用一次：

    {code}

请本人打开 {(site or "专线的网址").rstrip("/")}/unit/#{code}
（或打开 /unit/ 再输入这个码）。别转发。用过或过期，再出一个就行；\
旧的登录码已经作废。"""


def member_json(member: Member, directory: Directory) -> Mapping[str, Any]:
    """Stable names for scripts; no account is in it."""
    return {
        "name": member.staff.name,
        "id": member.staff.id,
        "role": member.role,
        "unit": _unit(member, directory) or None,
        "active": member.active,
        "linked": list(member.linked),
    }
