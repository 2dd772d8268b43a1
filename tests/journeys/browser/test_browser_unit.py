"""A liaison at a real browser: in a hurry on a phone, by keyboard alone, without
scripts, on paper.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Coroutine, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from dialogs.case.orders import Supervise
from tests.bot.desk.web.office import Office, open_office
from tests.journeys.browser.visitor import DESKTOP, PHONE, Visitor, screenshot, visiting
from tests.project.checkout import ROOT

pytestmark = pytest.mark.browser

DOCS = ROOT / "docs" / "pictures"
NAMES = {
    "unit-1-list",
    "unit-2-case",
    "unit-3-answer",
    "unit-4-slip",
    "unit-5-desktop-dark",
}
PAGE = re.compile(rb"/Type\s*/Page\b")
TOLD = {
    "forms": "街道要求我们社区每周把同一份台账报五次，████天天在群里催，"
    "报晚了还要写说明。",
    "certificates": "要我们给居民开“亲属关系证明”，不开就退件。",
    "meetings": "一周开了七次会，每次两个小时，全员到场还要签到拍照。",
    "fingertip": "每天三个群里打卡截图，少一次扣分，月底排名公示。",
}


class Town:
    """The hotline and its clock on a thread of their own: Playwright's loop runs on
    this one.
    """

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self._open = open_office(folder)
        self.office: Office = self.does(self._open.__aenter__())
        self.cases: dict[str, str] = self.does(self._week())

    def does(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    async def _week(self) -> dict[str, str]:
        office, cases = self.office, {}
        for category, text in TOLD.items():
            cases[category] = await office.sends(
                text, category=category, place="翠苑街道", when="每周都有"
            )
            office.later(days=2, hours=1)
        await office.orders(
            cases["fingertip"],
            Supervise("请先停掉群里的打卡"),
            by="沈主管",
            role="supervisor",
        )
        return cases

    def link(self, name: str = "林联络") -> str:
        return (
            f"{self.office.url}/unit/#"
            f"{self.does(self.office.app.roster.code(name, 'desk'))}"
        )

    def close(self) -> None:
        self.does(self._open.__aexit__(None, None, None))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("town"))
    yield town
    town.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures go: into the docs on demand, else into the bin."""
    asked = os.environ.get("DOCS_PICTURES")
    return Path(asked) if asked else tmp_path_factory.mktemp("pictures")


def opens(visitor: Visitor, town: Town, category: str, more: str = "") -> None:
    visitor.page.goto(f"{town.office.url}/unit/case/{town.cases[category]}{more}")


@pytest.mark.slow
def test_a_phone_in_a_hurry(browser: Browser, town: Town, folder: Path) -> None:
    """Link, list, case, answer, sent; every screen accessible in both lights, nothing
    left in the address.
    """
    with visiting(browser, f"{town.office.url}/unit/", PHONE) as visitor:
        page = visitor.page
        visitor.is_accessible()
        link = town.link()
        page.goto("about:blank")
        page.goto(link)
        expect(page.locator(".card")).to_have_count(4)
        code = link.partition("#")[2]
        assert code not in page.url and not [
            url for url in visitor.asked if code in url.partition("#")[0]
        ]
        assert page.evaluate("history.length") <= 5 and "#" not in page.url
        visitor.is_accessible()
        screenshot(visitor, "unit-1-list", folder)
        opens(visitor, town, "fingertip")
        page.get_by_role("button", name="签收").click()
        expect(page.get_by_role("status")).to_contain_text("已签收")
        page.get_by_text("为何这个期限").click()
        visitor.is_accessible()
        screenshot(visitor, "unit-2-case", folder)
        for fold in ("申请延期", "不是本单位的事：退回"):
            page.get_by_text(fold, exact=True).click()
        visitor.is_accessible()
        page.fill("#text", "已停掉三个群的打卡，")
        page.reload()
        expect(page.locator("#text")).to_have_value("已停掉三个群的打卡，")
        page.fill(
            "#text", "已停掉三个群的打卡，月底排名不再公示，12月5日前向各社区发通知。"
        )
        page.get_by_role("button", name="下一步：核对").first.click()
        expect(page.get_by_role("heading", name="核对后送出")).to_be_visible()
        visitor.is_accessible()
        screenshot(visitor, "unit-3-answer", folder)
        page.get_by_role("button", name="返回修改").click()
        expect(page.locator("#text")).to_have_value(re.compile("12月5日前"))
        page.get_by_role("button", name="下一步：核对").first.click()
        page.get_by_role("button", name="送出").click()
        expect(page.get_by_role("status")).to_contain_text("答复已送出")
        assert page.evaluate("sessionStorage.length") == 0
        opens(visitor, town, "forms", "/slip")
        visitor.is_accessible()
        page.goto(f"{town.office.url}/unit/case/nothing")
        visitor.is_accessible()
        visitor.complaints.clear()  # the browser does say that this page is not there


def test_by_keyboard_and_without_scripts(browser: Browser, town: Town) -> None:
    with visiting(
        browser, f"{town.office.url}/unit/", DESKTOP, scripts=False
    ) as visitor:
        page = visitor.page
        page.locator("#code").focus()
        page.keyboard.type(town.link("代理员").partition("#")[2].lower())
        page.keyboard.press("Enter")
        expect(page.locator(".card").first).to_be_visible()
        page.locator(".card").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#answer")).to_be_visible()
        focus_and_press(visitor, "签收")
        expect(page.get_by_role("status")).to_contain_text("已签收")
        page.locator("#return summary").focus()
        page.keyboard.press("Enter")
        page.locator("#text").focus()
        page.keyboard.type("正在核对")
        page.locator("#answer .main").focus()
        page.keyboard.press("Enter")
        focus_and_press(visitor, "返回修改")
        expect(page.locator("#text")).to_have_value("正在核对")
        focus_and_press(visitor, "退出")
        expect(page.locator("#code")).to_be_visible()


def focus_and_press(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_role("button", name=name).focus()
    visitor.page.keyboard.press("Enter")


@pytest.mark.parametrize("length", [40, 1000, 6000])
def test_the_slip_is_one_page_of_paper(
    browser: Browser, town: Town, folder: Path, length: int
) -> None:
    words = ("街道要求同一份台账每周报五次，各科室格式不同。" * 400)[:length]
    alias = town.does(
        town.office.sends(
            words, category="documents", place="翠苑街道", when="每周都有"
        )
    )
    with visiting(browser, f"{town.office.url}/unit/", DESKTOP) as visitor:
        visitor.page.goto("about:blank")
        visitor.page.goto(town.link())
        expect(visitor.page.locator(".card").first).to_be_visible()
        visitor.page.goto(f"{town.office.url}/unit/case/{alias}/slip")
        paper = visitor.page.pdf(prefer_css_page_size=True)
        assert len(PAGE.findall(paper)) == 1
        if length == 40:
            screenshot(visitor, "unit-4-slip", folder)
            visitor.page.emulate_media(color_scheme="dark")
            visitor.page.goto(f"{town.office.url}/unit/")
            screenshot(visitor, "unit-5-desktop-dark", folder)


def test_the_docs_have_their_pictures() -> None:
    assert {path.stem for path in DOCS.glob("unit-*.png")} == NAMES
    assert all(path.stat().st_size < 150_000 for path in DOCS.glob("unit-*.png"))
    shown = re.findall(
        r"!\[(.+?)\]\(pictures/(.*?)\.png\)", (ROOT / "docs" / "units.md").read_text()
    )
    assert {name for _, name in shown} == NAMES
