"""What the rules alone find: the surer one keeps what two of them claim."""

from collections.abc import Iterable

from .fold import Folded, fold
from .names import find_names
from .numbers import find_numbers
from .online import find_online
from .places import find_places, find_selves
from .spans import IdentifyingSpan

_ROUNDS = 3  # what one round masks may bare what stood beside it


def find_by_rule(text: str) -> tuple[IdentifyingSpan, ...]:
    """What the rules alone find; the model is told of it."""
    taken: list[IdentifyingSpan] = []
    for _ in range(_ROUNDS):
        before = len(taken)
        _take(fold(text, taken), taken)
        if len(taken) == before:
            break
    return tuple(sorted(taken))


def _take(text: Folded, taken: list[IdentifyingSpan]) -> None:
    """Add to `taken` what the finders offer, the surest finder first."""
    length = text.starts[-1] + 1 if text.starts else 0
    used = [False] * length
    for span in taken:
        _mark(used, span)
    for span in _offers(text):
        if not any(used[span.start : span.end]):
            _mark(used, span)
            taken.append(span)


def _mark(used: list[bool], span: IdentifyingSpan) -> None:
    used[span.start : span.end] = [True] * (span.end - span.start)


def _offers(text: Folded) -> Iterable[IdentifyingSpan]:
    yield from find_online(text)
    yield from find_numbers(text)
    yield from find_places(text)
    yield from find_selves(text)
    yield from find_names(text)
