"""Intake: confirmed after the commit, in order within a chat, nobody held up by others,
nothing lost.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from telegram import Update

from anonymizer import receipts
from bot.channels import arrivals as module
from bot.channels.arrivals import Arrivals
from bot.channels.port import Incoming, TurnFailed
from dialogs.words import Said
from storage.port import Refusing
from tests.bot.channels.telegram.line import SECRET, Line, Mode, opened_line, running
from tests.botapi.server import BotApi

CLEAR = "街道要求我们社区同一份台账每周报五次"


@pytest.fixture(params=["polling", "webhook"])
def mode(request: pytest.FixtureRequest) -> Mode:
    found: Mode = request.param
    return found


class Slow:
    """The hotline's door, opened late for some words."""

    def __init__(self, hear: Callable[[Incoming], Awaitable[None]]) -> None:
        self._hear = hear
        self.heard: list[str] = []
        self.until = asyncio.Event()
        self.raises: list[Exception] = []

    async def hear(self, incoming: Incoming) -> None:
        words = incoming.event.text if isinstance(incoming.event, Said) else ""
        if words.startswith("慢"):
            await self.until.wait()
        if words and self.raises:
            raise self.raises.pop(0)
        await self._hear(incoming)
        self.heard.append(words)


@pytest.fixture
def slow(line: Line) -> Slow:
    """From now on everything goes through it."""
    reporters = line.telegram.intake.reporters
    slow = Slow(line.app.hotline.hear)
    context = reporters._context
    reporters._context = replace(context, hear=slow.hear)
    return slow


def pending(server: BotApi) -> int:
    """Updates the platform still has for us."""
    return int(
        server.do(lambda: server.platform.updates.info()["pending_update_count"])
    )


async def confirmed(server: BotApi) -> None:
    """Until the platform has nothing left for us."""
    for _ in range(400):
        if pending(server) == 0:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{pending(server)} updates are not confirmed")


async def kept(line: Line, number: int) -> None:
    """Until so many updates are kept by ourselves."""
    for _ in range(200):
        if await line.count("telegram_held") == number:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(
        f"{await line.count('telegram_held')} updates are kept, not {number}"
    )


async def test_nothing_is_confirmed_before_its_commit(
    line: Line, server: BotApi, slow: Slow
) -> None:
    """While the turn lasts the platform still has the update; then it has not."""
    person = server.person(started=True)
    person.starts()
    await person.sees("减负专线")
    await confirmed(server)
    person.says("慢慢说")
    await asyncio.sleep(0.3)
    assert pending(server) == 1 and await line.count("inbox") == 1
    slow.until.set()
    await confirmed(server)
    assert await line.count("inbox") == 2


