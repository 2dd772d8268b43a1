"""Who leads a unit has its page, too: to read, and to sign for the 督办单 addressed to
them.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli import staff
from bot.people.directory import Leader
from bot.people.member import AtTheMachine
from dialogs.case.orders import Answer, Supervise
from tests.bot.desk.web.office import OTHER, TOWN, Office, open_office

DEPUTY, CHIEF = "周分管", "郑主任"
BOSS = AtTheMachine("沈主管", "supervisor")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        for name, rank in ((DEPUTY, "deputy"), (CHIEF, "chief")):
            await office.app.register.lead(TOWN, Leader(rank, name))
            unit = await office.app.register.get(TOWN)
            await office.app.roster.add(name, "leader", unit.id)
        yield office


async def linked(
    office: Office, name: str, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """`jianfu staff link NAME --desk`: its exit code and what it said."""
    parser = argparse.ArgumentParser()
    staff.arguments(parser)
    args = parser.parse_args(["link", name, "--desk", "--as", "沈主管"])
    code = await staff.work(args, office.app)
    told = capsys.readouterr()
    return code, told.out + told.err


async def supervised(office: Office, **report: str) -> str:
    alias = await office.sends(**report)
    await office.app.casework.staff.order(alias, Supervise("三天内答复"), BOSS)
    return alias


async def test_a_leader_reads_the_paper_and_signs(office: Office) -> None:
    """Only the one it is addressed to; the case tells who signed, and where."""
    alias = await supervised(office)
    async with office.sits(CHIEF) as chief:
        await chief.opens("/unit/")
        assert "给您的督办单" not in chief.page and "要办的（1）" in chief.page
        refused = await chief.post(f"/unit/case/{alias}/sign", rank="deputy")
        assert refused.status_code == 409
    async with office.sits(DEPUTY) as deputy:
        await deputy.opens("/unit/")
        assert "给您的督办单（1）" in deputy.page and "三天内答复" in deputy.page
        assert "请您作为分管负责人督促办理" in deputy.page
        await deputy.post(f"/unit/case/{alias}/sign", rank="deputy")
        assert "记下了，谢谢。" in deputy.page and "给您的督办单" not in deputy.page
        again = await deputy.post(f"/unit/case/{alias}/sign", rank="deputy")
        assert again.status_code == 409 and "已经签收过" in deputy.page
        await deputy.opens(f"/unit/case/{alias}")
        assert "督办单送到分管负责人" in deputy.page
        assert "负责人在单位网页上签收" in deputy.page


async def test_a_leader_only_reads(office: Office) -> None:
    """No form is offered, and what is sent all the same does nothing."""
    alias = await supervised(office)
    async with office.sits(DEPUTY) as deputy:
        await deputy.opens(f"/unit/case/{alias}")
        assert "反映内容" in deputy.page and "<textarea" not in deputy.page
        assert "签收</button>" not in deputy.page
        path = f"/unit/case/{alias}"
        sent = [
            await deputy.post(f"{path}/answer", text="改了", act="send"),
            await deputy.post(f"{path}/answer", file=b"x", text="改了", act="add"),
            await deputy.post(f"{path}/extend", days="5", reason="忙", act="send"),
            await deputy.post(f"{path}/receive"),
        ]
        assert {answer.status_code for answer in sent} == {404}
        await deputy.opens("/unit/")
        assert "您在这里只看" in deputy.page
    async with office.sits() as liaison:
        await liaison.opens(path)
        assert "待签收" in liaison.page and "本单位答复" not in liaison.page


async def test_what_is_said_of_a_leader_is_kept_from_that_leader(
    office: Office,
) -> None:
    """As on Telegram: the other leader has it; another unit's is nowhere."""
    alias = await supervised(office, text="周分管在会上点名，要同一份台账每周报五次")
    elsewhere = await office.sends("同一份台账每周报五次", unit=OTHER)
    async with office.sits(DEPUTY) as deputy:
        await deputy.opens("/unit/")
        assert alias not in deputy.page and "没有要办的工单" in deputy.page
        assert "给您的督办单" not in deputy.page
        for name in (alias, elsewhere):
            assert (await deputy.opens(f"/unit/case/{name}")).status_code == 404
            assert (await deputy.opens(f"/unit/case/{name}/slip")).status_code == 404
            signed = await deputy.post(f"/unit/case/{name}/sign", rank="deputy")
            assert signed.status_code == 404
    async with office.sits(CHIEF) as chief:
        assert (await chief.opens(f"/unit/case/{alias}")).status_code == 200


async def test_who_leads_no_more_is_out(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """The link is made for who leads a unit; the page asks anew each time."""
    await supervised(office)
    code, told = await linked(office, DEPUTY, capsys)
    assert code == 0 and "/unit/#" in told
    async with office.sits(DEPUTY) as deputy:
        await office.app.register.led_no_more(TOWN, DEPUTY)
        await deputy.opens("/unit/")
        assert "登录" in deputy.page and "给您的督办单" not in deputy.page
    code, told = await linked(office, DEPUTY, capsys)
    assert code == 1 and "没有周分管这位负责人" in told
    code, told = await linked(office, "值班员", capsys)
    assert code == 1 and "只给联络员和单位负责人" in told


async def test_once_the_unit_answered_nothing_waits(office: Office) -> None:
    alias = await supervised(office)
    await office.orders(alias, Answer("改了"))
    async with office.sits(DEPUTY) as deputy:
        await deputy.opens("/unit/")
        assert "给您的督办单" not in deputy.page and "等专线（1）" in deputy.page


async def test_who_leads_and_answers_for_a_unit_has_both(office: Office) -> None:
    await office.app.register.lead(TOWN, Leader("deputy", "林联络"))
    alias = await supervised(office)
    async with office.sits("林联络") as both:
        await both.opens("/unit/")
        assert "给您的督办单（1）" in both.page
        await both.post(f"/unit/case/{alias}/sign", rank="deputy")
        await both.opens(f"/unit/case/{alias}")
        assert "负责人在单位网页上签收" in both.page and "<textarea" in both.page
