"""One report, from the first sentence to the rating, on a phone and a desktop, with
scripts and without.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.bot.channels.web.line import Line
from tests.journeys.browser.visitor import DESKTOP, PHONE, visiting

pytestmark = pytest.mark.browser

SENTENCE = "街道要求我们社区每周把同一份台账报五次，王主任（13812345678）天天在群里催。"
WHOLE = [
    pytest.param(PHONE, True, id="phone"),
    pytest.param(DESKTOP, False, id="desktop-without-scripts"),
]
SHORT = [
    pytest.param(PHONE, False, id="phone-without-scripts"),
    pytest.param(DESKTOP, True, id="desktop"),
]


@pytest.mark.parametrize(("size", "scripts"), WHOLE)
def test_from_the_first_sentence_to_the_rating(
    browser: Browser, line: Line, size: tuple[int, int], scripts: bool
) -> None:
    known = {case["alias"] for case in line.staff("list")}
    with visiting(browser, line.url, size, scripts) as visitor:
        visitor.sees("请勿使用单位网络和设备")
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.sees("[电话]")
        visitor.presses("送出")
        receipt = visitor.receipt
        visitor.sees_no("13812345678")

        [alias] = {case["alias"] for case in line.staff("list")} - known
        line.staff("accept", alias)
        line.staff("ask", alias, "是哪一份台账？")
        if scripts:
            visitor.sees("有个问题想问您")
        else:
            visitor.looks_again_for("有个问题想问您")

        visitor.presses("我已保存")
        visitor.sees("回执码不再显示")
        visitor.says(receipt)
        visitor.sees("专线想问您：是哪一份台账？")
        visitor.presses("回答专线")
        visitor.says("出租房台账")
        visitor.presses("送出")
        visitor.sees("已补充，谢谢您")

        line.staff("assign", alias, "东湖街道", "--new", "--level", "subdistrict")
        line.staff("answer", alias, "已停报")
        line.staff("find", alias, "substantiated", "核实过了")
        line.staff("rectify", alias, "合并成一份")
        line.staff("close", alias, "以后每月一次")
        visitor.says(receipt)
        visitor.sees("已办结")
        visitor.sees("以后每月一次")
        visitor.presses("评价")
        visitor.presses("解决了")
        visitor.presses("满意")
        visitor.presses("不说了")
        visitor.sees("谢谢，记下了")


@pytest.mark.parametrize(("size", "scripts"), SHORT)
def test_from_the_first_sentence_to_the_story(
    browser: Browser, line: Line, size: tuple[int, int], scripts: bool
) -> None:
    with visiting(browser, line.url, size, scripts) as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.presses("送出")
        receipt = visitor.receipt
        visitor.presses("我已保存")
        visitor.sees("回执码不再显示")
        visitor.says(receipt)
        visitor.sees("等待受理")
        visitor.sees_no("13812345678")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_masks_are_lifted_and_set_by_a_tap(
    browser: Browser, line: Line, scripts: bool
) -> None:
    with visiting(browser, line.url, scripts=scripts) as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        mask = visitor.page.locator(".masked button").last
        expect(mask).to_have_text("[电话]")
        mask.click()
        expect(visitor.page.locator(".masked button").last).to_have_text("13812345678")
        visitor.page.locator(".masked button").last.click()
        expect(visitor.page.locator(".masked button").last).to_have_text("[电话]")


def test_selected_words_are_masked(browser: Browser, line: Line) -> None:
    """Offsets are code points: an emoji before them must not shift what is hidden."""
    with visiting(browser, line.url) as visitor:
        visitor.says("😡😡 街道要求同一份台账每周报五次，东湖那边催得最凶")
        visitor.reaches_preview()
        visitor.page.evaluate(
            """() => {
              const pieces = [...document.querySelectorAll('.masked [data-at]')];
              const run = pieces.find((piece) => piece.textContent.includes('东湖'));
              const text = run.firstChild, start = text.data.indexOf('东湖'), range =
              document.createRange();
              range.setStart(text, start);
              range.setEnd(text, start + 4);
              getSelection().removeAllRanges();
              getSelection().addRange(range);
            }"""
        )
        visitor.page.click("#hide")
        expect(visitor.page.locator(".masked").last).to_contain_text("，[已遮]催得最凶")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_every_line_of_the_preview_can_be_changed(
    browser: Browser, line: Line, scripts: bool
) -> None:
    with visiting(browser, line.url, scripts=scripts) as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.page.click("button[value=when]:enabled")
        visitor.presses("每周都有")
        visitor.sees("时间频次：每周都有")
        visitor.page.click("button[value=place]:enabled")
        visitor.presses("不写")
        visitor.sees("地点：未填")
        visitor.page.click("button[value=cancel]:enabled")
        visitor.sees("要放弃吗")
        visitor.presses("放弃")
        visitor.sees("已放弃")
        visitor.sees_no("台账")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_picture_is_sent_and_painted_over(
    browser: Browser, line: Line, shot: Path, scripts: bool
) -> None:
    with visiting(browser, line.url, scripts=scripts) as visitor:
        page = visitor.page
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        if scripts:
            with page.expect_file_chooser() as chooser:
                page.click(".attach summary")
            chooser.value.set_files(shot)
        else:
            page.click(".attach summary")
            page.set_input_files("#file", shot)
            page.get_by_role("button", name="上传图片").click()
        expect(page.locator(".pictures img")).to_be_visible()
        old = page.locator(".pictures img").get_attribute("src")
        page.get_by_role("link", name="裁剪、涂黑").click()
        if scripts:
            canvas = page.locator("#canvas svg")
            canvas.wait_for()  # it is drawn once the picture is there
            area = canvas.bounding_box()
            assert area
            page.mouse.move(area["x"] + 4, area["y"] + 4)
            page.mouse.down()
            page.mouse.move(
                area["x"] + area["width"] * 0.6,
                area["y"] + area["height"] * 0.1,
                steps=4,
            )
            page.mouse.up()
        else:
            page.click("input[type=image]", position={"x": 4, "y": 4})
            page.click("input[type=image]", position={"x": 190, "y": 56})
        expect(page.locator("rect.paint:visible")).to_have_count(1)
        page.get_by_role("button", name="保存").click()
        expect(page.locator(".pictures img")).to_be_visible()
        new = page.locator(".pictures img").get_attribute("src")
        assert new != old
        data = page.context.request.get(f"{line.url}{new}").body()
        assert _lightest_corner(data) < 10
        page.get_by_role("button", name="去掉").click()
        expect(page.locator(".pictures")).to_have_count(0)


@pytest.mark.slow
def test_one_name_in_a_long_screenshot_is_painted_over(
    browser: Browser, line: Line, tmp_path: Path
) -> None:
    """It is edited as wide as the phone, and scrolled; a box as low as one line of
    words is none too small.
    """
    long = tmp_path / "long.png"
    Image.new("RGB", (1080, 12_000), "white").save(long)
    with visiting(browser, line.url) as visitor:
        page = visitor.page
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        page.set_input_files("#file", long)
        expect(page.locator(".pictures img")).to_be_visible(timeout=30_000)
        page.get_by_role("link", name="裁剪、涂黑").click()
        expect(page.get_by_text("图很长")).to_be_visible()
        cover = page.locator("#canvas svg")
        whole = cover.bounding_box()
        assert whole and whole["width"] > 250
        page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
        area = cover.bounding_box()
        assert area and area["y"] < -500
        page.mouse.move(area["x"] + 20, 400)
        page.mouse.down()
        page.mouse.move(area["x"] + 120, 412, steps=4)
        page.mouse.up()
        expect(page.locator("rect.paint:visible")).to_have_count(1)
        page.get_by_role("button", name="保存").click()
        expect(page.locator(".pictures img")).to_be_visible()
        src = page.locator(".pictures img").get_attribute("src")
        data = page.context.request.get(f"{line.url}{src}").body()
    scale = 1080 / area["width"]
    middle = (round(70 * scale), round((406 - area["y"]) * scale))
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (1080, 12_000)
        assert image.convert("L").getpixel(middle) == 0
        assert image.convert("L").getpixel((middle[0], middle[1] - 60)) == 255


def _lightest_corner(data: bytes) -> int:
    """How light the lightest pixel is where avatar and nickname were: 0 is black."""
    with Image.open(io.BytesIO(data)) as image:
        return max(image.convert("L").crop((30, 30, 360, 100)).tobytes())


def test_quick_exit_leaves_a_neutral_page_and_no_way_back(
    browser: Browser, line: Line
) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.page.get_by_role("button", name="立即离开并清除本页记录").click()
        visitor.page.wait_for_url("**/note")
        assert visitor.page.title() == "便签" and "减负" not in visitor.page.content()
        visitor.page.go_back()
        assert "台账" not in visitor.page.content()
        visitor.page.goto(line.url)
        visitor.sees_no("台账")


def test_quick_exit_without_scripts(browser: Browser, line: Line) -> None:
    with visiting(browser, line.url, scripts=False) as visitor:
        visitor.says(SENTENCE)
        visitor.page.get_by_role("button", name="立即离开并清除本页记录").click()
        visitor.page.wait_for_url("**/note")
        visitor.page.goto(line.url)
        visitor.sees_no("台账")
