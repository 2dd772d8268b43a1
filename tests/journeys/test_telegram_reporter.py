"""A reporter's journeys through Telegram, by polling and by webhook, over real HTTP."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PIL import Image

from anonymizer import receipts
from bot.people.member import AtTheMachine
from dialogs.case.orders import Accept, Ask
from tests.bot.channels.telegram.line import SPEED, Line, Mode, opened_line
from tests.botapi.persons import Person
from tests.botapi.server import BotApi
from tests.project.checkout import ROOT

CLEAR = "街道要求我们社区同一份台账每周报五次，联系人王芳13812345678"
OTHER = "清河街道要我们社区再挂三块牌子"


@pytest.fixture
def server() -> Iterator[BotApi]:
    with BotApi(speed=SPEED) as server:
        yield server
        assert [
            f"{one.rule}: {one.detail} in {one.call.method}"
            for one in server.violations
        ] == []


@pytest.fixture(params=["polling", "webhook"])
async def line(
    tmp_path: Path, server: BotApi, request: pytest.FixtureRequest
) -> AsyncIterator[Line]:
    mode: Mode = request.param
    async with opened_line(tmp_path, server, mode) as line:
        yield line


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A photo that says where it was taken."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "Maker of this phone"
    Image.new("RGB", (640, 400), "#3366aa").save(out, "JPEG", exif=exif)
    return out.getvalue()


async def files(person: Person, words: str = CLEAR) -> str:
    """A report from the first sentence to the receipt, which is returned."""
    said = len(person.by_bot())
    person.says(words)
    await person.until(
        lambda screen: len(person.by_bot()) > said and screen.last.button("送出")
    )
    person.presses("送出")
    filed = await person.until(
        lambda screen: screen.last if "您的回执码" in screen.last.text else None
    )
    receipt = receipts.find(filed.text)
    assert receipt is not None
    return receipt


async def test_a_report_from_the_first_word_to_the_receipt(
    line: Line, server: BotApi
) -> None:
    """The first screen says what Telegram sees; buttons change one message; the receipt
    is guarded.
    """
    person = server.person()
    person.starts("line")
    welcome = await person.sees("减负专线")
    assert "看得到您的账号" in welcome.text and "https://jianfu.example" in welcome.text
    person.says(CLEAR)
    preview = await person.offered("送出")
    assert "13812345678" not in preview.text
    person.presses("单位")
    asked = await person.sees("哪个单位")
    assert (asked.id, asked.edited) == (preview.id, True)
    person.presses("返回")
    again = await person.offered("送出")
    assert again.id == preview.id
    pressed = person.presses("送出")
    await pressed.answer()
    filed = await person.sees("您的回执码")
    receipt = receipts.find(filed.text)
    assert receipt is not None and await line.count("reports") == 1
    assert (filed.kind, filed.protected) == ("photo", True)
    assert filed.button("复制").copies == receipt


async def test_the_screens_in_the_docs_are_ours(line: Line, server: BotApi) -> None:
    """What docs/telegram.md shows is what a reporter sees."""
    person = server.person()
    person.starts()
    await person.sees("减负专线")
    receipt = await files(person)
    await person.settles()
    words = re.sub(r"^(bot|you) #\d+ \w+", _who, str(person.screen()), flags=re.M)
    shown = words.replace(receipt, "7MY6-576S-8MTB-4G41")
    assert f"```text\n{shown}\n```" in (ROOT / "docs" / "telegram.md").read_text(
        "utf-8"
    )


def _who(found: re.Match[str]) -> str:
    return {"bot": "【专线】", "you": "【您】"}[found[1]]


async def test_a_photo_with_words_is_one_step(
    line: Line, server: BotApi, picture: bytes
) -> None:
    """Caption and picture come as one message and are answered with one preview, above
    it what to cover; what the camera wrote is gone.
    """
    person = server.person(started=True)
    person.sends_photo(picture, caption=CLEAR)
    preview = await person.offered("送出")
    assert "图片：1" in preview.text
    await person.settles()
    advice, _ = person.by_bot()
    assert "工牌、人脸" in advice.text
    person.presses("送出")
    await person.sees("您的回执码")
    assert await line.count("media") == 1


async def test_an_album_is_one_step(line: Line, server: BotApi, picture: bytes) -> None:
    """Three pictures are three updates, and one preview, above it what to cover."""
    person = server.person(started=True)
    person.sends_album([picture] * 3, caption=CLEAR)
    preview = await person.offered("送出")
    assert "图片：3" in preview.text
    await person.settles()
    assert len(person.by_bot()) == 2


async def test_the_receipt_goes_by_button(line: Line, server: BotApi) -> None:
    """我已保存 takes the message away at once."""
    person = server.person(started=True)
    receipt = await files(person)
    person.presses("我已保存")
    await person.until(lambda screen: receipt not in screen.text)
    assert await person.sees("回执码不再显示")


async def test_the_receipt_goes_by_itself(line: Line, server: BotApi) -> None:
    """Not within the hour, but after it."""
    person = server.person(started=True)
    receipt = await files(person)
    await line.app.sender.idle()
    line.later(minutes=50)
    await line.telegram.intake.janitor.look()
    await line.telegram.intake.janitor.idle()
    assert receipt in person.screen().text
    line.later(minutes=16)
    await line.telegram.intake.janitor.look()
    await line.telegram.intake.janitor.idle()
    assert receipt not in person.screen().text


async def test_progress_by_receipt_and_material_added(
    line: Line, server: BotApi
) -> None:
    """The receipt opens the story from any chat, and does not stay in it."""
    person, friend = server.person(started=True), server.person(started=True)
    receipt = await files(person)
    friend.says(f"我的回执码是 {receipt.lower()}")
    story = await friend.offered("补充材料")
    assert "台账" in story.text
    await friend.until(
        lambda screen: receipt.lower() not in screen.text, why="the typed receipt stays"
    )
    friend.presses("补充材料")
    await friend.sees("请写要补充的话")
    friend.says("昨天又报了一次")
    await friend.offered("送出")
    friend.presses("送出")
    await friend.sees("已补充")
    report = await line.app.casework.stories.report_of(receipt)
    assert report is not None
    told = await line.app.casework.stories.of(report)
    assert told is not None and "昨天又报了一次" in told.text("zh")


async def test_several_cases_are_picked_from_only_on_asking(
    line: Line, server: BotApi
) -> None:
    """The chat's own cases, by day and kind; no other chat is offered them."""
    person, other = server.person(started=True), server.person(started=True)
    await files(person)
    await files(person, OTHER)
    person.says("/status@jianfu_line_bot")
    picker = await person.sees("反映过2件")
    assert len([label for label in picker.labels if label.startswith("11月23日")]) == 2
    person.presses("11月23日 滥挂牌")
    assert await person.offered("补充材料")
    other.says("/status")
    assert await other.sees("请发送回执码")


