"""`jianfu doctor` on Telegram: each fault has its remedy; the token is shown
nowhere.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.channels.telegram.channel import close, make_bot
from bot.channels.telegram.checkup import look
from bot.finding import Finding
from bot.settings import Settings, Telegram
from tests.botapi.server import BotApi


def settings(server: BotApi, folder: Path, **more: object) -> Settings:
    values: dict[str, object] = {
        "token": SecretStr(server.token),
        "base_url": server.base_url,
        "base_file_url": server.base_file_url,
        **more,
    }
    choice = Telegram.model_validate(values)
    return Settings(
        data_dir=folder / "data", keyring=folder / "keyring.json", telegram=choice
    )


async def checked(settings: Settings) -> dict[str, Finding]:
    return {one.check: one for one in await look(settings, int(time.time()))}


async def test_all_is_well(server: BotApi, tmp_path: Path) -> None:
    """The bot by name, no webhook where we fetch, nothing waiting, every right in the
    group.
    """
    group = server.group()
    found = await checked(settings(server, tmp_path, staff_chat_id=group.id))
    assert [one.ok for one in found.values()] == [True] * 4
    assert "@jianfu_line_bot" in found["telegram"].says


async def test_a_webhook_left_behind_is_seen(server: BotApi, tmp_path: Path) -> None:
    """Where it leads, what waits, and what went wrong last."""
    chosen = settings(server, tmp_path)
    bot = make_bot(chosen.telegram)
    await bot.set_webhook("http://127.0.0.1:9/old")
    await close(bot)
    server.person(started=True).says("在吗")
    for _ in range(100):
        found = await checked(chosen)
        if "telegram_error" in found:
            break
        await asyncio.sleep(0.05)
    assert (
        not found["telegram_webhook"].ok
        and "http://127.0.0.1:9/old" in found["telegram_webhook"].says
    )
    assert "1条" in found["telegram_pending"].says
    assert not found["telegram_error"].ok


@pytest.mark.parametrize(
    ("how", "told"),
    [("flat", "没有开话题"), ("demoted", "管理话题"), ("gone", "看不到工作人员的群")],
)
async def test_what_is_wrong_with_the_staff_group(
    server: BotApi, tmp_path: Path, how: str, told: str
) -> None:
    """No topics, no rights, not in it at all."""
    group = server.group(forum=how != "flat")
    if how == "demoted":
        group.demotes_bot()
    number = -100123 if how == "gone" else group.id
    found = await checked(settings(server, tmp_path, staff_chat_id=number))
    staff = found["telegram_staff"]
    assert not staff.ok and told in staff.says and staff.remedy


async def test_a_wrong_token_and_a_dead_line(server: BotApi, tmp_path: Path) -> None:
    """Told apart; neither shows the token."""
    wrong = await checked(settings(server, tmp_path, token=SecretStr("1:wrong")))
    server.goes_down()
    dead = await checked(settings(server, tmp_path))
    server.comes_back()
    assert "BotFather" in wrong["telegram"].remedy and "网络" in dead["telegram"].remedy
    assert server.token not in f"{wrong} {dead}" and "1:wrong" not in f"{wrong}"
