"""Keeps topics and cards true: whatever shows another version of its case is brought to
what it is now.

Nothing tells this loop that a case has changed: it compares. So an order from the
terminal, a reporter's word or a clock all show within a second or two, and after a
restart it goes on where it was.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from telegram.error import ChatMigrated, TelegramError

from anonymizer.seal import Unsealable
from bot.channels.port import Gone, TryLater
from bot.channels.telegram.errors import about, kind
from bot.channels.telegram.limits import CARDS_LEAVE
from bot.desk.telegram.inside import TELEGRAM, DeskContext, staff_message
from bot.desk.telegram.membership import Membership, NotKnownYet
from bot.desk.telegram.showing import Showing
from bot.desk.telegram.standing import Standing, Standings
from bot.desk.telegram.views import button, offers, view
from bot.logs import where
from bot.people.roster import Reached
from dialogs.case.life import FINISHED, Case, State
from dialogs.case.roles import HOTLINE, ROLES, Role
from storage.port import StorageError, Write
from storage.repositories.cases import Cases
from storage.repositories.desk import (
    GROUP,
    PRIVATE,
    UNSURE,
    CardRow,
    DeskCards,
    DeskCases,
)

log = logging.getLogger(__name__)
THROUGH_EVERY = 30.0  # seconds: cards of finished cases
# seconds: are topics still there, and may everybody in the group know of them
REVIEW_EVERY = 600.0
PROBE_EVERY = 0.2  # seconds between two such questions
REST = 60.0  # seconds for a card that cannot be shown
OPEN = [state.value for state in State if state not in FINISHED]
# why a case is worked on in private, and how to mend it
NOT_KNOWN_WHETHER_THERE = (
    "没有放进群里：查不到{names}在不在群里，这件可能与其单位有关，在这里办。"
    "请确认机器人是群管理员，并让其本人私聊机器人发一句话；"
    "人已不在岗的，请管理员停用其账号（jianfu staff disable）。"
)
BACK = "{alias}：查清了，要回避的人不在群里，这件放回群里办。"


@dataclass(frozen=True, slots=True)
class Hidden:
    """A case must not be shown in the group. not_known: names of those of whom it could
    not be found out whether they are there.
    """

    not_known: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What who works on it in private is told of it; "" where all is as it should
        be.
        """
        if not self.not_known:
            return ""
        return NOT_KNOWN_WHETHER_THERE.format(names="、".join(self.not_known))

    @property
    def place(self) -> str:
        """As it is stored."""
        return UNSURE if self.not_known else PRIVATE


