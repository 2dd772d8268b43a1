"""Write the last long run's figures into docs/proofs.md: `python -m
tests.proofs.record` after it.

Every figure comes from the run itself: the tests keep them in pytest's cache. Nothing
is typed by hand.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.project.checkout import ROOT
from tests.proofs.figures import KEY

CACHE = ROOT / ".pytest_cache" / "v" / KEY
DOCS = ROOT / "docs" / "proofs.md"
BEGIN, END = "<!-- begin: written by tests/proofs/record.py -->", "<!-- end -->"
CIRCUMSTANCES = ("date", "commit", "python")
Figures = Mapping[str, int | float | str]


def kept(cache: Path) -> dict[str, Figures]:
    """Figures by the test's name."""
    return {
        path.name: json.loads(path.read_text("utf-8"))
        for path in sorted(cache.glob("*"))
    }


def table(runs: Mapping[str, Figures]) -> str:
    """A row per test; a commit with "+" had changes that were not committed."""
    rows = ["| test | date | commit | Python | figures |", "|---|---|---|---|---|"]
    for name, run in runs.items():
        told = ", ".join(
            f"{key} {value:,}"
            if isinstance(value, int) and key != "seed"
            else f"{key} {value}"
            for key, value in run.items()
            if key not in CIRCUMSTANCES
        )
        rows.append(
            f"| {name.replace('_', ' ')} | {run['date']} | {run['commit']} | "
            f"{run['python']} | {told} |"
        )
    return "\n".join(rows)


def written(text: str, runs: Mapping[str, Figures]) -> str:
    """The docs with the table between its marks replaced. Raises ValueError where a
    mark is missing.
    """
    before, rest = text[: text.index(BEGIN)], text[text.index(END) :]
    return f"{before}{BEGIN}\n{table(runs)}\n{rest}"


def main() -> int:
    cache = Path(sys.argv[1]) if len(sys.argv) > 1 else CACHE
    runs = kept(cache)
    if not runs:
        print(f"no figures in {cache}: run `make test-long` first", file=sys.stderr)
        return 1
    DOCS.write_text(written(DOCS.read_text("utf-8"), runs), "utf-8")
    print(f"{DOCS}: {len(runs)} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