async def test_what_takes_long_is_kept_and_holds_up_nobody(
    line: Line, server: BotApi, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while it is ours, sealed, and confirmed; others were never waited for;
    its chat keeps order.
    """
    monkeypatch.setattr(module, "HOLD_AFTER", 0.3)
    person, other = server.person(started=True), server.person(started=True)
    person.says("慢慢说")
    person.says("然后")
    other.says(CLEAR)
    await other.offered("送出")
    await confirmed(server)
    await kept(line, 2)
    assert slow.heard == [CLEAR]
    slow.until.set()
    await person.until(
        lambda _: slow.heard[1:] == ["慢慢说", "然后"] or len(person.by_bot()) > 1
    )
    await kept(line, 0)
    assert slow.heard == [CLEAR, "慢慢说", "然后"]


async def test_what_was_kept_survives_the_process(
    tmp_path: Path, server: BotApi, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before its turn was over, it is taken up by the next process."""
    monkeypatch.setattr(module, "HOLD_AFTER", 0.2)
    person = server.person(started=True)
    with closing(Line(tmp_path, server, mode)) as line:
        async with running(line):
            slow = Slow(line.app.hotline.hear)
            context = line.telegram.intake.reporters._context
            line.telegram.intake.reporters._context = replace(context, hear=slow.hear)
            person.says("慢慢说，街道要求我们社区同一份台账每周报五次")
            await confirmed(server)
        assert person.by_bot() == []
        async with running(line):
            await person.offered("送出")
            await kept(line, 0)


async def test_storage_that_refuses_is_waited_for(
    line: Line, server: BotApi, slow: Slow
) -> None:
    """The person is told once that nothing can be stored; the update is done as soon as
    it can be.
    """
    slow.raises = [Refusing(), Refusing()]
    person = server.person(started=True)
    person.says(CLEAR)
    await person.sees("不用重发")
    await person.offered("送出")
    await person.settles()
    assert len(person.by_bot()) == 2
    await confirmed(server)


async def test_a_story_is_told_while_storage_refuses(
    line: Line, server: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without buttons, which would lead nowhere; with them once it can be stored."""
    person = server.person(started=True)
    person.says(CLEAR)
    await person.offered("送出")
    person.presses("送出")
    filed = await person.sees("您的回执码")
    receipt = receipts.find(filed.text)
    assert receipt is not None
    person.presses("我已保存")
    await person.sees("回执码不再显示")

    async def refuse(writes: object) -> None:
        raise Refusing("full")

    with monkeypatch.context() as full:
        full.setattr(line.app.resources.database, "commit", refuse)
        person.says(receipt)
        story = await person.sees("接下来")
        await person.sees("一恢复就再发一次")
        assert not story.buttons
    await person.offered("补充材料")
    await confirmed(server)
    assert len([one for one in person.by_bot() if "不再显示" in one.text]) == 1


async def test_our_bug_is_told_and_does_not_come_again(
    line: Line, server: BotApi, slow: Slow
) -> None:
    """The incident's number, and on with what comes next."""
    slow.raises = [TurnFailed("0badcafe")]
    person = server.person(started=True)
    person.says(CLEAR)
    person.says(CLEAR)
    assert await person.sees("0badcafe")
    assert await person.offered("送出")
    await confirmed(server)


async def test_an_answer_that_means_nothing_ends_nothing(
    tmp_path: Path, server: BotApi
) -> None:
    """python-telegram-bot cannot read it: a moment later again; people are heard
    meanwhile.
    """
    server.fault(
        "garbled", lambda call: call.method in ("getMe", "deleteWebhook"), times=2
    )
    async with opened_line(tmp_path, server) as line:
        async with asyncio.timeout(5):
            while not any(
                call.fault for call in server.calls if call.method == "getMe"
            ):
                await asyncio.sleep(0.02)
        person = server.person(started=True)
        person.says(CLEAR)
        assert await person.offered("送出")
        assert line.telegram.name is None


@pytest.mark.parametrize("kind", ["duplicate", "reorder"])
async def test_what_comes_twice_or_out_of_order(
    line: Line, server: BotApi, kind: str
) -> None:
    """A repeated update changes nothing; one person's words keep their order."""
    server.fault(kind, lambda call: True, times=3)  # type: ignore[arg-type]
    person = server.person(started=True)
    person.says(CLEAR)
    person.says("还有月报")
    person.says("还有年报")
    await confirmed(server)
    last = await person.sees("年报")
    assert last.text.index("每周") < last.text.index("月报") < last.text.index("年报")
    await person.settles()
    assert len([one for one in person.by_bot() if one.labels]) == 3


async def test_after_a_silence_the_open_step_is_shown_again_once(
    tmp_path: Path, server: BotApi, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Presses of that time are lost: who was in the middle gets the step again, others
    do not.
    """
    monkeypatch.setattr("bot.channels.telegram.presence.CATCH_UP", 0.1)
    person, done = server.person(started=True), server.person(started=True)
    with closing(Line(tmp_path, server, mode)) as line:
        async with running(line):
            done.says(CLEAR)
            await done.offered("送出")
            done.presses("送出")
            await done.sees("您的回执码")
            person.says(CLEAR)
            await person.offered("送出")
            await person.settles()
        line.later(minutes=3)
        async with running(line):
            await person.until(lambda screen: len(screen.bots) == 2)
            await asyncio.sleep(0.3)
        async with running(line):
            await asyncio.sleep(0.5)
        assert len(person.by_bot()) == 2 and person.by_bot()[1].button("送出")
        assert person.by_bot()[1].entities[0]["type"] == "spoiler", (
            "nobody looks: a lock screen shows it"
        )
        assert "您的回执码" in done.screen().last.text


async def test_nothing_is_shown_again_at_night(
    tmp_path: Path, server: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between 21:00 and 08:00 nobody is woken."""
    monkeypatch.setattr("bot.channels.telegram.presence.CATCH_UP", 0.1)
    person = server.person(started=True)
    with closing(Line(tmp_path, server, "polling")) as line:
        line.later(hours=10, minutes=40)  # 20:57
        async with running(line):
            person.says(CLEAR)
            await person.offered("送出")
            await person.settles()
        line.later(minutes=5)
        async with running(line):
            await asyncio.sleep(0.8)
        assert len(person.by_bot()) == 1


async def test_the_network_may_go_and_come(line: Line, server: BotApi) -> None:
    """What was said meanwhile is heard, what is owed is sent."""
    person = server.person(started=True)
    person.says(CLEAR)
    await person.offered("送出")
    server.goes_down()
    person.presses("送出")
    await asyncio.sleep(0.5)
    server.comes_back()
    assert await person.sees("您的回执码", timeout=120)


# ── our own webhook ───────────────────────────────────────────────────────────────────


@pytest.fixture
async def hooked(tmp_path: Path, server: BotApi) -> AsyncIterator[Line]:
    async with opened_line(tmp_path, server, "webhook") as line:
        yield line


async def test_a_wrong_secret_learns_nothing(hooked: Line, server: BotApi) -> None:
    """It gets what any page that is not there gives, whatever it sends; nothing is
    taken in.
    """
    url = hooked.hook
    async with httpx.AsyncClient() as stranger:
        nowhere = await stranger.post(url + "/no", json={})
        for secret in ("", SECRET[:-1], SECRET + "x", "错"):
            headers = (
                {b"x-telegram-bot-api-secret-token": secret.encode()} if secret else {}
            )
            body = {"update_id": 7, "message": {"text": "x"}}
            told = await stranger.post(url, json=body, headers=headers)
            assert (told.status_code, told.content) == (
                nowhere.status_code,
                nowhere.content,
            )
    assert await hooked.count("inbox") == 0


async def test_a_body_has_a_limit_and_nonsense_is_passed_over(hooked: Line) -> None:
    """Too long is refused; what nobody can read is confirmed, or it would come for
    ever.
    """
    headers = {"x-telegram-bot-api-secret-token": SECRET}
    async with httpx.AsyncClient() as platform:
        too_long = await platform.post(
            hooked.hook, content=b"x" * (1 << 20 | 1), headers=headers
        )
        nonsense = await platform.post(hooked.hook, content=b"{]", headers=headers)
        unknown = await platform.post(
            hooked.hook, json={"update_id": 9, "new": {}}, headers=headers
        )
    assert [one.status_code for one in (too_long, nonsense, unknown)] == [413, 200, 200]


def private_message(**fields: object) -> dict[str, object]:
    person = {"id": 77, "is_bot": False, "first_name": "x"}
    chat = {"id": 77, "type": "private", "first_name": "x"}
    message = {"message_id": 5, "date": 1, "from": person, "chat": chat}
    return message | fields


@pytest.mark.parametrize(
    "body",
    [
        {"update_id": None, "message": private_message(text="x")},
        {"update_id": "x", "message": private_message(text="x")},
        {"update_id": 1.5},
        {"update_id": True},
        {"update_id": -1},
        {"update_id": 10**30},
        {"message": private_message(text="x")},
        [{"update_id": 3}],
        "update",
        None,
        {"update_id": 4, "message": private_message(chat={"id": "x", "type": "y"})},
        {"update_id": 5, "message": private_message(date=10**20)},
        {"update_id": 6, "message": private_message(text=["x"])},
        {"update_id": 7, "callback_query": {"id": "1", "from": {"id": 77}, "data": 8}},
    ],
)
async def test_what_is_no_update_is_passed_over(hooked: Line, body: object) -> None:
    """However often it comes, and whatever comes after it is heard."""
    headers = {"x-telegram-bot-api-secret-token": SECRET}
    async with httpx.AsyncClient(headers=headers) as platform:
        answers = [await platform.post(hooked.hook, json=body) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    await asyncio.sleep(1)
    assert await hooked.count("telegram_held") == 0


async def test_half_a_character_is_left_out_and_the_rest_heard(hooked: Line) -> None:
    """Kept or not: the first one is not due yet, so it is kept a while."""
    headers = {"x-telegram-bot-api-secret-token": SECRET}
    words = r"""\ud83d\u8857\u9053\u8981\u6211\u4eec\u6bcf\u5929\u62a5\u8868\udc00"""
    message = json.dumps(private_message(text="HERE", date=1700000000))
    body = f'{{"update_id": 900, "message": {message}}}'.replace("HERE", words)
    async with httpx.AsyncClient(headers=headers) as platform:
        answer = await platform.post(hooked.hook, content=body.encode())
    assert answer.status_code == 200
    await asyncio.sleep(1)
    assert await hooked.count("telegram_held") == 0
    assert await hooked.count("talks") == 1


async def test_a_webhook_that_was_not_reached_is_a_silence_too(
    tmp_path: Path, server: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process lives, but nothing comes through to it: afterwards the open step is
    shown again.
    """
    monkeypatch.setattr("bot.channels.telegram.presence.CATCH_UP", 0.1)
    monkeypatch.setattr("bot.channels.telegram.run.LOOK_FOR_POSTS", 0.05)
    person, other = server.person(started=True), server.person(started=True)

    async def refuse(arrivals: Arrivals[Update], update: Update) -> None:
        raise Refusing

    async with opened_line(tmp_path, server, "webhook") as line:
        person.says(CLEAR)
        await person.offered("送出")
        await confirmed(server)
        with monkeypatch.context() as broken:
            broken.setattr(Arrivals, "settle", refuse)
            other.sends_sticker()
            await asyncio.sleep(0.5)
            assert pending(server) == 1
            line.later(minutes=3)
            await asyncio.sleep(0.5)
            assert len(person.by_bot()) == 1
        await person.until(lambda screen: len(screen.bots) == 2)


async def test_a_refusing_storage_is_told_to_the_platform(
    hooked: Line, server: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither done nor kept: 503, and the platform brings it again."""

    async def refuse(arrivals: Arrivals[Update], update: Update) -> None:
        raise Refusing

    monkeypatch.setattr(Arrivals, "settle", refuse)
    headers = {"x-telegram-bot-api-secret-token": SECRET}
    async with httpx.AsyncClient() as platform:
        told = await platform.post(hooked.hook, json={"update_id": 9}, headers=headers)
    assert told.status_code == 503
