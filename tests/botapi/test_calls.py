"""How a call is made. Source: Bot API, "Authorizing your bot" and "Making requests"."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.botapi.persons import Person
from tests.botapi.server import BotApi


def call(server: BotApi, method: str, **how: Any) -> httpx.Response:
    """One bare request, without a library in between."""
    with httpx.Client(trust_env=False) as client:
        return client.request(
            how.pop("verb", "POST"), f"{server.base_url}{server.token}/{method}", **how
        )


def test_all_four_ways_of_passing_parameters(server: BotApi, person: Person) -> None:
    """Query string, form, JSON and multipart; GET and POST (Bot API, "Making
    requests").
    """
    given = {"chat_id": str(person.id), "text": "你好"}
    assert call(server, "sendMessage", verb="GET", params=given).json()["ok"]
    assert call(server, "sendMessage", data=given).json()["ok"]
    assert call(server, "sendMessage", json={**given, "chat_id": person.id}).json()[
        "ok"
    ]
    assert call(
        server,
        "sendMessage",
        files={name: (None, value) for name, value in given.items()},
    ).json()["ok"]
    assert [shown.text for shown in person.screen()] == ["你好"] * 4


def test_an_answer_is_json_with_ok_and_result(server: BotApi) -> None:
    """Bot API, "Making requests": `ok`, and `result` or `error_code` and
    `description`.
    """
    answer = call(server, "getMe")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["result"] | {"id": 0} == answer.json()["result"] | {
        "id": 0,
        "is_bot": True,
    }
    refused = call(server, "sendMessage")
    assert refused.status_code == refused.json()["error_code"] == 400
    assert refused.json()["ok"] is False


def test_method_names_know_no_case(server: BotApi) -> None:
    """Bot API, "Making requests": all methods in the Bot API are case-insensitive."""
    assert call(server, "GETme").json()["ok"]


def test_an_unknown_method_is_not_found(server: BotApi) -> None:
    """Open source server, `Client::on_cmd`: 404 "Not Found: method not found"."""
    answer = call(server, "sendMesage")
    assert (answer.status_code, answer.json()["description"]) == (
        404,
        "Not Found: method not found",
    )


def test_a_foreign_token_is_unauthorized(server: BotApi) -> None:
    """The token stands in the path (Bot API, "Authorizing your bot"); a wrong one is
    401.
    """
    with httpx.Client(trust_env=False) as client:
        answer = client.post(f"{server.base_url}1234567890:{'A' * 35}/getMe")
        assert (answer.status_code, answer.json()["description"]) == (
            401,
            "Unauthorized",
        )
        assert client.post(f"http://127.0.0.1:{server.port}/getMe").status_code == 404


@pytest.mark.parametrize(
    ("method", "given", "description"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": "1"}, "message text is empty"),
        ("sendMessage", {"chat_id": "12345", "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": "@nobody", "text": "x"}, "chat not found"),
        ("deleteMessage", {"chat_id": "1"}, "message identifier is not specified"),
        ("deleteMessages", {"chat_id": "1"}, "message identifiers are not specified"),
        ("getFile", {}, "file_id not specified"),
        ("sendPhoto", {"chat_id": "1"}, "there is no photo in the request"),
        ("sendDocument", {"chat_id": "1"}, "there is no document in the request"),
    ],
)
def test_what_a_method_needs(
    server: BotApi, method: str, given: dict[str, str], description: str
) -> None:
    """Required parameters, refused in the words of the open source server
    (`Client::process_…_query`).
    """
    answer = call(server, method, data=given)
    assert (answer.status_code, answer.json()["description"]) == (
        400,
        f"Bad Request: {description}",
    )


def test_what_is_no_number_is_refused(server: BotApi, person: Person) -> None:
    """Types of the method's table. (The real server takes the words for 0 in
    silence.)
    """
    answer = call(
        server, "deleteMessage", data={"chat_id": person.id, "message_id": "seven"}
    )
    assert answer.json()["description"] == "Bad Request: invalid message_id specified"


def test_what_is_no_json_is_refused(server: BotApi, person: Person) -> None:
    """`reply_markup` is a JSON-serialized object (Bot API, sendMessage)."""
    answer = call(
        server,
        "sendMessage",
        data={"chat_id": person.id, "text": "x", "reply_markup": "{"},
    )
    assert (
        answer.json()["description"]
        == "Bad Request: can't parse reply_markup JSON object"
    )


def test_slips_that_pass_in_silence_are_counted(server: BotApi, person: Person) -> None:
    """An unknown parameter and a Boolean that is none harm nobody, and are a mistake
    all the same.
    """
    given = {"chat_id": person.id, "text": "x", "txet": "y", "protect_content": "maybe"}
    assert call(server, "sendMessage", data=given).json()["ok"]
    assert [(each.rule, each.detail) for each in server.violations] == [
        ("parameters", "sendMessage has no parameter txet"),
        ("parameters", "sendMessage: protect_content is no Boolean"),
    ]


def test_calls_are_remembered_in_order(server: BotApi, person: Person) -> None:
    """A test may look at what was asked; polls carry no number of their own."""
    call(server, "getMe")
    call(server, "getUpdates", data={"allowed_updates": json.dumps(["message"])})
    call(server, "sendMessage", data={"chat_id": person.id, "text": "x"})
    assert [(each.method, each.number, each.done) for each in server.calls] == [
        ("getMe", 1, True),
        ("getUpdates", 1, True),
        ("sendMessage", 2, True),
    ]
