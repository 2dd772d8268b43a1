"""Which supplement takes the place of which, so that nobody reads two that contradict
each other. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dialogs.words import Params

SUPPLEMENTED = "supplemented"  # the kind of step that can be corrected
CORRECTS = "corrects"  # its parameter, where it corrects
LEFT = "left"  # how many questions it leaves open, where it leaves any


@dataclass(frozen=True, slots=True)
class SupplementStep:
    """A step of that kind. number: its place among all steps; report: whose it is."""

    number: int
    report: str
    params: Params


@dataclass(frozen=True, slots=True)
class CorrectedSupplement:
    """What holds, and what it took the place of, oldest first."""

    newest: SupplementStep
    before: tuple[SupplementStep, ...] = ()

    @property
    def words_before(self) -> str:
        """The words that do not hold any more."""
        said = (str(step.params.get("text", "")) for step in self.before)
        return "；".join(filter(None, said))

    @property
    def pictures(self) -> int:
        """How many came with all of it."""
        every = (*self.before, self.newest)
        return sum(int(step.params.get("pictures", 0)) for step in every)


def corrected(steps: Iterable[SupplementStep]) -> list[CorrectedSupplement]:
    """Each correction together with the supplement of the same report before it; one
    that corrects nothing stands alone. In the order of what holds.
    """
    found: dict[str, list[list[SupplementStep]]] = {}
    for step in steps:
        chains = found.setdefault(step.report, [])
        if step.params.get(CORRECTS) and chains:
            chains[-1].append(step)
        else:
            chains.append([step])
    every = [chain for chains in found.values() for chain in chains]
    every.sort(key=lambda chain: chain[-1].number)
    return [CorrectedSupplement(chain[-1], tuple(chain[:-1])) for chain in every]
