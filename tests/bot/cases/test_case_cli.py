"""Staff's work in the terminal."""

from __future__ import annotations

import argparse
import io
import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cases.followups import FollowupRounds
from bot.cli import case
from bot.columns import width
from bot.desk.screen import CaseScreen
from bot.people.member import AT_THE_MACHINE
from bot.people.roster import Roster
from dialogs.case.orders import Accept, Ask, Claim, Close, Merge, Note
from dialogs.words import Forget, Reopen, Supplement
from tests.bot.counter import Counter, new_draft, opened
from tests.looking import look_into
from tests.project.checkout import ROOT

VERBS = (
    "list",
    "show",
    "search",
    "claim",
    "accept",
    "decline",
    "ask",
    "assign",
    "answer",
    "find",
    "rectify",
    "close",
    "reopen",
    "merge",
    "note",
)


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    case.arguments(parser)
    return parser.parse_args(words)


class Terminal:
    """Runs a verb on the counter's casework and keeps what it printed."""

    def __init__(self, counter: Counter, capsys: pytest.CaptureFixture[str]) -> None:
        self.counter, self._capsys = counter, capsys
        self.roster = Roster(counter.database, counter.keys, lambda: counter.at)

    async def runs(self, *words: str, code: int = 0) -> str:
        assert (
            await case.work(
                parsed(*words, "--as", "王"), self.counter.casework, self.roster
            )
            == code
        )
        self.printed = self._capsys.readouterr()
        return self.printed.out

    async def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(await self.runs(*words, "--json", code=code))


