"""What holds for every text, and that no text makes the redactor slow."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer.redact import (
    MASK_LABELS,
    SPAN_TYPES,
    IdentifyingSpan,
    find_identifying,
    mask,
)
from anonymizer.redact.fold import fold
from anonymizer.redact.lexicon import GIVEN_CHARACTERS

_PIECES = (
    "我是|张主任|联系人：|李建国|13812345678|一三八|138 |微信|QQ：|"
    "abc_1234|@|qq.com|浙A|12345|住|文一路|18号|3幢|2单元|，|。|"
    "\n|\u200b|\ufe0f\u20e3|１３９|身份证|330106|19900101|"
    "994X|[姓名]|[电话]|http://|a.cn/|?uid=|0571-|出生|1990年|"
    "5月|生日|IP|10.0.0.|街道|社区|网格员|就是我|那个人|小王|老|·|\ufffc|"
    "�|😀|·买买提"
)
PIECES = st.sampled_from(_PIECES.split("|"))
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map("".join))


@settings(max_examples=400)
@given(TEXTS)
def test_spans_are_sorted_apart_and_inside(text: str) -> None:
    """Every span lies in the text, after the one before it, and has a type that has a
    label.
    """
    end = 0
    for span in find_identifying(text):
        assert end <= span.start < span.end <= len(text)
        assert span.type in SPAN_TYPES
        end = span.end


@settings(max_examples=400)
@given(TEXTS)
def test_masking_leaves_everything_else_as_it_was(text: str) -> None:
    """Cut the labels out of the masked text and what was not masked is left, character
    for character.
    """
    spans = find_identifying(text)
    masked, at, parts = mask(text, spans), 0, []
    for i, span in enumerate(spans):
        kept = text[spans[i - 1].end if i else 0 : span.start]
        label = f"[{MASK_LABELS[span.type]}]"
        assert masked[at : at + len(kept) + len(label)] == kept + label
        at += len(kept) + len(label)
        parts.append(text[span.start : span.end])
    assert masked[at:] == text[spans[-1].end if spans else 0 :]
    assert len(text) == len(masked) - sum(
        len(MASK_LABELS[s.type]) + 2 for s in spans
    ) + sum(map(len, parts))


@settings(max_examples=400)
@given(TEXTS)
def test_labels_are_never_masked_again(text: str) -> None:
    """In a masked text nothing new is found inside or across a label."""
    spans = find_identifying(text)
    masked, shift = mask(text, spans), 0
    walls: set[int] = set()
    for span in spans:
        size = len(MASK_LABELS[span.type]) + 2
        walls.update(range(span.start + shift, span.start + shift + size))
        shift += size - (span.end - span.start)
    for again in find_identifying(masked):
        assert walls.isdisjoint(range(again.start, again.end))


@given(TEXTS)
def test_folding_moves_no_character(text: str) -> None:
    """Both readings are of one length, and each character knows its place."""
    folded = fold(text)
    assert len(folded.plain) == len(folded.digits) == len(folded.starts)
    assert list(folded.starts) == sorted(set(folded.starts))


@pytest.mark.parametrize(
    "spans",
    [
        [IdentifyingSpan(0, 3, "NAME"), IdentifyingSpan(2, 4, "PHONE")],
        [IdentifyingSpan(0, 9, "NAME")],
        [IdentifyingSpan(1, 1, "NAME")],
    ],
)
def test_spans_that_do_not_fit_are_refused(spans: list[IdentifyingSpan]) -> None:
    with pytest.raises(ValueError, match="overlaps another or leaves the text"):
        mask("张三李四", spans)


_BLOCKS = (
    "1~1 ~13~138 ~一~一三八~a~a.~a@~a-~@~http://~"
    "http://a.cn/?~1.~1:~::~°~120.1,~E~浙A~浙~张~王小~·~买·~"
    "号~1号~1栋1~一号一~路1-~1-1~我是~我是社区~社区的~就是我~唯一~那个人~最~我~"
    "我们街道~在社区做了~扎西~小~小王~微信~微信：~QQ~工号~工号A-~19~1990年~生日~"
    "(~(0~*~6217 **** ~ ~\n~，~[姓名]~\u200b~\ufe0f~"
    "\ufffc~姓名：~住在~市区县镇~东经1.~@张~姓王~俺在"
)
BLOCKS = _BLOCKS.split("~")


@pytest.mark.slow
@pytest.mark.parametrize("block", BLOCKS)
def test_no_text_makes_it_slow(block: str) -> None:
    """Five times the text takes about five times as long (a pattern that backtracks
    takes 25 times and more).

    Two lengths of one text are timed against each other, the best of several, so the
    machine does not matter.
    """
    short, long = (block * 5000)[:1000], (block * 5000)[:5000]
    ratio = min(_seconds(long) / _seconds(short) for _ in range(3))
    assert ratio < 15, f"{block!r}: {ratio:.1f} times as long for 5 times the text"


def test_many_names_cost_no_more_each() -> None:
    """A long list of different names is read in one go, not once for every name."""
    names = [
        "王" + a + b
        for a, b in zip(GIVEN_CHARACTERS[:800], GIVEN_CHARACTERS[7:], strict=False)
    ]
    short, long = "、".join(names[:160]), "、".join(names)
    assert len(find_identifying(long)) == 800
    assert min(_seconds(long) / _seconds(short) for _ in range(3)) < 15


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        find_identifying(text)
        best = min(best, time.process_time() - start)
    return max(best, 1e-4)
