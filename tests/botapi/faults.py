"""What may go wrong between a bot and the platform, on purpose.

A fault meets calls, by number (1 is the first call that is no getUpdates) or by a
predicate. Kinds:

* "429": Too Many Requests with `retry_after`; where it met a message, another one to
    that chat before then is a violation;
* "400", "403": Bad Request or Forbidden, in words that say nothing of a chat;
* "500": Internal Server Error as JSON; "502": a front end's HTML page;
* "garbled": 200 and ok, and a result that means nothing;
* "reset": the call is not done and the connection breaks; "reset_done": done, then it
    breaks;
* "silence": the call is done and never answered; "deaf": not done and never answered;
* "blocked": the person blocks the bot at this moment; "vanished": the chat is not found
    from now on;
* "topic": the topic the call names is deleted at this moment;
* "late": the button press the call answers has become too old;
* "duplicate", "reorder": the next hand-over of updates repeats one, or turns their
    order round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from tests.botapi.calls import Call

Kind = Literal[
    "429",
    "400",
    "403",
    "500",
    "502",
    "garbled",
    "reset",
    "reset_done",
    "silence",
    "deaf",
    "blocked",
    "vanished",
    "topic",
    "late",
    "duplicate",
    "reorder",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(slots=True)
class Fault:
    kind: Kind
    when: Callable[[Call], bool]
    times: int = 1
    retry_after: int = 1
    met: int = 0  # how many calls it has met

    def meets(self, call: Call) -> bool:
        if self.met >= self.times or not self.when(call):
            return False
        self.met += 1
        return True


def at(number: int) -> Callable[[Call], bool]:
    """The call of this number; polls are not counted."""
    return lambda call: call.number == number and call.method != "getUpdates"
