"""`make drills`: every fault is played on a real hotline, and what it says is written
into docs/operations.md. `python -m tests.drills NAME …` plays those alone.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
import traceback
from dataclasses import asdict
from pathlib import Path

from tests.drills.frame import Cannot, Drill, Told, keep, known, plain

PLAYS_WITHIN = 300  # seconds


async def told(one: Drill) -> Told:
    """Play it in a folder that is gone afterwards. Raises: Cannot, AssertionError."""
    with tempfile.TemporaryDirectory(prefix="drill-") as name:
        folder = Path(name) / "hotline"
        async with asyncio.timeout(PLAYS_WITHIN):
            said = await one.play(folder)
        values = {key: plain(words, folder) for key, words in asdict(said).items()}
        return Told(**values)


def main(names: list[str]) -> int:
    drills = known()
    unknown = [name for name in names if name not in drills]
    if unknown:
        print(f"no drill {unknown[0]}; there are: {', '.join(drills)}", file=sys.stderr)
        return 2
    played: dict[str, Told] = {}
    failed = 0
    for name in names or drills:
        began = time.monotonic()
        try:
            played[name] = asyncio.run(told(drills[name]))
            how = "ok"
        except Cannot as why:
            how = f"not played here: {why}"
        except Exception:
            failed += 1
            how = f"FAILED\n{traceback.format_exc()}"
        print(f"{name}: {how} ({time.monotonic() - began:.0f} s)", flush=True)
    keep(played, drills)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
