"""Pictures, files, albums.

Source: Bot API, "Sending files", sendPhoto, sendDocument, sendMediaGroup, getFile.
"""

from __future__ import annotations

import io

import pytest
from PIL import Image
from telegram import Bot, InputMediaDocument, InputMediaPhoto
from telegram.error import BadRequest, InvalidToken

from tests.botapi.persons import Person
from tests.botapi.server import BotApi

MB = 1 << 20


async def test_a_photo_comes_in_sizes_and_can_be_fetched(
    bot: Bot, person: Person, picture: bytes
) -> None:
    """PhotoSize, smallest first; getFile gives a path, the file lies under
    /file/bot<token>/<path>.
    """
    person.sends_photo(picture, caption="看")
    (update,) = await bot.get_updates()
    assert update.message is not None and update.message.caption == "看"
    sizes = update.message.photo
    assert [each.width for each in sizes] == [90, 320, 640] and sizes[
        -1
    ].file_size == len(picture)
    file = await bot.get_file(sizes[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == picture
    small = bytes(await (await bot.get_file(sizes[0].file_id)).download_as_bytearray())
    assert Image.open(io.BytesIO(small)).size == (90, 56)


async def test_an_album_is_one_message_each(
    bot: Bot, person: Person, picture: bytes
) -> None:
    """Message, `media_group_id`: the same for all of them; the caption stands on the
    first.
    """
    person.sends_album([picture] * 3, caption="三张")
    messages = [update.message for update in await bot.get_updates()]
    assert len({each.media_group_id for each in messages if each}) == 1
    assert [each.caption for each in messages if each] == ["三张", None, None]


async def test_up_to_20_mb_can_be_fetched(bot: Bot, person: Person) -> None:
    """getFile: "bots can download files of up to 20MB in size"; beyond, "file is too
    big".
    """
    person.sends_document("大.pdf", size=20 * MB + 1)
    (update,) = await bot.get_updates()
    assert update.message is not None and update.message.document is not None
    assert update.message.document.file_size == 20 * MB + 1
    with pytest.raises(BadRequest, match="File is too big"):
        await update.message.document.get_file()
    with pytest.raises(
        BadRequest, match="Wrong file_id or the file is temporarily unavailable"
    ):
        await bot.get_file("AgAC-none")


async def test_a_file_is_not_fetched_without_the_token(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """getFile: the link is https://api.telegram.org/file/bot<token>/<file_path>."""
    person.sends_document("一.pdf", b"%PDF-")
    (update,) = await bot.get_updates()
    assert update.message is not None and update.message.document is not None
    path = (await update.message.document.get_file()).file_path
    assert path is not None and path.startswith(
        f"{server.base_file_url}{server.token}/documents/"
    )
    with pytest.raises(InvalidToken):
        await bot.request.retrieve(path.replace(server.token, "1:none"))


async def test_a_photo_is_uploaded(bot: Bot, person: Person, picture: bytes) -> None:
    """Sending files: multipart/form-data, or the file_id of what the platform already
    has.
    """
    sent = await bot.send_photo(
        person.id, picture, caption="<b>码</b>", parse_mode="HTML"
    )
    assert person.screen().last.files[-1].content is not None
    again = await bot.send_photo(person.id, sent.photo[-1].file_id)
    assert [each.kind for each in person.screen()] == [
        "photo",
        "photo",
    ] and again.caption is None
    with pytest.raises(BadRequest, match="Wrong file identifier/http url specified"):
        await bot.send_photo(person.id, "no-such-file")
    with pytest.raises(BadRequest, match="Failed to get http url content"):
        await bot.send_photo(person.id, "https://example.org/x.png")


async def test_what_is_no_photo_is_refused(bot: Bot, person: Person) -> None:
    """sendPhoto: at most 10 MB, width and height together 10000, ratio at most 20."""
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(person.id, b"no picture")
    for size in ((2100, 100), (9000, 1001)):
        out = io.BytesIO()
        Image.new("L", size).save(out, "PNG")
        with pytest.raises(BadRequest, match="Photo_invalid_dimensions"):
            await bot.send_photo(person.id, out.getvalue())
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.send_photo(person.id, b"x" * (10 * MB + 1))
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_photo(person.id, b"")


async def test_a_document_is_uploaded(bot: Bot, person: Person) -> None:
    """sendDocument: any file up to 50 MB, with its name."""
    sent = await bot.send_document(
        person.id, b"a,b\n", filename="月报.csv", caption="月报"
    )
    assert sent.document is not None and sent.document.file_name == "月报.csv"
    assert person.screen().last.text == "月报"
    content = person.screen().last.files[0].content
    assert content is not None and content() == b"a,b\n"
    with pytest.raises(BadRequest, match="Request entity too large"):
        await bot.send_document(person.id, b"x" * (50 * MB + 1))


async def test_an_album_is_uploaded(bot: Bot, person: Person, picture: bytes) -> None:
    """sendMediaGroup: 2–10 items by attach://, documents only among themselves."""
    sent = await bot.send_media_group(
        person.id, [InputMediaPhoto(picture, caption="一"), InputMediaPhoto(picture)]
    )
    assert sent[0].media_group_id == sent[1].media_group_id is not None
    assert [(each.kind, each.text) for each in person.screen()] == [
        ("photo", "一"),
        ("photo", ""),
    ]
    for wrong in ([InputMediaPhoto(picture)], [InputMediaPhoto(picture)] * 11):
        with pytest.raises(
            BadRequest, match="There must be from 2 to 10 media in the album"
        ):
            await bot.send_media_group(person.id, wrong)
    with pytest.raises(BadRequest, match="can't be mixed"):
        await bot.send_media_group(
            person.id, [InputMediaPhoto(picture), InputMediaDocument(b"x")]
        )


async def test_other_things_people_send(bot: Bot, person: Person) -> None:
    """Message: voice, video, sticker, location, contact, a forward with its origin, an
    edit.
    """
    person.sends_voice()
    person.sends_video()
    person.sends_sticker()
    person.sends_location()
    person.sends_contact()
    person.forwards("转来的")
    person.forwards("转来的", hidden=True)
    updates = await bot.get_updates()
    messages = [update.message for update in updates if update.message]
    kinds = ("voice", "video", "sticker", "location", "contact")
    assert [
        next(kind for kind in kinds if getattr(each, kind)) for each in messages[:5]
    ] == list(kinds)
    assert [
        each.forward_origin.type for each in messages[5:] if each.forward_origin
    ] == [
        "user",
        "hidden_user",
    ]
