"""What a visitor has typed is there again: after a reload, in the other language, after
a lost network. It is gone where they want it gone.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.bot.channels.web.line import Line
from tests.journeys.browser.visitor import Visitor, visiting

pytestmark = pytest.mark.browser

TYPED = "还没想好怎么说，先写一半"
SENTENCE = "街道要求同一份台账每周报五次"


def reload(visitor: Visitor) -> None:
    visitor.page.reload()


def switch_language(visitor: Visitor) -> None:
    visitor.page.click(".menu summary")
    visitor.page.click(".sheet button[value=lang]")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")


def ask_to_be_remembered(visitor: Visitor) -> None:
    visitor.page.click(".menu summary")
    visitor.page.get_by_role("button", name="这台设备记住我").click()
    expect(visitor.page.locator("#remember button[aria-pressed=true]")).to_have_count(1)


def go_and_come_back(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.url}/nowhere")
    visitor.complaints.clear()  # the browser does say that /nowhere is not found
    visitor.page.go_back()


@pytest.mark.parametrize(
    "leads_away", [reload, switch_language, ask_to_be_remembered, go_and_come_back]
)
def test_words_in_the_box_are_there_again(
    browser: Browser, line: Line, leads_away: Callable[[Visitor], None]
) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.page.fill("#text", TYPED)
        leads_away(visitor)
        expect(visitor.page.locator("#text")).to_have_value(TYPED)


def test_words_in_the_box_are_gone_once_they_are_sent(
    browser: Browser, line: Line
) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.page.reload()
        expect(visitor.page.locator("#text")).to_have_value("")


def test_words_in_the_box_are_gone_with_what_is_discarded(
    browser: Browser, line: Line
) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.page.fill("#text", TYPED)
        visitor.presses("放弃")
        visitor.sees("要放弃吗")
        expect(visitor.page.locator("#text")).to_have_value(TYPED)
        visitor.presses("放弃")
        visitor.sees("已放弃")
        expect(visitor.page.locator("#text")).to_have_value("")
        visitor.page.reload()
        expect(visitor.page.locator("#text")).to_have_value("")


def test_a_quick_exit_takes_them_along_in_every_tab(
    browser: Browser, line: Line
) -> None:
    with visiting(browser, line.url) as visitor:
        other = visitor.context.new_page()
        other.goto(line.url)
        other.fill("#text", TYPED)
        visitor.page.fill("#text", TYPED)
        visitor.page.get_by_role("button", name="立即离开并清除本页记录").click()
        for page in (visitor.page, other):
            page.wait_for_url("**/note")
            page.goto(line.url)
            expect(page.locator("#text")).to_have_value("")


# ── not delivered ─────────────────────────────────────────────────────────────────────


def lose(route: Route) -> None:
    route.abort("connectionreset")


def resend(page: Page) -> None:
    page.get_by_role("button", name="重发").click()


def test_words_not_delivered_can_be_sent_again_until_they_are(
    browser: Browser, line: Line
) -> None:
    with visiting(browser, line.url) as visitor:
        page = visitor.page
        page.route("**/say", lose)
        visitor.says(SENTENCE)
        expect(page.locator(".late")).to_contain_text("没有送到")
        page.reload()
        expect(page.locator(".late")).to_contain_text("没有送到")
        visitor.sees(SENTENCE)
        page.unroute("**/say")
        resend(page)
        visitor.reaches_preview()
        page.reload()
        assert page.locator(".row.me").count() == 1
        expect(page.locator(".late")).to_have_count(0)


def test_a_network_that_comes_back_takes_no_button_away_before_words_are_out(
    browser: Browser, line: Line
) -> None:
    with visiting(browser, line.url) as visitor:
        page = visitor.page
        page.route("**/say", lose)
        visitor.says(SENTENCE)
        expect(page.locator(".late")).to_be_visible()
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_timeout(300)  # it is tried at once, and fails
        expect(page.locator(".late")).to_be_visible()
        page.unroute("**/say")
        page.evaluate("dispatchEvent(new Event('online'))")
        visitor.reaches_preview()
        expect(page.locator(".late")).to_have_count(0)


def test_words_go_out_in_their_order_and_before_anything_is_pressed(
    browser: Browser, line: Line
) -> None:
    """A report is not sent without the words that its reporter sees above it."""
    with visiting(browser, line.url) as visitor:
        page = visitor.page
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.says("已经三个月了")  # what the preview asks is answered
        expect(page.locator(".asks").last).to_contain_text("已经三个月了")
        page.route("**/say", lose)
        for words in ("第一句补充：每次都要盖章", "第二句补充：还要拍照"):
            visitor.says(words)
        expect(page.locator(".late")).to_have_count(2)
        page.unroute("**/say")
        visitor.presses("送出")
        expect(page.locator(".masked")).to_contain_text("还要拍照")
        expect(page.locator(".code")).to_have_count(0)
        told = page.locator(".masked").inner_text()
        assert told.index("第一句") < told.index("第二句")
        visitor.presses("送出")
        assert len(visitor.receipt) == 19


def test_a_press_not_delivered_can_be_repeated(browser: Browser, line: Line) -> None:
    with visiting(browser, line.url) as visitor:
        page = visitor.page
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        page.route("**/press", lose)
        visitor.presses("送出")
        expect(page.locator("#trouble")).to_contain_text("刚才那一下没有送到")
        page.evaluate("dispatchEvent(new Event('online'))")
        page.unroute("**/press")
        resend(page)
        assert len(visitor.receipt) == 19


def test_words_that_were_refused_are_in_the_box_again(
    browser: Browser, line: Line
) -> None:
    with visiting(browser, line.url) as visitor:
        page = visitor.page
        held: list[Route] = []
        page.route("**/say", lambda route: held.append(route))
        visitor.says(SENTENCE)
        expect(page.locator(".pending")).to_be_visible()
        held.pop().fulfill(status=503, body="存不下")
        expect(page.locator("#text")).to_have_value(SENTENCE)
        expect(page.locator("#trouble")).to_have_text("存不下")
        page.click("button.send")
        expect(page.locator(".pending")).to_be_visible()
        page.fill("#text", "这时又写了别的")
        held.pop().fulfill(status=503, body="存不下")
        expect(page.locator("#text")).to_have_value(f"{SENTENCE}\n这时又写了别的")
        expect(page.locator(".row.me")).to_have_count(0)
        visitor.complaints.clear()  # the browser does say 503


# ── a session that is gone ────────────────────────────────────────────────────────────

LOST = "上次没送出的内容已经清除了"


def test_who_comes_back_without_a_session_is_told_that_the_draft_is_gone(
    browser: Browser, line: Line
) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.page.fill("#text", TYPED)
        visitor.context.clear_cookies()
        visitor.page.reload()
        expect(visitor.page.locator("#trouble")).to_contain_text(LOST)
        expect(visitor.page.locator("#text")).to_have_value(TYPED)
        visitor.page.reload()
        expect(visitor.page.locator("#trouble")).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_who_goes_on_without_a_session_is_told_and_heard(
    browser: Browser, line: Line, scripts: bool
) -> None:
    with visiting(browser, line.url, scripts=scripts) as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.context.clear_cookies()
        visitor.says("居委会要我们给每户开一张证明")
        if not scripts:  # refused with a new cookie; the words stand in the box
            expect(visitor.page.locator("#trouble")).to_contain_text("也清除了")
            visitor.page.click("button.send")
        else:
            expect(visitor.page.locator("#trouble")).to_contain_text(LOST)
        visitor.sees("居委会要我们给每户开一张证明")
        visitor.sees_no(SENTENCE)


def test_who_never_wrote_anything_is_told_nothing(browser: Browser, line: Line) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.context.clear_cookies()
        visitor.page.reload()
        expect(visitor.page.locator("#trouble")).to_be_hidden()


def test_a_session_that_is_prolonged_keeps_the_draft(
    browser: Browser, line: Line
) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.page.fill("#text", TYPED)
        ask_to_be_remembered(visitor)
        expect(visitor.page.locator("button[value=send]:enabled")).to_be_visible()
        expect(visitor.page.locator("#trouble")).to_be_hidden()
        expect(visitor.page.locator("#text")).to_have_value(TYPED)
        visitor.presses("送出")
        assert len(visitor.receipt) == 19
        expect(visitor.page.locator("#text")).to_have_value(TYPED)
