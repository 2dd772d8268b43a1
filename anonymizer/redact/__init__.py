"""Finds what could name a person in a report, and masks it. Pure: no I/O, no state."""

from .finder import find
from .spans import LABELS, TYPES, Span, mask

__all__ = ["LABELS", "TYPES", "Span", "find", "mask"]
