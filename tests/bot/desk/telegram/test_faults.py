"""The platform stumbles while staff work: nothing is lost, nothing is told twice, one
chat stops no other.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

import pytest

from bot.people.member import AtTheMachine
from dialogs.case.orders import Accept, Close, Reply
from tests.bot.desk.telegram.office import Office
from tests.botapi.calls import Call
from tests.botapi.faults import Kind
from tests.botapi.persons import Group

METHODS = (
    "createForumTopic",
    "sendMessage",
    "pinChatMessage",
    "editForumTopic",
    "editMessageText",
    "closeForumTopic",
)
KINDS: tuple[Kind, ...] = ("429", "500", "502", "reset", "reset_done", "topic")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_fault_in_a_case_s_life(
    office: Office, group: Group, kind: Kind
) -> None:
    """At two calls of it, by lot."""
    await stumbles(office, group, kind, random.sample(METHODS, 2))


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
async def test_each_fault_at_every_call_of_a_case_s_life(
    office: Office, group: Group, kind: Kind
) -> None:
    await stumbles(office, group, kind, METHODS)


async def stumbles(
    office: Office, group: Group, kind: Kind, methods: Sequence[str]
) -> None:
    """One topic shows the case at the end; only where a call was never answered may an
    empty one be left.
    """
    chat = str(group.chat.id)
    for method in methods:
        if (kind, method) != (
            "topic",
            "closeForumTopic",
        ):  # what is closed is not made anew
            office.server.fault(kind, meets(method, chat))
    await office.files()
    await office.rings()
    alias = await office.alias()
    await office.topic("待受理")
    await office.app.casework.staff.order(
        alias, Accept(), AtTheMachine("值班员", "operator")
    )
    await office.topic("已受理")
    await office.app.casework.staff.order(
        alias, Close("撤掉了"), AtTheMachine("值班员", "operator")
    )
    await group.until(
        lambda _: any(one.closed and "已办结" in one.name for one in group.topics()),
        timeout=120,
    )
    cards = [
        m
        for topic in group.topics()
        for m in topic.screen
        if m.pinned and "已办结" in m.text
    ]
    assert len(cards) == 1
    left = [topic for topic in group.topics() if not any(m.text for m in topic.screen)]
    assert len(group.topics()) - len(left) == 1 and len(left) <= (kind == "reset_done")


def meets(method: str, chat: str) -> Callable[[Call], bool]:
    return lambda call: call.method == method and call.get("chat_id") == chat


async def test_a_group_that_must_wait_holds_up_no_private_card(
    office: Office, group: Group
) -> None:
    """Telegram asks the group for patience, again and again until the card of the
    colleague's own chat is there.
    """
    one = await office.staff("李明")
    await office.files_and_rings()
    chat = str(group.chat.id)
    card_came = False

    def in_the_group(call: Call) -> bool:
        edits = call.method.startswith("edit") and call.get("chat_id") == chat
        return edits and not card_came

    office.server.fault("429", in_the_group, times=1000, retry_after=1)
    alias = await office.alias()
    await office.app.casework.staff.order(
        alias, Accept(), AtTheMachine("值班员", "operator")
    )
    await asyncio.sleep(0.5)
    one.says(f"/case {alias}")
    await one.until(lambda screen: screen.with_text("JF2026-000001"))
    assert not group.topics()[0].name.endswith("已受理")
    card_came = True
    await group.until(lambda _: group.topics()[0].name.endswith("已受理"))


async def test_a_reply_from_the_terminal_shows_on_the_card(
    office: Office, group: Group
) -> None:
    """Whoever wrote it, it can be taken back from the card while it waits."""
    one = await office.staff("李明")
    _, topic = await office.files_and_rings()
    await office.app.casework.staff.order(
        await office.alias(), Reply("马上看"), AtTheMachine("李明", "operator")
    )
    await group.until(lambda _: "撤回" in office.card(topic).labels)
    assert "待发出：马上看" in office.card(topic).text
    pressed = one.presses("撤回", on=office.card(topic), at=group)
    assert "撤回了" in (await pressed.answer() or "")
