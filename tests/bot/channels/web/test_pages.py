"""The pages over real HTTP, as a browser without scripts uses them: real server,
hotline, keys and SQLite.
"""

from __future__ import annotations

import io
import re
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.bot.channels.web.browser import SENTENCE, Browser
from tests.bot.channels.web.line import Line
from tests.looking import look_into

HEADERS = {
    (
        "content-security-policy"
    ): "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@pytest.mark.parametrize(
    "path",
    ["/", "/note", "/nowhere", "/health", "/picture/abc", "/qr/abc", "/say", "/audit"],
)
def test_every_answer_carries_the_security_headers(browser: Browser, path: str) -> None:
    answer = browser.client.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "server" not in answer.headers


def test_our_own_files_may_be_kept_and_change_their_address_with_their_content(
    browser: Browser,
) -> None:
    addresses = re.findall(r'"(/static/[^"]+)"', browser.page)
    files = {address.rpartition("/")[2] for address in addresses}
    assert {"chat.css", "chat.js", "icon.svg"} < files
    [edition] = {address.split("/")[2] for address in addresses}
    for address in addresses:
        answer = browser.client.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"].endswith("immutable")
        older = browser.client.get(address.replace(edition, "0" * 12))
        assert older.content == answer.content, "for a page from before an upgrade"
        assert older.headers["cache-control"] == "no-store"


def test_every_script_finds_what_it_imports_and_the_page_asks_for_all_at_once(
    browser: Browser,
) -> None:
    named = set(re.findall(r'"/static/[^"]+/(\w+\.js)"', browser.page))
    [folder] = set(re.findall(r'"(/static/[^"]+/)chat\.js"', browser.page))
    imported = {
        name
        for script in named
        for name in re.findall(
            r' from "\./(\w+\.js)"', browser.client.get(folder + script).text
        )
    }
    assert named == imported | {"chat.js"}


def test_our_own_files_come_packed_where_the_browser_unpacks(browser: Browser) -> None:
    [address] = re.findall(r'"(/static/[^"]+chat\.css)"', browser.page)
    packed = browser.client.get(address, headers={"Accept-Encoding": "br, gzip"})
    plain = browser.client.get(address, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text


def test_the_page_names_nothing_but_itself(browser: Browser) -> None:
    """Neutral in a tab, a history and a bookmark; nothing is loaded from elsewhere."""
    assert "<title>便签</title>" in browser.page
    assert "http://" not in browser.page and "https://" not in browser.page
    assert (
        "<style" not in browser.page
        and " style=" not in browser.page
        and " on" + "click" not in browser.page
    )


def test_a_report_from_the_first_sentence_to_the_receipt(browser: Browser) -> None:
    receipt = browser.file()
    assert len(receipt) == 19
    assert "13812345678" not in browser.page, "the screen is wiped once it is filed"
    browser.say(receipt.lower().replace("-", " "))
    assert "等待受理" in browser.shown
    assert browser.shown.count(receipt) == 0, "a receipt that was typed is not shown"


def test_a_mistyped_receipt_is_told_and_taken_for_no_report(browser: Browser) -> None:
    """The pages hear words as every messenger does."""
    receipt = browser.file()
    browser.say(receipt[:-1] + ("0" if receipt[-1] != "0" else "1"))
    assert "有一位抄错了" in browser.shown


def test_a_double_submit_counts_once(browser: Browser) -> None:
    for _ in range(3):
        browser.say("街道让我们每天在三个群里打卡", key="0123456789abcdef")
    assert browser.page.count('class="row me"') == 1


def test_two_buttons_of_one_page_both_count(browser: Browser) -> None:
    """Their forms share a key; the choice is part of what is remembered."""
    browser.say(SENTENCE)
    key = "fedcba9876543210"
    browser.press("help", key)
    browser.press("status", key)
    assert "回执码" in browser.shown


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": ""}, 303),
        ({"Host": "elsewhere.example"}, 421),
        ({}, 303),
    ],
)
def test_only_our_own_pages_may_post(
    browser: Browser, headers: dict[str, str], status: int
) -> None:
    answer = browser.client.post(
        "/press", data={"key": "0" * 16, "choice": "help"}, headers=headers
    )
    assert answer.status_code == status


def test_the_cookie_is_plain_on_this_machine_and_lives_as_long_as_the_browser(
    line: Line,
) -> None:
    cookie = httpx.get(line.url, trust_env=False).headers["set-cookie"]
    assert (
        cookie.startswith("s=") and "HttpOnly" in cookie and "SameSite=strict" in cookie
    )
    assert "Secure" not in cookie and "Max-Age" not in cookie


