"""The ladder: three cases of one unit, three rungs, a supervisor's word, three papers
to sign.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from bot.cli import ladder as verb
from bot.people.directory import NewUnit
from bot.reports.papers import Counted, LadderPaper, ladder_paper
from bot.reports.templates import Issuer, Templates
from dialogs.case.orders import (
    Answer,
    Assign,
    Close,
    CorrectFinding,
    Find,
    Merge,
    StaffReopen,
)
from dialogs.words import Rebound
from storage.repositories.statistics import Statistics
from tests.bot.desk.web.office import OTHER, TOWN, Office, open_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


async def substantiated(
    office: Office, category: str = "forms", finding: str = "substantiated"
) -> str:
    alias = await office.sends("街道要求台账报五次", category=category)
    await office.orders(alias, Answer("已改"), Find(finding))
    office.later(minutes=5)
    return alias


async def runs(office: Office, *words: str) -> int:
    parser = argparse.ArgumentParser()
    verb.arguments(parser)
    return await verb.work(
        parser.parse_args([words[0], "--as", "沈主管", *words[1:]]), office.app
    )


def read(path: Path) -> str:
    return words_of(path.read_bytes())


def words_of(file: bytes) -> str:
    """All words of a paper, tables too."""
    paper = Document(io.BytesIO(file))
    cells = [
        cell.text for table in paper.tables for row in table.rows for cell in row.cells
    ]
    return "\n".join([line.text for line in paper.paragraphs] + cells)


async def test_three_cases_three_rungs_three_papers(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = await substantiated(office)
    office.later(days=40)
    second = await substantiated(office, "certificates")
    office.later(days=40)
    third = await substantiated(office)
    await runs(office, "list", "--json")
    proposed = json.loads(capsys.readouterr().out)
    assert [(one["case"], one["rung"]) for one in proposed] == [
        (first, "remind"),
        (second, "circulate"),
        (third, "sanction"),
    ]
    assert await runs(office, "document", first, "--out", str(tmp_path)) == 0
    assert "送审稿" in read(tmp_path / f"提醒函-{first}.docx")
    for alias in (first, second, third):
        assert (
            await runs(
                office,
                "decide",
                alias,
                "taken",
                "--by",
                "沈主管",
                "--reason",
                "事实清楚",
            )
            == 0
        )
        assert await runs(office, "document", alias, "--out", str(tmp_path)) == 0
    letter = read(tmp_path / f"提醒函-{first}.docx")
    assert (
        "送审稿" not in letter
        and f"{TOWN}：" in letter
        and "有1件" in letter
        and "2027年2月11日印发" in letter
    )
    assert "JF2026-000001" in letter and "台账报表、多头填报" in letter
    assert "为基层减负若干规定》" in letter
    assert "国办函〔2026〕12号" not in letter  # a ledger on paper is no matter of apps
    assert "2025年11月24日至2026年11月23日" in letter
    bulletin = read(tmp_path / f"通报-{second}.docx")
    assert (
        "有2件" in bulletin
        and "各有关单位" in bulletin
        and "民发〔2020〕20号" in bulletin
    )
    assert "JF2026" not in bulletin  # many read it: no single case stands in it
    assert "此前已于2027年2月11日决定提醒，现予通报" in bulletin
    proposal = read(tmp_path / f"处置建议书-{third}.docx")
    assert "有3件" in proposal and "由有权机关决定" in proposal
    assert "此前已于2027年2月11日决定提醒、2027年2月11日决定通报，" in proposal
    for paper in (letter, bulletin, proposal):
        assert (
            "五次" not in paper
            and "10:" not in paper
            and "位反映人" not in paper
            and "沈主管" not in paper
        )
    assert (tmp_path / f"提醒函-{first}.docx").stat().st_mode & 0o777 == 0o600
    capsys.readouterr()
    await runs(office, "list")
    assert "没有要决定的" in capsys.readouterr().out
    await runs(office, "list", "--unit", TOWN)
    assert capsys.readouterr().out.count("采取（沈主管：事实清楚）") == 3


async def test_a_paper_is_written_as_offices_write_theirs(
    office: Office, tmp_path: Path
) -> None:
    """GB/T 9704: days in Chinese, a number on each page, no word of the title torn."""
    unit = "西湖区文新街道社区建设与民生保障服务中心"
    await office.app.register.add(NewUnit(unit, "subdistrict"))
    for _ in range(2):
        alias = await office.sends("街道要求台账报五次", unit, category="forms")
        await office.orders(alias, Answer("已改"), Find("substantiated"))
        office.later(days=1)
        assert await runs(office, "document", alias, "--out", str(tmp_path)) == 0
    [reminder] = tmp_path.glob("提醒函-*.docx")
    assert "2026年11月23日" in read(reminder)
    assert not re.search(r"\d{4}-\d\d-\d\d", read(reminder))
    [circular] = tmp_path.glob("通报-*.docx")
    titles = [
        line.text
        for line in Document(str(circular)).paragraphs
        if unit in line.text and line.text.endswith("通报")
    ]
    assert titles == [f"关于\n{unit}\n增加基层负担问题的通报"]
    for paper in (reminder, circular):
        with zipfile.ZipFile(paper) as file:
            footers = [name for name in file.namelist() if "footer" in name]
            assert any(b"PAGE" in file.read(name) for name in footers)


async def test_a_year_later_it_begins_anew(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    await substantiated(office)
    office.later(days=367)
    await substantiated(office)
    await runs(office, "list", "--json")
    assert [one["rung"] for one in json.loads(capsys.readouterr().out)] == [
        "remind",
        "remind",
    ]


async def test_only_a_supervisor_without_part_in_it_decides_and_once(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    alias = await substantiated(office)

    async def refused(*words: str) -> str:
        capsys.readouterr()
        assert await runs(office, *words) == 1
        return capsys.readouterr().err

    said = ("--reason", "事实清楚")
    assert "只有专线主管" in await refused(
        "decide", alias, "taken", "--by", "值班员", *said
    )
    assert "只有专线主管" in await refused(
        "decide", alias, "taken", "--by", "谁也不是", *said
    )
    own = await office.app.register.get(TOWN)
    await office.app.roster.add("旧同事", "supervisor", own.id)
    hidden = await refused("decide", alias, "taken", "--by", "旧同事", *said)
    none = await refused("decide", "白鹭-0000", "taken", "--by", "沈主管", *said)
    assert (
        hidden
        == none.replace("白鹭-0000", alias)
        == await refused("document", alias, "--as", "旧同事")
    )
    assert await runs(office, "list", "--unit", TOWN, "--as", "旧同事") == 0
    assert "没有要决定的" in capsys.readouterr().out
    assert "不能看工单" in await refused("list", "--as", "林联络")
    assert "理由" in await refused(
        "decide", alias, "taken", "--by", "沈主管", "--reason", " "
    )
    assert (
        await runs(
            office,
            "decide",
            alias,
            "waived",
            "--by",
            "沈主管",
            "--reason",
            "首次且已改",
        )
        == 0
    )
    assert "决定过了" in await refused(
        "decide", alias, "taken", "--by", "沈主管", *said
    )
    assert "没有要签发的文书" in await refused("document", alias)
    [line] = await office.app.resources.database.all(
        "SELECT content FROM audit WHERE kind = 'ladder.decided'"
    )
    assert json.loads(line["content"]) == {"rung": "remind", "decision": "waived"}


async def test_what_is_not_substantiated_proposes_nothing(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    partly = await substantiated(office, finding="partly")
    await office.app.register.add(NewUnit("没有工单的单位", "district"))
    await runs(office, "list", "--unit", "没有工单的单位")
    assert "没有要决定的" in capsys.readouterr().out
    assert await runs(office, "document", partly) == 1
    assert "没有查实" in capsys.readouterr().err


# ── findings that do not stay as they were ────────────────────────────────────────────


async def listed(
    office: Office, capsys: pytest.CaptureFixture[str], *words: str
) -> list[dict[str, Any]]:
    """What `ladder list` shows, for scripts."""
    capsys.readouterr()
    assert await runs(office, "list", "--json", *words) == 0
    shown: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return shown


async def decides(office: Office, alias: str, verdict: str = "taken") -> None:
    words = ("--by", "沈主管", "--reason", "事实清楚")
    assert await runs(office, "decide", alias, verdict, *words) == 0


async def substantiated_figures(office: Office) -> dict[str, int]:
    """By unit, of all months."""
    database = office.app.resources.database
    names = {unit.id: unit.name for unit in await office.app.register.directory()}
    found: dict[str, int] = {}
    for one in await Statistics(database).units("2026-01", "2028-12"):
        if one.what == "substantiated":
            name = names[one.unit_id.hex()]
            found[name] = found.get(name, 0) + one.n
    return found


async def test_what_was_found_for_one_unit_is_found_again_for_another(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Decided for the first, opened again, sent to the second: it is found, and counts
    for the second alone.
    """
    alias = await substantiated(office)
    await decides(office, alias)
    await office.orders(alias, Close("改了"), StaffReopen("查错了单位"))
    assert [one["unit"] for one in await listed(office, capsys, "--unit", TOWN)] == [
        TOWN
    ]
    await office.orders(alias, Assign(OTHER), Answer("已改"), Find("substantiated"))
    assert await substantiated_figures(office) == {TOWN: 0, OTHER: 1}
    shown = await listed(office, capsys)
    assert [(one["unit"], one["rung"], one["state"]) for one in shown] == [
        (TOWN, "remind", "withdrawn"),
        (OTHER, "remind", "open"),
    ]
    await decides(office, alias)  # the open one; the other is to be taken back
    capsys.readouterr()
    words = ("revoke", alias, "--by", "沈主管", "--reason", "查错了单位")
    assert await runs(office, *words) == 0
    assert "原来的决定已撤销" in capsys.readouterr().out
    assert await listed(office, capsys) == []
    [line] = await office.app.resources.database.all(
        "SELECT content FROM audit WHERE kind = 'ladder.revoked'"
    )
    assert json.loads(line["content"]) == {"rung": "remind", "decision": "taken"}
    assert await runs(office, *words) == 1
    assert "没有要撤销的" in capsys.readouterr().err


