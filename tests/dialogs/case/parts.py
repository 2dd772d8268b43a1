"""A case with other values, whichever of its parts holds them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dialogs.case.life import Assignment, Case, Followup


def changed(case: Case, **values: Any) -> Case:
    given = _own(values, Assignment)
    told = _own(values, Followup)
    case = case.with_assignment(**given).with_followup(**told)
    kept = {name: values[name] for name in values.keys() - given.keys() - told.keys()}
    return replace(case, **kept)


def _own(values: Mapping[str, Any], part: type) -> dict[str, Any]:
    names = values.keys() & set(part.__slots__)  # type: ignore[attr-defined]
    return {name: values[name] for name in names}
