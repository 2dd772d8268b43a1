"""What Telegram's refusals mean for a message, and for whoever waits to ask again."""

from __future__ import annotations

from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels.port import ChannelError, Gone, Refused, TryLater

AGAIN = 1.0  # seconds until the first further try after trouble on the way
LONGEST_PAUSE = 60.0
TOKEN_WRONG = 60.0
NOT_FOUND = ("chat not found", "user not found", "user_id_invalid", "peer_id_invalid")
TOPIC_GONE = ("message thread not found", "topic_id_invalid", "topic_deleted")
TOPIC_CLOSED = "topic_closed"
TOO_LARGE = "request entity too large"


def kind(error: TelegramError, tries: int = 0) -> ChannelError:
    """What to do about it. tries: how often this failed before; waiting times double.

    The error itself is let go: its words may hold the token, and names of people.
    """
    words = str(error).lower()
    match error:
        case RetryAfter():
            return TryLater(retry_after(error))
        case Forbidden():
            return Gone()
        case BadRequest() if any(one in words for one in NOT_FOUND):
            return Gone()
        case BadRequest() | ChatMigrated():
            return Refused()
        case InvalidToken():
            return TryLater(TOKEN_WRONG)
        case NetworkError() if TOO_LARGE in words:
            return Refused()
    return TryLater(backoff(tries))


def is_shut(error: BadRequest) -> bool:
    """Whether nothing can be said in this topic, as it is gone or closed."""
    said = str(error).lower()
    return any(one in said for one in (*TOPIC_GONE, TOPIC_CLOSED))


def backoff(tries: int) -> float:
    return float(min(AGAIN * 2 ** min(tries, 10), LONGEST_PAUSE))


def retry_after(error: RetryAfter) -> float:
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def about(error: TelegramError) -> str:
    """A word for the log, free of anything Telegram said."""
    match error:
        case RetryAfter():
            return "asked to wait"
        case Forbidden():
            return "forbidden"
        case ChatMigrated():
            return (
                "the group has another number now: set "
                f"JIANFU_TELEGRAM__STAFF_CHAT_ID={error.new_chat_id}"
            )
        case BadRequest():
            return "bad request"
        case InvalidToken():
            return "the token is wrong: check JIANFU_TELEGRAM__TOKEN"
        case Conflict():
            return "another program fetches this bot's updates: stop it"
    return "no connection"
