"""What the hotline makes of a first sentence: valid for any, right for plain, measured
on labelled ones.
"""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.understand import (
    CATEGORIES,
    EMERGENCIES,
    FINGERTIP_KINDS,
    READ_AT_MOST,
    SIGNPOSTS,
    understand,
)
from dialogs.understand.model import loaded
from dialogs.understand.spelling import normal
from tests.dialogs.understand import score, train

DATA = Path(__file__).resolve().parents[2] / "data"
LEVELS = {
    None,
    "community",
    "village",
    "subdistrict",
    "district",
    "city",
    "province",
    "nation",
}
WORDS = st.sampled_from(
    [
        "街道",
        "要求",
        "云溪镇",
        "桃源社区",
        "填表",
        "区教育局",
        "的",
        "１２",
        "張",
        "着火了",
        "😭",
        "\n",
        "村",
    ]
)


@given(st.one_of(st.text(), st.lists(WORDS).map("".join)))
def test_any_text_is_understood_somehow(text: str) -> None:
    """Never raises; every field is of its kind, and what is quoted stands in
    the text.
    """
    found = understand(text)
    assert sorted(found.categories) == sorted(CATEGORIES)
    assert 0 <= found.confidence <= 1
    assert found.kind in {None, *FINGERTIP_KINDS}
    assert found.unit_level in LEVELS
    assert found.signpost in {None, *SIGNPOSTS}
    assert found.alarm in {None, *EMERGENCIES}
    assert found.in_scope or (
        found.categories[0] == "other" and found.unit is None and not found.clear
    )
    assert found.signpost is None or not found.in_scope
    for piece in (found.unit, found.place, *found.because):
        assert piece is None or (piece and piece in text)
    plain = normal(text)
    assert all(number in plain for number, _ in found.counts)
    assert understand(text) == found


@given(st.text())
def test_one_spelling_keeps_the_length(text: str) -> None:
    """Positions found in the one spelling must hold in the original."""
    assert len(normal(text)) == len(text)


def test_a_result_is_plain_json() -> None:
    """What is understood crosses process borders as JSON."""
    found = asdict(understand("街道要求我们每天上传照片不少于12张"))
    assert json.loads(json.dumps(found))["categories"] == list(found["categories"])


def test_what_comes_too_late_in_a_text_is_not_read() -> None:
    """A pasted book costs no more than its beginning."""
    beginning = "街道要我们填表。" * (READ_AT_MOST // 8)
    assert understand(beginning + "云溪镇") == understand(beginning)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("街道一周要我们写四份汇报材料，每份不少于三千字", "documents"),
        ("区里一天开三个会，一个会两小时，念稿子", "meetings"),
        ("督查组半个月来了五趟，光看台账和照片打分扣分", "inspections"),
        ("同一份花名册，民政要一遍、卫健要一遍，表格格式还不一样", "forms"),
        ("每天要在APP上打卡签到，还要排名通报", "fingertip"),
        ("门口挂了三十多块牌子，墙上全是制度牌", "signage"),
        ("拆迁办把动员签约的任务压给社区，我们又没有执法权", "off_list_tasks"),
        ("派出所让居民来社区开无犯罪记录证明", "certificates"),
        ("为了创建示范社区，要我们打造参观点位，接待观摩", "showcase"),
        ("镇里把我们社工借调走一年了还不还人", "secondment"),
        ("网格员每天必须上报十条事件，不够数就编", "event_quota"),
    ],
)
def test_a_plain_sentence_finds_its_category(text: str, category: str) -> None:
    """One plain sentence for each category."""
    assert understand(text).categories[0] == category


