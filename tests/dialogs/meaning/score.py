"""Score what is heard against labelled turns:

    python -m tests.dialogs.meaning.score FILE...

A file is dev.jsonl, whose lines hold everything, or a voice with its contexts beside
it.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogs.meaning import INTENTS, STEPS, Meaning, Moment, meaning
from tests.dialogs.meaning.turns import Turn, read_voice, read_whole

MATTER = ("add", "new_report")
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Heard:
    """A labelled turn, what was made of it, and in how many milliseconds."""

    turn: Turn
    found: Meaning
    ms: float

    @property
    def is_right(self) -> bool:
        """The intent is the label's, or one that is as good."""
        return any(self.found.intent == intent for intent, _ in self.turn.labels)

    @property
    def is_exact(self) -> bool:
        """The arguments are right, too."""
        return any(
            self.found.intent == intent and same_args(self.found.args, args)
            for intent, args in self.turn.labels
        )

    @property
    def is_swallowed(self) -> bool:
        """Something else was taken for more report."""
        return self.found.intent in MATTER and not self.is_right

    @property
    def is_lost(self) -> bool:
        """A report's words were taken for something else."""
        is_matter = self.turn.intent in MATTER
        return is_matter and self.found.intent not in MATTER and not self.is_right

    @property
    def is_rash(self) -> bool:
        """Sent, withdrawn or discarded, unasked."""
        discards = self.found.args.get("mode") == "discard"
        acts = self.found.intent in ("send", "withdraw") or discards
        allowed = [args.get("mode") == "discard" for _, args in self.turn.labels]
        if discards and any(allowed):
            return False
        return acts and not (self.is_right and not discards)


def same_args(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Values and codes without blanks and signs; a quote need only overlap."""
    return all(_same(name, found.get(name), value) for name, value in wanted.items())


def _same(name: str, found: Any, wanted: Any) -> bool:
    if name == "quote":
        return _overlap(_plain(found), _plain(wanted))
    if isinstance(wanted, list):
        return bool(found == wanted)
    return _plain(found) == _plain(wanted)


def _plain(value: Any) -> str:
    return _SIGNS.sub("", str(value if value is not None else "")).lower()


def _overlap(one: str, other: str) -> bool:
    pairs = {one[at : at + 2] for at in range(len(one) - 1)}
    return bool(one) and (one in other or any(pair in other for pair in pairs))


def listen(turns: Sequence[Turn]) -> list[Heard]:
    """Ask what each turn means."""
    meaning("", Moment("start"))  # reads the package data
    found = []
    for turn in turns:
        start = time.perf_counter()
        answer = meaning(turn.text, turn.moment)
        found.append(Heard(turn, answer, (time.perf_counter() - start) * 1000))
    return found


def figures(heard: Sequence[Heard]) -> dict[str, float]:
    """Shares from 0 to 1 by name; "lost" is of the turns that are a report's words,
    "false_alarms" of those that are no emergency; "ms" is the mean, "ms_most" the
    longest.
    """
    emergencies = [one for one in heard if one.turn.intent == "emergency"]
    others = [
        one
        for one in heard
        if all(intent != "emergency" for intent, _ in one.turn.labels)
    ]
    matter = [one for one in heard if one.turn.intent in MATTER]
    shares = {
        "intent": _share([one.is_right for one in heard]),
        "exact": _share([one.is_exact for one in heard]),
        "swallowed": _share([one.is_swallowed for one in heard]),
        "lost": _share([one.is_lost for one in matter]),
        "lost_of_all": _share([one.is_lost for one in heard]),
        "rash": _share([one.is_rash for one in heard]),
        "emergencies": _share([one.found.intent == "emergency" for one in emergencies]),
        "false_alarms": _share([one.found.intent == "emergency" for one in others]),
        "sure": _share([one.found.sure for one in heard]),
        "sure_right": _share([one.is_right for one in heard if one.found.sure]),
        "ms": sum(one.ms for one in heard) / len(heard),
        "ms_most": max(one.ms for one in heard),
    }
    return {name: round(value, 4) for name, value in shares.items()}


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else float("nan")


def tables(heard: Sequence[Heard]) -> str:
    """Markdown: what is right by intent and by step, and what is taken for what."""
    lines = ["| intent | turns | right | exact | taken for |", "|---|---|---|---|---|"]
    for intent in INTENTS:
        own = [one for one in heard if one.turn.intent == intent]
        if own:
            lines.append(f"| `{intent}` | {_row(own)} | {_confused(own)} |")
    lines += ["", "| step | turns | right | exact |", "|---|---|---|---|"]
    for step in STEPS:
        own = [one for one in heard if one.turn.moment.step == step]
        if own:
            lines.append(f"| `{step}` | {_row(own)} |")
    return "\n".join(lines)


def _row(own: Sequence[Heard]) -> str:
    right = _share([one.is_right for one in own])
    exact = _share([one.is_exact for one in own])
    return f"{len(own)} | {right:.1%} | {exact:.1%}"


def _confused(own: Sequence[Heard]) -> str:
    taken = Counter(one.found.intent for one in own if not one.is_right)
    return ", ".join(f"{intent} {count}" for intent, count in taken.most_common(4))


def show(heard: Sequence[Heard]) -> None:
    """Print figures and tables."""
    for name, value in figures(heard).items():
        print(f"{name:14} {value}")
    print()
    print(tables(heard))


def read(path: Path) -> list[Turn]:
    """The turns of a file of either kind."""
    has_contexts = path.with_suffix(".contexts.jsonl").exists()
    return read_voice(path) if has_contexts else read_whole(path)


def main() -> None:
    turns = [turn for name in sys.argv[1:] for turn in read(Path(name))]
    show(listen(turns))


if __name__ == "__main__":
    main()