def test_who_comes_by_a_foreign_link_keeps_the_session(line: Line) -> None:
    """A strict cookie is not sent along: the page asks for itself once more, lest a new
    session begin.
    """
    answer = httpx.get(
        line.url, headers={"Sec-Fetch-Site": "cross-site"}, trust_env=False
    )
    assert "set-cookie" not in answer.headers
    assert '<meta http-equiv="refresh" content="0; url=/?in">' in answer.text


def test_without_a_cookie_nothing_is_sent_and_the_words_stay(line: Line) -> None:
    with Browser(line.url) as browser:
        answer = browser.say("一句很长的话")
        assert answer.status_code == 400
        assert ">一句很长的话</textarea>" in answer.text
        assert browser.say("一句很长的话").status_code == 303, (
            "the answer brought the cookie"
        )


def test_who_only_looks_leaves_no_row(tmp_path: Path) -> None:
    line = Line(tmp_path)
    try:
        with Browser(line.url) as browser:
            browser.open()
            browser.open()
        rows = look_into(line.data / "jianfu.db")
        counts = [
            rows.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("web_sessions", "web_bubbles", "talks", "inbox", "outbox")
        ]
        rows.close()
        assert counts == [0, 0, 0, 0, 0]
    finally:
        line.stop()


def test_remember_me_lasts_a_week_and_can_be_taken_back(browser: Browser) -> None:
    answer = browser.post("/remember", on="1")
    assert any(
        "Max-Age=604800" in cookie for cookie in answer.headers.get_list("set-cookie")
    )
    assert 'aria-pressed="true"' in browser.page
    browser.file()
    browser.press("saved")
    browser.press("status")
    assert "等待受理" in browser.shown, (
        "no receipt is asked for on a device that is remembered"
    )
    answer = browser.post("/remember", on="")
    assert not any(
        "Max-Age" in cookie for cookie in answer.headers.get_list("set-cookie")
    )
    browser.press("close")
    browser.press("status")
    assert "请发送回执码" in browser.shown


def test_a_receipt_that_was_saved_is_shown_no_more(browser: Browser) -> None:
    receipt = browser.file()
    picture = f"/qr/{browser.page.partition('/qr/')[2][:32]}"
    code = browser.client.get(picture)
    assert code.headers["content-type"] == "image/svg+xml"
    with Browser(str(browser.client.base_url)) as stranger:
        stranger.open()
        assert stranger.client.get(picture).status_code == 404
    browser.press("saved")
    assert receipt not in browser.page
    assert browser.client.get(picture).status_code == 404


def test_the_language_is_switched_in_the_dialog(browser: Browser) -> None:
    browser.press("lang")
    assert '<html lang="en">' in browser.page and "No name needed" in browser.shown
    browser.say("The subdistrict wants the same ledger five times a week")
    assert "请" not in browser.shown.replace("请勿", "")
    browser.press("lang")
    assert '<html lang="zh-CN">' in browser.page


def test_quick_exit_leaves_nothing(browser: Browser, line: Line) -> None:
    browser.say(SENTENCE)
    session = browser.client.cookies["s"]
    answer = browser.client.post("/leave", data={})
    assert (answer.status_code, answer.headers["location"]) == (303, "/note")
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert "s" not in browser.client.cookies
    page = browser.client.get("/", headers={"Cookie": f"s={session}"}).text
    assert "台账" not in page, "not even with the old cookie"


def test_a_text_too_long_is_answered(browser: Browser) -> None:
    browser.say("台账" * 4000)
    assert "超过5000字了" in browser.shown
    assert browser.say("长" * 400_000).status_code == 413


