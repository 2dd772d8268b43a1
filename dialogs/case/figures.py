"""What a change of a case counts for the unit that has it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from dialogs.case.clock import read, steps_done
from dialogs.case.life import Case, State
from dialogs.case.orders import Decision
from dialogs.case.worktime import Terms
from dialogs.words import Rate

COUNTED_OF_UNIT = ("returned", "closed")  # public steps that count as they are called
ANSWERING = ("answer", "result")  # the clocks by which a unit is in time or late


def unit_figures(case: Case, decision: Decision, terms: Terms) -> dict[str, int]:
    """What is counted for `case.unit_id` in the month of the change; below zero takes
    back.

    Each dispatch is due once: when it is answered, or when it is late; more time
    granted after that takes it back.
    """
    found: Counter[str] = Counter()
    for number in range(len(case.ledger), len(decision.case.ledger)):
        line, before = decision.case.ledger[number], decision.case.ledger[:number]
        if line.clock not in ANSWERING:
            continue
        late = "breached" in steps_done(before, line.clock)
        if line.kind == "breached":
            found.update(due=1, late=1)
        elif line.kind == "extend" and late:
            found.update(due=-1, late=-1)
        elif line.kind == "stop" and not late and decision.case.state is State.ANSWERED:
            reading = read(before, line.clock, terms)
            missed = (
                reading is not None
                and reading.due is not None
                and line.at > reading.due
            )
            found.update(due=1, late=int(missed), in_time=int(not missed))
    found.update(
        entry.kind for entry in decision.entries if entry.kind in COUNTED_OF_UNIT
    )
    found.update(_found(entry.params.get("finding") for entry in decision.entries))
    return {what: n for what, n in found.items() if n}


def _found(findings: Iterable[object]) -> list[str]:
    return ["substantiated" for finding in findings if finding == "substantiated"]


def rated(
    was: tuple[bool | None, bool | None], now: Rate, *, asked: bool
) -> dict[str, int]:
    """What an answer about (solved, satisfied) changes; another answer takes the first
    one back.

    asked: whether this reporter was called back. Who answers first is not asked any
    more, and as good as called back: nobody is solved who was not called back.
    """
    found: Counter[str] = Counter()
    if not asked and was[0] is None and now.solved is not None:
        found["called_back"] = 1
    for before, after, name in (
        (was[0], now.solved, "solved"),
        (was[1], now.satisfied, "satisfied"),
    ):
        if after is None or after == before:
            continue
        found[_word(name, after)] += 1
        if before is not None:
            found[_word(name, before)] -= 1
    return dict(found)


def _word(name: str, yes: bool) -> str:
    return name if yes else f"un{name}"
