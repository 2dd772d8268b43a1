"""The group takes twenty messages a minute: whoever pressed something is answered
first, however many cards wait.
"""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

from tests.bot.channels.telegram.line import SPEED
from tests.bot.desk.telegram.office import Office, running
from tests.botapi.persons import Group
from tests.botapi.server import BotApi

CASES = 12
PATIENT = 10.0  # seconds at the platform's own pace


async def test_the_card_after_a_press_comes_before_twelve_new_cases(
    office: Office, group: Group
) -> None:
    """Twelve cases come at once, 36 messages; the first is claimed meanwhile."""
    one = await office.staff("李明")
    _, topic = await office.files_and_rings()
    for number in range(CASES):
        await office.files(f"街道要求我们社区第{number}份台账每周报五次")
    await office.rings()
    await group.until(lambda _: len(group.topics()) > 3)
    begun = time.monotonic()
    one.presses("认领", on=office.card(topic), at=group)
    await group.until(lambda _: "在办：李明" in office.card(topic).text)
    took = (time.monotonic() - begun) * SPEED
    assert len(group.topics()) <= CASES, "nothing waited any more"
    assert took < PATIENT
    await group.until(lambda _: len(group.topics()) == CASES + 1)


async def test_after_a_restart_the_group_is_not_mute(
    tmp_path: Path, server: BotApi, group: Group
) -> None:
    """What the process before said is known, so the next says what is left."""
    with closing(Office(tmp_path, server, group)) as office:
        async with running(office):
            one = await office.staff("李明")
            _, topic = await office.files_and_rings()
        async with running(office):
            begun = time.monotonic()
            one.presses("认领", on=office.card(topic), at=group)
            await group.until(lambda _: "在办：李明" in office.card(topic).text)
            took = (time.monotonic() - begun) * SPEED
            assert took < 2 * PATIENT
