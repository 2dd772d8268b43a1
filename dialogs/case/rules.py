"""The numbers that the hotline works by: one TOML file over the defaults, checked by a
schema. Pure.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from dialogs.case.allowance import Allowance, Clock, TimeUnit
from dialogs.case.bases import Basis, Category
from dialogs.case.duty import ANY_UNIT, Shift, shift_of
from dialogs.case.ladder import LadderRule, Reset

DeadlineName = Literal[
    "accept",
    "assign",
    "answer",
    "answer_complex",
    "answer_again",
    "rectify",
    "on_site",
    "result",
]
LadderStep = Literal["urged", "supervised", "escalated", "circulated"]
KeptKind = Literal[
    "declined",
    "merged",
    "closed",
    "drafts",
    "originals",
    "media",
    "logs",
    "backups",
    "unread",
]
# They run against a unit.
UNIT_CLOCKS: tuple[Clock, ...] = ("answer", "rectify", "on_site", "result")
URGENT_CLOCKS: tuple[Clock, ...] = ("on_site", "result")
SPAN = r"^(\d{1,4}) ?([WCDh])$"
# Roughly, to compare different units.
HOURS: dict[TimeUnit, float] = {"h": 1, "C": 24, "D": 24, "W": 24 * 7 / 5}
# By pydantic's name of the error.
SAYS = {
    "shift": '要写成 "王芳 8-22" 或 "王芳 工作日 8-18"：谁、哪些天'
    "（工作日、休息日、节假日、周六至周日、2026-10-01至2026-10-07）、几点到几点",
    "span": '要写成 "5 W"、"1 C"、"0 D" 或 "2 h"',
    "int_type": "要写成整数",
    "float_type": "要写成小数，如 0.8",
    "greater_than": "要大于{gt}",
    "greater_than_equal": "不能小于{ge}",
    "less_than": "要小于{lt}",
    "less_than_equal": "不能大于{le}",
    "literal_error": "只能写 {expected}",
    "date_type": "要写成日期，如 2024-08-06",
    "date_parsing": "要写成日期，如 2024-08-06",
    "date_from_datetime_parsing": "要写成日期，如 2024-08-06",
    "missing": "没有写",
    "dict_type": "是一张表，要写成 [表名] 下面各占一行",
}
NEVER_BEFORE = (  # the second of two must not come before the first
    ("look_back_after", "forget_after"),
    ("look_back_later", "forget_later"),
    ("callback_after", "look_back_after"),
    ("look_back_after", "look_back_later"),
)


class RulesError(ValueError):
    """The rules cannot be worked by: one Chinese line that names the key."""


def _allowance(value: object) -> Allowance:
    found = re.fullmatch(SPAN, value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("span", "not a span of time")
    number, unit = found.groups()
    return Allowance(int(number), cast(TimeUnit, unit))


Span = Annotated[
    Allowance,
    PlainValidator(_allowance),
    WithJsonSchema({"type": "string", "pattern": SPAN}),
]


def _shift(value: object) -> Shift:
    found = shift_of(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("shift", "not a shift")
    return found


DutyShift = Annotated[Shift, PlainValidator(_shift), WithJsonSchema({"type": "string"})]
Days = Annotated[int, Field(ge=1, le=36500, strict=True)]
Deadlines = Mapping[DeadlineName, Span]


class Rules(BaseModel):
    """As the file has it: `docs/clocks.md` explains each."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    extension: Span
    returns: int = Field(ge=0, le=9, strict=True)
    return_within: Span
    rectify_most: Span
    asks: int = Field(ge=0, le=9, strict=True)
    wait_most: Span
    warn_at: float = Field(gt=0, lt=1, strict=True)
    hear_every: Span
    callback_after: Span
    callback_again_after: Span
    look_back_after: Span
    look_back_later: Span
    forget_after: Span
    forget_later: Span
    quick_from: float = Field(gt=0, le=1, strict=True)
    good_from: float = Field(gt=0, le=1, strict=True)
    ladder_months: int = Field(ge=1, le=120, strict=True)
    ladder_reset: Reset
    deadlines: Deadlines
    urgent: Deadlines
    category: Mapping[Category, Deadlines]
    urgent_category: Mapping[Category, Deadlines]
    steps: Mapping[LadderStep, Span]
    urgent_steps: Mapping[LadderStep, Span]
    retention: Mapping[KeptKind, Days]
    bases: Mapping[str, Basis]
    duty: Mapping[str, Annotated[tuple[DutyShift, ...], Field(min_length=1)]]

    @classmethod
    def default(cls) -> Rules:
        return _default()

    @property
    def ladder(self) -> LadderRule:
        """How a unit's findings are counted."""
        return LadderRule(self.ladder_months, self.ladder_reset)

    def deadline(
        self,
        clock: Clock,
        category: str = "",
        urgent: bool = False,
        complex: bool = False,
        *,
        again: bool = False,
    ) -> Allowance:
        """What a clock is started with. The narrower rule goes first, urgency before
        category. again: an answer that was sent back.
        """
        kind = cast(Category, category)
        tables = [self.category.get(kind, {}), self.deadlines]
        if urgent:
            tables = [self.urgent_category.get(kind, {}), self.urgent, *tables]
        name: DeadlineName = clock
        if clock == "answer" and complex:
            name = "answer_complex"
        if again:
            name = "answer_again"
        return next(table[name] for table in tables if name in table)

    def steps_for(self, clock: Clock) -> Mapping[LadderStep, Allowance]:
        """The steps after a breach and how long after it, in order; none where the
        hotline itself is late.
        """
        if clock not in UNIT_CLOCKS:
            return {}
        return self.urgent_steps if clock in URGENT_CLOCKS else self.steps

    @model_validator(mode="after")
    def _makes_sense(self) -> Rules:
        """Nothing is asked or told without end, and no default breaks its own limit."""
        if ANY_UNIT not in self.duty:
            raise ValueError(f"duty 里要有“{ANY_UNIT}”：没有另写的单位照它")
        for name in ("hear_every", "callback_again_after"):
            if _hours(getattr(self, name)) < 24:
                raise ValueError(f"{name} 不能短于一天：反映人不该一直被打扰")
        if _hours(self.deadlines["rectify"]) > _hours(self.rectify_most):
            raise ValueError("deadlines.rectify 不能长于 rectify_most")
        return self

    @model_validator(mode="after")
    def _in_order(self) -> Rules:
        """What comes after something else must not be set before it."""
        _check_ladder("steps", self.steps)
        _check_ladder("urgent_steps", self.urgent_steps)
        for first, second in NEVER_BEFORE:
            if _hours(getattr(self, first)) > _hours(getattr(self, second)):
                raise ValueError(f"{second} 不能早于 {first}")
        if self.retention["closed"] * 24 < _hours(self.forget_later):
            raise ValueError("retention.closed 不能短于 forget_later：回头看之前不能删")
        if self.retention["drafts"] > 1 or self.retention["originals"] > 1:
            raise ValueError(
                "retention.drafts 和 retention.originals 不能大于1："
                "草稿和原文最多留一天"
            )
        return self

    @model_validator(mode="after")
    def _urgent_never_waits(self) -> Rules:
        """No rule of working days for what is urgent."""
        deadlines = self.deadlines.items()
        urgent = {name: span for name, span in deadlines if name in URGENT_CLOCKS}
        _check_no_working_days("deadlines", urgent)
        _check_no_working_days("urgent", self.urgent)
        _check_no_working_days("urgent_steps", self.urgent_steps)
        for code, table in self.urgent_category.items():
            _check_no_working_days(f"urgent_category.{code}", table)
        return self


