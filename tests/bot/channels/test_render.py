"""What every messenger is given: the words, the buttons, and the numbers to call."""

from __future__ import annotations

import pytest

from bot.channels.render import numbered, render
from dialogs import looks
from dialogs.words import Button, Message

SIGNPOST = "signpost.120"  # 听起来很急：…，请马上拨打 120。
UNDO = Button("keep", "b.keep")


def test_a_notice_takes_no_number_from_the_prompt_below_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(looks.KINDS, "stale", "notice")
    told = numbered(render(Message("stale", buttons=(UNDO,))))
    assert told == "· 这一步已经过去了，请看最新的一条。 [不，继续写]"


def test_an_emergency_begins_with_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(looks.KINDS, SIGNPOST, "emergency")
    urgent = render(Message(SIGNPOST))
    assert urgent.calls == ("120",)
    assert numbered(urgent).startswith("☎ 120\n听起来很急")


def test_no_other_message_asks_to_call() -> None:
    assert render(Message(SIGNPOST)).calls == ()
