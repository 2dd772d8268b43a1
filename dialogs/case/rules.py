"""The numbers that the hotline works by: one TOML file over the defaults, checked by a schema. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
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
)
from pydantic_core import PydanticCustomError

from dialogs.case.clock import Allowance, Clock, Unit

Name = Literal["accept", "assign", "answer", "answer_complex", "rectify", "on_site", "result"]
Step = Literal["urged", "supervised", "escalated", "circulated"]
Kept = Literal["declined", "merged", "closed", "drafts", "originals", "media", "logs", "backups", "unread"]
Category = Literal[
    "documents", "meetings", "inspections", "forms", "fingertip", "signage", "off_list_tasks", "certificates",
    "showcase", "secondment", "event_quota", "other",
]  # fmt: skip
UNIT_CLOCKS: tuple[Clock, ...] = ("answer", "rectify", "on_site", "result")  # they run against a unit
SPAN = r"^(\d{1,4}) ?([WCDh])$"
HOURS: dict[Unit, int] = {"h": 1, "C": 24, "D": 24, "W": 34}  # roughly, to compare steps of different units


class RulesError(ValueError):
    """The rules cannot be worked by: one Chinese line that names the key."""


def _allowance(value: object) -> Allowance:
    found = re.fullmatch(SPAN, value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("span", '要写成 "5 W"、"1 C"、"0 D" 或 "2 h"（数字、空格、单位）')
    number, unit = found.groups()
    return Allowance(int(number), cast(Unit, unit))


Span = Annotated[Allowance, PlainValidator(_allowance), WithJsonSchema({"type": "string", "pattern": SPAN})]
Days = Annotated[int, Field(ge=1, le=36500, strict=True)]
Times = Annotated[int, Field(ge=0, le=9, strict=True)]


class Rules(BaseModel):
    """As the file has it; `docs/clocks.md` explains each."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    extension: Span
    extensions: Times
    returns: Times
    return_within: Span
    rectify_most: Span
    warn_at: float = Field(gt=0, lt=1, strict=True)
    hear_every: Span
    callback_after: Span
    callback_again_after: Span
    look_back_after: Span
    look_back_later: Span
    forget_after: Span
    forget_later: Span
    deadlines: Mapping[Name, Span]
    urgent: Mapping[Name, Span]
    category: Mapping[Category, Mapping[Name, Span]] = {}
    urgent_category: Mapping[Category, Mapping[Name, Span]] = {}
    steps: Mapping[Step, Span]
    urgent_steps: Mapping[Step, Span]
    retention: Mapping[Kept, Days]

    @classmethod
    def default(cls) -> Rules:
        return _default()

    def deadline(
        self, clock: Clock, category: str = "", urgent: bool = False, complex: bool = False
    ) -> Allowance:
        """What a clock is started with. The narrower rule goes first, urgency before category."""
        tables: list[Mapping[Any, Allowance]] = [self.category.get(category, {}), self.deadlines]  # type: ignore[call-overload]
        if urgent:
            tables = [self.urgent_category.get(category, {}), self.urgent, *tables]  # type: ignore[call-overload]
        name = "answer_complex" if clock == "answer" and complex else clock
        return next(table[name] for table in tables if name in table)

    def steps_for(self, clock: Clock) -> Mapping[Step, Allowance]:
        """The steps after a breach and how long after it, in order; none where the hotline itself is late."""
        if clock not in UNIT_CLOCKS:
            return {}
        return self.urgent_steps if clock in ("on_site", "result") else self.steps


def parse(text: str) -> Rules:
    """The rules of a deployment: what its file says, and for the rest the defaults.

    Raises: RulesError.
    """
    try:
        return Rules.model_validate(_over(_shipped(), tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"不是合法的 TOML：{error}") from None
    except ValidationError as error:
        raise RulesError(str(error)) from None


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = below.get(key)
        merged[key] = _over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "rules.toml").read_text("utf-8"))


@cache
def _default() -> Rules:
    return parse("")
