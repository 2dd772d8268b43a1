"""Words that are changed afterwards, what comes at once, and a step that is shown
again.
"""

from __future__ import annotations

from dataclasses import replace

from dialogs.amending import put_in
from dialogs.words import (
    DropPictures,
    Edited,
    Picture,
    Pictured,
    Said,
    Together,
    Unreadable,
)
from tests.dialogs.chat import NOON, RECEIPT, Chat

CLEAR = "街道要求我们社区同一份台账每周报五次"


def changed(old: str | None, new: str) -> Edited:
    return Edited(old, new, NOON)


def picture(number: int) -> Pictured:
    return Pictured(Picture(f"{number:032x}", 80, 60), NOON)


def together(*parts: Said | Pictured | Unreadable) -> Together:
    return Together(parts, NOON)


def test_the_draft_follows_in_place() -> None:
    """The preview shows the new words, masks found anew, where the old
    preview stood.
    """
    chat = Chat()
    chat.says(CLEAR, "联系人王芳")
    screen = chat.take(changed("联系人王芳", "电话13812345678"))
    assert "[电话]" in screen and "联系人" not in screen and "每周报五次" in screen
    assert [message.replaces for message in chat.messages] == [True]


def test_an_unclear_sentence_is_understood_anew() -> None:
    """Before the preview, better words lead on."""
    chat = Chat()
    chat.says("他们天天搞我们")
    assert chat.step != "preview"
    chat.take(changed("他们天天搞我们", CLEAR))
    assert chat.step == "preview"


def test_what_is_not_in_the_draft_is_told() -> None:
    """Sent, forgotten, or a word that was a command: nothing changes, and a way is
    named.
    """
    chat = Chat()
    for edit in (changed("早就送出的", "别的"), changed(None, "别的")):
        assert "已经送出的，说“更正" in chat.take(edit)
    chat.says(CLEAR)
    assert "已经送出的，说“更正" in chat.take(changed("帮助", "别的"))
    assert chat.talk is not None and chat.talk.answers.text == CLEAR


def test_too_long_a_change_is_no_change() -> None:
    chat = Chat()
    chat.says(CLEAR)
    chat.take(changed(CLEAR, "很" * 5001))
    assert chat.talk is not None and chat.talk.answers.text == CLEAR


def test_an_album_with_words_is_answered_once() -> None:
    """One prompt, with the words and all pictures; what to cover is said once."""
    chat = Chat()
    screen = chat.take(together(Said(CLEAR, NOON), *map(picture, range(3))))
    assert told(chat) == ["picture.advice", "preview"] and "图片：3" in screen


def test_an_album_before_any_word_is_counted_once() -> None:
    chat = Chat()
    screen = chat.take(together(*map(picture, range(4))))
    assert told(chat) == ["picture.advice", "picture.more"] and "4张" in screen


def test_what_to_cover_is_said_with_the_first_picture_alone() -> None:
    chat = Chat()
    chat.says(CLEAR)
    screen = chat.take(picture(1))
    assert "工牌、人脸、名单" in screen and screen.index("工牌") < screen.index(
        "图片：1"
    )
    assert "工牌" not in chat.take(picture(2))
    changed_picture = replace(picture(3), replaces=picture(2).picture.id)
    assert "工牌" not in chat.take(changed_picture)


def test_the_step_that_asks_for_pictures_says_itself_what_to_cover() -> None:
    chat = Chat()
    chat.says(CLEAR, "图片")
    screen = chat.take(picture(1))
    assert screen.count("工牌") == 1 and told(chat) == ["pictures"]


def told(chat: Chat) -> list[str]:
    return [message.name for message in chat.messages]


def test_what_has_no_room_is_told_once_and_let_go() -> None:
    """Eight pictures: six stay, two are dropped, one sentence says so."""
    chat = Chat()
    screen = chat.take(together(Said(CLEAR, NOON), *map(picture, range(8))))
    assert screen.count("最多放6张") == 1 and "图片：6" in screen
    assert sum(isinstance(action, DropPictures) for action in chat.done) == 2


def test_words_that_end_it_end_it_for_the_pictures_too() -> None:
    """A caption may be a command; no picture is left behind."""
    chat = Chat()
    chat.take(together(Said("取消", NOON), picture(1)))
    assert chat.talk is None
    assert DropPictures((f"{1:032x}",)) in chat.done


def test_a_declined_file_keeps_its_words() -> None:
    chat = Chat()
    screen = chat.take(together(Said(CLEAR, NOON), Unreadable("file", NOON)))
    assert "收不了" in screen and "每周报五次" in screen


def test_a_receipt_in_a_caption_is_looked_up() -> None:
    """Nothing is stored while it is unknown what it is about."""
    chat = Chat()
    screen = chat.take(together(Said("回执码 ", NOON, (RECEIPT,)), picture(1)))
    assert "没有查到" in screen


def test_a_step_is_shown_again_to_whoever_is_in_it() -> None:
    """The same prompt under a new mark; to an empty chat nothing is said."""
    chat = Chat()
    assert chat.rings("again") == ""
    chat.says(CLEAR)
    mark = chat.mark
    assert "每周报五次" in chat.rings("again") and chat.mark != mark
    assert "您的回执码" in chat.presses("send")


def test_the_measure_is_not_written_twice() -> None:
    text = "一个塘一本，一共三十七本"
    assert put_in(text, "三十七", "三十九本") == "一个塘一本，一共三十九本"
