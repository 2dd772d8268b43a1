"""Each repository on a real database."""

from dataclasses import replace

import pytest

from storage.port import Broken, Database, Stale
from storage.repositories.cases import Cases
from storage.repositories.clocks import ClockRow, Clocks
from storage.repositories.counts import Count, Counts
from storage.repositories.followups import Followups
from storage.repositories.inbox import Inbox
from storage.repositories.media import Media
from storage.repositories.outbox import Outbox
from storage.repositories.reports import Reports
from storage.repositories.rungs import RungRow, Rungs
from storage.repositories.statistics import Statistics, UnitCount
from storage.repositories.steps import NoteRow, Notes, RatingRow, Ratings, Steps
from storage.repositories.talks import Talks
from storage.repositories.unit_counts import UnitCounts
from storage.repositories.units import UnitRow, UnitRows
from storage.repositories.web import BubbleRow, WebBubbles, WebSessionRow, WebSessions
from tests.storage.rows import HOUR, case, filed, message, new, picture, step, talk


async def test_talks_begin_move_on_and_end(database: Database) -> None:
    """A talk is saved over the version it was read at."""
    talks, who = Talks(database), new()
    await database.commit([talks.save(talk(who), was=0)])
    with pytest.raises(Stale):
        await database.commit([talks.save(talk(who), was=0)])
    await database.commit([talks.save(talk(who, 2, HOUR + 3600), was=1)])
    assert await talks.due(HOUR) == []
    assert await talks.due(HOUR + 3600) == [talk(who, 2, HOUR + 3600)]
    with pytest.raises(Stale):
        await database.commit([talks.delete(who, was=1)])
    await database.commit([talks.delete(who, was=2)])
    assert await talks.load(who) is None


async def test_inbox_forgets_old_days(database: Database) -> None:
    """Marks are swept by day."""
    old, young = new(), new()
    await database.commit([Inbox.mark(old, 1), Inbox.mark(young, 4)])
    await database.commit([Inbox.sweep(before_day=2)])
    assert [await Inbox(database).known(mark) for mark in (old, young)] == [False, True]


async def test_outbox_keeps_the_order_of_a_stream(database: Database) -> None:
    """What waits holds back what comes after it in its stream, and nobody else."""
    outbox, one, other = Outbox(database), b"1" * 16, b"2" * 16
    rows = [
        message(one),
        message(one),
        message(other),
        message(other, channel="telegram"),
    ]
    await database.commit([outbox.put(row) for row in rows])
    due = await outbox.due(["web"], now=HOUR)
    assert [(row.id, row.seq) for row in due] == [
        (rows[0].id, 1),
        (rows[1].id, 2),
        (rows[2].id, 1),
    ]
    assert [
        row.id for row in await outbox.due(["web"], HOUR, most=1, after=(one, 1))
    ] == [rows[1].id]
    await database.commit([outbox.later(rows[0].id, HOUR + 60)])
    assert [row.id for row in await outbox.due(["web", "telegram"], HOUR)] == [
        rows[2].id,
        rows[3].id,
    ]
    assert await outbox.next_due(HOUR) == HOUR + 60
    assert len(await outbox.due(["web", "telegram"], HOUR + 60)) == 4
    await database.commit(
        [outbox.done(rows[0].id), outbox.drop(rows[1].id), outbox.drop_stream(other)]
    )
    assert await outbox.pending() == 0
    assert await outbox.next_due(HOUR) is None


async def test_reports_are_found_by_what_is_known_of_them(database: Database) -> None:
    """By id, receipt and chat; forgetting the address leaves the receipt."""
    reports = Reports(database)
    opened, row, turn = filed("青松")
    await database.commit(turn)
    assert row.mine is not None
    assert await reports.by_id(row.id) == await reports.by_receipt(row.receipt) == row
    assert await reports.by_mine(row.mine) == row
    assert await reports.of_case(opened.id) == [row]
    await database.commit(
        [reports.change(replace(row, version=2, sealed=b"new"), was=1)]
    )
    with pytest.raises(Stale):
        await database.commit([reports.change(replace(row, version=2), was=1)])
    await database.commit([reports.forget_address(row.id)])
    kept = await reports.by_receipt(row.receipt)
    assert kept == replace(row, version=3, sealed=b"new", mine=None, address=None)
    assert await reports.by_mine(row.mine) is None


