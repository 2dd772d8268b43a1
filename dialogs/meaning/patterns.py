"""The word patterns of this package (patterns.txt): "[name]", then regular expressions
over a `normal` text, parted by white space; any of them will do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_BEGINS = re.compile(r"^\[(?=[^\]\s]+\]$)", re.MULTILINE)


@cache
def _sections() -> Mapping[str, tuple[str, ...]]:
    """Name → its expressions, in order of the file."""
    text = (files(__package__) / "patterns.txt").read_text("utf-8")
    blocks = [block for block in _BEGINS.split(text) if block]
    return dict(_section(block) for block in blocks)


def _section(block: str) -> tuple[str, tuple[str, ...]]:
    name, _, body = block.partition("]\n")
    return name, tuple(body.split())


def expressions(name: str) -> tuple[str, ...]:
    """The expressions of one section, in order."""
    return _sections()[name]


def any_of(name: str) -> str:
    """The expressions of one section as one that matches any of them."""
    return "(?:" + "|".join(expressions(name)) + ")"


@cache
def pattern(name: str) -> re.Pattern[str]:
    """One section, compiled."""
    return re.compile(any_of(name))


@cache
def each_of(name: str) -> tuple[re.Pattern[str], ...]:
    """The expressions of one section, each compiled."""
    return tuple(re.compile(expression) for expression in expressions(name))


@cache
def names(prefix: str) -> tuple[str, ...]:
    """What follows `prefix` in the names of the sections that begin with it."""
    return tuple(
        name.removeprefix(prefix) for name in _sections() if name.startswith(prefix)
    )
