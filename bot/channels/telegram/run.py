"""All that goes on for Telegram while the line is open. Trouble with Telegram never
ends the program.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import warnings
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from starlette.routing import BaseRoute
from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.messenger import Running
from bot.channels.telegram import menu
from bot.channels.telegram.channel import TelegramChannel, close
from bot.channels.telegram.decode import ALLOWED
from bot.channels.telegram.door import StaffSide
from bot.channels.telegram.errors import about, backoff, retry_after
from bot.channels.telegram.intake import Intake, IntakeContext
from bot.channels.telegram.webhook import Webhook, WebhookRoute
from bot.hours import seconds
from scheduler.bell import Job, every
from storage.port import StorageError
from storage.repositories.telegram import TelegramState

log = logging.getLogger(__name__)
LONG_POLL = 50  # seconds
SILENT = 150  # seconds after which Telegram has forgotten presses
BEAT = 60  # seconds between two notes that we are alive
FORGOTTEN = (
    BEAT + LONG_POLL + 65
)  # seconds since the last such note after which a minute has surely passed
CATCH_UP = 3.0  # seconds for what waited, before steps are shown again
AFTER_BUG = 5.0  # seconds
CONNECTIONS = 40  # webhook calls at once
SERIOUS = (Conflict, InvalidToken)


class Telegram:
    """Intake, menu, janitor, and what goes on for staff."""

    def __init__(
        self,
        channel: TelegramChannel,
        context: IntakeContext,
        staff: StaffSide | None = None,
    ) -> None:
        self.name: str | None = None
        self._channel = channel
        self._context = context
        self._staff = staff
        door = staff.door if staff is not None else None
        self.intake = Intake(channel, context, door, lambda: self.name)
        self._state = TelegramState(context.database)
        self._last: int | None = None  # when Telegram was last reached, as noted
        self._noted = 0
        self._awaits_posts = False  # our webhook is set

    def running(self) -> Running:
        """Fetching is no job: each fetch waits at Telegram until something comes."""
        staff = self._staff
        jobs = [self.intake.janitor.looking()]
        if self._by_webhook:
            trigger = every(seconds=BEAT / 2)
            jobs.append(Job(name="posts", trigger=trigger, run=self._look_for_posts))
        return Running(
            tasks=(self.run, *(staff.tasks if staff else ())),
            jobs=(*jobs, *(staff.jobs if staff else ())),
            routes=self._routes(),
        )

    async def run(self) -> None:
        """Until cancelled."""
        try:
            await self._trying(self._group_heard)
            await self._trying(self.intake.arrivals.take_up_held)
            async with asyncio.TaskGroup() as jobs:
                jobs.create_task(self._trying(self._introduce))
                listening = self._await_posts if self._by_webhook else self._poll
                jobs.create_task(self._lasting(listening))
        finally:
            self.intake.janitor.close()
            await self.intake.close()
            await close(self._channel.bot)

    @property
    def _by_webhook(self) -> bool:
        return self._context.settings.telegram.mode == "webhook"

    def _routes(self) -> list[BaseRoute]:
        """Our way in for Telegram's posts; none where we fetch."""
        settings = self._context.settings.telegram
        url = settings.webhook_url
        secret = settings.webhook_secret
        if not self._by_webhook or url is None or secret is None:
            return []
        bot = self._channel.bot
        webhook = Webhook(self.intake.arrivals, bot, secret.get_secret_value())
        return [WebhookRoute(urlsplit(url).path, webhook)]

    async def _trying(self, doing: Callable[[], Awaitable[None]]) -> None:
        """Again and again, until it is done: neither Telegram nor storage nor a bug
        ends the program.
        """
        tries = 0
        while True:
            try:
                return await doing()
            except TelegramError as error:
                log.log(_level(error), "telegram: %s", about(error))
                wait = (
                    retry_after(error)
                    if isinstance(error, RetryAfter)
                    else backoff(tries + 2)
                )
            except StorageError as error:
                log.warning("telegram: %s", type(error).__name__)
                wait = backoff(tries + 2)
            # an answer that python-telegram-bot cannot read, or a bug of ours
            except Exception as error:
                log.error(
                    "incident %s: %s in telegram",
                    secrets.token_hex(4),
                    type(error).__name__,
                )
                wait = backoff(tries + 2)
            await asyncio.sleep(wait)
            tries += 1

    async def _lasting(self, doing: Callable[[], Awaitable[None]]) -> None:
        """A bug of ours stops it for a moment, and nothing else."""
        while True:
            try:
                return await doing()
            except Exception as error:
                log.error(
                    "incident %s: %s in telegram",
                    secrets.token_hex(4),
                    type(error).__name__,
                )
                await asyncio.sleep(AFTER_BUG)

    async def _introduce(self) -> None:
        self.name = (await self._channel.bot.get_me()).username
        group = self._context.settings.telegram.staff_chat_id
        commands = self._staff.commands if self._staff is not None else ()
        await menu.show(self._channel.bot, group, commands)

    async def _group_heard(self) -> None:
        """Where a process ended a moment ago, the staff group may have heard all that
        it may in a minute.
        """
        group = self._context.settings.telegram.staff_chat_id
        last = await self._state.at("alive")
        if group is None or last is None:
            return
        if seconds(self._context.now()) - last < FORGOTTEN:
            self._channel.pace.heard(group)

    # ── polling ───────────────────────────────────────────────────────────────────────

    async def _poll(self) -> None:
        """Fetch, take in, and confirm by the next offset what was committed."""
        await self._trying(self._no_webhook)
        following: int | None = None
        tries, reached = 0, False
        while True:
            try:
                await self.intake.arrivals.clear()
                updates = await self._fetch(following, LONG_POLL if reached else 0)
                tries, reached = 0, True
            except TelegramError as error:
                log.log(_level(error), "telegram: %s", about(error))
                await asyncio.sleep(
                    retry_after(error)
                    if isinstance(error, RetryAfter)
                    else backoff(tries)
                )
                tries, reached = tries + 1, False
                continue
            except StorageError as error:
                log.warning("telegram: %s", type(error).__name__)
                await asyncio.sleep(backoff(tries))
                tries += 1
                continue
            for update in sorted(updates, key=lambda update: update.update_id):
                self.intake.arrivals.take(update)
                following = update.update_id + 1
            await self._alive()

    async def _no_webhook(self) -> None:
        await self._channel.bot.delete_webhook(drop_pending_updates=False)

    async def _fetch(self, offset: int | None, timeout: int) -> Sequence[Update]:
        try:
            return await self._channel.bot.get_updates(
                offset, 100, timeout, allowed_updates=ALLOWED
            )
        except TelegramError:
            raise
        except (
            Exception
        ) as error:  # something in it that python-telegram-bot cannot read
            log.error(
                "incident %s: %s in an update",
                secrets.token_hex(4),
                type(error).__name__,
            )
        return await self._one_by_one(offset)

    async def _one_by_one(self, offset: int | None) -> list[Update]:
        """What can be read of it; an update that cannot is passed over, or it would
        hold up all.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there is a method for this
            asked = {
                "offset": offset,
                "limit": 100,
                "timeout": 0,
                "allowed_updates": list(ALLOWED),
            }
            raw = await self._channel.bot.do_api_request("getUpdates", asked)
        found = []
        for values in raw:
            try:
                found.append(Update.de_json(values, self._channel.bot))
            except Exception as error:
                log.error(
                    "incident %s: %s in an update",
                    secrets.token_hex(4),
                    type(error).__name__,
                )
                found.append(Update(values["update_id"]))
        return found

    # ── webhook ───────────────────────────────────────────────────────────────────────

    async def _await_posts(self) -> None:
        """Tell Telegram where to; the rest comes in through the route."""
        await self._trying(self._set_webhook)
        await self._trying(self._posted)
        self._awaits_posts = True
        await asyncio.Event().wait()

    async def _look_for_posts(self, at: datetime) -> None:
        """Whether what Telegram has for us reaches us: what waits after an error does
        not.
        """
        if self._awaits_posts:
            await self._trying(self._posted)

    async def _posted(self) -> None:
        info = await self._channel.bot.get_webhook_info()
        if info.last_error_date is None or not info.pending_update_count:
            await self._alive()

    async def _set_webhook(self) -> None:
        settings = self._context.settings.telegram
        assert settings.webhook_url is not None and settings.webhook_secret is not None
        await self._channel.bot.set_webhook(
            settings.webhook_url,
            max_connections=CONNECTIONS,
            allowed_updates=ALLOWED,
            secret_token=settings.webhook_secret.get_secret_value(),
        )

    # ── being there ───────────────────────────────────────────────────────────────────

    async def _alive(self) -> None:
        """Note now and then that Telegram reaches us; after a long silence, steps are
        shown again.
        """
        now = seconds(self._context.now())
        try:
            last = (
                self._last if self._last is not None else await self._state.at("alive")
            )
            if now - self._noted >= BEAT:
                await self._context.database.commit([TelegramState.note("alive", now)])
                self._noted = now
        except StorageError as error:
            log.warning("telegram: %s", type(error).__name__)
            return
        self._last = now
        if last is not None and now - last > SILENT:
            asyncio.get_running_loop().call_later(CATCH_UP, self._show_again, last)

    def _show_again(self, silent_since: int) -> None:
        self.intake.soon(self.intake.show_again(silent_since))


def _level(error: TelegramError) -> int:
    return logging.ERROR if isinstance(error, SERIOUS) else logging.INFO
