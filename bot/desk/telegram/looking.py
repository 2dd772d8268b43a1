"""What staff look at in a chat: lists, a case, its pictures; only what this person may
know of, and in the group, everybody there.
"""

from __future__ import annotations

import base64
from collections import Counter
from functools import partial

from bot.cases.aliases import meant
from bot.cases.reading import ListedCase
from bot.desk import verbs
from bot.desk.telegram import views
from bot.desk.telegram.inside import DeskContext
from bot.desk.telegram.saying import Act, Saying
from bot.desk.telegram.standing import Standings
from bot.desk.wording import found_text
from dialogs.case.explaining import explain
from dialogs.case.life import STATES, Case, State
from dialogs.case.refusals import Refusal
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.desk import GROUP, DeskCases

LIST = 30  # cases in a list
LOOKED_AT = 2000  # cases looked at for a list
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
LOOKS = ("card", "full", "pictures", "why")


class Looking:
    """Everything here goes by who asks, and where."""

    def __init__(
        self, inside: DeskContext, standings: Standings, saying: Saying
    ) -> None:
        self._in = inside
        self._standings = standings
        self._saying = saying
        self._rows = Cases(inside.database)
        self._cases = DeskCases(inside.database)

    # ── lists ─────────────────────────────────────────────────────────────────────────

    async def queue(self, act: Act) -> str:
        return await self._list(act, await self._listed(act))

    async def mine(self, act: Act) -> str:
        listed = await self._listed(act)
        return await self._list(
            act, [one for one in listed if one.case.claimed == act.member.staff]
        )

    async def found(self, act: Act, words: str) -> str:
        found = await self._in.casework.reading.search(
            act.member, words, LIST, tellable=partial(self._is_told, act)
        )
        listed = views.listed(found.entries, self._in.casework.zone)
        counted = [found_text(found)] if found.entries else []
        return await self._saying.say(act, "\n".join([listed, *counted]))

    async def stats(self, act: Act) -> str:
        """Only of what this person, or everybody in the group, may know of."""
        cases = [one.case for one in await self._listed(act, LOOKED_AT)]
        now = self._in.now()
        late = sum(case.due is not None and case.due < now for case in cases)
        urgent = sum(case.urgent for case in cases)
        free = sum(case.claimed is None for case in cases)
        counts = Counter(case.state for case in cases)
        lines = [
            f"在办{len(cases)}件，加急{urgent}件，超期{late}件，没人认领{free}件。"
        ]
        lines += [
            f"{STATES[state]} {counts[state]}" for state in State if state in counts
        ]
        return await self._saying.say(act, "\n".join(lines))

    async def _list(self, act: Act, entries: list[ListedCase]) -> str:
        words = views.listed(entries, self._in.casework.zone)
        return await self._saying.say(act, words)

    async def _listed(self, act: Act, most: int = LIST) -> list[ListedCase]:
        entries = await self._in.casework.reading.entries(act.member, limit=LOOKED_AT)
        return [one for one in entries if await self._shown(act, one.case)][:most]

    async def _shown(self, act: Act, case: Case) -> bool:
        """Whether a case may be spoken of here: to this person, and in the group to
        everybody there.
        """
        if not await self._is_in_place(act, bytes.fromhex(case.id)):
            return False
        return await self._in.sight.sees(act.member, case)

    async def _is_told(self, act: Act, row: CaseRow) -> bool:
        """The same for a case that this person may know of."""
        return await self._is_in_place(act, row.id)

    async def _is_in_place(self, act: Act, case: bytes) -> bool:
        if act.grouped and await self._cases.place(case) != GROUP:
            return False
        return await self._cases.known(case)

    # ── one case ──────────────────────────────────────────────────────────────────────

    async def row(self, act: Act, name: str) -> CaseRow:
        """Raises: Refusal, the same for a case that there is not and one this person
        must not know of.
        """
        try:
            row = await self._in.casework.staff.find(name, act.member)
        except Refusal as refusal:
            if refusal.code == "several_cases":
                raise
            raise Refusal("unknown_case", name=name) from None
        loaded = await self._in.casework.writer.load(row)
        if not await self._shown(act, loaded.case):
            raise Refusal("unknown_case", name=name)
        return row

    async def meant(self, act: Act, command: str, words: str) -> tuple[CaseRow, str]:
        """The case a command is about, and what follows: that of the topic, else the
        first word's.

        Raises: Refusal; also where a topic's command names another case, whether there
        is such a case or not.
        """
        own = await self._of_topic(act)
        if own is not None:
            row = await self.row(act, own.alias)
            return row, _rest(row, command, words)
        name, rest = _first(words)
        if not name.strip():
            raise Refusal("which_case", command=verbs.as_command(command))
        return await self.row(act, name.strip()), rest.strip()

    async def _of_topic(self, act: Act) -> CaseRow | None:
        if not act.grouped or act.spot.thread is None:
            return None
        id = self._in.thread_id(act.spot.chat, act.spot.thread)
        case = await self._standings.case_of(id)
        return await self._rows.by_id(case) if case else None

    async def open(self, act: Act, row: CaseRow) -> str:
        """The card: in private, here; in the group, where it stands."""
        if not act.grouped:
            card = self._standings.new_card(act.spot.chat, row.id)
            await self._saying.commit(act, [card], [])
            return "卡片来了。"
        standing = await self._standings.of_case(act.spot.chat, row.id)
        if standing is None or standing.thread is None:
            gone = f"{row.alias} 的话题已经不在了，请私聊查看。"
            return await self._saying.say(act, gone)
        link = views.topic_link(act.spot.chat, standing.thread)
        state = STATES[State(row.state)]
        return await self._saying.say(act, f"{row.alias}：{state}\n{link}")

    async def look(self, act: Act, row: CaseRow, what: str) -> str:
        casework = self._in.casework
        if what == "pictures":
            return await self._pictures(act, row)
        sheet = await casework.reading.sheet(row)
        if what == "why":
            lines = explain(sheet.case.ledger, casework.terms, self._in.now())
            why = lines or ["现在没有在走的期限。"]
            return await self._saying.say(act, "\n".join([row.alias, *why]))
        return await self._saying.say(act, views.full(sheet, casework.zone))

    async def _pictures(self, act: Act, row: CaseRow) -> str:
        pictures = await self._in.casework.reading.pictures(row)
        if not pictures:
            raise Refusal("no_pictures", alias=row.alias)
        files = []
        for number, (_, mime, data) in enumerate(pictures, 1):
            name = f"{row.alias}-{number}.{ENDINGS.get(mime, 'bin')}"
            files.append([name, mime, base64.b64encode(data).decode()])
        return await self._saying.say(act, f"{row.alias} 的图片", files=files)


def _first(words: str) -> tuple[str, str]:
    """The first word, and what follows with its lines."""
    name, _, rest = words.replace("\n", " \n", 1).partition(" ")
    return name, rest


def _rest(row: CaseRow, command: str, words: str) -> str:
    """Without the alias of the topic's own case. Raises: Refusal, where another is
    named.
    """
    name, rest = _first(words)
    named = meant(name)
    if row.alias in named:
        return rest.strip()
    if named and not name.isdecimal() and not verbs.asks_for_a_case(command):
        raise Refusal("another_topic", alias=row.alias, name=name)
    return words
