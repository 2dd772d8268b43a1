"""A case that names a unit is invisible to that unit's people: in the group, in
private, in letters.
"""

from __future__ import annotations

import asyncio

import pytest

from bot.desk.telegram.topics import Hidden
from bot.people.member import AtTheMachine
from dialogs.case.life import Case
from dialogs.case.orders import Accept, Assign
from dialogs.words import Retaliation
from tests.bot.counter import new_draft
from tests.bot.desk.telegram.office import Office
from tests.botapi.calls import Call
from tests.botapi.faults import Kind
from tests.botapi.persons import Group, Person
from tests.botapi.world import Status

SLOW = pytest.mark.slow
MORE_TROUBLE: tuple[Kind, ...] = ("403", "garbled", "500", "reset")
NAMING = "清河街道要我们社区再挂三块牌子"


async def test_no_topic_where_somebody_in_the_group_is_of_that_unit(
    office: Office, group: Group
) -> None:
    """A supervisor without conflict hears of it in private; the other one, and the
    group, never.
    """
    await office.unit("清河街道")
    boss = await office.staff("王主管", "supervisor")
    blind = await office.staff("清河来的", "supervisor", "清河街道")
    await office.files(NAMING)
    await office.rings()
    await boss.sees("有新工单")
    alias = await office.alias()
    boss.presses("看工单")
    card = await boss.until(lambda screen: screen.with_button("受理"))
    assert "三块牌子" in card.text
    boss.presses("受理")
    await boss.until(lambda screen: screen.with_text("JF2026-000001"))
    blind.says(f"/case {alias}")
    assert await blind.sees(f"没有“{alias}”这件工单")
    blind.says("/queue")
    assert await blind.sees("没有这样的工单")
    boss.says("/queue", to=group)
    assert await group.sees("没有这样的工单")
    assert group.topics() == [] and alias not in blind.screen().text.replace(
        f"“{alias}”", ""
    ).replace(f"/case {alias}", "")


async def test_a_case_given_to_their_unit_leaves_the_group(
    office: Office, group: Group
) -> None:
    """From then on it is worked on in private."""
    await office.unit("清河街道")
    boss = await office.staff("王主管", "supervisor")
    await office.staff("清河来的", "operator", "清河街道")
    await office.files_and_rings("上级要求我们社区同一份台账每周报五次")
    alias = await office.alias()
    await office.app.casework.staff.order(
        alias, Accept(), AtTheMachine("值班员", "operator")
    )
    await office.app.casework.staff.order(
        alias, Assign("清河街道"), AtTheMachine("值班员", "operator")
    )
    await group.until(lambda _: group.topics() == [])
    await boss.sees(f"{alias}：有新工单")


async def test_who_is_elsewhere_holds_nothing_up(office: Office, group: Group) -> None:
    """A liaison who is linked but not in the group does not keep the topic away."""
    await office.unit("清河街道")
    await office.staff("联络员小周", "liaison", "清河街道")
    await office.files_and_rings(NAMING)
    assert len(group.topics()) == 1


async def test_what_is_for_supervisors_alone_never_stands_in_the_group(
    office: Office, group: Group
) -> None:
    """Not even where no operator is on the roster: others may sit there."""
    boss = await office.staff("王主管", "supervisor")
    told = Retaliation(None, "组长问是谁告的状，第二天就不给排班", office.at)
    reporters = office.app.casework.reporters
    changes = await reporters.act(told, new_draft(), None)
    await office.app.resources.database.commit(changes)
    await office.rings()
    await boss.sees("有新工单")
    assert group.topics() == []
    boss.says("/queue", to=group)
    assert await group.sees("没有这样的工单")
    worker = await office.staff("小王", "operator")
    alias = await office.alias()
    worker.says(f"/case {alias}")
    assert await worker.sees(f"没有“{alias}”这件工单")
    worker.says("/queue")
    assert await worker.sees("没有这样的工单")


def asks_about_members(call: Call) -> bool:
    return call.method == "getChatMember"


@pytest.mark.parametrize(
    "kind",
    ["400", "429", *(pytest.param(one, marks=SLOW) for one in MORE_TROUBLE)],
)
async def test_what_telegram_does_not_say_of_a_member_keeps_the_case_out(
    office: Office, group: Group, kind: Kind
) -> None:
    """The unit's man sits in the group, and getChatMember does not say so: the case
    goes to the supervisor alone, who is told why and what to do.
    """
    office.desk.topics._members._patience = 0.3
    await office.unit("清河街道")
    boss = await office.staff("王主管", "supervisor")
    await office.staff("清河来的", "operator", "清河街道")
    office.server.fault(kind, asks_about_members, times=1000)
    await office.files(NAMING)
    await office.rings()
    told = await boss.sees("有新工单")
    assert "查不到清河来的在不在群里" in told.text
    assert "群管理员" in told.text and "jianfu staff disable" in told.text
    await office.files("上级要求我们社区同一份台账每周报五次")
    await office.rings()
    await office.topic()  # another matter still goes there
    assert len(group.topics()) == 1
    assert not any("三块牌子" in one.text for one in group.by_bot())


