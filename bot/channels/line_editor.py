"""A line that is typed at a terminal: arrows, Home and End, and a pasted text of
several lines as one message. Nothing of it is kept for later.

It is readline of the standard library, with its memory off: no history, neither in
memory nor in a file, and no key that keeps cut words to be put back. How wide a Chinese
character is, it knows by the locale.
"""

from __future__ import annotations

import sys
from functools import cache

# In the words of ~/.inputrc. The keys that cut keep what they cut for as long as the
# program runs; so they do nothing, and Ctrl-U takes back what was typed instead.
SETTINGS = (
    "set bind-tty-special-chars off",
    "set enable-bracketed-paste on",
    "set bell-style none",
    r'"\C-u": revert-line',
    r'"\C-k": ""',
    r'"\C-w": ""',
    r'"\ed": ""',
    r'"\e\C-h": ""',
    r'"\e\C-?": ""',
    r'"\C-x\C-?": ""',
)


def typed() -> str | None:
    """What is typed next, None at the end. From a file or a pipe: its next line."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        return _edited()
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None


def _edited() -> str | None:
    _set_up()
    try:
        return input()
    except EOFError:
        return None


@cache
def _set_up() -> bool:
    """Whether lines can be edited; without readline they come as they are typed."""
    try:
        import readline
    except ImportError:
        return False
    readline.set_auto_history(False)
    readline.clear_history()
    for setting in SETTINGS:
        readline.parse_and_bind(setting)
    return True
