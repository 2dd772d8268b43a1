"""What goes wrong between a phone and the line: reload, two windows, a lost network, an
impatient thumb.
"""

from __future__ import annotations

import signal

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.bot.channels.web.line import Line
from tests.journeys.browser.visitor import visiting

pytestmark = pytest.mark.browser


def test_a_reload_shows_the_same_conversation(browser: Browser, line: Line) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.says("街道要求同一份台账每周报五次")
        visitor.reaches_preview()
        visitor.page.reload()
        visitor.sees("请看一眼，这就是要送出的内容")
        visitor.presses("送出")
        visitor.sees("已送出，谢谢您")


def test_two_windows_show_the_same(browser: Browser, line: Line) -> None:
    with visiting(browser, line.url) as visitor:
        other = visitor.context.new_page()
        other.goto(line.url)
        visitor.says("街道要求同一份台账每周报五次")
        expect(other.locator("#log")).to_contain_text("街道要求同一份台账每周报五次")
        visitor.reaches_preview()
        expect(other.locator("button[value=send]:enabled")).to_be_visible()
        other.click("button[value=send]:enabled")
        expect(other.locator(".code")).to_be_visible()
        expect(visitor.page.locator(".code")).to_be_visible()
        assert visitor.page.locator(".row.me").count() == 0, (
            "the wiped screen is wiped here too"
        )


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_double_click_counts_once(
    browser: Browser, line: Line, scripts: bool
) -> None:
    with visiting(browser, line.url, scripts=scripts) as visitor:
        visitor.page.fill("#text", "街道让我们每天在三个群里打卡")
        visitor.page.dblclick("button.send")
        visitor.reaches_preview()
        assert visitor.page.locator(".row.me").count() == 1
        before = len(line.staff("list"))
        visitor.page.dblclick("button[value=send]:enabled")
        visitor.sees("已送出")
        assert len(line.staff("list")) == before + 1


def test_a_lost_network_is_told_and_the_words_go_out_once_it_is_back(
    browser: Browser, line: Line
) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.context.set_offline(True)
        visitor.says("街道要求同一份台账每周报五次")
        expect(visitor.page.locator("#offline")).to_contain_text("网络断了")
        visitor.sees("街道要求同一份台账每周报五次")
        visitor.context.set_offline(False)
        visitor.reaches_preview()
        expect(visitor.page.locator("#offline")).to_be_hidden()
        assert visitor.page.locator(".row.me").count() == 1


def test_an_answer_lost_on_its_way_does_not_send_twice(
    browser: Browser, line: Line
) -> None:
    """The post arrived, its answer did not; the page sends once more, with the same
    key.
    """
    lost: list[str] = []

    def lose_first(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().text())
            route.abort("connectionreset")

    with visiting(browser, line.url) as visitor:
        visitor.page.route("**/say", lose_first)
        visitor.says("街道要求同一份台账每周报五次")
        visitor.reaches_preview()
        visitor.page.reload()
        assert visitor.page.locator(".row.me").count() == 1


def test_a_button_is_offered_when_resending_fails_too(
    browser: Browser, line: Line
) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.page.route("**/say", lambda route: route.abort("connectionreset"))
        visitor.says("街道要求同一份台账每周报五次")
        again = visitor.page.get_by_role("button", name="重发")
        again.wait_for()
        visitor.page.unroute("**/say")
        again.click()
        visitor.reaches_preview()
        assert visitor.page.locator(".row.me").count() == 1


@pytest.mark.slow
def test_a_restart_of_the_line_is_not_noticed(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    line = Line(tmp_path_factory.mktemp("restarted"))
    with visiting(browser, line.url) as visitor:
        visitor.says("街道要求同一份台账每周报五次")
        visitor.reaches_preview()
        line.stop(signal.SIGKILL)
        line.start(line.port)
        visitor.presses("送出")
        visitor.sees("已送出")
        assert len(line.staff("list")) == 1
        # the browser does say that the line was gone for a moment
        visitor.complaints.clear()
    line.stop()
