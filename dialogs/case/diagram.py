"""The page of docs that shows a case's life, drawn from the table.

Rewrite it after changing the table: `python -m dialogs.case.diagram >
docs/case-life.md`.
"""

from __future__ import annotations

from dialogs.case.life import STATES, TRANSITIONS, State
from dialogs.case.order_table import MOVES
from dialogs.diagram import mermaid

HEAD = """# 工单的一生

<!-- 由 `python -m dialogs.case.diagram > docs/case-life.md` \
从 dialogs/case/life.py 的表画出，请勿手改 -->

图上没有的走法一律不行，命令会说明现在可以做什么。{waiting}随时可以跳过等待：先“接着办”，再做那时能做的事。
补充材料、备注、评价不改变状态；“忘记我”销毁反映人的文字，工单照样办。

```mermaid
{diagram}```

| 状态 | 代码 | 可以走的步骤 |
|---|---|---|
{rows}
"""


def page() -> str:
    """The whole page, Markdown."""
    rows = "\n".join(
        f"| {STATES[state]} | `{state.value}` | {_moves(state)} |" for state in State
    )
    diagram = mermaid(TRANSITIONS, STATES, MOVES.__getitem__)
    return HEAD.format(waiting=f"“{STATES[State.WAITING]}”", diagram=diagram, rows=rows)


def _moves(state: State) -> str:
    found = dict.fromkeys(
        trigger for trigger, start, *_ in TRANSITIONS if start is state
    )
    return "、".join(f"{MOVES[trigger]} `{trigger}`" for trigger in found)


if __name__ == "__main__":
    print(page(), end="")