async def test_found_for_a_unit_that_is_not_in_the_register_it_counts_for_none(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    alias = await substantiated(office)
    await office.orders(
        alias, Close("改了"), StaffReopen(), Assign("某临时专班", new=True)
    )
    await office.orders(alias, Answer("已改"), Find("substantiated"))
    assert await listed(office, capsys) == []
    assert await substantiated_figures(office) == {TOWN: 0}


@pytest.mark.parametrize("finding", ["partly", "unsubstantiated"])
async def test_a_finding_taken_back_moves_those_after_it(
    office: Office, capsys: pytest.CaptureFixture[str], finding: str
) -> None:
    """A reminder was sent, and a bulletin decided that it made the second: the bulletin
    is no longer one.
    """
    first, second = await substantiated(office), await substantiated(office)
    await decides(office, second)
    await office.orders(first, Close("改了"), StaffReopen(), Assign(TOWN))
    await office.orders(first, Answer("没有的事"), Find(finding))
    [shown] = await listed(office, capsys)
    assert (shown["case"], shown["number"], shown["state"]) == (second, 1, "lowered")
    assert await runs(office, "document", second) == 1
    assert "现在只够发提醒函" in capsys.readouterr().err
    words = ("--by", "沈主管", "--reason", "前一件不属实")
    assert await runs(office, "revoke", second, *words) == 0
    [shown] = await listed(office, capsys)
    assert (shown["rung"], shown["state"]) == ("remind", "open")


async def test_what_is_found_again_for_the_same_unit_is_one_finding(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    alias = await substantiated(office)
    office.later(days=40)
    await office.orders(alias, Close("改了"), StaffReopen(), Assign(TOWN))
    await office.orders(alias, Answer("已改"), Find("substantiated"))
    [shown] = await listed(office, capsys)
    assert (shown["at"], shown["number"]) == ("2026-11-23", 1)
    assert await substantiated_figures(office) == {TOWN: 1}


async def test_what_came_back_counts_once_more(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    alias = await substantiated(office)
    await decides(office, alias)
    await office.orders(alias, Close("改了"))
    draft = office.drafts[alias]
    await office.does(Rebound(draft.report.hex(), "又报了", office.at), draft)
    await office.orders(alias, Assign(TOWN), Answer("又改"), Find("substantiated"))
    [shown] = await listed(office, capsys)
    assert (shown["rung"], shown["number"], shown["state"]) == ("circulate", 2, "open")
    assert await substantiated_figures(office) == {TOWN: 2}


async def test_what_another_case_goes_on_with_is_counted_there(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = await substantiated(office), await office.sends()
    await office.orders(first, Merge(second))
    assert await listed(office, capsys) == []
    await office.orders(second, Answer("已改"), Find("substantiated"))
    assert [one["case"] for one in await listed(office, capsys)] == [second]
    assert await substantiated_figures(office) == {TOWN: 1}


async def test_the_last_rung_is_proposed_once_and_the_others_count(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing was done about the first two, and the paper does not say so."""
    aliases = [await substantiated(office) for _ in range(5)]
    shown = await listed(office, capsys)
    assert [one["rung"] for one in shown] == ["remind", "circulate", "sanction"]
    assert [one["later"] for one in shown] == [0, 0, 2]
    decide = ("decide", aliases[4], "taken", "--reason", "清楚")
    for words in (decide, ("document", aliases[4])):
        assert await runs(office, *words) == 1
        assert "这一期已经提过" in capsys.readouterr().err
    await decides(office, aliases[0], "waived")
    assert await runs(office, "document", aliases[2], "--out", str(tmp_path)) == 0
    paper = read(tmp_path / f"处置建议书-{aliases[2]}.docx")
    assert "已3次查实，现提出处置建议" in paper
    assert "此前" not in paper and "未能止住" not in paper


async def test_an_app_is_a_matter_of_the_rules_for_apps(
    office: Office, tmp_path: Path
) -> None:
    alias = await office.sends("要求每天在政务App里打卡", also=("fingertip",))
    await office.orders(alias, Answer("已改"), Find("substantiated"))
    assert await runs(office, "document", alias, "--out", str(tmp_path)) == 0
    paper = read(tmp_path / f"提醒函-{alias}.docx")
    assert "国办函〔2026〕12号" in paper


def test_who_signs_is_a_setting() -> None:
    issuer = Issuer("某市减负办公室", "某减办", "内部资料", "区纪委区监委")
    paper = LadderPaper(
        rung="remind",
        unit=TOWN,
        since=date(2025, 11, 24),
        until=date(2026, 11, 23),
        counted=(Counted("JF2026-000001", "forms", date(2026, 11, 23), ("《甲》",)),),
        before=(),
        taken=True,
        drawn=date(2026, 11, 23),
    )
    filled = Templates(issuer).fill(ladder_paper(paper))
    words = words_of(filled.data)
    assert "某减办〔2026〕" in words and "某市减负办公室" in words
    assert "内部资料" in words and "抄送：区纪委区监委。" in words


async def test_a_corrected_finding_takes_its_rung_along(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """After the end, too; corrected back, it is proposed again."""
    alias = await substantiated(office)
    await office.orders(alias, Close("改了"), CorrectFinding("partly", "只有一份"))
    await runs(office, "list", "--json")
    assert json.loads(capsys.readouterr().out) == []
    await office.orders(alias, CorrectFinding("substantiated", "五份都有"))
    await runs(office, "list", "--json")
    proposed = json.loads(capsys.readouterr().out)
    assert [(one["case"], one["rung"]) for one in proposed] == [(alias, "remind")]
