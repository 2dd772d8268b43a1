"""The orders as staff give them in a chat: by button, by command, by a reply to a
prompt. Pure; all of it is read from the table of orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dialogs.case.order_row import Field, OrderRow
from dialogs.case.order_table import ORDERS
from dialogs.case.orders import Order
from dialogs.case.refusals import Refusal
from dialogs.case.typed import Now


@dataclass(frozen=True, slots=True)
class Verb:
    """An order as a chat has it. label: on its button; preset: what the command itself
    says (/take is to claim, and to take it over).
    """

    label: str
    row: OrderRow
    preset: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asks(self) -> str:
        """What has to be written, "" for nothing."""
        return self.row.asks

    @property
    def needs_words(self) -> bool:
        return bool(self.asks) and not self.row.wordless


def _verbs() -> Iterator[tuple[str, Verb]]:
    """Who has it first, then the moves, then what is only said."""
    for row in sorted(ORDERS, key=lambda row: not row.first and row.trigger is None):
        yield row.name, Verb(row.label, row)
        for asked in row.fields:
            if asked.command:
                preset = {asked.name: asked.means}
                yield asked.command, Verb(asked.label, row, preset)


VERBS: Mapping[str, Verb] = dict(_verbs())
LABELS = {verb.label: name for name, verb in VERBS.items()}
EARLIER = {"finding": "find"}  # as buttons of older cards have it


def ordered(verb: str, words: str, now: Now) -> Order:
    """The order that a verb and its words mean. Raises: Refusal, saying how it is
    written.
    """
    known = VERBS[verb]
    row = known.row
    words = words.strip()
    if known.needs_words and not words:
        raise Refusal("words_wanted", what=row.asks.rstrip("。"))
    values = row.grammar(row.fields, words, now)
    return row.order(**values, **known.preset)


def asks_for_a_case(verb: str) -> bool:
    """Whether the first word after the command is another case."""
    known = VERBS.get(verb)
    return known is not None and any(one.kind == "case" for one in known.row.fields)


def choices(row: OrderRow) -> list[str]:
    """What need not be written: the answers to the first thing that the order asks."""
    first: Field | None = next(iter(row.fields), None)
    if first is None:
        return []
    return [*first.choices.values(), *first.templates]


def chosen(row: OrderRow, choice: str) -> str:
    """The words that a choice stands for."""
    templates = row.fields[0].templates if row.fields else {}
    return templates.get(choice, "") if templates else choice


# ── prompts: all that a reply to them means stands in their first lines ───────────────

PROMPT = re.compile(r"【(.+?)】(\S+)")
PROMPT_STATE = re.compile(r"现在是“(.+?)”。")
COVERED_FIRST = 2  # lines: a sentence that covers the words may stand above them


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a prompt of ours asked. verb: "" where there is no such order any more;
    state: the Chinese name of the state in which the case was then, "" where an older
    version asked.
    """

    verb: str
    alias: str
    state: str = ""


def prompt(verb: str, alias: str, state: str) -> str:
    """state: the Chinese name of the state in which the case is now."""
    asked = VERBS[verb].asks.rstrip("。")
    return f"{headed(verb, alias, state)}请回复这条消息，写：{asked}。"


def headed(verb: str, alias: str, state: str) -> str:
    """How a prompt begins: by this it is known again."""
    return f"【{VERBS[verb].label}】{alias}\n现在是“{state}”。"


def prompted(words: str) -> Prompt | None:
    """What a message of ours asked; None for what is no prompt."""
    lines = words.split("\n")
    for at, line in enumerate(lines[:COVERED_FIRST]):
        found = PROMPT.fullmatch(line.strip())
        if found is None:
            continue
        state = PROMPT_STATE.match("".join(lines[at + 1 : at + 2]))
        verb = LABELS.get(found[1], "")
        return Prompt(verb, found[2], state[1] if state else "")
    return None


COMMAND = re.compile(
    r"/([A-Za-z][A-Za-z0-9_]*|[\u4e00-\u9fff]+)(?:@(\w+))?(?:\s+(.*))?", re.DOTALL
)


def command(words: str, name: str | None) -> tuple[str, str] | None:
    """(command, what follows); None for what is no command, or another bot's. name: our
    username.

    What stands on a button will do as a command, too: /受理 is /accept.
    """
    found = COMMAND.fullmatch(words.strip())
    if found is None:
        return None
    typed, addressee, rest = found[1], found[2], found[3] or ""
    if addressee and name and addressee.lower() != name.lower():
        return None
    return named(LABELS.get(typed, typed.lower().replace("_", "-"))), rest.strip()


def named(verb: str) -> str:
    """As it is called today."""
    return EARLIER.get(verb, verb)


def as_command(verb: str) -> str:
    """As it is typed: a messenger takes no hyphen in a command."""
    return f"/{verb.replace('-', '_')}"
