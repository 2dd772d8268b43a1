"""The roster, over a real database and real keys."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.receipts import SYMBOLS
from bot.address import Address
from bot.people.directory import NewUnit
from bot.people.member import Member, staff_named
from bot.people.register import UnitRegister
from bot.people.roster import Roster, meant
from dialogs.case.refusals import Refusal
from tests.bot.counter import Counter
from tests.looking import all_laid_open

PHONE, OTHER = Address("telegram", "8123456701"), Address("telegram", "8123456702")


@pytest.fixture
def roster(counter: Counter) -> Roster:
    return another(counter)


def another(counter: Counter) -> Roster:
    return Roster(counter.database, counter.keys, lambda: counter.at)


async def unit(counter: Counter) -> str:
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    return (await register.add(NewUnit("文新街道", "subdistrict"))).id


async def values(counter: Counter, table: str) -> set[bytes]:
    """Every value of 8 bytes and more in a table: what could tie two rows together."""
    rows = await counter.database.all(f"SELECT * FROM {table}")
    return {
        value
        for row in rows
        for value in row
        if isinstance(value, bytes) and len(value) >= 8
    }


# ── who is who ────────────────────────────────────────────────────────────────────────


async def test_somebody_is_taken_on_changed_and_disabled(
    counter: Counter, roster: Roster
) -> None:
    member = await roster.add("王芳", "operator")
    assert member == Member(staff_named("王芳", counter.keys), "operator")
    assert await roster.list() == [member]
    with pytest.raises(Refusal, match="已经在册"):
        await roster.add(" 王芳 ", "operator")
    assert (await roster.add("王芳", "supervisor")).role == "supervisor"
    assert not (await roster.disable("王芳")).active
    with pytest.raises(Refusal, match="已停用"):
        await roster.disable("王芳")
    with pytest.raises(Refusal, match="已停用"):
        await roster.code("王芳", "link")
    assert (await roster.add("王芳", "operator")).active
    with pytest.raises(Refusal, match="名册里没有“李四”"):
        await roster.disable("李四")


async def test_a_liaison_has_a_unit(counter: Counter, roster: Roster) -> None:
    with pytest.raises(Refusal, match="联络员须有单位"):
        await roster.add("李四", "liaison")
    id = await unit(counter)
    assert (await roster.add("李四", "liaison", id)).unit == id


async def test_names_and_accounts_are_not_on_the_disk(
    counter: Counter, roster: Roster
) -> None:
    """Nor is a code; audit lines say ids and words of ours."""
    await roster.add("王芳", "operator")
    code = await roster.code("王芳", "link", by="ab" * 16)
    await roster.link(code, PHONE)
    await roster.session(await roster.code("王芳", "desk"))
    await roster.disable("王芳")
    found = all_laid_open(counter.folder / "data")
    for secret in ("王芳", PHONE.key, code, meant(code)):
        assert secret.encode() not in found
    lines = await counter.database.all(
        "SELECT kind, about, content FROM audit ORDER BY seq"
    )
    assert [(row[0], row[2]) for row in lines] == [
        ("staff.added", '{"role": "operator"}'),
        ("staff.code", '{"purpose": "link"}'),
        ("staff.linked", '{"channel": "telegram"}'),
        ("staff.code", '{"purpose": "desk"}'),
        ("staff.desk", "{}"),
        ("staff.disabled", "{}"),
    ]
    assert {row[1].hex() for row in lines} == {roster.staff("王芳").id}


async def test_two_who_add_at_once_make_one(counter: Counter, roster: Roster) -> None:
    done = await asyncio.gather(
        *(one.add("王芳", "operator") for one in (roster, another(counter))),
        return_exceptions=True,
    )
    assert len([one for one in done if isinstance(one, Member)]) == 1
    assert len([one for one in done if isinstance(one, Refusal)]) == 1
    assert len(await roster.list()) == 1


# ── one-time codes ────────────────────────────────────────────────────────────────────


async def test_a_code_binds_an_account_once(roster: Roster) -> None:
    member = await roster.add("王芳", "operator")
    code = await roster.code("王芳", "link")
    assert await roster.who(PHONE) is None
    assert await roster.link(f" {code.lower().replace('-', ' ')} ", PHONE) == member
    assert await roster.who(PHONE) == member
    assert await roster.link(code, OTHER) is None
    assert await roster.who(OTHER) is None


async def test_two_who_use_a_code_at_once_are_one(
    counter: Counter, roster: Roster
) -> None:
    await roster.add("王芳", "operator")
    code = await roster.code("王芳", "link")
    done = await asyncio.gather(
        roster.link(code, PHONE), another(counter).link(code, OTHER)
    )
    assert len([member for member in done if member]) == 1
    assert [
        await roster.who(PHONE) is not None,
        await roster.who(OTHER) is not None,
    ].count(True) == 1


async def test_a_code_expires_after_half_an_hour(
    counter: Counter, roster: Roster
) -> None:
    await roster.add("王芳", "operator")
    code = await roster.code("王芳", "link")
    counter.at += timedelta(minutes=30)
    assert await roster.link(code, PHONE) is None


async def test_a_new_code_voids_the_earlier_one_of_its_purpose(roster: Roster) -> None:
    await roster.add("王芳", "operator")
    first, desk, second = [
        await roster.code("王芳", purpose) for purpose in ("link", "desk", "link")
    ]
    assert await roster.link(first, PHONE) is None
    assert (
        await roster.link(desk, PHONE) is None
    )  # a code opens only what it was made for
    assert await roster.session(second) is None
    assert await roster.link(second, PHONE) is not None
    assert await roster.session(desk) is not None


async def test_a_new_account_takes_the_place_of_the_old_one(roster: Roster) -> None:
    """A lost telephone opens nothing; and an account that changes hands belongs to one
    person.
    """
    await roster.add("王芳", "operator")
    li = await roster.add("李四", "operator")
    await roster.link(await roster.code("王芳", "link"), PHONE)
    await roster.link(await roster.code("王芳", "link"), OTHER)
    assert await roster.who(PHONE) is None
    await roster.link(await roster.code("李四", "link"), OTHER)
    assert await roster.who(OTHER) == li
    assert [
        (member.staff.name, to.key) for member, to in await roster.reach(["operator"])
    ] == [("李四", OTHER.key)]


async def test_who_guesses_waits_longer_each_time_and_nobody_else_does(
    roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("bot.people.throttle.asyncio.sleep", sleep)
    await roster.add("王芳", "operator")
    for _ in range(3):
        assert await roster.link("AAAAA-AAAAA", PHONE) is None
    code = await roster.code("王芳", "link")
    assert await roster.link(code, OTHER) is not None
    for _ in range(2):
        assert await roster.link("AAAAA-AAAAA", PHONE) is None
    assert waited == [0, 0, 0, 0, 2, 4]


@given(
    st.text(SYMBOLS, min_size=10, max_size=10),
    st.sampled_from(["-", " ", "", "—", "·"]),
)
def test_a_code_is_understood_as_people_type_it(code: str, between: str) -> None:
    typed = (
        f" {code[:5]}{between}{code[5:]} ".lower().replace("0", "o").replace("1", "l")
    )
    assert meant(typed) == code


@given(st.text())
def test_any_code_is_taken(typed: str) -> None:
    assert meant(meant(typed)) == meant(typed)


# ── accounts and browsers ─────────────────────────────────────────────────────────────


async def test_disabling_ends_accounts_codes_and_browsers_at_once(
    counter: Counter, roster: Roster
) -> None:
    await roster.add("王芳", "supervisor")
    await roster.link(await roster.code("王芳", "link"), PHONE)
    token = await roster.session(await roster.code("王芳", "desk"))
    unused = await roster.code("王芳", "desk")
    assert token is not None and (await roster.of_session(token)) is not None
    await another(counter).disable("王芳")
    assert await roster.who(PHONE) is None
    assert await roster.of_session(token) is None
    assert await roster.session(unused) is None
    assert await roster.reach(["supervisor"]) == []
    await roster.add(
        "王芳", "supervisor"
    )  # taken on again, the old keys still open nothing
    assert [
        await roster.who(PHONE),
        await roster.of_session(token),
        await roster.session(unused),
    ] == [None] * 3


async def test_supervisors_are_reached_but_the_one_who_is_concerned(
    roster: Roster,
) -> None:
    for name, account in (("王芳", PHONE), ("李四", OTHER)):
        await roster.add(name, "supervisor")
        await roster.link(await roster.code(name, "link"), account)
    await roster.add("赵六", "supervisor")  # without an account
    await roster.add("钱七", "operator")
    reached = await roster.reach(["supervisor"], but=[roster.staff("王芳").id])
    assert [(member.staff.name, to) for member, to in reached] == [("李四", OTHER)]


async def test_a_browser_is_known_for_a_week_and_until_it_leaves(
    counter: Counter, roster: Roster
) -> None:
    member = await roster.add("王芳", "operator")
    first, second = [
        await roster.session(await roster.code("王芳", "desk")) for _ in range(2)
    ]
    assert first and second
    await roster.leave(first)
    assert [await roster.of_session(token) for token in (first, second, "guessed")] == [
        None,
        member,
        None,
    ]
    counter.later(days=7)
    assert await roster.of_session(second) is None


async def test_a_member_of_staff_who_reports_is_two_unrelated_persons(
    counter: Counter, roster: Roster
) -> None:
    """From one and the same account: staff's rows and the reporter's share no value."""
    await counter.files(chat="anna")
    await roster.add("安娜", "operator")
    account = Address("terminal", "anna")  # the one that has just reported
    await roster.link(await roster.code("安娜", "link"), account)
    rows = await counter.database.all(
        "SELECT name FROM pragma_table_list WHERE schema = 'main'"
    )
    named = {row[0] for row in rows}
    staff: set[bytes] = set()
    for table in ("staff", "staff_links", "staff_codes", "desk_sessions"):
        staff |= await values(counter, table)
    reporter: set[bytes] = set()
    for table in (
        "talks",
        "inbox",
        "outbox",
        "reports",
        "cases",
        "steps",
        "media",
        "web_sessions",
    ):
        assert table in named
        reporter |= await values(counter, table)
    assert staff and reporter and not staff & reporter
    pseudonyms = counter.keys.pseudonyms
    guesses = {
        pseudonyms.pseudonym("terminal", "anna"),
        pseudonyms.mine("terminal", "anna", 0),
        pseudonyms.inbox_mark("terminal", "anna"),
        pseudonyms.session_digest("anna"),
    }
    assert not staff & guesses
    audited = await counter.database.all(
        "SELECT about, \"by\" FROM audit WHERE kind LIKE 'report%'"
    )
    assert not {value for row in audited for value in row if value} & staff
