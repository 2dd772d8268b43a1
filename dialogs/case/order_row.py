"""What the table of orders says of each: its row, the fields it asks, and how units see
it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dialogs.case.life import Case
from dialogs.case.orders import Order
from dialogs.case.roles import HOTLINE, Role
from dialogs.case.typed import Now

Values = dict[str, Any]
FieldKind = Literal[
    "text", "unit", "case", "day", "days", "number", "choice", "flag"
]  # days: working days; unit: a text that names one; case: alias or serial


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that an order asks.

    name: the attribute of its class; label: what it is called on screens and in docs;
    help: of the terminal; missing: what "请写明…" names, by default the label;
    option: typed with this name in a terminal, else by its place; choices: code →
    Chinese; means: the value that a flag stands for;
    command: a flag that is a command of its own in a chat, with this label;
    templates: texts that need not be written, by what stands on their button.
    """

    name: str
    kind: FieldKind
    label: str
    help: str
    missing: str = ""
    required: bool = True
    option: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    means: bool = True
    command: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)


Grammar = Callable[[tuple[Field, ...], str, Now], Values]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSide:
    """What a unit's liaison is told of an order that units give.

    place: among the orders of units; help: of the command in a chat; done: once it is
    carried out; trial: a valid order, to find out whether the rules allow it now;
    title, warning: of the page where it is looked at before it goes out, "" where it
    goes at once; wants: what "请写明…" asks there for each field;
    grammar: how a unit writes it in one message, where staff write it otherwise;
    echo: what went out, as the chat shows it behind `done`; pictures: whether it may
    bring some, from the page.
    """

    place: int
    help: str
    done: str
    trial: Order
    title: str = ""
    warning: str = ""
    wants: Mapping[str, str] = field(default_factory=dict)
    grammar: Grammar | None = None
    echo: Callable[[Any], str] = lambda order: ""
    pictures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One order, as every screen, rule and record has it.

    name: typed in a terminal and in a chat; order: its class; label, english: on
    buttons; summary: the terminal's help; fields: what it asks, in the order of the
    terminal; asks: what a chat asks for, "" where a button is enough; grammar: how that
    is written in one message;
    roles: who may give it; beside: also given by who has not claimed the case;
    trigger: the move of the case's life, None for what is no move;
    fits: when what is no move can be done; first: its button stands before the moves;
    public: reporters read of it, and are pushed `told`, which is also the step's kind;
    steps: the kinds of steps it leaves → their words; audit: the kind of its audit
    line. Kinds are persisted: they are never changed.
    """

    name: str
    order: type[Order]
    label: str
    english: str
    summary: str
    audit: str
    fields: tuple[Field, ...] = ()
    asks: str = ""
    grammar: Grammar
    roles: tuple[Role, ...] = HOTLINE
    beside: bool = False
    trigger: str | None = None
    fits: Callable[[Case], bool] | None = None
    first: bool = False
    told: str | None = None
    steps: Mapping[str, str] = field(default_factory=dict)
    unit: UnitSide | None = None

    @property
    def public(self) -> bool:
        """Whether reporters learn of it."""
        return self.told is not None

    @property
    def wordless(self) -> bool:
        """Whether a command without a word is enough."""
        return not any(one.required for one in self.fields)

    @property
    def offers_units(self) -> bool:
        """Whether what is written first is a unit, which may be picked."""
        return bool(self.fields) and self.fields[0].kind == "unit"

    def asked(self, name: str) -> Field:
        """Raises: StopIteration, if the order asks no such thing."""
        return next(one for one in self.fields if one.name == name)
