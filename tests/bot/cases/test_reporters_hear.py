"""Months of reporters, through the whole program: what reaches their chats, when, and
what a tap does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.people.member import AT_THE_MACHINE
from dialogs.case.life import State
from dialogs.case.orders import Accept, Answer, Assign, Close, Find
from dialogs.words import Pressed
from tests.bot.line import opened_line
from tests.bot.months import Months

DONE = (
    Accept(),
    Assign("某街道", new=True),
    Answer("已改"),
    Find("substantiated"),
    Close("每月报一次"),
)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Months]:
    async with opened_line(tmp_path, Months) as line:
        assert isinstance(line, Months)
        yield line


async def test_one_who_says_nothing_hears_of_every_step_and_then_is_left_alone(
    line: Months,
) -> None:
    name = await line.filed("anna")
    await line.orders(name, Accept(), Assign("某街道", new=True))
    await line.passes(32)
    assert line.heard() == [
        (0, "push.together"),
        (7, "push.hear"),
        (8, "push.urged"),
        (10, "push.supervised"),
        (15, "push.escalated"),
        (22, "push.circulated"),
        (29, "push.hear"),
    ]
    await line.orders(name, *DONE[2:])
    await line.passes(120)
    assert line.heard()[1:] == [
        (35, "push.called_back"),
        (38, "push.called_back_again"),
        (62, "push.looked_back"),
    ]
    assert (
        await line.says("进度") == "请发送回执码（16位字母和数字），马上告诉您进展。"
    ), "no way leads here any more"


async def test_one_who_answers_everything(line: Months) -> None:
    name = await line.filed("anna")
    await line.orders(name, *DONE)
    await line.passes(4)
    assert "要重新办理吗" in await line.taps("unsolved", "push.called_back")
    await line.says("先不用", "不满意", "不说了")
    assert "已重新办理" in await line.says("重新办理", "上周又报了五次")
    await line.passes(7)
    assert [name for _, name in line.heard()][-2:] == [
        "push.called_back",
        "push.breached",
    ]
    await line.orders(name, *DONE[1:])
    await line.passes(4)
    assert line.heard()[-1][1] == "push.called_back", "closed anew, it is asked anew"
    await line.taps("solved", "push.called_back")
    assert "您评价了：解决了。" in await line.says("进度"), (
        "a new round begins with its own answer"
    )
    await line.taps("solved", "push.called_back")
    assert "这一问您答过了" in line.notebook.shown["anna"][-2].text
    await line.says("关闭")
    await line.passes(26.5)
    assert [name for _, name in line.heard()] == ["push.looked_back"], (
        "who has answered is not asked again"
    )
    assert "90天" in await line.taps("later", "push.looked_back")
    await line.passes(60)
    assert [name for _, name in line.heard()] == ["push.looked_back_later"]
    await line.taps("rebound", "push.looked_back_later")
    assert "已重新办理" in await line.presses("reopen")
    assert "您说又反弹了。" in await line.says("进度")


async def test_one_who_wants_no_more(line: Months) -> None:
    """Silence for one case is silence for that one alone."""
    for _ in range(2):
        await line.orders(await line.filed("anna"), Accept())
    await line.passes(1)
    line.heard()
    first = line.notebook.shown["anna"][-1]
    assert "不再主动告诉您" in await line.taps("hush", first.message.name)
    await line.passes(9)
    assert line.heard() == [(2, "push.breached"), (9, "push.hear")], "of the other case"
    assert "不再主动告诉您" in await line.says("别再提醒")
    await line.passes(40)
    assert line.heard() == []


async def test_one_with_a_receipt_alone_finds_the_same_questions(line: Months) -> None:
    name = await line.filed("berta", "进展方式", "只凭回执码查")
    receipt = line.notebook.shown["berta"][-1].params["receipt"]
    await line.orders(name, *DONE)
    await line.passes(31)
    assert line.heard("berta") == []
    screen = await line.says(receipt, chat="berta")
    assert "又反弹了吗" in screen
    assert {"held", "rebound", "rate"} <= {
        key.choice for key in line.notebook.shown["berta"][-1].keys
    }
    assert "没有反弹" in await line.presses("held", "berta")
    assert "您说没有反弹。" in await line.says(receipt, chat="berta")


async def test_wishes_are_kept_case_by_case(line: Months) -> None:
    name = await line.filed("anna")
    await line.orders(name, Accept())
    await line.says("进度", "跟进设置")
    await line.presses("wish:weekly")
    await line.presses("wish:callback")
    await line.says("关闭")
    await line.passes(30)
    assert [name for _, name in line.heard()] == ["push.accepted"]
    await line.orders(name, *DONE[1:])
    await line.passes(31)
    assert [name for _, name in line.heard()][1:] == ["push.looked_back"]


async def test_after_a_long_stop_one_message_and_not_five(line: Months) -> None:
    name = await line.filed("anna")
    await line.orders(name, Accept(), Assign("某街道", new=True))
    await line.passes(1)
    line.heard()
    await line.passes(1, stopped=40)
    assert [name for _, name in line.heard()] == ["push.circulated"]
    assert "承诺：单位答复，说好11月30日" in await line.says("进度")
    assert "督办单写给某街道分管的负责人" in line.screen()
    assert "督办单写给某街道的主要负责人" in line.screen()


# ── by what a push is answered ────────────────────────────────────────────────────────


@pytest.mark.parametrize("lasting", [True, False])
async def test_the_chat_that_is_told_answers_with_one_tap(
    line: Months, lasting: bool
) -> None:
    """Also a browser that is not remembered, and so has no cases of its own."""
    line.lasting = lasting
    await line.orders(await line.filed("anna"), *DONE)
    await line.passes(4)
    assert "满意" in await line.taps("solved", "push.called_back")
    await line.says("满意", "不说了", "关闭")
    [entry] = await line.app.casework.reading.entries(
        AT_THE_MACHINE, states=(State.CALLBACK, State.CLOSED)
    )
    sheet = await line.app.casework.reading.sheet(
        await line.app.casework.staff.find(entry.case.alias, AT_THE_MACHINE)
    )
    assert [(report.solved, report.satisfied) for report in sheet.reports] == [
        (True, True)
    ]
    assert "不再主动告诉您" in await line.taps("hush", "push.called_back")
    line.heard()
    await line.passes(120)
    assert line.heard() == []
    assert "回执码" in await line.taps("hush", "push.called_back"), (
        "the way back is gone already"
    )


async def test_whoever_else_presses_it_learns_nothing(line: Months) -> None:
    """Another chat with the same data hears what it hears of a report that there is
    not; nothing changes.
    """
    await line.orders(await line.filed("anna"), *DONE)
    await line.passes(4)
    await line.says("你好", chat="boris")
    push = line.notebook.shown["anna"][-1]
    before = await line.dump()
    for key in push.keys:
        verb, _, handle = key.choice.partition(":")
        heard = []
        for made_up in (handle, "ab" * 16, "ab" * 4, "nonsense"):
            start = len(line.notebook.shown["boris"])
            await line.takes(Pressed(f"{verb}:{made_up}", "", line.at), "boris")
            heard.append(
                [message.text for message in line.notebook.shown["boris"][start:]]
            )
            await line.says("取消", chat="boris")
        assert heard[0] == heard[1] == heard[2] == heard[3] and "回执码" in heard[0][-1]
    assert await line.dump() == before


async def test_a_push_names_nothing_that_the_database_holds(line: Months) -> None:
    """Who runs the messenger and steals the database finds no row by what stood under a
    message.
    """
    await line.orders(await line.filed("anna"), *DONE)
    await line.passes(4)
    handles = {
        key.choice.partition(":")[2] for key in line.notebook.shown["anna"][-1].keys
    }
    assert len(handles) == 1
    [handle] = handles
    parts = {handle[at : at + 8] for at in range(0, 32, 8)}
    held = "".join(
        map(
            str,
            await line.dump(
                "reports", "cases", "steps", "followups", "outbox", "audit"
            ),
        )
    )
    assert len(handle) == 32 and not any(part in held for part in parts)