class Topics:
    """The loop. `look` may be called from outside, too."""

    def __init__(self, inside: DeskContext) -> None:
        self._in = inside
        self._bot = inside.channel.bot
        self._cases = DeskCases(inside.database)
        self._cards = DeskCards(inside.database)
        self._rows = Cases(inside.database)
        self.standings = Standings(inside)
        self._showing = Showing(inside, self.standings)
        # by chat, and whether somebody waits for it
        self._busy: dict[tuple[int, bool], asyncio.Task[None]] = {}
        self._in_hand: set[bytes] = set()  # cards that are being shown
        self._wanted: set[bytes] = set()  # cases in which somebody just did something
        self._resting: dict[bytes, float] = {}
        self._members = Membership(inside)
        self._poked = asyncio.Event()
        self._beside: dict[str, asyncio.Task[None]] = {}
        self._reviewed = self._through = 0.0  # when, by the monotonic clock; 0: never

    def poke(self, *, review: bool = False) -> None:
        """Look soon; review: through everything, who may know of what may
        have changed.
        """
        if review:
            self._members.forget()
            self._reviewed = self._through = 0.0
        self._poked.set()

    def want(self, case: bytes) -> None:
        """Somebody did something in this case and looks at its card: it goes before
        all others.
        """
        self._wanted.add(case)
        self._poked.set()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self.trying(self.look)
                self._go_through()
                self._poked.clear()
                try:
                    await asyncio.wait_for(self._poked.wait(), self._in.every)
                except TimeoutError:
                    continue
        finally:
            tasks = [*self._busy.values(), *self._beside.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _go_through(self) -> None:
        """What takes longer and is done now and then, beside everything else."""
        now = time.monotonic()
        is_through_due = self._through == 0.0 or now - self._through > THROUGH_EVERY
        if is_through_due and self._begins_beside("through", self.look_through):
            self._through = now
        is_anew = self._reviewed == 0.0
        reviewing = partial(self.review, everything=is_anew)
        is_review_due = is_anew or now - self._reviewed > REVIEW_EVERY
        if is_review_due and self._begins_beside("review", reviewing):
            self._reviewed = now

    def _begins_beside(self, name: str, doing: Callable[[], Awaitable[None]]) -> bool:
        """False while the one before is still going on."""
        before = self._beside.get(name)
        if before is not None and not before.done():
            return False
        self._beside[name] = asyncio.create_task(self.trying(doing))
        return True

    async def trying(self, doing: Callable[[], Awaitable[None]]) -> None:
        try:
            await doing()
        except StorageError as error:
            log.warning("desk: %s", type(error).__name__)
        except TelegramError as error:
            log.info("desk: %s", about(error))
        except NotKnownYet as error:
            log.debug("desk: %s", error)
        except Exception as error:  # content-free by the type alone
            log.error(
                "incident %s: desk: %s in %s",
                secrets.token_hex(4),
                type(error).__name__,
                where(error),
            )

    async def look(self) -> None:
        """Announce what is new, and begin to show what differs; a slow chat holds up no
        other.
        """
        for case in await self._cases.news(OPEN):
            # one whose people we cannot ask about holds up no other
            await self.trying(partial(self._announce, case))
        found = await self._cards.old(OPEN, self._in.at)
        self._wanted &= {row.case_id for row in found}
        wanted = [row for row in found if row.case_id in self._wanted]
        await self._begin(wanted, wanted=True)
        await self._begin(found)

    async def look_through(self) -> None:
        """The same for cards of finished cases, of which there are many and which
        seldom change.
        """
        after: bytes | None = b""
        while after is not None:
            found, after = await self._cards.settled(self._in.at, after)
            if found:
                await self._begin(found)
                await self.idle()

    async def _begin(self, found: Sequence[CardRow], *, wanted: bool = False) -> None:
        by_chat: dict[int, list[CardRow]] = {}
        now = time.monotonic()
        for row in found:
            standing = self.standings.open(row)
            if standing is not None and await self._followed(row, standing):
                continue
            if standing is not None and self._resting.get(row.id, 0.0) <= now:
                by_chat.setdefault(standing.chat, []).append(row)
        for chat, differing in by_chat.items():
            key = (chat, wanted)
            if key not in self._busy:
                showing = self._show_all(key, differing)
                self._busy[key] = asyncio.create_task(showing)

    async def _followed(self, row: CardRow, standing: Standing) -> bool:
        """Whether this card stood in the group as it was numbered before: then it is
        to be shown in the one that there is now.
        """
        new = self._in.channel.moved_to(standing.chat)
        if new == standing.chat:
            return False
        card = self.standings.new_card(new, row.case_id)
        await self._in.database.commit([DeskCards.drop(row.id), card])
        self._poked.set()
        return True

    async def idle(self) -> None:
        """Wait until nothing is being shown."""
        while self._busy:
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    # ── where a case is worked on ─────────────────────────────────────────────────────

    async def _announce(self, id: bytes) -> None:
        """Staff hear of a case: by its topic, or where somebody there must not know of
        it, in private.
        """
        case = (await self._in.casework.writer.by_id(id)).case
        group = self._in.group
        hidden = await self.hidden(case) if group is not None else Hidden()
        if group is None or hidden is not None:
            await self._in.database.commit(await self._privately(id, case, hidden))
            return
        card = self.standings.new_card(group, id)
        await self._in.database.commit([DeskCases.put(id, GROUP), card])

    async def _privately(
        self, id: bytes, case: Case, hidden: Hidden | None
    ) -> list[Write]:
        """To supervisors who may know of it; where there is no group, to all of the
        hotline.
        """
        roles: Sequence[Role] = (
            ("supervisor",) if self._in.group is not None else HOTLINE
        )
        reached = await self._seeing(await self._reached(roles), case)
        if not reached:
            log.warning(
                "a case is known to nobody: link a supervisor of no unit (jianfu "
                "staff link)"
            )
        why = hidden.words if hidden is not None else ""
        words = f"{case.alias}：有新工单。\n{why}".strip()
        messages = [
            staff_message(to, words, [button("card", case.alias, "看工单")])
            for _, to in reached
        ]
        due = 0 if case.urgent else self._in.at
        return [
            DeskCases.put(id, hidden.place if hidden is not None else PRIVATE),
            *(self._in.post.put(one, due) for one in messages),
        ]

    async def _reached(self, roles: Sequence[Role]) -> Reached:
        found = await self._in.roster.reach(roles)
        return [(member, to) for member, to in found if to.channel == TELEGRAM]

    async def _seeing(self, reached: Reached, case: Case) -> Reached:
        seeing = {
            one.staff.id
            for one in await self._in.sight.among([one for one, _ in reached], case)
        }
        return [(member, to) for member, to in reached if member.staff.id in seeing]

    async def hidden(self, case: Case) -> Hidden | None:
        """Whether somebody in the group must not know of this case. Raises:
        NotKnownYet.
        """
        if case.supervisors_only:
            return Hidden()  # the group may have members whom no roster has
        reached = await self._reached([*ROLES])
        seeing = await self._seeing(reached, case)
        not_known: list[str] = []
        for member, account in reached:
            if (member, account) in seeing:
                continue
            is_there = await self._members.of(int(account.key))
            if is_there:
                return Hidden()
            if is_there is None:
                not_known.append(member.staff.name)
        return Hidden(tuple(not_known)) if not_known else None

    async def review(self, *, everything: bool) -> None:
        """Whether everybody in the group may still know of what stands there, and
        topics are still there. The first goes before: it is quick, the other is not.
        """
        directory = await self._in.register.directory()
        reached = await self._reached([*ROLES])
        everything = everything and any(directory.ties(member) for member, _ in reached)
        async for row, standing in self._standing_in_topics(live=not everything):
            await self.trying(partial(self._check_seen, row, standing))
        for case in await self._cases.unsure(OPEN):
            await self.trying(partial(self._bring_back, case))
        async for row, standing in self._standing(live=True):
            await self.trying(partial(self._check_offers, row, standing))
        async for row, standing in self._standing_in_topics(live=True):
            if self._reviewed == 0.0:
                return  # it is wanted anew, from its beginning
            if not standing.closed:
                await self._check_stands(row, standing)

    async def _standing_in_topics(
        self, *, live: bool
    ) -> AsyncIterator[tuple[CardRow, Standing]]:
        async for row, standing in self._standing(live=live):
            if standing.thread is not None:
                yield row, standing

    async def _standing(self, *, live: bool) -> AsyncIterator[tuple[CardRow, Standing]]:
        """Cards that show their case, as far as it is known."""
        after = b""
        while found := await self._cards.all(after, live=live):
            after = found[-1].id
            for row in found:
                standing = self.standings.open(row)
                if standing is not None and row.shown:
                    yield row, standing

    async def _check_seen(self, row: CardRow, standing: Standing) -> None:
        try:
            case = (await self._in.casework.writer.by_id(row.case_id)).case
        except Unsealable:
            return await self._again(row, standing)  # what can be shown is looked at
        if await self.hidden(case) is not None:
            await self._again(row, standing)

    async def _check_offers(self, row: CardRow, standing: Standing) -> None:
        """What can be ordered may end by time alone, without any change of the case."""
        try:
            case = (await self._in.casework.writer.by_id(row.case_id)).case
        except Unsealable:
            return  # it takes no order
        terms = self._in.casework.terms
        offered = offers(case, terms, self._in.now())
        if standing.offers != [*offered]:
            await self._again(row, standing)

    async def _check_stands(self, row: CardRow, standing: Standing) -> None:
        await asyncio.sleep(PROBE_EVERY)
        if not await self._showing.stands(standing):
            standing.lost()
            await self._again(row, standing)

    async def _bring_back(self, id: bytes) -> None:
        """A case that was kept out only because Telegram did not say who is there."""
        case = (await self._in.casework.writer.by_id(id)).case
        group = self._in.group
        if group is None:
            return
        hidden = await self.hidden(case)
        if hidden is not None:
            await self._in.database.commit([DeskCases.put(id, hidden.place)])
            return
        reached = await self._seeing(await self._reached(("supervisor",)), case)
        told = [staff_message(to, BACK.format(alias=case.alias)) for _, to in reached]
        card = self.standings.new_card(group, id)
        posted = [self._in.post.put(one, self._in.at) for one in told]
        await self._in.database.commit([DeskCases.put(id, GROUP), card, *posted])
        self._poked.set()

    async def gone(self, chat: int, case: bytes, thread: int) -> None:
        """Somebody found that the topic of this case is not there any more."""
        row = await self._cards.get(self._in.card_id(chat, case))
        standing = self.standings.open(row) if row is not None else None
        if row is None or standing is None or standing.thread != thread:
            return
        standing.lost()
        await self._again(row, standing)

    async def _again(self, row: CardRow, standing: Standing) -> None:
        """To be shown anew, unless that is happening already."""
        if await self._cards.get(row.id) == row:
            await self._in.database.commit([self.standings.put(row, standing, shown=0)])
            self._poked.set()

    # ── showing ───────────────────────────────────────────────────────────────────────

    async def _show_all(self, key: tuple[int, bool], found: Sequence[CardRow]) -> None:
        try:
            await self._show_each(key[0], found)
        finally:
            del self._busy[key]

    async def _show_each(self, chat: int, found: Sequence[CardRow]) -> None:
        for row in found:
            try:
                if not await self._show_one(chat, row):
                    return
            except StorageError as error:
                log.warning("desk: %s", type(error).__name__)
                return
            # one case's trouble is not another's; content-free by the type alone
            except Exception as error:
                incident = secrets.token_hex(4)
                name = type(error).__name__
                log.error("incident %s: a card: %s in %s", incident, name, where(error))
                self._resting[row.id] = time.monotonic() + REST

    async def _show_one(self, chat: int, row: CardRow) -> bool:
        """False where this chat must wait."""
        # it may have been shown since it was found
        now = None if row.id in self._in_hand else await self._cards.get(row.id)
        if now is None or row.id in self._in_hand:
            return True
        self._in_hand.add(row.id)
        try:
            await self._show(now)
        except ChatMigrated as error:
            self._in.channel.follow(chat, error.new_chat_id)
            self._poked.set()
            return False
        except NotKnownYet as error:
            self._resting[row.id] = time.monotonic() + error.wait
            return True
        except TelegramError as error:
            trouble = kind(error)
            log.info("a card waits: %s", about(error))
            if isinstance(trouble, TryLater):
                self._in.channel.held(chat, trouble)
                return False
            if isinstance(trouble, Gone) and chat > 0:
                # whoever blocked us can be reached no more
                await self._in.database.commit([DeskCards.drop(row.id)])
            self._resting[row.id] = time.monotonic() + REST
            return not isinstance(trouble, Gone)
        finally:
            self._in_hand.discard(row.id)
        return True

    def _leaves(self, case: bytes) -> int:
        """How much of the group's room a card leaves to others."""
        return 0 if case in self._wanted else CARDS_LEAVE

    async def _show(self, row: CardRow) -> None:
        """Bring one card, and its topic, to what its case is now."""
        showing = self._showing.leaving(partial(self._leaves, row.case_id))
        found = await self._rows.by_id(row.case_id)
        standing = self.standings.open(row)
        assert found is not None and standing is not None
        sheet = await self._in.casework.reading.sheet(found)
        case = sheet.case
        if case.followup.retained:
            await showing.remove(standing)
            await self._in.database.commit([DeskCards.drop(row.id)])
            return
        in_group = standing.chat < 0
        asked_at = self._members.forgotten
        hidden = await self.hidden(case) if in_group else None
        if hidden is not None:
            await showing.remove(standing)
            moved = await self._privately(row.case_id, case, hidden)
            await self._in.database.commit([DeskCards.drop(row.id), *moved])
            return
        fewer = standing.reports > len(case.reports)
        # where a merge was undone they went to their own case, and none is forgotten
        taken_back = fewer and len(sheet.reports) > len(case.reports)
        if in_group and taken_back and case.state is not State.MERGED:
            # all of it: what a reporter took back may stand anywhere in it
            await showing.remove(standing)
            standing.lost()
        standing.reports = len(case.reports)
        standing.settled = case.state in FINISHED
        casework = self._in.casework
        shown = view(sheet, casework.terms, casework.zone, self._in.now())
        standing.offers = [*shown.offers]
        await showing.show(row, standing, shown, urgent=case.urgent)
        version = found.version + len(sheet.notes)
        await self._in.database.commit(
            [self.standings.put(row, standing, shown=version)]
        )
        if in_group and asked_at != self._members.forgotten:
            # somebody came in meanwhile, and a review may have passed this card by
            await self.standings.save(row, standing)
            self._poked.set()
