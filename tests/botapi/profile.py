"""Methods about the bot itself: who it is, what it says of itself, how it takes updates
in.

Source: Bot API, getMe, setWebhook, setMyCommands, BotCommandScope, setMyDescription,
MenuButton.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tests.botapi.calls import Call, speaks
from tests.botapi.platform import Platform
from tests.botapi.wire import bad

MOST_COMMANDS = 100
TEXTS = {
    "Name": ("name", 64),
    "Description": ("description", 512),
    "ShortDescription": ("short_description", 120),
}


@speaks("getMe")
def get_me(on: Platform, call: Call) -> Any:
    return {
        **on.world.bot.json(),
        "can_join_groups": True,
        "can_read_all_group_messages": not on.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
        "supports_guest_queries": False,
    }


@speaks("getUpdates", "offset limit timeout allowed_updates")
async def get_updates(on: Platform, call: Call) -> Any:
    on.updates.ask_for(call.json("allowed_updates"))
    return await on.updates.poll(
        call.number_of("offset"),
        call.number_of("limit", 100),
        call.number_of("timeout"),
    )


@speaks(
    "setWebhook",
    "url certificate ip_address max_connections allowed_updates drop_pending_updates "
    "secret_token",
)
def set_webhook(on: Platform, call: Call) -> Any:
    connections = call.number_of("max_connections", 40)
    if not 1 <= connections <= 100:
        raise bad("invalid max_connections specified")
    on.updates.ask_for(call.json("allowed_updates"))
    on.updates.set_webhook(
        call.get("url"),
        call.get("secret_token"),
        connections,
        call.flag("drop_pending_updates"),
    )
    return True


@speaks("deleteWebhook", "drop_pending_updates")
def delete_webhook(on: Platform, call: Call) -> Any:
    on.updates.set_webhook("", "", 40, call.flag("drop_pending_updates"))
    return True


@speaks("getWebhookInfo")
def get_webhook_info(on: Platform, call: Call) -> Any:
    return on.updates.info()


# ---- commands
# ------------------------------------------------------------


def _scope(on: Platform, call: Call) -> tuple[str, str]:
    scope = call.json("scope") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad("can't parse BotCommandScope: BotCommandScope must be an Object")
    kind = scope.get("type")
    if kind in ("chat", "chat_administrators", "chat_member"):
        if not scope.get("chat_id"):
            raise bad("can't parse BotCommandScope: Empty chat_id specified")
        on.world.chat(str(scope["chat_id"]), write=False)
        if kind == "chat_member" and not scope.get("user_id"):
            raise bad("can't parse BotCommandScope: Invalid user_id specified")
    elif kind not in (
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
    ):
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    return json.dumps(scope, sort_keys=True), _language(call)


def _language(call: Call) -> str:
    code = call.get("language_code")
    if code and not re.fullmatch(
        r"[a-z]{2}", code
    ):  # "a two-letter ISO 639-1 language code"
        raise bad("invalid language code specified")
    return code


@speaks("setMyCommands", "commands! scope language_code")
def set_my_commands(on: Platform, call: Call) -> Any:
    commands = call.json("commands")
    if not isinstance(commands, list):
        raise bad("expected an Array of BotCommand")
    if len(commands) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if (
            not isinstance(command, dict)
            or not {"command", "description"} <= command.keys()
        ):
            raise bad("can't parse BotCommand: expected an Object")
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", command["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    on.commands[_scope(on, call)] = [
        {
            "command": command["command"].lstrip("/"),
            "description": command["description"],
        }
        for command in commands
    ]
    return True


@speaks("getMyCommands", "scope language_code")
def get_my_commands(on: Platform, call: Call) -> Any:
    return on.commands.get(_scope(on, call), [])


@speaks("deleteMyCommands", "scope language_code")
def delete_my_commands(on: Platform, call: Call) -> Any:
    on.commands.pop(_scope(on, call), None)
    return True


# ---- what it says of itself
# ------------------------------------------------------------


def _enter_texts(what: str, name: str, most: int) -> None:
    def put(on: Platform, call: Call) -> Any:
        text = call.get(name)
        if len(text) > most:
            raise bad(f"bot {name.replace('_', ' ')} is too long")
        on.texts[name, _language(call)] = text
        return True

    def show(on: Platform, call: Call) -> Any:
        default = on.world.bot.first_name if name == "name" else ""
        return {
            name: on.texts.get((name, _language(call)))
            or on.texts.get((name, ""))
            or default
        }

    speaks(f"setMy{what}", f"{name} language_code")(put)
    speaks(f"getMy{what}", "language_code")(show)


for _what, (_name, _most) in TEXTS.items():
    _enter_texts(_what, _name, _most)


@speaks("setChatMenuButton", "chat_id menu_button")
def set_chat_menu_button(on: Platform, call: Call) -> Any:
    button = call.json("menu_button") or {"type": "default"}
    if button.get("type") not in ("commands", "web_app", "default"):
        raise bad("can't parse menu button: MenuButton has unsupported type")
    if call.get("chat_id"):
        on.world.chat(call.get("chat_id"))
    on.menus[call.chat] = button
    return True


@speaks("getChatMenuButton", "chat_id")
def get_chat_menu_button(on: Platform, call: Call) -> Any:
    return on.menus.get(call.chat) or on.menus.get(0) or {"type": "default"}