@pytest.mark.parametrize(
    ("text", "unit", "level", "place"),
    [
        ("云溪镇党建办要石桥村一周报三次材料", "云溪镇党建办", "subdistrict", "石桥村"),
        ("区教育局叫柳荫社区开证明", "区教育局", "district", "柳荫社区"),
        ("清河街道要求每天填表", "清河街道", "subdistrict", "清河街道"),
        ("市总工会让我们挂牌", "市总工会", "city", None),
        ("市里来查，镇里今晚让我们补台账", "镇里", "subdistrict", None),
        ("区里来查减负，先要我们准备方案", "区里", "district", None),
        ("農業銀行要我們開證明", "農業銀行", None, None),
        ("翠苑街道要求翠苑社区报台账", "翠苑街道", "subdistrict", "翠苑社区"),
        ("上面又要我们填表，领导天天催", None, None, None),
    ],
)
def test_who_demands_and_where(
    text: str, unit: str | None, level: str | None, place: str | None
) -> None:
    """The unit with its level and the finest place, as written; vague words are no
    unit.
    """
    found = understand(text)
    assert (found.unit, found.unit_level, found.place) == (unit, level, place)


def test_numbers_come_with_their_measure() -> None:
    """Facts in numbers are kept; "一个" says nothing."""
    assert understand("有一个会开了12次，每天两小时").counts == (
        ("12", "次"),
        ("两", "小时·每天"),
    )


def test_traditional_and_full_width_letters_are_read_alike() -> None:
    """Spelling changes nothing but the quoted pieces."""
    plain, other = (
        understand("街道要求我们检查12次"),
        understand("街道要求我們檢查１２次"),
    )
    assert (plain.categories, plain.counts) == (other.categories, other.counts)


def test_an_emergency_shows_its_number() -> None:
    """Fire, illness, crime: at once, with the number."""
    told = {
        "楼道里着火了，快来人": "119",
        "有人昏迷叫不醒": "120",
        "有人持刀砍人": "110",
    }
    for text, number in told.items():
        found = understand(text)
        assert (found.alarm, found.urgent) == (number, True)


def test_because_names_words_of_the_text() -> None:
    """The reporter is told what decided."""
    assert "打卡" in " ".join(understand("小程序天天打卡，照片传不完").because)


def test_a_latin_word_counts_whole_only() -> None:
    """A form's number that happens to spell a word in its middle points nowhere."""
    named = understand("清河街道要我们开着gps打卡")
    spelled = understand("清河街道要求同一份台账每周报五次，表号waqurcgpsxfd")
    assert "gps" in named.because
    assert "gps" not in spelled.because


def test_the_model_was_built_from_what_is_here() -> None:
    """Whoever changes words, data or features trains anew: see the head of train.py."""
    assert loaded().head.inputs == train.inputs_digest()


def test_no_sentence_to_measure_with_was_learned() -> None:
    """The development set, the held-out one and the emergencies are not learned."""
    learned = {
        row["text"]
        for path in sorted(train.DATA.glob("written_*.jsonl"))
        for row in score.read(path)
    }
    files = [
        DATA / "reports_dev.jsonl",
        train.DATA / "held_out.jsonl",
        *sorted(train.DATA.glob("emergencies*.jsonl")),
    ]
    kept = [row for path in files for row in score.read(path)]
    assert len(files) == 5
    assert not learned & {row["text"] for row in kept}


def test_the_development_set_is_understood() -> None:
    """Floors a little below what was measured (docs/understanding.md); `pytest -s`
    prints the figures.
    """
    labelled = score.read(DATA / "reports_dev.jsonl")
    found = score.figures(labelled, score.predict(labelled))
    print(found)
    floors = {
        "first": 0.82,
        "within_three": 0.94,
        "away_recall": 0.85,
        "away_precision": 0.90,
        "signpost": 0.92,
        "unit_overlap": 0.90,
        "place_overlap": 0.90,
        "urgent_recall": 0.80,
        "kind": 0.78,
        "emergency_shown": 0.95,
    }
    assert {name: found[name] for name in floors if found[name] < floors[name]} == {}
    assert found["ours_turned_away"] <= 0.02
    assert found["unit_invented"] <= 0.10
    assert found["place_invented"] <= 0.05


