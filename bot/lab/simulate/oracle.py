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

from bot.lab.simulate.recount import ALERT_OF_ORDER, COUNTED, KeptReport, Recount
from bot.lab.simulate.spans import A_DAY, AN_HOUR, Pause, Run
from dialogs.case.allowance import Allowance
from dialogs.case.rules import Rules
from dialogs.case.worktime import Terms

# how long a push may wait for those that follow it
TOGETHER = timedelta(minutes=10)
SLACK = timedelta(seconds=2)  # between two looks of the bell
ANSWERING = ("answer", "result")  # by which a unit is in time or late
CLOCKS_OF_UNITS = ("answer", "rectify", "on_site", "result")
PRESSING = ("urged", "supervised", "escalated", "circulated")
OPEN_NAMES = (
    "filed",
    "accepted",
    "assigned",
    "returned",
    "answered",
    "verified",
    "rectifying",
    "waiting",
)
ENDED_NAMES = ("closed", "callback", "look_back", "declined")
# orders by which no clock moves and of which no reporter hears
SILENT_ORDERS = ("claim", "note", "release", "absorb", "extend")
# orders that end every clock that runs, whatever they start
CLOCKS_END = (
    "accept",
    "decline",
    "answer",
    "find",
    "merge",
    "assign",
    "whistle",
    "rectify",
    "close",
)
WISHED = {
    "hear": "weekly",
    "breached": "weekly",
    **dict.fromkeys(PRESSING, "weekly"),
    "called_back": "callback",
    "called_back_again": "callback",
    "looked_back": "look_back",
    "looked_back_later": "later",
}
PUSH_OF_ORDER = {
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
class KnownReporter:
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


@dataclass(slots=True, kw_only=True)
class CaseBook:
    """What is known of one case. told: when its reporters last heard of it; seen: its
    last fact; chats: numbers of its reporters; added: when one of them last added
    something.
    """

    state: str
    told: datetime
    seen: datetime
    chats: list[int]
    category: str
    urgent: bool
    runs: dict[str, Run] = field(default_factory=dict)
    resumes: datetime | None = None
    closed: datetime | None = None
    asked: int = 0
    looked: int = 0
    rebounds: int = 0
    forgot: int = 0
    retained: bool = False
    added: datetime | None = None
    late: bool = False  # since it was sent to the unit, on site or with its answer

    def end(self, at: datetime) -> None:
        """What follows an end begins anew."""
        self.closed = at
        self.asked = self.looked = self.forgot = 0

    def go_on(self) -> None:
        self.closed = None
        self.asked = self.looked = self.forgot = 0


class Oracle:
    """quiet: from which hour to which nothing is pushed; delay: minutes a push may be
    late at random.
    """

    def __init__(self, terms: Terms, quiet: tuple[int, int], delay: int) -> None:
        self._rules: Rules = terms.rules
        self._works = terms.calendar.works
        self._zone = terms.zone
        self.recount = Recount(terms.zone)
        self._quiet = quiet
        self._delay = timedelta(minutes=delay)
        self.books: dict[int, CaseBook] = {}
        self.chats: dict[int, KnownReporter] = {}
        self._owed: dict[int, list[Owed]] = {}
        self.problems: list[str] = []
        self._told: set[str] = set()
        self.rang: Counter[str] = Counter()
        self.pushed: Counter[str] = Counter()

    # ── what happens ──────────────────────────────────────────────────────────────────

    def filed(
        self, case: int, at: datetime, *, category: str, urgent: bool, reached: bool
    ) -> None:
        """Reporter number `case` opened case number `case`."""
        hour = _hour(at)
        book = CaseBook(
            state="filed",
            told=hour,
            seen=at,
            chats=[case],
            category=category,
            urgent=urgent,
        )
        self.chats[case] = KnownReporter(reached)
        self.recount.case(at, "filed")
        self.recount.reports[case] = KeptReport(case, address_gone=not reached)
        self.books[case] = book
        self._start(book, "accept", hour + AN_HOUR)

    def ordered(self, case: int, at: datetime, verb: str, to: str, **what: Any) -> None:
        """Staff or a unit did something; to: the state it led to."""
        book = self.books[case]
        self._expect_silence(case, book, at)
        self._count_order(case, book, at, verb, what)
        if verb in SILENT_ORDERS:
            return
        was = book.state
        book.state = to
        book.seen = at
        if was == "waiting":
            self._resume(book, at)
        chats = list(book.chats)
        if verb == "grantextend" and not what["granted"]:
            return
        self._move_clocks(book, at, verb, what)
        if verb in ("decline", "close"):
            book.end(at)
        book.told = at
        self._push(chats, PUSH_OF_ORDER[verb], at)

    def _count_order(
        self,
        case: int,
        book: CaseBook,
        at: datetime,
        verb: str,
        what: Mapping[str, Any],
    ) -> None:
        """What an order is in the figures, in the ladder and to those who are told."""
        counts = self.recount
        if verb in COUNTED:
            counts.case(at, COUNTED[verb])
        if verb in ALERT_OF_ORDER:
            counts.alerts[case, ALERT_OF_ORDER[verb]] += 1
        if verb == "find":
            counts.found(case, book.rebounds, what["finding"], what["unit"], at)
        if verb == "merge":
            counts.findings.pop((case, book.rebounds), None)
        there = book.runs.get("on_site")
        if verb == "arrive" and there is not None and at > there.ends():
            self._count_late(book, at)
        answering = [book.runs[one] for one in ANSWERING if one in book.runs]
        for run in answering:
            was_late = "breach" in run.done
            if verb == "answer" and not was_late and not book.late:
                there = book.runs.get("on_site")
                came = there is None or at <= there.ends()
                in_time = came and at <= run.ends()
                counts.unit(at, "due")
                counts.unit(at, "in_time" if in_time else "late")
            if verb == "grantextend" and what["granted"] and was_late:
                counts.unit(at, "due", -1)
                counts.unit(at, "late", -1)
                book.late = False

    def _move_clocks(
        self, book: CaseBook, at: datetime, verb: str, what: Mapping[str, Any]
    ) -> None:
        """Which clocks an order ends, starts, stops for a while or lets run on."""
        if verb in CLOCKS_END:
            book.runs.clear()
        match verb:
            case "accept":
                self._start(book, "assign", at)
            case "ask":
                self._wait(book, at, until=at + self.span("hear_every"))
            case "wait":
                self._wait(book, at, until=what["until"])
            case "assign" | "whistle":
                self._dispatch(book, at, what)
            case "arrive":
                book.runs.pop("on_site", None)
            case "return":
                self._pause(book, at, None)
                self._start(book, "assign", at)
            case "refusereturn":
                book.runs.pop("assign", None)
                self._resume(book, at)
            case "grantextend":
                run = book.runs["answer"]
                run.number += what["days"]
                run.done = set()
            case "rectify":
                self._start(book, "rectify", at, until=what["until"])
            case "decline" | "answer" | "find" | "merge" | "close" | "resume":
                pass
            case _:
                raise KeyError(verb)

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
        was = book.state
        book.state = to
        book.seen = at
        if verb in ("supplement", "reopen", "rebound"):
            book.added = _hour(at)
        if verb == "rate" and self.chats[number].answered is None:
            self.chats[number].answered = at
        if was == "waiting" and to != "waiting":
            self._resume(book, _hour(at) + AN_HOUR)
        if verb == "rebound" and was != to:
            book.rebounds += 1
        if verb in ("reopen", "rebound") and was != to:
            self._reopened(book, number, at)
        if verb == "forget":
            self.recount.reports[number].address_gone = True
            self.recount.reports[number].words_gone = True
            book.chats.remove(number)
            self.unlinked(number, at)

    def _reopened(self, book: CaseBook, number: int, at: datetime) -> None:
        """By this reporter: the others hear of it."""
        hour = _hour(at)
        clock = "accept" if book.state == "filed" else "assign"
        book.go_on()
        self._start(book, clock, hour + AN_HOUR)
        book.told = hour
        for chat in book.chats:
            self.chats[chat].answered = None
        others = [chat for chat in book.chats if chat != number]
        self._push(others, "reopened", at)

    def unlinked(self, number: int, at: datetime) -> None:
        """Nothing may reach this chat any more; what is on its way may or may not."""
        if self.chats[number].away is None:
            self.chats[number].away = at

    def hushed(self, number: int, at: datetime) -> None:
        """Who wants to hear nothing more leaves no address."""
        self.recount.reports[number].address_gone = True
        self.unlinked(number, at)

    def rings(self, case: int, at: datetime, kinds: Sequence[str], to: str) -> None:
        """These rang together, in this order."""
        book = self.books[case]
        self._expect_silence(case, book, at, kinds)
        for kind in kinds:
            self._judge_ring(case, book, at, kind)
            self.rang[kind] += 1
            self._ring(book, at, kind, to)
        if book.state != to:
            self._problem(case, at, "state", f"应是{book.state}，却是{to}")
            book.state = to
        book.seen = at

    def _judge_ring(self, case: int, book: CaseBook, at: datetime, kind: str) -> None:
        due = self._due(book).get(kind)
        if due is None:
            self._problem(case, at, kind, "不该响（或响了两次）")
        elif due > at:
            self._problem(case, at, kind, f"早了{due - at}")
        elif at - max(due, book.seen) > SLACK:
            self._problem(case, at, kind, f"晚了{at - due}")

    def delivered(self, number: int, name: str, at: datetime) -> None:
        """A push arrived."""
        self.pushed[name] += 1
        mine = self._owed.get(number, [])
        awaited = [
            owed for owed in mine if owed.name == name and owed.first <= at <= owed.last
        ]
        if awaited:
            mine.remove(awaited[0])
        else:
            self._problem(number, at, f"push.{name}", "不该送（或送了两次、时间不对）")
        if self._is_quiet(at):
            self._problem(number, at, f"push.{name}", "在夜里送了")

    def found_wrong(self, at: datetime, found: Sequence[str]) -> None:
        """What an inspection of the program's rows came to; each thing is told once."""
        for what in found:
            if what not in self._told:
                self._told.add(what)
                self.problems.append(f"{self._local(at)} {what}")

    def finish(self, at: datetime) -> None:
        """Nothing that was due by `at` may be left."""
        for case, book in self.books.items():
            self._expect_silence(case, book, at)
        for number, mine in self._owed.items():
            away = self.chats[number].away
            for owed in mine:
                was_there = away is None or away > owed.last
                if owed.last < at and was_there:
                    self._problem(number, owed.last, f"push.{owed.name}", "没有送到")

    # ── what has to ring ──────────────────────────────────────────────────────────────

    def _due(self, book: CaseBook) -> dict[str, datetime]:
        """The next of each kind, the earliest clock first."""
        found = self._due_of_clocks(book)
        if book.state == "waiting" and book.resumes is not None:
            found["resume"] = book.resumes
        if book.state in OPEN_NAMES:
            found["hear"] = book.told + self.span("hear_every")
        if book.closed is not None:
            found |= self._due_to_reporters(book, book.closed)
            found |= self._due_of_keeping(book, book.closed)
        return found

    def _due_of_clocks(self, book: CaseBook) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for run in book.runs.values():
            for kind, due in self._due_of_run(run).items():
                found[kind] = min(due, found.get(kind, due))
        return found

    def _due_of_run(self, run: Run) -> dict[str, datetime]:
        """A warning and the breach; after it, one step of pressing after the other."""
        if run.paused:
            return {}
        end = run.ends()
        if "breach" not in run.done:
            due = {"breach": end}
            if "warn" not in run.done:
                due["warn"] = run.warns(self._rules.warn_at)
            return due
        if run.clock not in CLOCKS_OF_UNITS:
            return {}
        is_urgent = run.clock in ("on_site", "result")
        steps = self._rules.urgent_steps if is_urgent else self._rules.steps
        for kind in PRESSING:
            if kind not in run.done and kind in steps:
                after = steps[kind]  # type: ignore[index]
                return {kind: run.later(end, after.number, after.unit)}
        return {}

    def _due_to_reporters(self, book: CaseBook, end: datetime) -> dict[str, datetime]:
        """The questions after an end."""
        found = {}
        if book.state == "closed":
            found["call_back"] = end + self.span("callback_after")
        if book.state == "callback" and book.asked == 1:
            found["call_back_again"] = book.told + self.span("callback_again_after")
        if book.state in ("closed", "callback"):
            found["look_back"] = end + self.span("look_back_after")
        if book.state == "look_back" and book.looked == 1:
            found["look_back_later"] = end + self.span("look_back_later")
        return found

    def _due_of_keeping(self, book: CaseBook, end: datetime) -> dict[str, datetime]:
        """When addresses are shredded, twice, and when the words go."""
        found: dict[str, datetime] = {}
        if book.state not in ENDED_NAMES:
            return found
        if book.forgot == 0:
            found["forget"] = end + self.span("forget_after")
        if book.forgot == 1:
            found["forget_later"] = end + self.span("forget_later")
        if not book.retained:
            days = self._rules.retention
            kept = days["declined"] if book.state == "declined" else days["closed"]
            read = (book.added or end) + days["unread"] * A_DAY
            found["retain"] = max(end + kept * A_DAY, read)
        return found

    def _is_due(self, book: CaseBook, at: datetime, kinds: Sequence[str]) -> bool:
        due = self._due(book)
        return any(kind in due and due[kind] <= at for kind in kinds)

    def _expect_silence(
        self, case: int, book: CaseBook, at: datetime, ringing: Sequence[str] = ()
    ) -> None:
        """Whatever was due before this moment must have rung."""
        for kind, due in self._due(book).items():
            if max(due, book.seen) + SLACK < at and kind not in ringing:
                self._problem(case, at, kind, f"漏了，应在{self._local(due)}")

    # ── what follows a ring ───────────────────────────────────────────────────────────

    def _ring(self, book: CaseBook, at: datetime, kind: str, to: str) -> None:
        match kind:
            case "warn":
                for run in self._ringing(book, kind, at):
                    run.done.add(kind)
            case "breach" | "urged" | "supervised" | "escalated" | "circulated":
                self._ring_overdue(book, at, kind)
            case "resume":
                book.state = to
                book.told = at
                self._resume(book, at)
                self._push(book.chats, "resumed", at)
            case "hear":
                book.told = at
                if not self._is_due(book, at, ("breach", *PRESSING, "resume")):
                    self._push(book.chats, "hear", at)
            case "call_back" | "call_back_again":
                self._ring_callback(book, at, kind)
            case "look_back" | "look_back_later":
                self._ring_look_back(book, at, kind)
            case "forget" | "forget_later":
                self._ring_forget(book, at, kind)
            case "retain":
                book.retained = True
                for number in book.chats:
                    self.recount.reports[number].address_gone = True
                    self.recount.reports[number].words_gone = True
                book.chats = []

    def _ring_overdue(self, book: CaseBook, at: datetime, kind: str) -> None:
        """Where several steps fall together, reporters hear of the last one only."""
        for run in self._ringing(book, kind, at):
            run.done.add(kind)
            if kind == "breach":
                run.done.add("warn")
            if kind == "breach" and run.clock in (*ANSWERING, "on_site"):
                self._count_late(book, at)
        if self._is_due(book, at, PRESSING):
            return
        book.told = at
        self._push(book.chats, "breached" if kind == "breach" else kind, at)

    def _count_late(self, book: CaseBook, at: datetime) -> None:
        """Once since it was sent to the unit: late on site is late."""
        if not book.late:
            self.recount.unit(at, "due")
            self.recount.unit(at, "late")
        book.late = True

    def _ring_callback(self, book: CaseBook, at: datetime, kind: str) -> None:
        """Nobody is asked who rated since the end."""
        book.state = "callback"
        book.asked += 1
        book.told = at
        asked = [one for one in book.chats if not self._rated(one, book.closed)]
        name = "called_back" if kind == "call_back" else "called_back_again"
        self._push(asked, name, at)

    def _ring_look_back(self, book: CaseBook, at: datetime, kind: str) -> None:
        book.state = "look_back"
        book.looked += 1
        book.told = at
        name = "looked_back" if kind == "look_back" else "looked_back_later"
        self._push(book.chats, name, at)

    def _ring_forget(self, book: CaseBook, at: datetime, kind: str) -> None:
        """At the first time those stay who want to hear once more."""
        book.forgot += 1
        for number in book.chats:
            if kind == "forget_later" or not self.chats[number].later:
                self.recount.reports[number].address_gone = True
                self.unlinked(number, at)

    def _ringing(self, book: CaseBook, kind: str, at: datetime) -> list[Run]:
        found = []
        for run in book.runs.values():
            due = self._due_of_run(run).get(kind)
            if due is not None and due <= at:
                found.append(run)
        return found

    def _rated(self, number: int, closed: datetime | None) -> bool:
        answered = self.chats[number].answered
        if answered is None or closed is None:
            return False
        return _hour(answered) >= _hour(closed)

    # ── clocks ────────────────────────────────────────────────────────────────────────

    def _start(
        self,
        book: CaseBook,
        clock: str,
        at: datetime,
        *,
        complex: bool = False,
        until: datetime | None = None,
    ) -> None:
        """until: a date that the unit commits to."""
        given = self._rules.deadline(clock, book.category, book.urgent, complex)  # type: ignore[arg-type]
        book.runs[clock] = Run(
            clock=clock,
            starts=at,
            number=given.number,
            unit=given.unit,
            until=until,
            works=self._works,
            zone=self._zone,
        )

    def _dispatch(self, book: CaseBook, at: datetime, what: Mapping[str, Any]) -> None:
        until = what.get("until")
        book.late = False
        if book.urgent:
            begins = self._on_duty(at)
            self._start(book, "on_site", begins)
            there = book.runs["on_site"].ends()
            same_day = there.astimezone(self._zone).date()
            if same_day != begins.astimezone(self._zone).date():
                begins = there
            self._start(book, "result", begins, until=until)
        else:
            is_complex = what.get("complex", False)
            self._start(book, "answer", at, complex=is_complex, until=until)

    def _on_duty(self, at: datetime) -> datetime:
        """Units answer from 8 to 22, every day."""
        local = at.astimezone(self._zone)
        if 8 <= local.hour < 22:
            return at
        if local.hour >= 22:
            local += A_DAY
        return local.replace(hour=8, minute=0, second=0, microsecond=0)

    def _wait(self, book: CaseBook, at: datetime, until: datetime) -> None:
        book.resumes = until
        self._pause(book, at, until)

    @staticmethod
    def _pause(book: CaseBook, at: datetime, until: datetime | None) -> None:
        for run in book.runs.values():
            if not run.paused:  # what has not begun cannot lose anything
                run.pauses.append(Pause(max(at, run.starts), until))

    @staticmethod
    def _resume(book: CaseBook, at: datetime) -> None:
        book.resumes = None
        for run in book.runs.values():
            stays = book.state == "returned" and run.clock in CLOCKS_OF_UNITS
            if run.paused and not stays:
                run.resume(at)

    def span(self, name: str) -> timedelta:
        given: Allowance = getattr(self._rules, name)
        return given.number * (A_DAY if given.unit == "C" else AN_HOUR)

    # ── pushes ────────────────────────────────────────────────────────────────────────

    def _push(self, numbers: Sequence[int], name: str, at: datetime) -> None:
        """Owed to those of these reporters who may be reached and want to hear it."""
        for number in numbers:
            chat = self.chats[number]
            is_wished = chat.later if WISHED.get(name) == "later" else True
            if chat.reached and chat.away is None and is_wished:
                first = self._awake(at)
                together = self._awake(first + TOGETHER)
                last = self._awake(together + self._delay) + SLACK
                owed = Owed(number, name, first, last)
                self._owed.setdefault(number, []).append(owed)

    def _is_quiet(self, at: datetime) -> bool:
        hour = at.astimezone(self._zone).hour
        start, end = self._quiet
        if start > end:  # over midnight
            return hour >= start or hour < end
        return start <= hour < end

    def _awake(self, at: datetime) -> datetime:
        if not self._is_quiet(at):
            return at
        local = at.astimezone(self._zone).replace(minute=0, second=0, microsecond=0)
        while self._is_quiet(local):
            local += AN_HOUR
        return local

    def _problem(self, case: int, at: datetime, kind: str, what: str) -> None:
        self.problems.append(f"{self._local(at)} 第{case}件 {kind}：{what}")

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
