"""Every refusal has its sentence, and each screen says it in its own way."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from bot.cases import ladder
from bot.cli import case, staff, unit
from bot.desk.refused import (
    STAFF_CHAT,
    TERMINAL,
    UNIT_CHAT,
    UNIT_PAGE,
    ScreenPhrases,
    worded,
)
from dialogs.case.order_table import BY_NAME, MOVES
from dialogs.case.refusals import REFUSED, Refusal, refusals
from tests.project.checkout import ROOT

SCREENS = {
    "terminal": TERMINAL,
    "staff's chat": STAFF_CHAT,
    "unit's page": UNIT_PAGE,
    "unit's chat": UNIT_CHAT,
}
LOADED = (ladder, case, staff, unit)  # their refusals are known once they are imported
TOO_OFTEN = Refusal("returned_too_often", alias="白鹭-K7QM", times=2)
CLAIMED = Refusal("claimed_by_other", legal=("claim",), alias="白鹭-K7QM", by="王")
ILLEGAL = Refusal(
    "illegal_move",
    legal=("accept", "refuse-return"),
    alias="白鹭-K7QM",
    state="待受理",
    move="find",
)


def raised() -> Iterator[tuple[str, ast.Call]]:
    """(file, call) of every refusal that the program makes."""
    for folder in ("bot", "dialogs"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _name(node.func) == "Refusal":
                    yield str(path.relative_to(ROOT)), node


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def test_a_refusal_is_a_known_code_and_never_a_sentence() -> None:
    """A code that is chosen by a condition is a name; all others stand as they are."""
    assert all(LOADED)
    own = {code for screen in SCREENS.values() for code in screen.phrases}
    known = own | REFUSED.keys()
    found = list(raised())
    codes = [(file, call.args[0]) for file, call in found]
    assert len(found) > 60
    for file, code in codes:
        assert isinstance(code, ast.Constant | ast.Name), file
        if isinstance(code, ast.Constant):
            assert code.value in known, (file, code.value)


def test_a_refusal_holds_what_its_sentences_name() -> None:
    """Whatever is in braces is given where it is raised, or by the screen."""
    by_screen = {"may", "move"}
    given = {
        str(call.args[0].value): {keyword.arg for keyword in call.keywords}
        for _, call in raised()
        if isinstance(call.args[0], ast.Constant)
    }
    for code, params in given.items():
        sentences = [REFUSED.get(code, "")]
        sentences += [screen.phrases.get(code, "") for screen in SCREENS.values()]
        for sentence in sentences:
            assert set(_params(sentence)) <= params | by_screen, (code, sentence)


def _params(sentence: str) -> list[str]:
    inside = [part.partition("}")[0] for part in sentence.split("{")[1:]]
    return [name.partition(":")[0] for name in inside]


@pytest.mark.parametrize(
    ("screen", "said"),
    [
        (
            TERMINAL,
            "白鹭-K7QM 由“王”在办。要接过来，请先用 claim --take；只想留话，用 note。",
        ),
        (
            STAFF_CHAT,
            "白鹭-K7QM 由“王”在办。要接过来，请先用 /take；只想留话，用 /note。",
        ),
        (UNIT_PAGE, "白鹭-K7QM 由“王”在办。"),
    ],
)
def test_each_screen_names_its_own_commands(screen: ScreenPhrases, said: str) -> None:
    assert worded(CLAIMED, screen) == said


def test_only_the_terminal_names_the_terminal_s_orders() -> None:
    """Neither a chat nor a page says （extend）."""
    assert "（extend）" in worded(TOO_OFTEN, TERMINAL)
    for screen in (STAFF_CHAT, UNIT_PAGE, UNIT_CHAT):
        assert "（" not in worded(TOO_OFTEN, screen)


def test_an_illegal_move_names_what_may_be_done() -> None:
    head = "白鹭-K7QM 现在是“待受理”，不能核实定性。现在可以："
    terminal = "受理（accept）、不准退回（refuse-return）。"
    assert worded(ILLEGAL, TERMINAL) == head + terminal
    assert worded(ILLEGAL, STAFF_CHAT) == f"{head}受理、不准退回。"
    nothing = Refusal("illegal_move", alias="a", state="已合并", move="find")
    assert worded(nothing, TERMINAL).endswith("现在可以：没有别的动作了。")


@pytest.mark.parametrize("move", [*MOVES, *BY_NAME])
def test_every_order_can_be_refused(move: str) -> None:
    refusal = Refusal("illegal_move", alias="a", state="待受理", move=move)
    for screen in SCREENS.values():
        assert worded(refusal, screen).endswith("。")


def test_what_was_typed_cannot_change_a_sentence() -> None:
    """Braces of a name are no places to fill in, and a chat repeats no long text."""
    refusal = Refusal("unknown_case", name="{alias}" * 40)
    assert "{alias}" in worded(refusal, TERMINAL)
    assert len(worded(refusal, STAFF_CHAT)) < 80


def test_two_sentences_for_one_code_are_an_error() -> None:
    refusals(past_date=REFUSED["past_date"])
    with pytest.raises(ValueError, match="past_date"):
        refusals(past_date="另一句。")
