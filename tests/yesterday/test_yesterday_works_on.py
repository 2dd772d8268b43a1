"""A deployment of yesterday works on: open drafts, cases, follow-ups, audit lines.

Commit 037ea57 made it, with its own program and through its own doors, on a clock that
was turned by hand from 20 October 2025 to Friday, 27 November 2026, 21:10 in Beijing.
82 cases in every state were filed and answered by chat, web page and Telegram, and
worked on by staff of each role in the terminal, the group and the units' page. Twice a
day all that was due rang, and the keyring was rotated once. When it was stopped there
were open dialogs in every step of both, some over a draft that waits below; a reply in
its undo window; letters still to be sent; an update kept before its turn was over;
cookies and codes; and audit lines of every kind. Then its log was folded in, and it was
asked all that `questions.py` asks. Its files are never made anew.

One line of what it said was taken out since, knowingly: two clocks of one case that are
late at the same moment are told to its reporter once (hot-b, on the fifth day).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from anonymizer.archive import Archive
from anonymizer.keyring import Keyring
from storage.encrypted import PLAIN_MARK
from tests.botapi.persons import Shown
from tests.looking import look_into
from tests.yesterday.deployment import (
    MORNING,
    alias,
    command,
    given,
    rows,
    unpack,
)
from tests.yesterday.on_telegram import EveningOffice, evening_office
from tests.yesterday.questions import (
    QUESTIONS,
    STATES,
    again,
    browsers,
    due,
    evening,
    lines_of,
    ring,
    said,
)

ASKED_ALONE = [name for name in QUESTIONS if name not in ("pages", "orders")]
AUDIT = """SELECT seq, at, kind, lower(hex(about)), lower(hex("by")), content, hash
FROM audit ORDER BY seq"""
KINDS = {
    "case": "absorb accept answer arrive ask assign claim close decline extend find "
    "grantextend merge note pictures_retained rang received rectify refusereturn "
    "release reopen reply resume retain retained return supervise undo wait whistle",
    "ladder": "decided",
    "report": "filed forget held rate rebound reopen supplement",
    "staff": "added changed code desk disabled linked",
    "unit": "added changed disabled",
}  # all that 037ea57 can write
STEPS = {
    *("absorbed", "accepted", "answered", "arrived", "asked", "assigned", "breached"),
    *("called_back", "called_back_again", "circulated", "claimed", "closed"),
    *("declined", "escalated", "extended", "extension_asked", "extension_refused"),
    *("forgotten", "found", "held", "looked_back", "merged", "rated", "rebounded"),
    *("received", "rectifying", "released", "reopened", "replied", "resumed"),
    *("return_refused", "returned", "supervised", "supplemented", "urged", "waiting"),
    "whistled",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    unpack(tmp_path)
    return tmp_path


# ── what it says ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("question", ASKED_ALONE)
def test_the_same_is_answered_as_yesterday(question: str, folder: Path) -> None:
    """Word by word, as it stands and after what is done to it."""
    assert again(question, folder) == said()[question]


def test_cases_of_all_states_and_steps_of_all_kinds_are_there() -> None:
    cases = [answer["case"] for answer in said()["sheets"].values()]
    steps = [step["kind"] for case in cases for step in case.get("steps", ())]
    assert {case["state"] for case in cases} == {*STATES}
    assert {*steps} == STEPS


# ── the files themselves ─────────────────────────────────────────────────────────────


def test_orders_are_carried_out_and_old_audit_lines_lead_to_theirs(
    folder: Path,
) -> None:
    """One order to a case of each kind. The hash is made over the kind of a line: were
    an old one rewritten, the chain would break.
    """
    before = rows(folder, AUDIT)
    assert again("orders", folder) == said()["orders"]
    lines = rows(folder, AUDIT)
    assert lines[: len(before)] == before
    assert len(lines) > len(before) + 40
    assert chained(lines)
    assert findings(folder) == []


def test_audit_lines_of_all_kinds_are_there(folder: Path) -> None:
    """What reads the chain must know these for good, whatever is written today."""
    known = {f"{what}.{one}" for what, some in KINDS.items() for one in some.split()}
    assert {kind for _, _, kind, *_ in rows(folder, AUDIT)} == known


def chained(lines: list[tuple[Any, ...]]) -> bool:
    """Each hash is SHA-256 over the one before it and the line as JSON, ids in hex."""
    last = bytes(32)
    for seq, at, kind, about, by, content, found in lines:
        fields = [seq, at, kind, about or None, by or None, content]
        line = json.dumps(fields, ensure_ascii=False)
        last = hashlib.sha256(last + line.encode()).digest()
        if last != found:
            return False
    return True


def test_a_changed_old_line_is_told(folder: Path) -> None:
    with closing(look_into(folder / "data" / "jianfu.db")) as database:
        database.execute("UPDATE audit SET kind = 'case.note' WHERE seq = 77")
    assert not chained(rows(folder, AUDIT))
    command(folder, "migrate")  # doctor looks into a database of today alone
    assert "第77行" in command(folder, "doctor").out


def test_a_backup_of_yesterday_restores(folder: Path) -> None:
    """Every row of it, encrypted by page; nothing of it is left that can be read."""
    reports = rows(folder, "SELECT id, sealed FROM reports ORDER BY id")
    plain = folder / "data" / "jianfu.db"
    keyring = Keyring.load(folder / "keys" / "keyring.json")
    Archive(keyring).encrypt(plain, folder / "yesterday.backup")
    assert plain.read_bytes().startswith(PLAIN_MARK), "as yesterday's program kept it"
    plain.unlink()
    done = command(folder, "restore", str(folder / "yesterday.backup"))
    assert done.code == 0, done
    assert rows(folder, "SELECT id, sealed FROM reports ORDER BY id") == reports
    kept = [path for path in (folder / "data").rglob("*") if path.is_file()]
    assert [path.name for path in kept] == ["jianfu.db"]
    assert not kept[0].read_bytes().startswith(PLAIN_MARK)


def test_a_doctor_finds_it_well_once_it_has_todays_schema(folder: Path) -> None:
    assert command(folder, "migrate").code == 0
    assert findings(folder) == []


def findings(folder: Path) -> list[str]:
    """What is not well with it; how full the disk is, is this machine's affair."""
    told = json.loads(command(folder, "doctor", "--json").out)["findings"]
    return [one["says"] for one in told if not one["ok"] and one["check"] != "disk"]


