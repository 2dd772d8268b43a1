"""One line of `jianfu doctor`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """check: a stable name for scripts; remedy: empty where all is well."""

    check: str
    ok: bool
    says: str
    remedy: str = ""


def finding(check: str, ok: bool, says: str, remedy: str) -> Finding:
    """With the remedy only where one is needed."""
    return Finding(check, ok, says, "" if ok else remedy)
