"""What staff do in a chat: commands, buttons, replies to prompts. Whoever has no role
learns nothing.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from telegram import BotCommand, CallbackQuery, Message, Update
from telegram.error import TelegramError

from bot.address import Address
from bot.cases.aliases import meant
from bot.cases.reading import ListedCase
from bot.channels.telegram.door import STAFF_BUTTON, StaffSide
from bot.channels.telegram.errors import about
from bot.channels.telegram.menu import REPORTERS
from bot.desk import verbs
from bot.desk.liaison import Liaison
from bot.desk.refused import STAFF_CHAT, UNIT_CHAT, Screen, worded
from bot.desk.telegram import units, views
from bot.desk.telegram.inside import TELEGRAM, DeskContext, Spot, letter
from bot.desk.telegram.replies import Replies
from bot.desk.telegram.topics import Topics
from bot.hours import DAY
from bot.outbox.messages import OutboxMessage
from bot.people.member import Member
from dialogs.case import order_table
from dialogs.case.clock import explain
from dialogs.case.life import STATES, Case, State
from dialogs.case.order_table import may, who_may
from dialogs.case.orders import Order, Reply
from dialogs.case.refusals import Refusal
from dialogs.case.roles import HOTLINE, ROLES, Role
from dialogs.case.typed import Now
from dialogs.words import Button
from scheduler.bell import Job, every
from storage.port import Seen, Stale, Write
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.desk import DeskCases
from storage.repositories.inbox import Inbox

log = logging.getLogger(__name__)

LIST = 30  # cases in a list
LOOKED_AT = 2000  # cases looked at for a list
TOAST = 200  # characters in a window
NEAR = 0.7  # how like a command a slip of the finger is, of 1
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
COMMANDS = {
    "queue": "要办的工单",
    "mine": "我在办的",
    "find": "按字词找：/find 台账",
    "case": "看一件：/case K7QM",
    "stats": "在办多少",
    "help": "怎么用",
}
ASKED = ("queue", "mine", "find", "case", "stats", "help", "why")
LOOKS = ("card", "full", "pictures", "why")


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what where. mark: the write by which a repeated update changes nothing;
    message: theirs.
    """

    member: Member
    spot: Spot
    mark: Write
    grouped: bool
    message: int | None = None
    press: str | None = None


