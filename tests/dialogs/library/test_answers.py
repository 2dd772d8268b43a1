"""Questions get the answer of the library that is meant, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.case.rules import Rules
from dialogs.library import answer_to
from dialogs.library.entry import ENTRIES, Entry
from dialogs.library.promised import NAMES, promised
from dialogs.meaning import TOPICS
from dialogs.texts import CHINESE, text
from tests.dialogs.library.score import answered, counted, questions

LIST = {"count", "basis"}
OF_THE_DRAFT = {"hours"}
SHORT = 100  # characters of an answer


@pytest.mark.parametrize(
    "question", list(questions("own")), ids=lambda question: str(question["text"])
)
def test_our_own_questions(question: dict[str, str]) -> None:
    """The voices on which the words were chosen, each one."""
    assert answered(question["text"]) == question["entry"]


def test_voices_that_were_held_out() -> None:
    """As a whole; what goes wrong is mostly not answered, not answered wrongly."""
    found = counted("held_out")
    total = sum(found.values())
    assert found["right"] / total >= 0.9
    assert found["wrong"] / total <= 0.05


def test_every_entry_can_be_asked_for() -> None:
    """Each answer has a question of ours; the one for what is not ours is "other"."""
    asked = {q["entry"] for name in ("own", "held_out") for q in questions(name)}
    assert {one.name for one in ENTRIES} - asked == {"outside"}


@pytest.mark.parametrize("one", ENTRIES, ids=lambda one: str(one.name))
def test_an_answer_fits_a_phone_and_its_figures_are_known(one: Entry) -> None:
    """Short in Chinese; whatever it names comes from the rules, the list or the
    draft.
    """
    assert one.takes <= NAMES | LIST | OF_THE_DRAFT
    assert not one.takes & {"heard", "name", "secret"}, "Turn.tell has these"
    known = promised(one.takes, Rules.default(), "zh")
    filled = known | {"hours": 24, "count": 20, "basis": "民发〔2020〕20号第一批"}
    assert len(text("zh", one.phrase, filled)) <= SHORT


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_a_general_answer(topic: str) -> None:
    general = [one for one in ENTRIES if one.general and one.topic == topic]
    assert len(general) == (topic != "other")


@given(st.text(max_size=400), st.sampled_from(TOPICS))
def test_any_words_are_answered(words: str, topic: str) -> None:
    """Never an exception, always a sentence that there is."""
    assert answer_to(words, topic).phrase in CHINESE


def test_the_topic_decides_where_no_words_do() -> None:
    assert answer_to("嗯那个呢", "how_long").phrase == "about.how_long"
    assert answer_to("嗯那个呢").phrase == "about.other"
