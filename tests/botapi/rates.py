"""The platform's rate rules, as this server understands them.

Source: Bots FAQ, "My bot is hitting limits, how do I avoid this?": in one chat not more
than one message per second, short bursts may pass; in one group not more than 20
messages per minute; overall not more than 30 messages per second "or so". The exact
bucket is not published, so this server chooses:

* private chat: a bucket of `BURST` messages that refills with one message per second;
* group: at most 20 messages in any window of 60 s;
* overall: at most 30 messages in any window of 1 s; "or so" is a fifth more.

What counts: everything that puts something into a chat or changes it there (send…, edit
…, an album once per picture, service messages of topics and pins). Answers to button
presses, deletions and reads do not. Windows are judged by arrival here, so each is
taken `SLACK` shorter: a bot that paces itself exactly must not be blamed for what the
road squeezed together, nor for a server that had no time to look: `since`. `speed`
divides every window, for fast tests.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque

BURST = 3
PER_GROUP, GROUP_WINDOW = 20, 60.0
OVERALL, OVERALL_WINDOW = 36, 1.0
SLACK = 0.05


class Rates:
    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._chats: dict[int, tuple[float, float]] = {}  # messages left, as of when
        self._groups: defaultdict[int, deque[float]] = defaultdict(deque)
        self._all: deque[float] = deque()

    def count(
        self, chat: int, messages: int, now: float, since: float | None = None
    ) -> dict[str, float]:
        """Take `messages` to `chat` into account; they came between `since` and now.

        Returns: the rules broken, each with the seconds until it would have held; empty
        when all is well.
        """
        broken, came = {}, now if since is None else since
        if (wait := self._overall(messages, now, came)) > 0:
            broken["overall"] = wait
        count = self._private if chat > 0 else self._group
        wait = count(chat, messages, now, came)
        if wait > 0:
            broken["chat" if chat > 0 else "group"] = wait
        return broken

    def _private(self, chat: int, messages: int, now: float, came: float) -> float:
        per_second = self._speed * (1 + SLACK)
        left, as_of = self._chats.get(chat, (float(BURST), now))
        left = min(float(BURST), left + (now - as_of) * per_second)
        short = max(0.0, messages - left)
        self._chats[chat] = (max(0.0, left - messages), came)
        return short / per_second

    def _group(self, chat: int, messages: int, now: float, came: float) -> float:
        window = GROUP_WINDOW * (1 - SLACK) / self._speed
        return _slide(self._groups[chat], PER_GROUP, window, messages, now, came)

    def _overall(self, messages: int, now: float, came: float) -> float:
        window = OVERALL_WINDOW * (1 - SLACK) / self._speed
        return _slide(self._all, OVERALL, window, messages, now, came)


def _slide(
    times: deque[float],
    most: int,
    window: float,
    messages: int,
    now: float,
    came: float,
) -> float:
    while times and times[0] <= now - window:
        times.popleft()
    over = len(times) + messages - most
    wait = (
        times[min(over, len(times)) - 1] + window - now if over > 0 and times else 0.0
    )
    times.extend([came] * messages)
    return wait


def whole_seconds(wait: float) -> int:
    """`retry_after` is an integer of seconds, at least one."""
    return max(1, math.ceil(wait))
