"""No sentence names a time that the rules can change: it says the time in force."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import docx
import pytest

from bot.reports.papers import rules_of_use, slip_paper
from bot.reports.templates import Issuer, Templates
from dialogs.case.life import Case, State
from dialogs.case.rules import parse
from dialogs.case.story import Filed, tell
from dialogs.case.worktime import Terms, weekday_calendar
from dialogs.library.promised import promised
from dialogs.texts import CHINESE, english, text
from tests.bot.reports.test_papers import SLIP
from tests.dialogs.test_texts import load_all

load_all()
AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
NUMBER = r"(?:\d+|[一二两三四五六七八九十]+)"
CHINESE_SPAN = re.compile(rf"{NUMBER}(?:个?工作日|个?小时|个月|天|日内)")
ENGLISH_SPAN = re.compile(r"\d+ (?:working )?(?:day|hour|month)s?")
# phrases whose times no rule changes → why
FIXED = {
    "about.hours": "seven days a week",
    "hurry.here": "the same",
    "poster.facts": "the same",
    "welcome": "the same",
    "facts.again": "an example of what somebody may report",
    "clock": "an explanation counts days that passed",
    "promise": "the same",
    "web.": "how long a browser remembers, and what it was told before a question",
    "telegram.": "what Telegram deletes, and its two days",
    "filed_": "the screen of a kept-back report",
    "hold.": "a report is kept back for 31 days at most",
    "about.how_later": "the same",
    "about.appeal": "of the law",
    "about.what_kept": "drafts: a day, the longest that the rules allow",
    "about.pictures_kept": "the same",
    "about.deleted": "the same",
    "about.draft_kept": "the same",
    "hesitates": "a draft given up by hesitating",
}
OTHER = """
hear_every = "10 C"
rectify_most = "45 W"
return_within = "2 W"
look_back_after = "40 C"
look_back_later = "120 C"
forget_after = "41 C"
forget_later = "121 C"
ladder_months = 24
[deadlines]
accept = "2 C"
assign = "3 W"
[urgent]
on_site = "4 h"
"""
RULES = parse(OTHER)
TERMS = Terms(RULES, weekday_calendar(), ZoneInfo("Asia/Shanghai"))


def fixed_spans(sentences: Mapping[str, str], span: re.Pattern[str]) -> dict[str, str]:
    return {
        name: found[0]
        for name, sentence in sentences.items()
        if (found := span.search(sentence)) and not _is_fixed(name)
    }


def _is_fixed(name: str) -> bool:
    return any(known in name for known in FIXED)


def test_no_sentence_names_a_time_of_the_rules_itself() -> None:
    assert fixed_spans(CHINESE, CHINESE_SPAN) == {}
    assert fixed_spans(english(), ENGLISH_SPAN) == {}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.ACCEPTED, "专线会在受理后3个工作日内转给能管这事的单位。"),
        (State.ANSWERED, "专线正在核对单位说的是不是实情，10天内告诉您。"),
        (State.VERIFIED, "专线会按核实的情况督促整改或办结，10天内告诉您。"),
        (State.RECTIFYING, "最迟45个工作日改好，改好后专线核对了再办结。"),
    ],
)
def test_the_story_says_the_times_in_force(state: State, said: str) -> None:
    case = Case("c", "白鹭-K7QM", state, "forms", reports=("r",))
    story = tell(case, Filed("r", "forms", AT, follows=True), [], AT, TERMS)
    assert said in story.text("zh")
    for number in re.findall(r"\d+", said):
        assert number in story.text("en")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("filed", "2天内告诉您是否受理"),
        ("released", "2天内告诉您是否受理"),
        ("hurry.urgent", "转给单位后4小时内到场"),
        ("later", "办结满120天时再问您一次"),
        ("wish.weekly", "每10天"),
        ("wish.look_back", "40天后"),
        ("about.word_ladder", "24个月里"),
        ("about.address_kept", "过120天再问一次的留到121天"),
    ],
)
def test_talk_says_the_times_in_force(name: str, said: str) -> None:
    fields = set(re.findall(r"{(\w+)}", CHINESE[name]))
    others = {"receipt": "", "urgent": ""}
    spans = promised(fields, RULES, "zh")
    assert said in text("zh", name, {**others, **spans})
    assert fields <= spans.keys() | others.keys()


def test_the_slip_says_by_when_it_may_be_sent_back() -> None:
    """On paper and on the page; where the rules let none, nothing of it."""
    templates = Templates(Issuer("某区减负专线", "某减专"))
    for within, said in (("2个工作日", "请在转办后2个工作日内退回"), ("", "")):
        slip = replace(SLIP, return_within=within)
        page = docx.Document(io.BytesIO(templates.fill(slip_paper(slip)).data))
        [table] = page.tables
        cells = "\n".join(cell.text for cell in table.column_cells(1))
        for shown in (cells, "\n".join(rules_of_use(slip))):
            assert said in shown and "何时改好" in shown
            assert ("退回" in shown) is bool(within)


def test_what_an_older_version_stored_is_told_as_it_was() -> None:
    """A message that waited over an upgrade has no such parameters."""
    told = text("zh", "filed", {"receipt": "7KQ2", "urgent": ""})
    assert "1天内告诉您是否受理" in told
    assert text("zh", "released") == "交出去了。1天内告诉您是否受理。"
    assert "within 1 day you" in text("en", "filed", {"receipt": "", "urgent": ""})