async def test_taken_receipts_are_stale_a_missing_case_our_mistake(
    database: Database,
) -> None:
    """What chance can cause is retried, what a bug causes is reported."""
    _, row, turn = filed("青松")
    await database.commit(turn)
    another = replace(row, id=new(), mine=None)
    with pytest.raises(Stale):
        await database.commit([Reports.file(another)])
    with pytest.raises(Broken):
        await database.commit(
            [Reports.file(replace(another, case_id=new(), receipt=new()))]
        )


async def test_shredding_leaves_nothing_that_can_be_opened(database: Database) -> None:
    """Key, address, texts, media and unsent messages go; the receipt still finds that
    there was something.
    """
    opened, row, turn = filed("青松")
    _, stays, more = filed("白杨")
    said, heard = step(opened.id, row.id), step(opened.id)
    hanging = replace(picture(), step_id=said.id)
    texts = [
        Steps.add(said),
        Steps.add(heard),
        Ratings.put(RatingRow(row.id, 1, 5, b"sealed")),
    ]
    pictures = map(Media.put, (picture(row.id), hanging, picture(stays.id)))
    messages = map(Outbox.put, (message(row.stream), message(stays.stream)))
    await database.commit([*turn, *more, *texts, *pictures, *messages])
    await database.commit(Reports.shred(row.id))
    shredded = await Reports(database).by_receipt(row.receipt)
    assert shredded == replace(
        row, version=2, wrapped_key=None, sealed=None, address=None, mine=None
    )
    assert [line.sealed for line in await Steps(database).of_case(opened.id)] == [
        b"",
        b"sealed",
    ]
    assert await Ratings(database).of_report(row.id) == RatingRow(row.id, 1, 5, None)
    assert [image.report_id for image in await Media(database).of_report(stays.id)] == [
        stays.id
    ]
    assert (
        await database.all(
            "SELECT id FROM media WHERE report_id IS NOT :id", id=stays.id
        )
        == []
    )
    assert [mail.stream for mail in await Outbox(database).due(["web"], 0)] == [
        stays.stream
    ]
    assert await Reports(database).by_id(stays.id) == stays


async def test_cases_are_listed_found_and_changed(database: Database) -> None:
    """Oldest first, filtered; alias and serial without minding case; a change knows its
    version.
    """
    cases = Cases(database)
    rows = [
        case("Pine", opened_hour=HOUR + 3600),
        case("oak", "accepted"),
        case("elm", category="meetings"),
    ]
    await database.commit([write for row in rows for write in cases.open(row)])
    assert [row.alias for row in await cases.list(limit=1, offset=2)] == ["Pine"]
    assert [
        row.alias for row in await cases.list(states=["filed"], category="forms")
    ] == ["Pine"]
    claimed = replace(rows[1], version=2, claimed_by=new(), urgent=True, due_at=HOUR)
    await database.commit([cases.change(claimed, was=1)])
    assert (
        await cases.list(claimed_by=claimed.claimed_by)
        == [claimed]
        == await cases.due(HOUR)
    )
    assert await cases.due(HOUR - 1) == []
    with pytest.raises(Stale):
        await database.commit([cases.change(claimed, was=1)])
    with pytest.raises(Stale):
        await database.commit(cases.open(case("PINE")))
    assert await cases.find(" pINE ") == rows[0]
    merged = replace(rows[2], version=2, state="merged", merged_into=rows[0].id)
    await database.commit([cases.change(merged, was=1)])
    assert await cases.merged_from(rows[0].id) == [merged]