async def test_a_question_is_pushed_covered_and_answered(
    line: Line, server: BotApi
) -> None:
    """On a lock screen a push says only that something came."""
    person = server.person(started=True)
    await files(person)
    [alias] = await line.aliases()
    await line.app.casework.staff.order(
        alias, Accept(), AtTheMachine("值班员", "operator")
    )
    await line.app.casework.staff.order(
        alias, Ask("是哪个科室要的？"), AtTheMachine("值班员", "operator")
    )
    line.later(minutes=5)
    push = await person.sees("您有一条新消息")
    [cover] = push.entities
    assert cover["type"] == "spoiler" and cover["offset"] <= len("您有一条新消息\n")
    person.presses("查进展")
    story = await person.offered("回答专线")
    assert "哪个科室" in story.text and story.id != push.id


async def test_the_language_is_switched_and_kept(line: Line, server: BotApi) -> None:
    """By the button or the word; a person whose phone speaks English is spoken to in
    English at once.
    """
    person, guest = (
        server.person(started=True),
        server.person(started=True, language_code="en-GB"),
    )
    person.starts()
    await person.offered("English")
    person.presses("English")
    assert await person.sees("This is the Jianfu Line")
    person.says(CLEAR)
    assert await person.offered("送出"), "who writes Chinese is answered in Chinese"
    guest.starts()
    assert await guest.sees("This is the Jianfu Line")


async def test_edited_words_change_the_draft_and_nothing_that_was_sent(
    line: Line, server: BotApi
) -> None:
    """In a draft the preview follows in place; after filing one sentence says why
    nothing did.
    """
    person = server.person(started=True)
    said = person.says(CLEAR)
    preview = await person.offered("送出")
    person.edits(said, CLEAR.replace("五次", "八次"))
    changed = await person.sees("每周报八次")
    assert changed.id != said.id and "五次" not in changed.text
    person.presses("送出")
    await person.sees("您的回执码")
    person.edits(said, "都不是真的")
    assert await person.sees("已经送出的")
    assert preview.id == changed.id


