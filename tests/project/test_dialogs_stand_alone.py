"""A dialog is one thing to add: the engine names none, and a messenger knows kinds of
messages and roles of buttons, never a step.
"""

import ast
from pathlib import Path

import pytest

from dialogs.catalogue import DIALOGS
from tests.project.checkout import ROOT

ENGINE = ("talk", "engine", "commands", "looks", "draft", "texts/__init__", "words")
FOR_MESSENGERS = {
    "case",
    "catalogue",
    "looks",
    "message_json",
    "plain",  # how a word reads, whatever its width or case
    "texts",
    "words",
}


def parts_of_dialogs(path: Path) -> set[str]:
    """Which modules or packages of `dialogs` a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "dialogs":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            top, _, rest = node.module.partition(".")
            found |= {rest.partition(".")[0]} if top == "dialogs" else set()
    return found


def words_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in nodes if isinstance(node.value, str)}


@pytest.mark.parametrize("name", ENGINE)
def test_the_engine_names_no_dialog(name: str) -> None:
    path = ROOT / "dialogs" / f"{name}.py"
    dialogs = set(DIALOGS.newest)
    assert not dialogs & parts_of_dialogs(path)
    assert not dialogs & words_of(path)


def test_a_messenger_imports_no_dialog() -> None:
    wrong = {
        str(path.relative_to(ROOT)): more
        for path in (ROOT / "bot" / "channels").rglob("*.py")
        if (more := parts_of_dialogs(path) - FOR_MESSENGERS)
    }
    assert wrong == {}