def _check_ladder(name: str, table: Mapping[LadderStep, Allowance]) -> None:
    in_order = sorted(table, key=lambda step: _hours(table[step]))
    if list(table) != in_order:
        raise ValueError(
            f"{name} 的次序不对：催办、督办、提级督办、通报，后一步不能早于前一步"
        )


def _check_no_working_days(where: str, table: Mapping[Any, Allowance]) -> None:
    for name, span in table.items():
        if span.unit == "W":
            raise ValueError(
                f"{where}.{name} 不能用工作日（W）：加急件不等工作日，请用 h、C 或 D"
            )


def _hours(span: Allowance) -> float:
    return span.number * HOURS[span.unit]


def parse(text: str) -> Rules:
    """The rules of a deployment: what its file says, and for the rest the defaults.

    Raises: RulesError.
    """
    try:
        given = tomllib.loads(text)
        return Rules.model_validate(_over(_shipped(), given))
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"不是合法的 TOML：{error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RulesError(_told(first)) from None


def schema() -> dict[str, Any]:
    """The JSON schema of a file that overrides: everything may be left out."""
    whole = Rules.model_json_schema()
    whole.pop("required")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": "减负专线的规则",
    }


def _told(error: ErrorDetails) -> str:
    if error["type"] == "value_error":  # several keys that do not fit together
        return str(error["ctx"]["error"])
    path = [str(part) for part in error["loc"] if part != "[key]"]
    key = ".".join(path)
    is_about_a_key = "[key]" in error["loc"] or error["type"] == "extra_forbidden"
    if is_about_a_key:
        return f"没有 {key} 这一项：{_meant(path)}"
    reason = SAYS.get(error["type"], "说明见 docs/clocks.md")
    told = {name: _plain(value) for name, value in error.get("ctx", {}).items()}
    return f"{key} 不对：" + reason.format_map(told)


def _plain(value: object) -> str:
    """pydantic lists choices as 'one', 'two' or 'three'."""
    return re.sub(r"', '|' or '", "、", str(value)).strip("'")


def _meant(path: Sequence[str]) -> str:
    """What may have been meant by a key that is not there."""
    *table, written = path
    known = _names(table)
    near = difflib.get_close_matches(written, known, n=1)
    if not near:
        return f"这里可以写：{'、'.join(known)}"
    return f"是不是 {'.'.join([*table, near[0]])}？"


def _names(table: Sequence[str]) -> list[str]:
    """What may stand in a table."""
    whole = schema()
    node = whole
    for part in table:
        if "properties" in node:
            node = node["properties"][part]
        else:
            node = node["additionalProperties"]
        if "$ref" in node:
            node = whole["$defs"][node["$ref"].rpartition("/")[2]]
    if "properties" in node:
        return list(node["properties"])
    return list(node["propertyNames"]["enum"])


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key, everything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        under = below.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            value = _over(under, value)
        merged[key] = value
    return merged


@cache
def _shipped() -> dict[str, Any]:
    shipped = tomllib.loads((files(__package__) / "rules.toml").read_text("utf-8"))
    return {"category": {}, "urgent_category": {}, **shipped}


@cache
def _default() -> Rules:
    return parse("")
