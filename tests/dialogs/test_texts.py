"""Every sentence exists in both languages and takes the same parameters."""

import pkgutil
from importlib import import_module
from string import Formatter

import pytest

import bot
import dialogs
from dialogs.texts import CHINESE, english


def load_all() -> None:
    """Phrases are known once the module that says them is imported."""
    for package in (dialogs, bot):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)


load_all()


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_nothing_is_missing_in_english() -> None:
    assert sorted(set(CHINESE) - set(english())) == []


def test_nothing_in_english_is_left_over() -> None:
    assert sorted(set(english()) - set(CHINESE)) == []


@pytest.mark.parametrize("name", sorted(CHINESE))
def test_both_take_the_same_parameters(name: str) -> None:
    assert fields(english().get(name, "")) == fields(CHINESE[name])
