"""All that goes on for Telegram while the line is open."""

from __future__ import annotations

import asyncio
from datetime import datetime
from urllib.parse import urlsplit

from starlette.routing import BaseRoute
from telegram.error import ChatMigrated

from bot.channels.messenger import Running
from bot.channels.telegram import menu
from bot.channels.telegram.channel import TelegramChannel, close
from bot.channels.telegram.decode import ALLOWED
from bot.channels.telegram.door import StaffSide
from bot.channels.telegram.group_said import GroupSaid
from bot.channels.telegram.hearing import IntakeContext
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.polling import LONG_POLL, Polling
from bot.channels.telegram.presence import BEAT, Presence
from bot.channels.telegram.trying import lasting, until_done
from bot.channels.telegram.webhook import Webhook, WebhookRoute
from bot.hours import seconds
from scheduler.bell import Job, every

# seconds since the last note that we are alive after which a minute has surely passed
MINUTE_PASSED = BEAT + LONG_POLL + 65
LOOK_FOR_POSTS = 30.0  # seconds between two looks whether posts reach us
WEBHOOK_CONNECTIONS = 40  # webhook calls at once


class TelegramService:
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
        self._settings = context.settings.telegram
        self._staff = staff
        door = staff.door if staff is not None else None
        self.intake = Intake(channel, context, door, lambda: self.name)
        self._presence = Presence(context.database, context.now, self._show_again)
        self._awaits_posts = False  # our webhook is set

    def running(self) -> Running:
        staff_tasks = self._staff.tasks if self._staff is not None else ()
        staff_jobs = self._staff.jobs if self._staff is not None else ()
        return Running(
            tasks=[self.run, *staff_tasks],
            jobs=[*self._jobs(), *staff_jobs],
            routes=self._routes(),
        )

    async def run(self) -> None:
        """Until cancelled."""
        try:
            await until_done(self._group_heard)
            await until_done(self.intake.arrivals.take_up_held)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(until_done(self._introduce))
                tasks.create_task(lasting(self._listen))
        finally:
            self.intake.janitor.close()
            await self.intake.close()
            await self._channel.background.close()
            await close(self._channel.bot)

    @property
    def _by_webhook(self) -> bool:
        return self._settings.mode == "webhook"

    def _jobs(self) -> list[Job]:
        janitor = self.intake.janitor.looking()
        if not self._by_webhook:
            return [janitor]
        trigger = every(seconds=LOOK_FOR_POSTS)
        return [janitor, Job(name="posts", trigger=trigger, run=self._look_for_posts)]

    def _routes(self) -> list[BaseRoute]:
        """Our way in for Telegram's posts; none where we fetch."""
        url = self._settings.webhook_url
        secret = self._settings.webhook_secret
        if not self._by_webhook or url is None or secret is None:
            return []
        bot = self._channel.bot
        webhook = Webhook(self.intake.arrivals, bot, secret.get_secret_value())
        return [WebhookRoute(urlsplit(url).path, webhook)]

    async def _group_heard(self) -> None:
        """Where a process ended a moment ago, what it said to the staff group counts;
        one that did not note it may have said all that may be said in a minute.
        """
        group = self._settings.staff_chat_id
        if group is None:
            return
        said = GroupSaid(self._context.database, self._channel.pace, self._context.now)
        is_known = await said.take_up(group)
        noted = await self._presence.noted()
        if is_known or noted is None:
            return
        if seconds(self._context.now()) - noted < MINUTE_PASSED:
            self._channel.pace.heard(group)

    async def _introduce(self) -> None:
        self.name = (await self._channel.bot.get_me()).username
        commands = self._staff.commands if self._staff is not None else ()
        group = self._settings.staff_chat_id
        at_now = None if group is None else self._channel.moved_to(group)
        try:
            await menu.show(self._channel.bot, at_now, commands)
        except ChatMigrated as error:
            assert at_now is not None  # no other chat is written to
            self._channel.follow(at_now, error.new_chat_id)
            await menu.show(self._channel.bot, error.new_chat_id, commands)

    async def _listen(self) -> None:
        """Fetch; or tell Telegram where to post: that comes in by the route."""
        if not self._by_webhook:
            arrivals = self.intake.arrivals
            polling = Polling(self._channel.bot, arrivals, self._presence.reached)
            return await polling.run()
        await until_done(self._set_webhook)
        await until_done(self._posted)
        self._awaits_posts = True
        await asyncio.Event().wait()

    # ── webhook ───────────────────────────────────────────────────────────────────────

    async def _set_webhook(self) -> None:
        settings = self._settings
        assert settings.webhook_url is not None and settings.webhook_secret is not None
        await self._channel.bot.set_webhook(
            settings.webhook_url,
            max_connections=WEBHOOK_CONNECTIONS,
            allowed_updates=ALLOWED,
            secret_token=settings.webhook_secret.get_secret_value(),
        )

    async def _look_for_posts(self, at: datetime) -> None:
        if self._awaits_posts:
            await until_done(self._posted)

    async def _posted(self) -> None:
        """Whether what Telegram has for us reaches us: what waits after an error does
        not.
        """
        info = await self._channel.bot.get_webhook_info()
        if info.last_error_date is None or not info.pending_update_count:
            await self._presence.reached()

    def _show_again(self, silent_since: int) -> None:
        self.intake.soon(self.intake.reporters.show_again(silent_since))
