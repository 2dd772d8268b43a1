"""Orders in a chat: carried out at once, or asked for by a prompt with its menu."""

from __future__ import annotations

from collections.abc import Callable

from bot.cases.staff import Outcome
from bot.desk import verbs
from bot.desk.outcomes import outcome_text
from bot.desk.telegram import views
from bot.desk.telegram.inside import (
    DeskContext,
    Wanted,
    staff_message,
    staff_question,
)
from bot.desk.telegram.replies import Replies
from bot.desk.telegram.saying import Act, Saying
from bot.outbox.messages import OutboxMessage
from bot.people.directory import Unit
from dialogs.case.deciding import check_limits, possible_now
from dialogs.case.decisions import UNDO
from dialogs.case.life import STATES, Case, State, move
from dialogs.case.order_row import OrderRow
from dialogs.case.order_table import may, possible, who_may
from dialogs.case.orders import Assign, Order, Reply, Supervise, Whistle
from dialogs.case.refusals import Refusal
from dialogs.case.roles import ROLES, Role
from dialogs.case.typed import Now
from storage.port import Write
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.desk import ReplyRow

OFFERED = 8  # units in a menu
FURTHER = "+"  # what the button carries that shows further ones, before their place
REPLY = "reply"
SEPARATE = "unmerge"
CONFIRMED = "yes"  # what a button carries that answers a question with yes
MOMENT = 2.0  # seconds on the way

Change = Callable[[Order], Order]


def unchanged(order: Order) -> Order:
    return order


