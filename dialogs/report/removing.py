"""Something is to go: a picture, a field, words."""

from __future__ import annotations

from dialogs import draft
from dialogs.amending import remove_pictures, remove_words
from dialogs.report.reading import retake, shown_again
from dialogs.report.table import ReportTurn, given
from dialogs.talk import Heard
from dialogs.texts import phrases

phrases(
    "did",
    no_unit="不写单位",
    no_place="不写地点",
    no_when="不写时间频次",
)


def remove(turn: ReportTurn, heard: Heard) -> None:
    args = heard.meaning.args
    match args.get("what"):
        case "picture":
            remove_pictures(turn, heard, args.get("n", "all"))
            turn.tapped = False
            turn.prompt()
        case "field":
            remove_field(turn, heard, str(args.get("field", "unit")))
        case _:
            remove_words(turn, heard, str(args.get("quote", "")), retake)
            shown_again(turn)


def remove_field(turn: ReportTurn, heard: Heard, field: str) -> None:
    """It is left out, and hidden in the text too: half a secret is none."""
    answers = turn.answers
    kind = "PLACE" if field == "place" else "OWN"
    shown = [given(getattr(answers, field))]
    if field == "place":
        shown.append(answers.found_place)
    for words in filter(None, shown):
        draft.hide_words(turn, words, kind)
    setattr(answers, field, None)
    turn.understood(heard, f"did.no_{field}")
    shown_again(turn)
