"""Topics and cards: made at their time, true to their case, gone when it is."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from bot.people.member import AtTheMachine
from dialogs.case.orders import Accept, Close, Decline, StaffReopen
from tests.bot.desk.telegram.office import Office, running
from tests.botapi.persons import Group, TopicSeen
from tests.botapi.server import BotApi


def topic_of(office: Office) -> TopicSeen:
    assert office.group is not None
    return office.group.topics()[-1]


async def test_a_new_case_gets_a_topic_with_a_pinned_card(
    office: Office, group: Group
) -> None:
    """Alias, state and icon; masked words; no minute of filing; buttons for legal moves
    only.
    """
    await office.files()
    assert group.topics() == []
    await office.rings()
    topic = await office.topic()
    alias = await office.alias()
    card = office.card(topic)
    assert (topic.name, topic.icon) == (f"{alias} 待受理", "📰")
    assert (
        "13812345678" not in card.text
        and "台账" in card.text
        and "11月23日10时）" in card.text
    )
    assert card.labels[:3] == ("认领", "受理", "不予受理") and "办结" not in card.labels


async def test_a_case_is_claimed_by_button_and_the_card_follows(
    office: Office, group: Group
) -> None:
    """In place: one message all along; the title says the state."""
    one = await office.staff("李明")
    _, topic = await office.files_and_rings()
    before = office.card(topic)
    pressed = one.presses("认领", on=before, at=group)
    assert "现在归" in (await pressed.answer() or "")
    await group.until(lambda _: "在办：李明" in office.card(topic).text)
    pressed = one.presses("受理", on=office.card(topic), at=group)
    assert "受理了" in (await pressed.answer() or "")
    await group.until(lambda _: "JF2026-000001" in office.card(topic).text)
    assert (
        group.topics()[0].name.endswith("已受理") and office.card(topic).id == before.id
    )


async def test_an_urgent_case_is_told_of_at_once_and_others_when_the_lot_says(
    office: Office,
) -> None:
    """Ten minutes late: nothing shows before, neither a topic nor a line in a list."""
    assert office.group is not None
    office.settings = office.settings.model_copy(update={"push_delay_minutes": 20})
    one = await office.staff("李明")
    office.late = 600
    await office.files()
    await office.rings()
    one.says("/queue", to=office.group)
    await office.group.sees("没有这样的工单")
    one.says(f"/case {await office.alias()}")
    await one.sees("这件工单")
    assert office.group.topics() == []
    office.later(minutes=11)
    await office.rings()
    topic = await office.topic()
    one.says("/queue", to=office.group)
    await office.group.sees(topic.name[:7])


async def test_closing_closes_and_reopening_opens(office: Office, group: Group) -> None:
    """Seen by icon and title; who orders is of no matter."""
    await office.files_and_rings()
    alias = await office.alias()
    await office.app.casework.staff.order(
        alias, Accept(), AtTheMachine("值班员", "operator")
    )
    await office.app.casework.staff.order(
        alias, Close("已经撤掉了"), AtTheMachine("值班员", "operator")
    )
    await group.until(lambda _: group.topics()[0].closed)
    assert (group.topics()[0].name, group.topics()[0].icon) == (f"{alias} 已办结", "✅")
    await office.app.casework.staff.order(
        alias, StaffReopen("又来了"), AtTheMachine("值班员", "operator")
    )
    await group.until(
        lambda _: (
            not group.topics()[0].closed and group.topics()[0].name == f"{alias} 已受理"
        )
    )


async def test_a_deleted_topic_is_made_anew(office: Office, group: Group) -> None:
    """With the next change of its case, or when it is looked for."""
    _, topic = await office.files_and_rings()
    group.deletes_topic(topic.id)
    await office.app.casework.staff.order(
        await office.alias(), Accept(), AtTheMachine("值班员", "operator")
    )
    again = await office.topic("已受理")
    await office.desk.topics.idle()
    assert again.id != topic.id and len(group.topics()) == 1
    group.deletes_topic(again.id)
    office.desk.topics.poke(review=True)
    assert (await office.topic("已受理")).id not in (topic.id, again.id)


async def test_a_deleted_card_is_put_there_again(office: Office, group: Group) -> None:
    """And pinned."""
    one = await office.staff("李明")
    _, topic = await office.files_and_rings()
    one.deletes(office.card(topic).id, to=group)
    await office.app.casework.staff.order(
        await office.alias(), Accept(), AtTheMachine("值班员", "operator")
    )
    await group.until(
        lambda _: any(
            "已受理" in one.text and one.pinned for one in group.topics()[0].screen
        )
    )


async def test_what_a_reporter_takes_back_is_nowhere_in_the_group(
    office: Office, group: Group
) -> None:
    """The whole topic goes, with whatever was shown in it; the case goes on in a new
    one.
    """
    one = await office.staff("李明")
    reporter, topic = await office.files_and_rings()
    one.presses("全文", on=office.card(topic), at=group)
    await group.until(
        lambda _: any(
            "经过：" in m.text and "全文" in m.text for m in topic_of(office).screen
        )
    )
    reporter.says("/status")
    await reporter.offered("忘记我")
    reporter.presses("忘记我")
    await reporter.offered("确定，忘记我")
    reporter.presses("确定，忘记我")
    await group.until(
        lambda _: all(one.id != topic.id for one in group.topics()) and group.topics()
    )
    again = await office.topic()
    assert "台账每周报五次" not in "".join(one.text for one in again.screen)


async def test_what_is_kept_no_longer_leaves_no_topic(
    office: Office, group: Group
) -> None:
    """When its content is gone by age, the topic goes too."""
    await office.files_and_rings()
    await office.app.casework.staff.order(
        await office.alias(), Decline("不归这里管"), AtTheMachine("值班员", "operator")
    )
    await group.until(lambda _: group.topics()[0].closed)
    for _ in range(40):
        office.later(days=120)
        await office.rings()
    office.desk.topics.poke(
        review=True
    )  # cards of finished cases are looked at every half minute
    await group.until(lambda _: group.topics() == [])
    await office.desk.topics.idle()
    assert await office.count("desk_cards") == 0


async def test_after_a_restart_it_goes_on_where_it_was(
    tmp_path: Path, server: BotApi, group: Group
) -> None:
    """What changed meanwhile is shown; nothing is made twice."""
    with closing(Office(tmp_path, server, group)) as office:
        async with running(office):
            await office.files_and_rings()
        async with running(office):
            await office.app.casework.staff.order(
                await office.alias(), Accept(), AtTheMachine("值班员", "operator")
            )
            await group.until(lambda _: group.topics()[0].name.endswith("已受理"))
        assert len(group.topics()) == 1


async def test_killed_before_a_new_topic_was_remembered(
    tmp_path: Path, server: BotApi, group: Group
) -> None:
    """Made at the platform, its answer never read: one empty topic is left, and nobody
    is ever sent to it.
    """
    server.fault("silence", lambda call: call.method == "createForumTopic")
    with closing(Office(tmp_path, server, group)) as office:
        async with running(office):
            one = await office.staff("李明")
            await office.files()
            await office.rings()
            await group.until(lambda _: len(group.topics()) == 1)
        [left] = group.topics()
        async with running(office):
            kept = await office.topic()
            assert kept.id != left.id
            one.says(f"/case {await office.alias()}", to=group)
            await group.sees(f"/{kept.id}")
            await office.app.casework.staff.order(
                await office.alias(), Accept(), AtTheMachine("值班员", "operator")
            )
            await group.until(
                lambda _: office.card(group.topics()[-1]).text.count("已受理")
            )
            await office.desk.topics.review(everything=True)
    [empty, _] = group.topics()
    assert empty.id == left.id and not any(message.text for message in empty.screen)
    assert [
        call.method
        for call in server.calls
        if call.get("message_thread_id") == str(left.id)
    ] == []
    links = [
        words for call in server.calls if "t.me/c/" in (words := call.get("text") or "")
    ]
    assert links and all(words.endswith(f"/{kept.id}") for words in links)
