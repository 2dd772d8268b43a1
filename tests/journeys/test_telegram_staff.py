"""A case from the first topic to the last, as two operators and a supervisor work on it
in their group.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.bot.channels.telegram.line import SPEED, Mode
from tests.bot.desk.telegram.office import Office, opened_office
from tests.botapi.persons import Group, Person, Shown
from tests.botapi.server import BotApi


@pytest.fixture
def server() -> Iterator[BotApi]:
    with BotApi(speed=SPEED) as server:
        yield server
        assert [
            f"{one.rule}: {one.detail} in {one.call.method}"
            for one in server.violations
        ] == []


@pytest.fixture(params=get_args(Mode))
async def office(
    tmp_path: Path, server: BotApi, request: pytest.FixtureRequest
) -> AsyncIterator[Office]:
    async with opened_office(tmp_path, server, server.group(), request.param) as office:
        yield office


def shown(group: Group, words: str) -> Shown | None:
    """The newest message in a topic with these words."""
    found = [
        one for topic in group.topics() for one in topic.screen if words in one.text
    ]
    return found[-1] if found else None


class Desk:
    """What a colleague does in the newest topic."""

    def __init__(self, office: Office, person: Person) -> None:
        assert office.group is not None
        self.office, self.person, self.group = office, person, office.group

    async def sees(self, words: str) -> Shown:
        found = await self.group.until(lambda _: shown(self.group, words), why=words)
        assert isinstance(found, Shown)
        return found

    async def presses(self, label: str, *, on: str = "") -> str:
        """A button of the card, or of the message with these words. Returns: what the
        window says.
        """
        where: Callable[[], Any] = (
            (lambda: shown(self.group, on))
            if on
            else lambda: self.office.card(self.group.topics()[-1])
        )
        await self.group.until(
            lambda _: (found := where()) and label in found.labels, why=label
        )
        return (
            await self.person.presses(label, on=where(), at=self.group).answer() or ""
        )

    async def writes(self, label: str, words: str) -> None:
        """Press a button that asks for words, and reply to what it asks."""
        before = shown(self.group, f"【{label}】")
        await self.presses(label)
        await self.group.until(
            lambda _: shown(self.group, f"【{label}】") != before, why=f"prompt {label}"
        )
        asked = shown(self.group, f"【{label}】")
        assert asked is not None
        self.person.says(words, to=self.group, topic=asked.topic, reply=asked.id)

    async def orders(self, command: str) -> None:
        """A command in the topic: which case is meant is known."""
        self.person.says(command, to=self.group, topic=self.group.topics()[-1].id)


async def test_a_whole_case_in_its_topic(office: Office, server: BotApi) -> None:
    """Claimed, asked, assigned, answered, found, put right, closed: by button, by
    reply, by command.
    """
    await office.unit("清河街道办事处")
    one, two = (
        Desk(office, await office.staff("李明")),
        Desk(office, await office.staff("赵云")),
    )
    boss = await office.staff("王主管", "supervisor")
    reporter, topic = await office.files_and_rings()
    alias, group = topic.name.partition(" ")[0], one.group
    await one.presses("认领")
    await one.presses("受理")
    assert "李明" in await two.presses("受理") or "不能受理" in spoken(two)
    await one.sees("JF2026-000001")
    await one.writes("问反映人", "是哪个科室要的？")
    await one.sees("等待补充")
    office.later(minutes=1)
    reporter.says("/status")
    await reporter.until(lambda screen: "回答专线" in screen.last.labels)
    reporter.presses("回答专线")
    await reporter.sees("请写")
    reporter.says("是街道党政办要的")
    await reporter.until(lambda screen: "送出" in screen.last.labels)
    reporter.presses("送出")
    await one.sees("党政办")
    await one.presses("转办")
    await one.presses("清河街道办事处", on="【转办】")
    await one.sees("承办：清河街道办事处，街道")
    await one.orders("/answer 已核对，三份台账合成一份")
    await one.sees("单位答复：")
    await one.presses("核实定性")
    await one.presses("属实", on="【核实定性】")
    await one.sees("结论：属实")
    await two.orders("/close 我来办结")
    await two.sees("由“李明”在办")
    await two.orders("/take")
    await two.sees("在办：赵云")
    await two.writes("办结", "三份台账合成了一份，以后每月报一次。")
    await group.until(lambda _: group.topics()[-1].closed)
    assert group.topics()[-1].name == f"{alias} 已办结" and len(group.topics()) == 1
    office.later(hours=1)
    reporter.says("/status")
    await reporter.sees("合成了一份")
    boss.says("/stats")
    await boss.sees("在办0件")
    written = "".join(
        str(call.args) for call in server.calls if str(group.chat.id) in str(call.args)
    )
    assert [
        trace for trace in [*reporter.traces, "language_code"] if trace in written
    ] == []


def spoken(desk: Desk) -> str:
    return "".join(one.text for one in desk.group.by_bot())


async def test_a_reply_is_shown_taken_back_and_followed(
    office: Office, server: BotApi
) -> None:
    """Only what is written to the 答复 prompt goes out: after ten seconds, and its way
    is shown.
    """
    one = Desk(office, await office.staff("李明"))
    reporter, _ = await office.files_and_rings()
    await one.presses("受理")
    await one.sees("已受理")
    await one.writes("答复", "马上去看。")
    await one.sees("现在可以撤回")
    await one.presses("撤回", on="现在可以撤回")
    await one.sees("已撤回，没有发出")
    office.later(seconds=30)
    await office.rings()
    await one.writes("答复", "下周去看。")
    preview = await one.sees("现在可以撤回")
    assert "下周去看。" in preview.text
    office.settings.__dict__["push_delay_minutes"] = 20
    office.late = 300
    office.later(seconds=11)
    await office.rings()
    await one.sees("待发")
    office.later(minutes=6)
    await reporter.sees("专线给您回话了")
    office.later(minutes=26)
    sent = await one.sees("已送达")
    assert sent.id == preview.id and "撤回" not in sent.labels
    reporter.says("/status")
    story = await reporter.sees("下周去看。")
    assert "马上去看。" not in story.text


async def test_who_has_blocked_us_is_shown_as_not_reached(
    office: Office, server: BotApi
) -> None:
    """The staff learn that it did not arrive, and nothing else."""
    one = Desk(office, await office.staff("李明"))
    reporter, _ = await office.files_and_rings()
    reporter.blocks()
    await one.writes("答复", "下周去看。")
    await one.sees("现在可以撤回")
    office.later(seconds=11)
    await office.rings()
    office.later(minutes=12)
    await one.sees("可能没看到")
