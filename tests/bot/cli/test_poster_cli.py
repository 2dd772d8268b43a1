"""`jianfu poster`: one sheet for everybody, with a code that leads to the bot and says
nothing else.
"""

from pathlib import Path

import pytest
from PIL import Image

from bot.__main__ import main
from bot.cli.poster import deep_link


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.parametrize("name", ["a.png", "a.pdf"])
def test_it_is_a_page_and_always_the_same(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two posters differ in no byte: nothing tells when, where or for whom one was
    made.
    """
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        assert (
            main(
                ["poster", "--name", "@jianfu_line_bot", "--output", f"{folder}/{name}"]
            )
            == 0
        )
    one, two = ((tmp_path / folder / name).read_bytes() for folder in ("one", "two"))
    assert one == two and len(one) > 10_000
    assert "https://t.me/jianfu_line_bot?start=line" in capsys.readouterr().out
    if name.endswith(".png"):
        with Image.open(tmp_path / "one" / name) as page:
            assert (
                abs(page.height / page.width - 297 / 210) < 0.01 and page.width > 2400
            )


def test_the_link_holds_nothing_but_the_bot() -> None:
    """No place, no receipt, no number."""
    assert deep_link("jianfu_line_bot") == "https://t.me/jianfu_line_bot?start=line"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--output", "a.docx", "--name", "x"], ".pdf"),
        ([], "JIANFU_TELEGRAM__TOKEN"),
        (["--name", "x", "--output", "no/such/folder/a.png"], "写不了"),
    ],
)
def test_what_is_missing_is_named(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line with the remedy."""
    assert main(["poster", *words]) == 2
    assert told in capsys.readouterr().err
