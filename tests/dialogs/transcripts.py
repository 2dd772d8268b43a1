"""Talks as the docs show them, played anew: `python -m tests.dialogs.transcripts`."""

from __future__ import annotations

from bot.channels.render import render
from dialogs.catalogue import DIALOGS
from dialogs.hearing import EVERYWHERE
from dialogs.looks import kind_of
from dialogs.words import Message
from tests.dialogs.chat import Chat

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


if __name__ == "__main__":
    print(f"{acts()}\n")
    for name in TALKS:
        print(f"== {name}\n{played(name)}\n")
