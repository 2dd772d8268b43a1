"""Every column answers: could it name a reporter, or link two reports of one?"""

from contextlib import closing
from pathlib import Path

from storage.encrypted import SQLiteConnection
from storage.migrate import migrate
from tests.storage.yesterday import schema, tables

RANDOM = "random bytes, made for this row"
DIGEST = "digest with a key kept elsewhere; its purpose is used for nothing else"
SEALED = "ciphertext; the key is kept elsewhere, or wrapped by such a one"
OURS = "a word or number of the hotline, the same for many rows"
HOUR = "a time rounded to the hour where a reporter caused it"
STAFF = "id of a member of staff; never of a reporter"
UNIT = "random id of a unit"
PARENT = "random id of the row it belongs to"
ALIAS = "random words, made for this row"
PIXELS = "after cropping and scrubbing"
PROCESS = "of a running process, not of a person"
CLOCK = "a time that the program notes as it goes, whoever writes or does not"
ORDER = "place within one case, stream or screen"

INVENTORY = {
    "store": {"id": PROCESS, "turns": OURS, "sealed": SEALED},
    "time": {
        "id": PROCESS,
        "sure": CLOCK,
        "line": "place in the audit chain",
        "waited": OURS,
        "told": OURS,
    },
    "beats": {"job": OURS, "at": CLOCK, "within": OURS},
    "talks": {"pseudonym": DIGEST, "version": ORDER, "due_at": HOUR, "sealed": SEALED},
    "inbox": {"mark": DIGEST, "day": "days since 1970"},
    "outbox": {
        "id": RANDOM,
        "channel": OURS,
        "stream": PARENT,
        "seq": ORDER,
        "due_at": HOUR,
        "sealed": SEALED,
    },
    "reports": {
        "id": RANDOM,
        "case_id": PARENT,
        "version": ORDER,
        "wrapped_key": SEALED,
        "receipt": DIGEST,
        "mine": DIGEST,
        "stream": RANDOM,
        "address": SEALED,
        "filed_hour": HOUR,
        "sealed": SEALED,
    },
    "cases": {
        "id": RANDOM,
        "version": ORDER,
        "alias": ALIAS,
        "serial": OURS,
        "state": OURS,
        "category": OURS,
        "urgent": OURS,
        "level": OURS,
        "opened_hour": HOUR,
        "changed_at": HOUR,
        "due_at": HOUR,
        "merged_into": PARENT,
        "claimed_by": STAFF,
        "sealed": SEALED,
        "unit_id": UNIT,
    },
    "clocks": {
        "case_id": PARENT,
        "number": ORDER,
        "clock": OURS,
        "kind": OURS,
        "at": HOUR,
        "allowance": OURS,
        "until": "a date staff committed to",
        "sealed": SEALED,
    },
    "followups": {
        "case_id": PARENT,
        "kind": OURS,
        "due_at": "reckoned from such hours, or drawn by lot",
    },
    "periods": {"name": OURS, "last": OURS},
    "unit_counts": {"month": OURS, "unit_id": UNIT, "what": OURS, "n": OURS},
    "rungs": {
        "id": RANDOM,
        "unit_id": UNIT,
        "case_id": PARENT,
        "round": ORDER,
        "rung": OURS,
        "at": "staff's time, exact",
        "withdrawn_at": "staff's time, exact",
        "decision": OURS,
        "decided_at": "staff's time, exact",
        "decided_by": STAFF,
        "sealed": SEALED,
    },
    "steps": {
        "id": RANDOM,
        "case_id": PARENT,
        "report_id": PARENT,
        "number": ORDER,
        "kind": OURS,
        "at": HOUR,
        "by": STAFF,
        "public": OURS,
        "sealed": SEALED,
    },
    "notes": {
        "id": RANDOM,
        "case_id": PARENT,
        "at": "staff's time, exact",
        "by": STAFF,
        "sealed": SEALED,
    },
    "ratings": {
        "report_id": PARENT,
        "solved": OURS,
        "satisfied": OURS,
        "sealed": SEALED,
    },
    "media": {
        "id": RANDOM,
        "report_id": PARENT,
        "step_id": PARENT,
        "expires": HOUR,
        "mime": OURS,
        "width": PIXELS,
        "height": PIXELS,
        "sealed": SEALED,
        "position": ORDER,
    },
    "holds": {
        "id": RANDOM,
        "version": ORDER,
        "wrapped_key": SEALED,
        "receipt": DIGEST,
        "mine": DIGEST,
        "stream": RANDOM,
        "address": SEALED,
        "due_at": "reckoned from the day that was chosen, and drawn by lot",
        "sealed": SEALED,
    },
    "web_sessions": {"digest": DIGEST, "lasting": OURS, "expires": HOUR},
    "web_bubbles": {
        "id": RANDOM,
        "session": DIGEST,
        "seq": ORDER,
        "expires": HOUR,
        "sealed": SEALED,
    },
    "serials": {"year": OURS, "last": OURS},
    "counts": {"month": OURS, "category": OURS, "what": OURS, "n": OURS},
    "leases": {"name": OURS, "holder": PROCESS, "until": PROCESS},
    "audit": {
        "seq": "order of what staff did",
        "at": HOUR,
        "kind": OURS,
        "about": PARENT,
        "by": STAFF,
        "content": "ids and words of ours, none of a reporter",
        "hash": "of the line and all before",
    },
    "telegram_chats": {
        "chat": DIGEST,
        "version": ORDER,
        "due_at": HOUR,
        "expires": "a whole day",
        "sealed": SEALED,
    },
    "telegram_held": {"id": DIGEST, "sealed": SEALED},
    "telegram_state": {"name": OURS, "at": PROCESS},
    "desk_cases": {"case_id": PARENT, "place": OURS},
    "desk_cards": {
        "id": DIGEST,
        "case_id": PARENT,
        "thread": DIGEST,
        "live": OURS,
        "shown": ORDER,
        "sealed": SEALED,
    },
    "desk_replies": {
        "id": RANDOM,
        "case_id": PARENT,
        "at": "staff's time, exact",
        "sealed": SEALED,
    },
    "units": {
        "id": RANDOM,
        "version": ORDER,
        "parent": PARENT,
        "level": OURS,
        "active": OURS,
        "sealed": SEALED,
    },
    "staff": {
        "id": STAFF,
        "version": ORDER,
        "role": OURS,
        "unit_id": PARENT,
        "active": OURS,
        "sealed": SEALED,
    },
    "staff_links": {
        "digest": DIGEST,
        "staff_id": STAFF,
        "channel": OURS,
        "sealed": SEALED,
    },
    "staff_codes": {
        "digest": DIGEST,
        "staff_id": STAFF,
        "purpose": OURS,
        "expires": "staff's time, exact",
    },
    "desk_sessions": {
        "digest": DIGEST,
        "staff_id": STAFF,
        "expires": "staff's time, exact",
    },
}


