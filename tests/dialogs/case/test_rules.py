"""Rules: the defaults are those of the domain, a file overrides them, each mistake is
one line.
"""

from __future__ import annotations

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest

from dialogs.case.allowance import Allowance, Clock
from dialogs.case.bases import Category
from dialogs.case.life import OPEN, State
from dialogs.case.rules import UNIT_CLOCKS, Rules, RulesError, parse, schema
from dialogs.understand import CATEGORIES

ROOT = Path(__file__).parents[3]
RULES = Rules.default()
SHIPPED = (files("dialogs.case") / "rules.toml").read_text("utf-8")


def span(text: str) -> Allowance:
    number, unit = text.split()
    return Allowance(int(number), unit)  # type: ignore[arg-type]


# ── defaults ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("clock", "urgent", "complex", "given"),
    [
        ("accept", False, False, "1 C"),
        ("assign", False, False, "1 W"),
        ("answer", False, False, "5 W"),
        ("answer", False, True, "15 W"),
        ("rectify", False, False, "30 W"),
        ("accept", True, False, "1 C"),
        ("assign", True, False, "1 C"),
        ("on_site", True, False, "2 h"),
        ("result", True, False, "0 D"),
        ("answer", True, True, "0 D"),
    ],
)
def test_deadlines(clock: Clock, urgent: bool, complex: bool, given: str) -> None:
    """As the domain has them; nothing urgent waits for a working day."""
    assert RULES.deadline(clock, "forms", urgent, complex) == span(given)


def test_the_other_numbers() -> None:
    assert (RULES.extension, RULES.returns, RULES.return_within) == (
        span("10 W"),
        2,
        span("1 W"),
    )
    assert (RULES.rectify_most, RULES.warn_at, RULES.hear_every) == (
        span("30 W"),
        0.8,
        span("7 C"),
    )
    assert (RULES.callback_after, RULES.callback_again_after) == (
        span("3 C"),
        span("3 C"),
    )
    assert (RULES.look_back_after, RULES.look_back_later) == (
        span("30 C"),
        span("90 C"),
    )
    assert (RULES.forget_after, RULES.forget_later) == (span("31 C"), span("91 C"))


def test_steps_come_in_order_and_only_to_units() -> None:
    """催办, 督办, 提级督办, 通报; the hotline is not pressed, it is only warned."""
    for clock in UNIT_CLOCKS:
        assert list(RULES.steps_for(clock)) == [
            "urged",
            "supervised",
            "escalated",
            "circulated",
        ]
    assert RULES.steps_for("accept") == RULES.steps_for("assign") == {}
    assert all(offset.unit != "W" for offset in RULES.steps_for("on_site").values())


def test_everything_that_ends_has_its_days() -> None:
    """Each substate that a case may end in, and all that lies beside the cases."""
    assert {"declined", "merged", "closed"} <= set(RULES.retention)
    assert {"drafts", "originals", "media", "logs", "backups", "unread"} <= set(
        RULES.retention
    )
    assert (
        RULES.retention["unread"] == 14
        and RULES.retention["drafts"] == RULES.retention["originals"] == 1
    )
    assert (
        not {state.value for state in OPEN} & set(RULES.retention)
        and State.MERGED.value in RULES.retention
    )


def test_categories_are_those_of_the_domain() -> None:
    assert get_args(Category) == CATEGORIES


# ── a deployment's own ────────────────────────────────────────────────────────────────


def test_a_file_says_only_what_differs() -> None:
    own = parse('returns = 1\n[deadlines]\nanswer = "7 W"\n[retention]\nlogs = 7\n')
    assert own == RULES.model_copy(
        update={
            "returns": 1,
            "deadlines": {**RULES.deadlines, "answer": span("7 W")},
            "retention": {**RULES.retention, "logs": 7},
        }
    )
    assert parse("") == parse(SHIPPED) == RULES


