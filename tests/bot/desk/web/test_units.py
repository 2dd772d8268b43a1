"""A liaison's week at the page: list, receive, answer, more time, send back; over HTTP,
without scripts.
"""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import Image

from bot.people.member import AT_THE_MACHINE
from dialogs.case.orders import (
    Accept,
    Answer,
    Arrive,
    Ask,
    Assign,
    Close,
    Find,
    GrantExtend,
    Rectify,
    RefuseReturn,
    SendBack,
    StaffReopen,
    Supervise,
)
from storage.repositories.statistics import Statistics
from tests.bot.channels.web.line import Line
from tests.bot.desk.web.office import OTHER, Office, open_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


def words(page: str) -> str:
    """What stands on a page, in one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).strip()


def photo() -> bytes:
    """With the trace of a phone in it."""
    out = io.BytesIO()
    image = Image.new("RGB", (64, 48), "#c0392b")
    exif = image.getexif()
    exif[0x010F], exif[0x0110] = "HUAWEI", "P60-of-Lin"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


async def test_half_a_character_breaks_no_page(office: Office) -> None:
    """Messengers cut emoji in two; what no encoding takes is left out of pages and
    papers.
    """
    alias = await office.sends("一周要五次\ud83d台账\x00")
    async with office.sits() as seat:
        case = f"/unit/case/{alias}"
        for path in ("/unit/", case, f"{case}/slip", f"{case}/slip.docx"):
            answer = await seat.client.get(path)
            assert answer.status_code == 200, path
        await seat.opens(f"/unit/case/{alias}")
        assert "一周要五次台账" in seat.page


async def test_the_list_stands_by_due_date_overdue_first(office: Office) -> None:
    old = await office.sends(category="forms")
    office.later(days=3)
    later = await office.sends(category="certificates")
    urgent = await office.sends(category="meetings", urgent=True)
    office.later(
        days=7, hours=3
    )  # Thursday: the first is overdue, so is the urgent one
    async with office.sits() as seat:
        order = re.findall(r'href="/unit/case/([^"]+)"', seat.page)
        codes = [alias.rpartition("-")[2] for alias in order]
        assert codes == [name.rpartition("-")[2] for name in (urgent, old, later)]
        assert "要办的（3）" in seat.page and seat.page.count("已超期") >= 2
        assert "⚠" in seat.page and "待签收" in seat.page and "加急" in seat.page


async def test_late_on_site_is_late_though_the_answer_is_in_time(
    office: Office,
) -> None:
    """Two hours to be there, until midnight to answer: three hours, then one more."""
    alias = await office.sends(category="meetings", urgent=True)
    office.later(hours=3)
    await office.orders(alias, Arrive("到了"))
    office.later(hours=1)
    await office.orders(alias, Answer("已停开"))
    statistics = Statistics(office.app.resources.database)
    figures = {one.what: one.n for one in await statistics.units("2026-11", "2026-11")}
    counted = {what: figures.get(what, 0) for what in ("due", "in_time", "late")}
    assert counted == {"due": 1, "in_time": 0, "late": 1}


async def test_every_step_that_an_overdue_case_takes_is_told(office: Office) -> None:
    alias = await office.sends(category="certificates")
    for _ in range(40):
        office.later(days=1)
        await office.app.rounds.run(office.at)
    async with office.sits() as seat:
        await seat.opens(f"/unit/case/{alias}")
        past = words(seat.page).rpartition("经过")[2]
        steps = ("专线转办", "专线催办", "专线督办", "专线提级督办", "专线提出通报")
        assert [past.count(step) for step in steps] == [1] * len(steps)
        assert [past.index(step) for step in steps] == sorted(
            past.index(step) for step in steps
        )


async def test_receiving_is_noted_and_starts_no_clock(office: Office) -> None:
    alias = await office.sends()
    before = await office.app.casework.writer.load(
        await office.app.casework.staff.find(alias, AT_THE_MACHINE)
    )
    async with office.sits() as seat:
        await seat.post(f"/unit/case/{alias}/receive")
        assert (
            "已签收" in seat.page
            and "本单位签收" in seat.page
            and "待签收" not in seat.page
        )
        await seat.post(f"/unit/case/{alias}/receive")
        assert seat.page.count("本单位签收") == 1
    after = await office.app.casework.writer.load(
        await office.app.casework.staff.find(alias, AT_THE_MACHINE)
    )
    assert after.case.ledger == before.case.ledger and after.case.due == before.case.due
    sheet = await office.app.casework.reading.sheet(after.row)
    assert [
        (step.by, step.public) for step in sheet.steps if step.kind == "received"
    ] == [("林联络", False)]


async def test_an_answer_is_looked_at_once_more_and_sent_once(office: Office) -> None:
    alias = await office.sends()
    here = f"/unit/case/{alias}"
    async with office.sits() as seat:
        await seat.post(
            f"{here}/answer",
            text="已改为一份台账。\r\n今后由街道统一导出。",
            act="check",
        )
        assert "核对后送出" in seat.page and "不能收回" in seat.page
        case = (
            await office.app.casework.writer.load(
                await office.app.casework.staff.find(alias, AT_THE_MACHINE)
            )
        ).case
        assert case.state.value == "assigned"
        sent: dict[str, Any] = {
            "text": "已改为一份台账。\n今后由街道统一导出。",
            "act": "send",
        }
        await seat.post(f"{here}/answer", **sent)
        assert "答复已送出" in seat.page and "今后由街道统一导出" in seat.page
        again = await seat.post(f"{here}/answer", **sent)
        assert again.status_code == 422 and "做不了" in seat.page
    case = (
        await office.app.casework.writer.load(
            await office.app.casework.staff.find(alias, AT_THE_MACHINE)
        )
    ).case
    assert (
        case.state.value == "answered"
        and case.claimed is not None
        and case.claimed.name == "值班员"
    )
    sheet = await office.app.casework.reading.sheet(
        await office.app.casework.staff.find(alias, AT_THE_MACHINE)
    )
    assert [step.params["text"] for step in sheet.steps if step.kind == "answered"] == [
        sent["text"]
    ]


async def test_what_was_typed_comes_back_whatever_happens(office: Office) -> None:
    alias = await office.sends()
    here = f"/unit/case/{alias}"
    async with office.sits() as seat:
        await seat.post(f"{here}/answer", text="写了一半", act="edit")
        assert ">写了一半</textarea>" in seat.page
        answer = await seat.post(
            f"{here}/answer", file=b"%PDF-1.7 no picture", text="写了一半", act="add"
        )
        assert (
            answer.status_code == 422
            and "只收图片" in seat.page
            and ">写了一半</textarea>" in seat.page
        )
        answer = await seat.post(f"{here}/answer", text="  ", act="check")
        assert answer.status_code == 422 and "请写明答复" in seat.page
        answer = await seat.post(f"{here}/extend", days="99", reason="来不及了")
        assert (
            answer.status_code == 422
            and "最多延10个工作日" in seat.page
            and "来不及了" in seat.page
        )
        await seat.post("/unit/leave")
        seat.client.cookies.clear()
        answer = await seat.post(f"{here}/answer", text="登录过期前写的", act="send")
        assert answer.status_code == 401 and "登录过期前写的" in seat.page


async def test_pictures_go_with_the_answer_and_without_their_traces(
    office: Office,
) -> None:
    alias = await office.sends()
    here = f"/unit/case/{alias}"
    async with office.sits() as seat:
        await seat.post(f"{here}/answer", file=photo(), text="见照片", act="add")
        [id] = re.findall(r'name="pictures" value="(\w{32})"', seat.page)
        shown = await seat.client.get(f"{here}/picture/{id}")
        assert shown.status_code == 200 and b"HUAWEI" not in shown.content
        await seat.post(f"{here}/answer", text="见照片", pictures=id, act="send")
        assert f"/picture/{id}" in seat.page
        kept = await seat.client.get(f"{here}/picture/{id}")
        assert kept.content == shown.content
        [row] = await office.app.resources.database.all(
            "SELECT report_id, step_id, expires FROM media"
        )
        assert (
            row["report_id"] is None
            and row["step_id"] is not None
            and row["expires"] is None
        )
        case = await office.app.casework.staff.find(alias, AT_THE_MACHINE)
        mime = shown.headers["content-type"]
        assert (id, mime, shown.content) in await office.app.casework.reading.pictures(
            case
        )
        steps = (await office.app.casework.reading.sheet(case)).steps
        assert [
            step.params["pictures"] for step in steps if step.kind == "answered"
        ] == [1]
        nobody = await seat.client.get(f"{here}/picture/{'0' * 32}")
        assert nobody.status_code == 404
    async with office.sits("文联络") as stranger:
        assert (await stranger.client.get(f"{here}/picture/{id}")).status_code == 404


async def test_no_answer_goes_without_the_pictures_that_were_meant_to(
    office: Office,
) -> None:
    """Kept for a day; afterwards it is said, and the words stay."""
    alias = await office.sends()
    here = f"/unit/case/{alias}"
    async with office.sits() as seat:
        await seat.post(f"{here}/answer", file=photo(), text="见照片", act="add")
        [id] = re.findall(r'name="pictures" value="(\w{32})"', seat.page)
        office.later(days=1, minutes=1)
        await seat.post(f"{here}/answer", text="见照片", pictures=id, act="send")
        assert "有1张图片放了一天还没送出" in seat.page and "见照片" in seat.page
        case = await office.app.casework.staff.find(alias, AT_THE_MACHINE)
        assert case.state == "assigned" and id not in seat.page
        await seat.post(f"{here}/answer", text="没有照片了", act="send")
        case = await office.app.casework.staff.find(alias, AT_THE_MACHINE)
        assert case.state == "answered"


async def test_what_is_put_right_is_reported_with_its_proof(office: Office) -> None:
    """Looked at once more, with a picture; the clock stops until it is sent back."""
    alias = await office.sends()
    here = f"/unit/case/{alias}"
    found = (Answer("停了"), Find("substantiated"), Rectify("减到一份"))
    await office.orders(alias, *found)
    async with office.sits() as seat:
        await seat.opens(here)
        assert "报整改完成" in seat.page and "申请延期" in seat.page
        await seat.post(f"{here}/rectified", file=photo(), text="撤了", act="add")
        [id] = re.findall(r'name="pictures" value="(\w{32})"', seat.page)
        await seat.post(f"{here}/rectified", text="撤了", pictures=id, act="check")
        assert (
            "核对后送出" in seat.page and 'enctype="multipart/form-data"' in seat.page
        )
        await seat.post(f"{here}/rectified", text="撤了", pictures=id, act="send")
        assert "整改完成已报" in seat.page and f"/picture/{id}" in seat.page
        assert "已报整改完成，等专线核对" in seat.page
        assert '/rectified"' not in seat.page
        assert (await seat.client.get(f"{here}/picture/{id}")).status_code == 200
        await office.orders(alias, SendBack("还有两份在收"))
        await seat.opens(here)
        assert "还有两份在收" in seat.page and '/rectified"' in seat.page
        assert "整改 · " in seat.page
    row = await office.app.casework.staff.find(alias, AT_THE_MACHINE)
    pictures = await office.app.casework.reading.pictures(row)
    assert id in [one for one, _, _ in pictures]


async def test_more_time_to_put_it_right_is_asked_for_on_the_page(
    office: Office,
) -> None:
    alias = await office.sends()
    here = f"/unit/case/{alias}"
    found = (Answer("停了"), Find("substantiated"), Rectify("减到一份"))
    await office.orders(alias, *found)
    async with office.sits() as seat:
        await seat.post(f"{here}/extend", days="5", reason="系统要改", act="send")
        assert "延期申请已送出" in seat.page
    chief = {"by": "沈主管", "role": "supervisor"}
    await office.orders(alias, GrantExtend(True), **chief)
    row = await office.app.casework.staff.find(alias, AT_THE_MACHINE)
    case = (await office.app.casework.writer.load(row)).case
    assert case.assignment.extended and case.assignment.wants is None


@pytest.mark.parametrize("filed", [False, True], ids=["draft", "filed"])
async def test_a_reporters_picture_is_shown_to_no_unit(
    office: Office, filed: bool
) -> None:
    alias = await office.sends()
    picture = await _reporters_picture(office, alias, filed)
    async with office.sits() as seat:
        await seat.opens(f"/unit/case/{alias}")
        assert picture not in seat.page
        assert (
            await seat.client.get(f"/unit/case/{alias}/picture/{picture}")
        ).status_code == 404
        await seat.post(
            f"/unit/case/{alias}/answer", text="好的", pictures=picture, act="send"
        )
        assert (
            await seat.client.get(f"/unit/case/{alias}/picture/{picture}")
        ).status_code == 404


async def _reporters_picture(office: Office, alias: str, filed: bool) -> str:
    from anonymizer.seal import Place, Sealer
    from storage.repositories.media import Media, MediaRow

    draft, id = office.drafts[alias], b"p" * 16
    sealed = Sealer.own(draft.key, "media").seal(
        b"a picture", Place("media", "sealed", id)
    )
    report = draft.report if filed else None
    expires = None if filed else int(office.at.timestamp()) + 3600
    row = MediaRow(id, report, None, expires, "image/png", 4, 3, sealed)
    await office.app.resources.database.commit([Media.put(row)])
    return id.hex()


async def test_more_time_is_asked_before_it_is_over_and_decided_by_a_supervisor(
    office: Office,
) -> None:
    alias = await office.sends()
    here = f"/unit/case/{alias}"
    async with office.sits() as seat:
        await seat.post(f"{here}/extend", days="5", reason="要与区里统一口径")
        assert "核对后送出" in seat.page
        await seat.post(
            f"{here}/extend", days="5", reason="要与区里统一口径", act="send"
        )
        assert "等专线主管决定" in seat.page
        await office.orders(alias, GrantExtend(True), by="沈主管", role="supervisor")
        await seat.opens(here)
        assert "专线同意延期5个工作日" in seat.page and "不能再延" in seat.page
        assert "12月7日 24:00 前" in seat.page  # 30 Nov and five working days
        assert "沈主管" not in seat.page
    late = await office.sends()
    office.later(days=9)
    async with office.sits() as seat:
        await seat.opens(f"/unit/case/{late}")
        assert "要在到期前申请" in seat.page


async def test_a_refused_extension_says_why(office: Office) -> None:
    alias = await office.sends()
    async with office.sits() as seat:
        await seat.post(f"/unit/case/{alias}/extend", days="9", reason="忙", act="send")
        refused = GrantExtend(False, "材料已经齐了")
        await office.orders(alias, refused, by="沈主管", role="supervisor")
        await seat.opens(f"/unit/case/{alias}")
        assert "专线没有同意延期 材料已经齐了" in words(seat.page)


async def test_returning_needs_a_rule_in_time_and_is_capped(office: Office) -> None:
    alias = await office.sends()
    here = f"/unit/case/{alias}"
    async with office.sits() as seat:
        answer = await seat.post(f"{here}/return", rule=" ", reason="不归我们")
        assert (
            answer.status_code == 422
            and "依据" in seat.page
            and "不归我们" in seat.page
        )
        for _ in range(2):
            await seat.post(
                f"{here}/return",
                rule="《职责清单》第3条",
                reason="归区民政局",
                act="send",
            )
            assert (
                "已退回，等专线决定" in seat.page
                and "依据：《职责清单》第3条" in seat.page
            )
            await office.orders(alias, RefuseReturn("清单第3条说的是协助"))
            await seat.opens(here)
            assert "专线没有同意退回 清单第3条说的是协助" in words(seat.page)
        assert "已经退回过2次" in seat.page and "首接负责" in seat.page
        answer = await seat.post(f"{here}/return", rule="再退", act="send")
        assert answer.status_code == 422 and "首接负责" in seat.page
    late = await office.sends()
    office.later(days=2)
    async with office.sits() as seat:
        await seat.opens(f"/unit/case/{late}")
        assert "转办已超过1个工作日，不能退回" in seat.page


async def test_an_urgent_case_is_arrived_at(office: Office) -> None:
    alias = await office.sends(urgent=True)
    async with office.sits() as seat:
        await seat.opens(f"/unit/case/{alias}")
        assert (
            "到场或上线 · 11月23日 12:17 前" in seat.page and "还剩2小时" in seat.page
        )
        await seat.post(f"/unit/case/{alias}/arrive")
        assert "本单位到场或上线" in seat.page and "12:17 前" not in seat.page
        assert "当日出结果 · 11月23日 24:00 前" in seat.page


async def test_what_the_hotline_says_to_the_unit_is_read_there(office: Office) -> None:
    alias = await office.sends()
    await office.orders(
        alias, Supervise("请三日内说明为何仍在报"), by="沈主管", role="supervisor"
    )
    async with office.sits() as seat:
        await seat.opens(f"/unit/case/{alias}")
        assert "专线督办 请三日内说明为何仍在报" in words(seat.page)
        await office.orders(
            alias, Answer("已改"), Find("substantiated", "反映人又补充说还在报")
        )
        await office.orders(alias, Rectify("按计划改"))
        await seat.opens(f"/unit/case/{alias}")
        assert (
            "专线核实：属实" in seat.page
            and "整改" in seat.page
            and "反映人又补充说还在报" not in seat.page
        )
        assert "整改 · " in seat.page
        await office.orders(alias, Close("反映人很满意"))
        await seat.opens(f"/unit/case/{alias}")
        assert "专线办结" in seat.page and "反映人很满意" not in seat.page
        await seat.opens("/unit/")
        assert "办完的（1）" in seat.page


async def test_a_second_liaison_of_the_unit_is_a_deputy(office: Office) -> None:
    alias = await office.sends()
    async with office.sits("代理员") as seat:
        await seat.post(f"/unit/case/{alias}/receive")
        await seat.post(f"/unit/case/{alias}/answer", text="代为答复", act="send")
        assert "答复已送出" in seat.page


async def test_another_units_case_is_answered_like_none(office: Office) -> None:
    alias = await office.sends(unit=OTHER)
    unsent = await office.files()
    async with office.sits() as seat:
        assert "没有要办的工单" in seat.page
        nowhere = await seat.opens("/unit/case/白鹭-0000")
        assert nowhere.status_code == 404
        page = seat.page
        for name in (alias, unsent):
            for path in ("", "/slip", "/slip.docx"):
                answer = await seat.opens(f"/unit/case/{name}{path}")
                assert (answer.status_code, seat.page) == (404, page)
            tried: dict[str, dict[str, Any]] = {
                "receive": {},
                "arrive": {},
                "answer": {"text": "别人的", "act": "send"},
                "extend": {"days": "3", "reason": "别人的", "act": "send"},
                "return": {"rule": "别人的", "act": "send"},
            }
            for action, fields in tried.items():
                answer = await seat.post(f"/unit/case/{name}/{action}", **fields)
                assert (answer.status_code, seat.page) == (404, page), action
    case = (
        await office.app.casework.writer.load(
            await office.app.casework.staff.find(alias, AT_THE_MACHINE)
        )
    ).case
    assert (
        case.state.value == "assigned"
        and case.assignment.returns == 0
        and case.assignment.wants is None
    )


async def test_a_case_that_moved_on_is_gone_for_the_first_unit_and_new_for_the_second(
    office: Office,
) -> None:
    alias = await office.sends()
    async with office.sits() as seat:
        await seat.post(
            f"/unit/case/{alias}/return", rule="第3条", reason="应归文新", act="send"
        )
        await office.orders(alias, Assign(OTHER))
        assert (await seat.opens(f"/unit/case/{alias}")).status_code == 404
    async with office.sits("文联络") as seat:
        await seat.opens(f"/unit/case/{alias}")
        assert (
            "第3条" not in seat.page
            and "应归文新" not in seat.page
            and "专线转办" in seat.page
        )


async def test_the_clocks_of_the_unit_before_are_not_shown(office: Office) -> None:
    alias = await office.sends()
    moves = (
        Answer("已改"),
        Find("substantiated"),
        Rectify("半月内改好"),
        Close("已改好"),
        StaffReopen(),
    )
    await office.orders(alias, *moves)
    office.later(days=1)
    await office.orders(alias, Assign(OTHER))
    async with office.sits("文联络") as seat:
        await seat.opens(f"/unit/case/{alias}")
        assert "11月24日 10:17 起算" in seat.page
        for words in ("整改", "11月23日", "已改", "半月内"):
            assert words not in seat.page, words


async def test_only_a_fresh_code_of_a_liaison_opens_the_desk(office: Office) -> None:
    await office.sends()
    code = await office.app.roster.code("林联络", "desk")
    async with office.sits("代理员") as seat:
        seat.client.cookies.clear()
        assert (await seat.opens("/unit/case/x")).status_code == 401
        answer = await seat.client.post("/unit/enter", data={"code": code})
        cookie = answer.headers["set-cookie"]
        assert (
            answer.status_code == 303
            and "HttpOnly" in cookie
            and "SameSite=strict" in cookie
        )
        assert code not in cookie and code not in answer.headers["location"]
        seat.client.cookies.clear()
        again = await seat.post("/unit/enter", code=code)
        assert again.status_code == 403 and "用过了" in seat.page
        operator = await office.app.roster.code("值班员", "desk")
        await seat.post("/unit/enter", code=operator)
        assert "登录" in seat.page and "要办的" not in seat.page
        foreign = await seat.client.post(
            "/unit/enter", data={"code": "x"}, headers={"Origin": "https://evil"}
        )
        assert foreign.status_code == 403


async def test_a_disabled_liaison_is_out_at_once(office: Office) -> None:
    async with office.sits() as seat:
        await office.app.roster.disable("林联络")
        await seat.opens("/unit/")
        assert "要办的" not in seat.page and "链接" in seat.page


async def test_the_word_slip_says_what_the_page_says(office: Office) -> None:
    alias = await office.sends("街道要求报台账\x0b五次\ud83d", category="forms")
    async with office.sits() as seat:
        answer = await seat.client.get(f"/unit/case/{alias}/slip.docx")
        paper = Document(io.BytesIO(answer.content))
        cells = [cell.text for row in paper.tables[0].rows for cell in row.cells]
        assert "街道要求报台账五次" in cells and "台账报表、多头填报" in cells
        assert any("不得打听" in cell for cell in cells)
        assert paper.core_properties.author == "减负专线"
        await seat.opens(f"/unit/case/{alias}/slip")
        assert "减负专线转办单" in seat.page and "台账报表、多头填报" in seat.page


async def test_columns_of_the_word_slip_are_as_wide_in_the_grid(office: Office) -> None:
    """Word goes by the cells, WPS and LibreOffice by the grid: the two must agree."""
    alias = await office.sends(category="forms")
    async with office.sits() as seat:
        answer = await seat.client.get(f"/unit/case/{alias}/slip.docx")
    [table] = Document(io.BytesIO(answer.content)).tables
    grid = [int(column.get(qn("w:w"))) for column in table._tbl.tblGrid]
    for row in table.rows:
        assert [cell.width.twips for cell in row.cells] == grid


async def test_a_return_while_a_question_is_open_names_no_state(office: Office) -> None:
    """An order that does not fit is refused without the state, for "等待补充" is the
    reporter's business.
    """
    alias = await office.sends()
    await office.orders(alias, Answer("口头答复"))
    async with office.sits() as seat:
        await office.orders(alias, Ask("还在报吗？"))
        await seat.post(f"/unit/case/{alias}/answer", text="再答一次", act="send")
        assert (
            "等待" not in seat.page
            and "问反映人" not in seat.page
            and "还在报吗" not in seat.page
        )


async def test_accepting_is_no_business_of_the_page(office: Office) -> None:
    alias = await office.files()
    await office.orders(alias, Accept())
    async with office.sits() as seat:
        for move in ("accept", "find", "close", "assign", "nonsense"):
            assert (await seat.post(f"/unit/case/{alias}/{move}")).status_code == 404


def test_the_program_serves_it_and_logs_no_code(line: Line) -> None:
    """`jianfu serve` itself, logging all it can."""
    with httpx.Client(
        base_url=line.url, headers={"Origin": line.url}, trust_env=False
    ) as client:
        page = client.get("/unit/")
        assert page.status_code == 200 and "链接里 # 后面的10位字符" in page.text
        assert (
            page.headers["cache-control"] == "no-store"
            and "'none'" in page.headers["content-security-policy"]
        )
        wrong = client.post("/unit/enter", data={"code": "9ZZ9Z-X8D4R"})
        assert wrong.status_code == 403 and "9ZZ9Z" not in wrong.text
        assert "9ZZ9Z" not in line.log.read_text()