def test_every_column_is_listed_knowingly() -> None:
    """A new column fails here until somebody has answered the question for it."""
    with closing(SQLiteConnection(":memory:")) as connection:
        migrate(connection)
        found = {
            table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            for table in tables(connection)
        }
    assert found == {table: set(columns) for table, columns in INVENTORY.items()}


def test_no_row_of_a_reporter_betrays_when_it_came() -> None:
    """Everything but the audit chain is STRICT and has no implicit, growing number."""
    with closing(SQLiteConnection(":memory:")) as connection:
        migrate(connection)
        made = {name: schema(connection)[name] for name in tables(connection)}
    ends = {name: sql.rpartition(")")[2].strip() for name, sql in made.items()}
    assert set(ends) == set(INVENTORY)
    assert {
        table: end for table, end in ends.items() if end != "WITHOUT ROWID, STRICT"
    } == {"audit": "STRICT"}
    assert not [sql for sql in made.values() if "AUTOINCREMENT" in sql.upper()]


def test_the_inventory_is_about_what_is_on_the_disk(tmp_path: Path) -> None:
    """Sealed and digested columns are BLOBs: nobody stores a readable text in them by
    mistake (STRICT).
    """
    with closing(SQLiteConnection(":memory:")) as connection:
        migrate(connection)
        for table, columns in INVENTORY.items():
            kinds = {
                row[1]: row[2]
                for row in connection.execute(f"PRAGMA table_info({table})")
            }
            for column, answer in columns.items():
                if answer in (SEALED, DIGEST):
                    assert kinds[column] == "BLOB", f"{table}.{column}"
