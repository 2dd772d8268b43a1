"""A report that is kept back: until which day, when its reporter is asked about it, and
what is read of it meanwhile. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from dialogs.case.moments import moment
from dialogs.case.worktime import ONE_DAY, Terms, back, day_of
from dialogs.texts import phrase, phrases, text
from dialogs.words import HOLD_AT_MOST, KEPT_BACK, Button, Hold, Message

# Who would lose the report is asked so many working days before, to have the time to
# see it.
ASKED_BEFORE = 3
phrase(f"state.{KEPT_BACK}", "还没有交")
phrases(
    "hold",
    line="您说好这一天再交。",
    send="到{day}上午自动交出去。在那以前，专线看不到，也不计入任何数字。",
    drop="到{day}不点“到时自动交”，当晚就删除。在那以前，专线看不到，"
    "也不计入任何数字。",
)
# A screen may be seen by anybody: pushes say nothing of what it is about.
phrases(
    "push",
    hold_asked="您说好{day}再定的那件事，快到日子了：交不交？不点，到那天晚上就删除。",
    hold_sent="到了您说好的日子，已经交出去了。点“查进展”看下一步。",
    hold_dropped="到了您说好的日子，没有等到您点“交”，已经照您说的删除了。",
)
phrases(
    "b",
    hold_release="现在就交",
    hold_confirm="到时自动交",
    hold_withdraw="不交了",
)


def hold_day(now: datetime, days: int, terms: Terms) -> date:
    """The local day on which a report is handed in that is kept back for `days` days.

    It is the first working day from then on, since on a day of rest nobody is there.
    Where that would be later than HOLD_AT_MOST days from now it is the last working day
    before. Never today: who wants that does not keep it back.
    """
    today = day_of(now, terms)
    wanted = min(max(days, 1), HOLD_AT_MOST)
    later = range(wanted, HOLD_AT_MOST + 1)
    earlier = range(wanted - 1, 0, -1)
    for number in (*later, *earlier):
        day = today + timedelta(days=number)
        if terms.calendar.works(day):
            return day
    return today + timedelta(days=wanted)


def kept_until(hold: Hold, now: datetime, terms: Terms) -> date:
    """The day that was chosen, as it may be: what a dialog asked for is not trusted."""
    days = (hold.until - day_of(now, terms)).days
    return hold_day(now, days, terms)


def asked_on(until: date, now: datetime, terms: Terms) -> date:
    """The day on which the reporter is asked whether it shall be handed in: some
    working days before, never today, and on the day itself where there is no other.
    """
    tomorrow = day_of(now, terms) + ONE_DAY
    before = back(until, ASKED_BEFORE, terms.calendar)
    return min(max(before, tomorrow), until)


# ── what its reporter reads ───────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class HeldStory:
    """What the reporter of a report that is kept back may read of it, as a story.

    until: the local day; unless: as in `Hold`; follows: pushes reach a chat;
    words: as they wait; urgent: as it will be filed.
    """

    report: str
    category: str
    until: date
    unless: str
    follows: bool
    added: str = ""
    wishes: Mapping[str, bool] = field(default_factory=dict)
    words: str = ""
    urgent: bool = False

    @property
    def can(self) -> tuple[str, ...]:
        confirm = ("confirm",) if self.unless == "drop" else ()
        hush = ("hush",) if self.follows else ()
        return ("release", *confirm, "supplement", "keep_from", "withdraw", *hush)

    @property
    def state(self) -> str:
        return KEPT_BACK

    @property
    def questions(self) -> tuple[str, ...]:
        return ()

    def params(self, lang: str) -> dict[str, Any]:
        """For channels that draw a timeline, as `Story.params` has it."""
        day = local_day(self.until, lang)
        return {
            "number": None,
            "state": text(lang, f"state.{KEPT_BACK}"),
            "category": text(lang, f"category.{self.category}"),
            "unit": None,
            "lines": [{"when": day, "text": text(lang, "hold.line")}],
            "next": text(lang, f"hold.{self.unless}", {"day": day}),
            "promise": None,
        }

    def text(self, lang: str) -> str:
        """All of it in plain words."""
        told = self.params(lang)
        head = text(lang, "story.head", told)
        lines = [text(lang, "story.line", line) for line in told["lines"]]
        following = text(lang, "story.next", told)
        return "\n".join([head, "", *lines, "", following])


def local_day(day: date, lang: str) -> str:
    return moment(lang, datetime.combine(day, time()), "day")


# ── what is pushed ────────────────────────────────────────────────────────────────────


def ask_push(until: date, lang: str) -> Message:
    """Shall it be handed in? Its buttons stand in the order of what is least
    regretted.
    """
    buttons = (
        Button("confirm", "b.hold_confirm"),
        Button("release", "b.hold_release"),
        Button("withdraw", "b.hold_withdraw"),
    )
    day = {"day": local_day(until, lang)}
    return Message("push.hold_asked", day, buttons=buttons, lang=lang)


def sent_push(lang: str) -> Message:
    buttons = (Button("status", "b.status"), Button("hush", "b.hush"))
    return Message("push.hold_sent", buttons=buttons, lang=lang)


def dropped_push(lang: str) -> Message:
    return Message("push.hold_dropped", lang=lang)
