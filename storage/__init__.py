"""What is remembered, and how it is found again: SQLite behind a small port.

What each library does here, and why not more:

* apsw with SQLite3 Multiple Ciphers is the SQLite beneath: the file and its log are
  encrypted by page. `storage.encrypted` gives it the face of sqlite3; of the standard
  library's only the errors are used.
* Turns that wait share one transaction and one hop to a thread (`CommitQueue`).
  Through aiosqlite, with a hop for each statement and a transaction for each turn, 64
  chats get 455 turns/s at best, ours 2,230 at least.
* aiosqlite reads what scans (`SQLiteDatabase.all`), so that a list of seconds holds up
  nobody. A look-up by its key (`one`) takes 39 µs on the spot and 222 µs through
  aiosqlite, whose hop to a thread is most of that.
* numpy holds the search index (`search_index.py`), in the memory of a process of its
  own. FTS5 in memory takes 0.4 ms to learn a report of 1 KB, this 0.05, and needs no
  word of its own for each pair of characters.
* cryptography is not used here at all: what comes in is sealed already, and an audit
  line needs no more than SHA-256 (hashlib).

Measured with `python -m tests.bench.writer --aiosqlite` on a busy machine of two cores;
docs/benchmark.md holds the figures of whole turns.
"""
