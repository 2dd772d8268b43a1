"""The 转办单 of a case, cut so that it fits one page of A4. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from bot.desk.unit_view import UNIT_CLOCK_NAMES, Timer, UnitCase
from bot.reports.papers import Slip
from dialogs.texts import text

MOST_ON_PAPER = 1800  # characters of the text that fit one A4 page
MOST_WHY = 12  # lines
LONG = 350  # characters: from here on the print is smaller
LONGER = 900


def slip_of(
    case: UnitCase, unit: str, at: Callable[[datetime], str], drawn: datetime
) -> Slip:
    """unit: its name; at: how a time is said; drawn: local."""
    item = case.item
    facts = {
        "代号": item.alias,
        "类别": text("zh", f"category.{item.category}"),
        "转办时间": at(case.assigned) if case.assigned else "",
        "期限": "；".join(_deadline(timer, at) for timer in item.timers),
        "地点": case.place or "",
        "时间频次": case.when or "",
    }
    told = cut(case.text, MOST_ON_PAPER)
    return Slip(
        number=item.serial or item.alias,
        unit=unit,
        urgent=item.urgent,
        facts={label: words for label, words in facts.items() if words},
        told=told,
        more=tuple(_as_fits(case.more, MOST_ON_PAPER - len(told))),
        why=shortened(case.why),
        drawn=drawn,
        return_within=case.return_within,
    )


def _deadline(timer: Timer, at: Callable[[datetime], str]) -> str:
    if timer.due is None:
        return timer.left
    return f"{UNIT_CLOCK_NAMES[timer.clock]} {at(timer.due)}前{timer.proviso}"


def _as_fits(texts: Sequence[str], left: int) -> Iterator[str]:
    for words in texts:
        if left > 0:
            kept = cut(words, left)
            left -= len(kept)
            yield kept


def print_size(slip: Slip) -> str:
    """A class of the style sheet."""
    if len(slip.told) > LONGER:
        return "longer"
    return "long" if len(slip.told) > LONG else ""


def shortened(why: Sequence[str]) -> tuple[str, ...]:
    """How the deadline was counted, without where the clock stands now, in so few lines
    that they fit.
    """
    lines = [line for line in why if not line.startswith("现在")]
    return tuple(lines) if len(lines) <= MOST_WHY else (*lines[:2], "……", *lines[-3:])


def cut(words: str, most: int) -> str:
    return (
        words if len(words) <= most else f"{words[: max(most - 20, 0)]}……（全文见网页）"
    )