def test_nothing_to_say_is_answered(browser: Browser) -> None:
    browser.say("   ")
    assert "没有看到内容" in browser.shown


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"key=1&text=x", b"text=x", b"a=1&" * 300, b"%ZZ=%"]
)
def test_a_post_that_no_page_sends_is_refused_in_words(
    browser: Browser, body: bytes
) -> None:
    answer = browser.client.post(
        "/say",
        content=body,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code in (400, 413)
    assert "没有送出" in answer.text


def test_a_picture_comes_back_without_its_traces(
    browser: Browser, line: Line, tmp_path: Path
) -> None:
    shot = tmp_path / "张三的截图.jpg"
    exif = Image.Exif()
    exif[0x010F] = "PhoneOfZhangSan"
    Image.new("RGB", (900, 600), "#4488aa").save(shot, exif=exif)
    browser.say(SENTENCE)
    browser.upload(shot)
    id = browser.page.partition("/picture/")[2][:32]
    held = browser.client.get(f"/picture/{id}")
    assert (
        held.headers["content-type"].startswith("image/")
        and b"PhoneOfZhangSan" not in held.content
    )
    assert "张三的截图" not in browser.page
    with Browser(line.url) as stranger:
        stranger.open()
        assert stranger.client.get(f"/picture/{id}").status_code == 404


def test_a_picture_is_painted_over_and_cropped_without_scripts(
    browser: Browser, tmp_path: Path
) -> None:
    shot = tmp_path / "shot.png"
    Image.new("RGB", (640, 400), "white").save(shot)
    browser.say("街道要求每周报五次同样的台账，附图")
    browser.upload(shot, "image/png")
    old = browser.page.partition("/picture/")[2][:32]
    address = f"/picture/{old}/edit"
    first = browser.client.post(
        address, data={"tool": "paint", "at.x": "10", "at.y": "10"}
    ).text
    assert 'name="corner" value="20,20"' in first, (
        "a click on the small picture is told in its own pixels"
    )
    second = browser.client.post(
        address, data={"tool": "paint", "corner": "20,20", "at.x": "60", "at.y": "40"}
    ).text
    assert 'name="paint" value="20,20,120,80"' in second
    saved = browser.client.post(
        address,
        data={
            "key": "0123456789",
            "tool": "crop",
            "paint": "20,20,120,80",
            "crop": "0,0,320,200",
            "act": "save",
        },
    )
    assert saved.status_code == 303
    browser.open()
    assert old not in browser.page, "the old version is gone, from the bubble too"
    new = browser.page.partition("/picture/")[2][:32]
    data = browser.client.get(f"/picture/{new}").content
    (tmp_path / "new").write_bytes(data)
    with Image.open(tmp_path / "new") as image:
        assert image.size == (320, 200)
        grey = image.convert("L")
        assert grey.crop((25, 25, 115, 75)).getextrema()[1] < 10  # type: ignore[operator]
        assert grey.crop((150, 100, 310, 190)).getextrema()[0] > 245  # type: ignore[operator]
    assert browser.client.get(f"/picture/{old}").status_code == 404


def a_picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((96, 64), 50).convert("RGB").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.docx", b"PK\x03\x04 no picture", "这类文件还收不了"),
        ("a.jpg", b"%PDF-1.7 no picture", "这类文件还收不了"),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "这类文件还收不了"),
        ("a.jpg", b"\xff\xd8\xff\xe0 broken", "打不开，请重新截图"),
        ("a.jpg", a_picture("JPEG")[:-400], "打不开，请重新截图"),
        ("a.txt", a_picture("PNG")[:-400], "打不开，请重新截图"),
        ("a.jpg", b"", "没有看到内容"),
        ("a.jpg", b"\0" * 20_000_001, "超过20MB了"),
    ],
)
def test_other_files_are_declined_in_words(
    browser: Browser, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    browser.say(SENTENCE)
    browser.upload(tmp_path / name)
    assert words in browser.shown
    is_told_to_be_of_no_kind = "这类文件还收不了" in browser.shown
    assert is_told_to_be_of_no_kind is ("收不了" in words)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP"])
def test_a_picture_is_one_by_its_bytes_and_not_by_its_name(
    browser: Browser, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "notes.txt").write_bytes(a_picture(kind))
    browser.say(SENTENCE)
    browser.upload(tmp_path / "notes.txt", "text/plain")
    [id] = set(re.findall(r"/picture/(\w{32})", browser.page))
    data = browser.client.get(f"/picture/{id}").content
    with Image.open(io.BytesIO(data)) as kept:
        assert kept.size == (96, 64)


def test_a_long_screenshot_is_shown_as_wide_as_it_came(
    browser: Browser, tmp_path: Path
) -> None:
    """Its words are to be read: it is one picture, of its own width."""
    Image.new("L", (1080, 20_000), "white").save(tmp_path / "a.png")
    browser.say(SENTENCE)
    browser.upload(tmp_path / "a.png", "image/png")
    [id] = set(re.findall(r"/picture/(\w{32})", browser.page))
    data = browser.client.get(f"/picture/{id}").content
    with Image.open(io.BytesIO(data)) as kept:
        assert kept.size == (1080, 20_000)
    editor = browser.client.get(f"/picture/{id}/edit").text
    assert 'viewBox="0 0 1080 20000"' in editor


def upload_several(browser: Browser, files: list[bytes]) -> httpx.Response:
    answer = browser.client.post(
        "/picture",
        data={"key": "0123456789abcdef"},
        files=[("file", ("a.png", data, "image/png")) for data in files],
    )
    browser.open()
    return answer


def picture(width: int) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (width, 40), "#4488aa").save(held, "png")
    return held.getvalue()


def shown_widths(browser: Browser) -> list[str]:
    """Of the visitor's own pictures on the screen, in pixels."""
    return re.findall(r'class="bubble shot">.*?width="(\d+)"', browser.page)