async def test_serials_are_given_in_order_and_once(database: Database) -> None:
    """A second acceptance of one case is stale and uses no number up."""
    cases = Cases(database)
    rows = [case("oak"), case("elm")]
    await database.commit([write for row in rows for write in cases.open(row)])
    await database.commit(cases.give_serial(rows[0].id, 2026))
    with pytest.raises(Stale):
        await database.commit(cases.give_serial(rows[0].id, 2026))
    await database.commit(cases.give_serial(rows[1].id, 2026))
    numbered = [await cases.by_id(row.id) for row in rows]
    assert [row and row.serial for row in numbered] == [
        "JF2026-000001",
        "JF2026-000002",
    ]
    assert await cases.find("jf2026-000002") == numbered[1]


async def test_cases_are_counted_in_the_month_of_beijing(database: Database) -> None:
    """16:00 UTC on the last day of a month is the next month there."""
    new_year = 1_798_732_800  # 2027-01-01 00:00 in Beijing
    rows = [case("oak", opened_hour=new_year - 3600), case("elm", opened_hour=new_year)]
    await database.commit([write for row in rows for write in Cases.open(row)])
    await database.commit(
        [
            Counts.add(new_year, "forms", "closed"),
            Counts.add(new_year, "forms", "filed", -1),
        ]
    )
    assert await Counts(database).between("2026-12", "2027-01") == [
        Count("2026-12", "forms", "filed", 1),
        Count("2027-01", "forms", "closed", 1),
        Count("2027-01", "forms", "filed", 0),
    ]
    assert await Counts(database).between("2027-02", "2027-03") == []


async def test_steps_are_numbered_by_the_database(database: Database) -> None:
    """The story keeps its order; a reporter's own words are found apart."""
    opened, row, turn = filed("青松")
    own, hidden = (
        step(opened.id, row.id),
        replace(step(opened.id), public=False, by=new()),
    )
    await database.commit([*turn, Steps.add(own), Steps.add(hidden)])
    await database.commit([Steps.add(step(opened.id))])
    assert [line.number for line in await Steps(database).of_case(opened.id)] == [
        1,
        2,
        3,
    ]
    assert await Steps(database).of_report(row.id) == [replace(own, number=1)]
    await database.commit([Steps.publish(hidden.id), Steps.drop(own.id)])
    assert [line.public for line in await Steps(database).of_case(opened.id)] == [
        True,
        True,
    ]


async def test_merging_moves_the_report_and_leaves_the_story(
    database: Database,
) -> None:
    """What was said stays where it was said."""
    one, row, turn = filed("青松")
    other, second, more = filed("白杨")
    await database.commit([*turn, *more, Steps.add(step(one.id, row.id))])
    await database.commit([Reports.move_to_case(row.id, other.id)])
    assert {report.id for report in await Reports(database).of_case(other.id)} == {
        row.id,
        second.id,
    }
    assert len(await Steps(database).of_case(one.id)) == 1


async def test_notes_and_ratings(database: Database) -> None:
    """Notes pile up, ratings replace each other."""
    opened, row, turn = filed("青松")
    note = NoteRow(new(), opened.id, HOUR, new(), b"sealed")
    await database.commit(
        [*turn, Notes.add(note), Ratings.put(RatingRow(row.id, 0, None, None))]
    )
    await database.commit([Ratings.put(RatingRow(row.id, 1, 4, b"sealed"))])
    assert await Notes(database).of_case(opened.id) == [note]
    assert await Ratings(database).of_report(row.id) == RatingRow(
        row.id, 1, 4, b"sealed"
    )
    assert await Ratings(database).of_report(new()) is None


async def test_pictures_of_a_draft_expire_unless_it_is_filed(
    database: Database,
) -> None:
    """Keeping a picture that is gone is stale."""
    _, row, turn = filed("青松")
    kept, lost, undone = (picture(expires=HOUR) for _ in range(3))
    await database.commit([*turn, *map(Media.put, (kept, lost, undone))])
    await database.commit(
        [
            Media.keep(kept.id, 0, row.id),
            Media.reseal(kept.id, b"cropped", 10, 20),
            Media.drop(undone.id),
        ]
    )
    await database.commit([Media.sweep(HOUR)])
    media = Media(database)
    assert await media.get(kept.id) == replace(
        kept, report_id=row.id, expires=None, sealed=b"cropped", width=10, height=20
    )
    assert await media.get(lost.id) is await media.get(undone.id) is None
    with pytest.raises(Stale):
        await database.commit([Media.keep(lost.id, 0, row.id)])


