"""What a screen offers now would succeed now: a clock that has run out takes its order
away.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dialogs.case.deciding import decide, possible_now
from dialogs.case.life import Case
from dialogs.case.order_table import possible
from dialogs.case.orders import Extend, Merge, Order, Redate, Reply, Return
from dialogs.case.refusals import Refusal
from tests.dialogs.case.test_side_doors import AT, CASE, DAY, TERMS, WANG, does, sent

LATER = timedelta(days=30)


def offered(case: Case, at: datetime) -> set[str]:
    return {*possible_now(case, at, TERMS)}


@pytest.mark.parametrize(
    ("order", "name", "days"),
    [
        (Return("规则第三条"), "return", 3),
        (Extend(3, "还在核对"), "extend", 30),
        (Redate(AT + 31 * DAY, "写错了"), "redate", 30),
    ],
)
def test_what_comes_too_late_is_not_offered(
    order: Order, name: str, days: float
) -> None:
    """Nor is it carried out."""
    case = sent()
    assert name in offered(case, AT + DAY / 2)
    assert name not in offered(case, AT + days * DAY)
    assert name in possible(case), "the table alone knows of no time"
    with pytest.raises(Refusal):
        does(case, order, days)


def test_what_nobody_reads_is_not_asked() -> None:
    assert "ask" not in offered(replace(CASE, reports=()), AT)
    assert "ask" in offered(CASE, AT)


def test_it_is_merged_once_what_was_written_is_sent() -> None:
    waits = does(CASE, Reply("在看")).case
    assert "merge" in offered(CASE, AT) and "merge" not in offered(waits, AT)
    into = replace(CASE, id="other", alias="青松-AAAA")
    with pytest.raises(Refusal, match="再合并"):
        decide(
            waits, Merge("x"), WANG, AT, TERMS, into=into, role="operator", unit_id=None
        )
