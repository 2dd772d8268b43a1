"""Several pictures at once: chosen, dropped or pasted, in their order, each that is not
taken named.
"""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.bot.channels.web.line import Line
from tests.journeys.browser.visitor import Visitor, visiting

pytestmark = pytest.mark.browser

SENTENCE = "街道要求同一份台账每周报五次"
WIDTHS = (100, 200, 300)  # pixels: they tell the pictures apart


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("shots")
    paths = [folder / f"{width}.png" for width in WIDTHS]
    for width, path in zip(WIDTHS, paths, strict=True):
        Image.new("RGB", (width, 150), "#4488aa").save(path)
    return paths


def at_preview(visitor: Visitor) -> Page:
    visitor.says(SENTENCE)
    visitor.reaches_preview()
    return visitor.page


def has_pictures(page: Page, widths: tuple[int, ...]) -> None:
    shown = page.locator(".pictures img")
    expect(shown).to_have_count(len(widths), timeout=30_000)
    for at, width in enumerate(widths):
        expect(shown.nth(at)).to_have_attribute("width", str(width))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_several_are_chosen_and_keep_their_order(
    browser: Browser, line: Line, shots: list[Path], scripts: bool
) -> None:
    with visiting(browser, line.url, scripts=scripts) as visitor:
        page = at_preview(visitor)
        if not scripts:
            page.click(".attach summary")
        page.set_input_files("#file", shots)
        if not scripts:
            page.get_by_role("button", name="上传图片").click()
        has_pictures(page, WIDTHS)
        expect(page.locator(".masked")).to_have_count(1)
        visitor.presses("送出")
        assert len(visitor.receipt) == 19


DROP = """([files, kind]) => {
  const transfer = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type: 'image/png' }));
  }
  const told = { bubbles: true, cancelable: true };
  const event = kind === 'drop'
    ? new DragEvent('drop', { ...told, dataTransfer: transfer })
    : new ClipboardEvent('paste', { ...told, clipboardData: transfer });
  document.querySelector('#text').dispatchEvent(event);
}"""


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_several_are_dropped_or_pasted(
    browser: Browser, line: Line, shots: list[Path], kind: str
) -> None:
    with visiting(browser, line.url) as visitor:
        page = at_preview(visitor)
        files = [
            (path.name, base64.b64encode(path.read_bytes()).decode()) for path in shots
        ]
        page.evaluate(DROP, [files, kind])
        has_pictures(page, WIDTHS)


def test_the_ones_that_are_not_taken_are_named(
    browser: Browser, line: Line, shots: list[Path], tmp_path: Path
) -> None:
    broken = tmp_path / "坏图.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    with visiting(browser, line.url) as visitor:
        page = at_preview(visitor)
        page.set_input_files("#file", [shots[0], broken, shots[1]])
        has_pictures(page, WIDTHS[:2])
        expect(page.locator(".failed")).to_have_text("没有收下“坏图.png”。")


def test_of_too_many_the_first_are_taken(
    browser: Browser, line: Line, shots: list[Path]
) -> None:
    with visiting(browser, line.url) as visitor:
        page = at_preview(visitor)
        page.set_input_files("#file", [*shots, *shots, shots[0], shots[1]])
        has_pictures(page, WIDTHS * 2)
        expect(page.locator(".failed")).to_have_count(2)
        expect(page.locator(".failed").first).to_contain_text("一次最多6张")


def test_what_the_network_lost_can_be_sent_again(
    browser: Browser, line: Line, shots: list[Path]
) -> None:
    with visiting(browser, line.url) as visitor:
        page = at_preview(visitor)
        page.route("**/picture", lambda route: route.abort("connectionreset"))
        page.set_input_files("#file", shots[0])
        expect(page.locator(".failed")).to_have_text("没有收下“100.png”。没有送到")
        page.unroute("**/picture")
        page.get_by_role("button", name="重发").click()
        has_pictures(page, WIDTHS[:1])
        expect(page.locator(".failed")).to_have_count(0)


def test_the_count_is_shown_while_they_are_on_their_way(
    browser: Browser, line: Line, shots: list[Path]
) -> None:
    with visiting(browser, line.url) as visitor:
        page = at_preview(visitor)
        page.route("**/picture", lambda route: None)  # held
        page.set_input_files("#file", shots)
        expect(page.locator(".pending")).to_contain_text("1/3")
        page.unroute("**/picture")  # let go
        has_pictures(page, WIDTHS)
        expect(page.locator(".pending")).to_have_count(0)
