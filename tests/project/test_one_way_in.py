"""What somebody wrote becomes an event in one place, so that no messenger forgets a
receipt in it.
"""

import ast

from tests.project.checkout import PARTS, ROOT

THE_DOOR = "bot/channels/port.py"


def makes_words(source: str) -> list[int]:
    """Lines on which a `Said` is constructed; a `case Said(...)` only looks at one."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and _name(node.func) == "Said"
    ]


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)


def test_only_the_port_makes_words() -> None:
    makers = {
        path.relative_to(ROOT).as_posix()
        for part in PARTS
        for path in (ROOT / part).rglob("*.py")
        if makes_words(path.read_text("utf-8"))
    }
    assert makers == {THE_DOOR}


def test_another_maker_would_be_seen() -> None:
    """The control."""
    assert makes_words("event = Said('', at)") == [1]
    assert makes_words("import dialogs.words as w\nw.Said('', at)") == [2]
    assert makes_words("match event:\n    case Said(text):\n        pass") == []
