"""The dialogs' diagrams in docs are drawn from the tables."""

from dialogs.map import page
from tests.project.checkout import ROOT


def test_docs_show_the_tables_as_they_are() -> None:
    """Rewrite with `python -m dialogs.map > docs/dialog-map.md`."""
    assert (ROOT / "docs" / "dialog-map.md").read_text("utf-8") == page()
