"""A report as lines, tables and charts in which nothing under five stands: all that
leaves of figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from bot.reports.cells import Shown, column, growth, shares, shown
from bot.reports.figures import WHATS, CategoryTally, Figures, UnitFigures, by_category
from bot.reports.templates import official_day
from dialogs.case.quadrant import QUADRANTS, Quadrant, quadrant
from dialogs.case.rates import (
    AnswerParts,
    RatingParts,
    TimelyParts,
    answers,
    ratings,
    timely,
)
from dialogs.case.rules import Rules
from dialogs.texts import text
from dialogs.understand import CATEGORIES
from scheduler.periods import Period

CellValue = str | int | float  # float: a share, 0 to 1
COUNT_NAMES = {
    "filed": "新收",
    "accepted": "受理",
    "declined": "不予受理",
    "closed": "办结",
    "reopened": "重新办理",
    "merged": "并入",
}
RUNG_WORDS = {"remind": "提醒", "circulate": "通报", "sanction": "处置"}
DECISIONS = {None: "待主管决定", "taken": "主管已采取", "waived": "主管不采取"}
DASH: Literal["—"] = "—"  # nothing, or hidden
TOO_FEW = "数目小，不列"
MOST_IN_SQUARE = 7  # lines in a quadrant of the chart
MOST_IN_LINE = 6  # units by name in a line of the message
LONGEST_NAME = 14  # characters of a unit's name in a quadrant of the chart


@dataclass(frozen=True, slots=True)
class Table:
    """span: the days it tells of, where they are not those of the report."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[CellValue, ...], ...]
    span: str = ""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """lines: of the message; tables: of the sheet; pictures: the panels of
    each chart; span: the days it tells of.
    """

    title: str
    span: str
    lines: tuple[str, ...]
    tables: tuple[Table, ...]
    pictures: tuple[tuple[Mapping[str, Any], ...], ...]


def bulletin(figures: Figures, rules: Rules) -> Bulletin:
    """What is told of a week or a month."""
    month = _month(figures.units.month)
    closed = _month(figures.units.closed)
    month_days = _month_days(figures.units.month)
    units, total = _units(figures.units, rules)
    tables = _Tables(
        numbers=_numbers(figures),
        categories=_categories(figures),
        trend=_trend(figures),
        rates=_rate_table(total, month, closed, month_days),
        units=_unit_table(units, total, month, month_days),
        ladder=_ladder(figures),
    )
    squares = _squares(units)
    kind = "月报" if figures.period.name == "month" else "周报"
    title = f"减负专线{kind}：{called(figures.period)}"
    lines = (
        title,
        *_number_lines(figures, tables.numbers, tables.categories),
        *_unit_lines(tables.rates, squares, units, (month, closed)),
        *_ladder_lines(tables.ladder),
    )
    pictures = (
        (_trend_panel(figures, tables.trend), _bars_panel(figures, tables.categories)),
        (_rates_panel(tables.rates, month), _squares_panel(squares, month)),
    )
    return Bulletin(title, days(figures.period), lines, tables.all(), pictures)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tables:
    """One bulletin's, in the order of its sheets."""

    numbers: Table
    categories: Table
    trend: Table
    rates: Table
    units: Table
    ladder: Table

    def all(self) -> tuple[Table, ...]:
        return (
            self.numbers,
            self.categories,
            self.trend,
            self.rates,
            self.units,
            self.ladder,
            EXPLAINED,
        )


def called(period: Period) -> str:
    """A week or a month, in words."""
    if period.name == "month":
        return _month(period.label)
    first = period.first
    last = period.after - timedelta(days=1)
    return f"{first.year}年{first.month}月{first.day}日至{last.month}月{last.day}日"


def days(period: Period) -> str:
    """The days of a week, a month, or several, in full."""
    return days_between(period.first, period.after)


def days_between(first: date, after: date) -> str:
    last = after - timedelta(days=1)
    year = "" if last.year == first.year else f"{last.year}年"
    return (
        f"{first.year}年{first.month}月{first.day}日至{year}{last.month}月{last.day}日"
    )


def _month_days(label: str) -> str:
    first = date.fromisoformat(f"{label}-01")
    return days_between(first, (first + timedelta(days=31)).replace(day=1))


def _month(label: str) -> str:
    year, _, month = label.partition("-")
    return f"{year}年{int(month)}月"


