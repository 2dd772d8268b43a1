"""The web chat: sessions, and the bubbles on their screens."""

from dataclasses import dataclass

from storage.port import Reader, Write

TOUCH = """INSERT INTO web_sessions (digest, lasting, expires) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET lasting = excluded.lasting, expires = excluded.expires"""
GET = "SELECT digest, lasting, expires FROM web_sessions WHERE digest = :digest"
END = "DELETE FROM web_sessions WHERE digest = ?"
SWEEP = "DELETE FROM web_sessions WHERE expires <= ?"
ADD = """INSERT INTO web_bubbles (id, session, seq, expires, sealed)
VALUES (?, ?, (SELECT coalesce(max(seq), 0) + 1 FROM web_bubbles WHERE session = ?), ?,
    ?)
ON CONFLICT (id) DO NOTHING"""
OF_SESSION = """SELECT id, session, seq, expires, sealed FROM web_bubbles
WHERE session = :session AND seq > :after_seq AND expires > :now AND sealed <> x'' ORDER
    BY seq"""
WIPE = "DELETE FROM web_bubbles WHERE session = ?"
DROP = "UPDATE web_bubbles SET sealed = x'' WHERE id = ?"
SWEEP_BUBBLES = "DELETE FROM web_bubbles WHERE expires <= ?"


@dataclass(frozen=True, slots=True)
class WebSessionRow:
    """digest: keyed digest of the cookie; lasting: 这台设备记住我."""

    digest: bytes
    lasting: bool
    expires: int


@dataclass(frozen=True, slots=True)
class BubbleRow:
    """seq: place on the screen, given by the database; not used twice while the screen
    shows anything.
    """

    id: bytes
    session: bytes
    seq: int
    expires: int
    sealed: bytes


class WebSessions:
    """Who may look at which screen."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def get(self, digest: bytes) -> WebSessionRow | None:
        """The caller compares `expires` with the time."""
        row = await self._reader.one(GET, digest=digest)
        return WebSessionRow(row[0], bool(row[1]), row[2]) if row else None

    @staticmethod
    def touch(digest: bytes, lasting: bool, expires: int) -> Write:
        """Begin or prolong."""
        return Write(TOUCH, (digest, int(lasting), expires))

    @staticmethod
    def end(digest: bytes) -> list[Write]:
        """Quick exit: session and screen are gone. Bubbles stand under the session's
        digest.
        """
        return [Write(END, (digest,)), WebBubbles.wipe(digest)]

    @staticmethod
    def sweep(now: int) -> Write:
        return Write(SWEEP, (now,))


class WebBubbles:
    """What stands on the screens."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def of_session(
        self, session: bytes, after_seq: int = 0, *, now: int
    ) -> list[BubbleRow]:
        """In order, without what was dropped or has expired."""
        rows = await self._reader.all(
            OF_SESSION, session=session, after_seq=after_seq, now=now
        )
        return [BubbleRow(*row) for row in rows]

    @staticmethod
    def add(row: BubbleRow) -> Write:
        """Append to the screen; `row.seq` does not matter. An id that is there already:
        nothing happens.
        """
        return Write(ADD, (row.id, row.session, row.session, row.expires, row.sealed))

    @staticmethod
    def wipe(session: bytes) -> Write:
        return Write(WIPE, (session,))

    @staticmethod
    def drop(id: bytes) -> Write:
        """Take one away. Its number stays taken, or a page that has seen it would miss
        the next bubble.
        """
        return Write(DROP, (id,))

    @staticmethod
    def sweep(now: int) -> Write:
        return Write(SWEEP_BUBBLES, (now,))