async def test_what_is_edited_into_a_message(
    line: Line, server: BotApi, picture: bytes
) -> None:
    """A receipt is one even then, and goes; another picture is not followed, and that
    is said.
    """
    person = server.person(started=True)
    receipt = await files(person)
    said = person.says("/help")
    await person.offered("English")
    person.edits(said, receipt)
    await person.offered("补充材料")
    await person.until(lambda screen: said.id not in [one.id for one in screen])
    shot = person.sends_photo(picture, caption=OTHER)
    await person.sees("图片：1")
    person.edits(shot, OTHER)
    assert await person.sees("您改的没有跟着改")


async def test_an_old_button_shows_the_open_step_again(
    line: Line, server: BotApi
) -> None:
    """A press on an older screen changes nothing and leads to the newest one."""
    person = server.person(started=True)
    person.says(CLEAR)
    old = await person.offered("送出")
    person.says("还有一份每月的")
    new = await person.until(
        lambda screen: screen.last if screen.last.id != old.id else None
    )
    pressed = person.presses("送出", on=old)
    await pressed.answer()
    await person.sees("已经过去了")
    last = await person.until(
        lambda screen: screen.last if screen.last.id > new.id + 1 else None
    )
    assert "每月" in last.text and await line.count("reports") == 0
    person.presses("送出", on=last)
    await person.sees("您的回执码")


@pytest.mark.parametrize("how", ["button", "command", "word"])
async def test_the_chat_is_cleared(line: Line, server: BotApi, how: str) -> None:
    """What both sides wrote is taken away; who presses is told in a window that leaves
    nothing behind.
    """
    person = server.person(started=True)
    receipt = await files(person)
    if how == "button":
        pressed = person.presses("清空聊天")
        assert "48小时" in (await pressed.answer() or "") and pressed.alert
    else:
        person.says("/clear" if how == "command" else "清空聊天")
    await person.until(
        lambda screen: not screen.text.strip() or "48小时" in screen.text
    )
    await person.settles()
    left = person.screen()
    assert receipt not in left.text and CLEAR not in left.text
    assert len(left) == (0 if how == "button" else 1)


async def test_what_we_do_not_take_is_declined_with_a_way_out(
    line: Line, server: BotApi
) -> None:
    """Each kind gets its reason and an alternative; words that came with it
    are kept.
    """
    person = server.person(started=True)
    person.sends_voice()
    await person.sees("听不了语音")
    person.sends_video()
    await person.sees("视频还收不了")
    person.sends_location()
    await person.sees("不需要定位")
    person.sends_contact()
    await person.sees("不需要名片")
    person.sends_sticker()
    await person.sees("看到表情了")
    person.sends_document("表.xlsx", caption=CLEAR)
    await person.sees("这类文件还收不了")
    preview = await person.offered("送出")
    assert "台账" in preview.text


async def test_a_file_is_a_picture_by_its_bytes_and_not_by_its_name(
    line: Line, server: BotApi, picture: bytes
) -> None:
    """One that is called a text is taken; one that is cut off is told to be broken, and
    a paper that is called a picture to be none.
    """
    person = server.person(started=True)
    person.sends_document("说明.txt", picture, "text/plain", caption=CLEAR)
    preview = await person.offered("送出")
    assert "图片：1" in preview.text
    person.sends_document("图.png", picture[: len(picture) // 2], "image/png")
    await person.sees("打不开，请重新截图")
    person.sends_document("图.jpg", b"%PDF-1.7 paper", "image/jpeg")
    await person.sees("这类文件还收不了")
    preview = await person.offered("送出")
    assert "图片：1" in preview.text


async def test_forwarded_words_lose_their_origin(line: Line, server: BotApi) -> None:
    """What is passed on is the reporter's own words from here on."""
    person = server.person(started=True)
    person.forwards(CLEAR)
    preview = await person.offered("送出")
    assert "原作者" not in preview.text and "origin_of_this" not in preview.text


async def test_a_group_is_only_told_where_to_write(line: Line, server: BotApi) -> None:
    """Once, with a link; nothing said there becomes a report."""
    person, group = (
        server.person(started=True),
        server.group("社区群", forum=False, bot="member"),
    )
    person.joins(group)
    while line.telegram.name is None:
        await asyncio.sleep(0.01)
    person.says("/start@jianfu_line_bot", to=group)
    assert await group.sees("https://t.me/jianfu_line_bot")
    person.says(f"@jianfu_line_bot {CLEAR}", to=group)
    await group.settles()
    assert len(group.by_bot()) == 1 and await line.count("talks") == 0
