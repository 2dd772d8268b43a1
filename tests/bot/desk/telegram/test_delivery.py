"""What staff see of a reply's way tells nothing of when a reporter's phone rang, nor of
why it did not: the attacker is somebody of the staff who watches the card all the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.address import Address
from bot.channels.port import ChannelError, Gone, Refused, TryLater
from bot.channels.render import Rendered
from bot.desk.telegram import replies
from bot.desk.telegram.replies import DELIVERY
from bot.people.member import AT_THE_MACHINE, AtTheMachine
from dialogs.case.orders import Accept
from storage.port import Write
from tests.bot.counter import Counter
from tests.bot.desk.telegram.office import Office
from tests.botapi.persons import Person

WINDOW = 10 + 20 + 1  # minutes: for what may join it, by lot, on its way


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk looks as often as the attacker."""
    monkeypatch.setattr(replies, "SELDOM", 1)


async def writes(office: Office, one: Person) -> None:
    """Somebody of the staff writes to the one reporter, and it is on its way."""
    office.settings.__dict__["push_delay_minutes"] = 20
    one.says(f"/reply {await office.alias()} 下周去看。")
    await one.sees(DELIVERY["waits"])
    office.later(seconds=11)
    await office.rings()
    await one.sees(DELIVERY["due"])


async def last_line(one: Person) -> str:
    """Of what shows the reply, some looks later."""
    await asyncio.sleep(0.4)
    [card] = [shown for shown in one.screen().bots if "反映人会看到" in shown.text]
    return card.text.splitlines()[-1]


async def test_the_card_says_the_same_until_the_last_lot_is_out(office: Office) -> None:
    """The phone rings at once; whoever watches the card cannot see it."""
    one = await office.staff("李明")
    reporter, _ = await office.files_and_rings()
    await writes(office, one)
    office.later(seconds=1)
    await reporter.sees("专线给您回话了")
    assert await last_line(one) == DELIVERY["due"]
    office.later(minutes=WINDOW - 1)
    assert await last_line(one) == DELIVERY["due"]
    office.later(minutes=2)
    await one.sees(DELIVERY["sent"])


async def leaves_no_chat(office: Office) -> None:
    [row] = await office.app.resources.database.all("SELECT stream FROM reports")
    writes = await office.app.casework.addresses.forget_address(row["stream"])
    await office.app.resources.database.commit(writes)


FATES = {"gone": Gone(), "refused": Refused(), "too late": TryLater(3600)}


@pytest.mark.parametrize("fate", ["receipt only", *FATES])
async def test_why_somebody_did_not_see_it_is_not_told(
    office: Office, fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same words at the same moment, whatever became of it."""
    one = await office.staff("李明")
    reporter, _ = await office.files_and_rings()
    if fate == "receipt only":
        await leaves_no_chat(office)
    else:
        fails(office, reporter, FATES[fate], monkeypatch)
    await writes(office, one)
    office.later(minutes=WINDOW - 1)
    assert await last_line(one) == DELIVERY["due"]
    office.later(minutes=2)
    await one.sees(DELIVERY["unseen"])


def fails(
    office: Office,
    reporter: Person,
    trouble: ChannelError,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing reaches this reporter's chat."""
    deliver = office.channel.send

    async def send(to: Address, message: Rendered, id: bytes) -> Sequence[Write]:
        if to.key == str(reporter.id):
            raise trouble
        return await deliver(to, message, id)

    monkeypatch.setattr(office.channel, "send", send)


async def test_an_order_does_not_tell_who_left_a_chat(counter: Counter) -> None:
    """Receipt only and told here: its answer counts the same."""
    for follow in ("here", "receipt"):
        await counter.files(follow=follow)
    staff = counter.casework.staff
    listed = await counter.casework.reading.entries(AT_THE_MACHINE)
    by = AtTheMachine("王", "operator")
    names = [entry.case.alias for entry in listed]
    outcomes = [await staff.order(name, Accept(), by) for name in names]
    assert [outcome.told for outcome in outcomes] == [1, 1]