async def test_web_sessions_and_what_stands_on_the_screen(database: Database) -> None:
    """Bubbles come once, in order; a dropped one's number is not used again; quick exit
    leaves nothing.
    """
    sessions, bubbles, who = WebSessions(database), WebBubbles(database), new()
    await database.commit([sessions.touch(who, False, HOUR)])
    await database.commit([sessions.touch(who, True, HOUR + 60)])
    assert await sessions.get(who) == WebSessionRow(who, True, HOUR + 60)
    rows = [BubbleRow(new(), who, 0, HOUR + 60, b"sealed") for _ in range(4)]
    await database.commit(
        [
            bubbles.add(rows[0]),
            bubbles.add(rows[1]),
            bubbles.add(rows[0]),
            bubbles.add(rows[2]),
        ]
    )
    assert [row.seq for row in await bubbles.of_session(who, now=HOUR)] == [1, 2, 3]
    await database.commit(
        [bubbles.drop(rows[2].id), bubbles.add(rows[3]), bubbles.add(rows[2])]
    )
    assert await bubbles.of_session(who, after_seq=2, now=HOUR) == [
        replace(rows[3], seq=4)
    ]
    assert await bubbles.of_session(who, now=HOUR + 60) == []
    await database.commit(sessions.end(who))
    assert await sessions.get(who) is None
    assert await database.all("SELECT id FROM web_bubbles") == []
    await database.commit([sessions.touch(who, False, HOUR), bubbles.add(rows[0])])
    await database.commit([sessions.sweep(HOUR), bubbles.sweep(HOUR + 60)])
    assert await sessions.get(who) is None
    assert await database.all("SELECT id FROM web_bubbles") == []


# ── what falls due ────────────────────────────────────────────────────────────────────


async def test_follow_ups_become_what_they_shall_be(database: Database) -> None:
    """Only what differs is written; what is there and not owed any more goes."""
    followups, (one, _, writes) = Followups(database), filed("a")
    await database.commit(
        [*writes, *Followups.replace(one.id, {}, {"warn": HOUR, "hear": HOUR + 9})]
    )
    was = await followups.of_case(one.id)
    now = {"hear": HOUR + 9, "breach": HOUR + 5}
    changes = Followups.replace(one.id, was, now)
    assert len(changes) == 2
    await database.commit(changes)
    assert await followups.of_case(one.id) == now
    assert (await followups.pending(), await followups.next_due()) == (2, HOUR + 5)
    await database.commit([Followups.take(one.id, "breach", HOUR + 5)])
    with pytest.raises(Stale):
        await database.commit([Followups.take(one.id, "breach", HOUR + 5)])


async def test_a_round_goes_page_by_page_and_brings_all_of_a_case(
    database: Database,
) -> None:
    """The longest due first; with each case its reports, its ledger and what else it
    owes.
    """
    followups, ids = Followups(database), []
    for number in range(5):
        one, report, writes = filed(f"case {number}")
        line = ClockRow(one.id, 1, "accept", "start", HOUR, "1 C", None, b"")
        owed = {"warn": HOUR - number, "breach": HOUR, "hear": HOUR + 99}
        await database.commit(
            [*writes, Clocks.add(line), *Followups.replace(one.id, {}, owed)]
        )
        ids.append((one, report, line, owed))
    first = await followups.due(HOUR - 1, (-1, b""), 3)
    assert first == [(one.id, "warn", owed["warn"]) for one, _, _, owed in ids[:1:-1]]
    place = first[-1][2], first[-1][0]
    assert [id for id, _, _ in await followups.due(HOUR - 1, place, 3)] == [
        ids[1][0].id
    ]
    assert {
        row.id for row in await Cases(database).in_round(HOUR - 1, (-1, b""), 3)
    } == {one.id for one, *_ in ids[2:]}
    assert await followups.of_round(HOUR - 1, place, 3) == {ids[1][0].id: ids[1][3]}
    assert await Clocks(database).of_round(HOUR - 1, place, 3) == {
        ids[1][0].id: [ids[1][2]]
    }
    reports = await Reports(database).of_round(HOUR - 1, place, 3)
    assert [report.id for report in reports[ids[1][0].id]] == [ids[1][1].id]


