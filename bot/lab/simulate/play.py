"""Puts a simulation together: the program on its stand-ins, the people, the oracle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.address import Address
from bot.app import opened
from bot.lab.simulate.oracle import Oracle
from bot.lab.simulate.people import SIMULATED_UNITS, calls, reporter
from bot.lab.simulate.simulation import Simulation
from bot.lab.simulate.stand_ins import (
    PEOPLE,
    SIMULATED_STAFF_CHAT,
    PeopleChannel,
    RecordedAlerts,
    SeededJitter,
    VirtualClock,
)
from bot.lab.simulate.typed import typed_terms
from bot.ops.terms import terms_of
from bot.outbox.messages import OutboxMessages
from bot.program import Program
from bot.reports.bulletins import Bulletins
from bot.reports.press import Press
from bot.settings import Settings
from dialogs.case.rules import Rules

QUIET_HOURS = (21, 8)  # as promised, whatever is set


async def play(
    settings: Settings,
    start: datetime,
    *,
    days: int,
    cases: int,
    seed: int,
    told: Callable[[datetime], None] = lambda at: None,
    meddle: Callable[[Program, PeopleChannel], None] = lambda program, people: None,
) -> Simulation:
    """All of it, from midnight of the first day. told: hears of each step of the clock;
    meddle: spoils something, to see that it is noticed.
    """
    terms = typed_terms(settings, terms_of(settings))
    alerts = RecordedAlerts()
    jitter = SeededJitter(seed)
    people = PeopleChannel()
    clock = VirtualClock(start)
    async with opened(settings, lambda parts: [people], clock.now, jitter) as program:
        program.casework.writer.alerts = alerts
        meddle(program, people)
        for unit, _ in SIMULATED_UNITS:
            await program.register.add(unit)
        simulation = Simulation(
            program,
            people,
            clock=clock,
            jitter=jitter,
            oracle=Oracle(terms, QUIET_HOURS, settings.push_delay_minutes),
            reporters=[reporter(seed, number) for number in range(1, cases + 1)],
            bulletins=_bulletins(program, settings, terms.rules, clock),
            seed=seed,
            told=told,
            alerts=alerts.told,
        )
        for number, at in enumerate(calls(seed, cases, start, days), 1):
            simulation.plan_reporter(number, at)
        await simulation.run(start + timedelta(days=days))
    return simulation


def _bulletins(
    program: Program, settings: Settings, rules: Rules, clock: VirtualClock
) -> Bulletins:
    """Without charts, which nobody would look at."""
    database = program.resources.database
    press = Press(database, program.register.directory, rules, clock.now, drawn=False)
    return Bulletins(
        database,
        post=OutboxMessages(program.resources.keys.outbox),
        make=press.message,
        to=Address(PEOPLE, SIMULATED_STAFF_CHAT),
        settings=settings,
        hand=program.sender.post,
    )
