"""Whether somebody of the roster sits in the staff's group. What cannot be found out
counts as if they did: a case is rather worked on in private than shown to its unit.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from telegram import ChatMember, ChatMemberBanned, ChatMemberLeft, ChatMemberRestricted
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    RetryAfter,
    TelegramError,
)

from bot.channels.telegram.errors import about, retry_after
from bot.desk.telegram.inside import DeskContext
from bot.logs import incident

log = logging.getLogger(__name__)
KEPT = 60.0  # seconds for which an answer holds
# seconds of trouble on the way after which we do not wait for an answer any longer
PATIENCE = 120.0


class NotKnownYet(Exception):
    """Whether somebody is in the group may be known in a moment. wait: seconds until it
    is worth asking again. Holds no name and no number, so it may be logged.
    """

    def __init__(self, wait: float) -> None:
        super().__init__("who is in the group is not known yet")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Answered:
    """is_member: None where Telegram refuses to say. at: by the monotonic clock."""

    is_member: bool | None
    at: float


@dataclass(frozen=True, slots=True)
class UnansweredSince:
    """On the way to an answer. since, until: by the monotonic clock; nobody asks again
    before `until`.
    """

    since: float
    until: float


class Membership:
    """Asks Telegram, and remembers what it said for a minute."""

    def __init__(self, inside: DeskContext, patience: float = PATIENCE) -> None:
        """patience: seconds of trouble on the way that are waited for."""
        self._in = inside
        self._patience = patience
        self._answers: dict[int, Answered] = {}
        self._troubles: dict[int, UnansweredSince] = {}
        self.forgotten = 0  # how often; what was asked before counts no more

    def forget(self) -> None:
        """Somebody may have come or gone: ask again."""
        self.forgotten += 1
        self._answers.clear()

    async def of(self, account: int) -> bool | None:
        """Whether this account is in the group; None where that cannot be known.
        Raises: NotKnownYet.
        """
        now = time.monotonic()
        known = self._answers.get(account)
        if known is not None and now - known.at < KEPT:
            return known.is_member
        trouble = self._troubles.get(account)
        if trouble is not None and now < trouble.until:
            raise NotKnownYet(trouble.until - now)
        forgotten = self.forgotten
        is_member = await self._asked(account)
        if forgotten == self.forgotten:
            self._answers[account] = Answered(is_member, now)
        return is_member

    async def _asked(self, account: int) -> bool | None:
        group = self._in.group
        assert group is not None
        try:
            member = await self._in.channel.bot.get_chat_member(group, account)
        except ChatMigrated as error:
            self._in.channel.follow(group, error.new_chat_id)
            raise NotKnownYet(0.0) from None
        except (BadRequest, Forbidden) as error:
            log.info("who is in the group is not said: %s", about(error))
            return None
        except TelegramError as error:
            self._wait_or_give_up(account, error)
            return None
        # an answer that python-telegram-bot cannot read
        except Exception as error:
            incident(log, error, "who is in the group")
            return None
        self._troubles.pop(account, None)
        return _sits_there(member)

    def _wait_or_give_up(self, account: int, error: TelegramError) -> None:
        """Once an answer has been missing for long, the case goes on without it.
        Raises: NotKnownYet, until then.
        """
        now = time.monotonic()
        known = self._troubles.get(account)
        since = known.since if known is not None else now
        told = retry_after(error) if isinstance(error, RetryAfter) else 0.0
        wait = max(self._in.every, told)
        self._troubles[account] = UnansweredSince(since, now + wait)
        if now - since <= self._patience:
            raise NotKnownYet(wait)


def _sits_there(member: ChatMember) -> bool:
    """A place that we do not know counts as one in the group."""
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return not isinstance(member, ChatMemberLeft | ChatMemberBanned)
