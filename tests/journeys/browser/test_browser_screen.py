"""What stands on the screen: an invitation, one preview with its 送出 in sight, and a
word for everything that is pressed.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.bot.channels.web.line import Line
from tests.journeys.browser.visitor import DESKTOP, Visitor, visiting

pytestmark = pytest.mark.browser

SENTENCE = "街道要求同一份台账每周报五次"
SMALL = (360, 640)
UYGHUR = "مەھەللە باشقارمىسى ھەر ھەپتە ئوخشاش جەدۋەلنى بەش قېتىم تاپشۇرۇشنى تەلەپ قىلدى"
NEVER_SETTLES = "navigator.clipboard.writeText = () => new Promise(() => {});"
THROWS = "navigator.clipboard.writeText = () => { throw new Error('no') };"
REFUSES = "navigator.clipboard.writeText = () => Promise.reject(new Error('no'));"
NOT_THERE = "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
NOR_THE_OLD_WAY = "document.execCommand = () => false;"


# ── the first screen ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_the_first_screen_invites_and_fits_a_small_phone(
    browser: Browser, line: Line, scripts: bool
) -> None:
    with visiting(browser, line.url, SMALL, scripts) as visitor:
        page = visitor.page
        assert page.title() == "便签", "in a tab it tells nothing"
        expect(page.locator("h1")).to_have_text("减负专线")
        expect(page.locator(".example:visible")).to_have_count(3)
        assert page.evaluate("document.documentElement.scrollHeight") <= SMALL[1]
        shown = page.locator("main").inner_text()
        assert len(shown) < 120, "no wall of text"
        assert "别用单位的" in shown
        page.click(".about summary")
        expect(page.locator(".about")).to_contain_text("工作人员只看到代号")
        expect(page.locator(".about button[value=status]")).to_be_visible()


def test_an_example_fills_the_box_and_sends_nothing(
    browser: Browser, line: Line
) -> None:
    with visiting(browser, line.url) as visitor:
        page = visitor.page
        example = page.locator(".example").first
        words = example.inner_text()
        example.click()
        expect(page.locator("#text")).to_have_value(words)
        expect(page.locator("#text")).to_be_focused()
        assert page.locator(".row.me").count() == 0
        page.click("button.send")
        visitor.reaches_preview()
        expect(page.locator(".example:visible")).to_have_count(0)


# ── one preview ───────────────────────────────────────────────────────────────────────


def is_within_the_bars(visitor: Visitor, one: Locator) -> bool:
    box = one.bounding_box()
    size = visitor.page.viewport_size
    assert box and size
    bar = visitor.page.locator("footer").bounding_box()
    assert bar
    return box["y"] >= 56 and box["y"] + box["height"] <= bar["y"] + 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_one_preview_stands_there_with_its_button_in_sight(
    browser: Browser, line: Line, scripts: bool
) -> None:
    with visiting(browser, line.url, SMALL, scripts) as visitor:
        page = visitor.page
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        for words in (
            "已经三个月了",
            "每次都要盖章",
            "还要拍照上传",
            "上个月报了二十次",
        ):
            visitor.says(words)
            expect(page.locator(".asks").last).to_contain_text(words)
            page.wait_for_timeout(300)  # for the page's own scrolling to what is new
            expect(page.locator(".masked")).to_have_count(1)
            send = page.get_by_role("button", name="送出", exact=True)
            expect(send).to_have_count(1)
            if scripts:
                assert is_within_the_bars(visitor, send), words
        assert page.evaluate("document.documentElement.scrollHeight") < 1600
        page.reload()
        expect(page.locator(".masked")).to_have_count(1)


def test_a_question_asked_again_stands_there_once(browser: Browser, line: Line) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.page.click("button[value=cancel]:enabled")
        question = visitor.page.get_by_text("要放弃吗？放弃后会立即删除")
        expect(question).to_have_count(1)
        visitor.says("99")
        expect(visitor.page.locator(".row.me.pending")).to_have_count(0)
        expect(question).to_have_count(1)


def test_the_button_beside_the_box_is_told_apart(browser: Browser, line: Line) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        beside = visitor.page.get_by_role("button", name="发送这句话")
        send = visitor.page.get_by_role("button", name="送出", exact=True)
        colours = [
            one.evaluate("one => getComputedStyle(one).backgroundColor")
            for one in (beside, send)
        ]
        assert colours[0] != colours[1]


def test_an_older_story_folds_and_opens_again(browser: Browser, line: Line) -> None:
    with visiting(browser, line.url) as visitor:
        page = visitor.page
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.presses("送出")
        receipt = visitor.receipt
        visitor.presses("我已保存")
        for count in (1, 2):
            visitor.says(receipt)
            expect(page.locator(".story")).to_have_count(count)
        expect(page.locator(".story[open]")).to_have_count(1)
        page.reload()
        expect(page.locator(".story[open]")).to_have_count(1)
        page.locator(".story summary").first.click()
        expect(page.locator(".story[open]")).to_have_count(2)
        visitor.is_accessible()


# ── what was understood, what must be seen first ──────────────────────────────────────


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_what_was_understood_is_told_small_and_undone_by_one_tap(
    browser: Browser, line: Line, scripts: bool
) -> None:
    with visiting(browser, line.url, SMALL, scripts) as visitor:
        page = visitor.page
        visitor.says("街道办要求同一份台账每周报五次")
        visitor.reaches_preview()
        visitor.says("等下，不是街道办，是区里的卫健局")
        expect(page.locator(".told")).to_contain_text("区里的卫健局")
        expect(page.locator(".told .bubble")).to_be_visible()
        page.click(".told .undo")
        expect(page.locator(".masked").last).to_contain_text("不是街道办，是区里的")
        expect(page.locator(".undo")).to_have_count(0)


@pytest.mark.parametrize("size", [SMALL, DESKTOP], ids=["phone", "desktop"])
def test_an_emergency_is_seen_at_once_with_its_number_to_dial(
    browser: Browser, line: Line, size: tuple[int, int]
) -> None:
    with visiting(browser, line.url, size) as visitor:
        page = visitor.page
        visitor.says("我们社区为了周六的验收已经连熬了四个通宵")
        page.locator(".asks").wait_for()
        visitor.says("小周倒了 喊他不应 手冰凉")
        number = page.locator(".calls a").first
        expect(number).to_have_attribute("href", "tel:120")
        page.wait_for_timeout(500)  # for the page's own scrolling to what is new
        assert is_within_the_bars(visitor, number)
        visitor.is_accessible()
        visitor.says("不想活了")
        expect(page.locator(".calls a[href='tel:12356']")).to_be_visible()
        visitor.is_accessible()


# ── words from right to left, copying ─────────────────────────────────────────────────


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_words_run_the_way_their_script_does(
    browser: Browser, line: Line, scripts: bool
) -> None:
    with visiting(browser, line.url, scripts=scripts) as visitor:
        page = visitor.page
        page.fill("#text", UYGHUR)
        expect(page.locator("#text")).to_have_css("direction", "rtl")
        page.click("button.send")
        visitor.sees(UYGHUR)
        expect(page.locator(".me .words")).to_have_css("direction", "rtl")
        page.locator(".asks").wait_for()
        if page.locator("button[value=anyway]").count():
            visitor.presses("仍要反映")
            expect(page.locator("button[value=anyway]:enabled")).to_have_count(0)
            page.locator(".asks:not(.closed)").wait_for()
        visitor.reaches_preview()
        expect(page.locator(".masked")).to_have_css("direction", "rtl")
        expect(page.locator(".asks .said").first).to_have_css("direction", "ltr")


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (NEVER_SETTLES, "已复制"),
        (THROWS, "已复制"),
        (REFUSES, "已复制"),
        (NOT_THERE, "已复制"),
        (NEVER_SETTLES + NOR_THE_OLD_WAY, "复制不了，请长按选中"),
    ],
)
def test_copying_always_ends_in_a_word(
    browser: Browser, line: Line, trouble: str, told: str
) -> None:
    with visiting(browser, line.url, DESKTOP) as visitor:
        page = visitor.page
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.presses("送出")
        receipt = visitor.receipt
        page.evaluate(f"() => {{ {trouble} }}")
        page.click("button.copy")
        expect(page.locator("button.copy")).to_have_text(told)
        if told != "已复制":
            selected = page.evaluate("getSelection().toString()")
            assert "".join(selected.split()) == receipt.replace("-", "")


# ── what lasts ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_tell_me_here_says_how_long_and_offers_what_lasts(
    browser: Browser, line: Line, scripts: bool
) -> None:
    with visiting(browser, line.url, scripts=scripts) as visitor:
        page = visitor.page
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        page.click("button[value=follow]:enabled")
        visitor.sees("只留24小时")
        visitor.presses("这台设备记住我")
        expect(page.locator("#remember button[aria-pressed=true]")).to_have_count(1)
        visitor.sees("留7天")
        expect(page.locator("#log").get_by_text("这台设备记住我")).to_have_count(0)
