"""How many questions get the right answer: `python -m tests.dialogs.library.score`."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dialogs.library import answer_to

QUESTIONS = Path(__file__).parents[2] / "data" / "questions"
FILES = ("own", "held_out")


def questions(name: str) -> Iterator[dict[str, str]]:
    """Each {"voice", "text", "entry"} of a file."""
    with (QUESTIONS / f"{name}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def answered(text: str) -> str:
    """The name of the answer, as the files have it; "other" where there is none."""
    answer = answer_to(text)
    name = answer.phrase.removeprefix("about.")
    if name == "certificate":
        return f"certificate:{answer.params['number']}"
    return "other" if name == "outside" else name


def verdict(question: dict[str, str]) -> str:
    """ "right", "none" where an answer was missed, or "wrong"."""
    got = answered(question["text"])
    if got == question["entry"]:
        return "right"
    return "none" if got == "other" else "wrong"


def counted(name: str) -> Counter[str]:
    return Counter(verdict(question) for question in questions(name))


def main() -> None:
    for name in FILES:
        found = counted(name)
        total = sum(found.values())
        shares = {what: f"{found[what] / total:.1%}" for what in sorted(found)}
        print(name, total, shares)
    texts = [question["text"] for name in FILES for question in questions(name)]
    started = time.perf_counter()
    for text in texts:
        answer_to(text)
    each = (time.perf_counter() - started) / len(texts)
    print(f"{each * 1000:.2f} ms a question", file=sys.stderr)


if __name__ == "__main__":
    main()
