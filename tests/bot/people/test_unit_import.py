"""Units in a file that a person keeps: what is wrong is told with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.directory import Directory, NewUnit, WrongEntry, merged
from bot.people.unit_import import parse
from dialogs.case.refusals import Refusal

TOML = """
# 单位名录
[[unit]]
name = "西湖区政府"
level = "区"

[[unit]]
name = "文新街道办事处"
aliases = ["文新街道", "文新"]
level = "subdistrict"
parent = "西湖区政府"
competences = ["forms", "会议过多过长"]
people = ["张三"]
"""
CSV = """名称,层级,上级,别名,职责,人员
西湖区政府,区,,,,

文新街道办事处,subdistrict,西湖区政府,文新街道；文新,forms;会议过多过长,张三
"""
UNITS = (
    NewUnit("西湖区政府", "district"),
    NewUnit(
        "文新街道办事处",
        "subdistrict",
        "西湖区政府",
        ("文新街道", "文新"),
        ("forms", "meetings"),
        ("张三",),
    ),
)


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        b"\xef\xbb\xbf" + CSV.encode(),
        CSV.encode("gb18030"),
        CSV.replace("\n", "\r\n").encode(),
    ],
)
def test_csv_is_read_as_spreadsheets_write_it(data: bytes) -> None:
    assert parse(data, toml=False).units == UNITS


def test_toml_says_the_same() -> None:
    assert parse(TOML.encode(), toml=True).units == UNITS


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (TOML.replace("parent =", "parents ="), "第11行：不认识“parents”"),
        (TOML.replace('"区"', "3"), "第5行：“level”要写成文字"),
        (TOML.replace('["张三"]', '"张三"'), "第13行：“people”要写成一列文字"),
        (TOML.replace("[[unit]]", "[[units]]"), "第3行：不认识“units”"),
        (TOML.replace('"区"', '"区'), "第5行：不合 TOML"),
        ("[unit]\nname = 'a'", "每个单位请写在"),
        ("", "一个单位也没有"),
    ],
)
def test_what_toml_does_not_say_rightly_is_told_with_its_line(
    text: str, sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence):
        parse(text.encode(), toml=True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (CSV.replace("上级,", "上司,"), "第1行：表头“上司”"),
        (CSV.replace("层级", "名称"), "第1行：表头“name”不认识或写了两次"),
        ("名称,上级\n甲街道,\n", "第1行：表头至少要有"),
        (CSV.replace("张三", "张三,多了"), "第4行：格子比表头多"),
        (CSV.replace(",张三", ',"张三'), "第4行：引号没有配对"),
        ("\n\n", "表头至少要有"),
    ],
)
def test_what_csv_does_not_say_rightly_is_told_with_its_line(
    text: str, sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence):
        parse(text.encode(), toml=False)


EAST = "的上级“东湖区政府”不在名录里"


@pytest.mark.parametrize(
    ("data", "toml", "sentence"),
    [
        (
            TOML.replace('t = "西湖区政府"', 't = "东湖区政府"'),
            True,
            f"第11行：“文新街道办事处”{EAST}",
        ),
        (
            TOML.replace('"subdistrict"', '"street"'),
            True,
            "第10行：“文新街道办事处”的层级“street”不对",
        ),
        (
            TOML.replace('level = "subdistrict"', ""),
            True,
            "第7行：“文新街道办事处”的层级没有写",
        ),
        (
            TOML.replace("文新街道办事处", "西湖区政府"),
            True,
            "第8行：“西湖区政府”写了两次",
        ),
        (
            CSV.replace(",西湖区政府,", ",东湖区政府,"),
            False,
            f"第4行：“文新街道办事处”{EAST}",
        ),
        (
            CSV.replace("府,区,", "府,区,文新街道办事处"),
            False,
            "第2行：“西湖区政府”的上级绕了一圈",
        ),
        (
            CSV.replace("府,区,", "府,区,文新"),
            False,
            "第2行：“西湖区政府”的上级绕了一圈",
        ),
    ],
)
def test_what_cannot_be_registered_is_told_with_its_line(
    data: str, toml: bool, sentence: str
) -> None:
    file = parse(data.encode(), toml)
    with pytest.raises(WrongEntry) as wrong:
        merged(file.units, Directory())
    assert str(file.refusal(wrong.value)).startswith(sentence)


def test_a_cell_over_two_lines_does_not_shift_the_numbers() -> None:
    file = parse(
        '名称,层级,人员\n甲街道,街道,"张三\n李四"\n乙街道,胡同,\n'.encode(), toml=False
    )
    assert file.units[0].people == ("张三", "李四")
    with pytest.raises(WrongEntry) as wrong:
        merged(file.units, Directory())
    assert str(file.refusal(wrong.value)).startswith("第4行")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.booleans())
def test_any_file_is_read_or_refused_in_one_sentence(data: bytes, toml: bool) -> None:
    try:
        assert parse(data, toml).units
    except Refusal as refusal:
        assert str(refusal).endswith("。") and "\n" not in str(refusal)
