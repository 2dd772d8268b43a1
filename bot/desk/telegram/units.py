"""What a liaison does in a private chat: read, receive, answer, ask for more time, send
back.

All through `LiaisonDesk`, as on the units' page: the same view of a case, the same
refusals.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cases.aliases import meant
from bot.desk import verbs
from bot.desk.liaison import DID, Liaison, LiaisonDesk, Missing
from bot.desk.refused import UNIT_CHAT, worded
from bot.desk.times import said_due
from bot.desk.unit_view import (
    UNIT_CLOCK_NAMES,
    PastEvent,
    Timer,
    UnitCase,
    UnitItem,
)
from bot.desk.wording import clean
from dialogs.case.order_table import BY_NAME, UNIT_ORDERS
from dialogs.case.orders import Order
from dialogs.case.refusals import Refusal
from dialogs.case.typed import Now
from dialogs.texts import text
from storage.port import Write

COMMANDS = {
    "queue": "本单位的工单，先到期的在前",
    "case": "看一件：/case K7QM",
    "receive": "签收：/receive K7QM",
    **{name: side.help for name, side in UNIT_ORDERS.items()},
    "help": "怎么用",
}
RULE = "能认出人的内容已经遮住。不得打听、猜测、追查反映人。"
ELSEWHERE = (
    "图片、转办单在单位网页。在这里直接写字，就当您自己要反映问题，与您的工作无关。"
)


async def said(desk: LiaisonDesk, who: Liaison, name: str, words: str) -> str:
    """What a command that orders nothing is answered with. Raises: Refusal."""
    if name == "help":
        return "\n".join(
            [
                who.unit_name,
                *(f"/{one} {how}" for one, how in COMMANDS.items()),
                ELSEWHERE,
            ]
        )
    read_at = Now(desk.now(), desk.terms.zone)
    if name == "queue":
        items = [item for item in await desk.cases(who) if not item.done]
        return "\n".join(_line(item, read_at) for item in items) or "没有要办的工单。"
    case, _ = await _meant(desk, who, name, words)
    alias = case.item.alias
    if name == "case":
        return shown(case, read_at)
    if "receive" not in case.may:
        raise Refusal("unit_not_now", alias=alias)
    await desk.receive(who, alias)
    return f"{alias}：{DID['receive']}期限从转办时起算，不从签收起算。"


@dataclass(frozen=True, slots=True)
class UnitOrder:
    """An order as a liaison gave it. said: what to say once it is carried out."""

    alias: str
    order: Order
    said: str


async def ordered(
    desk: LiaisonDesk, who: Liaison, name: str, words: str, now: Now
) -> UnitOrder:
    """Raises: Refusal."""
    case, rest = await _meant(desk, who, name, words)
    side = UNIT_ORDERS[name]
    if side.grammar is None:
        order = verbs.ordered(name, rest, now)
    else:
        row = BY_NAME[name]
        order = row.order(**side.grammar(row.fields, rest, now))
    alias = case.item.alias
    return UnitOrder(alias, order, f"{alias}：{side.done}{side.echo(order)}")


async def carry_out(
    desk: LiaisonDesk, who: Liaison, given: UnitOrder, also: Sequence[Write]
) -> None:
    """Raises: Refusal; Stale; Refusing."""
    try:
        await desk.order(who, given.alias, given.order, also=also)
    except Missing:
        raise Refusal("unknown_case", name=given.alias) from None


async def _meant(
    desk: LiaisonDesk, who: Liaison, command: str, words: str
) -> tuple[UnitCase, str]:
    """The case that the first word names, and what follows. Raises: Refusal."""
    name, rest = [*words.split(None, 1), "", ""][:2]
    if not name:
        raise Refusal("which_case", command=verbs.as_command(command))
    looked = await asyncio.gather(*(_case(desk, who, alias) for alias in meant(name)))
    found = [case for case in looked if case is not None]
    if len(found) > 1:
        aliases = "、".join(one.item.alias for one in found)
        raise Refusal("several_cases", name=name, aliases=aliases)
    if not found:
        raise Refusal("unknown_case", name=name)
    return found[0], rest.strip()


async def _case(desk: LiaisonDesk, who: Liaison, alias: str) -> UnitCase | None:
    try:
        return await desk.case(who, alias)
    except Missing:
        return None


def shown(case: UnitCase, now: Now) -> str:
    """What the units' page shows, no more."""
    item = case.item
    facts = {
        "编号": item.serial,
        "类别": text("zh", f"category.{item.category}"),
        "转办时间": _said(case.assigned, now) if case.assigned else None,
        "期限": "；".join(_timers(item, now)),
        "地点": case.place,
        "时间频次": case.when,
    }
    lines = [f"{item.alias}　{item.state}{'　加急' if item.urgent else ''}"]
    lines += [f"{name}：{clean(value)}" for name, value in facts.items() if value]
    lines += [
        "",
        clean(case.text),
        *(f"补充：{clean(words)}" for words in case.more),
        RULE,
    ]
    lines += ["", "为何这个期限：", *case.why] if case.why else []
    lines += ["", "经过：", *(_event(event, now) for event in case.past)]
    can = [
        f"/{action}：{worded(why, UNIT_CHAT)}" if why else f"/{action} {item.alias}"
        for action, why in case.may.items()
    ]
    return "\n".join([*lines, *(["", "现在可以：", *can] if can else [])])


def _line(item: UnitItem, now: Now) -> str:
    head = (
        f"{'急 ' if item.urgent else ''}{item.alias} {item.state} "
        f"{text('zh', f'category.{item.category}')}"
    )
    waits = ["待签收"] if item.open and not item.received else []
    return "，".join([head, *waits, *_timers(item, now)])


def _timers(item: UnitItem, now: Now) -> list[str]:
    return [_timer(one, now) for one in item.timers]


def _timer(timer: Timer, now: Now) -> str:
    if timer.due is None:
        return timer.left
    due = _said(timer.due, now)
    name = UNIT_CLOCK_NAMES[timer.clock]
    return f"{name} {due} 前（{timer.left}）{timer.proviso}"


def _event(event: PastEvent, now: Now) -> str:
    return f"{_said(event.at, now)} {event.words}" + (
        f"：{clean(event.text)}" if event.text else ""
    )


def _said(at: datetime, now: Now) -> str:
    return said_due(at, now.zone, now=now.at)
