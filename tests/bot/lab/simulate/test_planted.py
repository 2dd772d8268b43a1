"""Nineteen faults, planted one at a time in the program: the book beside it notices
each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import bot.app
import bot.reports.tables
import dialogs.case.clock
import dialogs.case.finding
import dialogs.case.ladder
import dialogs.case.worktime
from bot.cases import writing
from bot.cases.addresses import ReplyAddresses
from bot.cases.alerts import NoAlerts
from bot.cases.followups import FollowupRounds
from bot.cases.pushes import Pushes
from bot.channels.port import Channel
from bot.lab.simulate.play import play
from bot.lab.simulate.stand_ins import PeopleChannel
from bot.program import Program
from bot.settings import Settings
from dialogs.case.figures import unit_figures
from dialogs.case.life import Case
from dialogs.case.orders import Decision
from dialogs.case.rules import Rules, parse
from dialogs.case.worktime import Calendar, Terms
from scheduler.calendar import WorkCalendar
from storage.repositories.counts import Counts

START = datetime(2026, 1, 26, tzinfo=ZoneInfo("Asia/Shanghai"))
SPRING = [date(2026, 2, 16) + timedelta(days=number) for number in range(5)]
MADE_UP = [date(2026, 2, 14), date(2026, 2, 28)]
Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]


def nothing(program: Program, people: Channel) -> None:
    """No fault but the one that is planted."""


def by(
    patch: Patch, *, rules: str = "", calendar: Callable[[], Calendar] = WorkCalendar
) -> None:
    """The program counts by these."""

    def terms(settings: Settings) -> Terms:
        used = parse(rules) if rules else Rules.default()
        return Terms(used, calendar(), START.tzinfo or ZoneInfo("Asia/Shanghai"))

    patch.setattr(bot.app, "terms_of", terms)


def days(patch: Patch, worked: dict[date, bool]) -> None:
    by(patch, calendar=lambda: WorkCalendar(worked))


# ── time ──────────────────────────────────────────────────────────────────────────────


def counts_the_day_of_the_start(patch: Patch) -> None:
    real = dialogs.case.worktime._workday

    def workday(day: date, number: int, calendar: Calendar) -> date:
        return real(day, max(0, number - 1), calendar)

    patch.setattr(dialogs.case.worktime, "_workday", workday)


def gives_nothing_back_after_a_pause(patch: Patch) -> None:
    patch.setattr(dialogs.case.clock, "shifted", lambda due, *others: due)


# ── what reporters hear ───────────────────────────────────────────────────────────────


def tells(patch: Patch, change: Callable[[str], str | None]) -> None:
    """Pushes go out under another name, or not at all."""
    real = Pushes.letters

    async def letters(self: Pushes, decision: Decision, *others: Any) -> Any:
        pushes = []
        for report, message in decision.pushes:
            name = change(message.name)
            if name is not None:
                pushes.append((report, replace(message, name=name)))
        return await real(self, replace(decision, pushes=tuple(pushes)), *others)

    patch.setattr(Pushes, "letters", letters)


def asks_without_end(patch: Patch) -> None:
    real = Case.with_followup

    def with_followup(self: Case, **changes: Any) -> Case:
        if changes.get("called_back"):
            changes["called_back"] = 1
        return real(self, **changes)

    patch.setattr(Case, "with_followup", with_followup)


# ── what is kept ──────────────────────────────────────────────────────────────────────


def keeps_addresses(patch: Patch) -> None:
    async def forget(self: FollowupRounds, *others: Any, **named: Any) -> list[Any]:
        return []

    patch.setattr(FollowupRounds, "_forget", forget)


def keeps_words(patch: Patch) -> None:
    """The rules of the deployment, which both follow, have them go after five days."""

    async def shred_all(self: ReplyAddresses, all: Sequence[Any]) -> list[Any]:
        return []

    patch.setattr(ReplyAddresses, "shred_all", shred_all)


# ── figures ───────────────────────────────────────────────────────────────────────────


def counts(patch: Patch, change: Callable[[dict[str, int]], dict[str, int]]) -> None:
    def figures(*given: Any) -> dict[str, int]:
        return change(unit_figures(*given))

    patch.setattr(writing, "unit_figures", figures)


def late_in_time(found: dict[str, int]) -> dict[str, int]:
    return {"in_time" if what == "late" else what: n for what, n in found.items()}


def without_breaches(found: dict[str, int]) -> dict[str, int]:
    return {} if "late" in found else found


def doubled(patch: Patch) -> None:
    real = Counts.add

    def add(at: int, category: str, what: str, n: int = 1) -> Any:
        return real(at, category, what, 2 * n)

    patch.setattr(Counts, "add", staticmethod(add))


def shows_all(patch: Patch) -> None:
    patch.setattr(bot.reports.tables, "shown", lambda n: n)
    patch.setattr(
        bot.reports.tables, "column", lambda values: (list(values), sum(values))
    )


SHORT_KEPT = "[retention]\ndeclined = 5\n"
FAULTS: dict[str, tuple[Plant, str]] = {
    "answer 6 W": (
        lambda patch: by(patch, rules='[deadlines]\nanswer = "6 W"'),
        "breach",
    ),
    "on site 5 h": (
        lambda patch: by(patch, rules='[deadlines]\non_site = "5 h"'),
        "breach",
    ),
    "callback 9 days": (
        lambda patch: by(patch, rules='callback_after = "9 C"'),
        "call_back：漏了",
    ),
    "make-up days as rest": (
        lambda patch: days(patch, dict.fromkeys(MADE_UP, False)),
        "breach",
    ),
    "holidays as work": (
        lambda patch: days(patch, dict.fromkeys(SPRING, True)),
        "breach",
    ),
    "start day counted": (counts_the_day_of_the_start, "breach"),
    "pause gives nothing back": (gives_nothing_back_after_a_pause, "breach"),
    "wrong push": (
        lambda patch: tells(patch, {"push.accepted": "push.declined"}.get),
        "push.accepted：没有送到",
    ),
    "weekly push dropped": (
        lambda patch: tells(patch, lambda name: None if "hear" in name else name),
        "push.hear：没有送到",
    ),
    "callback without end": (asks_without_end, "call_back_again：不该响"),
    "addresses kept": (keeps_addresses, "地址：没有删"),
    "content kept": (keeps_words, "内容：没有删"),
    "content gone too soon": (
        lambda patch: by(patch, rules=SHORT_KEPT),
        "retain：",
    ),
    "late counted in time": (lambda patch: counts(patch, late_in_time), "单位月数"),
    "breaches uncounted": (lambda patch: counts(patch, without_breaches), "单位月数"),
    "partly counted": (
        lambda patch: patch.setattr(
            dialogs.case.finding, "COUNTS", ("substantiated", "partly")
        ),
        "阶梯",
    ),
    "second case sanction": (
        lambda patch: patch.setattr(
            dialogs.case.ladder, "RUNGS", ("remind", "sanction", "sanction")
        ),
        "阶梯",
    ),
    "suppression off": (shows_all, "报告里有小数目"),
    "month figures doubled": (doubled, "月数"),
    "alerts lost": (lambda patch: None, "提醒"),
}


def silent(program: Program, people: PeopleChannel) -> None:
    program.casework.writer.alerts = NoAlerts()


async def played(folder: Path, fault: str) -> list[str]:
    rules = folder / "rules.toml"
    if fault == "content kept":
        rules.write_text(SHORT_KEPT, "utf-8")
    settings = Settings(
        data_dir=folder / "data",
        keyring=folder / "keys" / "keyring.json",
        rules=rules if rules.exists() else None,
    )
    meddle = silent if fault == "alerts lost" else nothing
    simulation = await play(settings, START, days=45, cases=60, seed=7, meddle=meddle)
    return [*simulation.failed, *simulation.oracle.problems]


@pytest.mark.long
async def test_without_a_fault_all_is_well(tmp_path: Path) -> None:
    assert await played(tmp_path, "") == []


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
async def test_each_planted_fault_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    plant, told = FAULTS[fault]
    plant(monkeypatch)
    problems = await played(tmp_path, fault)
    assert [one for one in problems if told in one], problems[:5]
