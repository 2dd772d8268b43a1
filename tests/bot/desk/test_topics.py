"""Topics and cards: made at their time, true to their case, gone when it is."""

from __future__ import annotations

from tests.bot.desk.office import Office
from tests.botapi.persons import Group


async def test_a_new_case_gets_a_topic_with_a_pinned_card(office: Office, group: Group) -> None:
    """Alias, state and icon; masked words; no minute of filing; buttons for legal moves only."""
    await office.files()
    assert group.topics() == []
    await office.rings()
    topic = await office.topic()
    alias = await office.alias()
    card = office.card(topic)
    assert (topic.name, topic.icon) == (f"{alias} 待受理", "📰")
    assert "13812345678" not in card.text and "台账" in card.text and "11月23日10时）" in card.text
    assert card.labels[:3] == ("认领", "受理", "不予受理") and "办结" not in card.labels


async def test_a_case_is_claimed_by_button_and_the_card_follows(office: Office, group: Group) -> None:
    """In place: one message all along; the title says the state."""
    one = await office.staff("李明")
    _, topic = await office.files_and_rings()
    before = office.card(topic)
    pressed = one.presses("认领", on=before, at=group)
    assert "认领：好了" in (await pressed.answer() or "")
    await group.until(lambda _: "在办：李明" in office.card(topic).text)
    pressed = one.presses("受理", on=office.card(topic), at=group)
    assert "已受理" in (await pressed.answer() or "")
    await group.until(lambda _: "JF2026-000001" in office.card(topic).text)
    assert group.topics()[0].name.endswith("已受理") and office.card(topic).id == before.id
