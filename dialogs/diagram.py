"""Draws a table of transitions as a Mermaid state diagram, which GitHub and
documentation sites show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any


def mermaid(
    rows: Sequence[Sequence[Any]],
    names: Mapping[Any, str],
    moves: Callable[[str], str] = str,
    first: Enum | None = None,
) -> str:
    """The diagram's text, always the same for the same table.

    rows: `[trigger, from, to, only if …]` as for `transitions`; names: what a state is
    called; moves: what a trigger is called; first: where it begins, by default the
    first row's state. An "only if" is named by the first line of its docstring, else by
    its own name. Rows between the same two states share an arrow.
    """
    arrows: dict[tuple[Enum, Enum], list[str]] = {}
    for trigger, start, to, *rest in rows:
        only_if = [condition for condition in rest[:1] if condition is not None]
        label = moves(trigger) + "".join(
            f"（{_named(condition)}）" for condition in only_if
        )
        labels = arrows.setdefault((start, to), [])
        if label not in labels:
            labels.append(label)
    states = list(dict.fromkeys(state for arrow in arrows for state in arrow))
    begin = first or states[0]
    ends = [state for state in states if all(start is not state for start, _ in arrows)]
    return "\n".join(
        [
            "stateDiagram-v2",
            *(f'    state "{names[state]}" as {state.value}' for state in states),
            f"    [*] --> {begin.value}",
            *(
                f"    {start.value} --> {to.value}: {'、'.join(labels)}"
                for (start, to), labels in arrows.items()
            ),
            *(f"    {state.value} --> [*]" for state in ends),
            "",
        ]
    )


def _named(condition: Callable[..., object]) -> str:
    said = (condition.__doc__ or condition.__name__).strip()
    return said.splitlines()[0].rstrip("。.")
