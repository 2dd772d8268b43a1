"""At a terminal a number means a button of what was printed last."""

from __future__ import annotations

import io

import pytest

from bot.channels.port import Incoming
from bot.channels.render import render
from bot.channels.terminal import TerminalChannel
from dialogs.case.pushes import addressed, push
from dialogs.words import Button, Event, Message, Pressed, Said
from tests.dialogs.chat import NOON

ASKED = addressed(push("ab" * 16, "called_back")[1], "cd")
PROMPT = Message("satisfied", buttons=(Button("yes", "b.yes_satisfied"),), mark="abc1")


async def typed(line: str, *printed: Message) -> Event:
    """What the hotline hears when this is typed after these messages."""
    heard: list[Event] = []

    async def hear(incoming: Incoming) -> None:
        heard.append(incoming.event)

    lines = iter([line, None])
    terminal = TerminalChannel("t", lambda: next(lines), io.StringIO(), lambda: NOON)
    for number, message in enumerate(printed):
        await terminal.send(terminal.address, render(message), bytes([number]))
    await terminal.listen(hear)
    return heard[-1]


@pytest.mark.parametrize(
    ("line", "choice"),
    [("1", "solved:cd"), ("未解决", "unsolved:cd"), (" 4 ", "hush:cd")],
)
async def test_a_number_or_label_presses_the_button_of_a_push(
    line: str, choice: str
) -> None:
    assert await typed(line, PROMPT, ASKED) == Pressed(choice, "", NOON)


@pytest.mark.parametrize("line", ["0", "5", "99", "解决得不错"])
async def test_anything_else_is_said(line: str) -> None:
    assert await typed(line, ASKED) == Said(line, NOON)


async def test_a_prompt_reads_its_own_numbers() -> None:
    assert await typed("1", ASKED, PROMPT) == Said("1", NOON)


CHOICES = ("send", "category", "unit", "place", "when", "pictures", "masks")
LONG = Message(
    "satisfied", buttons=tuple(Button(choice, "b.back") for choice in CHOICES)
)


async def test_many_buttons_are_listed_once_and_on_a_question_mark() -> None:
    out = io.StringIO()
    typed = iter(["?", None])
    terminal = TerminalChannel("t", lambda: next(typed), out, lambda: NOON)
    heard: list[Event] = []

    async def hear(incoming: Incoming) -> None:
        heard.append(incoming.event)

    await terminal.send(terminal.address, render(LONG), b"1")
    assert "  7. " in out.getvalue()
    before = len(out.getvalue())
    await terminal.send(terminal.address, render(LONG), b"2")
    assert "打 ? 再看一遍" in out.getvalue()[before:]
    assert "  7. " not in out.getvalue()[before:]
    await terminal.listen(hear)
    assert "  7. " in out.getvalue()[before:]
    assert [type(event).__name__ for event in heard] == ["Said"]  # the greeting alone
