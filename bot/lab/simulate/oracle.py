"""An independent book of what has to ring when and who has to hear, kept beside the
program and compared.

It learns what people did and what rang as the audit chain tells it, in order; what
follows is worked out here, from the rules in words. `problems` names everything missed,
early, late, twice or uncalled for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.lab.simulate.spans import Pause, Run
from dialogs.case.allowance import Allowance
from dialogs.case.rules import Rules
from dialogs.case.worktime import Terms

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SLACK = timedelta(seconds=2)  # between two looks of the bell
AT_UNIT = ("answer", "rectify", "on_site", "result")
PRESSING = ("urged", "supervised", "escalated", "circulated")
OPEN = (
    "filed",
    "accepted",
    "assigned",
    "returned",
    "answered",
    "verified",
    "rectifying",
    "waiting",
)
ENDED = ("closed", "callback", "look_back")
WISHED = {
    "hear": "weekly",
    "breached": "weekly",
    **dict.fromkeys(PRESSING, "weekly"),
    "called_back": "callback",
    "called_back_again": "callback",
    "looked_back": "look_back",
    "looked_back_later": "later",
}
SAID = {
    "accept": "accepted",
    "decline": "declined",
    "ask": "asked",
    "wait": "waiting",
    "assign": "assigned",
    "arrive": "arrived",
    "answer": "answered",
    "return": "returned",
    "refusereturn": "return_refused",
    "grantextend": "extended",
    "whistle": "whistled",
    "find": "found",
    "rectify": "rectifying",
    "close": "closed",
    "merge": "merged",
    "reopen": "reopened",
    "resume": "resumed",
}


@dataclass(slots=True)
class Chat:
    """A reporter as the book knows them; away: since when nothing may be pushed to
    them.
    """

    reached: bool
    later: bool = False
    away: datetime | None = None
    answered: datetime | None = None  # when they rated last


@dataclass(slots=True)
class Owed:
    """A push that has to arrive once, in [first, last]."""

    number: int
    name: str
    first: datetime
    last: datetime


@dataclass(slots=True)
class Book:
    """What is known of one case. seen: its last fact."""

    state: str
    told: datetime
    seen: datetime
    chats: list[int]
    runs: dict[str, Run] = field(default_factory=dict)
    category: str = ""
    urgent: bool = False
    closed: datetime | None = None
    resumes: datetime | None = None
    asked: int = 0
    looked: int = 0
    forgot: int = 0
    retained: bool = False
    added: datetime | None = None


class Oracle:
    """quiet: from which hour to which nothing is pushed; delay: minutes a push may be
    late at random.
    """

    def __init__(self, terms: Terms, quiet: tuple[int, int], delay: int) -> None:
        self._rules: Rules = terms.rules
        self._works, self._zone = terms.calendar.works, terms.zone
        self._quiet, self._delay = quiet, timedelta(minutes=delay)
        self.books: dict[int, Book] = {}
        self.chats: dict[int, Chat] = {}
        self._owed: dict[int, list[Owed]] = {}
        self.problems: list[str] = []
        self.rang: Counter[str] = Counter()
        self.pushed: Counter[str] = Counter()

    # ── what happens ──────────────────────────────────────────────────────────────────

    def filed(
        self, case: int, at: datetime, category: str, urgent: bool, reached: bool
    ) -> None:
        """Reporter number `case` opened case number `case`."""
        hour = _hour(at)
        self.chats[case] = Chat(reached)
        book = self.books[case] = Book("filed", hour, at, [case], {}, category, urgent)
        self._start(book, "accept", hour + HOUR)

    def ordered(self, case: int, at: datetime, verb: str, to: str, **what: Any) -> None:
        """Staff or a unit did something; to: the state it led to."""
        book = self.books[case]
        self._expect_silence(case, book, at)
        if verb in ("claim", "note", "release", "absorb", "extend"):
            return
        was, book.state, book.seen = book.state, to, at
        if was == "waiting":
            self._resume(book, at)
        chats = list(book.chats)
        match verb:
            case "accept":
                book.runs.clear()
                self._start(book, "assign", at)
            case "decline":
                book.runs.clear()
                book.closed, book.forgot = at, 0
            case "ask" | "wait":
                book.resumes = (
                    what["until"] if verb == "wait" else at + self.span("hear_every")
                )
                self._pause(book, at, book.resumes)
            case "assign" | "whistle":
                self._dispatch(book, at, what)
            case "arrive":
                book.runs.pop("on_site", None)
            case "answer" | "find" | "merge":
                book.runs.clear()
            case "return":
                self._pause(book, at, None)
                self._start(book, "assign", at)
            case "refusereturn":
                book.runs.pop("assign", None)
                self._resume(book, at)
            case "grantextend":
                if not what["granted"]:
                    return
                run = book.runs["answer"]
                run.number, run.done = run.number + what["days"], set()
            case "rectify":
                book.runs.clear()
                self._start(book, "rectify", at, until=what["until"])
            case "close":
                book.runs.clear()
                book.closed, book.asked, book.looked, book.forgot = at, 0, 0, 0
            case "resume":
                pass
            case _:
                raise KeyError(verb)
        book.told = at
        self._push(chats, SAID[verb], at, book)

    def merged(self, case: int, into: int) -> None:
        self.books[into].chats += self.books[case].chats
        self.books[into].urgent |= self.books[case].urgent
        self.books[case].chats = []

    def reported(
        self, case: int, number: int, at: datetime, verb: str, to: str
    ) -> None:
        """Reporter `number` did something about the case."""
        book = self.books[case]
        self._expect_silence(case, book, at)
        was, book.state, book.seen = book.state, to, at
        if verb in ("supplement", "reopen", "rebound"):
            book.added = _hour(at)
        if verb == "rate" and self.chats[number].answered is None:
            self.chats[number].answered = at
        if was == "waiting" and to != "waiting":
            self._resume(book, _hour(at) + HOUR)
        if verb in ("reopen", "rebound") and was != to:
            book.closed, book.asked, book.looked, book.forgot = None, 0, 0, 0
            self._start(book, "accept" if to == "filed" else "assign", _hour(at) + HOUR)
            book.told = _hour(at)
            for chat in book.chats:
                self.chats[chat].answered = None
            self._push(
                [chat for chat in book.chats if chat != number], "reopened", at, book
            )
        if verb == "forget":
            book.chats.remove(number)
            self.unlinked(number, at)

    def unlinked(self, number: int, at: datetime) -> None:
        """Nothing may reach this chat any more; what is on its way may or may not."""
        if self.chats[number].away is None:
            self.chats[number].away = at

    def rings(self, case: int, at: datetime, kinds: Sequence[str], to: str) -> None:
        """These rang together, in this order."""
        book = self.books[case]
        self._expect_silence(case, book, at, kinds)
        for kind in kinds:
            due = self._due(book).get(kind)
            if due is None:
                self._problem(case, at, kind, "不该响（或响了两次）")
            elif due > at:
                self._problem(case, at, kind, f"早了{due - at}")
            elif at - max(due, book.seen) > SLACK:
                self._problem(case, at, kind, f"晚了{at - due}")
            self.rang[kind] += 1
            self._ring(book, at, kind, to)
        if book.state != to:
            self._problem(case, at, "state", f"应是{book.state}，却是{to}")
            book.state = to
        book.seen = at

    def delivered(self, number: int, name: str, at: datetime) -> None:
        """A push arrived."""
        self.pushed[name] += 1
        mine = self._owed.get(number, [])
        for owed in mine:
            if owed.name == name and owed.first <= at <= owed.last:
                mine.remove(owed)
                break
        else:
            self._problem(number, at, f"push.{name}", "不该送（或送了两次、时间不对）")
        if self._is_quiet(at):
            self._problem(number, at, f"push.{name}", "在夜里送了")

    def finish(self, at: datetime) -> None:
        """Nothing that was due by `at` may be left."""
        for case, book in self.books.items():
            self._expect_silence(case, book, at)
        for number, mine in self._owed.items():
            for owed in mine:
                away = self.chats[number].away
                if owed.last < at and (away is None or away > owed.last):
                    self._problem(number, owed.last, f"push.{owed.name}", "没有送到")

    # ── what has to ring ──────────────────────────────────────────────────────────────

    def _due(self, book: Book) -> dict[str, datetime]:
        """The next of each kind, the earliest clock first."""
        found: dict[str, datetime] = {}
        for run in book.runs.values():
            for kind, due in self._of_run(run).items():
                found[kind] = min(due, found.get(kind, due))
        if book.state == "waiting" and book.resumes is not None:
            found["resume"] = book.resumes
        if book.state in OPEN:
            found["hear"] = book.told + self.span("hear_every")
        end = book.closed
        if end is None:
            return found
        if book.state == "closed":
            found["call_back"] = end + self.span("callback_after")
        if book.state == "callback" and book.asked == 1:
            found["call_back_again"] = book.told + self.span("callback_again_after")
        if book.state in ("closed", "callback"):
            found["look_back"] = end + self.span("look_back_after")
        if book.state == "look_back" and book.looked == 1:
            found["look_back_later"] = end + self.span("look_back_later")
        if book.state in (*ENDED, "declined") and book.forgot < 2:
            kind, name = (("forget", "forget_after"), ("forget_later", "forget_later"))[
                book.forgot
            ]
            found[kind] = end + self.span(name)
        if book.state in (*ENDED, "declined") and not book.retained:
            days = self._rules.retention[
                "declined" if book.state == "declined" else "closed"
            ]
            unread = timedelta(days=self._rules.retention["unread"])
            found["retain"] = max(end + days * DAY, (book.added or end) + unread)
        return found

    def _of_run(self, run: Run) -> dict[str, datetime]:
        if run.paused:
            return {}
        end = run.ends()
        if "breach" not in run.done:
            warned = (
                {} if "warn" in run.done else {"warn": run.warns(self._rules.warn_at)}
            )
            return {"breach": end, **warned}
        if run.clock not in AT_UNIT:
            return {}
        steps = (
            self._rules.urgent_steps
            if run.clock in ("on_site", "result")
            else self._rules.steps
        )
        for kind in PRESSING:
            if kind not in run.done and kind in steps:
                after = steps[kind]  # type: ignore[index]
                return {kind: run.later(end, after.number, after.unit)}
        return {}

    def _expect_silence(
        self, case: int, book: Book, at: datetime, ringing: Sequence[str] = ()
    ) -> None:
        """Whatever was due before this moment must have rung."""
        for kind, due in self._due(book).items():
            if max(due, book.seen) + SLACK < at and kind not in ringing:
                self._problem(case, at, kind, f"漏了，应在{self._local(due)}")

    def _ring(self, book: Book, at: datetime, kind: str, to: str) -> None:
        chats, end = list(book.chats), book.closed
        match kind:
            case "warn":
                for run in self._ringing(book, kind, at):
                    run.done.add(kind)
            case "breach" | "urged" | "supervised" | "escalated" | "circulated":
                for run in self._ringing(book, kind, at):
                    run.done |= {kind, "warn"} if kind == "breach" else {kind}
                if not any(
                    self._due(book).get(other, at + DAY) <= at for other in PRESSING
                ):
                    book.told = at
                    self._push(
                        chats, "breached" if kind == "breach" else kind, at, book
                    )
            case "resume":
                book.state, book.told = to, at
                self._resume(book, at)
                self._push(chats, "resumed", at, book)
            case "hear":
                book.told = at
                if not any(
                    self._due(book).get(o, at + DAY) <= at
                    for o in ("breach", *PRESSING, "resume")
                ):
                    self._push(chats, "hear", at, book)
            case "call_back" | "call_back_again":
                book.state, book.asked, book.told = "callback", book.asked + 1, at
                said = "called_back" if kind == "call_back" else "called_back_again"
                self._push(
                    [one for one in chats if not self._rated(one, end)], said, at, book
                )
            case "look_back" | "look_back_later":
                book.state, book.looked, book.told = "look_back", book.looked + 1, at
                said = "looked_back" if kind == "look_back" else "looked_back_later"
                self._push(chats, said, at, book)
            case "forget" | "forget_later":
                book.forgot += 1
                for number in chats:
                    if kind == "forget_later" or not self.chats[number].later:
                        self.unlinked(number, at)
            case "retain":
                book.retained, book.chats = True, []

    def _ringing(self, book: Book, kind: str, at: datetime) -> list[Run]:
        return [
            run
            for run in book.runs.values()
            if self._of_run(run).get(kind, at + DAY) <= at
        ]

    def _rated(self, number: int, closed: datetime | None) -> bool:
        answered = self.chats[number].answered
        return (
            answered is not None
            and closed is not None
            and _hour(answered) >= _hour(closed)
        )

    # ── clocks ────────────────────────────────────────────────────────────────────────

    def _start(
        self,
        book: Book,
        clock: str,
        at: datetime,
        complex: bool = False,
        until: datetime | None = None,
    ) -> None:
        given = self._rules.deadline(clock, book.category, book.urgent, complex)  # type: ignore[arg-type]
        book.runs[clock] = Run(
            clock, at, given.number, given.unit, until, self._works, self._zone
        )

    def _dispatch(self, book: Book, at: datetime, what: Mapping[str, Any]) -> None:
        book.runs.clear()
        if book.urgent:
            self._start(book, "on_site", at)
            self._start(book, "result", at, until=what.get("until"))
        else:
            self._start(
                book, "answer", at, what.get("complex", False), what.get("until")
            )

    @staticmethod
    def _pause(book: Book, at: datetime, until: datetime | None) -> None:
        for run in book.runs.values():
            if not run.paused:  # what has not begun cannot lose anything
                run.pauses.append(Pause(max(at, run.starts), until))

    @staticmethod
    def _resume(book: Book, at: datetime) -> None:
        book.resumes = None
        for run in book.runs.values():
            if run.paused and not (book.state == "returned" and run.clock in AT_UNIT):
                run.resume(at)

    def span(self, name: str) -> timedelta:
        given: Allowance = getattr(self._rules, name)
        return given.number * (DAY if given.unit == "C" else HOUR)

    # ── pushes ────────────────────────────────────────────────────────────────────────

    def _push(
        self, numbers: Sequence[int], name: str, at: datetime, book: Book
    ) -> None:
        for number in numbers:
            chat = self.chats[number]
            wished = chat.later if WISHED.get(name) == "later" else True
            if chat.reached and chat.away is None and wished:
                first = self._awake(at)
                last = self._awake(first + self._delay) + SLACK
                self._owed.setdefault(number, []).append(
                    Owed(number, name, first, last)
                )

    def _is_quiet(self, at: datetime) -> bool:
        hour, (start, end) = at.astimezone(self._zone).hour, self._quiet
        return start <= hour or hour < end if start > end else start <= hour < end

    def _awake(self, at: datetime) -> datetime:
        if not self._is_quiet(at):
            return at
        local = at.astimezone(self._zone).replace(minute=0, second=0, microsecond=0)
        while self._is_quiet(local):
            local += HOUR
        return local

    def _problem(self, case: int, at: datetime, kind: str, what: str) -> None:
        self.problems.append(f"{self._local(at)} 第{case}件 {kind}：{what}")

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