EXPLAINED = Table(
    "说明",
    ("标记", "意思"),
    (
        ("<5", "不足5，0也算在内：数目小了，可能猜出是谁反映的、怎么答的"),
        ("—", "没有，或不列：列出来，合计一减、比率一乘就知道小的数目"),
        (TOO_FEW, "算的和剩下的，有一样不足5"),
        ("解决、满意", "只算反映人自己的回答；没有答复的不算"),
        (
            "类别、响应率、单位",
            "都是最近一个整月的；未满的月份不列，否则前后两份一减就是几个人",
        ),
        (
            "回访、解决、满意",
            "前一个月办结的工单，算到本月底的答复；过后的答复不再改这些数",
        ),
        ("象限", "一个月的不够，看最近三个月的；还不够的不评"),
        ("去年同期", "月报为去年同月，周报为52周前；没有数字的，那时还没有开通"),
        ("环比、同比", "和上期、去年同期比，上升或下降百分之几；有一期不列的不算"),
    ),
)


# ── numbers, categories, trend ────────────────────────────────────────────────────────


def _total(figures: Figures, told: tuple[Period, CategoryTally], what: str) -> Shown:
    """Of a period; "—" for a month whose weeks would give a small one away by it."""
    period, tally = told
    if (period, what) in figures.kept_back:
        return DASH
    return shown(sum(by_category(tally, what)))


def _column(
    figures: Figures, told: tuple[Period, CategoryTally] | None, what: str
) -> tuple[list[Shown], Shown]:
    """The categories of a month, and their total."""
    if told is None or (told[0], what) in figures.kept_back:
        return [DASH] * len(CATEGORIES), DASH
    return column(by_category(told[1], what))


def _growth(now: Shown, then: Shown) -> str:
    if isinstance(now, int) and isinstance(then, int):
        return growth(now, then)
    return DASH


def _numbers(figures: Figures) -> Table:
    rows = tuple(_number_row(figures, what) for what in WHATS)
    return Table("总数", NUMBER_HEAD, rows)


NUMBER_HEAD = ("件数", "本期", "上期", "环比", "去年同期", "同比")


def _number_row(figures: Figures, what: str) -> tuple[CellValue, ...]:
    total = _total(figures, figures.trend[-1], what)
    before = _total(figures, figures.trend[-2], what)
    then: Shown = DASH
    if figures.year_ago is not None:
        then = _total(figures, figures.year_ago, what)
    since_last = _growth(total, before)
    since_last_year = _growth(total, then)
    return (COUNT_NAMES[what], total, before, since_last, then, since_last_year)


def _categories(figures: Figures) -> Table:
    kinds = figures.kinds
    month = (kinds.month, kinds.tally)
    filed, all_filed = _column(figures, month, "filed")
    closed, all_closed = _column(figures, month, "closed")
    then, all_then = _column(figures, kinds.year_ago, "filed")
    names = [text("zh", f"category.{code}") for code in CATEGORIES]
    cells = zip(
        [*names, "合计"],
        [*filed, all_filed],
        [*then, all_then],
        [*closed, all_closed],
        strict=True,
    )
    rows = [(name, new, old, _growth(new, old), done) for name, new, old, done in cells]
    title = f"类别 {called(kinds.month)}"
    head = ("类别", "新收", "去年同期", "同比", "办结")
    return Table(title, head, tuple(rows), days(kinds.month))


def _trend(figures: Figures) -> Table:
    rows = []
    for told in figures.trend:
        filed = _total(figures, told, "filed")
        rows.append((told[0].label, filed, _total(figures, told, "closed")))
    span = days_between(figures.trend[0][0].first, figures.period.after)
    return Table("走势", ("时期", "新收", "办结"), tuple(rows), span)


def _number_lines(figures: Figures, numbers: Table, categories: Table) -> list[str]:
    first, *others = numbers.rows
    name, now, before, since_last, then, since_last_year = first
    listed = [f"{name}{now}件（上期{before}）" for name, now, before, *_ in others]
    compared = f"上期{before}，环比{since_last}；去年同期{then}，同比{since_last_year}"
    is_week = figures.period.name == "week"
    month = f"（{called(figures.kinds.month)}）" if is_week else ""
    return [
        f"{name}{now}件（{compared}）。",
        "，".join(listed) + "。",
        _category_line(categories, month),
    ]


def _category_line(categories: Table, month: str) -> str:
    """Those that may be shown, the most frequent first. month: named where the report
    is of a week.
    """
    *rows, _total_row = categories.rows
    known = [(row[0], row[1]) for row in rows if isinstance(row[1], int)]
    if not known:
        return f"新收类别{month}：各类数目都小，不列。"
    known.sort(key=lambda pair: -pair[1])
    listed = "，".join(f"{name}{filed}" for name, filed in known)
    more = "；其余不列" if len(known) < len(CATEGORIES) else ""
    return f"新收类别{month}：{listed}{more}。"


