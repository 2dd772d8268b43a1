"""A report as lines, tables and charts in which nothing under five stands: all that
leaves of figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.reports.bulletins import Period
from bot.reports.cells import Shown, column, growth, shown
from bot.reports.figures import WHATS, Figures, Month, Tally, by_category
from dialogs.case.quadrant import QUADRANTS, Quadrant, quadrant
from dialogs.case.rates import Rate, Rates, rates
from dialogs.case.rules import Rules
from dialogs.texts import text
from dialogs.understand import CATEGORIES

Value = str | int | float  # float: a share, 0 to 1
NAMES = {"filed": "新收", "accepted": "受理", "declined": "不予受理", "closed": "办结",
         "reopened": "重新办理", "merged": "并入"}  # fmt: skip
RUNGS = {"remind": "提醒", "circulate": "通报", "sanction": "处置"}
DECISIONS = {None: "待主管决定", "taken": "主管已采取", "waived": "主管不采取"}
NONE: Literal["—"] = "—"
FEW = "不足5件，不列"
NOT_YET = "去年此时还没有开通"
IN_SQUARE = 7  # lines in a quadrant of the chart
LISTED = 6  # units by name in a line of the message


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


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
    numbers, categories, trend = (
        _numbers(figures),
        _categories(figures),
        _trend(figures),
    )
    month = _month(figures.month.label)
    lines, total = _unit_lines(figures.month, rules)
    shares, units, squares = (
        _rate_table(total, month),
        _unit_table(lines, total, month),
        _squares(lines),
    )
    ladder = _ladder(figures)
    title = (
        f"减负专线{'月报' if figures.period.name == 'month' else '周报'}："
        f"{called(figures.period)}"
    )
    told = [
        *_lines(numbers, categories),
        *_unit_lines_told(shares, squares, lines, month),
        *_ladder_lines(ladder),
    ]
    return Bulletin(
        title,
        (title, *told),
        (numbers, categories, trend, shares, units, ladder, EXPLAINED),
        (
            (_trend_panel(figures, trend), _category_panel(figures, categories)),
            (_rates_panel(shares, month), _squares_panel(squares, month)),
        ),
    )


def called(of: Period) -> str:
    """A week or a month, in words."""
    if of.name == "month":
        return _month(of.label)
    last = of.after - timedelta(days=1)
    return (
        f"{of.first.year}年{of.first.month}月{of.first.day}日"
        f"至{last.month}月{last.day}日"
    )


def _month(label: str) -> str:
    year, _, month = label.partition("-")
    return f"{year}年{int(month)}月"


EXPLAINED = Table(
    "说明",
    ("标记", "意思"),
    (
        ("<5", "不足5，0也算在内：数目小了，可能猜出是谁反映的、怎么答的"),
        ("—", "没有，或不列：列出来，合计一减就知道小的数目"),
        (FEW, "比率所依据的答复不足5"),
        ("解决、满意", "只算反映人自己的回答；没有答复的不算"),
        (
            "三率、单位、象限",
            "都是最近一个整月的；未满的月份不列，否则前后两份一减就是几个人",
        ),
        ("去年同期", "月报为去年同月，周报为52周前；没有数字的，那时还没有开通"),
    ),
)


# ── numbers, categories, trend ────────────────────────────────────────────────────────


def _total(tally: Tally, what: str) -> Shown:
    return shown(sum(by_category(tally, what)))


def _growth(now: Shown, then: Shown) -> str:
    return growth(now, then) if isinstance(now, int) and isinstance(then, int) else NONE


def _numbers(figures: Figures) -> Table:
    now, before = figures.trend[-1][1], figures.trend[-2][1]
    rows = []
    for what in WHATS:
        shown, then = (
            _total(now, what),
            NONE if figures.year_ago is None else _total(figures.year_ago[1], what),
        )
        rows.append(
            (NAMES[what], shown, _total(before, what), then, _growth(shown, then))
        )
    return Table("总数", ("件数", "本期", "上期", "去年同期", "同比"), tuple(rows))


def _categories(figures: Figures) -> Table:
    now = figures.trend[-1][1]
    filed, all_filed = column(by_category(now, "filed"))
    closed, all_closed = column(by_category(now, "closed"))
    then: list[Shown] = [NONE] * len(CATEGORIES)
    all_then: Shown = NONE
    if figures.year_ago is not None:
        then, all_then = column(by_category(figures.year_ago[1], "filed"))
    names = [text("zh", f"category.{code}") for code in CATEGORIES]
    rows = [
        (name, new, old, _growth(new, old), done)
        for name, new, old, done in zip(
            [*names, "合计"],
            [*filed, all_filed],
            [*then, all_then],
            [*closed, all_closed],
            strict=True,
        )
    ]
    return Table("类别", ("类别", "新收", "去年同期", "同比", "办结"), tuple(rows))


def _trend(figures: Figures) -> Table:
    rows = [
        (of.label, _total(tally, "filed"), _total(tally, "closed"))
        for of, tally in figures.trend
    ]
    return Table("走势", ("时期", "新收", "办结"), tuple(rows))


def _lines(numbers: Table, categories: Table) -> list[str]:
    lines = []
    for name, now, before, then, grown in numbers.rows[:1]:
        lines.append(f"{name}{now}件（上期{before}，去年同期{then}，同比{grown}）。")
    lines.append(
        "，".join(
            f"{name}{now}件（上期{before}）"
            for name, now, before, *_ in numbers.rows[1:]
        )
        + "。"
    )
    known = sorted(
        (row for row in categories.rows[:-1] if isinstance(row[1], int)),
        key=lambda row: -int(row[1]),
    )
    few = "；其余不列" if len(known) < len(CATEGORIES) else ""
    listed = "，".join(f"{row[0]}{row[1]}" for row in known)
    lines.append(
        f"新收类别：{listed}{few}。" if known else "新收类别：各类数目都小，不列。"
    )
    return lines


# ── units ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Line:
    """A unit, or all of them: three bases as they may be shown, and the rates that rest
    on them.
    """

    name: str
    due: Shown
    answered: Shown
    rated: Shown
    rates: Rates
    quadrant: Quadrant | None = None

    def share(self, rate: Rate, base: Shown) -> Value:
        """In whole percent; a base that is hidden for its neighbour's sake hides what
        rests on it.
        """
        return NONE if rate.share is None or base == NONE else round(rate.share, 2)


def _unit_lines(month: Month, rules: Rules) -> tuple[list[Line], Line]:
    """Every unit, and all together."""
    due, all_due = _base(month, "due")
    answered, all_answered = _base(month, "solved", "unsolved")
    rated, all_rated = _base(month, "satisfied", "unsatisfied")
    lines = []
    for place, (name, counts) in enumerate(month.units.items()):
        found = rates(counts)
        covered = NONE in (due[place], answered[place])
        letter = (
            None
            if covered
            else quadrant(found.response.share, found.effect.share, rules)
        )
        lines.append(
            Line(name, due[place], answered[place], rated[place], found, letter)
        )
    total: Counter[str] = Counter()
    for counts in month.units.values():
        total.update(counts)
    return lines, Line("合计", all_due, all_answered, all_rated, rates(total))


def _base(month: Month, *whats: str) -> tuple[list[Shown], Shown]:
    return column(
        [
            sum(max(0, counts.get(what, 0)) for what in whats)
            for counts in month.units.values()
        ]
    )


def _rate_table(total: Line, month: str) -> Table:
    found = total.rates
    rows = (
        (
            "响应率",
            _first(total.share(found.response, "<5")),
            f"按时答复 ÷ 到期（{total.due}件）",
        ),
        (
            "有效回访率",
            _first(total.share(found.coverage, "<5")),
            f"回访有答复（{total.answered}人）÷ 回访",
        ),
        ("解决率", _first(total.share(found.solved, "<5")), "反映人答“已解决” ÷ 回访"),
        (
            "满意率",
            _first(total.share(found.satisfied, "<5")),
            f"反映人答“满意” ÷ 评价（{total.rated}人）",
        ),
    )
    return Table(f"三率 {month}", ("指标", "比率", "怎么算"), rows)


def _first(share: Value) -> Value:
    return FEW if share == NONE else share


def _unit_table(lines: Sequence[Line], total: Line, month: str) -> Table:
    header = (
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
    rows = [
        (
            line.name,
            line.due,
            line.share(line.rates.response, line.due),
            line.answered,
            line.share(line.rates.coverage, line.answered),
            line.share(line.rates.solved, line.answered),
            line.rated,
            line.share(line.rates.satisfied, line.rated),
            line.quadrant or NONE,
        )
        for line in ([*lines, total] if lines else [])
    ]
    return Table(f"单位 {month}", header, tuple(rows))


def _squares(lines: Sequence[Line]) -> dict[Quadrant, list[str]]:
    return {
        letter: [line.name for line in lines if line.quadrant == letter]
        for letter in QUADRANTS
    }


def _unit_lines_told(
    table: Table,
    squares: Mapping[Quadrant, Sequence[str]],
    lines: Sequence[Line],
    month: str,
) -> list[str]:
    told = [
        f"三率（{month}）："
        + "，".join(f"{name}{_percent(share)}" for name, share, _ in table.rows)
        + "。"
    ]
    for letter, names in squares.items():
        if names:
            more = f"……共{len(names)}个" if len(names) > LISTED else ""
            told.append(
                f"{letter} {QUADRANTS[letter]}：{'、'.join(names[:LISTED])}{more}"
            )
    nowhere = sum(line.quadrant is None for line in lines)
    if nowhere:
        told.append(f"另有{nowhere}个单位答复或回访不足5件，不评象限。")
    return told


def _percent(share: Value) -> str:
    return f"{share:.0%}" if isinstance(share, float) else str(share)


def _ladder(figures: Figures) -> Table:
    zone = figures.period.zone
    rows = [
        (
            name,
            RUNGS[one.rung],
            datetime.fromtimestamp(one.at, zone).date().isoformat(),
            DECISIONS[one.decision],
        )
        for name, one in figures.proposed
    ]
    return Table("阶梯", ("承办单位", "建议", "查实日期", "决定"), tuple(rows))


def _ladder_lines(ladder: Table) -> list[str]:
    open_ones = [row for row in ladder.rows if row[3] == DECISIONS[None]]
    if not open_ones:
        return []
    listed = "；".join(
        f"{name} {rung}（{day}查实）" for name, rung, day, _ in open_ones[:LISTED]
    )
    more = f"……共{len(open_ones)}条" if len(open_ones) > LISTED else ""
    return [f"待主管决定：{listed}{more}。"]


# ── charts ────────────────────────────────────────────────────────────────────────────


def _short(of: Period) -> str:
    if of.name == "week":
        return f"{of.first.month}.{of.first.day}"
    return f"{of.first.month}月" if of.first.month == 1 else str(of.first.month)


def _trend_panel(figures: Figures, trend: Table) -> Mapping[str, Any]:
    unit = "周（标的是周一）" if figures.period.name == "week" else "个月"
    return {
        "kind": "trend",
        "title": f"近{len(trend.rows)}{unit}的新收与办结（件；空心：不足5）",
        "labels": [_short(of) for of, _ in figures.trend],
        "series": [
            ["新收", [row[1] for row in trend.rows]],
            ["办结", [row[2] for row in trend.rows]],
        ],
        "weight": 4,
    }


def _category_panel(figures: Figures, categories: Table) -> Mapping[str, Any]:
    year_ago = figures.year_ago
    return {
        "kind": "bars",
        "title": f"各类新收（件），{called(figures.period)}",
        "names": [row[0] for row in categories.rows[:-1]],
        "now": [row[1] for row in categories.rows[:-1]],
        "then": [row[2] for row in categories.rows[:-1]],
        "keys": ["今年", "去年同期" if year_ago else ""],
        "weight": 8,
    }


def _rates_panel(shares: Table, month: str) -> Mapping[str, Any]:
    return {
        "kind": "rates",
        "title": f"三率，{month}",
        "names": [row[0] for row in shares.rows],
        "shares": [
            row[1] if isinstance(row[1], float) else None for row in shares.rows
        ],
        "words": [_percent(row[1]) for row in shares.rows],
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
    lines = [name if len(name) <= 14 else f"{name[:13]}…" for name in names]
    if len(lines) > IN_SQUARE:
        lines = [*lines[: IN_SQUARE - 1], f"……共{len(names)}个，见表格"]
    return f"{letter} {QUADRANTS[letter]}（{len(names)}个）", lines
