"""A report as lines, tables and charts in which nothing under five stands: all that
leaves of figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.reports.cells import Shown, column, growth, shown
from bot.reports.figures import WHATS, CategoryTally, Figures, Month, by_category
from dialogs.case.quadrant import QUADRANTS, Quadrant, quadrant
from dialogs.case.rates import Rates, ShownRate, rates
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
TOO_FEW = "不足5件，不列"
MOST_IN_SQUARE = 7  # lines in a quadrant of the chart
MOST_IN_LINE = 6  # units by name in a line of the message
LONGEST_NAME = 14  # characters of a unit's name in a quadrant of the chart


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[CellValue, ...], ...]


@dataclass(frozen=True, slots=True)
class Bulletin:
    """lines: of the message; tables: of the sheet; pictures: the panels of
    each chart.
    """

    title: str
    lines: tuple[str, ...]
    tables: tuple[Table, ...]
    pictures: tuple[tuple[Mapping[str, Any], ...], ...]


def bulletin(figures: Figures, rules: Rules) -> Bulletin:
    """What is told of a week or a month."""
    month = _month(figures.month.label)
    units, total = _units(figures.month, rules)
    tables = _Tables(
        numbers=_numbers(figures),
        categories=_categories(figures),
        trend=_trend(figures),
        rates=_rate_table(total, month),
        units=_unit_table(units, total, month),
        ladder=_ladder(figures),
    )
    squares = _squares(units)
    kind = "月报" if figures.period.name == "month" else "周报"
    title = f"减负专线{kind}：{called(figures.period)}"
    lines = (
        title,
        *_number_lines(tables.numbers, tables.categories),
        *_unit_lines(tables.rates, squares, units, month),
        *_ladder_lines(tables.ladder),
    )
    pictures = (
        (_trend_panel(figures, tables.trend), _bars_panel(figures, tables.categories)),
        (_rates_panel(tables.rates, month), _squares_panel(squares, month)),
    )
    return Bulletin(title, lines, tables.all(), pictures)


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


def _month(label: str) -> str:
    year, _, month = label.partition("-")
    return f"{year}年{int(month)}月"


EXPLAINED = Table(
    "说明",
    ("标记", "意思"),
    (
        ("<5", "不足5，0也算在内：数目小了，可能猜出是谁反映的、怎么答的"),
        ("—", "没有，或不列：列出来，合计一减就知道小的数目"),
        (TOO_FEW, "比率所依据的答复不足5"),
        ("解决、满意", "只算反映人自己的回答；没有答复的不算"),
        (
            "三率、单位、象限",
            "都是最近一个整月的；未满的月份不列，否则前后两份一减就是几个人",
        ),
        ("去年同期", "月报为去年同月，周报为52周前；没有数字的，那时还没有开通"),
    ),
)


# ── numbers, categories, trend ────────────────────────────────────────────────────────


def _total(tally: CategoryTally, what: str) -> Shown:
    return shown(sum(by_category(tally, what)))


def _growth(now: Shown, then: Shown) -> str:
    if isinstance(now, int) and isinstance(then, int):
        return growth(now, then)
    return DASH


def _numbers(figures: Figures) -> Table:
    rows = tuple(_number_row(figures, what) for what in WHATS)
    return Table("总数", ("件数", "本期", "上期", "去年同期", "同比"), rows)


def _number_row(figures: Figures, what: str) -> tuple[CellValue, ...]:
    _, before = figures.trend[-2]
    _, now = figures.trend[-1]
    total = _total(now, what)
    then: Shown = DASH
    if figures.year_ago is not None:
        _, year_ago = figures.year_ago
        then = _total(year_ago, what)
    name = COUNT_NAMES[what]
    return (name, total, _total(before, what), then, _growth(total, then))


def _categories(figures: Figures) -> Table:
    _, now = figures.trend[-1]
    filed, all_filed = column(by_category(now, "filed"))
    closed, all_closed = column(by_category(now, "closed"))
    then: list[Shown] = [DASH] * len(CATEGORIES)
    all_then: Shown = DASH
    if figures.year_ago is not None:
        _, year_ago = figures.year_ago
        then, all_then = column(by_category(year_ago, "filed"))
    names = [text("zh", f"category.{code}") for code in CATEGORIES]
    cells = zip(
        [*names, "合计"],
        [*filed, all_filed],
        [*then, all_then],
        [*closed, all_closed],
        strict=True,
    )
    rows = [(name, new, old, _growth(new, old), done) for name, new, old, done in cells]
    return Table("类别", ("类别", "新收", "去年同期", "同比", "办结"), tuple(rows))


def _trend(figures: Figures) -> Table:
    rows = [
        (period.label, _total(tally, "filed"), _total(tally, "closed"))
        for period, tally in figures.trend
    ]
    return Table("走势", ("时期", "新收", "办结"), tuple(rows))


def _number_lines(numbers: Table, categories: Table) -> list[str]:
    first, *others = numbers.rows
    name, now, before, then, grown = first
    listed = [f"{name}{now}件（上期{before}）" for name, now, before, *_ in others]
    return [
        f"{name}{now}件（上期{before}，去年同期{then}，同比{grown}）。",
        "，".join(listed) + "。",
        _category_line(categories),
    ]


def _category_line(categories: Table) -> str:
    """Those that may be shown, the most frequent first."""
    *rows, _total_row = categories.rows
    known = [(row[0], row[1]) for row in rows if isinstance(row[1], int)]
    if not known:
        return "新收类别：各类数目都小，不列。"
    known.sort(key=lambda pair: -pair[1])
    listed = "，".join(f"{name}{filed}" for name, filed in known)
    more = "；其余不列" if len(known) < len(CATEGORIES) else ""
    return f"新收类别：{listed}{more}。"


# ── units ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class UnitRates:
    """A unit, or all of them: three bases as they may be shown, and the rates that rest
    on them.
    """

    name: str
    due: Shown
    answered: Shown
    rated: Shown
    rates: Rates
    quadrant: Quadrant | None = None

    def share(self, rate: ShownRate, base: Shown) -> CellValue:
        """In whole percent; a base that is hidden for its neighbour's sake hides what
        rests on it.
        """
        if rate.share is None or base == DASH:
            return DASH
        return round(rate.share, 2)


def _units(month: Month, rules: Rules) -> tuple[list[UnitRates], UnitRates]:
    """Every unit, and all together."""
    due, all_due = _base(month, "due")
    answered, all_answered = _base(month, "solved", "unsolved")
    rated, all_rated = _base(month, "satisfied", "unsatisfied")
    units = []
    total: Counter[str] = Counter()
    bases = zip(month.units.items(), due, answered, rated, strict=True)
    for (name, counts), of_due, of_answered, of_rated in bases:
        found = rates(counts)
        is_hidden = DASH in (of_due, of_answered)
        letter = None if is_hidden else _quadrant(found, rules)
        units.append(
            UnitRates(
                name=name,
                due=of_due,
                answered=of_answered,
                rated=of_rated,
                rates=found,
                quadrant=letter,
            )
        )
        total.update(counts)
    together = UnitRates("合计", all_due, all_answered, all_rated, rates(total))
    return units, together


def _quadrant(found: Rates, rules: Rules) -> Quadrant | None:
    return quadrant(found.response.share, found.effect.share, rules)


def _base(month: Month, *whats: str) -> tuple[list[Shown], Shown]:
    """What may be shown of the sums of these counts, unit by unit, and of all."""

    def counted(counts: Mapping[str, int]) -> int:
        return sum(max(0, counts.get(what, 0)) for what in whats)

    return column([counted(counts) for counts in month.units.values()])


def _rate_table(total: UnitRates, month: str) -> Table:
    found = total.rates

    def share(rate: ShownRate) -> CellValue:
        percent = total.share(rate, "<5")
        return TOO_FEW if percent == DASH else percent

    rows = (
        ("响应率", share(found.response), f"按时答复 ÷ 到期（{total.due}件）"),
        (
            "有效回访率",
            share(found.coverage),
            f"回访有答复（{total.answered}人）÷ 回访",
        ),
        ("解决率", share(found.solved), "反映人答“已解决” ÷ 回访"),
        (
            "满意率",
            share(found.satisfied),
            f"反映人答“满意” ÷ 评价（{total.rated}人）",
        ),
    )
    return Table(f"三率 {month}", ("指标", "比率", "怎么算"), rows)


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


def _unit_table(units: Sequence[UnitRates], total: UnitRates, month: str) -> Table:
    rows = [_unit_row(unit) for unit in units]
    if rows:
        rows.append(_unit_row(total))
    return Table(f"单位 {month}", UNIT_TABLE_HEAD, tuple(rows))


def _unit_row(unit: UnitRates) -> tuple[CellValue, ...]:
    return (
        unit.name,
        unit.due,
        unit.share(unit.rates.response, unit.due),
        unit.answered,
        unit.share(unit.rates.coverage, unit.answered),
        unit.share(unit.rates.solved, unit.answered),
        unit.rated,
        unit.share(unit.rates.satisfied, unit.rated),
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
    month: str,
) -> list[str]:
    listed = "，".join(f"{name}{_percent(share)}" for name, share, _ in table.rows)
    lines = [f"三率（{month}）：{listed}。"]
    for letter, names in squares.items():
        if names:
            some = _some(names, "、", "个")
            lines.append(f"{letter} {QUADRANTS[letter]}：{some}")
    nowhere = sum(unit.quadrant is None for unit in units)
    if nowhere:
        lines.append(f"另有{nowhere}个单位答复或回访不足5件，不评象限。")
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
    return datetime.fromtimestamp(at, period.zone).date().isoformat()


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
        "title": f"各类新收（件），{called(figures.period)}",
        "names": [row[0] for row in rows],
        "now": [row[1] for row in rows],
        "then": [row[2] for row in rows],
        "keys": ["今年", "去年同期" if figures.year_ago else ""],
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