async def test_a_line_of_a_ledger_is_added_once(database: Database) -> None:
    one, _, writes = filed("a")
    line = ClockRow(one.id, 1, "answer", "start", HOUR, None, HOUR + 5, b"sealed")
    await database.commit([*writes, Clocks.add(line)])
    with pytest.raises(Stale):
        await database.commit([Clocks.add(line)])
    assert await Clocks(database).of_case(one.id) == [line]


async def test_a_case_that_did_not_change_is_guarded_all_the_same(
    database: Database,
) -> None:
    one, _, writes = filed("a")
    await database.commit([*writes, Cases.unchanged(one.id, 1)])
    with pytest.raises(Stale):
        await database.commit([Cases.unchanged(one.id, 2)])


async def test_figures_of_units_are_added_up(database: Database) -> None:
    unit = UnitRow(new(), 1, None, "district", True, b"sealed")
    counted = [
        UnitCounts.add("2026-11", unit.id, "due"),
        UnitCounts.add("2026-11", unit.id, "due", 2),
    ]
    await database.commit([UnitRows.add(unit), *counted])
    assert await Statistics(database).units("2026-11", "2026-11") == [
        UnitCount("2026-11", unit.id, "due", 3)
    ]


async def test_of_one_round_one_finding_stands_and_is_decided_once(
    database: Database,
) -> None:
    rungs = Rungs(database)
    units = [UnitRow(new(), 1, None, "district", True, b"sealed") for _ in range(2)]
    case, _, writes = filed("one case")
    await database.commit([*map(UnitRows.add, units), *writes])
    first = RungRow(new(), units[0].id, case.id, round=0, at=HOUR)
    await database.commit([Rungs.add(first)])
    other = RungRow(new(), units[1].id, case.id, round=0, at=HOUR + 1)
    with pytest.raises(Stale):  # the first must go before
        await database.commit([Rungs.add(other)])
    await database.commit([Rungs.withdraw(first, HOUR + 1), Rungs.add(other)])
    assert await rungs.of_case(case.id) == [other]  # of a proposal nothing is left
    decided = replace(
        other, rung="remind", decision="taken", decided_at=HOUR + 2, sealed=b"why"
    )
    await database.commit([Rungs.decide(decided)])
    with pytest.raises(Stale):
        await database.commit([Rungs.decide(replace(decided, decision="waived"))])
    with pytest.raises(Stale):  # decided since it was read
        await database.commit([Rungs.withdraw(other, HOUR + 3)])
    again = RungRow(new(), units[1].id, case.id, round=1, at=HOUR + 4)
    await database.commit([Rungs.withdraw(decided, HOUR + 3), Rungs.add(again)])
    gone = replace(decided, withdrawn_at=HOUR + 3)
    assert await rungs.of_unit(units[1].id) == [gone, again]
    assert await rungs.standing(case.id, 0) is None
    assert await rungs.standing(case.id, 1) == again
    await database.commit([Rungs.revoke(gone.id, b"w" * 16, b"changed")])
    with pytest.raises(Stale):
        await database.commit([Rungs.revoke(gone.id, b"w" * 16, b"changed")])
    [left, _] = await rungs.all()
    assert (left.decision, left.rung, left.withdrawn_at) == (None, None, HOUR + 3)


async def test_the_cases_of_a_unit_the_next_due_first(database: Database) -> None:
    unit = UnitRow(new(), 1, None, "district", True, b"sealed")
    rows = [
        replace(case(f"case {n}"), unit_id=unit.id, due_at=due)
        for n, due in enumerate((None, 9, 5))
    ]
    await database.commit(
        [UnitRows.add(unit), *(write for row in rows for write in Cases.open(row))]
    )
    assert [row.due_at for row in await Cases(database).of_unit(unit.id)] == [
        5,
        9,
        None,
    ]
