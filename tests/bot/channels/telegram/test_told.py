"""Telegram is told everything: whatever comes is answered, presses are told what they
did, old buttons go, edits and replies find what they belong to.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PIL import Image

from bot.people.member import AtTheMachine
from dialogs.case.orders import Accept, Ask
from dialogs.words import Event, Said, Together
from tests.bot.channels.telegram.line import Line
from tests.botapi.persons import Person, Screen, Shown
from tests.botapi.server import BotApi

CLEAR = "街道要求我们社区同一份台账每周报五次"
STAFF = AtTheMachine("值班员", "operator")


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "#3366aa").save(out, "JPEG")
    return out.getvalue()


async def files(person: Person) -> None:
    person.says(CLEAR)
    await person.offered("送出")
    person.presses("送出")
    await person.sees("您的回执码")


@contextmanager
def listening(line: Line) -> Iterator[list[Event]]:
    """What the hotline is handed."""
    heard: list[Event] = []
    hear = line.app.hotline.hear

    async def noted(incoming: Any) -> None:
        heard.append(incoming.event)
        await hear(incoming)

    line.telegram.intake.reporters._context = _with(
        line.telegram.intake.reporters._context, noted
    )
    yield heard


def _with(context: Any, hear: Any) -> Any:
    from dataclasses import replace

    return replace(context, hear=hear)


# ── kinds that nobody knows ───────────────────────────────────────────────────────────


async def test_a_live_photo_is_a_picture(line: Line, server: BotApi) -> None:
    person = server.person(started=True)
    person.sends_live_photo(picture(), caption=CLEAR)
    assert "图片：1" in (await person.offered("送出")).text


@pytest.mark.parametrize("kind", ["gift", "hologram"])
async def test_what_nobody_knows_is_answered(
    line: Line, server: BotApi, kind: str
) -> None:
    person = server.person(started=True)
    if kind == "gift":
        person.sends_gift()
    else:
        person.sends_kind(hologram={"file_id": "x"})
    await person.sees("这个这里看不了")


async def test_the_caption_of_what_nobody_knows_is_kept(
    line: Line, server: BotApi
) -> None:
    person = server.person(started=True)
    person.sends_kind(hologram={"file_id": "x"}, caption=CLEAR)
    await person.sees("这个这里看不了")
    assert CLEAR in (await person.offered("送出")).text


# ── what was forwarded ────────────────────────────────────────────────────────────────


async def test_forwarded_words_are_heard_as_one_and_name_nobody(
    line: Line, server: BotApi
) -> None:
    """One answer for all of them; whoever wrote them first is nowhere."""
    person = server.person(started=True)
    with listening(line) as heard:
        person.forwards("街道要求我们社区同一份台账")
        person.forwards("每周报五次", hidden=True)
        preview = await person.offered("送出")
        await person.settles()
    assert "同一份台账" in preview.text and "每周报五次" in preview.text
    assert "原作者" not in preview.text and len(person.by_bot()) == 1
    [event] = heard
    assert isinstance(event, Together) and len(event.parts) == 2


# ── presses ───────────────────────────────────────────────────────────────────────────


async def test_a_double_tap_sends_once_and_is_told_so(
    line: Line, server: BotApi
) -> None:
    person = server.person(started=True)
    person.says(CLEAR)
    preview = await person.offered("送出")
    send = preview.button("送出").data
    assert send is not None
    person.press_data(send, preview.id)
    person.press_data(send, preview.id)
    await person.sees("您的回执码")
    await person.sees("已经送出了，只算一次。")
    await person.settles()
    assert "过期" not in str(person.screen()) and "现在，用一句话" not in _last(person)
    assert await line.count("reports") == 1


async def test_a_double_tap_on_the_way_moves_on_once(
    line: Line, server: BotApi
) -> None:
    """The screen is edited in place, and no word is said beside it."""
    person = server.person(started=True)
    person.says(CLEAR)
    preview = await person.offered("送出")
    more = preview.button("进展方式").data
    assert more is not None
    person.press_data(more, preview.id)
    person.press_data(more, preview.id)
    await person.offered("只凭回执码查")
    await person.settles()
    assert len(person.by_bot()) == 1


async def test_what_was_pressed_long_after_is_told_it_is_past(
    line: Line, server: BotApi
) -> None:
    """No welcome, and no claim that it was sent."""
    person = server.person(started=True)
    person.says(CLEAR)
    preview = await person.offered("送出")
    data = preview.button("送出").data
    assert data is not None
    person.says("取消")
    await person.offered("先存着")
    person.presses("放弃")
    await person.settles()
    person.press_data(data, preview.id)
    told = await person.sees("这一步已经过去了")
    assert "现在没有没送出的内容" in told.text
    await person.settles()
    assert person.screen().last.id == told.id


async def test_the_buttons_of_a_prompt_that_is_over_go(
    line: Line, server: BotApi
) -> None:
    person = server.person(started=True)
    person.says(CLEAR)
    first = await person.offered("送出")
    person.says("还有一份每月的")
    await person.until(lambda screen: _labelled(screen) and screen.last.id > first.id)
    await person.until(lambda screen: len(_labelled(screen)) == 1)
    person.presses("送出")
    await person.sees("您的回执码")
    await person.until(
        lambda screen: not [one for one in _labelled(screen) if "送出" in one.labels]
    )


def _labelled(screen: Screen) -> list[Shown]:
    return [one for one in screen.bots if one.labels]


def _last(person: Person) -> str:
    return person.screen().last.text


async def test_a_question_mark_is_help(line: Line, server: BotApi) -> None:
    person = server.person(started=True)
    person.says("？")
    assert "随时可以说" in (await person.sees("直接用一句话说事")).text


# ── edits and replies ─────────────────────────────────────────────────────────────────


async def test_a_number_edited_on_their_side_is_taken(
    line: Line, server: BotApi
) -> None:
    """Of one of several messages of the draft; the old number is gone."""
    person = server.person(started=True)
    person.says("镇里半年考一次改成一个月考一次，而且要交")
    await person.until(lambda screen: screen.bots)
    said = person.says("十二个盒子")
    await person.until(lambda screen: "十二个盒子" in screen.last.text)
    person.edits(said, "二十个盒子")
    await person.until(
        lambda screen: any(
            "二十个盒子" in one.text and "十二个" not in one.text for one in screen.bots
        )
    )


async def test_a_reply_to_a_push_says_which_report_it_answers(
    line: Line, server: BotApi
) -> None:
    """By what stands on the push itself, so also the next day and after a restart."""
    person = server.person(started=True)
    await files(person)
    [alias] = await line.aliases()
    for order in (Accept(), Ask("是口头要求还是有文件？")):
        await line.app.casework.staff.order(alias, order, STAFF)
    push = await person.sees("有个问题想问您")
    line.later(days=1)
    with listening(line) as heard:
        person.says("口头的，在会上讲的", reply=push.id)
        await person.sees("这是答：是口头要求还是有文件？")
    [event] = heard
    data = push.button("回答").data
    assert isinstance(event, Said) and data is not None
    assert data == f"|answer:{event.reply}"
    await person.offered("送出")
    person.presses("送出")
    await person.sees("已补充")
    assert await line.count("reports") == 1


async def test_a_push_opens_its_question_with_one_tap(
    line: Line, server: BotApi
) -> None:
    person = server.person(started=True)
    await files(person)
    [alias] = await line.aliases()
    for order in (Accept(), Ask("是口头要求还是有文件？")):
        await line.app.casework.staff.order(alias, order, STAFF)
    await person.offered("回答")
    person.presses("回答")
    await person.sees("专线想问您：是口头要求还是有文件？")
    person.says("口头的，在会上讲的")
    await person.offered("送出")
    person.presses("送出")
    await person.sees("已补充")
