"""Whether a change of a case says anew who is at fault. Pure."""

from __future__ import annotations

from dialogs.case.life import Case, State

# Findings that count for the ladder: "partly" is put right, but is no rung.
COUNTS = ("substantiated",)


def stands_against(case: Case) -> str | None:
    """The unit (hex) against which the case is found substantiated, as it is now; None
    also for a unit that is not in the register, and where another case goes on with it.
    """
    if case.state is State.MERGED or case.assignment.finding not in COUNTS:
        return None
    return case.assignment.unit_id


def is_found(was: Case, now: Case) -> bool:
    """Whether this change says anew what the case comes to.

    Sending it out again, or opening it again, does not: what was found stands until
    something else is found, or another case goes on with it.
    """
    if now.state is State.MERGED:
        return was.state is not State.MERGED
    if now.assignment.finding is None:
        return False
    return was.state is State.MERGED or _finding(was) != _finding(now)


def _finding(case: Case) -> tuple[str | None, str | None, int]:
    return (
        case.assignment.finding,
        case.assignment.unit_id,
        case.followup.rebounds,
    )
