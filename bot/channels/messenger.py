"""A messenger as one thing to add: all that it brings, in one object of its package.

`bot/messengers.py` registers the objects. Whoever sends, rings, sweeps, serves pages or
looks after a deployment's health goes through that list and names no messenger.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from bot.address import Address
from bot.channels.port import Channel, Hear
from bot.finding import Finding
from bot.resources import Resources
from bot.settings import Settings
from bot.sweeps import Sweep
from scheduler.bell import Job
from storage.repositories.media import MediaRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterDoor:
    """What the program opens to whoever brings reporters' words.

    hear: see `bot.channels.port.Hear`. settle: wait until nothing is on its way to a
    chat any more, at most so many seconds. picture: one of a chat's own draft, by its
    id. leave: what this chat has not sent is dropped, and it is forgotten.
    when_delivered: call this after each message delivered by the messenger of that
    name, once its delivery is committed.
    """

    hear: Hear
    settle: Callable[[Address, float], Awaitable[None]]
    picture: Callable[[Address, str], Awaitable[tuple[bytes, MediaRow] | None]]
    leave: Callable[[Address, datetime], Awaitable[None]]
    when_delivered: Callable[[str, Callable[[Address], None]], None]


class Served(Protocol):
    """What every messenger may use of the running program."""

    @property
    def resources(self) -> Resources: ...

    @property
    def reporters(self) -> ReporterDoor: ...


def _nothing() -> None:
    """Nobody waits there."""


LastingTask = Callable[[], Coroutine[Any, Any, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What goes on while the line is open.

    tasks: run until they are cancelled; one that ends or fails ends the program.
    jobs: rung by the bell. routes: asked in order before any page; a request that none
    takes gets what a stranger's would. pages: all that browsers see; one messenger's.
    close: the program ends, so let go of whoever waits.
    """

    tasks: Sequence[LastingTask] = ()
    jobs: Sequence[Job] = ()
    routes: Sequence[BaseRoute] = ()
    pages: ASGIApp | None = None
    close: Callable[[], None] = _nothing


def nowhere(settings: Settings) -> Address | None:
    """Of a messenger that reaches no staff."""
    return None


def no_findings(settings: Settings, now: int) -> Sequence[Finding]:
    """Of a messenger that stands on nothing of its own."""
    return ()


Opened = TypeVar("Opened", bound=Channel)
Use = TypeVar("Use", bound=Served, contravariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Messenger(Generic[Opened, Use]):
    """Opened: its channel's type. Use: what it needs of the running program.

    name: as addresses and rows have it. is_set_up: whether the settings turn it on;
    only then are its libraries imported. channel: opens its channel; nothing is asked
    of the platform yet. start: all else that goes on for it. sweeps: what deletes its
    rows that are over, set up or not. check: what `jianfu doctor` says of it, `now` in
    seconds since 1970 UTC. reaches_staff: whether accounts of staff are linked to it;
    staff_chat: where all of them are reached at once.
    """

    name: str
    is_set_up: Callable[[Settings], bool]
    channel: Callable[[Resources], Opened]
    start: Callable[[Opened, Use], Running]
    sweeps: Sequence[Sweep] = ()
    check: Callable[[Settings, int], Sequence[Finding]] = no_findings
    reaches_staff: bool = False
    staff_chat: Callable[[Settings], Address | None] = nowhere
