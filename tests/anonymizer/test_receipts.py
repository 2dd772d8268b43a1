import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anonymizer import receipts
from anonymizer.receipts import SYMBOLS, MalformedReceipt

bodies = st.text(SYMBOLS, min_size=15, max_size=15)


def valid(symbols: str) -> bool:
    try:
        receipts.read(symbols)
    except MalformedReceipt:
        return False
    return True


def whole(body: str) -> str:
    """The one receipt that begins with these 15 symbols."""
    fits = [body + check for check in SYMBOLS if valid(body + check)]
    assert len(fits) == 1
    return fits[0]


def test_a_new_receipt_is_written_four_by_four() -> None:
    for receipt in (receipts.new() for _ in range(200)):
        assert [len(group) for group in receipt.split("-")] == [4, 4, 4, 4]
        assert set(receipt) <= set(SYMBOLS + "-")
        assert any(map(str.isdigit, receipt)) and any(map(str.isalpha, receipt))
        assert receipts.read(receipt) == receipts.find(receipt) == receipt


def test_receipts_do_not_repeat_and_use_every_symbol_everywhere() -> None:
    drawn = [receipts.new().replace("-", "") for _ in range(3000)]
    assert len(set(drawn)) == 3000
    assert all(len({receipt[i] for receipt in drawn}) == 32 for i in range(16))


def test_the_digit_and_letter_rule_costs_next_to_nothing() -> None:
    """Of 32**15 bodies those without letters or without digits are left out: 74.99 bits
    remain.
    """
    assert math.log2(32**15 - 10**15 - 22**15) > 74.99


@settings(max_examples=30)
@given(bodies)
def test_every_mistyped_symbol_is_told(body: str) -> None:
    receipt = whole(body)
    for i, right in enumerate(receipt):
        for wrong in set(SYMBOLS) - {right}:
            assert not valid(receipt[:i] + wrong + receipt[i + 1 :])


@settings(max_examples=200)
@given(bodies)
def test_every_swap_of_neighbours_is_told_but_that_of_0_and_z(body: str) -> None:
    receipt = whole(body)
    for i, (one, other) in enumerate(pairwise(receipt)):
        if one != other:
            swapped = receipt[:i] + other + one + receipt[i + 2 :]
            assert valid(swapped) is ({one, other} == {"0", "Z"})


def test_no_other_pair_of_neighbours_is_missed() -> None:
    """The rule above for every pair, doubled or not, so that chance leaves none out."""
    missed = set()
    for i in (0, 1, 12, 13, 14):
        for one in SYMBOLS:
            for other in SYMBOLS:
                body = "7" * i + one + other + "7" * (14 - i)
                symbols = whole(body[:15]) if i < 14 else body
                if (
                    one != other
                    and valid(symbols)
                    and symbols[i : i + 2] == one + other
                ):
                    swapped = symbols[:i] + other + one + symbols[i + 2 :]
                    if valid(swapped):
                        missed.add(one + other)
    assert missed == {"0Z", "Z0"}


@given(bodies, st.randoms())
def test_a_lost_or_doubled_symbol_is_told(body: str, random: object) -> None:
    receipt = whole(body)
    assert not any(valid(receipt[:i] + receipt[i + 1 :]) for i in range(16))
    assert not any(valid(receipt[:i] + receipt[i] + receipt[i:]) for i in range(16))


SAMPLE = receipts.read(whole("01AB01CD23EF45G"))


@pytest.mark.parametrize(
    "typed",
    [
        SAMPLE,
        SAMPLE.lower(),
        SAMPLE.replace("-", ""),
        SAMPLE.replace("-", " "),
        SAMPLE.replace("-", "\u3000"),
        SAMPLE.replace("-", "——"),
        SAMPLE.replace("-", "\u2013"),
        SAMPLE.replace("-", " - "),
        SAMPLE.replace("-", "－"),
        SAMPLE.replace("-", "\u200b"),
        f"  {SAMPLE}\n",
        " ".join(SAMPLE),
        SAMPLE.replace("0", "O").replace("1", "I"),
        SAMPLE.replace("0", "o").replace("1", "l"),
        SAMPLE.translate({ord(c): ord(c) + 0xFEE0 for c in SYMBOLS}),
    ],
)
def test_however_it_is_typed_it_reads_the_same(typed: str) -> None:
    assert receipts.read(typed) == SAMPLE


@pytest.mark.parametrize(
    "typed",
    ["", "--", "U" * 16, SAMPLE[:-1], SAMPLE + "0", "回执" + SAMPLE, "\ud800" * 16],
)
def test_what_is_no_receipt_is_told_without_repeating_it(typed: str) -> None:
    with pytest.raises(MalformedReceipt) as caught:
        receipts.read(typed)
    assert str(caught.value) == "not a receipt"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    valid(text)
    found = receipts.find(text)
    assert found is None or valid(found)


@pytest.mark.parametrize(
    "sentence",
    [
        "我的回执码是{}，请帮我查一下",
        "回执码：{}。",
        "{}到哪一步了？",
        "receipt {} please",
        "第一次是2024年5月3日，回执\n{}\n谢谢",
        "电话13800001111，{}",
        "({})",
    ],
)
@pytest.mark.parametrize("gap", ["-", "", " ", "－", "—"])
def test_a_receipt_is_found_inside_a_sentence(sentence: str, gap: str) -> None:
    assert receipts.find(sentence.format(SAMPLE.replace("-", gap))) == SAMPLE
    assert receipts.find(sentence.format(SAMPLE.replace("-", gap).lower())) == SAMPLE