async def test_all_that_is_due_after_a_week_rings_when_it_starts(folder: Path) -> None:
    """Drafts are over, what is owed rings, and old screens are swept away."""
    async with evening(folder) as line:
        line.later(days=8)
        assert due(folder, line.at) > 150
        await ring(line, folder)
        assert await line.count("talks") == await line.count("web_bubbles") == 0
    assert chained(rows(folder, AUDIT))


# ── browsers ─────────────────────────────────────────────────────────────────────────


def test_screens_of_yesterday_are_shown(folder: Path) -> None:
    """Cookies open what they opened; where it stands on the page may change."""
    shown = again("pages", folder)
    for name, lines in said()["pages"].items():
        page = "".join("".join(shown[name]).split())
        lost = [line for line in lines if "".join(line.split()) not in page]
        assert lost == [], name


@pytest.mark.parametrize(
    ("visitor", "words"),
    [
        ("draft", ("不写", "送出")),
        ("remembered", ("1", "送出")),
        ("english", ("send",)),
        ("signpost", ("仍要反映", "送出")),
    ],
)
async def test_a_visitor_goes_on_where_the_page_stood(
    visitor: str, words: Sequence[str], folder: Path
) -> None:
    cookie = given()["browsers"][visitor]["cookie"]
    async with browsers(folder) as office, office.browser(s=cookie) as browser:
        for number, word in enumerate(words):
            form = {"key": f"{visitor}-{number:08}", "text": word}
            answer = await browser.post("/say", data=form)
    assert "data-copy" in answer.text, "no receipt on the page"


