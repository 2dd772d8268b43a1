"""Every sentence people see, by name: Chinese beside the step that says it, English in
`en/*.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

CHINESE: dict[str, str] = {}
# what a sentence says where an older version stored it without these parameters
_STORED_WITHOUT: dict[str, Mapping[str, Mapping[str, str]]] = {}
LANGUAGES = ("zh", "en")


def phrase(name: str, chinese: str) -> str:
    """Make a sentence known under `name`; `{…}` are parameters. Returns the name."""
    if CHINESE.get(name, chinese) != chinese:
        raise ValueError(f"two phrases are called {name}")
    CHINESE[name] = chinese
    return name


def phrases(area: str, **chinese: str) -> None:
    """Make several known as "area.name"."""
    for name, text in chinese.items():
        phrase(f"{area}.{name}", text)


def since_then(name: str, **params: tuple[str, str]) -> None:
    """The sentence has these parameters since a later version. What was stored before
    is told with these words, in Chinese and in English.
    """
    languages = enumerate(LANGUAGES)
    _STORED_WITHOUT[name] = {
        lang: {param: words[at] for param, words in params.items()}
        for at, lang in languages
    }


@cache
def english() -> Mapping[str, str]:
    """All translations: {name: sentence}."""
    found: dict[str, str] = {}
    for file in sorted(
        (resources.files(__package__) / "en").iterdir(), key=lambda file: file.name
    ):
        if file.name.endswith(".json"):
            found |= json.loads(file.read_text("utf-8"))
    return found


def text(lang: str, name: str, params: Mapping[str, Any] | None = None) -> str:
    """The sentence `name` in `lang` ("zh" or "en"), filled in. Raises KeyError for an
    unknown name.
    """
    sentence = english()[name] if lang == "en" else CHINESE[name]
    before = _STORED_WITHOUT.get(name, {}).get(lang, {})
    filled = {**before, **(params or {})}
    return sentence.format_map(filled) if filled else sentence
