"""The ladder: what the findings that stand against a unit come to, counted anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.case.finding import COUNTS, is_found, stands_against
from dialogs.case.ladder import (
    RUNGS,
    LadderRule,
    Reset,
    Rung,
    UnitFinding,
    counted_since,
    months_before,
    rung,
    standings,
)
from dialogs.case.life import FINDINGS, Case, State

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
ROLLING = LadderRule(12, "never")
UNIT, OTHER = "aa" * 16, "bb" * 16


def on(day: date, number: int = 0) -> UnitFinding:
    at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return UnitFinding(number.to_bytes(2, "big"), at, day)


def found(*days_ago: int) -> list[UnitFinding]:
    days = [TODAY - timedelta(days=n) for n in days_ago]
    return [on(day, number) for number, day in enumerate(sorted(days))]


def decided(
    one: UnitFinding, rung: Rung, *, taken: bool = True, after: int = 1
) -> UnitFinding:
    """after: days."""
    at = one.at + timedelta(days=after)
    return replace(one, decided=rung, taken=taken, decided_at=at)


def proposed(
    findings: list[UnitFinding], rule: LadderRule = ROLLING
) -> list[Rung | None]:
    known = standings(findings, rule)
    return [known[one.id].proposed for one in sorted(findings, key=lambda one: one.at)]


@pytest.mark.parametrize(
    ("days", "last"),
    [
        ([0], "remind"),
        ([0, 100], "circulate"),
        ([0, 100, 300], "sanction"),
        ([0, 0], "circulate"),  # two on one day are two
        ([0, 364], "circulate"),
        ([0, 365], "remind"),  # the same date a year ago has gone
        ([0, 366, 400, 800], "remind"),
    ],
)
def test_first_second_third(days: list[int], last: Rung) -> None:
    assert proposed(found(*days))[-1] == last


def test_the_last_rung_is_proposed_once_in_its_time_and_not_each_day() -> None:
    """A finding a day for a year and a half: once in the first year, once after it."""
    rungs = proposed(found(*range(540)))
    assert rungs[:3] == ["remind", "circulate", "sanction"]
    again = [place for place, one in enumerate(rungs) if one == "sanction"]
    assert again == [2, 2 + 365] and set(rungs[3:]) == {None, "sanction"}


def test_what_was_waived_is_not_proposed_again_the_next_day() -> None:
    three = found(2, 1, 0)
    three[2] = decided(three[2], "sanction", taken=False, after=0)
    later = on(TODAY + timedelta(days=1), 9)
    standing = standings([*three, later], ROLLING)[later.id]
    assert standing.proposed is None and standing.under == three[2]
    assert len(standing.counted) == 4 and standing.taken_before == ()


@pytest.mark.parametrize(
    ("reset", "last"), [("never", None), ("year", "remind"), ("sanction", "remind")]
)
def test_when_the_count_begins_anew_is_a_rule(reset: Reset, last: Rung | None) -> None:
    """Three in November, decided; one more in January."""
    three = found(3, 2, 1)
    three[2] = decided(three[2], "sanction")
    later = on(date(2027, 1, 5), 9)
    assert proposed([*three, later], LadderRule(12, reset))[-1] == last


def test_what_is_withdrawn_moves_all_that_came_after_it() -> None:
    three = found(20, 10, 0)
    assert proposed(three) == ["remind", "circulate", "sanction"]
    assert proposed(three[1:]) == ["remind", "circulate"]


def test_how_long_a_finding_counts_is_a_rule() -> None:
    assert proposed(found(100, 0), LadderRule(3, "never")) == ["remind", "remind"]
    assert proposed(found(100, 0), LadderRule(6, "never")) == ["remind", "circulate"]


def test_without_a_case_there_is_no_rung() -> None:
    with pytest.raises(ValueError, match="no substantiated case"):
        rung(0)


@pytest.mark.parametrize(
    ("day", "months", "since"),
    [
        ("2024-02-29", 12, "2023-02-28"),
        ("2025-02-28", 12, "2024-02-28"),
        ("2025-03-01", 12, "2024-03-01"),
        ("2026-08-31", 6, "2026-02-28"),
        ("2026-01-15", 1, "2025-12-15"),
    ],
)
def test_months_are_those_of_the_calendar(day: str, months: int, since: str) -> None:
    assert months_before(date.fromisoformat(day), months) == date.fromisoformat(since)


def test_a_year_that_begins_ends_the_count_on_its_first_day() -> None:
    rule = LadderRule(12, "year")
    assert counted_since(date(2026, 11, 22), rule) == date(2025, 12, 31)
    assert proposed([on(date(2026, 12, 31)), on(date(2027, 1, 1), 1)], rule) == [
        "remind",
        "remind",
    ]


@given(st.lists(DAYS, max_size=20))
def test_as_counted_one_by_one(days: list[date]) -> None:
    """By year, month and day in one number: a year ago is 10,000 less."""
    findings = [on(day, number) for number, day in enumerate(sorted(days))]
    known = standings(findings, ROLLING)
    open_sanctions: list[UnitFinding] = []
    for one in findings:
        before = [other for other in findings if other.id <= one.id]
        within = [other for other in before if _number(one) - 10_000 < _number(other)]
        if (one.day.month, one.day.day) == (2, 29):  # its year before has no such day
            bound = date(one.day.year - 1, 2, 28)
            within = [other for other in within if other.day != bound]
        standing = known[one.id]
        assert list(standing.counted) == within
        assert standing.reached == RUNGS[min(len(within), 3) - 1]
        is_again = any(other in within for other in open_sanctions)
        assert (standing.proposed is None) == (len(within) >= 3 and is_again)
        if standing.proposed == "sanction":
            open_sanctions.append(one)


def _number(one: UnitFinding) -> int:
    return one.day.year * 10_000 + one.day.month * 100 + one.day.day


# ── what a change of a case says ──────────────────────────────────────────────────────


def case(state: State, finding: str | None, unit: str | None = UNIT) -> Case:
    bare = Case("c", "白鹭-K7QM", state, "forms")
    return bare.with_assignment(finding=finding, unit_id=unit)


def test_only_what_was_substantiated_counts() -> None:
    """Partly so is put right, but moves nobody up."""
    assert COUNTS == ("substantiated",) and set(COUNTS) < set(FINDINGS)
    assert stands_against(case(State.VERIFIED, "substantiated")) == UNIT
    assert stands_against(case(State.VERIFIED, "partly")) is None
    assert stands_against(case(State.MERGED, "substantiated")) is None
    assert stands_against(case(State.VERIFIED, "substantiated", None)) is None


def test_sending_out_again_says_nothing_and_finding_again_does() -> None:
    verified = case(State.VERIFIED, "substantiated")
    reopened = case(State.ACCEPTED, None, None)
    assert is_found(case(State.ANSWERED, None), verified)
    assert not is_found(verified, case(State.CLOSED, "substantiated"))
    assert not is_found(verified, reopened)
    assert not is_found(reopened, case(State.ASSIGNED, None, OTHER))
    assert is_found(
        case(State.ANSWERED, None, OTHER), case(State.VERIFIED, "partly", OTHER)
    )
    assert is_found(verified, case(State.VERIFIED, "partly"))  # put right by staff
    assert is_found(verified, case(State.MERGED, "substantiated"))
    assert not is_found(case(State.MERGED, None), case(State.MERGED, None))


def test_what_came_back_is_found_once_more() -> None:
    verified = case(State.VERIFIED, "substantiated")
    assert is_found(
        verified.with_followup(rebounds=0), verified.with_followup(rebounds=1)
    )
