"""Every command line of `jianfu`, made from its own parser: none is forgotten."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module

# What is typed for a field of this name, where a word will not do.
TYPED = {
    "level": "subdistrict",
    "case": "K7QM",
    "into": "K7QN",
    "days": "1",
    "until": "+5",
    "due": "+5",
    "file": "units.csv",
    "path": "hotline.backup",
}
# What some verbs need beside what their parser asks for.
ADDED = {
    "serve": ["--port", "0"],
    "backup": ["--force"],
    "restore": ["--force"],
    "simulate": ["--days", "1", "--cases", "1"],
    "bench": ["turns", "--quick"],
}


def command_lines(verb: str) -> list[list[str]]:
    """One for each thing that a verb does, with words that its parser takes."""
    parser = argparse.ArgumentParser()
    import_module(f"bot.cli.{verb}").arguments(parser)
    added = ADDED.get(verb, [])
    return [[*words, *added] for words in _below(parser, [verb])]


def _below(parser: argparse.ArgumentParser, before: list[str]) -> Iterator[list[str]]:
    actions = parser._actions
    below = [one for one in actions if isinstance(one, argparse._SubParsersAction)]
    for kind in below:
        for name, under in kind.choices.items():
            yield from _below(under, [*before, name])
    if not below:
        yield [*before, *_filled(actions)]


def _filled(actions: list[argparse.Action]) -> Iterator[str]:
    for action in actions:
        is_named = bool(action.option_strings)
        is_needed = action.required if is_named else action.nargs not in ("?", "*")
        if not is_needed:
            continue
        if is_named:
            yield action.option_strings[0]
        yield _typed(action)


def _typed(action: argparse.Action) -> str:
    if action.choices:
        return str(next(iter(action.choices)))
    return TYPED.get(action.dest, "街道办")