# ── units ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRates:
    """A unit, or all of them: rates and what they are of, where they may be told."""

    name: str
    due: CellValue = DASH
    response: CellValue = DASH
    answered: CellValue = DASH
    coverage: CellValue = DASH
    solution: CellValue = DASH
    rated: CellValue = DASH
    satisfaction: CellValue = DASH
    quadrant: Quadrant | None = None

    @property
    def tells(self) -> bool:
        """Whether anything stands in its row."""
        told = (self.response, self.coverage, self.satisfaction)
        return self.quadrant is not None or any(one != DASH for one in told)


def _units(figures: UnitFigures, rules: Rules) -> tuple[list[UnitRates], UnitRates]:
    """Every unit, and all together."""
    names = [*figures.units, "合计"]
    cases = [timely(counts) for counts in figures.units.values()]
    asked = [answers(counts) for counts in figures.asked.values()]
    rated = [ratings(counts) for counts in figures.asked.values()]
    tells_cases = _told([one.all for one in cases])
    tells_asked = _told([one.all for one in asked])
    tells_rated = _told([one.all for one in rated])
    cases.append(TimelyParts.together(cases))
    asked.append(AnswerParts.together(asked))
    rated.append(RatingParts.together(rated))
    found = []
    for number, name in enumerate(names):
        rates: dict[str, CellValue] = {}
        if tells_cases[number]:
            rates["due"] = cases[number].due
            rates["response"] = round(cases[number].response, 2)
        if tells_asked[number]:
            rates["answered"] = asked[number].answered
            rates["coverage"] = round(asked[number].coverage, 2)
            rates["solution"] = round(asked[number].solution, 2)
        if tells_rated[number]:
            rates["rated"] = rated[number].rated
            rates["satisfaction"] = round(rated[number].satisfaction, 2)
        letter = _quadrant(figures, name, rules)
        found.append(UnitRates(name=name, quadrant=letter, **rates))
    *units, together = found
    return units, together


def _told(parts: Sequence[tuple[int, ...]]) -> list[bool]:
    """Of which units, and at last of all together, the parts may be told."""
    told, together = shares(parts)
    return [*told, together]


def _quadrant(figures: UnitFigures, name: str, rules: Rules) -> Quadrant | None:
    """By the month; where that has too few, by the three months up to it."""
    for units, asked in (
        (figures.units, figures.asked),
        (figures.quarter, figures.asked_quarter),
    ):
        if name in units:
            letter = quadrant(timely(units[name]), answers(asked[name]), rules)
            if letter is not None:
                return letter
    return None


def _rate_table(total: UnitRates, month: str, closed: str, span: str) -> Table:
    """month: of the cases that were due; closed: of those about which was asked; span:
    the month's days.
    """

    def share(rate: CellValue) -> CellValue:
        return TOO_FEW if rate == DASH else rate

    rows = (
        ("响应率", share(total.response), f"按时答复 ÷ 到期（{total.due}件）"),
        (
            "有效回访率",
            share(total.coverage),
            f"回访有答复（{total.answered}人）÷ 回访，{closed}办结的",
        ),
        (
            "解决率",
            share(total.solution),
            f"反映人答“已解决” ÷ 回访，{closed}办结的",
        ),
        (
            "满意率",
            share(total.satisfaction),
            f"反映人答“满意” ÷ 评价（{total.rated}人），{closed}办结的",
        ),
    )
    return Table(f"三率 {month}", ("指标", "比率", "怎么算"), rows, span)


UNIT_TABLE_HEAD = (
    "承办单位",
    "到期件数",
    "响应率",
    "回访答复人数",
    "有效回访率",
    "解决率",
    "评价人数",
    "满意率",
    "象限",
)


def _unit_table(
    units: Sequence[UnitRates], total: UnitRates, month: str, span: str
) -> Table:
    rows = [_unit_row(unit) for unit in units if unit.tells]
    if rows:
        rows.append(_unit_row(total))
    return Table(f"单位 {month}", UNIT_TABLE_HEAD, tuple(rows), span)


def _unit_row(unit: UnitRates) -> tuple[CellValue, ...]:
    return (
        unit.name,
        unit.due,
        unit.response,
        unit.answered,
        unit.coverage,
        unit.solution,
        unit.rated,
        unit.satisfaction,
        unit.quadrant or DASH,
    )


def _squares(units: Sequence[UnitRates]) -> dict[Quadrant, list[str]]:
    squares: dict[Quadrant, list[str]] = {letter: [] for letter in QUADRANTS}
    for unit in units:
        if unit.quadrant is not None:
            squares[unit.quadrant].append(unit.name)
    return squares


