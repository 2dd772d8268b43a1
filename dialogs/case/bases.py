"""On which rules a paper may rest: by what the case is, and never before a rule was
there. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Category = Literal[
    "documents",
    "meetings",
    "inspections",
    "forms",
    "fingertip",
    "signage",
    "off_list_tasks",
    "certificates",
    "showcase",
    "secondment",
    "event_quota",
    "other",
]


class Basis(BaseModel):
    """A published rule. title: as a paper cites it, "" where a deployment does without;
    since: the day from which it is there; categories: that it is about, none where it
    is about all; electronic: only about apps, groups and the like, not about paper.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    title: str = Field(max_length=200)
    since: date
    categories: tuple[Category, ...] = ()
    electronic: bool = False

    def is_about(self, category: str, *, electronic: bool) -> bool:
        """Whether it has rules for this very kind of case."""
        return category in self.categories and (electronic or not self.electronic)


def cited(
    bases: Iterable[Basis], category: str, filed: date, *, electronic: bool
) -> tuple[str, ...]:
    """What a paper cites for a case; nothing, where no rule was there yet.

    filed: the day on which it was reported. electronic: it is about an app or the like.
    """
    in_force = [basis for basis in bases if basis.title and basis.since <= filed]
    special = [one for one in in_force if one.is_about(category, electronic=electronic)]
    if special:
        return tuple(one.title for one in special)
    general = [one for one in in_force if not one.categories]
    newest = max(general, key=lambda one: one.since, default=None)
    return (newest.title,) if newest else ()
