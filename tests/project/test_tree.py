"""What lies at the top of the project, and what no committed file may say."""

import re
import tomllib

from tests.project.checkout import PARTS, ROOT, tracked

FOLDERS = PARTS | {".ci", "docs", "tests"}
FILES = {
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "README.zh-CN.md",
}
FILES |= {"pyproject.toml", "requirements.lock", "requirements-test.lock"}


def test_the_top_level_holds_only_what_is_known() -> None:
    """A newcomer sees the parts and the set-up, and nothing that somebody
    forgot there.
    """
    top = {path.partition("/")[0] for path in tracked()}
    assert top - FOLDERS - FILES == set()


def test_every_part_says_what_it_is() -> None:
    """Each folder is a package with one sentence, and goes into the wheel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert {row["include"] for row in project["tool"]["poetry"]["packages"]} == PARTS
    for part in PARTS:
        assert (ROOT / part / "__init__.py").read_text("utf-8").startswith('"""')


def test_no_file_names_a_machine_of_ours() -> None:
    """Paths of the workshop mean nothing elsewhere."""
    ours = re.compile(
        rb"/wo"
        rb"rk/|\.\./sha"
        rb"red\b|/ro"
        rb"ot/|/ho"
        rb"me/\w|py"
        rb"pi\.org|python"
        rb"hosted"
    )
    assert [path for path in tracked() if ours.search((ROOT / path).read_bytes())] == []


def test_no_file_is_huge() -> None:
    """A clone stays quick: nothing over 2 MB, pictures and models included."""
    assert [
        path for path in tracked() if (ROOT / path).stat().st_size > 2_000_000
    ] == []
