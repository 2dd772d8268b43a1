"""What may stand in a message and under it.

Source: Bot API, "Formatting options", MessageEntity, sendMessage, InlineKeyboardMarkup,
InlineKeyboardButton, CopyTextButton; wording: open source server, `parse_html`.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.botapi.markup import caption_of, keyboard, text_of
from tests.botapi.wire import Refusal


def read(html: str) -> tuple[str, list[tuple[str, int, int]]]:
    text, entities = text_of(html, "HTML", None)
    return text, [(each["type"], each["offset"], each["length"]) for each in entities]


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("<b>粗</b><i>斜</i>", "粗斜", [("bold", 0, 1), ("italic", 1, 1)]),
        ("<strong>a</strong><em>b</em>", "ab", [("bold", 0, 1), ("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [("underline", 0, 1), ("underline", 1, 1)]),
        (
            "<s>a</s><strike>b</strike><del>c</del>",
            "abc",
            [("strikethrough", n, 1) for n in range(3)],
        ),
        (
            '<span class="tg-spoiler">a</span><tg-spoiler>b</tg-spoiler>',
            "ab",
            [("spoiler", 0, 1), ("spoiler", 1, 1)],
        ),
        ("<B>大写也行</B>", "大写也行", [("bold", 0, 4)]),
        ('<a href="https://x.cn/?a=1&amp;b=2">链</a>', "链", [("text_link", 0, 1)]),
        ("<code>0123</code>", "0123", [("code", 0, 4)]),
        ("<pre>x\ny</pre>", "x\ny", [("pre", 0, 3)]),
        ("<blockquote>引</blockquote>", "引", [("blockquote", 0, 1)]),
        (
            "<blockquote expandable>引</blockquote>",
            "引",
            [("expandable_blockquote", 0, 1)],
        ),
        ("<b>外<i>内</i></b>", "外内", [("bold", 0, 2), ("italic", 1, 1)]),
        ("😀<b>x</b>", "😀x", [("bold", 2, 1)]),
        ("&lt;b&gt; &amp;&quot; &#39; &#x4f60;", "<b> &\" ' 你", []),
        ("&nbsp; &unknown; & x", "&nbsp; &unknown; & x", []),
        ("  前后空白  \n", "前后空白", []),
        ("<b></b>x", "x", []),
        ("<b>x </b>", "x", [("bold", 0, 1)]),
    ],
)
def test_html_as_it_is_read(
    html: str, text: str, entities: list[tuple[str, int, int]]
) -> None:
    """Tags, nesting, four named entities and all numeric ones; offsets in UTF-16 units
    ("HTML style").
    """
    assert read(html) == (text, entities)


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        (
            "<b>x</i>",
            'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
        ),
        ("你x</b>", "Unexpected end tag at byte offset 4"),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("a <3 b", 'Unsupported start tag "3" at byte offset 2'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("好<b", "Unclosed start tag at byte offset 3"),
        ("<a href=x", "Unclosed start tag at byte offset 0"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ('<a href="x>y</a>', "Unclosed start tag at byte offset 0"),
        ("<a href=a/b>x</a>", "Unexpected end of name token at byte offset 8"),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        (
            '<tg-emoji emoji-id="x">😀</tg-emoji>',
            "Invalid custom emoji identifier specified",
        ),
    ],
)
def test_html_that_cannot_be_read(html: str, why: str) -> None:
    """Whatever is unclosed, unknown or crossed is refused as a whole, with the place in
    UTF-8 bytes.
    """
    with pytest.raises(Refusal) as refused:
        text_of(html, "HTML", None)
    assert refused.value.description == f"Bad Request: can't parse entities: {why}"


def test_only_html_is_spoken_here() -> None:
    """The platform knows Markdown too, this server does not: it would have to be
    checked as strictly.
    """
    with pytest.raises(Refusal, match="unsupported parse_mode"):
        text_of("*x*", "MarkdownV2", None)


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ("", "", "message text is empty"),
        (" \n ", "", "text must be non-empty"),
        ("<b> </b>", "HTML", "text must be non-empty"),
        ("字" * 4097, "", "message is too long"),
        ("😀" * 2049, "", "message is too long"),
    ],
)
def test_a_text_has_1_to_4096_characters(text: str, mode: str, why: str) -> None:
    """After the markup is read, in UTF-16 units (Bot API, sendMessage, `text`: "after
    entities parsing").
    """
    assert text_of("字" * 4096, "", None)[0] == "字" * 4096
    assert text_of(f"<b>{'&lt;' * 4096}</b>", "HTML", None)[0] == "<" * 4096
    with pytest.raises(Refusal, match=why):
        text_of(text, mode, None)


def test_a_caption_has_up_to_1024_characters() -> None:
    """Bot API, sendPhoto, `caption`: 0–1024 characters after entities parsing."""
    assert caption_of("", "", None) == ("", [])
    assert caption_of("字" * 1024, "", None)[0] == "字" * 1024
    with pytest.raises(Refusal, match="message caption is too long"):
        caption_of("字" * 1025, "", None)


def test_entities_given_apart() -> None:
    """`entities` instead of `parse_mode`: known types, inside the text (Bot API,
    MessageEntity).
    """
    bold = {"type": "bold", "offset": 1, "length": 2}
    assert text_of(" 你好", "", [bold]) == (
        "你好",
        [{"type": "bold", "offset": 0, "length": 2}],
    )
    for wrong in (
        {**bold, "type": "loud"},
        {**bold, "length": 9},
        {**bold, "offset": -1},
        {"type": "bold"},
    ):
        with pytest.raises(Refusal):
            text_of(" 你好", "", [wrong])


def button(**fields: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "好", **fields}]]}


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        ({"inline_keyboard": [[{"callback_data": "a"}]]}, 'Can\'t find field "text"'),
        (
            {"inline_keyboard": [[{"text": "", "callback_data": "a"}]]},
            "text must be non-empty",
        ),
        (
            {"inline_keyboard": [[{"text": " ", "callback_data": "a"}]]},
            "text must be non-empty",
        ),
        (button(), "Text buttons are unallowed in the inline keyboard"),
        (button(callback_data=""), "BUTTON_DATA_INVALID"),
        (button(callback_data="好" * 22), "BUTTON_DATA_INVALID"),
        (button(callback_data="a", url="https://x.cn"), "exactly one"),
        (button(callbackdata="a"), "unallowed"),
        (button(url="ftp://x"), "Wrong HTTP URL"),
        (button(copy_text={"text": ""}), "BUTTON_COPY_TEXT_INVALID"),
        (button(copy_text={"text": "0" * 257}), "BUTTON_COPY_TEXT_INVALID"),
        (button(callback_data="a", style="loud"), "invalid button style"),
        ({"inline_keyboard": [{"text": "好"}]}, "must be an Array of Arrays"),
        (
            {"inline_keyboard": [[{"text": "好", "callback_data": "a"}] * 4] * 26},
            "reply markup is too long",
        ),
        ([], "object expected as reply markup"),
    ],
)
def test_keyboards_that_are_refused(markup: object, why: str) -> None:
    """InlineKeyboardButton: a label and exactly one thing it does; data 1–64 bytes;
    copied text 1–256 characters; at most 100 buttons (no figure is published; that one
    is what bots run into).
    """
    with pytest.raises(Refusal) as refused:
        keyboard(markup)
    assert why in refused.value.description


def test_keyboards_that_pass() -> None:
    """The largest of everything passes; rows without a button vanish; an empty keyboard
    is none.
    """
    largest = [[{"text": "好", "callback_data": "d" * 64}] * 8] * 12 + [
        [
            {"text": "抄", "copy_text": {"text": "字" * 256}},
            {"text": "链", "url": "https://x.cn/"},
            {"text": "红", "callback_data": "a", "style": "danger"},
        ]
    ]
    assert keyboard({"inline_keyboard": [*largest, []]}) == {"inline_keyboard": largest}
    assert keyboard({"inline_keyboard": []}) is None


def test_an_edit_takes_inline_keyboards_only() -> None:
    """Bot API, editMessageText, `reply_markup`: an inline keyboard; TDLib: "Inline
    keyboard expected".
    """
    with pytest.raises(Refusal, match="inline keyboard expected"):
        keyboard({"force_reply": True}, inline_only=True)
    assert keyboard({"force_reply": True}) == {"force_reply": True}
