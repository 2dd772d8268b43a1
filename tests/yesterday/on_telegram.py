"""Telegram as it was when the program of yesterday stopped, on a loopback server."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import Any

from tests.bot.channels.telegram.line import SPEED
from tests.bot.desk.telegram.office import Office, running
from tests.botapi.persons import Group, Person
from tests.botapi.server import BotApi
from tests.botapi.world import Chat, File, Message, Topic, User, World
from tests.yesterday.deployment import STOPPED, given


class EveningOffice(Office):
    """The hotline and its desk, taken up again where they stopped."""

    def __init__(self, folder: Path, server: BotApi, group: Group) -> None:
        super().__init__(folder, server, group)
        self.at = STOPPED

    def person(self, name: str) -> Person:
        """Somebody whom given.json names."""
        world = self.server.world
        number = given()["persons"][name]
        return Person(self.server, world.users[number], world.chats[number])


@asynccontextmanager
async def evening_office(folder: Path) -> AsyncIterator[EveningOffice]:
    server = BotApi(speed=SPEED)
    put_up(server, given()["platform"])
    with server:
        group = Group(server, server.world.chats[given()["group"]])
        with closing(EveningOffice(folder, server, group)) as office:
            async with running(office):
                yield office
        broken = [f"{one.rule}: {one.detail}" for one in server.violations]
        assert broken == []


def put_up(server: BotApi, was: Mapping[str, Any]) -> None:
    """The same bot, people, groups, topics and messages; before the server runs."""
    world, number = server.world, int(was["token"].partition(":")[0])
    server.token = was["token"]
    world.users = {number: world.bot}
    world.bot.id = number
    world.icons = dict(was["icons"])
    world._last_private = was["last"]
    for id, first, last, username, language, is_bot in was["users"]:
        if not is_bot:
            world.users[id] = User(id, first, False, last, username, language)
    for id, one in was["files"].items():
        content = partial(base64.b64decode, one["content"])
        file = File(id, one["unique"], one["size"], one["path"], content)
        world.files[id] = world.paths[file.path] = file
    for one in was["chats"]:
        world.chats[one["id"]] = _chat(world, one)


def _chat(world: World, was: Mapping[str, Any]) -> Chat:
    chat = Chat(
        was["id"],
        was["type"],
        was["title"],
        owner=world.users.get(was["owner"]),
        forum=was["forum"],
        started=was["started"],
        pinned=list(was["pinned"]),
        last_id=was["last"],
    )
    for id, status, rights in was["members"]:
        chat.members[id] = (world.users[id], status, frozenset(rights))
    for id, name, color, icon, closed, by_bot in was["topics"]:
        chat.topics[id] = Topic(id, name, color, icon, closed, by_bot=by_bot)
    for one in was["messages"]:
        chat.messages[one["id"]] = _message(world, chat, one)
    return chat


def _message(world: World, chat: Chat, was: Mapping[str, Any]) -> Message:
    body = {name: was[name] for name in ("text", "caption", "photo") if name in was}
    keys = [
        [{"text": label, "callback_data": data} for label, data in row]
        for row in was.get("buttons", ())
    ]
    return Message(
        chat,
        was["id"],
        int(world.now()),
        world.users[was["by"]],
        body,
        {"inline_keyboard": keys} if keys else None,
        was.get("topic"),
        files=tuple(world.files[id] for id in was.get("files", ())),
    )