def test_voices_held_out_are_understood() -> None:
    """Sentences written before the last training data and never looked at singly."""
    labelled = score.read(train.DATA / "held_out.jsonl")
    found = score.figures(labelled, score.predict(labelled))
    print(found)
    floors = {
        "first": 0.84,
        "within_three": 0.97,
        "away_recall": 0.88,
        "away_precision": 0.92,
        "signpost": 0.92,
    }
    assert {name: found[name] for name in floors if found[name] < floors[name]} == {}
    assert found["ours_turned_away"] <= 0.025


@pytest.mark.parametrize(
    ("name", "floor"), [("emergencies", 0.95), ("emergencies_fresh", 0.90)]
)
def test_emergencies_are_seen(name: str, floor: float) -> None:
    """Sentences written apart from the words and the training data; the fresh ones
    never chose anything.
    """
    labelled = [
        row for row in score.read(train.DATA / f"{name}.jsonl") if not row["in_scope"]
    ]
    seen = [understand(row["text"]).alarm is not None for row in labelled]
    print(f"{name} shown their number: {sum(seen)}/{len(seen)}")
    assert sum(seen) / len(seen) >= floor


def test_talk_of_danger_is_no_emergency() -> None:
    """Reports that speak of fires, police and hospitals stay reports; few are shown a
    number.
    """
    found = [
        understand(row["text"])
        for row in score.read(train.DATA / "emergencies_fresh_not.jsonl")
    ]
    away, shown = (
        sum(not one.in_scope for one in found),
        sum(one.alarm is not None for one in found),
    )
    print(
        f"danger only spoken of: {away} turned away, {shown} shown a number,"
        f" of {len(found)}"
    )
    assert len(found) == 30
    assert away <= 2
    assert shown <= 5


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("检查组刚走，王姐在办公室昏过去了", "120"),
        ("开会时有人胸痛大汗", "120"),
        ("有个居民站在楼顶要跳楼", "110"),
        ("小周倒了 喊他不应 手冰凉", "120"),
    ],
)
def test_a_word_of_work_beside_it_silences_no_emergency(text: str, number: str) -> None:
    """Where it happens, at a meeting or a check, is no talk of meetings or checks."""
    assert understand(text).alarm == number


@pytest.mark.parametrize(
    ("text", "signpost"),
    [
        ("主任过节收我们的茶叶和购物卡，一人一份都记着", "12388"),
        ("所长总拉新来的女孩去陪酒，动手动脚", "12388"),
        ("我开面馆的，网格员一个月来查我八趟灭火器，能不能少来几次", "12345"),
        ("在信用社做柜员，天天要晒手机银行开户数，倒数的写检讨", "12345"),
        ("樓下麻將館吵到半夜，跟居委說了三次都不管", "12345"),
        ("退伍十九年，当年安排工作的事一直没落实，找了四级都没人认", "petition"),
        ("我当了三十年村医，到老没有养老金，县里不认年限", "petition"),
        ("老婆跟人走了，我想离婚，孩子能判给我吗", "court"),
    ],
)
def test_what_another_service_does_is_sent_there(text: str, signpost: str) -> None:
    """One sentence of each kind that was once taken for ours."""
    found = understand(text)
    assert (found.in_scope, found.signpost) == (False, signpost)


@pytest.mark.parametrize(
    "text",
    [
        "面馆老板说你们一个月来查我八趟灭火器，我也不想去，街道每周要八张照片",
        "救命，又来一张表，四十二栏",
        "會開到夜裡十點，最後一項是討論怎麼少開會",
        "阿婆要给老伴销户，银行让她来社区开关系证明，我们开不了，她在门口坐了一下午",
        "镇上让我们填收送礼金零报告表，一人一张，全写无",
        "银行的手机开户任务分到我们社工头上，一人三十户",
    ],
)
def test_a_workers_own_report_stays_here(text: str) -> None:
    """Told through a shopkeeper or a client, as a joke, with 救命, or in traditional
    characters: still ours.
    """
    assert understand(text).in_scope


@pytest.mark.parametrize("text", ["打卡", "催物业费", "又要排班"])
def test_a_few_words_are_not_turned_away(text: str) -> None:
    """A fragment says too little to send its writer elsewhere; one question is asked
    instead.
    """
    assert understand(text).in_scope
