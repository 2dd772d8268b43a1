"""`jianfu staff` and `jianfu unit`, as a person and as a script reads them."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.address import Address
from bot.app import opened
from bot.cli import staff, unit
from bot.program import Program
from bot.settings import OperatorError, Settings, Web
from tests.bot.command import Login

CODE = re.compile(r"^    ([0-9A-Z]{5}-[0-9A-Z]{5})$", re.MULTILINE)
UNITS = """名称,层级,上级,别名,职责,人员
西湖区政府,区,,,,
文新街道办事处,街道,西湖区政府,文新街道；文新,forms;会议过多过长,张三
"""


class Terminal:
    """Runs verbs on one open app and keeps what they printed."""

    def __init__(
        self, app: Program, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.app, self.folder, self._capsys = app, folder, capsys

    async def runs(self, *words: str, code: int = 0) -> str:
        """What was printed for people; of a refusal its sentence."""
        module = {"staff": staff, "unit": unit}[words[0]]
        parser = argparse.ArgumentParser()
        module.arguments(parser)
        assert (
            await module.work(parser.parse_args([*words[1:], "--as", "王"]), self.app)
            == code
        )
        printed = self._capsys.readouterr()
        return printed.err if code and "--json" not in words else printed.out

    async def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(await self.runs(*words, "--json", code=code))

    def file(self, text: str, name: str = "units.csv") -> str:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return str(path)


@pytest.fixture
async def terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> AsyncIterator[Terminal]:
    keyring = tmp_path / "keys" / "keyring.json"
    keyring.parent.mkdir(mode=0o700)
    web = Web(public_url="https://jianfu.example.cn")
    settings = Settings(data_dir=tmp_path / "data", keyring=keyring, web=web)
    async with opened(settings, lambda parts: []) as app:
        yield Terminal(app, tmp_path, capsys)


async def test_the_roster_is_kept_in_the_terminal(terminal: Terminal) -> None:
    await terminal.runs("unit", "import", terminal.file(UNITS))
    assert "先登记一位主管" in await terminal.runs("staff", "list")
    assert (
        await terminal.runs("staff", "add", "王芳", "--role", "supervisor")
        == "王芳：专线主管。\n"
    )
    assert await terminal.runs(
        "staff", "add", "李四", "--role", "liaison", "--unit", "文新"
    ) == ("李四：承办单位联络员，文新街道办事处。\n")
    assert await terminal.runs("staff", "list") == (
        "王芳  专线主管\n李四  承办单位联络员  文新街道办事处\n共 2 人。\n"
    )
    assert await terminal.runs("staff", "disable", "李四") == "李四已停用。\n"
    assert (
        (await terminal.runs("staff", "list"))
        .splitlines()[1]
        .endswith("文新街道办事处  已停用")
    )


async def test_a_code_is_printed_with_what_to_do(terminal: Terminal) -> None:
    await terminal.runs("staff", "add", "王芳", "--role", "supervisor")
    said = await terminal.runs("staff", "link", "王芳")
    (code,) = CODE.findall(said)
    assert f"    /link {code}\n" in said and "30分钟" in said and "私聊" in said
    member = await terminal.app.roster.link(code, Address("telegram", "1"))
    assert member is not None and member.staff.name == "王芳"
    assert "Telegram" in await terminal.runs("staff", "list")
    refused = await terminal.json("staff", "link", "王芳", "--desk", code=1)
    assert "只给联络员" in refused["refused"]
    await terminal.runs("unit", "import", terminal.file(UNITS))
    await terminal.runs("staff", "add", "李四", "--role", "liaison", "--unit", "文新")
    said = await terminal.runs("staff", "link", "李四", "--desk")
    (code,) = CODE.findall(said)
    assert "https://jianfu.example.cn/unit" in said
    assert await terminal.app.roster.session(code) is not None


async def test_scripts_get_one_document_with_stable_names(terminal: Terminal) -> None:
    assert await terminal.json("unit", "import", terminal.file(UNITS)) == {
        "added": 2,
        "changed": 0,
        "same": 0,
    }
    added = await terminal.json(
        "staff", "add", "李四", "--role", "liaison", "--unit", "文新街道"
    )
    assert added == {
        "name": "李四",
        "id": terminal.app.roster.staff("李四").id,
        "role": "liaison",
        "unit": "文新街道办事处",
        "active": True,
        "linked": [],
    }
    assert await terminal.json("staff", "list") == [added]
    shown = await terminal.json("unit", "show", "文新")
    assert shown == {
        "name": "文新街道办事处",
        "id": shown["id"],
        "aliases": ["文新街道", "文新"],
        "level": "subdistrict",
        "parent": "西湖区政府",
        "competences": ["forms", "meetings"],
        "people": ["张三"],
        "leaders": [],
        "active": True,
        "liaisons": ["李四"],
    }
    assert [one["name"] for one in await terminal.json("unit", "list")] == [
        "文新街道办事处",
        "西湖区政府",
    ]
    refused = await terminal.json("unit", "show", "文薪街道", code=1)
    assert refused == {
        "refused": "单位名录里没有“文薪街道”。是不是：文新街道办事处？",
        "legal": [],
    }
    assert set(await terminal.json("staff", "link", "李四")) == {"code", "minutes"}


async def test_the_register_is_kept_in_the_terminal(terminal: Terminal) -> None:
    assert "还空着" in await terminal.runs("unit", "list")
    assert (
        await terminal.runs("unit", "import", terminal.file(UNITS))
        == "新登记2个，改了0个，0个原样。\n"
    )
    assert (
        await terminal.runs("unit", "import", terminal.file(UNITS))
        == "新登记0个，改了0个，2个原样。\n"
    )
    shown = await terminal.runs(
        "unit",
        "add",
        "古荡街道",
        "--level",
        "街道",
        "--parent",
        "西湖区政府",
        "--alias",
        "古荡",
        "--competence",
        "台账报表、多头填报",
        "--person",
        "赵六",
    )
    assert shown == (
        "古荡街道\n层级      街道\n上级      西湖区政府\n别名      古荡\n"
        "职责      台账报表、多头填报\n负责人    （无）\n"
        "联络员    （无）\n相关人员  赵六\n"
    )
    await terminal.runs("staff", "add", "孙八", "--role", "operator", "--unit", "古荡")
    people = await terminal.runs("unit", "people", "古荡")
    assert "请用 jianfu staff add" in people and people.endswith(
        "看不到点名古荡街道的工单：赵六、孙八\n"
    )
    assert (await terminal.runs("unit", "disable", "古荡街道")).startswith(
        "古荡街道（已停用）"
    )
    assert "古荡街道        街道  西湖区政府  已停用\n" in await terminal.runs(
        "unit", "list"
    )


@pytest.mark.parametrize(
    ("text", "name", "sentence"),
    [
        (
            UNITS.replace("街道,西湖", "胡同,西湖"),
            "a.csv",
            "第3行：“文新街道办事处”的层级“胡同”不对",
        ),
        (UNITS, "a.txt", "只认 .toml 和 .csv"),
        ("[[unit]]\nname = 3", "a.toml", "第2行：“name”要写成文字。什么都没有导入。"),
    ],
)
async def test_a_wrong_file_is_one_sentence(
    terminal: Terminal, text: str, name: str, sentence: str
) -> None:
    assert (
        await terminal.runs("unit", "import", terminal.file(text, name), code=1)
    ).startswith(sentence)
    assert await terminal.json("unit", "list") == []


async def test_a_file_that_is_not_there_is_told(terminal: Terminal) -> None:
    with pytest.raises(OperatorError, match=r"没有单位名录文件 .*请检查路径"):
        await terminal.runs("unit", "import", "nowhere.csv")


async def test_what_is_done_stands_in_the_audit_chain_by_ids_alone(
    terminal: Terminal,
) -> None:
    await terminal.runs("unit", "import", terminal.file(UNITS))
    await terminal.runs(
        "staff", "add", "李四", "--role", "liaison", "--unit", "文新街道"
    )
    rows = await terminal.app.resources.database.all(
        'SELECT kind, "by", content FROM audit ORDER BY seq'
    )
    assert [row[0] for row in rows] == ["unit.added", "unit.added", "staff.added"]
    assert {row[1].hex() for row in rows} == {terminal.app.roster.staff("王").id}
    id = (await terminal.app.register.get("文新")).id
    assert [json.loads(row[2]) for row in rows] == [
        {},
        {},
        {"role": "liaison", "unit": id},
    ]


def test_the_real_command(tmp_path: Path) -> None:
    """Typed in a shell, on a database of its own."""
    login = Login(tmp_path)
    (tmp_path / "units.csv").write_text(UNITS, "utf-8")
    assert (
        login.does("unit", "import", "units.csv") == "新登记2个，改了0个，0个原样。\n"
    )
    assert (
        login.run("staff", "add", "李四", "--role", "liaison").err
        == "联络员须有单位：请加 --unit 单位。\n"
    )
    login.does("staff", "add", "李四", "--role", "liaison", "--unit", "文新")
    assert "李四  承办单位联络员  文新街道办事处" in login.does("staff", "list")
