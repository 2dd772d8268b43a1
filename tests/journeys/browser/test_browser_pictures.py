"""The pictures of the docs, taken anew from the running program by
DOCS_PICTURES=docs/pictures pytest.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.bot.channels.web.line import Line
from tests.journeys.browser.visitor import DESKTOP, Visitor, screenshot, visiting
from tests.project.checkout import ROOT

pytestmark = pytest.mark.browser

DOCS = ROOT / "docs" / "pictures"
SENTENCE = "街道要求我们社区每周把同一份台账报五次，王主任（13812345678）天天在群里催。"
NAMES = {
    "web-1-welcome", "web-2-preview", "web-3-edit", "web-4-receipt", "web-5-story",
    "web-6-desktop-dark", "web-7-english",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures go: into the docs on demand, else into the bin."""
    asked = os.environ.get("DOCS_PICTURES")
    folder = Path(asked) if asked else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_a_report_on_a_phone(
    browser: Browser, line: Line, shot: Path, folder: Path
) -> None:
    known = {case["alias"] for case in line.staff("list")}
    with visiting(browser, line.url) as visitor:
        screenshot(visitor, "web-1-welcome", folder)
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        visitor.page.set_input_files("#file", shot)
        expect(visitor.page.locator(".pictures img")).to_be_visible()
        top(visitor, ".asks:not(.closed)")
        screenshot(visitor, "web-2-preview", folder)
        paint(visitor)
        screenshot(visitor, "web-3-edit", folder)
        visitor.page.get_by_role("button", name="保存").click()
        visitor.presses("送出")
        receipt = visitor.receipt
        visitor.page.click(".receipt summary")
        screenshot(visitor, "web-4-receipt", folder)
        [alias] = {case["alias"] for case in line.staff("list")} - known
        line.staff("accept", alias)
        line.staff("assign", alias, "东湖街道办事处", "--new", "--level", "subdistrict")
        line.staff(
            "answer", alias, "已通知各科室停报，改为每月一次，由街道一次性汇总。"
        )
        visitor.sees(
            "有新进展：单位答复了"
        )  # all that is pushed stands there before the story
        visitor.presses("我已保存")
        visitor.says(receipt)
        visitor.sees("已通知各科室停报")
        top(visitor, ".story")
        screenshot(visitor, "web-5-story", folder)


def test_a_preview_in_the_dark_and_one_in_english(
    browser: Browser, line: Line, folder: Path
) -> None:
    with visiting(browser, line.url, DESKTOP, color_scheme="dark") as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        screenshot(visitor, "web-6-desktop-dark", folder)
    with visiting(browser, line.url) as visitor:
        visitor.page.click(".about summary")
        visitor.presses("English")
        visitor.sees("No name needed")
        screenshot(visitor, "web-7-english", folder)


def top(visitor: Visitor, selector: str) -> None:
    visitor.page.wait_for_timeout(200)  # for the page's own scrolling to what is new
    visitor.page.locator(selector).last.evaluate(
        "element => element.scrollIntoView({block: 'start'})"
    )


def paint(visitor: Visitor) -> None:
    visitor.page.get_by_role("link", name="裁剪、涂黑").click()
    canvas = visitor.page.locator("#canvas svg")
    canvas.wait_for()  # it is drawn once the picture is there
    area = canvas.bounding_box()
    assert area
    visitor.page.mouse.move(area["x"] + 4, area["y"] + 4)
    visitor.page.mouse.down()
    visitor.page.mouse.move(
        area["x"] + area["width"] * 0.55, area["y"] + area["height"] * 0.09, steps=4
    )
    visitor.page.mouse.up()


def test_the_docs_have_their_pictures() -> None:
    """All of them stand on the page of screens, told in words too; no page shows one
    that is not there.
    """
    assert {path.stem for path in DOCS.glob("web-*.png")} == NAMES
    assert all(path.stat().st_size < 150_000 for path in DOCS.glob("web-*.png"))
    screens = dict(shown_in(ROOT / "docs" / "screens.md"))
    assert {path.stem for path in screens} >= NAMES
    for page in (ROOT / "README.md", ROOT / "README.zh-CN.md"):
        screens |= dict(shown_in(page))
    assert all(path.is_file() and words for path, words in screens.items())


def shown_in(page: Path) -> list[tuple[Path, str]]:
    """The pictures of a page, each with the words that stand for it."""
    shown = re.findall(r"!\[(.*?)\]\((.*?)\)", page.read_text())
    assert shown
    return [((page.parent / path).resolve(), words) for words, path in shown]
