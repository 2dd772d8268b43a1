"""Prompts: one tap opens the box, an answer is the order it was asked for, once."""

from __future__ import annotations

from bot.people.directory import NewUnit
from bot.people.member import AtTheMachine
from dialogs.case.life import State
from dialogs.case.orders import Accept
from tests.bot.desk.telegram.office import Office
from tests.botapi.persons import Group, Person, Shown


async def opens_in_private(office: Office, one: Person) -> str:
    """A colleague opens the case's card in the own chat. Returns: its alias."""
    alias = await office.alias()
    one.says(f"/case {alias}")
    await one.offered("备注")
    return alias


async def asked(one: Person, label: str) -> Shown:
    one.presses(label)
    return await one.sees(f"【{label}】")


async def state_of(office: Office, alias: str) -> State:
    row = await office.app.casework.staff.find(
        alias, AtTheMachine("值班员", "operator")
    )
    return State(row.state)


async def test_an_answer_in_private_is_the_order_and_no_report(
    office: Office,
) -> None:
    """Not covered, for who asks looks at it; no draft of a reporter comes of it."""
    one = await office.staff("李明")
    await office.files_and_rings()
    alias = await opens_in_private(office, one)
    prompt = await asked(one, "备注")
    assert prompt.text.startswith("【备注】")
    assert not any(each["type"] == "spoiler" for each in prompt.entities)
    one.says("先问问街道", reply=prompt.id)
    await one.sees(f"{alias}：备注记下了")
    assert await office.count("notes") == 1
    assert await office.count("reports") == 1
    assert not one.screen().with_button("送出")


async def test_what_covered_words_asked_is_known_all_the_same(office: Office) -> None:
    """A prompt that an older version sent, covered as it was; and one of an order that
    there is not any more.
    """
    one = await office.staff("李明")
    await office.files_and_rings()
    alias = await office.alias()
    tell = office.channel.tell  # at the platform's pace
    await tell(one.id, f"您有一条新消息\n【备注】{alias}\n请回复")
    covered = await one.sees("【备注】")
    one.says("先问问街道", reply=covered.id)
    await one.sees(f"{alias}：备注记下了")
    await tell(one.id, f"【盖章】{alias}\n请回复")
    unknown = await one.sees("【盖章】")
    one.says("盖好了", reply=unknown.id)
    await one.sees("已经用不上了")
    assert not one.screen().with_button("送出")


async def test_who_is_no_colleague_any_more_reports_nothing_by_an_answer(
    office: Office,
) -> None:
    one = await office.staff("李明")
    await office.files_and_rings()
    await opens_in_private(office, one)
    prompt = await asked(one, "备注")
    await office.app.roster.disable("李明")
    one.says("先问问街道", reply=prompt.id)
    await one.sees("没有照办，也没有存下")
    assert await office.count("notes") == 0
    assert not one.screen().with_button("送出")


async def test_a_prompt_that_was_answered_is_gone(office: Office, group: Group) -> None:
    """In the group, too, where it calls the one who pressed and opens their box."""
    one = await office.staff("李明")
    _, topic = await office.files_and_rings()
    one.presses("备注", on=office.card(topic), at=group)
    prompt = await group.sees("【备注】")
    [call] = [
        each
        for each in office.server.calls
        if each.method == "sendMessage" and "【备注】" in each.get("text")
    ]
    assert call.json("reply_markup")["force_reply"] is True
    assert call.json("reply_markup")["selective"] is True
    assert f"tg://user?id={one.user.id}" in call.get("text")
    one.says("先问问街道", to=group, topic=topic.id, reply=prompt.id)
    await group.until(lambda screen: not screen.with_text("【备注】"))
    assert await office.count("notes") == 1


async def test_a_prompt_from_before_an_acceptance_declines_nothing(
    office: Office, group: Group
) -> None:
    """Neither by an answer nor by its menu, though a correction by a fresh prompt
    may.
    """
    one = await office.staff("李明")
    _, topic = await office.files_and_rings()
    one.presses("不予受理", on=office.card(topic), at=group)
    prompt = await group.sees("【不予受理】")
    alias = await office.alias()
    at_the_machine = AtTheMachine("值班员", "operator")
    await office.app.casework.staff.order(alias, Accept(), at_the_machine)
    one.says("不归我们管", to=group, topic=topic.id, reply=prompt.id)
    await group.sees("问的时候是“待受理”，现在是“已受理”，没有照办")
    pressed = one.presses("不在范围", on=prompt, at=group)
    assert "没有照办" in (await pressed.answer() or "")
    assert await state_of(office, alias) is State.ACCEPTED


async def test_the_menu_of_units_begins_with_those_named_and_has_pages(
    office: Office, group: Group
) -> None:
    """Twelve units; the one that the report names comes first, then the one whose
    matter it is, the last four are on the next page.
    """
    for number in range(10):
        await office.unit(f"{chr(0x4E00 + number)}号街道办事处")
    fitting = NewUnit("民政所", "subdistrict", competences=("forms",))
    await office.app.register.add(fitting)
    await office.unit("龙井街道办事处")
    one = await office.staff("李明")
    words = "龙井街道办事处要求我们社区同一份台账每周报五次"
    _, topic = await office.files_and_rings(words)
    one.presses("受理", on=office.card(topic), at=group)
    await group.until(lambda _: "转办" in office.card(topic).labels)
    one.presses("转办", on=office.card(topic), at=group)
    menu = await group.sees("【转办】")
    assert menu.labels[:2] == ("龙井街道办事处", "民政所")
    assert len(menu.labels) == 9 and menu.labels[-1] == "还有4家"
    one.presses("还有4家", on=menu, at=group)
    further = await group.until(
        lambda screen: (
            (found := screen.with_text("【转办】")) and found.id != menu.id and found
        )
    )
    assert len(further.labels) == 4
    assert not set(further.labels) & set(menu.labels)
