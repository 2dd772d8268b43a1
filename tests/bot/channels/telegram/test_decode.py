"""Saved updates and what each of them means, a row each; of a person's profile only the
language is read.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from telegram import Update

from anonymizer import receipts
from bot.channels.telegram.decode import (
    Changed,
    Clear,
    Elsewhere,
    Part,
    Photo,
    PrivateUpdate,
    decode,
    nameless,
)
from bot.channels.telegram.door import offered
from dialogs.words import Pressed, Said

PAYLOADS = Path(__file__).parents[3] / "payloads" / "telegram" / "updates.jsonl"
AT = datetime(2026, 11, 23, 2, 17, tzinfo=UTC)
RECEIPT = receipts.new()
SLIP = RECEIPT[:-1] + next(one for one in receipts.SYMBOLS if one != RECEIPT[-1])
ROWS = [
    json.loads(line.replace("{receipt}", RECEIPT).replace("{slip}", SLIP))
    for line in PAYLOADS.read_text("utf-8").splitlines()
]
NEVER = (
    "王小芳",
    "wang_xiaofang",
    "原作者",
    "origin",
    "+8613812345678",
    "作者",
    "30.27",
    "居委会",
)


def plain(part: Part) -> dict[str, Any]:
    match part:
        case Said(text, _, receipts, reply):
            answers = {"reply": reply} if reply else {}
            return {"said": text, "receipt": next(iter(receipts), None)} | answers
        case Pressed(choice, mark, _):
            return {"pressed": choice, "mark": mark}
        case Photo(file, reply):
            return {"photo": file} | ({"reply": reply} if reply else {})
        case Changed(words, picture):
            return {"changed": words} | ({"picture": True} if picture else {})
        case Clear():
            return {"clear": True}
        case _:
            return {"declined": part.why}


def seen(row: dict[str, Any]) -> PrivateUpdate | Elsewhere | None:
    return decode(Update.de_json(row["update"], None), AT, "jianfu_line_bot")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_an_update_means_what_the_table_says(row: dict[str, Any]) -> None:
    """Words, presses, pictures, what is declined, and what is nobody's."""
    found, want = seen(row), row["want"]
    if isinstance(found, PrivateUpdate):
        told: dict[str, Any] = {
            "chat": found.chat,
            "lang": found.lang,
            "message": found.message,
            "parts": [plain(part) for part in found.parts],
        }
        told |= {"album": found.album} if found.album else {}
        told |= {"callback": found.callback} if found.callback else {}
        assert (told, found.update_id) == (want, row["update"]["update_id"])
    elif isinstance(found, Elsewhere):
        assert {"elsewhere": found.chat} == want
    else:
        assert found is want is None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_nothing_of_a_profile_goes_on(row: dict[str, Any]) -> None:
    """No name, username, number, origin or place leaves `decode`, not even in what it
    prints of itself.
    """
    found = seen(row)
    decoded = found.parts if isinstance(found, PrivateUpdate) else ()
    parts = [plain(part) for part in decoded]
    assert not [word for word in NEVER if word in f"{parts} {found!r}"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_an_update_that_is_kept_means_the_same_without_names(
    row: dict[str, Any],
) -> None:
    """What waits sealed in our own database names nobody, and is decoded as
    if it did.
    """
    kept = nameless(Update.de_json(row["update"], None).to_dict())
    message = kept.get("message", {})
    for known in (message.get("from", {}), message.get("chat", {})):
        assert not [
            name for name in ("first_name", "last_name", "username") if known.get(name)
        ]
    origin = json.dumps(message.get("forward_origin", ""), ensure_ascii=False)
    assert not [name for name in ("原作者", "origin", "99", "作者") if name in origin]
    assert decode(Update.de_json(kept, None), AT, "jianfu_line_bot") == seen(row)


def test_every_reason_to_decline_has_a_row() -> None:
    """The table knows all there are."""
    told = {
        part.get("declined")
        for row in ROWS
        if row["want"]
        for part in row["want"].get("parts", ())
    }
    assert {
        "file",
        "too_large",
        "voice",
        "video",
        "location",
        "contact",
        "sticker",
        "other",
    } <= told


@pytest.mark.parametrize(
    ("update", "staff"),
    [
        ({"message": {"text": "/queue"}}, True),
        ({"message": {"text": "街道又要台账"}}, False),
        ({"message": {"text": "好的", "reply_to": True}}, True),
        ({"press": "s:claim:1"}, True),
        ({"press": "a1b2c33|send"}, False),
        ({"message": {"text": "随便说", "chat": -1009}}, True),
        ({"message": {"text": "/queue", "chat": -1001}}, False),
    ],
)
def test_what_staff_are_asked_about(update: dict[str, Any], staff: bool) -> None:
    """In private only commands, their own buttons, and replies to a message of ours; of
    the group all.
    """
    user = {"id": 5, "is_bot": False, "first_name": "x"}
    given = update.get("message", {})
    number = given.get("chat", 5)
    chat = {
        "id": number,
        "type": "private" if number > 0 else "supergroup",
        "title": "x",
    }
    message = {
        "message_id": 2,
        "date": 1,
        "chat": chat,
        "from": user,
        "text": given.get("text", "x"),
    }
    if given.get("reply_to"):
        message["reply_to_message"] = {
            **message,
            "message_id": 1,
            "from": {**user, "id": 1, "is_bot": True},
        }
    body: dict[str, Any] = {"update_id": 1}
    if "press" in update:
        press = {
            "id": "1",
            "from": user,
            "chat_instance": "1",
            "message": message,
            "data": update["press"],
        }
        body["callback_query"] = press
    else:
        body["message"] = message
    assert offered(Update.de_json(body, None), -1009) is staff


@pytest.mark.parametrize("kind", ["message", "edited_message"])
def test_half_a_character_is_left_out(kind: str) -> None:
    """JSON may carry one half of an emoji that was cut in two; nothing could write it
    down.
    """
    chat = {"id": 5, "type": "private"}
    person = {"id": 5, "is_bot": False, "first_name": "x"}
    body = {
        "message_id": 2,
        "date": 1,
        "chat": chat,
        "from": person,
        "text": "又要\ud83d台账",
    }
    found = decode(Update.de_json({"update_id": 1, kind: body}, None), AT)
    assert isinstance(found, PrivateUpdate)
    assert next(iter(plain(found.parts[0]).values())) == "又要台账"
