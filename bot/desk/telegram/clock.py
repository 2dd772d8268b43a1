"""A supervisor's word that the clock is right, by two taps: what waited for it is
deleted then.
"""

from __future__ import annotations

from datetime import datetime

from bot.desk.alerts import CLOCK_RIGHT
from bot.desk.telegram.inside import DeskContext, staff_message
from bot.desk.telegram.saying import Act, Saying
from bot.hours import utc
from dialogs.case.refusals import Refusal, refusals
from dialogs.words import Button

COUNTS = 600  # seconds for which a reading that was asked about can be confirmed
QUESTION = (
    "服务器现在是 {now}，{said}。\n"
    "请看看手边的钟。对得上再点：到期的删除、督办接着做，删掉的找不回来。"
)
CONFIRMED = "已确认：现在是 {now}，先前没做的接着做。"
refusals(time_moved="问的时候是 {then}，现在是 {now}，没有照办。请再点一次“时钟没错”。")


class ClockWord:
    """Asks first, with the time as the program has it."""

    def __init__(self, inside: DeskContext, saying: Saying) -> None:
        self._in = inside
        self._saying = saying

    async def pressed(self, act: Act, asked_at: str) -> str:
        """asked_at: what the question's button carries, seconds since 1970 UTC; "" for
        the button of the alert. Raises: Refusal.
        """
        if act.member.role != "supervisor":
            raise Refusal("time_for_supervisors")
        found = self._in.time.doubt(self._in.now())
        if found is None:
            raise Refusal("time_not_doubted")
        if not asked_at.isdecimal():
            words = QUESTION.format(now=self._local(self._in.now()), said=found.said)
            choice = f"{CLOCK_RIGHT}:{self._in.at}"
            yes = Button(choice, "desk.button", {"text": "对得上，时钟没错"})
            return await self._saying.say(act, words, [yes])
        return await self._confirm(act, int(asked_at))

    async def _confirm(self, act: Act, asked_at: int) -> str:
        """A clock that has moved since is another one than was asked about."""
        now = self._local(self._in.now())
        if not 0 <= self._in.at - asked_at <= COUNTS:
            then = self._local(utc(asked_at))
            raise Refusal("time_moved", then=then, now=now)
        told = staff_message(act.spot.address, CONFIRMED.format(now=now))
        also = [act.mark, self._in.post.put(told)]
        await self._in.time.confirm(bytes.fromhex(act.member.staff.id), also)
        self._in.send([told])
        self._saying.clear(act)
        return ""

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self._in.casework.zone):%Y-%m-%d %H:%M}"
