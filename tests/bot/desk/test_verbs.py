"""Orders as they are written in a chat, and the prompts that ask for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.desk import verbs
from dialogs.case.life import Case, Staff, State
from dialogs.case.order_table import ORDERS, possible
from dialogs.case.orders import (
    Accept,
    Arrive,
    Ask,
    Assign,
    Claim,
    Decline,
    Extend,
    Find,
    GrantExtend,
    Merge,
    Order,
    Rectify,
    Reply,
    Return,
    StaffReopen,
    Wait,
    Whistle,
)
from dialogs.case.refusals import Refusal
from dialogs.case.typed import Now

ZONE = ZoneInfo("Asia/Shanghai")
NOW = Now(datetime(2026, 11, 23, 2, 17, tzinfo=UTC), ZONE)
DUE = datetime(2026, 12, 1, 23, 59, 59, tzinfo=ZONE)
CASE = Case("c", "白鹭-K7QM", State.FILED, "forms", reports=("r1",))


@pytest.mark.parametrize(
    ("verb", "words", "order"),
    [
        ("claim", "", Claim()),
        ("take", "", Claim(take=True)),
        ("accept", "随便写的", Accept()),
        ("decline", "不归这里", Decline("不归这里")),
        ("ask", "#2 哪天？", Ask("哪天？", 2)),
        ("reply", "＃1 在看了", Reply("在看了", 1)),
        ("wait", "12月1日 等文件", Wait("等文件", DUE)),
        ("assign", "某街道", Assign("某街道")),
        ("assign", "某街道 名录外 区", Assign("某街道", "district", new=True)),
        ("whistle", "办不了\n某局 名录外", Whistle("办不了", "某局", new=True)),
        (
            "assign",
            "某 街办 区 复杂 12月1日",
            Assign("某 街办", "district", DUE, complex=True),
        ),
        ("arrive", "", Arrive()),
        ("return", "三定方案 第二条\n归城管", Return("三定方案 第二条", "归城管")),
        ("extend", "5个工作日 还在核对", Extend(5, "还在核对")),
        ("grant", "同意", GrantExtend(True)),
        ("grant", "同意 3", GrantExtend(True, days=3)),
        ("grant", "不同意 太久", GrantExtend(False, "太久")),
        ("whistle", "街道办不了\n区数据局", Whistle("街道办不了", "区数据局")),
        ("find", "部分属实 查过", Find("partly", "查过")),
        ("rectify", "撤掉 12月1日", Rectify("撤掉", DUE)),
        ("rectify", "12月1日", Rectify("", DUE)),
        ("rectify", "", Rectify()),
        ("reopen", "", StaffReopen()),
        ("merge", "青松-0000", Merge("青松-0000")),
    ],
)
def test_words_become_an_order(verb: str, words: str, order: Order) -> None:
    assert verbs.ordered(verb, words, NOW) == order


@pytest.mark.parametrize(
    ("verb", "words", "code"),
    [
        ("decline", "  ", "words_wanted"),
        ("wait", "等文件", "wait_unreadable"),
        ("extend", "还在核对", "extend_unreadable"),
        ("grant", "好", "grant_unreadable"),
        ("find", "对", "choice_unreadable"),
    ],
)
def test_what_cannot_be_read_is_told(verb: str, words: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        verbs.ordered(verb, words, NOW)
    assert refusal.value.code == code


@pytest.mark.parametrize("verb", verbs.VERBS)
def test_a_prompt_is_known_again_and_fits_a_message(verb: str) -> None:
    asked = verbs.prompt(verb, "白鹭-K7QM", "待受理")
    known = verbs.Prompt(verb, "白鹭-K7QM", "待受理")
    assert verbs.prompted(asked) == known
    assert verbs.prompted(f"您有一条新消息\n{asked}") == known
    older = asked.partition("\n")[0]
    assert verbs.prompted(older) == verbs.Prompt(verb, "白鹭-K7QM")


def test_a_prompt_of_an_order_that_there_is_no_more_is_still_a_prompt() -> None:
    assert verbs.prompted("【盖章】白鹭-K7QM") == verbs.Prompt("", "白鹭-K7QM")
    assert verbs.prompted("白鹭-K7QM：有新工单。") is None


def test_every_order_has_its_verb_and_every_label_is_a_command() -> None:
    assert {row.name for row in ORDERS} <= verbs.VERBS.keys()
    for name, verb in verbs.VERBS.items():
        assert verbs.command(f"/{verb.label} K7QM", None) == (name, "K7QM")
        assert verbs.command(f"{verbs.as_command(name)} K7QM", None) == (name, "K7QM")


def test_a_command_for_another_bot_is_none_of_ours() -> None:
    assert verbs.command("/accept@jianfu_bot", "Jianfu_bot") == ("accept", "")
    assert verbs.command("/accept@another_bot", "jianfu_bot") is None
    assert verbs.command("受理", None) is None


def test_buttons_are_those_of_what_is_possible() -> None:
    """Who has it, the moves, then what is only said; the note at the end."""
    free = ["accept", "decline", "ask", "wait", "merge", "urgent"]
    assert possible(CASE)[:7] == ("claim", *free)
    assert possible(CASE)[-1] == "note"
    claimed = replace(CASE, claimed=Staff("aa", "王"))
    assert possible(claimed)[:7] == ("release", *free)


def test_what_need_not_be_written_can_be_picked() -> None:
    decline = verbs.VERBS["decline"].row
    assert "不在范围" in verbs.choices(decline)
    assert "不归本专线管" in verbs.chosen(decline, "不在范围")
    assert verbs.chosen(decline, "编的") == ""
    assert verbs.choices(verbs.VERBS["find"].row) == ["属实", "部分属实", "不属实"]
    assert verbs.choices(verbs.VERBS["grant"].row) == ["同意"]
    assert verbs.choices(verbs.VERBS["accept"].row) == []
