"""Who works with the hotline, and who must not see a case. Pure.

Who may order what stands with the orders (`order_table.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

Role = Literal[
    "operator",
    "supervisor",
    "custodian",
    "auditor",
    "liaison",
    "leader",
    "observer",
    "applicant",
]
ROLES: Mapping[Role, str] = {
    "operator": "专线工作人员",
    "supervisor": "专线主管",
    "custodian": "身份保管人",
    "auditor": "审计",
    "liaison": "承办单位联络员",
    "leader": "承办单位负责人",
    "observer": "观测点观察员",
    "applicant": "申请部门",
}
HOTLINE: tuple[Role, ...] = (
    "operator",
    "supervisor",
)  # they read every case that they are not blind to


# They belong to a unit, and order nothing for the hotline.
OF_UNITS: tuple[Role, ...] = ("liaison", "leader")


def blind(
    name: str,
    role: Role,
    unit: str | None,
    assigned: str | None,
    concerned: Iterable[tuple[str, Collection[str]]],
) -> bool:
    """Whether this person must not learn that a case exists.

    A case is hidden from the people of every unit it names or is given to; only the
    liaison of the unit that has it sees it, for that unit, and who leads that unit may
    hear that it is late.
    Args:
        unit: whose the person is (id), if any. assigned: the unit that has the case
            (id).
        concerned: (id, names of its people) of each unit that the case names or is
            given to.
    """
    for id, people in concerned:
        answers = role in OF_UNITS and unit == id == assigned
        if not answers and (unit == id or name in people):
            return True
    return False