async def test_a_case_comes_to_the_group_once_telegram_says_who_is_there(
    office: Office, group: Group
) -> None:
    """Looked at with the next review, by one question; the supervisor hears of it."""
    await office.unit("清河街道")
    boss = await office.staff("王主管", "supervisor")
    one = await office.staff("联络员小周", "liaison", "清河街道")
    refusing = office.server.fault("400", asks_about_members, times=1000)
    for place in ("一号门", "二号门", "三号门"):
        await office.files(f"{NAMING}，在{place}")
    await office.rings()
    await boss.until(lambda _: told_of(boss, "有新工单") == 3)
    refusing.times = 0
    office.desk.topics.poke(review=True)
    await group.until(lambda _: len(group.topics()) == 3)
    await boss.until(lambda _: told_of(boss, "放回群里办") == 3)
    asked = [call for call in office.server.calls if asks_about_members(call)]
    assert len([call for call in asked if call.get("user_id") == str(one.id)]) == 2
    alias = await office.alias()
    boss.says("/queue", to=group)
    await group.sees(alias)


async def test_a_case_of_one_who_does_sit_there_stays_out(
    office: Office, group: Group
) -> None:
    """The answer came late, and was the other one."""
    await office.unit("清河街道")
    boss = await office.staff("王主管", "supervisor")
    await office.staff("清河来的", "operator", "清河街道")
    refusing = office.server.fault("400", asks_about_members, times=1)
    await office.files(NAMING)
    await office.rings()
    await boss.sees("查不到清河来的")
    assert refusing.met == 1
    await office.desk.topics.review(everything=True)
    assert group.topics() == [] and told_of(boss, "放回群里办") == 0


@pytest.mark.parametrize(
    ("status", "right", "is_there"),
    [
        pytest.param("member", "", True, marks=SLOW),
        pytest.param("creator", "", True, marks=SLOW),
        pytest.param("administrator", "", True, marks=SLOW),
        ("administrator", "is_anonymous", True),
        ("restricted", "", True),
        ("restricted_left", "", False),
        pytest.param("left", "", False, marks=SLOW),
        pytest.param("kicked", "", False, marks=SLOW),
    ],
)
async def test_whoever_can_read_the_group_keeps_a_case_of_the_unit_out_of_it(
    office: Office, group: Group, status: Status, right: str, is_there: bool
) -> None:
    await office.unit("清河街道")
    boss = await office.staff("王主管", "supervisor")
    one = await office.staff("联络员小周", "liaison", "清河街道")
    one.joins(group, status, [right])
    await office.files(NAMING)
    await office.rings()
    if is_there:
        await boss.sees("有新工单")
        assert group.topics() == []
    else:
        await office.topic()


@pytest.mark.parametrize(
    "status", ["member", "administrator", pytest.param("restricted", marks=SLOW)]
)
async def test_a_liaison_who_comes_into_the_group_later_finds_nothing(
    office: Office, group: Group, status: Status
) -> None:
    """The topic goes as soon as Telegram tells of it, before anything else is looked
    at; a stranger who comes in changes nothing.
    """
    await office.unit("清河街道")
    boss = await office.staff("王主管", "supervisor")
    one = await office.staff("联络员小周", "liaison", "清河街道")
    await office.files_and_rings(NAMING)
    alias = await office.alias()
    office.server.person(started=True).joins(group)
    one.joins(group, status)
    await group.until(lambda _: group.topics() == [])
    await boss.sees(f"{alias}：有新工单")


async def test_who_comes_in_just_while_a_topic_is_made_finds_it_gone(
    office: Office, group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the question who is there and the card, the liaison comes in; the review
    that this asks for does not see the topic yet.
    """
    await office.unit("清河街道")
    boss = await office.staff("王主管", "supervisor")
    one = await office.staff("联络员小周", "liaison", "清河街道")
    topics = office.desk.topics
    asked = topics.hidden
    answers: list[object] = []

    async def hidden(case: Case) -> Hidden | None:
        answers.append(found := await asked(case))
        if len(answers) == 2:  # the first was asked to announce it
            one.joins(group)
            await asyncio.sleep(0.5)
        return found

    monkeypatch.setattr(topics, "hidden", hidden)
    await office.files(NAMING)
    await office.rings()
    await boss.sees("有新工单")
    await group.until(lambda _: group.topics() == [])
    assert answers[:2] == [None, None]


def told_of(person: Person, words: str) -> int:
    return sum(words in one.text for one in person.by_bot())


async def test_trouble_on_the_way_only_delays_a_case(
    office: Office, group: Group
) -> None:
    """Three answers are lost; it goes into the group after the fourth."""
    await office.unit("清河街道")
    await office.staff("联络员小周", "liaison", "清河街道")
    lost = office.server.fault("500", asks_about_members, times=3)
    await office.files(NAMING)
    await office.rings()
    await office.topic()
    assert lost.met == 3


async def test_who_has_a_case_is_told_of_it_even_if_the_report_names_them(
    office: Office,
) -> None:
    """The rule is asked about the case as it will be, not as it was before."""
    await office.unit("清河街道")
    seated = await office.staff("联络员小周", "liaison", "清河街道")
    other = await office.staff("联络员小吴", "liaison", "清河街道")
    await office.files_and_rings(NAMING)
    alias = await office.alias()
    at_the_machine = AtTheMachine("值班员", "operator")
    await office.app.casework.staff.order(alias, Accept(), at_the_machine)
    await office.app.casework.staff.order(alias, Assign("清河街道"), at_the_machine)
    await seated.sees(f"{alias}：有新转来的工单")
    await other.sees(f"{alias}：有新转来的工单")
