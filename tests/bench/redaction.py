"""Prints what the redactor reaches on labelled files.

    python -m tests.bench.redaction FILE.jsonl ... [--totals] [--confusions]

--totals prints figures only, never a text: so held-back data stays unread.
"""

import argparse
import time
from pathlib import Path

from anonymizer.redact import SPAN_TYPES, find_identifying
from tests.anonymizer.redact.scoring import Score, rows, score_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--totals", action="store_true")
    parser.add_argument("--confusions", action="store_true")
    wanted = parser.parse_args()
    labelled = [row for file in wanted.files for row in rows(file)]
    find_identifying("预热")
    started = time.process_time()
    for row in labelled:
        find_identifying(row["text"])
    seconds = time.process_time() - started
    result = score_rows(labelled)
    print("\n".join(figures(result)))
    print(f"characters a second {result.characters / seconds:,.0f}")
    if wanted.confusions and not wanted.totals:
        for title in ("missed", "taken_wrongly", "kept_broken"):
            print(title, *getattr(result, title), sep="\n  ")


def figures(result: Score) -> list[str]:
    """Totals, then a line a type, then the kinds of what must survive."""
    clean = _share(result.clean.total(), result.found.total())
    lines = [
        f"texts {result.texts}, characters {result.characters}",
        f"spans found whole {_share(result.hit.total(), result.labelled.total())}, "
        f"macro {result.macro:.1%}",
        f"spans that take nothing else {clean}",
        f"texts wholly right {_share(result.texts_right, result.texts)}, "
        f"without a span and left alone "
        f"{_share(result.blank_right, result.blank_texts)}",
        f"stretches that must survive, hit: {len(result.kept_broken)} of "
        f"{result.kept.total()}",
    ]
    for kind in SPAN_TYPES:
        if result.labelled[kind] or result.found[kind]:
            lines.append(
                f"  {kind:12} found {_share(result.hit[kind], result.labelled[kind])}, "
                f"clean {_share(result.clean[kind], result.found[kind])}"
            )
    broken = ", ".join(f"{kind} {count}" for kind, count in result.broken.items())
    return [*lines, f"  broken: {broken or 'none'}"]


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({part / whole:.1%})" if whole else "0/0"


if __name__ == "__main__":
    main()