def _unit_lines(
    table: Table,
    squares: Mapping[Quadrant, Sequence[str]],
    units: Sequence[UnitRates],
    months: tuple[str, str],
) -> list[str]:
    """months: of the cases that were due, and of those that were closed."""
    listed = "，".join(f"{name}{_percent(share)}" for name, share, _ in table.rows)
    month, closed = months
    lines = [f"三率（{month}；回访的是{closed}办结的）：{listed}。"]
    for letter, names in squares.items():
        if names:
            some = _some(names, "、", "个")
            lines.append(f"{letter} {QUADRANTS[letter]}：{some}")
    nowhere = sum(unit.quadrant is None for unit in units)
    if nowhere:
        lines.append(f"另有{nowhere}个单位三个月里的件数或答复太少，不评象限。")
    return lines


def _some(words: Sequence[str], separator: str, counter: str) -> str:
    """The first few, and how many there are where there are more."""
    listed = separator.join(words[:MOST_IN_LINE])
    if len(words) <= MOST_IN_LINE:
        return listed
    return f"{listed}……共{len(words)}{counter}"


def _percent(share: CellValue) -> str:
    return f"{share:.0%}" if isinstance(share, float) else str(share)


def _ladder(figures: Figures) -> Table:
    rows = [
        (
            name,
            RUNG_WORDS[proposed.rung],
            _local_day(proposed.at, figures.period),
            DECISIONS[proposed.decision],
        )
        for name, proposed in figures.proposed
    ]
    return Table("阶梯", ("承办单位", "建议", "查实日期", "决定"), tuple(rows))


def _local_day(at: int, period: Period) -> str:
    return official_day(datetime.fromtimestamp(at, period.zone).date())


def _ladder_lines(ladder: Table) -> list[str]:
    undecided = [
        f"{name} {rung}（{day}查实）"
        for name, rung, day, decision in ladder.rows
        if decision == DECISIONS[None]
    ]
    if not undecided:
        return []
    return [f"待主管决定：{_some(undecided, '；', '条')}。"]


# ── charts ────────────────────────────────────────────────────────────────────────────


def _short(period: Period) -> str:
    """As a label below the axis; a January tells that the year is new."""
    month = period.first.month
    if period.name == "week":
        return f"{month}.{period.first.day}"
    return f"{month}月" if month == 1 else str(month)


def _trend_panel(figures: Figures, trend: Table) -> Mapping[str, Any]:
    unit = "周（标的是周一）" if figures.period.name == "week" else "个月"
    return {
        "kind": "trend",
        "title": f"近{len(trend.rows)}{unit}的新收与办结（件；空心：不足5）",
        "labels": [_short(period) for period, _ in figures.trend],
        "series": [
            ["新收", [row[1] for row in trend.rows]],
            ["办结", [row[2] for row in trend.rows]],
        ],
        "weight": 4,
    }


def _bars_panel(figures: Figures, categories: Table) -> Mapping[str, Any]:
    *rows, _total_row = categories.rows
    return {
        "kind": "bars",
        "title": f"各类新收（件），{called(figures.kinds.month)}",
        "names": [row[0] for row in rows],
        "now": [row[1] for row in rows],
        "then": [row[2] for row in rows],
        "keys": ["今年", "去年同期" if figures.kinds.year_ago else ""],
        "weight": 8,
    }


def _rates_panel(rates: Table, month: str) -> Mapping[str, Any]:
    shares = [share for _, share, _ in rates.rows]
    return {
        "kind": "rates",
        "title": f"三率，{month}",
        "names": [name for name, _, _ in rates.rows],
        "shares": [share if isinstance(share, float) else None for share in shares],
        "words": [_percent(share) for share in shares],
        "weight": 3,
    }


def _squares_panel(
    squares: Mapping[Quadrant, Sequence[str]], month: str
) -> Mapping[str, Any]:
    return {
        "kind": "squares",
        "title": f"承办单位四象限，{month}",
        "across": ["慢", "快"],
        "up": ["差", "好"],
        "squares": {letter: _square(letter, squares[letter]) for letter in QUADRANTS},
        "weight": 7,
    }


def _square(letter: Quadrant, names: Sequence[str]) -> tuple[str, list[str]]:
    """Its title and its lines."""
    lines = [_cut(name) for name in names]
    if len(lines) > MOST_IN_SQUARE:
        some = lines[: MOST_IN_SQUARE - 1]
        lines = [*some, f"……共{len(names)}个，见表格"]
    return f"{letter} {QUADRANTS[letter]}（{len(names)}个）", lines


def _cut(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 1]}…"
