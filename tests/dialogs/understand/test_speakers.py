"""Who speaks is heard from how a sentence is built."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.understand.speakers import SPEAKERS, heard_speakers
from dialogs.understand.spelling import normal


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("医院护士，一个夜班写六十页", "opens with a trade"),
        ("开水果店的，社区又让我签承诺书", "opens with what one does for a living"),
        ("我是楼下修鞋的", "opens with who one is"),
        ("检查的又来我们店里拍照", "own business"),
        ("他们每天敲我家的门", "own home"),
        ("理发店老板跟我说，你来得比会员都勤", "a client says"),
        ("街道让我们挨家收钱", "staff are sent"),
        ("下着雨我们还得入户", "goes the rounds"),
        ("社区让我登记了三回", "done to me"),
        ("能不能叫他们少来几趟", "asks to be spared"),
        ("工程都给了书记的小舅子", "an official's own"),
        ("不送红包就不签字", "gives and takes"),
    ],
)
def test_a_pattern_tells_who_speaks(text: str, speaker: str) -> None:
    """One sentence for each pattern."""
    heard = [SPEAKERS[number][0] for number in heard_speakers(normal(text))]
    assert speaker in heard


def test_a_plain_report_of_a_worker_opens_with_no_trade() -> None:
    """A duty is no trade, and a unit that demands is none either."""
    assert heard_speakers("同一份台账每周报五次") == []


@given(st.text())
def test_any_text_is_heard_out(text: str) -> None:
    """Numbers of patterns, in order, for any string."""
    heard = heard_speakers(text)
    assert heard == sorted(set(heard))
    assert set(heard) <= set(range(len(SPEAKERS)))
