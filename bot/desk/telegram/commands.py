"""The commands that staff have in a chat beside their orders, and what is said of one
that there is not. Pure.
"""

from __future__ import annotations

from difflib import get_close_matches

from telegram import BotCommand

from bot.channels.telegram.menu import REPORTERS
from bot.desk import verbs
from dialogs.case.order_table import may
from dialogs.case.roles import Role

NEAR = 0.7  # how like a command a slip of the finger is, of 1
COMMANDS = {
    "queue": "要办的工单",
    "mine": "我在办的",
    "search": "按字词找：/search 台账",
    "case": "看一件：/case K7QM",
    "stats": "在办多少",
    "help": "怎么用",
}
WHY = {"why": "为何这个期限"}  # not in the menu: it stands on the card
ASKED = (*COMMANDS, *WHY)


def commands() -> list[BotCommand]:
    """As the staff group's menu shows them."""
    return [BotCommand(name, said) for name, said in COMMANDS.items()]


def known(name: str) -> bool:
    return name in ASKED or name in verbs.VERBS


def slip(name: str, grouped: bool) -> str:
    """What a colleague is told of a command that there is not; "": it may be for the
    reporters' side.
    """
    if name == "link":
        return "登记码请私聊机器人发。发在群里的别人也看得到，请让管理员另给一个。"
    near = get_close_matches(name, [*ASKED, *verbs.VERBS], 1, NEAR)
    if not near:
        return f"没有 /{name[:20]} 这个命令。/help 看有哪些。" if grouped else ""
    if name in REPORTERS and not grouped:
        return ""
    likely = f"{verbs.as_command(near[0])}（{_label(near[0])}）"
    return f"没有 /{name[:20]} 这个命令。要的是 {likely}吗？/help 看全部。"


def _label(name: str) -> str:
    if name in verbs.VERBS:
        return verbs.VERBS[name].label
    return (COMMANDS | WHY)[name].partition("：")[0]


def help_text(role: Role, grouped: bool) -> str:
    lines = ["办件：点卡片上的按钮；要写字的，回复机器人发的【…】那条消息。"]
    lines += [f"/{name} {said}" for name, said in COMMANDS.items()]
    where = "在话题里不用写代号" if grouped else "先写代号，如 /accept K7QM"
    lines.append(f"也可以发命令（{where}）：")
    lines += [
        f"{verbs.as_command(name)} {verb.label}"
        for name, verb in verbs.VERBS.items()
        if may(role, verb.row.order)
    ]
    in_group = "群里写的话都是内部的，只有“答复”和标明“反映人会看到”的会出去。"
    in_private = "在这里直接写字，就当您自己要反映问题，与您的工作无关。"
    return "\n".join([*lines, in_group if grouped else in_private])
