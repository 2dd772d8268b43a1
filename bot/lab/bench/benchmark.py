"""A benchmark as `jianfu bench` knows it: name, description, and the measuring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.lab.bench.figures import Figure, Result


class Unexpected(Exception):
    """Something else than what is said would be measured: mend the benchmark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One thing that is measured.

    name: as it is typed; description: in Chinese, what one round does and beside what;
    measure: takes whether few rounds will do, and may raise OperatorError.
    self_sufficient: needs no program but this one, so it is measured unless others are
    named.
    """

    name: str
    description: str
    measure: Callable[[bool], tuple[Figure, ...]]
    self_sufficient: bool = True

    def run(self, *, quick: bool) -> Result:
        return Result(self.name, self.description, self.measure(quick))