def test_the_narrower_rule_goes_first() -> None:
    """Category before general, and urgency before category."""
    own = parse(
        '[category.certificates]\nanswer = "3 W"\nassign = "2 W"\n'
        '[urgent]\nassign = "6 h"\n[urgent_category.certificates]\non_site = "4 h"\n'
    )
    assert own.deadline("answer", "certificates") == span("3 W")
    assert own.deadline("answer", "certificates", complex=True) == span("15 W")
    assert own.deadline("answer", "forms") == span("5 W")
    assert own.deadline("assign", "certificates") == span("2 W")
    assert own.deadline("assign", "certificates", urgent=True) == span("6 h")
    assert own.deadline("on_site", "certificates", urgent=True) == span("4 h")
    assert own.deadline("on_site", "forms", urgent=True) == span("2 h")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("retuns = 3", "没有 retuns 这一项：是不是 returns？"),
        (
            '[deadlines]\nanser = "5 W"',
            "没有 deadlines.anser 这一项：是不是 deadlines.answer？",
        ),
        (
            '[category.froms]\nanswer = "5 W"',
            "没有 category.froms 这一项：是不是 category.forms？",
        ),
        (
            '[category.forms]\nx = "5 W"',
            "没有 category.forms.x 这一项：这里可以写：accept、assign、",
        ),
        (
            "[retention]\nsteps = 1",
            "没有 retention.steps 这一项：这里可以写：declined、",
        ),
        ('[deadlines]\nanswer = "5 days"', "deadlines.answer 不对：要写成"),
        ("[deadlines]\nanswer = 5", "deadlines.answer 不对：要写成"),
        ('[category.forms]\nanswer = "5W\\n"', "category.forms.answer 不对：要写成"),
        ("deadlines = 5", "deadlines 不对：是一张表"),
        ("warn_at = 1.5", "warn_at 不对：要小于1"),
        ('warn_at = "most"', "warn_at 不对：要写成小数"),
        ("returns = 2.5", "returns 不对：要写成整数"),
        ("returns = -1", "returns 不对：不能小于0"),
        ("returns = true", "returns 不对：要写成整数"),
        ("[retention]\nlogs = 0", "retention.logs 不对：不能小于1"),
        (
            "[retention]\ndrafts = 2",
            "retention.drafts 和 retention.originals 不能大于1",
        ),
        ("[retention]\nclosed = 60", "retention.closed 不能短于 forget_later"),
        ('[steps]\nurged = "3 W"', "steps 的次序不对"),
        ('[urgent_steps]\nescalated = "30 m"', "urgent_steps.escalated 不对"),
        ('[urgent]\nassign = "1 W"', "urgent.assign 不能用工作日"),
        ('[deadlines]\nresult = "1 W"', "deadlines.result 不能用工作日"),
        (
            '[urgent_category.forms]\nresult = "1 W"',
            "urgent_category.forms.result 不能用工作日",
        ),
        ('[urgent_steps]\ncirculated = "9 W"', "urgent_steps.circulated 不能用工作日"),
        ('forget_after = "20 C"', "forget_after 不能早于 look_back_after"),
        ('forget_later = "60 C"', "forget_later 不能早于 look_back_later"),
        ('callback_after = "40 C"', "look_back_after 不能早于 callback_after"),
        ('hear_every = "0 C"', "hear_every 不能短于一天"),
        ('rectify_most = "20 W"', "deadlines.rectify 不能长于 rectify_most"),
        ("ladder_months = 0", "ladder_months 不对：不能小于1"),
        (
            'ladder_reset = "often"',
            "ladder_reset 不对：只能写 never、year、sanction",
        ),
        ('[bases.own]\ntitle = "《某办法》"', "bases.own.since 不对：没有写"),
        (
            '[bases.own]\ntitle = "《某办法》"\nsince = "去年"',
            "bases.own.since 不对：要写成日期",
        ),
        (
            '[bases.own]\ntitel = "《某办法》"\nsince = 2026-01-01',
            "bases.own.title 不对：没有写",
        ),
        (
            "[bases.apps]\nsinse = 2026-01-01",
            "没有 bases.apps.sinse 这一项：是不是 bases.apps.since？",
        ),
        ('[bases.apps]\ncategories = ["froms"]', "bases.apps.categories.0 不对"),
        ("returns = ", "不是合法的 TOML"),
    ],
)
def test_a_mistake_is_one_chinese_line_that_names_the_key(text: str, said: str) -> None:
    with pytest.raises(RulesError) as refused:
        parse(text)
    assert str(refused.value).startswith(said) and "\n" not in str(refused.value)


# ── schema and words ──────────────────────────────────────────────────────────────────


def test_the_schema_in_the_docs_is_the_one_that_is_checked() -> None:
    """Editors check a file by it while it is written."""
    assert (
        json.loads((ROOT / "docs" / "rules.schema.json").read_text("utf-8")) == schema()
    )


def test_the_docs_tell_every_default() -> None:
    """Each key of the shipped file stands in the table with its default, and
    no other.
    """
    told = dict(
        re.findall(
            r"^\| `([\w.]+)` \| `(.+?)` \|",
            (ROOT / "docs" / "clocks.md").read_text("utf-8"),
            re.M,
        )
    )
    meant: dict[str, str] = {}
    shipped = tomllib.loads(SHIPPED)
    shipped.pop("bases")  # on the page about units: tests/dialogs/case/test_bases.py
    for key, value in shipped.items():
        inner = (
            {f"{key}.{name}": one for name, one in value.items()}
            if isinstance(value, dict)
            else {key: value}
        )
        meant |= {name: str(one) for name, one in inner.items()}
    assert told == meant
