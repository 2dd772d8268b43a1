"""The diagram in docs is drawn from the table."""

from __future__ import annotations

from enum import Enum

from dialogs.case.diagram import page
from dialogs.diagram import mermaid
from tests.project.checkout import ROOT


def test_docs_show_the_table_as_it_is() -> None:
    """Rewrite with `python -m dialogs.case.diagram > docs/case-life.md`."""
    assert (ROOT / "docs" / "case-life.md").read_text("utf-8") == page()


class Light(Enum):
    RED = "red"
    GREEN = "green"
    BROKEN = "broken"


def by_day(light: object) -> bool:
    """白天

    More is not shown."""
    return True


def test_rows_become_arrows() -> None:
    rows = [
        ["go", Light.RED, Light.GREEN, by_day],
        ["push", Light.RED, Light.GREEN],
        ["break", Light.GREEN, Light.BROKEN],
    ]
    assert mermaid(rows, {light: light.name.title() for light in Light}, str.upper) == (
        "stateDiagram-v2\n"
        '    state "Red" as red\n'
        '    state "Green" as green\n'
        '    state "Broken" as broken\n'
        "    [*] --> red\n"
        "    red --> green: GO（白天）、PUSH\n"
        "    green --> broken: BREAK\n"
        "    broken --> [*]\n"
    )
