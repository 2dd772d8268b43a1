"""The one way in: a text, and what could name somebody in it."""

from .rules import find_by_rule
from .spans import IdentifyingSpan


def find_identifying(text: str) -> tuple[IdentifyingSpan, ...]:
    """Find what could name a person in `text`; sorted, not overlapping, offsets in code
    points.

    Labels already in the text, such as [电话], are left alone and end whatever stands
    beside them. Time grows linearly with the text.
    """
    return find_by_rule(text)
