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
    return sentence.format_map(params) if params else sentence