@pytest.fixture
def terminal(counter: Counter, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(counter, capsys)


async def test_a_reply_shows_who_wrote_it(terminal: Terminal) -> None:
    """F24. Not the reporter, and not the line, though it goes out by itself."""
    counter = terminal.counter
    receipt = await counter.files()
    name = await counter.alias()
    await terminal.runs("accept", name)
    await terminal.runs("reply", name, "已经在看了")
    counter.later(seconds=11)
    rounds = FollowupRounds(
        counter.database, counter.casework.writer, counter.casework.addresses
    )
    await rounds.run(counter.at)
    shown = await terminal.runs("show", name)
    [line] = [line for line in shown.splitlines() if "回话" in line]
    assert "王（反映 1）：已经在看了" in line and "反映人" not in line
    sheet = await terminal.json("show", name)
    [step] = [one for one in sheet["steps"] if one["kind"] == "replied"]
    assert step["by"] == "王"
    story = (await counter.story(receipt)).text("zh")
    assert "专线给您回话：已经在看了" in story and "王" not in story


async def test_a_case_is_worked_through_in_the_terminal(
    terminal: Terminal, tmp_path: Path
) -> None:
    """Every verb that moves a case, as a person reads it."""
    counter = terminal.counter
    receipt = await counter.files()
    name = await counter.alias()
    assert (
        await terminal.runs("claim", name) == f"{name}  未编号  待受理：现在归王办。\n"
    )
    accepted = f"{name}  JF2026-000001  已受理：受理了，11月24日 24:00 前转办。"
    told = "1 位反映人看得到。"
    assert await terminal.runs("accept", name) == f"{accepted}{told}\n"
    for words in (
        ("ask", name, "哪个科室？"),
        (
            "assign",
            "JF2026-000001",
            "某街道",
            "--new",
            "--level",
            "subdistrict",
            "--due",
            "2026-11-30",
        ),
        ("answer", name, "已经改了"),
        ("find", name.split("-")[1].lower(), "substantiated"),
        ("rectify", name, "取消", "--due", "2026-12-13"),
        ("close", name, "已取消重复台账"),
        ("reopen", name),
        ("note", name, "要回访"),
    ):
        await terminal.runs(*words)
    shown = await terminal.runs("show", name)
    for line in (
        "类别      台账报表、多头填报",
        "反映 1（11月23日10时）",
        "街道要求同一份台账每周报五次",
        "责任单位  某街道",
        "王：属实",
        "王：某街道，已经改了",
        "── 内部备注（反映人看不到）",
        "王：要回访",
        "现在可以：ask、wait、assign、close、merge、urgent、category、reply、note",
    ):
        assert line in shown, line
    assert (await counter.story(receipt)).state == "accepted"


async def test_what_would_come_too_late_is_not_offered(terminal: Terminal) -> None:
    """Neither to a person nor to a script."""
    await terminal.counter.files()
    name = await terminal.counter.alias()
    await terminal.runs("accept", name)
    await terminal.runs("assign", name, "某街道", "--new")
    shown = await terminal.runs("show", name)
    assert "return、extend" in shown
    terminal.counter.later(days=40)
    shown = await terminal.runs("show", name)
    may = shown.rpartition("现在可以：")[2]
    assert {"return", "extend", "redate"}.isdisjoint(may.strip().split("、"))
    written = await terminal.json("show", name)
    assert "answer" in written["legal"] and "extend" not in written["legal"]


async def test_a_merge_is_taken_back_in_the_terminal(terminal: Terminal) -> None:
    """What was merged says into which, and what takes it out again."""
    await terminal.counter.files("第一件")
    first = await terminal.counter.alias()
    terminal.counter.later(hours=1)
    await terminal.counter.files("第二件", chat="berta")
    second = await terminal.counter.alias(1)
    await terminal.runs("merge", second, first)
    shown = await terminal.runs("show", second)
    assert f"已并入    {first}" in shown and f"王：{first}" in shown
    assert shown.rstrip().endswith("现在可以：unmerge、note")
    said = await terminal.runs("unmerge", second)
    assert f"从 {first} 里分出来，接着是“待受理”，反映人跟回来" in said
    shown = await terminal.runs("show", second)
    assert "第二件" in shown and "分开单独办" in shown and "已并入" not in shown
    assert "第二件" not in await terminal.runs("show", first)


async def test_staff_correct_what_they_ordered_in_the_terminal(
    terminal: Terminal,
) -> None:
    """Each correction is stored, audited, and read by the reporter as what it is."""
    counter = terminal.counter
    receipt = await counter.files()
    name = await counter.alias()
    for words in (
        ("accept", name),
        ("urgent", name),
        ("not-urgent", name, "没有人受伤"),
        ("category", name, "meetings"),
        ("assign", name, "某街道", "--new", "--due", "2026-11-25"),
        ("redate", name, "2026-11-27", "写错了"),
        ("answer", name, "在研究"),
        ("send-back", name, "没有说哪天停"),
        ("answer", name, "周五停"),
        ("find", name, "substantiated"),
        ("rectify", name, "减到一份"),
        ("rectified", name, "撤了四份"),
        ("send-back", name, "还有两份"),
        ("correct-finding", name, "unsubstantiated", "那是另一件"),
        ("close", name, "说明了"),
        ("correct-finding", name, "partly", "查实一份"),
    ):
        await terminal.runs(*words)
    told = (await counter.story(receipt)).text("zh")
    for line in (
        "专线把这件改为加急。",
        "专线核对过，这件不按加急办。没有人受伤",
        "专线把类别改为“会议过多过长”。",
        "专线更正了某街道的期限，改为11月27日前。写错了",
        "专线看了，答复还不够，退给某街道再答复，要求11月26日前。没有说哪天停",
        "某街道说改好了：撤了四份",
        "专线核对了，还没有改好，退给某街道接着改",
        "专线更正核实的结论：不属实。那是另一件",
        "专线更正核实的结论：部分属实。查实一份",
    ):
        assert line in told, line
    assert told.count("办结了") == 1
    kinds = await counter.database.all("SELECT kind FROM audit ORDER BY seq")
    assert [row["kind"] for row in kinds if "correctfinding" in row["kind"]] == [
        "case.correctfinding"
    ] * 2


async def test_an_appeal_waits_for_another_person(terminal: Terminal) -> None:
    """Who declined it is told so; the stored case knows who that was."""
    counter = terminal.counter
    receipt = await counter.files()
    name = await counter.alias()
    await terminal.runs("accept", name)
    await terminal.runs("decline", name, "这是居民诉求")
    assert "专线先前受理了" in (await counter.story(receipt)).text("zh")
    report = (await counter.story(receipt)).report
    await counter.does(Reopen(report, "", counter.at))
    assert "上次不予受理，反映人不服" in await terminal.runs("show", name)
    await terminal.runs("accept", name, code=1)
    assert "要换个人来看" in terminal.printed.err
    await counter.orders(name, Accept(), by="李")
    assert "反映人不服，" not in await terminal.runs("show", name)


async def test_a_deadline_belongs_to_the_day_that_it_ends(terminal: Terminal) -> None:
    """Assigned on Monday with five working days: until the next Monday, not Tuesday at
    midnight.
    """
    await terminal.counter.files()
    name = await terminal.counter.alias()
    await terminal.runs("accept", name)
    await terminal.runs("assign", name, "某街道", "--new")
    assert "限11月30日" in await terminal.runs("list")
    assert "期限      11月30日 24:00" in await terminal.runs("show", name)


async def test_a_deadline_that_may_still_move_is_said_to_be_so(
    terminal: Terminal,
) -> None:
    """Five working days from 29 December of a year of whose next no notice tells: New
    Year is off by law, what will be made up nobody knows.
    """
    terminal.counter.at = datetime(2098, 12, 29, 2, tzinfo=UTC)  # a Monday
    await terminal.counter.files()
    name = await terminal.counter.alias()
    await terminal.runs("accept", name)
    await terminal.runs("assign", name, "某街道", "--new")
    told = "期限      2099年1月6日 24:00（2099年调休还没公布，公布后可能会变）"
    assert told in await terminal.runs("show", name)


async def test_scripts_get_one_document_with_stable_names(terminal: Terminal) -> None:
    await terminal.counter.files(urgent=True)
    name = await terminal.counter.alias()
    (entry,) = await terminal.json("list")
    common = {
        "alias",
        "serial",
        "state",
        "category",
        "urgent",
        "unit",
        "level",
        "finding",
        "due",
        "claimed_by",
        "legal",
    }
    assert set(entry) == common | {"opened", "text", "damaged"}
    assert entry["opened"] == "2026-11-23T10:00:00+08:00" and entry["legal"] == [
        "accept",
        "decline",
        "ask",
        "wait",
        "merge",
    ]
    accepted = await terminal.json("accept", name)
    assert set(accepted) == common | {"said", "told", "handed"}
    assert (accepted["serial"], accepted["claimed_by"], accepted["told"]) == (
        "JF2026-000001",
        "王",
        1,
    )
    sheet = await terminal.json("show", name)
    assert set(sheet) == common | {
        "damaged",
        "opened",
        "returns",
        "wants",
        "resumes",
        "reply",
        "merged_into",
        "merged",
        "reports",
        "steps",
        "notes",
    }
    assert set(sheet["reports"][0]) == {
        "number",
        "filed",
        "text",
        "category",
        "also",
        "kind",
        "unit",
        "unit_level",
        "place",
        "when",
        "counts",
        "signpost",
        "pictures",
        "rating",
    }
    assert set(sheet["steps"][0]) == {
        "kind",
        "at",
        "by",
        "report",
        "public",
        "text",
        "unit",
        "finding",
        "due",
        "pictures",
    }
    assert await terminal.json("search", "台账") == await terminal.json("list")


async def test_no_screen_shows_a_way_to_the_reporter(terminal: Terminal) -> None:
    """Neither receipt, nor chat, nor any id of a report."""
    receipt = await terminal.counter.files(chat="annas-chat")
    report = await terminal.counter.report(receipt)
    name = await terminal.counter.alias()
    for words in (("list",), ("show", name), ("search", "台账"), ("accept", name)):
        for mode in ((), ("--json",)):
            if words[0] == "accept" and mode:
                continue
            shown = await terminal.runs(*words, *mode)
            assert not [
                secret for secret in (receipt, report, "annas-chat") if secret in shown
            ]


async def test_an_illegal_move_is_one_sentence_with_the_legal_ones(
    terminal: Terminal,
) -> None:
    await terminal.counter.files()
    name = await terminal.counter.alias()
    assert await terminal.runs("close", name, "好", code=1) == ""
    sentence = terminal.printed.err
    assert (
        sentence.count("\n") == 1 and "受理（accept）、不予受理（decline）" in sentence
    )
    refused = await terminal.json("close", name, "好", code=1)
    assert refused == {
        "refused": sentence.strip(),
        "legal": ["accept", "decline", "ask", "wait", "merge"],
    }


@pytest.mark.parametrize(
    "words",
    [("show", "没有"), ("search", "会"), ("claim", "ZZZZ"), ("decline", "ZZZZ", "x")],
)
async def test_what_is_not_there_is_told(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    assert await terminal.runs(*words, code=1) == ""
    assert terminal.printed.err.startswith(("没有“", "请写至少两个字"))


async def test_texts_come_from_standard_input(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    await terminal.counter.files()
    monkeypatch.setattr(sys, "stdin", io.StringIO("第一行\n第二行\n"))
    await terminal.runs("decline", await terminal.counter.alias(), "-")
    entry = (await terminal.json("list", "--state", "declined"))[0]
    assert (await terminal.json("show", entry["alias"]))["steps"][-1][
        "text"
    ] == "第一行\n第二行"


async def test_filters_of_the_list(terminal: Terminal) -> None:
    counter = terminal.counter
    for text, category in (
        ("第一件", "forms"),
        ("第二件", "meetings"),
        ("第三件", "meetings"),
    ):
        await counter.files(text, category=category)
    counter.later(hours=1)
    await counter.files("急事", urgent=True)
    urgent = (await terminal.json("list"))[0]["alias"]
    await counter.orders(urgent, Accept())

    async def texts(*words: str) -> set[str]:
        return {entry["text"] for entry in await terminal.json("list", *words)}

    assert (
        await texts("--mine")
        == await texts("--urgent")
        == await texts("--state", "accepted")
        == {"急事"}
    )
    assert await texts("--category", "meetings") == {"第二件", "第三件"}
    assert len(await texts("--most", "2")) == 2
    assert "可能还有" in await terminal.runs("list", "--most", "2")
    assert "可能还有" not in await terminal.runs("list")
    assert await texts("--state", "closed", "--state", "declined") == set()
    assert await terminal.runs("list", "--state", "closed") == "没有这样的工单。\n"


async def test_pictures_are_exported_for_this_login_only(
    terminal: Terminal, tmp_path: Path
) -> None:
    counter, draft = terminal.counter, new_draft()
    await counter.files_with(draft, (await counter.picture(draft, b"pixels"),))
    name = await counter.alias()
    folder = tmp_path / "out" / "pictures"
    sheet = await terminal.json("show", name, "--pictures", str(folder))
    (picture,) = sheet["reports"][0]["pictures"]
    file = Path(picture["file"])
    assert file == folder / f"{name}-1.png" and file.read_bytes() == b"pixels"
    assert (
        file.stat().st_mode & 0o777 == 0o600 and folder.stat().st_mode & 0o777 == 0o700
    )


async def test_a_reporters_words_cannot_steer_the_terminal(terminal: Terminal) -> None:
    """Escape sequences, carriage returns, bells and turned writing are left out; the
    words stay.
    """
    await terminal.counter.files("红\x1b[2J头\r\x07文\u202e件")
    name = await terminal.counter.alias()
    for shown in (await terminal.runs("list"), await terminal.runs("show", name)):
        assert "红[2J头文件" in shown
        assert not {"\x1b", "\r", "\x07", "\u202e"} & {*shown}


async def test_merged_and_forgotten_reports_are_shown_as_such(
    terminal: Terminal,
) -> None:
    counter = terminal.counter
    first = await counter.files("第一件事")
    await counter.files("第二件事", chat="berta")
    names = {entry["text"]: entry["alias"] for entry in await terminal.json("list")}
    await counter.orders(names["第二件事"], Claim(), Merge(names["第一件事"]))
    await counter.orders(names["第一件事"], Accept(), Ask("何时？"))
    await counter.does(Supplement(await counter.report(first), "上周", (), counter.at))
    await counter.does(Forget(await counter.report(first), counter.at))
    await counter.orders(names["第一件事"], Note("一人要求删除"), Close("办好"))
    shown = await terminal.runs("show", names["第一件事"])
    assert "第一件事" not in shown and "上周" not in shown and "反映人要求删除" in shown
    assert (
        "[已删除：反映人要求，或保存期满]" in shown
        and f"并进来    {names['第二件事']}" in shown
    )
    assert f"已并入    {names['第一件事']}" in await terminal.runs(
        "show", names["第二件事"]
    )


# ── looks ─────────────────────────────────────────────────────────────────────────────


async def test_columns_stand_straight_under_each_other(terminal: Terminal) -> None:
    for text, category in (
        ("短", "forms"),
        ("一句长得多的话" * 9, "fingertip"),
        ("English words", "other"),
    ):
        await terminal.counter.files(text, category=category)
    lines = (await terminal.runs("list")).splitlines()[:-1]
    starts = {width(line[: line.index("11月23日10时")]) for line in lines}
    assert len(starts) == 1 and max(map(width, lines)) <= 120


async def test_colour_is_for_terminals_only(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And urgency is a word too, for who sees no colour."""
    await counter.files("急事", urgent=True)
    entries = await counter.casework.reading.entries(AT_THE_MACHINE)
    monkeypatch.delenv("NO_COLOR", raising=False)
    drawn = {}
    for mode in ("terminal", "pipe", "no colour"):
        if mode == "no colour":
            monkeypatch.setenv("NO_COLOR", "1")
        theirs, ours = os.pipe() if mode == "pipe" else pty.openpty()
        with open(ours, "w", encoding="utf-8") as out:
            CaseScreen(counter.casework.terms, out, counter.at).entries(entries)
            out.flush()
            drawn[mode] = os.read(theirs, 4096).decode()
        os.close(theirs)
    assert "\x1b[31m" in drawn["terminal"]
    assert "\x1b" not in drawn["pipe"] + drawn["no colour"]
    assert all("急" in shown for shown in drawn.values())


async def test_strange_characters_are_still_one_document(terminal: Terminal) -> None:
    """Half an emoji, as messengers do cut them."""
    await terminal.counter.files("半个\ud83d表情")
    (entry,) = await terminal.json("list")
    assert entry["text"] == "半个\ud83d表情"
    assert "半个表情" in await terminal.runs("show", entry["alias"])


async def test_a_locked_database_is_told_and_nothing_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with opened(tmp_path, patience=0.2) as counter:
        await counter.files()
        terminal, name = Terminal(counter, capsys), await counter.alias()
        lock = look_into(tmp_path / "data" / "jianfu.db")
        lock.execute("BEGIN IMMEDIATE")
        assert await terminal.runs("accept", name, code=3) == ""
        assert (
            terminal.printed.err.count("\n") == 1
            and "什么都没有改" in terminal.printed.err
        )
        lock.close()
        assert (await terminal.json("show", name))["state"] == "filed"


# ── the command itself ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_and_json(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(verb, "--help")
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "--json" in told and "--as" in told


def test_docs_name_every_verb() -> None:
    docs = (ROOT / "docs" / "casework.md").read_text("utf-8")
    assert [verb for verb in VERBS if f"`jianfu case {verb} " not in docs] == []


@pytest.mark.parametrize(
    "words",
    [
        ("assign", "K7QM", "某街道", "--due", "soon"),
        ("find", "K7QM", "maybe"),
        ("decline", "K7QM"),
        ("fly",),
    ],
)
def test_a_wrong_command_line_is_refused(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(*words)
    assert ended.value.code == 2


async def test_the_command_works_beside_a_running_hotline(counter: Counter) -> None:
    """Another process on the same database and keyring: it claims and accepts, the
    story here knows.
    """
    receipt = await counter.files()
    name = await counter.alias()
    environment = {
        **os.environ,
        "JIANFU_DATA_DIR": str(counter.folder / "data"),
        "JIANFU_KEYRING": str(counter.folder / "keys" / "keyring.json"),
    }

    def jianfu(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", "case", *words]
        return subprocess.run(
            command,
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )

    accepted = jianfu("accept", name, "--json", "--as", "李")
    assert accepted.returncode == 0, accepted.stderr
    assert json.loads(accepted.stdout)["claimed_by"] == "李"
    refused = jianfu("accept", name, "--as", "李")
    assert (refused.returncode, refused.stdout) == (
        1,
        "",
    ) and "不能受理" in refused.stderr
    assert (await counter.story(receipt)).state == "accepted"
