"""Sealed columns have the JSON keys that they always had, and open as written."""

import msgspec
import pytest

from anonymizer.seal import Place, Sealer
from bot.address import Address
from bot.cases.sealing import CaseSealer
from bot.hours import utc
from bot.reported import ReportContent
from dialogs.case.life import MoreTime, Pending, Staff, State
from storage.repositories.cases import CaseRow
from storage.repositories.clocks import ClockRow
from storage.repositories.reports import ReportRow
from tests.bot.counter import Counter

ID, UNIT, WHO = b"i" * 16, b"u" * 16, b"w" * 16
HOUR = 1_795_420_800
CASE = {
    "claimed": "王",
    "asked_in": "assigned",
    "unit": "某街道",
    "finding": "partly",
    "extended": True,
    "told": HOUR + 60,
    "closed": HOUR + 120,
    "returns": 2,
    "wants": [5, "人手不够", HOUR + 7],
    "called_back": 1,
    "looked_back": 2,
    "reply": ["马上看", HOUR + 9, 1, [WHO.hex(), "王"]],
    "added": HOUR + 3600,
    "forgot": 1,
    "resumes": HOUR + 86400,
    "retained": True,
    "had": True,
}
CONTENT = {
    "case": ID.hex(),
    "text": "同一份台账每周报五次\ud83d",
    "category": "forms",
    "also": ["inspections"],
    "unit": "某街道",
    "unit_level": "subdistrict",
    "place": "某社区",
    "when": "每周都有",
    "counts": [["五", "次"]],
    "lang": "zh",
    "wishes": {"weekly": False},
}


def case_row(sealed: bytes) -> CaseRow:
    return CaseRow(
        id=ID,
        version=3,
        alias="白鹭-K7QM",
        serial="JF2026-000001",
        state="waiting",
        category="forms",
        urgent=False,
        level="subdistrict",
        opened_hour=HOUR,
        changed_at=HOUR,
        due_at=HOUR + 5,
        merged_into=None,
        claimed_by=WHO,
        sealed=sealed,
        unit_id=UNIT,
    )


def test_a_reply_from_before_its_writer_was_kept_opens(counter: Counter) -> None:
    place = Place("cases", "sealed", ID)
    before = CASE | {"reply": ["马上看", HOUR + 9, 1]}
    row = case_row(counter.keys.content.seal_json(before, place))
    reply = CaseSealer(counter.keys).case(row).reply
    assert reply == Pending("马上看", utc(HOUR + 9), 1, None)


def test_a_case_opens_as_it_was_always_written(counter: Counter) -> None:
    """Every key of the sealed column, and after a change the very same JSON."""
    content, place = counter.keys.content, Place("cases", "sealed", ID)
    row = case_row(content.seal_json(CASE, place))
    files = CaseSealer(counter.keys)
    case = files.case(row)
    assert case.claimed == Staff(WHO.hex(), "王")
    assert case.asked_in is State.ASSIGNED
    assert case.assignment.wants == MoreTime(5, "人手不够", utc(HOUR + 7))
    assert case.reply == Pending("马上看", utc(HOUR + 9), 1, Staff(WHO.hex(), "王"))
    assert (case.assignment.unit_id, case.assignment.had) == (None, UNIT.hex())
    assert (case.opened, case.followup.told) == (utc(HOUR), utc(HOUR + 60))
    changed = files.case_row(row, case, HOUR + 99)
    assert (changed.version, changed.changed_at) == (4, HOUR + 99)
    written = content.open_json(changed.sealed, place)
    assert list(written.items()) == list(CASE.items())


def test_a_case_of_which_nothing_is_said_has_no_seal(counter: Counter) -> None:
    """As it is filed: the name of nobody, told when it was opened."""
    files, row = CaseSealer(counter.keys), case_row(b"")
    case = files.case(row)
    assert case.followup.told == case.opened == utc(HOUR)
    assert case.assignment.unit_id == UNIT.hex()
    kept = files.case_row(row, case, HOUR)
    assert kept.claimed_by == WHO


def test_keys_of_another_version_stay_with_the_case(counter: Counter) -> None:
    """A database may have been with a later version, and come back."""
    content, place = counter.keys.content, Place("cases", "sealed", ID)
    row = case_row(content.seal_json({"unit": "某街道", "later": {"x": 1}}, place))
    files = CaseSealer(counter.keys)
    changed = files.case_row(row, files.case(row), HOUR)
    assert content.open_json(changed.sealed, place)["later"] == {"x": 1}


def test_a_report_opens_as_it_was_always_written(counter: Counter) -> None:
    """Content, address, and wishes added to what unknown keys there are."""
    key, place = bytes(32), Place("reports", "sealed", ID)
    own, files = Sealer.own(key, "content"), CaseSealer(counter.keys)
    address = Sealer.own(key, "address").seal_json(
        ["web", "anna"], Place("reports", "address", ID)
    )
    row = ReportRow(
        id=ID,
        case_id=ID,
        version=1,
        wrapped_key=files.wrap(key, ID),
        receipt=b"r",
        mine=None,
        stream=b"s",
        address=address,
        filed_hour=HOUR,
        sealed=own.seal_json({**CONTENT, "later": 1}, place),
    )
    opened = files.opened(row)
    assert opened is not None and opened.key == key
    content = files.content(opened)
    assert isinstance(content, ReportContent) and content.kind is None
    assert files.address(opened) == Address("web", "anna")
    facts = {name: CONTENT[name] for name in CONTENT.keys() - {"case", "text"}}
    assert msgspec.to_builtins(content.facts()) == msgspec.convert(
        {**facts, "counts": [("五", "次")]}, dict
    )
    wished = msgspec.structs.replace(content, wishes={"weekly": True})
    written = own.open_json(files.reseal_content(wished, opened), place)
    assert written == {**CONTENT, "wishes": {"weekly": True}, "later": 1}


@pytest.mark.parametrize("said", [["要会签", "张三"], None])
def test_a_line_of_a_clock_opens_as_it_was_always_written(
    counter: Counter, said: list[str] | None
) -> None:
    """A list of reason and name; nothing is sealed where nothing was said."""
    content = counter.keys.content
    place = Place("clocks", "sealed", ID + (2).to_bytes(4, "big"))
    sealed = content.seal_json(said, place) if said else b""
    row = ClockRow(ID, 2, "answer", "extend", HOUR, "10 W", None, sealed)
    line = CaseSealer(counter.keys).line(row)
    assert [line.reason, line.by] == (said or ["", ""])
    assert line.allowance is not None and line.allowance.number == 10
