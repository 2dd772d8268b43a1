"""Who may import whom: bot → scheduler → storage → dialogs, bot → anonymizer; what is
pure stays pure.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.checkout import ROOT

MAY = {
    "bot": {"bot", "scheduler", "storage", "dialogs", "anonymizer"},
    "scheduler": {"scheduler", "storage", "dialogs"},
    "storage": {"storage", "dialogs"},
    "dialogs": {"dialogs"},
    "anonymizer": {"anonymizer"},
}
# A dialog decides from what it is given: no network, no files, no clock or dice of its
# own, no waiting.
NOT_IN_DIALOGS = {
    "asyncio",
    "http",
    "multiprocessing",
    "os",
    "random",
    "secrets",
    "shutil",
    "socket",
    "sqlite3",
}
NOT_IN_DIALOGS |= {
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
}


def imports(source: str, package: str) -> Iterator[str]:
    """Full dotted names of what a module imports, anywhere in it; `package` resolves
    relative imports.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def strays(part: str, source: str, package: str) -> set[str]:
    """What a module of `part` imports against the arrows."""
    return {
        name
        for name in imports(source, package)
        if (top := name.partition(".")[0]) in MAY.keys() - MAY[part]
        or (part == "dialogs" and top in NOT_IN_DIALOGS)
    }


def modules(part: str) -> Iterator[tuple[Path, str]]:
    """Every module of a part with the package that it stands in."""
    for path in sorted((ROOT / part).rglob("*.py")):
        yield path, ".".join(path.relative_to(ROOT).parent.parts)


@pytest.mark.parametrize("part", MAY)
def test_imports_follow_the_arrows(part: str) -> None:
    """A module imports only what its folder may know."""
    wrong = {
        str(path.relative_to(ROOT)): found
        for path, package in modules(part)
        if (found := strays(part, path.read_text("utf-8"), package))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("storage", "import anonymizer"),
        ("storage", "def f():\n    from anonymizer.keyring import Keyring"),
        ("dialogs", "from storage import port"),
        ("dialogs", "import secrets"),
        ("anonymizer", "from dialogs.words import Said"),
        ("scheduler", "import bot.settings"),
        ("dialogs", "if True:\n    from os import path"),
    ],
)
def test_a_stray_import_would_be_seen(part: str, source: str) -> None:
    """The control: each kind of wrong arrow is caught, wherever it hides."""
    assert strays(part, source, f"{part}.sub")


def test_only_the_command_line_knows_app() -> None:
    """`bot/app.py` constructs everything; a module that imported it would get hold of
    everything.
    """
    knowing = {
        str(path.relative_to(ROOT))
        for path, package in modules("bot")
        if any(
            f"{name}.".startswith("bot.app.")
            for name in imports(path.read_text("utf-8"), package)
        )
    }
    verbs = ("bot/__main__.py", "bot/cli/", "bot/lab/")
    assert {path for path in knowing if not path.startswith(verbs)} == set()


def test_a_dialog_neither_waits_nor_reads_the_clock() -> None:
    """`receive` is pure: no `async def`, no `now()`, no `open()` where talks are
    decided.
    """
    wrong = set()
    for path, _ in modules("dialogs"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = (
                called.attr
                if isinstance(called, ast.Attribute)
                else getattr(called, "id", "")
            )
            if isinstance(node, ast.AsyncFunctionDef | ast.Await) or name in {
                "now",
                "utcnow",
                "today",
                "open",
            }:
                wrong.add(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}")
    assert wrong == set()