def test_a_form_may_hold_several_pictures(browser: Browser) -> None:
    browser.say(SENTENCE)
    broken = b"\x89PNG\r\n\x1a\n broken"
    answer = upload_several(browser, [picture(60), broken, picture(70)])
    assert answer.status_code == 303
    assert shown_widths(browser) == ["60", "70"]


def test_of_too_many_pictures_in_a_form_the_first_are_taken(browser: Browser) -> None:
    browser.say(SENTENCE)
    upload_several(browser, [picture(50 + number) for number in range(8)])
    assert shown_widths(browser) == ["50", "51", "52", "53", "54", "55"]
    assert "图片最多放6张" in browser.shown


def test_pictures_that_are_too_much_together_are_refused_in_words(
    browser: Browser,
) -> None:
    browser.say(SENTENCE)
    answer = upload_several(browser, [b"\0" * 15_000_000] * 3)
    assert (answer.status_code, "请分几次发" in answer.text) == (413, True)


def test_an_upload_of_broken_multipart_is_refused(browser: Browser) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (
        browser.client.post(
            "/picture", content=b"--x\r\nnonsense", headers=kind
        ).status_code
        == 400
    )
    assert (
        browser.client.post(
            "/picture", content=b"", headers={"Content-Type": "text/plain"}
        ).status_code
        == 400
    )


def test_with_scripts_only_what_is_new_is_answered(browser: Browser) -> None:
    client = browser.client
    answer = client.post(
        "/say", data={"key": "0123456789", "text": SENTENCE}, headers={"X-Seen": "-"}
    )
    assert (
        answer.status_code,
        answer.headers["x-screen"],
        answer.headers["x-lang"],
    ) == (200, "more", "zh")
    assert answer.text.count('class="row') == 2 and "<html" not in answer.text
    again = client.get("/", headers={"X-Seen": answer.headers["x-seen"]})
    assert again.text.strip() == ""
    other = client.get("/", headers={"X-Seen": "7-" + "0" * 32})
    assert (other.headers["x-screen"], other.text.count('class="row')) == ("whole", 2)


def test_no_word_and_no_address_is_logged_even_at_debug(
    browser: Browser, line: Line
) -> None:
    browser.client.headers["User-Agent"] = "PhoneOfZhangSan/1.0"
    browser.file()
    browser.client.get("/nowhere?13812345678")
    browser.client.post("/say", content=b"\xff" * 100)
    held = line.log.read_text()
    for planted in (
        "13812345678",
        "台账",
        "PhoneOfZhangSan",
        browser.client.cookies["s"],
        "127.0.0.1",
        "/nowhere",
    ):
        assert planted not in held


@contextmanager
def full_disk(line: Line) -> Iterator[None]:
    """No file of the server may grow: every write fails as on a full disk."""
    _, hard = resource.prlimit(line.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(line.process.pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(line.process.pid, resource.RLIMIT_FSIZE, (hard, hard))


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    line = Line(tmp_path)
    try:
        with Browser(line.url) as browser:
            browser.open()
            browser.say("居委会要我们开一堆证明")
            with full_disk(line):
                answer = browser.say("还有一句没说完")
                assert answer.status_code == 503
                assert (
                    "现在存不下新内容" in answer.text
                    and ">还有一句没说完</textarea>" in answer.text
                )
                assert browser.client.get("/health").status_code == 503
                assert "居委会要我们开一堆证明" in browser.open(), (
                    "what can be served is served"
                )
                assert browser.client.post("/leave").status_code == 303
            with Browser(line.url) as other:
                for _ in range(50):
                    time.sleep(0.1)
                    other.open()
                    if other.say(SENTENCE).status_code == 303:
                        break
                else:
                    pytest.fail("the line never took reports again")
    finally:
        line.stop()


def test_a_receipt_tells_its_story_while_nothing_can_be_stored(tmp_path: Path) -> None:
    """What is shown is told to be shown this once; nothing of it stays."""
    line = Line(tmp_path)
    try:
        with Browser(line.url) as browser:
            browser.open()
            receipt = browser.file()
            with full_disk(line):
                assert browser.say("还有一句没说完").status_code == 503
                answer = browser.say(receipt)
                assert answer.status_code == 200
                assert "您反映了这件事" in answer.text
                assert "以上只是给您看看" in answer.text
                assert 'name="choice"' not in answer.text.split("您反映了这件事")[1]
                assert "以上只是给您看看" not in browser.open()
                wrong = browser.say(f"{receipt} 还有一句")
                assert wrong.status_code == 503, "words beside it must not be lost"
    finally:
        line.stop()