class Ordering:
    """What it returns is told in a window, or is a sign that all is well."""

    def __init__(self, inside: DeskContext, replies: Replies, saying: Saying) -> None:
        self._in = inside
        self._replies = replies
        self._saying = saying
        self._rows = Cases(inside.database)

    async def order(
        self, act: Act, row: CaseRow, verb: str, words: str, change: Change = unchanged
    ) -> str:
        """In one commit with the mark of the update. change: what was picked beside the
        words. Returns: what is so now. Raises: Refusal; Stale.
        """
        now = Now(self._in.now(), self._in.casework.zone)
        order = change(verbs.ordered(verb, words, now))
        _permit(act.member.role, order)
        told: list[OutboxMessage] = []

        def said_of(outcome: Outcome) -> str:
            return outcome_text(outcome, self._in.casework.terms, now.at)

        def tell(outcome: Outcome) -> list[Write]:
            """In the commit of the order; a retry of it says what became of that."""
            told.clear()
            if _is_told(act, order):
                words = f"{row.alias}：{said_of(outcome)}"
                told.append(staff_message(act.spot.address, words))
            return [self._in.post.put(one) for one in told]

        also: list[Write] = [act.mark]
        if isinstance(order, Reply):
            also.append(self._replies.begin(row.id, act.spot, order, act.message))
        outcome = await self._in.casework.staff.order(
            row.alias, order, act.member, also=also, tell=tell
        )
        self._in.send(told)
        # an edit of what answered it is known by the prompt as long as it counts
        changeable = UNDO.total_seconds() + MOMENT if isinstance(order, Reply) else 0.0
        self._saying.clear(act, changeable)
        if act.press is None and act.grouped:
            self._saying.nod(act)
        return said_of(outcome)

    async def change_reply(self, act: Act, reply: ReplyRow, words: str) -> None:
        """The message that ordered a reply was edited: while that can still be taken
        back, the new words go out in its place. Raises: Refusal; Stale.
        """
        now = Now(self._in.now(), self._in.casework.zone)
        order = verbs.ordered(REPLY, words, now)
        assert isinstance(order, Reply)
        _permit(act.member.role, order)
        row = await self._rows.by_id(reply.case_id)
        assert row is not None  # a foreign key
        also = [act.mark, self._replies.change(reply, order)]
        instead = self._replies.words(reply)
        await self._in.casework.staff.order(
            row.alias, order, act.member, also=also, instead=instead
        )
        self._saying.nod(act)

    async def prompt(self, act: Act, row: CaseRow, verb: str, first: int = 0) -> str:
        """Ask for the words, where the order is possible at all. first: of the units in
        its menu. Raises: Refusal.
        """
        asked = verbs.VERBS[verb].row
        case = await self.check_possible(act, row, asked)
        words = verbs.prompt(verb, case.alias, STATES[case.state])
        buttons = [
            views.button(verb, case.alias, label, more)
            for label, more in await self._menu(asked, row, case, first)
        ]
        if buttons:
            await self._saying.say(act, words, buttons)
            return "请点一个，或回复刚发的那条消息。"
        wanted = Wanted(act.account, act.member.staff.name, act.grouped)
        question = staff_question(act.spot.address, words, wanted)
        await self._saying.commit(act, [], [question])
        return "请在打开的输入框里写。"

    async def check_possible(self, act: Act, row: CaseRow, asked: OrderRow) -> Case:
        """Before anybody is asked for words that would be refused. Raises: Refusal."""
        case = (await self._in.casework.writer.load(row)).case
        now = self._in.now()
        terms = self._in.casework.terms
        _permit(act.member.role, asked.order)
        if asked.name not in possible(case):
            raise Refusal(
                "illegal_move",
                legal=possible_now(case, now, terms),
                alias=case.alias,
                state=STATES[case.state],
                move=asked.name,
            )
        check_limits(asked.name, case, now, terms)
        if case.claimed not in (None, act.member.staff) and not asked.beside:
            assert case.claimed is not None
            raise Refusal("claimed_take_first", alias=case.alias, by=case.claimed.name)
        return case

    async def ask_once_more(
        self, act: Act, row: CaseRow, into: CaseRow, verb: str
    ) -> str:
        """Show what would be joined, before it is. Raises: Refusal."""
        _permit(act.member.role, verbs.VERBS[verb].row.order)
        both = [await self._in.casework.reading.sheet(one) for one in (row, into)]
        shown = "\n\n".join(views.brief(one, self._in.casework.zone) for one in both)
        head = verbs.headed(verb, row.alias, STATES[State(row.state)])
        words = f"{head}\n{row.alias} 并入 {into.alias}？并错了可以再分开。\n\n{shown}"
        yes = views.button(verb, row.alias, f"确定并入 {into.alias}", into.alias)
        await self._saying.say(act, words, [yes])
        return "请先看看要合在一起的两件，再点确定。"

    async def ask_to_separate(self, act: Act, row: CaseRow, verb: str) -> str:
        """Show what would be separated, before it is. Raises: Refusal."""
        order = verbs.VERBS[verb].row
        _permit(act.member.role, order.order)
        if row.merged_into is None:
            move((await self._in.casework.writer.load(row)).case, verb)  # raises
        zone = self._in.casework.zone
        own, joint = await self._in.casework.reading.separated(row)
        other = joint.case.alias
        head = verbs.headed(verb, row.alias, STATES[State(row.state)])
        question = f"{row.alias} 从 {other} 里分开？合办时办的都留在 {other}。"
        goes = f"分出来：{views.brief(own, zone)}"
        stays = f"留下的：{views.brief(joint, zone)}"
        words = f"{head}\n{question}\n\n{goes}\n\n{stays}"
        yes = views.button(verb, row.alias, f"确定分开 {row.alias}", CONFIRMED)
        await self._saying.say(act, words, [yes])
        return "请先看看分开以后的两件，再点确定。"

    def check_fits(self, row: CaseRow, asked: verbs.Prompt) -> None:
        """An answer counts for the state in which it was asked: what was asked before
        an acceptance undoes none. Raises: Refusal.
        """
        if not asked.verb:
            raise Refusal("prompt_unknown")
        state = STATES[State(row.state)]
        order = verbs.VERBS[asked.verb].row
        is_beside = order.beside or order.order is Reply
        if not is_beside and asked.state and asked.state != state:
            raise Refusal("prompt_past", alias=row.alias, then=asked.state, state=state)

    async def _menu(
        self, asked: OrderRow, row: CaseRow, case: Case, first: int
    ) -> list[tuple[str, str]]:
        """(label, what the button carries) of what need not be written."""
        if not asked.offers_units:
            return [(choice, choice) for choice in verbs.choices(asked)]
        units = await self._units_by_fitness(row, case)
        page = units[first : first + OFFERED]
        buttons = [(one.name, one.id[:8]) for one in page]
        rest = len(units) - first - len(page)
        if rest > 0:
            buttons.append((f"还有{rest}家", f"{FURTHER}{first + OFFERED}"))
        return buttons

    async def _units_by_fitness(self, row: CaseRow, case: Case) -> list[Unit]:
        """All units in use: those that the reports name, those whose matter it is, the
        others.
        """
        directory = await self._in.register.directory()
        reports = (await self._in.casework.reading.sheet(row)).reports
        words = [one.text for one in reports]
        bodies = [one.facts.get("unit") for one in reports]
        said = [str(one) for one in bodies if one]
        meant = [unit for one in said for unit in directory.meant(one)]
        named = {one.id for one in (*directory.named("\n".join(words)), *meant)}
        units = [one for one in directory if one.active]
        return sorted(
            units,
            key=lambda one: (
                one.id not in named,
                case.category not in one.competences,
            ),
        )

    async def chosen(self, verb: str, more: str) -> str:
        """What a button of a menu stands for, as if it had been written."""
        row = verbs.VERBS[verb].row
        if more == CONFIRMED:
            return ""
        if not row.offers_units:
            return verbs.chosen(row, more)
        directory = await self._in.register.directory()
        names = [unit.name for unit in directory if unit.id.startswith(more)]
        return names[0] if len(names) == 1 else ""


def _is_told(act: Act, order: Order) -> bool:
    """A press is answered in a window, and a reply by what shows how far it is. In the
    group a nod is enough where the card shows what is so now; whom the case went to is
    said there, too, with who answers for it.
    """
    if act.press is not None or isinstance(order, Reply):
        return False
    return not act.grouped or isinstance(order, Assign | Whistle | Supervise)


def _permit(role: Role, order: Order | type[Order]) -> None:
    """Raises: Refusal."""
    if not may(role, order):
        raise Refusal("not_permitted", role=ROLES[role], who=who_may(order))
