"""Who may order what, and who must not learn of a case."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from dialogs.case.order_table import may
from dialogs.case.orders import (
    Accept,
    Answer,
    Extend,
    GrantExtend,
    Note,
    Order,
    Reply,
    Return,
    Supervise,
)
from dialogs.case.roles import HOTLINE, ROLES, Role, blind

NAMES = ("赵", "钱", "孙", "李")
UNITS = ("u1", "u2", "u3")


def test_every_role_is_named() -> None:
    assert set(ROLES) == set(get_args(Role))
    assert set(HOTLINE) < set(ROLES)


def test_the_supervisor_may_do_whatever_there_is() -> None:
    assert all(may("supervisor", kind) for kind in get_args(Order))


def test_what_a_supervisor_decides_no_operator_does() -> None:
    for order in (GrantExtend(True), Supervise("请抓紧")):
        assert not may("operator", order)
        assert may("supervisor", order)
    assert may("operator", Accept())


def test_a_liaison_answers_and_decides_nothing() -> None:
    """What goes to a reporter, or stays among the hotline, is none of a unit's
    business.
    """
    assert all(
        may("liaison", order)
        for order in (Answer("改了"), Extend(3, "人手"), Return("不归我们"))
    )
    assert not any(may("liaison", kind) for kind in (Accept, Note, Reply, GrantExtend))


def test_the_others_give_no_orders() -> None:
    for role in ("custodian", "auditor", "observer", "applicant"):
        assert not any(may(role, kind) for kind in get_args(Order))


concerned = st.lists(
    st.tuples(st.sampled_from(UNITS), st.frozensets(st.sampled_from(NAMES))),
    max_size=3,
    unique_by=lambda one: one[0],
)


@given(
    st.sampled_from(NAMES),
    st.sampled_from(get_args(Role)),
    st.sampled_from([None, *UNITS]),
    st.sampled_from([None, *UNITS]),
    concerned,
)
def test_a_case_is_hidden_from_those_it_is_about(
    name: str,
    role: Role,
    unit: str | None,
    assigned: str | None,
    about: list[tuple[str, frozenset[str]]],
) -> None:
    """Told the other way round: who sees it is of no unit in it, or answers for the one
    that has it.
    """
    hidden = blind(name, role, unit, assigned, about)
    ties = {id for id, people in about if id == unit or name in people}
    duty = (
        {assigned}
        if role in ("liaison", "leader") and unit is not None and unit == assigned
        else set()
    )
    assert hidden == bool(ties - duty)


@given(
    st.sampled_from(NAMES),
    st.sampled_from(get_args(Role)),
    st.sampled_from([None, *UNITS]),
    concerned,
    concerned,
)
def test_naming_more_units_never_shows_a_case_to_more_people(
    name: str,
    role: Role,
    unit: str | None,
    some: list[tuple[str, frozenset[str]]],
    more: list[tuple[str, frozenset[str]]],
) -> None:
    assert blind(name, role, unit, None, [*some, *more]) >= blind(
        name, role, unit, None, some
    )


def test_the_liaison_of_the_unit_that_has_it_sees_it_though_it_names_the_unit() -> None:
    about = [("u1", frozenset({"赵"}))]
    assert not blind("赵", "liaison", "u1", "u1", about)
    assert blind("赵", "liaison", "u1", "u2", about)
    assert blind("赵", "liaison", "u1", None, about)
    assert blind("赵", "operator", None, "u1", about)


def test_that_liaison_is_blind_as_one_of_another_units_people() -> None:
    assert blind("赵", "liaison", "u1", "u1", [("u1", ()), ("u2", ("赵",))])
