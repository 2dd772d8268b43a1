"""Month figures of units, kept in the same write as what they count.

They are read by `Statistics`.
"""

from storage.port import Write

ADD_TO_UNIT_COUNT = """
INSERT INTO unit_counts (month, unit_id, what, n) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET n = n + excluded.n
"""


class UnitCounts:
    """How many of what, by month and unit."""

    @staticmethod
    def add(month: str, unit_id: bytes, what: str, n: int = 1) -> Write:
        """month: YYYY-MM in local time; n: below zero takes back."""
        return Write(ADD_TO_UNIT_COUNT, (month, unit_id, what, n))
