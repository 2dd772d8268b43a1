"""What a change of a case counts for the unit that has it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from dialogs.case.clock import ClockLine, read, steps_done
from dialogs.case.life import Case, State
from dialogs.case.orders import Decision
from dialogs.case.worktime import Terms
from dialogs.words import Rate

COUNTED_OF_UNIT = ("returned", "closed")  # public steps that count as they are called
ANSWERING = ("answer", "result")  # the clocks by which a unit is in time or late


def unit_figures(case: Case, decision: Decision, terms: Terms) -> dict[str, int]:
    """What is counted for `case.unit_id` in the month of the change; below zero takes
    back.

    Each dispatch is due once: when it is answered, or when it is late; who was late on
    site was late, whatever came of it; more time
    granted after that takes it back, and so does another date. An answer that is sent
    back is due once more.
    """
    found: Counter[str] = Counter()
    ledger = decision.case.ledger
    answered = decision.case.state is State.ANSWERED
    came = any(entry.kind == "arrived" for entry in decision.entries)
    repaced = decision.case.urgent is not case.urgent
    for number in range(len(case.ledger), len(ledger)):
        before = ledger[:number]
        line = ledger[number]
        if line.clock == "on_site":
            found.update(_of_coming(line, before, terms, came=came or answered))
        else:
            found.update(
                _of_line(line, before, terms, answered=answered, repaced=repaced)
            )
    for entry in decision.entries:
        if entry.kind in COUNTED_OF_UNIT:
            found[entry.kind] += 1
    return {what: number for what, number in found.items() if number}


def _of_line(
    line: ClockLine,
    before: Sequence[ClockLine],
    terms: Terms,
    *,
    answered: bool,
    repaced: bool,
) -> Mapping[str, int]:
    """What a new line counts. before: the lines above it; answered: the unit has
    answered by this change; repaced: it became urgent, or is not any more, and the
    other clock counts.
    """
    if line.clock not in ANSWERING:
        return {}
    was_late_on_site = line.clock == "result" and _late_on_site(
        before, terms, known=line.at if repaced else None
    )
    if line.kind == "breached":
        return {} if was_late_on_site else {"due": 1, "late": 1}
    is_late = "breached" in steps_done(before, line.clock)
    if was_late_on_site:
        return {"due": -1, "late": -1} if line.kind == "stop" and repaced else {}
    another_date = line.kind in ("extend", "redate")
    if is_late and (another_date or (line.kind == "stop" and repaced)):
        return {"due": -1, "late": -1}
    if line.kind == "stop" and answered and not is_late:
        if _in_time(line, before, terms):
            return {"due": 1, "in_time": 1}
        return {"due": 1, "late": 1}
    return {}


def _of_coming(
    line: ClockLine, before: Sequence[ClockLine], terms: Terms, *, came: bool
) -> Mapping[str, int]:
    """What a line of the clock counts by which a unit comes. came: the unit is there,
    or has answered by this change.
    """
    counted = {"on_site", "result"} & {
        one.clock for one in _since_dispatch(before) if one.kind == "breached"
    }
    breached = line.kind == "breached"
    late = line.kind == "stop" and came and not _in_time(line, before, terms)
    return {"due": 1, "late": 1} if not counted and (breached or late) else {}


def _late_on_site(
    before: Sequence[ClockLine], terms: Terms, *, known: datetime | None
) -> bool:
    """Whether the unit came too late since it was sent there, or is not there yet and
    should be; only of the dispatch that the clock of its result belongs to.

    known: a stop of this very time counts nothing: nobody came by it.
    """
    for number, line in enumerate(lines := _since_dispatch(before)):
        if line.clock != "on_site":
            continue
        if line.kind == "breached":
            return True
        stopped = line.kind == "stop" and line.at != known
        if stopped and not _in_time(line, lines[:number], terms):
            return True
    return False


def _since_dispatch(before: Sequence[ClockLine]) -> Sequence[ClockLine]:
    """The lines since the unit was last sent there; none, once its answer was sent
    back.
    """
    since: list[ClockLine] = []
    results = 0
    for line in before:
        if line.kind == "start" and line.clock == "on_site":
            since = []
            results = 0
        elif line.kind == "start" and line.clock == "result":
            results += 1
        since.append(line)
    return since if results <= 1 else []


def _in_time(stop: ClockLine, before: Sequence[ClockLine], terms: Terms) -> bool:
    reading = read(before, stop.clock, terms)
    return reading is None or reading.due is None or stop.at <= reading.due


def rated(
    was: tuple[bool | None, bool | None], now: Rate, *, asked: bool
) -> dict[str, int]:
    """What an answer about (solved, satisfied) changes; another answer takes the first
    one back.

    asked: whether this reporter was called back. Who answers first is not asked any
    more, and as good as called back: nobody is solved who was not called back.
    """
    was_solved, was_satisfied = was
    found: Counter[str] = Counter()
    if not asked and was_solved is None and now.solved is not None:
        found["called_back"] = 1
    _count_answer(found, "solved", was_solved, now.solved)
    _count_answer(found, "satisfied", was_satisfied, now.satisfied)
    return dict(found)


def _count_answer(
    found: Counter[str], name: str, before: bool | None, after: bool | None
) -> None:
    if after is None or after == before:
        return
    found[_word(name, after)] += 1
    if before is not None:
        found[_word(name, before)] -= 1


def _word(name: str, yes: bool) -> str:
    return name if yes else f"un{name}"
