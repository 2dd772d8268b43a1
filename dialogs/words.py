"""The words between the hotline and its dialogs: events in, actions out, questions in
between.

All are plain values. Times are `datetime` in UTC and arrive inside events; a dialog has
no clock, no dice, no network and no database. Ids travel as lower-case hex.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from dialogs.case.rules import Rules
from dialogs.meaning.moment import Meaning, Moment

if TYPE_CHECKING:
    from dialogs.understand import Understanding

T_co = TypeVar("T_co", covariant=True)
Params = Mapping[str, Any]  # JSON values only: they are sealed as JSON


# Choices that a messenger itself makes or knows, beside the buttons it is given.
MASK = "mask"  # "mask:N" lifts or sets the draft's mask N, counted from 0
HIDE = "hide"  # "hide:START-END" hides code points of the draft's text
UNPICTURE = "unpicture"  # "unpicture:ID" takes a picture away
SAVED = "saved"  # the receipt is copied: what shows it may go

PICTURES = 6  # beside one text, at most


# ── what goes to a person ─────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Button:
    """One tap: `choice` comes back in `Pressed`; `label` is a phrase, filled with
    `params`.
    """

    choice: str
    label: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """What one person is told, as a phrase and its parameters; rendered only while
    sending.

    `mark` names the prompt its buttons belong to ("" for none). `replaces`: it may take
    the place of the previous prompt, since the person pressed a button and wrote
    nothing in between. `secret` marks the receipt: shown for minutes, never kept.
    """

    name: str
    params: Params = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    mark: str = ""
    lang: str = "zh"
    replaces: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A scrubbed picture that waits with the draft; width and height in pixels."""

    id: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Mask:
    """A place in the text that may be hidden: code points [start, end), a label type,
    and whether it is.
    """

    start: int
    end: int
    type: str
    on: bool = True

    def __reduce__(self) -> tuple[object, ...]:
        """Thousands of them come from another process: read as calls, they take a third
        of the time.
        """
        return Mask, (self.start, self.end, self.type, self.on)


# ── events ────────────────────────────────────────────────────────────────────────────


MISTYPED = "malformed"


@dataclass(frozen=True, slots=True)
class Said:
    """The reporter wrote this.

    text: without the receipts that stood in it, so that no dialog can keep one.
    receipts: these, in order, MISTYPED in the place of one whose check does not fit.
    reply: the handle of the push that it answers, where the messenger tells.
    """

    text: str
    at: datetime
    receipts: tuple[str, ...] = ()
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """The reporter pressed a button of the prompt `mark`. `choice` may carry an
    argument after a colon.
    """

    choice: str
    mark: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture arrived and was scrubbed; `replaces` is the media id it is a new
    version of. `reply`: as of `Said`.
    """

    picture: Picture
    at: datetime
    replaces: str | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something came that we do not take. `why` names a phrase under "declined."."""

    why: Literal[
        "file",
        "too_large",
        "too_many",
        "broken",
        "empty",
        "voice",
        "video",
        "location",
        "contact",
        "sticker",
        "other",
    ]
    at: datetime


