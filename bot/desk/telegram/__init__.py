"""Staff at work in Telegram: the group's topics, commands and buttons, a liaison's
private chat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.channels.telegram.channel import TelegramChannel
    from bot.channels.telegram.door import StaffSide
    from bot.desk.telegram.inside import StaffProgram


def staff_side(channel: TelegramChannel, program: StaffProgram) -> StaffSide:
    """What the Telegram messenger is handed for its staff; imported when it is used."""
    from bot.desk.telegram.door import Desk
    from bot.desk.telegram.inside import context_of

    return Desk(context_of(channel, program)).staff_side()
