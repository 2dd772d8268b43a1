"""The rooms of the house and who imports whom: `python -m tests.project.rooms`.

A room is a folder of `bot/`, a module that stands in `bot/` itself, or one of the other
parts as a whole. An arrow leads from the room that imports to the one that is imported,
once however many names cross. Layers count the longest way down.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.project.checkout import PARTS, ROOT

Graph = Mapping[str, set[str]]


def modules(root: Path) -> dict[str, Path]:
    """Dotted name → file, of every module of the product."""
    found = {}
    for part in sorted(PARTS):
        for path in sorted((root / part).rglob("*.py")):
            names = path.relative_to(root).with_suffix("").parts
            if names[-1] == "__init__":
                names = names[:-1]
            found[".".join(names)] = path
    return found


def imported(path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """Modules of ours that a file imports, anywhere in it; for types alone, too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in known:
                    yield inner
                elif node.module in known:
                    yield node.module


def room_of(module: str) -> str:
    """`bot.cases.reading` lies in bot/cases, `bot.app` in bot/app, `storage.port` in
    storage.
    """
    names = module.split(".")
    return "/".join(names[:2]) if names[0] == "bot" else names[0]


def module_graph(root: Path = ROOT) -> Graph:
    """Module → the modules that it imports."""
    known = modules(root)
    return {name: set(imported(path, known)) - {name} for name, path in known.items()}


def room_graph(root: Path = ROOT) -> Graph:
    """Room → the rooms that it imports from."""
    graph: dict[str, set[str]] = {}
    for module, others in module_graph(root).items():
        here = room_of(module)
        graph.setdefault(here, set()).update(room_of(other) for other in others)
    for room, others in graph.items():
        others.discard(room)
    return graph


def cycle(graph: Graph) -> list[str]:
    """A way that leads back to where it began; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def layers(graph: Graph) -> int:
    """How many rooms stand on each other, at most. The graph has no cycle."""
    height: dict[str, int] = {}
    for room in TopologicalSorter(graph).static_order():
        height[room] = 1 + max((height[below] for below in graph[room]), default=0)
    return max(height.values())


def told(root: Path = ROOT) -> str:
    """The figures in one line."""
    graph = room_graph(root)
    arrows = sum(map(len, graph.values()))
    around = cycle(graph)
    high = "a circle: " + " → ".join(around) if around else f"{layers(graph)} layers"
    return f"{len(graph)} rooms, {arrows} arrows, {high}"


if __name__ == "__main__":
    print(told())
