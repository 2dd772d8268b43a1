"""What is put as a question and is word for word in the library is never text."""

from __future__ import annotations

import json

import pytest

from dialogs.library.known import topic_asked
from tests.project.checkout import ROOT


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("你怎么证明", "is_it_safe"),
        ("你是机器人吧", "who_are_you"),
        ("那无房证明呢", "whose_job"),
        ("問一下，出具“居民健在證明”是不是我們社區的事？", "whose_job"),
        ("手机丢了回执码没存怎么办", "receipt_lost"),
    ],
)
def test_questions(words: str, topic: str) -> None:
    assert topic_asked(words) == topic


@pytest.mark.parametrize(
    "words",
    [
        "派出所让我们给居民开无犯罪证明，说不开就扣分",
        "又来开婚姻证明",
        "一天开九张证明",
        "领导要看我们的聊天记录",
        "要我们写匿名信证明没有漏报",
        "",
    ],
)
def test_what_tells_something_is_no_question(words: str) -> None:
    assert topic_asked(words) is None


def test_hardly_any_report_is_taken_for_a_question() -> None:
    """First sentences that were written for the reading of reports."""
    folder = ROOT / "tests" / "data" / "understand"
    told = [
        json.loads(line)
        for file in sorted(folder.glob("written_*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    ours = [one["text"] for one in told if one["in_scope"]]
    taken = [text for text in ours if topic_asked(text)]
    assert len(taken) / len(ours) < 0.002
