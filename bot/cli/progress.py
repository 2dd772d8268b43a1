"""How far a long look is, for who sits before a terminal."""

from __future__ import annotations

import sys

from bot.ops.sealed_rows import Progress


def on_terminal(doing: str) -> Progress | None:
    """One line that is written over; nothing where the errors go into a file."""
    if not sys.stderr.isatty():
        return None

    def tell(done: int, of: int) -> None:
        line = f"{doing} {done:,}/{of:,}" if done < of else ""
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

    return tell