@dataclass(frozen=True, slots=True)
class Edited:
    """The reporter changed words said before. `old`: as they were, None where nobody
    knows any more.
    """

    old: str | None
    new: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Together:
    """What came at once: an album, pictures with words. The words stand first; one
    answer is for all.
    """

    parts: tuple[Said | Pictured | Unreadable, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Rang:
    """The scheduler rings for a draft: remind once, let it go, or show its
    step again.
    """

    bell: Literal["remind", "expire", "again"]
    at: datetime


Event = Said | Pressed | Pictured | Unreadable | Edited | Together | Rang


@dataclass(frozen=True, slots=True)
class Found:
    """The event again, with what was looked up for it so far."""

    event: Event
    known: Mapping[Query[Any], Any]


# ── questions a dialog asks before it decides ─────────────────────────────────────────


class Query(Generic[T_co]):
    """A question that only the hotline can answer; frozen, so an answer can be found by
    it.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was understood as, and what in it could name somebody."""

    understood: Understanding
    masks: tuple[Mask, ...]


@dataclass(frozen=True, slots=True)
class Read(Query[Reading]):
    text: str


@dataclass(frozen=True, slots=True)
class Meant(Query[Meaning]):
    """What a message means, said at this moment."""

    text: str
    moment: Moment


@dataclass(frozen=True, slots=True)
class UnitName(Query[str]):
    """How a unit is called that somebody typed: by the register, typos allowed; as it
    was typed where the register knows none.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Hide(Query[tuple[Mask, ...]]):
    """Only the masks of a text: cheaper where nothing has to be understood."""

    text: str


@dataclass(frozen=True, slots=True)
class NewReceipt(Query[str]):
    pass


@dataclass(frozen=True, slots=True)
class LastReceipt(Query["str | None"]):
    """The receipt this chat was shown in the last minutes, if it is still shown on
    asking.
    """


@dataclass(frozen=True, slots=True)
class ByReceipt(Query["str | None"]):
    """The report id behind a receipt, MISTYPED where its check does not fit, None if
    there is none.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Mine(Query["tuple[MyCase, ...]"]):
    """The reports this chat filed and may open without a receipt, newest first."""


@dataclass(frozen=True, slots=True)
class ByHandle(Query["str | None"]):
    """The report that a push to this very chat was about; None if it is another chat's,
    or none at all.
    """

    handle: str


@dataclass(frozen=True, slots=True)
class HoldDay(Query[date]):
    """The local day on which a report is handed in that is kept back for `days` days:
    the first working day from then on, never today, never later than HOLD_AT_MOST.
    """

    days: int


@dataclass(frozen=True, slots=True)
class RulesInForce(Query[Rules]):
    """The times and numbers that this deployment works by."""


@dataclass(frozen=True, slots=True)
class Asked(Query["tuple[OpenQuestion, ...]"]):
    """What the hotline has asked this chat and not had an answer to, newest first."""


AskedKind = Literal["question", "callback", "look_back"]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """question: staff want to know something; callback: is it solved; look_back: has it
    come back. text: the question in the reporter's language, as it stands in the story.
    """

    report: str
    kind: AskedKind
    text: str


@dataclass(frozen=True, slots=True)
class MyCase:
    """state: of its case, or KEPT_BACK; filed_day: the day that it is handed in, where
    it has not been yet.
    """

    report: str
    category: str
    state: str
    filed_day: str  # "11月22日"


class Told(Protocol):
    """The story of a case, as far as a dialog has to know it."""

    @property
    def can(self) -> tuple[str, ...]:
        """What the reporter may do now.

        answer, supplement, held, rebound, rate, satisfied (the rest of a rating),
        reopen, appeal (a reopening of what was declined), keep_from, withdraw,
        settings, hush, forget. Of a report that is still kept back: release, confirm
        (where it would be dropped), supplement, keep_from, withdraw, hush, forget.
        """

    @property
    def state(self) -> str:
        """Of the case, or KEPT_BACK."""

    @property
    def urgent(self) -> bool: ...

    @property
    def words(self) -> str:
        """What this reporter filed, as it is kept."""

    @property
    def wishes(self) -> Mapping[str, bool]:
        """What was said by `Wish` so far; what is missing is as by default."""

    @property
    def questions(self) -> tuple[str, ...]:
        """What the hotline asked and still waits to be told, oldest first."""

    @property
    def added(self) -> str:
        """What this reporter added last, as it holds; "" for nothing. A correction is
        made of it.
        """

    def text(self, lang: str) -> str:
        """All of it in plain words."""

    def params(self, lang: str) -> Params:
        """The same for a channel that draws it."""


@dataclass(frozen=True, slots=True)
class Tell(Query["Told | None"]):
    """The story of a report, as its reporter may read it; None once it was
    forgotten.
    """

    report: str


# ── actions ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Look:
    """Answer these and come again with `Found`. Comes alone."""

    query: Query[Any]


@dataclass(frozen=True, slots=True)
class Say:
    message: Message


HOLD_AT_MOST = 31  # days that a report may be kept back
KEPT_BACK = "kept_back"  # the state of a report that is not handed in yet


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep a report back until a local day, which is none of rest (see `HoldDay`).

    unless: what becomes of it on that day if its reporter says nothing more: it is
    handed in by itself ("send"), or gone unless confirmed ("drop").
    """

    until: date
    unless: Literal["send", "drop"]


@dataclass(frozen=True, slots=True)
class File:
    """File this report. The text is already masked: what is hidden here is gone.

    hold: not yet; keep_from: units, as they were named, whose people must not see it.
    """

    receipt: str
    text: str
    category: str
    also: tuple[str, ...]  # further codes, best first
    kind: str | None
    unit: str | None
    unit_level: str | None
    place: str | None
    when: str | None
    counts: tuple[tuple[str, str], ...]
    urgent: bool
    signpost: str | None  # set where the reporter chose "仍要反映"
    pictures: tuple[str, ...]
    follow: Literal["here", "receipt"]
    lang: str
    at: datetime
    hold: Hold | None = None
    keep_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Supplement:
    """More for a report, or the answer to what the hotline asked back. Text already
    masked.

    corrects: it takes the place of what this reporter added last (`Told.added`), so its
    text is the whole as it is right. left: how many of the hotline's questions it does
    not answer yet, the newest ones.
    """

    report: str
    text: str
    pictures: tuple[str, ...]
    at: datetime
    corrects: bool = False
    left: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    report: str
    solved: bool | None
    satisfied: bool | None
    word: str | None  # already masked
    at: datetime


@dataclass(frozen=True, slots=True)
class Reopen:
    report: str
    reason: str  # already masked
    at: datetime


@dataclass(frozen=True, slots=True)
class Forget:
    """忘记我: shred the report's key, and with it the words, pictures and the
    way back.
    """

    report: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Hush:
    """Push nothing more for this report; the receipt still opens it."""

    report: str
    at: datetime


WISHES = {
    "weekly": True,
    "callback": True,
    "look_back": True,
    "later": False,
}  # where nothing was said


@dataclass(frozen=True, slots=True)
class Wish:
    """What this reporter wants to be told, by the names of WISHES; those not named
    stay.
    """

    report: str
    wishes: Mapping[str, bool]
    at: datetime


@dataclass(frozen=True, slots=True)
class Rebound:
    """又反弹了: it came back after the case was closed. text: "" or already masked."""

    report: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """没有反弹: asked, the reporter says that it has not come back."""

    report: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """现在就交: a report that is kept back is handed in now."""

    report: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ConfirmHold:
    """到时自动交: a report that would be dropped is handed in on its day."""

    report: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdraw:
    """撤回: the reporter takes the report back. One that is kept back is shredded."""

    report: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KeepFrom:
    """别给他们看: people of this unit must not see the case. unit: as it was named."""

    report: str
    unit: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Retaliation:
    """打击报复: somebody suffers, or fears to, for what was reported. A matter of its
    own, which supervisors alone see, at once.

    report: the one that it came of, if it is known. Its unit is copied, nothing else:
    nothing that is stored leads from the one to the other.
    text: already masked. receipt: a new one, None where the reporter wants none.
    """

    report: str | None
    text: str
    at: datetime
    receipt: str | None = None
    follow: Literal["here", "receipt"] = "receipt"
    lang: str = "zh"
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DropPictures:
    """These draft pictures are no longer wanted."""

    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wipe:
    """What the channel still shows of this chat is to be forgotten (filed,
    cancelled).
    """


@dataclass(frozen=True, slots=True)
class ReceiptSaved:
    """The reporter has the receipt: show it no more."""


CaseAction = (
    File
    | Supplement
    | Rate
    | Reopen
    | Rebound
    | Held
    | Wish
    | Forget
    | Hush
    | ReleaseHold
    | ConfirmHold
    | Withdraw
    | KeepFrom
    | Retaliation
)
Action = Look | Say | CaseAction | DropPictures | Wipe | ReceiptSaved