class Desk:
    """The staff's door of the intake, and the loop beside it."""

    def __init__(self, inside: DeskContext) -> None:
        self._in = inside
        self.topics, self.replies = Topics(inside), Replies(inside)
        self._cases, self._rows = DeskCases(inside.database), Cases(inside.database)
        self._bot = inside.channel.bot
        self._number = self._bot.token.partition(":")[0]
        self._tasks: set[asyncio.Task[Any]] = set()

    def staff_side(self) -> StaffSide:
        """Topics are no job: an order wakes them at once."""
        following = Job(
            name="replies",
            trigger=every(seconds=self._in.every / 2),
            run=lambda at: self.topics.trying(self.replies.look),
        )
        return StaffSide(
            door=self, commands=commands(), tasks=(self.run,), jobs=(following,)
        )

    async def run(self) -> None:
        """Until cancelled."""
        try:
            await self.topics.run()
        finally:
            for task in self._tasks:
                task.cancel()

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
            if update.callback_query is not None:
                return (
                    await self._press(update.callback_query, noted, grouped) or grouped
                )
            message = update.message
            if (
                message is None
                or message.from_user is None
                or message.sender_chat is not None
            ):
                return grouped
            return await self._message(message, noted, grouped) or grouped
        except Seen:  # by another process, this very moment
            return True

    async def _message(self, message: Message, mark: Write, grouped: bool) -> bool:
        """A command or a reply to a prompt; whatever else staff write among themselves
        is not read.
        """
        words = message.text or ""
        found = (
            verbs.command(words, await self._name()) if words.startswith("/") else None
        )
        answered = message.reply_to_message
        asked = (
            verbs.prompted(answered.text or "")
            if answered is not None
            and answered.from_user is not None
            and str(answered.from_user.id) == self._number
            else None
        )
        if found is None and asked is None:
            return False
        assert message.from_user is not None
        account = Address(TELEGRAM, str(message.from_user.id))
        thread = message.message_thread_id if message.is_topic_message else None
        spot = Spot(message.chat.id, thread)
        if found is not None and found[0] == "link" and not grouped:
            return await self._link(found[1], account, spot, mark)
        member = await self._in.roster.who(account)
        liaison = await self._in.units.seated(member) if spot.chat > 0 else None
        if (
            member is not None
            and liaison is not None
            and found is not None
            and found[0] in units.COMMANDS
        ):
            act = Act(member, spot, mark, grouped, message.message_id)
            doing = self._of_unit(act, liaison, *found)
            await self._answering(act, doing, UNIT_CHAT)
            return True
        slip = (
            None
            if found is None or self._ours(found[0])
            else self._slip(found[0], grouped)
        )
        if slip == "":
            return False
        if member is None or member.role not in HOTLINE:
            return False
        act = Act(member, spot, mark, grouped, message.message_id)
        if slip is not None:
            await self._say(act, slip)
        else:
            doing = (
                self._command(act, *found)
                if found
                else self._prompted(act, asked, words)
            )
            await self._answering(act, doing)
        return True

    @staticmethod
    def _ours(name: str) -> bool:
        return name in ASKED or name in verbs.VERBS

    @staticmethod
    def _slip(name: str, grouped: bool) -> str:
        """What a colleague is told of a command that there is not; "": it may be for
        the reporters' side.
        """
        if name == "link":
            return "登记码请私聊机器人发。发在群里的别人也看得到，请让管理员另给一个。"
        near = get_close_matches(name, [*ASKED, *verbs.VERBS], 1, NEAR)
        if not near:
            return f"没有 /{name[:20]} 这个命令。/help 看有哪些。" if grouped else ""
        if name in REPORTERS and not grouped:
            return ""
        known = (
            {"why": "为何这个期限"}
            | COMMANDS
            | {one: verb.label for one, verb in verbs.VERBS.items()}
        )
        likely = f"{verbs.as_command(near[0])}（{known[near[0]].partition('：')[0]}）"
        return f"没有 /{name[:20]} 这个命令。要的是 {likely}吗？/help 看全部。"

    async def _name(self) -> str | None:
        try:
            return self._bot.username
        except RuntimeError:  # it has not told us yet
            return None

    async def _press(self, query: CallbackQuery, mark: Write, grouped: bool) -> bool:
        message = query.message
        member = await self._in.roster.who(Address(TELEGRAM, str(query.from_user.id)))
        verb, alias, more = (
            *(query.data or "").removeprefix(STAFF_BUTTON).split(":"),
            "",
            "",
        )[:3]
        known = verb in verbs.VERBS or verb in LOOKS
        if member is None or member.role not in HOTLINE or message is None or not known:
            self._soon(self._toast(query.id))
            return False
        thread = getattr(message, "message_thread_id", None) if grouped else None
        act = Act(
            member,
            Spot(message.chat.id, thread),
            mark,
            grouped,
            message.message_id,
            query.id,
        )
        await self._answering(act, self._pressed(act, verb, alias, more))
        return True

    async def _answering(
        self, act: Act, doing: Coroutine[Any, Any, str], screen: Screen = STAFF_CHAT
    ) -> None:
        """Carry it out; what it says, or why it is refused, is told where they are."""
        try:
            said, refused = await doing, False
        except Refusal as refusal:
            said, refused = worded(refusal, screen), True
        except Stale:
            said, refused = "别人正在办同一件，请再试。", True
        if act.press is not None:
            self._soon(self._toast(act.press, said, refused))
        if refused and act.press is None:
            await self._say(act, said)
        self.topics.poke()

    # ── signing up ────────────────────────────────────────────────────────────────────

    async def _link(self, code: str, account: Address, spot: Spot, mark: Write) -> bool:
        """A wrong code gets what any unknown command would get."""
        if spot.chat <= 0 or not code:
            return False
        member = await self._in.roster.link(code, account)
        known = member or await self._in.roster.who(account)
        if known is None:
            return False
        act = Act(known, spot, mark, False)
        if member is None:
            await self._say(
                act, "这个登记码用不了：用过、过期或写错了。您的账号已经绑定着。"
            )
            return True
        more = (
            "/help 看怎么用。"
            if member.role in (*HOTLINE, "liaison")
            else "有事会在这里通知您。"
        )
        await self._say(act, f"绑定好了：{ROLES[member.role]}。{more}")
        self.topics.poke(review=True)
        return True

    # ── commands and replies ──────────────────────────────────────────────────────────

    async def _command(self, act: Act, name: str, words: str) -> str:
        match name:
            case "help":
                return await self._say(act, _help(act))
            case "queue":
                return await self._say(
                    act, views.listed(await self._listed(act), self._in.casework.zone)
                )
            case "mine":
                mine = [
                    one
                    for one in await self._listed(act)
                    if one.case.claimed == act.member.staff
                ]
                return await self._say(act, views.listed(mine, self._in.casework.zone))
            case "find":
                hits = await self._in.casework.reading.search(act.member, words, LIST)
                found = [one for one in hits if await self._shown(act, one.case)]
                return await self._say(act, views.listed(found, self._in.casework.zone))
            case "stats":
                return await self._say(act, await self._stats(act))
        row, words = await self._meant(act, name, words)
        if name == "case":
            return await self._open(act, row)
        if name in LOOKS:
            return await self._look(act, row, name)
        verb = verbs.VERBS[name]
        if verb.needs_words and not words:
            return await self._prompt(act, row, name)
        return await self._order(
            act, row, name, verbs.ordered(name, words, self._now())
        )

    async def _of_unit(self, act: Act, who: Liaison, name: str, words: str) -> str:
        """A liaison's command; an order goes in one commit with the mark of the update
        and its answer.
        """
        desk = self._in.units
        if name not in order_table.UNIT_ORDERS:
            return await self._say(act, await units.said(desk, who, name, words))
        alias, order, said = await units.ordered(desk, who, name, words, self._now())
        told = letter(act.spot.address, said)
        await units.carry_out(
            desk, who, alias, order, [act.mark, self._in.post.put(told)]
        )
        self._in.send([told])
        return ""

    async def _prompted(
        self, act: Act, asked: tuple[str, str] | None, words: str
    ) -> str:
        assert asked is not None
        if not words.strip():
            raise Refusal("text_only")
        row = await self._row(act, asked[1])
        return await self._order(
            act, row, asked[0], verbs.ordered(asked[0], words, self._now())
        )

    async def _pressed(self, act: Act, verb: str, alias: str, more: str) -> str:
        row = await self._row(act, alias)
        if verb == "card":
            return await self._open(act, row)
        if verb in LOOKS:
            return await self._look(act, row, verb)
        if verbs.VERBS[verb].asks and not more:
            return await self._prompt(act, row, verb)
        words = await self._chosen(verb, more)
        return await self._order(
            act, row, verb, verbs.ordered(verb, words, self._now())
        )

    async def _chosen(self, verb: str, more: str) -> str:
        """What a button of a menu stands for, as if it had been written."""
        row = verbs.VERBS[verb].row
        if not row.offers_units:
            return verbs.chosen(row, more)
        units = [
            unit
            for unit in await self._in.register.directory()
            if unit.id.startswith(more)
        ]
        return units[0].name if len(units) == 1 else ""

    async def _order(self, act: Act, row: CaseRow, verb: str, order: Order) -> str:
        """In one commit with the mark of the update."""
        _permitted(act.member.role, order)
        also: list[Write] = [act.mark]
        letters: list[OutboxMessage] = []
        if isinstance(order, Reply):
            also.append(
                self.replies.begin(row.id, act.spot, order.text.strip(), order.to)
            )
        elif act.press is None and not act.grouped:
            letters = [
                letter(
                    act.spot.address,
                    f"{row.alias}：{verbs.VERBS[verb].label}，办好了。",
                )
            ]
        also += [self._in.post.put(one) for one in letters]
        outcome = await self._in.casework.staff.order(
            row.alias, order, act.member, also=also
        )
        self._in.send(letters)
        if act.press is None and act.grouped and act.message is not None:
            self._soon(self._nod(act.spot.chat, act.message))
        told = "，会告诉反映人" if outcome.told else ""
        return (
            f"{verbs.VERBS[verb].label}：好了{told}。"
            f"现在是“{STATES[outcome.case.state]}”。"
        )

    # ── prompts and menus ─────────────────────────────────────────────────────────────

    async def _prompt(self, act: Act, row: CaseRow, verb: str) -> str:
        """Ask for the words, where the move is legal at all."""
        case = (await self._in.casework.writer.load(row)).case
        row_of_verb = verbs.VERBS[verb].row
        _permitted(act.member.role, row_of_verb.order)
        if verb not in verbs.possible(case):
            raise Refusal(
                "illegal_move",
                legal=order_table.possible(case),
                alias=case.alias,
                state=STATES[case.state],
                move=row_of_verb.name,
            )
        others = case.claimed if case.claimed != act.member.staff else None
        if others is not None and not row_of_verb.beside:
            raise Refusal("claimed_take_first", alias=case.alias, by=others.name)
        await self._say(
            act, verbs.prompt(verb, case.alias), await self._menu(verb, case)
        )
        return "请回复刚发的那条消息。"

    async def _menu(self, verb: str, case: Case) -> list[Button]:
        row = verbs.VERBS[verb].row
        choices = [(choice, choice) for choice in verbs.choices(row)]
        if row.offers_units:
            units = [one for one in await self._in.register.directory() if one.active]
            fit = [one for one in units if case.category in one.competences]
            choices = [(one.name, one.id[:8]) for one in (fit or units)[:8]]
        return [views.button(verb, case.alias, label, more) for label, more in choices]

    # ── looking ───────────────────────────────────────────────────────────────────────

    async def _open(self, act: Act, row: CaseRow) -> str:
        """The card: in private, here; in the group, where it stands."""
        if not act.grouped:
            await self._commit(
                act, [self.topics.private_card(act.spot.chat, row.id)], []
            )
            return "卡片来了。"
        standing = await self.topics.of_case(act.spot.chat, row.id)
        if standing is None or standing.thread is None:
            return await self._say(act, f"{row.alias} 的话题已经不在了，请私聊查看。")
        link = (
            f"https://t.me/c/{str(act.spot.chat).removeprefix('-100')}/"
            f"{standing.thread}"
        )
        return await self._say(act, f"{row.alias}：{STATES[State(row.state)]}\n{link}")

    async def _look(self, act: Act, row: CaseRow, what: str) -> str:
        casework = self._in.casework
        if what == "pictures":
            files = [
                [
                    f"{row.alias}-{number}.{ENDINGS.get(mime, 'bin')}",
                    mime,
                    base64.b64encode(data).decode(),
                ]
                for number, (_, mime, data) in enumerate(
                    await casework.reading.pictures(row), 1
                )
            ]
            if not files:
                raise Refusal("no_pictures", alias=row.alias)
            return await self._say(act, f"{row.alias} 的图片", files=files)
        sheet = await casework.reading.sheet(row)
        if what == "why":
            lines = explain(sheet.case.ledger, casework.terms, self._in.now())
            return await self._say(
                act, "\n".join([row.alias, *(lines or ["现在没有在走的期限。"])])
            )
        return await self._say(act, views.full(sheet, casework.zone))

    async def _stats(self, act: Act) -> str:
        """Only of what this person, or everybody in the group, may know of."""
        entries = await self._listed(act, LOOKED_AT)
        counts: dict[State, int] = {}
        for one in entries:
            counts[one.case.state] = counts.get(one.case.state, 0) + 1
        late = sum(
            one.case.due is not None and one.case.due < self._in.now()
            for one in entries
        )
        urgent, free = (sum(one.case.urgent for one in entries),
                        sum(one.case.claimed is None for one in entries))  # fmt: skip
        lines = [
            f"在办{len(entries)}件，加急{urgent}件，超期{late}件，没人认领{free}件。"
        ]
        lines += [
            f"{STATES[state]} {counts[state]}" for state in State if state in counts
        ]
        return "\n".join(lines)

    async def _listed(self, act: Act, most: int = LIST) -> list[ListedCase]:
        entries = await self._in.casework.reading.entries(act.member, limit=LOOKED_AT)
        return [one for one in entries if await self._shown(act, one.case)][:most]

    async def _shown(self, act: Act, case: Case) -> bool:
        """Whether a case may be spoken of here: to this person, and in the group to
        everybody there.
        """
        id = bytes.fromhex(case.id)
        if act.grouped and await self._cases.place(id) != "group":
            return False
        return await self._cases.known(id) and await self._in.sight.sees(
            act.member, case
        )

    async def _meant(self, act: Act, command: str, words: str) -> tuple[CaseRow, str]:
        """The case a command is about, and what follows: that of the topic, else the
        first word's.

        Raises: Refusal; also where a topic's command names another case, whether there
        is such a case or not.
        """
        if act.grouped and act.spot.thread is not None:
            id = self._in.thread_id(act.spot.chat, act.spot.thread)
            case = await self.topics.case_of(id)
            row = await self._rows.by_id(case) if case else None
            if row is not None:
                return await self._row(act, row.alias), self._rest(row, command, words)
        name, _, rest = words.replace("\n", " \n", 1).partition(" ")
        if not name.strip():
            raise Refusal("which_case", command=verbs.as_command(command))
        return await self._row(act, name.strip()), rest.strip()

    @staticmethod
    def _rest(row: CaseRow, command: str, words: str) -> str:
        """Without the alias of the topic's own case. Raises: Refusal, where another is
        named.
        """
        name, _, rest = words.replace("\n", " \n", 1).partition(" ")
        if row.alias in (named := meant(name)):
            return rest.strip()
        if named and not name.isdecimal() and command != "merge":
            raise Refusal("another_topic", alias=row.alias, name=name)
        return words

    async def _row(self, act: Act, name: str) -> CaseRow:
        """Raises: Refusal, the same for a case that there is not and one this person
        must not know of.
        """
        try:
            row = await self._in.casework.staff.find(name, act.member)
            seen = await self._shown(
                act, (await self._in.casework.writer.load(row)).case
            )
        except Refusal as refusal:
            if refusal.code == "several_cases":
                raise
            seen = False
        if not seen:
            raise Refusal("unknown_case", name=name)
        return row

    # ── telling ───────────────────────────────────────────────────────────────────────

    async def _say(
        self, act: Act, words: str, buttons: Sequence[Button] = (), files: object = ()
    ) -> str:
        await self._commit(act, [], [letter(act.spot.address, words, buttons, files)])
        return ""

    async def _commit(
        self, act: Act, writes: Sequence[Write], letters: Sequence[OutboxMessage]
    ) -> None:
        await self._in.database.commit(
            [act.mark, *writes, *(self._in.post.put(one) for one in letters)]
        )
        self._in.send(letters)

    async def _toast(self, press: str, words: str = "", alert: bool = False) -> None:
        try:
            await self._bot.answer_callback_query(
                press, words[:TOAST] or None, show_alert=alert
            )
        except TelegramError as error:
            log.debug("a press was not answered: %s", about(error))

    async def _nod(self, chat: int, message: int) -> None:
        """A sign on their message costs the group no message."""
        try:
            await self._bot.set_message_reaction(chat, message, "👌")
        except TelegramError as error:
            log.debug("no nod: %s", about(error))

    def _now(self) -> Now:
        return Now(self._in.now(), self._in.casework.zone)

    def _soon(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def commands() -> list[BotCommand]:
    """As the staff group's menu shows them."""
    return [BotCommand(name, said) for name, said in COMMANDS.items()]


def _permitted(role: Role, order: Order | type[Order]) -> None:
    """Raises: Refusal."""
    if not may(role, order):
        raise Refusal("not_permitted", role=ROLES[role], who=who_may(order))


def _help(act: Act) -> str:
    lines = ["办件：点卡片上的按钮；要写字的，回复机器人发的【…】那条消息。"]
    lines += [f"/{name} {said}" for name, said in COMMANDS.items()]
    where = "在话题里不用写代号" if act.grouped else "先写代号，如 /accept K7QM"
    lines.append(f"也可以发命令（{where}）：")
    lines += [
        f"{verbs.as_command(name)} {verb.label}"
        for name, verb in verbs.VERBS.items()
        if may(act.member.role, verb.row.order)
    ]
    lines.append(
        "群里写的话都是内部的，只有“答复”和标明“反映人会看到”的会出去。"
        if act.grouped
        else "在这里直接写字，就当您自己要反映问题，与您的工作无关。"
    )
    return "\n".join(lines)
