"""Finds what could name a person in a report, and masks it. Pure: no I/O, no state.

The lists and shapes are our own. python-stdnum would give the two check sums of
`numbers`, which are twenty lines; a tagger that knows names would bring a model, and
what is found here must be told from the text alone.
"""

from .finder import find_identifying
from .spans import MASK_LABELS, SPAN_TYPES, IdentifyingSpan, mask

__all__ = ["MASK_LABELS", "SPAN_TYPES", "IdentifyingSpan", "find_identifying", "mask"]