async def test_a_liaison_goes_on_at_the_units_page(folder: Path) -> None:
    """A session, a picture that waits for its answer, one that was sent, a new code."""
    units = given()["units"]
    drafted, sent = units["林联络"], units["文联络"]
    async with browsers(folder) as office:
        async with office.browser(u=drafted["cookie"]) as browser:
            await shows_picture(browser, drafted)
            form = {"text": "见照片，已停", "act": "send"}
            parts: dict[str, Any] = {name: (None, one) for name, one in form.items()}
            parts["pictures"] = (None, drafted["picture"])
            parts["file"] = ("", b"", "image/jpeg")
            case = f"/unit/case/{drafted['case']}"
            answer = await browser.post(f"{case}/answer", files=parts)
            assert "答复已送出" in answer.text
            await shows_picture(browser, drafted)
        async with office.browser(u=sent["cookie"]) as browser:
            await shows_picture(browser, sent)
        async with office.browser() as browser:
            code = {"code": units["codes"]["社联络"]}
            page = await browser.post("/unit/enter", data=code)
            assert "社联络" in lines_of(page.text)


async def shows_picture(browser: httpx.AsyncClient, of: Mapping[str, str]) -> None:
    path = f"/unit/case/{of['case']}/picture/{of['picture']}"
    assert (await browser.get(path)).status_code == 200


# ── Telegram ─────────────────────────────────────────────────────────────────────────


async def test_telegram_goes_on_where_it_stood(folder: Path) -> None:
    async with evening_office(folder) as office:
        await reporters(office)
        await staff(office)
        office.settings.__dict__["push_delay_minutes"] = 30
        office.at = MORNING
        await office.person("t-pushed").sees("专线给您回话了")
        office.later(minutes=2)
        await delivered(office)


async def reporters(office: EveningOffice) -> None:
    """A draft, an unfinished supplement, an update half taken in, a case."""
    draft, story = office.person("t-draft"), office.person("t-story")
    draft.presses("送出")
    await draft.sees("您的回执码")
    story.says("材料在我这里")
    await story.offered("送出")
    story.presses("送出")
    await story.sees("已补充")
    held = office.person("t-held")
    await held.sees("图片：1")
    held.presses("送出")
    await held.sees("您的回执码")
    filed = office.person("t-filed")
    filed.says("进度")
    await filed.sees("等待受理")


async def staff(office: EveningOffice) -> None:
    """A card in its topic, a liaison's list, a code for an account."""
    group, operator = office.group, office.person("王小雨")
    assert group is not None
    name = alias("urgent-filed")
    card = pinned(office, name)
    operator.presses("受理", on=card, at=group)
    await group.until(lambda _: "已受理" in pinned(office, name).text, why="accepted")
    assert pinned(office, name).id == card.id, "edited in its place"
    liaison = office.person("林联络")
    liaison.says("/queue")
    await liaison.sees(alias("assigned-warned"))
    newcomer = office.server.person(started=True)
    newcomer.says(f"/link {given()['units']['code']}")
    await newcomer.sees("绑定好了")


def pinned(office: EveningOffice, name: str) -> Shown:
    """The card of a case."""
    assert office.group is not None
    return office.card(office.group.topic(name))


async def delivered(office: EveningOffice) -> None:
    """In the morning the letters go out, and a reply is told to be delivered."""
    group = office.group
    assert group is not None
    await group.until(
        lambda _: "已送达" in group.topic(alias("t-pushed")).screen.text,
        why="the reply is told to be delivered",
    )
    left = "SELECT 1 FROM outbox WHERE channel = 'telegram' AND due_at <= :now"
    async with asyncio.timeout(20):
        while await office.app.resources.database.all(
            left, now=int(MORNING.timestamp())
        ):
            await asyncio.sleep(0.05)