@pytest.mark.parametrize(
    "sentence",
    [
        "同一份台账每周报五次",
        "6222 0200 1234 5678",
        "每周开会3次, that form week told",
        "from 2025 they made us report",
        "we had 3 meetings at 8 a m on 2 days, 4 hours",
        "Word 2016 和 Excel 2019 各一份，表格 A4 B5 各打十份",
        "https://example.gov.cn/s/a1b2c3d4e5f6g7h8",
        "身份证330106199001011234",
        "33010619900101123X",
        "车牌浙A12345、浙B6789C，编号K7QM",
    ],
)
def test_other_words_and_numbers_are_no_receipt(sentence: str) -> None:
    assert receipts.find(sentence) is None
    assert not receipts.resembles(sentence)


def test_no_card_number_is_taken_for_a_receipt() -> None:
    """Sixteen digits are never one, though one in 32 would fit the check symbol."""
    numbers = [str(6222020012340000 + i) for i in range(640)]
    assert any(valid(number) for number in numbers)
    assert not any(receipts.find(number) for number in numbers)


def test_a_mistyped_receipt_in_a_sentence_is_noticed() -> None:
    typo = SAMPLE.replace("A", "B", 1)
    assert receipts.find(f"回执码{typo}") is None
    assert receipts.resembles(f"回执码{typo}")


APART = {
    "commas": "，".join(SAMPLE.split("-")),
    "marks": "、".join(SAMPLE.split("-")),
    "colons": "：".join(SAMPLE.split("-")),
    "slashes": "／".join(SAMPLE.split("-")),
    "stops": "。".join(SAMPLE.split("-")),
    "spaced": " ".join(SAMPLE.replace("-", "")),
    "spaced groups": "  ".join(" ".join(group) for group in SAMPLE.split("-")),
    "lines": SAMPLE.replace("-", "\n"),
    "circled": SAMPLE.replace("1", "①").replace("2", "②").replace("0", "⓪"),
    "squared letters": SAMPLE.replace("A", "🄰").replace("B", "🅱"),
    "halves": SAMPLE[:9].replace("-", "") + " " + SAMPLE[10:].replace("-", ""),
}


@pytest.mark.parametrize("typed", APART.values(), ids=APART)
def test_whatever_parts_its_symbols_it_is_found_where_it_stands(typed: str) -> None:
    text = f"我的回执码是{typed}，昨天又来催了"
    [found] = receipts.find_all(text)
    assert found.receipt == SAMPLE
    assert text[found.start : found.end] == typed


SLIPS = {
    "another symbol": SAMPLE.replace("A", "B", 1),
    "another symbol, commas": "，".join(SAMPLE.replace("A", "B", 1).split("-")),
    "another symbol, one piece": SAMPLE.replace("A", "B", 1).replace("-", ""),
    "another symbol, blanks": SAMPLE.replace("A", "B", 1).replace("-", " "),
    "another symbol, spaced": " ".join(SAMPLE.replace("A", "B", 1).replace("-", "")),
    "one too few": SAMPLE[:-1],
    "one too many": SAMPLE + "7",
    "one before": "x" + SAMPLE,
    "no symbol of ours": SAMPLE.replace("A", "U", 1),
}


@pytest.mark.parametrize("typed", SLIPS.values(), ids=SLIPS)
def test_a_slip_is_noticed_where_it_stands(typed: str) -> None:
    text = f"{typed}，昨天又来催了"
    [found] = receipts.find_all(text)
    assert found.receipt is None
    assert text[found.start : found.end] == typed


@given(bodies, st.integers(0, 15), st.sampled_from(SYMBOLS))
def test_hardly_any_mistyped_receipt_passes_for_words(
    body: str, at: int, wrong: str
) -> None:
    """In groups with dashes, as they are given out, none does."""
    symbols = whole(body)
    typed = symbols[:at] + wrong + symbols[at + 1 :]
    groups = [typed[start : start + 4] for start in range(0, 16, 4)]
    both = any(map(str.isdigit, typed)) and any(map(str.isalpha, typed))
    assert len(receipts.find_all("-".join(groups))) == both


def test_two_receipts_in_one_message_are_both_found() -> None:
    other = receipts.read(whole("9Z8Y7X6W5V4T3S2"))
    for gap in (" ", "、", "，", "\n", " 和 "):
        found = receipts.find_all(f"进度 {SAMPLE}{gap}{other}")
        assert [one.receipt for one in found] == [SAMPLE, other]
    found = receipts.find_all(f"{SAMPLE[:-1]}0 {other}")
    assert [one.receipt for one in found] == [None, other]


def test_a_fingerprint_is_equal_for_every_spelling_and_needs_the_key() -> None:
    one = receipts.fingerprint(SAMPLE, b"k" * 32)
    assert len(one) == 32
    assert one == receipts.fingerprint(SAMPLE.lower().replace("-", ""), b"k" * 32)
    assert one != receipts.fingerprint(SAMPLE, b"l" * 32)
    assert one != receipts.fingerprint(receipts.new(), b"k" * 32)
    with pytest.raises(MalformedReceipt):
        receipts.fingerprint(SAMPLE[:-1], b"k" * 32)
