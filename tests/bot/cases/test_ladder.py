"""The ladder: three cases of one unit, three rungs, a supervisor's word, three papers
to sign.
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from docx import Document

from bot.cli import ladder as verb
from bot.people.directory import NewUnit
from dialogs.case.orders import Answer, Find
from tests.bot.desk.web.office import TOWN, Office, open_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


async def substantiated(
    office: Office, category: str = "forms", finding: str = "substantiated"
) -> str:
    alias = await office.sends("街道要求台账报五次", category=category)
    await office.orders(alias, Answer("已改"), Find(finding))
    return alias


async def runs(office: Office, *words: str) -> int:
    parser = argparse.ArgumentParser()
    verb.arguments(parser)
    return await verb.work(
        parser.parse_args([words[0], "--as", "沈主管", *words[1:]]), office.app
    )


def read(path: Path) -> str:
    """All words of a paper, tables too."""
    paper = Document(io.BytesIO(path.read_bytes()))
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
        and "签发人" in letter
    )
    assert (
        "JF2026-000001" in letter
        and "台账报表、多头填报" in letter
        and "国办函〔2026〕12号" in letter
    )
    assert "2025年11月24日至2026年11月23日" in letter
    bulletin = read(tmp_path / f"通报-{second}.docx")
    assert (
        "有2件" in bulletin
        and "各有关单位" in bulletin
        and "民发〔2020〕20号" in bulletin
    )
    assert "JF2026" not in bulletin  # many read it: no single case stands in it
    proposal = read(tmp_path / f"处置建议书-{third}.docx")
    assert "有3件" in proposal and "由有权机关决定" in proposal
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
