"""English is read; a writing we do not read is said to be so, and never turned away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.understand import understand
from dialogs.understand.languages import language_of
from dialogs.understand.spelling import normal


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("同一份台账每周报五次", "zh"),
        ("PPT三十页，领导说不要图要字", "zh"),
        ("KPI又没完成", "zh"),
        ("13800", "zh"),
        ("🙃", "zh"),
        ("", "zh"),
        ("We fill in the same form five times a week", "en"),
        ("too many meetings", "en"),
        ("women de biaoge tai duo le tian bu wan", "other"),
        ("بىز ھەر كۈنى جەدۋەل تولدۇرىمىز", "other"),
        ("毎日同じ表を書かされています", "other"),
        ("우리는 매일 같은 표를 작성합니다", "other"),
        ("Нас заставляют заполнять одни и те же таблицы", "other"),
        ("Chúng tôi phải điền cùng một biểu mẫu mỗi tuần", "other"),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    """By its letters; a few foreign words leave a Chinese sentence Chinese."""
    assert understand(text).language == language


@pytest.mark.parametrize(
    ("text", "category", "unit", "level", "when"),
    [
        (
            "The subdistrict office makes us fill in the same form five times a week",
            "forms",
            "subdistrict office",
            "subdistrict",
            "five times a week",
        ),
        (
            "Our district health bureau calls a meeting every day",
            "meetings",
            "district health bureau",
            "district",
            "every day",
        ),
        (
            "They check in with GPS and photos, the app ranks us daily",
            "fingertip",
            None,
            None,
            "daily",
        ),
    ],
)
def test_a_plain_english_report_is_understood(
    text: str, category: str, unit: str | None, level: str | None, when: str
) -> None:
    """Category, unit and time of a common report in English."""
    found = understand(text)
    assert found.in_scope
    assert (found.categories[0], found.unit) == (category, unit)
    assert (found.unit_level, found.when) == (level, when)


def test_an_english_place_is_known_by_its_capitals() -> None:
    """ "Willow Community" is a place; "our community" is none."""
    assert understand("In Willow Community we keep 14 ledgers").place == (
        "Willow Community"
    )
    assert understand("In our community we keep 14 ledgers").place is None


def test_an_english_emergency_shows_its_number() -> None:
    """Who calls for help in English gets the number as well."""
    assert understand("There is smoke and fire in the stairwell").alarm == "119"


@given(st.text(alphabet="абвгдүқۇنىتلكا "))
def test_a_writing_we_do_not_read_is_never_turned_away(text: str) -> None:
    """It stays here, and it is never clear what it is about."""
    found = understand(text)
    if language_of(normal(text)) == "other":
        assert found.in_scope
        assert not found.clear
