"""The staff's door: whoever knocks is told apart here, and what they want handed on.
Whoever has no role learns nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from telegram import CallbackQuery, Message, Update, User

from bot.address import Address
from bot.channels.telegram.door import STAFF_BUTTON, StaffSide
from bot.desk import leaders, verbs
from bot.desk.alerts import CLOCK_RIGHT, RECEIVED
from bot.desk.liaison import Liaison
from bot.desk.refused import STAFF_CHAT, UNIT_CHAT, ScreenPhrases, worded
from bot.desk.telegram import units
from bot.desk.telegram.clock import ClockWord
from bot.desk.telegram.commands import commands, help_text, known, slip
from bot.desk.telegram.group_watch import GroupWatch
from bot.desk.telegram.inside import TELEGRAM, DeskContext, Spot, staff_message
from bot.desk.telegram.looking import LOOKS, Looking
from bot.desk.telegram.nearest import (
    NONE,
    NOT_DONE,
    PICKED,
    NearestUnits,
    with_unit,
    written,
)
from bot.desk.telegram.ordering import FURTHER, REPLY, SEPARATE, Ordering
from bot.desk.telegram.replies import Replies
from bot.desk.telegram.saying import Act, Saying
from bot.desk.telegram.telling import AlertPlaces
from bot.desk.telegram.topics import Topics
from bot.hours import DAY
from bot.logs import incident
from bot.people.member import Member
from dialogs.case.order_table import UNIT_ORDERS
from dialogs.case.refusals import Refusal
from dialogs.case.roles import HOTLINE, ROLES
from dialogs.case.typed import Now
from dialogs.plain import plain_word
from scheduler.bell import Job, every
from storage.port import BadPage, Broken, Seen, Stale, Write
from storage.repositories.cases import CaseRow
from storage.repositories.inbox import Inbox

log = logging.getLogger(__name__)
WATCH_EVERY = 600.0  # seconds between two looks whether the group is there
RECEIPT = RECEIVED.removeprefix(STAFF_BUTTON)
CLOCK = CLOCK_RIGHT.removeprefix(STAFF_BUTTON)
ORDERS_REMEMBERED = 1000  # messages whose words are known, should they be edited
EDITED_OF_UNIT = "改过的命令不算数，要改请另发一条。"
NOT_WANTED = "回复的那一条是给工作人员的，您的账号现在不是，没有照办，也没有存下。"
EDITED = f"{EDITED_OF_UNIT}只有答复，在发出前（10秒内）改，才跟着改。"


@dataclass(frozen=True, slots=True)
class StaffWords:
    """What a message asks: a command with its words, or the words for a prompt.
    answered: number of the message of ours that the prompt is.
    """

    words: str
    command: tuple[str, str] | None
    prompt: verbs.Prompt | None
    answered: int | None = None


@dataclass(frozen=True, slots=True)
class StaffPress:
    """What a button of staff's carries. under: the words under which it stands, as far
    as Telegram shows them; asked: what they asked, None where they are a card's.
    """

    verb: str
    alias: str
    more: str
    under: str
    asked: verbs.Prompt | None


class Desk:
    """The staff's door of the intake, and the loop beside it."""

    def __init__(self, inside: DeskContext) -> None:
        self._in = inside
        self._bot = inside.channel.bot
        self._number = self._bot.token.partition(":")[0]
        self._saying = Saying(inside)
        self.topics = Topics(inside)
        inside.channel.case_alerts = AlertPlaces(inside, self.topics)
        self.replies = Replies(inside)
        self._looking = Looking(inside, self.topics.standings, self._saying)
        self._ordering = Ordering(inside, self.replies, self._saying)
        self._nearest = NearestUnits(inside, self._saying)
        self._clock = ClockWord(inside, self._saying)
        self._ordered: dict[tuple[int, int], StaffWords] = {}
        self._group_watch = GroupWatch(inside)

    def staff_side(self) -> StaffSide:
        """Topics are no job: an order wakes them at once."""
        following = Job(
            name="replies",
            trigger=every(seconds=self._in.every / 2),
            run=lambda at: self.topics.trying(self.replies.look),
        )
        watching = Job(
            name="staff group",
            trigger=every(seconds=WATCH_EVERY),
            run=lambda at: self.topics.trying(self._group_watch.look),
        )
        return StaffSide(
            door=self,
            commands=commands(),
            tasks=(self.run,),
            jobs=(following, watching),
        )

    async def run(self) -> None:
        """Until cancelled."""
        try:
            await self.topics.run()
        finally:
            self._saying.cancel()

    # ── the door ──────────────────────────────────────────────────────────────────────

    async def hear(self, update: Update) -> bool:
        """See StaffDoor."""
        chat = update.effective_chat
        grouped = chat is not None and chat.id == self._in.group
        mark = self._in.keys.pseudonyms.inbox_mark(
            TELEGRAM, f"{self._number} {update.update_id}"
        )
        if await Inbox(self._in.database).known(mark):
            return True
        noted = Inbox.mark(mark, self._in.at // DAY)
        try:
            return await self._heard(update, noted, grouped) or grouped
        except Seen:  # by another process, this very moment
            return True

    async def _heard(self, update: Update, mark: Write, grouped: bool) -> bool:
        if update.callback_query is not None:
            return await self._press(update.callback_query, mark, grouped)
        if update.my_chat_member is not None and grouped:
            place = update.my_chat_member.new_chat_member
            await self._group_watch.has_place(place, [mark])
            self.topics.poke(review=True)
            return True
        if update.chat_member is not None:
            return await self._came_or_went([update.chat_member.new_chat_member.user])
        message = update.message or update.edited_message
        if message is not None and grouped and message.new_chat_members:
            return await self._came_or_went(message.new_chat_members)
        new = message.migrate_to_chat_id if message is not None else None
        if new is not None and message is not None and grouped:
            self._in.channel.follow(message.chat.id, new)
            await self._group_watch.tell_moved()
            self.topics.poke(review=True)
            return True
        if message is None or message.from_user is None:
            return False
        if message.sender_chat is not None:  # an anonymous administrator is nobody
            return False
        if update.message is None:
            return await self._edited(message, mark, grouped)
        return await self._message(message, mark, grouped)

    async def _came_or_went(self, users: Sequence[User]) -> bool:
        """Whoever comes into the group may have to be kept from a case that stands
        there.
        """
        accounts = [Address(TELEGRAM, str(user.id)) for user in users]
        known = [await self._in.roster.who(account) for account in accounts]
        if any(known):
            self.topics.poke(review=True)
        return True

    async def _message(self, message: Message, mark: Write, grouped: bool) -> bool:
        """A command or a reply to a prompt; whatever else staff write among themselves
        is not read.
        """
        heard = await self._read(message)
        if heard is None:
            return False
        assert message.from_user is not None  # see _heard
        account = Address(TELEGRAM, str(message.from_user.id))
        thread = message.message_thread_id if message.is_topic_message else None
        spot = Spot(message.chat.id, thread)
        name = heard.command[0] if heard.command else ""
        if heard.command is not None and name == "link" and not grouped:
            return await self._link(heard.command[1], account, spot, mark)
        member = await self._in.roster.who(account)
        if heard.prompt is not None and spot.chat > 0:
            # whose account was taken from them meanwhile reports nothing by it
            past = member is None or member.role not in HOTLINE
            if past:
                return await self._no_answer_wanted(spot, mark)
        if member is None:
            return False
        act = Act(
            member,
            spot,
            mark,
            grouped,
            message.message_id,
            account=message.from_user.id,
            prompt=heard.answered,
        )
        await self._is_here(spot)
        if member.role in (*HOTLINE, "liaison"):
            self._remember((message.chat.id, message.message_id), heard)
        liaison = await self._in.units.seated(member) if spot.chat > 0 else None
        if liaison is not None and heard.command and name in units.COMMANDS:
            doing = self._of_unit(act, liaison, *heard.command)
            await self._answering(act, doing, UNIT_CHAT)
            return True
        if member.role not in HOTLINE:
            return False
        if heard.command is not None and not known(name):
            return await self._slipped(act, name)
        await self._answering(act, self._asked(act, heard))
        return True

    async def _edited(self, message: Message, mark: Write, grouped: bool) -> bool:
        """A command, or a reply to a prompt, was changed: a reply that can still be
        taken back goes out in the new words; whatever else was ordered stands, and that
        is said.
        """
        heard = await self._read(message)
        place = (message.chat.id, message.message_id)
        before = self._ordered.get(place)
        if heard is None and before is None:
            return False
        words = message.text or ""
        if heard is None and before is not None and before.prompt is not None:
            # the prompt that it answered was cleared meanwhile
            heard = replace(before, words=words)
        assert message.from_user is not None  # see _heard
        member = await self._in.roster.who(Address(TELEGRAM, str(message.from_user.id)))
        if member is None or member.role not in (*HOTLINE, "liaison"):
            return False
        if before is not None and before.words == words:
            return True  # Bot API, Update: there are edits that change nothing for us
        thread = message.message_thread_id if message.is_topic_message else None
        spot = Spot(message.chat.id, thread)
        act = Act(member, spot, mark, grouped, message.message_id)
        await self._answering(act, self._change(act, heard, place))
        return True

    async def _change(
        self, act: Act, heard: StaffWords | None, place: tuple[int, int]
    ) -> str:
        reply = await self.replies.ordered_by(*place)
        words = await self._reply_in(act, heard) if reply and heard else ""
        if reply is None or not words:
            of_hotline = act.member.role in HOTLINE
            return await self._saying.say(act, EDITED if of_hotline else EDITED_OF_UNIT)
        await self._ordering.change_reply(act, reply, words)
        self._remember(place, heard)
        return ""

    async def _reply_in(self, act: Act, heard: StaffWords) -> str:
        """The words for the reporter, where this is a reply to them; else ""."""
        if heard.command is None:
            assert heard.prompt is not None
            return heard.words if heard.prompt.verb == REPLY else ""
        name, words = heard.command
        if name != REPLY:
            return ""
        _, words = await self._looking.meant(act, name, words)
        return words

    def _remember(self, place: tuple[int, int], heard: StaffWords | None) -> None:
        """What was ordered by which message, should it be edited."""
        self._ordered[place] = heard or StaffWords("", None, None)
        while len(self._ordered) > ORDERS_REMEMBERED:
            del self._ordered[next(iter(self._ordered))]

    async def _read(self, message: Message) -> StaffWords | None:
        words = message.text or ""
        command = None
        if words.startswith("/"):
            command = verbs.command(words, await self._name())
        prompt = self._prompt_answered(message)
        if prompt is None and plain_word(words) == "?":
            command = ("help", "")
        if command is None and prompt is None:
            return None
        answered = message.reply_to_message if prompt is not None else None
        number = answered.message_id if answered is not None else None
        return StaffWords(words, command, prompt, number)

    def _prompt_answered(self, message: Message) -> verbs.Prompt | None:
        """What our own prompt asked, if this is a reply to one."""
        answered = message.reply_to_message
        if answered is None or answered.from_user is None:
            return None
        if str(answered.from_user.id) != self._number:
            return None
        return verbs.prompted(answered.text or "")

    async def _no_answer_wanted(self, spot: Spot, mark: Write) -> bool:
        """To somebody who was asked as staff, and is none any more."""
        told = staff_message(spot.address, NOT_WANTED)
        await self._in.database.commit([mark, self._in.post.put(told)])
        self._in.send([told])
        return True

    async def _is_here(self, spot: Spot) -> None:
        """Who works in a private chat looks at it: what answers is not covered."""
        if spot.chat > 0:
            await self._in.channel.chats.is_here(spot.chat, self._in.at)

    async def _slipped(self, act: Act, name: str) -> bool:
        words = slip(name, act.grouped)
        if words:
            await self._saying.say(act, words)
        return bool(words)

    async def _name(self) -> str | None:
        try:
            return self._bot.username
        except RuntimeError:  # it has not told us yet
            return None

    async def _press(self, query: CallbackQuery, mark: Write, grouped: bool) -> bool:
        message = query.message
        member = await self._in.roster.who(Address(TELEGRAM, str(query.from_user.id)))
        carried = (query.data or "").removeprefix(STAFF_BUTTON).split(":")
        verb, alias, more = [*carried, "", ""][:3]
        verb = verbs.named(verb)
        if verb == RECEIPT and member is not None and message is not None:
            spot = Spot(message.chat.id, None)
            act = Act(member, spot, mark, grouped, message.message_id, press=query.id)
            await self._answering(act, self._received(act, alias, more))
            return True
        ours = verb in verbs.VERBS or verb in LOOKS or verb == CLOCK
        if not ours or member is None or member.role not in HOTLINE or message is None:
            self._saying.toast(query.id)
            return False
        thread = getattr(message, "message_thread_id", None) if grouped else None
        spot = Spot(message.chat.id, thread)
        # of one that is too old we are shown no words
        words = message.text or "" if isinstance(message, Message) else ""
        asked = verbs.prompted(words) if more else None
        act = Act(
            member,
            spot,
            mark,
            grouped,
            message.message_id,
            press=query.id,
            account=query.from_user.id,
            prompt=message.message_id if asked is not None else None,
        )
        await self._is_here(spot)
        if verb == CLOCK:
            question = replace(act, prompt=message.message_id if alias else None)
            doing = self._clock.pressed(question, asked_at=alias)
            await self._answering(question, doing)
            return True
        pressed = StaffPress(verb, alias, more, words, asked)
        await self._answering(act, self._pressed(act, pressed))
        return True

    async def _answering(
        self,
        act: Act,
        doing: Coroutine[Any, Any, str],
        screen: ScreenPhrases = STAFF_CHAT,
    ) -> None:
        """Carry it out; what it says, or why it is refused, is told where they are."""
        refused = True
        try:
            said = await doing
            refused = False
        except Refusal as refusal:
            said = worded(refusal, screen)
        except Stale:
            said = "别人正在办同一件，请再试。"
        except BadPage as error:
            incident(log, error, "an order of staff")
            said = "没有办成，什么都没有改：数据库有一处坏了，请告诉维护的人。"
        except Broken as error:
            number = incident(log, error, "an order of staff")
            said = f"没有办成，什么都没有改：是程序的毛病，编号 {number}。"
        if act.press is not None:
            self._saying.toast(act.press, said, alert=refused)
        elif refused:
            await self._saying.say(act, said)
        self.topics.poke()

    async def _received(self, act: Act, alias: str, rank: str) -> str:
        """A leader says that the paper is there. Raises: Refusal, for whoever does not
        lead the unit in this rank any more.
        """
        directory = await self._in.register.directory()
        await leaders.sign(
            self._in.casework,
            act.member,
            directory.of(act.member.unit or ""),
            alias=alias,
            rank=rank,
            how=leaders.ON_TELEGRAM,
            also=[act.mark],
        )
        return leaders.SIGNED

    # ── signing up ────────────────────────────────────────────────────────────────────

    async def _link(self, code: str, account: Address, spot: Spot, mark: Write) -> bool:
        """A wrong code gets what any unknown command would get."""
        if spot.chat <= 0 or not code:
            return False
        member = await self._in.roster.link(code, account)
        if member is not None:
            await self._saying.say(_in_private(member, spot, mark), _welcome(member))
            self.topics.poke(review=True)
            return True
        linked = await self._in.roster.who(account)
        if linked is None:
            return False
        useless = "这个登记码用不了：用过、过期或写错了。您的账号已经绑定着。"
        await self._saying.say(_in_private(linked, spot, mark), useless)
        return True

    # ── what they want ────────────────────────────────────────────────────────────────

    async def _asked(self, act: Act, heard: StaffWords) -> str:
        if heard.command is not None:
            return await self._command(act, *heard.command)
        assert heard.prompt is not None
        if not heard.words.strip():
            raise Refusal("text_only")
        asked = heard.prompt
        row = await self._looking.row(act, asked.alias)
        self._ordering.check_fits(row, asked)
        return await self._order(act, row, asked.verb, heard.words)

    async def _command(self, act: Act, name: str, words: str) -> str:
        match name:
            case "help":
                return await self._saying.say(
                    act, help_text(act.member.role, act.grouped)
                )
            case "queue":
                return await self._looking.queue(act)
            case "mine":
                return await self._looking.mine(act)
            case "search":
                return await self._looking.found(act, words)
            case "stats":
                return await self._looking.stats(act)
        row, words = await self._looking.meant(act, name, words)
        if name == "case":
            return await self._looking.open(act, row)
        if name in LOOKS:
            return await self._looking.look(act, row, name)
        if verbs.VERBS[name].needs_words and not words:
            return await self._ordering.prompt(act, row, name)
        return await self._order(act, row, name, words)

    async def _order(
        self, act: Act, row: CaseRow, verb: str, words: str, *, confirmed: bool = False
    ) -> str:
        """Who gave it looks at the card: that goes before all others. What cannot be
        taken back is asked once more.
        """
        if verbs.asks_for_a_case(verb) and not confirmed:
            into = await self._looking.row(act, words.strip())
            return await self._ordering.ask_once_more(act, row, into, verb)
        if verb == SEPARATE and not confirmed:
            return await self._ordering.ask_to_separate(act, row, verb)
        try:
            said = await self._ordering.order(act, row, verb, words)
        except Refusal as refusal:
            if refusal.code != "unit_near":
                raise
            asked = verbs.VERBS[verb].row
            await self._ordering.check_possible(act, row, asked)
            return await self._nearest.ask(act, row, verb, words, refusal)
        self.topics.want(row.id)
        return said

    async def _unit_picked(self, act: Act, row: CaseRow, pressed: StaffPress) -> str:
        """Of the names that look like what was written."""
        words = written(pressed.under)
        if pressed.more == NONE:
            self._saying.clear(act)
            return NOT_DONE
        name = await self._nearest.picked(row.alias, pressed.more)
        change = partial(with_unit, name=name)
        said = await self._ordering.order(act, row, pressed.verb, words, change)
        self.topics.want(row.id)
        return said

    async def _pressed(self, act: Act, pressed: StaffPress) -> str:
        verb, more = pressed.verb, pressed.more
        row = await self._looking.row(act, pressed.alias)
        if more and pressed.asked is None:  # too old for Telegram to show, or forged
            raise Refusal("prompt_unknown")
        if pressed.asked is not None:
            self._ordering.check_fits(row, pressed.asked)
        if verb == "card":
            return await self._looking.open(act, row)
        if verb in LOOKS:
            return await self._looking.look(act, row, verb)
        if verbs.VERBS[verb].asks and not more:
            return await self._ordering.prompt(act, row, verb)
        if more.startswith(PICKED):
            return await self._unit_picked(act, row, pressed)
        if more.startswith(FURTHER) and verbs.VERBS[verb].row.offers_units:
            place = more.removeprefix(FURTHER)
            first = int(place) if place.isdecimal() else 0
            asked = await self._ordering.prompt(act, row, verb, first)
            self._saying.clear(act)
            return asked
        words = await self._ordering.chosen(verb, more)
        return await self._order(act, row, verb, words, confirmed=bool(more))

    async def _of_unit(self, act: Act, who: Liaison, name: str, words: str) -> str:
        """A liaison's command; an order goes in one commit with the mark of the update
        and its answer.
        """
        desk = self._in.units
        if name not in UNIT_ORDERS:
            return await self._saying.say(act, await units.said(desk, who, name, words))
        now = Now(self._in.now(), self._in.casework.zone)
        given = await units.ordered(desk, who, name, words, now)
        told = staff_message(act.spot.address, given.said)
        also = [act.mark, self._in.post.put(told)]
        await units.carry_out(desk, who, given, also)
        self._in.send([told])
        return ""


def _in_private(member: Member, spot: Spot, mark: Write) -> Act:
    return Act(member, spot, mark, grouped=False)


def _welcome(member: Member) -> str:
    works_here = member.role in (*HOTLINE, "liaison")
    more = "/help 看怎么用。" if works_here else "有事会在这里通知您。"
    return f"绑定好了：{ROLES[member.role]}。{more}"
