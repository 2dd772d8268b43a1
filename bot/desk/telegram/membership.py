"""Whether somebody of the roster sits in the staff's group. What cannot be found out
counts as if they did: a case is rather worked on in private than shown to its unit.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from telegram import ChatMemberBanned, ChatMemberLeft
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from bot.desk.telegram.inside import DeskContext
from bot.logs import incident

log = logging.getLogger(__name__)
KEPT = 60.0  # seconds for which an answer holds
# seconds of trouble on the way after which we do not wait for an answer any longer
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Answered:
    """is_member: None where Telegram refuses to say. at: by the monotonic clock."""

    is_member: bool | None
    at: float


class Membership:
    """Asks Telegram, and remembers what it said for a minute."""

    def __init__(self, inside: DeskContext, patience: float = PATIENCE) -> None:
        """patience: seconds of trouble on the way that are waited for."""
        self._in = inside
        self._patience = patience
        self._answers: dict[int, Answered] = {}
        self._silent_since: dict[int, float] = {}

    def forget(self) -> None:
        """Somebody may have come or gone: ask again."""
        self._answers.clear()

    async def of(self, account: int) -> bool | None:
        """Whether this account is in the group; None where that cannot be known.
        Raises: TelegramError, where it may be known in a moment.
        """
        now = time.monotonic()
        known = self._answers.get(account)
        if known is not None and now - known.at < KEPT:
            return known.is_member
        is_member = await self._asked(account)
        self._answers[account] = Answered(is_member, now)
        return is_member

    async def _asked(self, account: int) -> bool | None:
        group = self._in.group
        assert group is not None
        try:
            member = await self._in.channel.bot.get_chat_member(group, account)
        except (BadRequest, Forbidden):
            return None
        except TelegramError as error:
            if not self._is_given_up(account, error):
                raise
            return None
        # an answer that python-telegram-bot cannot read
        except Exception as error:
            incident(log, error, "who is in the group")
            return None
        self._silent_since.pop(account, None)
        return not isinstance(member, ChatMemberLeft | ChatMemberBanned)

    def _is_given_up(self, account: int, error: TelegramError) -> bool:
        """Whether this one answer has been missing for so long that the case goes on
        without it.
        """
        since = self._silent_since.setdefault(account, time.monotonic())
        is_passing = isinstance(error, NetworkError)
        return is_passing and time.monotonic() - since > self._patience
