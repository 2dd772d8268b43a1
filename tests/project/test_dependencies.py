"""What is imported is declared, and what is declared is imported or says why it is
there.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.project.checkout import PARTS, ROOT

# Needed without an import of ours.
NOT_IMPORTED = {
    "httptools": "uvicorn parses HTTP with it (`http=` in serve)",
    "tzdata": "zoneinfo's zones, where the machine has none",
    "mypy": "a command",
    "ruff": "a command",
    "pytest-asyncio": "a plugin of pytest",
    "pytest-timeout": "a plugin of pytest",
    "pytest-xdist": "a plugin of pytest",
}
# Modules of a package that a declared one is built on and documents.
THROUGH = {"pydantic_core": "pydantic"}
# Compared with or trained by, in an environment of its own: never installed by us.
ELSEWHERE = {"aiogram", "redis", "scipy", "sklearn"}
TYPES = {"_typeshed"}  # mypy's own, there while it looks
OURS = {*PARTS, "tests"}


def declared(*extras: str) -> set[str]:
    """Canonical names of the packages that the project asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return {canonicalize_name(Requirement(each).name) for each in wanted}


def modules(tree: ast.AST) -> Iterator[str]:
    """Top modules that a file imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def imported(folders: Iterable[str]) -> set[str]:
    """Modules of others that the files below these folders import."""
    found: set[str] = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            found.update(modules(ast.parse(path.read_text("utf-8"))))
    return found - OURS - ELSEWHERE - TYPES - sys.stdlib_module_names


@cache
def installed() -> Mapping[str, list[str]]:
    """Names of the packages that install a module, by the module's."""
    return metadata.packages_distributions()


def packages(module: str) -> set[str]:
    """Canonical names of what installs a module."""
    if module in THROUGH:
        return {THROUGH[module]}
    found = installed().get(module, ())
    return {str(canonicalize_name(name)) for name in found}


@pytest.mark.parametrize(
    ("folders", "extras"), [(sorted(PARTS), ()), (["tests"], ("test",))]
)
def test_what_is_imported_is_declared(
    folders: list[str], extras: tuple[str, ...]
) -> None:
    known = declared(*extras)
    lacking = {module for module in imported(folders) if not packages(module) & known}
    assert lacking == set()


def test_what_is_declared_is_imported_or_says_why() -> None:
    used = {name for module in imported(PARTS) for name in packages(module)}
    in_tests = {name for module in imported(["tests"]) for name in packages(module)}
    unused = declared() - used
    only_tests = declared("test") - declared() - in_tests
    assert unused | only_tests <= {*NOT_IMPORTED}
    assert {*NOT_IMPORTED} <= declared("test")
