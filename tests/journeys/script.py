"""A journey written down as a script: what a person does, and what has to come of it.

One line, one turn:
    = words                 a remark
    @ remembered            the web visitor lets this device remember the chat
    › words                 typed, letter for letter; slips are meant
    ⟦send | submit⟧         picks an offered answer whose label holds one of these
                            words; where none is offered, the first is typed
    ⟦⟦send⟧⟧                picks it twice, as a nervous thumb does
    📷 what it shows        sends a picture
    ✎ old ⇒ new             changes words said before, where the messenger can; else
                            the new ones are typed
    ⇄                       goes on by another messenger, as somebody new there
    ⇄ back                  goes on where the journey began
    ⏱ 3h, ⏱ 7d, ⏱ 20:50     time passes: so long, or until the next such time
    ⚙ who {case1} 受理：…    somebody behind the hotline orders (operator, supervisor,
                            liaison); what stands on the button, and what it asks for
    ⚙! who {case1} 受理      it is refused
    → pattern               must stand in what came since the last line that did
                            something, be it an answer or a push
    ↛ pattern               must not
    ? pattern ? line        the line, if the pattern stands in what came; a question
                            that the hotline does not put needs no answer
    ★ case1 pattern         must stand in the case as staff read it, at this point
    ☆ case1 pattern         must not
    ◉ case1 pattern         must stand in the case as the unit's liaison reads it
    ◎ case1 pattern         must not
    # 2                     so many reports have been filed by now
    ▣ 1                     so many cases staff see that are still to be worked on
    ⊘ word | word           stands nowhere, at the end: in no file, log, screen of staff
{R1}, {R2}: the receipts as they came, {case1}, {case2}: their cases' aliases.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parent / "scripts"
MARKS = "=@›⟦📷✎⇄⏱⚙→↛★☆◉◎#▣⊘"


@dataclass(frozen=True, slots=True)
class Line:
    """number: of the line in its file, from 1; mark: what it begins with; only_if: a
    pattern, "" for always.
    """

    number: int
    mark: str
    words: str
    only_if: str = ""

    @property
    def choices(self) -> list[str]:
        """What the words name, one beside the other."""
        return [one.strip() for one in self.words.split("|")]


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    title: str
    lines: tuple[Line, ...]

    @property
    def is_remembered(self) -> bool:
        return any(line.mark == "@" for line in self.lines)

    @property
    def secrets(self) -> list[str]:
        """What must stand nowhere in the end."""
        return [
            word for line in self.lines if line.mark == "⊘" for word in line.choices
        ]


def read(path: Path) -> Script:
    """Raises: ValueError, naming the line that is none."""
    lines = [
        _line(number, words.strip())
        for number, words in enumerate(path.read_text("utf-8").splitlines(), 1)
        if words.strip()
    ]
    title = next(line.words for line in lines if line.mark == "=")
    return Script(path.stem, title, tuple(lines))


def _line(number: int, words: str) -> Line:
    only_if = ""
    if words.startswith("?"):
        only_if, _, words = words[1:].partition("?")
        words = words.strip()
    if not words or words[0] not in MARKS:
        raise ValueError(f"line {number} has no mark: {words}")
    mark = words[0]
    rest = words[1:].strip()
    if mark == "⟦":
        mark = "⟦⟦" if rest.startswith("⟦") else "⟦"
        rest = rest.strip("⟦⟧ ")
    if words.startswith("⚙!"):
        mark = "⚙!"
        rest = rest[1:].strip()
    return Line(number, mark, rest, only_if.strip())


def all_scripts() -> list[Script]:
    return [read(path) for path in sorted(SCRIPTS.glob("*.txt"))]
