"""Talks as the docs show them: `python -m tests.dialogs.transcripts` plays them anew
and rewrites the pages.
"""

from __future__ import annotations

import re

from bot.channels.render import render
from dialogs.catalogue import DIALOGS
from dialogs.hearing import EVERYWHERE
from dialogs.looks import kind_of
from dialogs.words import Message
from tests.dialogs.chat import Chat
from tests.project.checkout import ROOT

DOCS = ROOT / "docs"
PAGES = (DOCS / "conversation.md", DOCS / "conversation.en.md")
BLOCK = re.compile(r"^```text\n.*?\n```$", re.M | re.S)
FIRST = "清河街道要我们把同一份台账每周报五次"
TALKS = {
    "ask": (
        FIRST,
        "会不会查到我",
        "我们领导就在减负办，会不会是他看",
        "出具“居民健在证明”是不是我们社区的事？",
        "那无房证明呢",
        "好继续",
    ),
    "correct": (FIRST, "不是街道，是区里的民政局", "可以了"),
    "emergency": (
        FIRST,
        "小周倒了 喊他不应 手冰凉",
        "打了打了 在来的路上",
        "人送医院了，醒了",
        "继续",
    ),
}


def played(name: str) -> str:
    """A talk line by line: what was typed behind ›; buttons are left out but those that
    undo.
    """
    chat = Chat()
    lines: list[str] = []
    for words in TALKS[name]:
        chat.says(words)
        lines.append(f"› {words}")
        lines += [_shown(message) for message in chat.messages]
    return "\n".join(lines)


def _shown(message: Message) -> str:
    rendered = render(message)
    if kind_of(message.name) != "notice":
        return rendered.text
    undo = "".join(f" [{key.label}]" for key in rendered.keys)
    return f"· {rendered.text}{undo}"


def acts() -> str:
    """Which meanings each step acts on by itself, one step a line; those that every
    step acts on come last.
    """
    lines = []
    for dialog in DIALOGS.newest.values():
        for step in dialog.steps:
            own = sorted(set(step.means) | set(dialog.means))
            if step.hears:
                lines.append(f"{dialog.name} {step.state.value}: {' '.join(own)}")
    lines.append(f"every step: {' '.join(sorted(EVERYWHERE))}")
    return "\n".join(lines)


def blocks() -> list[str]:
    """What stands in the pages between ```text and ```, in order."""
    return [acts(), played("correct"), played("emergency"), played("ask")]


def filled(words: str) -> str:
    """A page with its blocks as they are now."""
    new = iter(blocks())
    return BLOCK.sub(lambda _: f"```text\n{next(new)}\n```", words)


def main() -> None:
    for page in PAGES:
        page.write_text(filled(page.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
