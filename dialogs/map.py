"""The page of docs that shows where the reporter's dialogs may go, drawn from their
tables.

Rewrite it after changing a table: `python -m dialogs.map > docs/dialog-map.md`.
"""

from __future__ import annotations

from typing import Any

from dialogs.catalogue import DIALOGS
from dialogs.diagram import mermaid
from dialogs.talk import Dialog

HEAD = """# 反映人的对话

<!-- 由 `python -m dialogs.map > docs/dialog-map.md` 从转移表画出，请勿手改 -->

任何一步都听得懂：进度、返回、取消、帮助、English、回执码。查进展时，没写完的草稿在下面等着。
"""
SECTION = """
## {title}

```mermaid
{diagram}```
"""


def page() -> str:
    """The whole page, Markdown."""
    return HEAD + "".join(_section(dialog) for dialog in DIALOGS.newest.values())


def _section(dialog: Dialog[Any]) -> str:
    titles = {step.state: step.title for step in dialog.steps} | dict(dialog.ends)
    diagram = mermaid(dialog.transitions, titles)
    return SECTION.format(title=dialog.title, diagram=diagram)


if __name__ == "__main__":
    print(page(), end="")
