"""What is remembered, and how it is found again: SQLite behind a small port.

Three libraries could do more here, and why each does what it does:

* sqlite3, of the standard library, writes: turns that wait share one transaction and
  one hop to a thread (`CommitQueue`). Through aiosqlite, with a hop for each statement
  and a transaction for each turn, 64 chats got 1,070 turns/s where they now get 7,300.
* aiosqlite reads what scans (`SQLiteDatabase.all`), so that a search of seconds holds
  up nobody. A look-up by its key (`one`) takes 28 µs on the spot and 260 µs through
  aiosqlite, whose hop to a thread is nearly all of that.
* cryptography is not used here at all: what comes in is sealed already, and an audit
  line needs no more than SHA-256 (hashlib).

`python -m tests.bench.writer` measures the writing beside a bare loop; docs/design.md
and docs/benchmark.md hold the figures of whole turns.
"""
