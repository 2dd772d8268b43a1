"""What a reporter reads of a case: what happened, which unit has it, what is next.
Nobody else's words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import dialogs.categories  # noqa: F401 - their names are phrases
from dialogs.case.allowance import Allowance
from dialogs.case.corrections import (
    CORRECTS,
    LEFT,
    SUPPLEMENTED,
    SupplementStep,
    corrected,
)
from dialogs.case.explaining import amount
from dialogs.case.life import ENDED, OPEN, Case, State, accepted_until
from dialogs.case.moments import Grain, moment
from dialogs.case.promise import Promise, promise
from dialogs.case.rules import Rules
from dialogs.case.worktime import TICK, Terms, add
from dialogs.texts import CHINESE, phrases, text
from dialogs.words import WISHES, AskedKind, OpenQuestion, Params

phrases(
    "state",
    filed="等待受理",
    accepted="已受理",
    declined="没有受理",
    assigned="单位办理中",
    returned="正在重新安排单位",
    answered="单位已答复，专线在核对",
    verified="已核实",
    rectifying="整改中",
    closed="已办结",
    callback="已办结",
    look_back="已办结，回头看",
    waiting="等待补充",
    merged="并案办理",
    withdrawn="已撤回",
)
phrases(
    "told",
    filed="您反映了这件事。",
    accepted="专线受理了。",
    declined="这件事没有受理：{text}",
    asked="专线想问您：{text}",
    waiting="先停一停，专线在等：{text}",
    waiting_until="先停一停，专线在等：{text}。最迟{until}接着办。",
    resumed="接着办了。",
    replied="专线给您回话：{text}",
    supplemented="您补充了：{text}",
    pictured="您补充了{pictures}张图片。{text}",
    corrected="您更正了补充的话：{text}",
    assigned="转给{unit}办理。",
    assigned_due="转给{unit}办理，要求{due}前答复。",
    arrived="{unit}到场了。{text}",
    answered="{unit}答复：{text}",
    returned="{unit}说不归它管，退了回来。{text}",
    return_refused="专线没有同意退回，{unit}接着办。{text}",
    extended="{unit}申请延期，专线同意了。{text}",
    extended_due="{unit}申请延期，专线同意了，改为{due}前答复。{text}",
    whistled="升一级，交给{unit}办。{text}",
    whistled_due="升一级，交给{unit}办，要求{due}前答复。{text}",
    late_accept="说好{until}前告诉您是否受理，专线没做到，对不住。",
    late_assign="说好{until}前转给单位，专线没做到，对不住。",
    late_answer="{unit}到{until}还没有答复。",
    late_rectify="{unit}到{until}还没有改好。",
    late_on_site="{unit}没有按时到场。",
    late_result="{unit}到{until}还没有结果。",
    urged="专线催办，要{unit}马上办。",
    supervised="专线督办了，要{unit}抓紧办。",
    escalated="专线的督办升了一级，要{unit}抓紧办。",
    circulated="{unit}还没有办好，专线提出通报。",
    supervised_paper="专线督办，督办单写给{unit}分管的负责人，送到了这里会说。",
    escalated_paper="督办升一级，督办单写给{unit}的主要负责人，送到了这里会说。",
    circulated_paper="{unit}还没有办好，专线提出通报，写给它的主要负责人，"
    "送到了这里会说。",
    handed_deputy="督办单送到了{unit}分管的负责人那里。",
    handed_chief="督办单送到了{unit}的主要负责人那里。",
    found_substantiated="专线核实：属实。{text}",
    found_partly="专线核实：部分属实。{text}",
    found_unsubstantiated="专线核实：不属实。{text}",
    rectifying="开始整改。{text}",
    rectifying_due="开始整改，{due}前改好。{text}",
    closed="办结了：{text}",
    rated="您评价了：{rating}。",
    called_back="办结几天了，专线问您：解决了吗？",
    called_back_again="专线又问了一次：解决了吗？",
    looked_back="专线回头看，问您：又反弹了吗？",
    held="您说没有反弹。",
    rebounded="您说又反弹了。{text}",
    asked_again="您要求重新办理。{text}",
    kept_from="您要求：不给{unit}的人看。",
    withdrawn="您撤回了这件反映，专线不再办。",
    withdrawn_later="您撤回了这件反映。它已经转给单位，专线会看要不要接着办；"
    "单位不会知道是谁，也不再问您。",
    reopened="专线重新办理。{text}",
    appealed="您不同意，要专线换个人再看。{text}",
    seen_again="专线换一个人再看。{text}",
    declined_after_all="专线先前受理了，再看是看错了，对不住。没有受理：{text}",
    urgent_set="专线把这件改为加急。",
    urgent_set_due="专线把这件改为加急，请{unit}马上到场或上线，{due}出结果。",
    urgent_lifted="专线核对过，这件不按加急办。{text}",
    urgent_lifted_due="专线核对过，这件不按加急办，要求{unit}{due}前答复。{text}",
    recategorised="专线把类别改为“{category}”。",
    redated="专线更正了{unit}的期限。{text}",
    redated_due="专线更正了{unit}的期限，改为{due}前。{text}",
    sent_back="专线看了，答复还不够，退给{unit}再答复。{text}",
    sent_back_due="专线看了，答复还不够，退给{unit}再答复，要求{due}前。{text}",
    sent_back_rectifying="专线核对了，还没有改好，退给{unit}接着改。{text}",
    sent_back_rectifying_due="专线核对了，还没有改好，退给{unit}接着改，"
    "仍是{due}前改好。{text}",
    corrected_substantiated="专线更正核实的结论：属实。{text}",
    corrected_partly="专线更正核实的结论：部分属实。{text}",
    corrected_unsubstantiated="专线更正核实的结论：不属实。{text}",
    rectified="{unit}说改好了：{text}",
    extended_rectifying="{unit}申请延期，专线同意了。{text}",
    extended_rectifying_due="{unit}申请延期，专线同意了，改为{due}前改好。{text}",
    merged="还有人反映同一件事，合在一起办，进展一样告诉您。",
    unmerged="专线把您这件分出来，单独接着办。合着办时的进展是那一件的，不再列在这里。",
)
phrases(
    "rating",
    solved="解决了",
    not_solved="没解决",
    satisfied="满意",
    not_satisfied="不满意",
    none="已记下",
)
phrases(
    "next",
    filed="专线会在{date}前告诉您是否受理。",
    apart="只有专线的主管看得到，已经马上提醒。最迟{date}告诉您怎么办。",
    filed_late="说好{date}前告诉您是否受理，我们晚了，对不住。专线正抓紧看。",
    accepted="专线会在受理后{assign}内转给能管这事的单位。",
    assigned="{unit}接着办，有没有答复，专线每{hear}都会告诉您一次。",
    assigned_due="{unit}应在{date}前答复。到时没有答复，专线会去催。",
    assigned_late="{unit}过了{date}还没答复，专线正在催。",
    returned="那个单位说不归它管，专线正在找能管的单位。",
    answered="专线正在核对单位说的是不是实情，{hear}内告诉您。",
    verified="专线会按核实的情况督促整改或办结，{hear}内告诉您。",
    rectifying="最迟{rectify}改好，改好后专线核对了再办结。",
    rectifying_due="答应{date}前改好，改好后专线核对了再办结。",
    rectifying_late="说好{date}前改好，已经过了，专线正在催。",
    rectified="单位说改好了，专线正在核对；没改好就退回去接着改，{hear}内告诉您。",
    closed="请评一评。没解决，点“重新办理”就行。{date}前后专线会回头看有没有反弹。",
    closed_rated="{date}前后专线会回头看有没有反弹。又出现了，点“重新办理”就行。",
    look_back="又出现了，点“又反弹了”就行，专线马上重新办理。",
    declined="觉得不对，点“换个人再看”就行，由另一个人来定。想说理由，直接写。",
    withdrawn="不用做什么了。想接着办，点“重新办理”就行。",
    waiting_you="请回答专线的问题，直接写就行。不方便答也没关系，专线会接着办。",
    waiting="专线在等一份补充情况，等到了接着办。",
    merged="合在一起接着办。",
)
phrases(
    "story",
    head="{state} · {category}",
    number="编号 {number}",
    unit="承办单位：{unit}",
    line="{when}　{text}",
    next="接下来：{next}",
    head_quoted="存证码 {day}：{code}。抄下它，以后能请人核对：这件没有被删，"
    "时间也没有改过。",
)
HOUR = timedelta(hours=1)
# lines of a story by which its reporter was asked something
# an answer, or that nobody waits for one any more
ENDS_QUESTIONS = ("told.supplemented", "told.pictured", "told.resumed")
ASKED_BY: Mapping[AskedKind, Collection[str]] = {
    "question": ("told.asked",),
    "callback": ("told.called_back", "told.called_back_again"),
    "look_back": ("told.looked_back",),
}


# ── what the story is made from ───────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Rating:
    solved: bool | None = None
    satisfied: bool | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """The reporter's own report. at: the hour; follows: progress is pushed to a chat;
    wishes: see `Wish`; withdrawn: they took it back; words: as they are kept.
    """

    report: str
    category: str
    at: datetime
    follows: bool
    rating: Rating | None = None
    wishes: Mapping[str, bool] = field(default_factory=dict)
    withdrawn: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class OpenedStep:
    """A step of a case, opened. report: said by or to this reporter only; case: where
    it happened (hex).
    """

    kind: str
    at: datetime
    case: str
    report: str | None = None
    public: bool = True
    by_reporter: bool = False
    params: Params = field(default_factory=dict)


def visible(public: bool, report: str | None, mine: str) -> bool:
    """Whether the reporter of `mine` may read a step: public ones, and of private ones
    only their own.
    """
    return public and report in (None, mine)


# ── the story ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened. Times in `params` are shown as days; `grain`: how
    exactly `at` may be told.
    """

    at: datetime
    grain: Grain
    name: str
    params: Params = field(default_factory=dict)

    def text(self, lang: str) -> str:
        return _say(lang, self.name, self.params).strip()


@dataclass(frozen=True, slots=True)
class QuotedHead:
    """The audit head that stands for the filing. day: the last local one that the head
    is for; code: hex digits in tens, as they stand on the page of all heads.
    """

    day: date
    code: str


@dataclass(frozen=True, slots=True)
class Story:
    """A case as its reporter may read it. Times are local; number: None before
    acceptance; added: what they added last.
    """

    report: str
    number: str | None
    state: str
    category: str
    unit: str | None
    lines: tuple[StoryLine, ...]
    next: tuple[str, Params]
    can: tuple[str, ...]
    year: int
    wishes: Mapping[str, bool] = field(default_factory=dict)
    promise: Promise | None = None
    added: str = ""
    words: str = ""
    urgent: bool = False
    head: QuotedHead | None = None

    @property
    def questions(self) -> tuple[str, ...]:
        """What the hotline asked and still waits to be told, oldest first."""
        if "answer" not in self.can:
            return ()
        asked: list[str] = []
        for line in self.lines:
            if line.name in ASKED_BY["question"]:
                asked.append(str(line.params["text"]))
            elif line.name in ENDS_QUESTIONS:
                left = int(line.params.get(LEFT, 0))
                asked = asked[len(asked) - left :] if left else []
        return tuple(asked)

    def params(self, lang: str) -> dict[str, Any]:
        """For channels that draw a timeline: JSON values, in this language."""
        lines = [
            {"when": self._when(lang, line), "text": line.text(lang)}
            for line in self.lines
        ]
        return {
            "number": self.number,
            "state": text(lang, f"state.{self.state}"),
            "category": text(lang, f"category.{self.category}"),
            "unit": self.unit,
            "lines": lines,
            "next": _say(lang, *self.next),
            "promise": self.promise.params(lang) if self.promise else None,
            "head": self._head(lang),
        }

    def text(self, lang: str) -> str:
        """The whole story in plain words, for channels that show text."""
        told = self.params(lang)
        head = [text(lang, "story.head", told)]
        for name in ("number", "unit"):
            if told[name]:
                head.append(text(lang, f"story.{name}", told))
        if told["promise"]:
            head.append(told["promise"]["text"])
        lines = [text(lang, "story.line", line) for line in told["lines"]]
        following = text(lang, "story.next", told)
        quoted = ["", told["head"]] if told["head"] else []
        return "\n".join([*head, "", *lines, "", following, *quoted])

    def _head(self, lang: str) -> str | None:
        if self.head is None:
            return None
        quoted = {"day": self.head.day.isoformat(), "code": self.head.code}
        return text(lang, "story.head_quoted", quoted)

    def _when(self, lang: str, line: StoryLine) -> str:
        return moment(lang, line.at, line.grain, year=self.year)


def _say(lang: str, name: str, params: Params) -> str:
    values = {key: _worded(lang, key, value) for key, value in params.items()}
    return text(lang, name, values)


def _worded(lang: str, key: str, value: Any) -> Any:
    """Times are told as days; a span, a rating and a category in the words for it."""
    if isinstance(value, Allowance):
        return amount(value, lang)
    if key == "category":
        return text(lang, f"category.{value}")
    if isinstance(value, datetime):
        return moment(lang, value, "day")
    if key == "rating":
        return "，".join(text(lang, f"rating.{word}") for word in value)
    return value


def tell(
    case: Case, mine: Filed, steps: Sequence[OpenedStep], now: datetime, terms: Terms
) -> Story:
    """Make the story that the reporter of `mine` may read, from the case they are in
    now.

    steps: in order, of the case the report was filed into, then of those it was merged
    into; the reporter's own and staff's, whatever else is among them is left out here.
    now, steps' times: UTC.
    """
    own = [step for step in steps if visible(step.public, step.report, mine.report)]
    local_now = now.astimezone(terms.zone)
    asked = _is_waited_for(case, mine, own)
    return Story(
        report=mine.report,
        number=case.serial,
        state=case.state.value,
        category=_category(mine, own),
        unit=case.assignment.unit,
        lines=tuple(_lines(case, mine, own, terms.zone)),
        next=_next(case, mine, own, local_now, terms),
        can=_can(case, mine, own),
        year=local_now.year,
        wishes=mine.wishes,
        promise=promise(case, now, terms, asked=asked),
        words=mine.words,
        urgent=case.urgent,
        added=_added_last(own),
    )


def open_question(story: Story, lang: str) -> tuple[datetime, OpenQuestion] | None:
    """What the hotline asked this reporter last and still wants to know, and when it
    was asked (local). Who wished not to be asked was not.
    """
    wished = {**WISHES, **story.wishes}
    if "answer" in story.can:
        kind: AskedKind = "question"
    elif "held" in story.can and wished["look_back"]:
        kind = "look_back"
    elif "rate" in story.can and story.state == "callback" and wished["callback"]:
        kind = "callback"
    else:
        return None
    asking = [line for line in story.lines if line.name in ASKED_BY[kind]]
    if not asking:
        return None
    last = asking[-1]
    words = last.params["text"] if kind == "question" else last.text(lang)
    return last.at, OpenQuestion(story.report, kind, words)


# ── line by line ──────────────────────────────────────────────────────────────────────


def _lines(
    case: Case, mine: Filed, steps: Sequence[OpenedStep], zone: tzinfo
) -> Iterator[StoryLine]:
    """steps: those that the reporter may read."""
    merges = [step for step in steps if step.case != case.id]
    joined = _last(merges, "merged")  # taken out again, it is not any more
    ratings = [step for step in steps if step.kind == "rated"]
    superseded = {id(step) for step in _superseded(steps)}
    yield StoryLine(mine.at.astimezone(zone), "hour", "told.filed")
    for step in steps:
        if _was_for_others(step, steps, mine.report) or id(step) in superseded:
            continue
        is_before_joining = (
            joined is not None and step.case == case.id and step.at < joined
        )
        rating = mine.rating if step in ratings[-1:] else None
        yield _line(step, rating, zone, older=is_before_joining)


def _category(mine: Filed, steps: Sequence[OpenedStep]) -> str:
    """As it was filed, or as the hotline corrected it."""
    corrected_to = [step for step in steps if step.kind == "recategorised"]
    return corrected_to[-1].params["category"] if corrected_to else mine.category


def _added_last(steps: Sequence[OpenedStep]) -> str:
    """The words of the last supplement, as they hold."""
    added = [step for step in steps if step.kind == SUPPLEMENTED]
    return str(added[-1].params.get("text", "")) if added else ""


def _superseded(steps: Sequence[OpenedStep]) -> list[OpenedStep]:
    """Supplements that their reporter corrected since."""
    supplements = corrected(
        SupplementStep(number, step.report or "", step.params)
        for number, step in enumerate(steps)
        if step.kind == SUPPLEMENTED
    )
    return [steps[old.number] for one in supplements for old in one.before]


def _line(
    step: OpenedStep, rating: Rating | None, zone: tzinfo, *, older: bool
) -> StoryLine:
    """older: it happened before this report was merged in; exact times would tell when
    somebody else came.
    """
    params = {"text": "", "unit": "", **step.params}
    name = f"told.{_named(step, params)}"
    for promised in ("due", "until"):
        if params.get(promised) is None:
            continue
        params[promised] = datetime.fromtimestamp(params[promised], zone)
        if f"{name}_{promised}" in CHINESE:
            name = f"{name}_{promised}"
    if step.kind == "rated":
        params["rating"] = _rating_words(rating)
    return StoryLine(step.at.astimezone(zone), _grain(step, older=older), name, params)


def _grain(step: OpenedStep, *, older: bool) -> Grain:
    if older:
        return "day"
    return "hour" if step.by_reporter else "minute"


def _named(step: OpenedStep, params: Params) -> str:
    match step.kind:
        case "found":
            return f"found_{params['finding']}"
        case "breached":
            return f"late_{params['clock']}"
        case "supplemented" if params.get(CORRECTS):
            return "corrected"
        case "supplemented" if params.get("pictures"):
            return "pictured"
        case "finding_corrected":
            return f"corrected_{params['finding']}"
        case "declined" if params.get("mistaken"):
            return "declined_after_all"
        case "sent_back" | "extended" if params.get("rectifying"):
            return f"{step.kind}_rectifying"
        case "supervised" | "escalated" | "circulated" if params.get("paper"):
            return f"{step.kind}_paper"
        case "handed":
            return f"handed_{params['rank']}"
        case "reopened" if params.get("appeal"):
            return "seen_again"
        case "reopened" if step.report:
            return "asked_again"
        case "withdrawn" if not params.get("ended"):
            return "withdrawn_later"
        case kind:
            return kind


def _rating_words(rating: Rating | None) -> list[str]:
    if rating is None:
        return ["none"]
    words = []
    if rating.solved is not None:
        words.append("solved" if rating.solved else "not_solved")
    if rating.satisfied is not None:
        words.append("satisfied" if rating.satisfied else "not_satisfied")
    return words or ["none"]


def _was_for_others(step: OpenedStep, steps: Sequence[OpenedStep], report: str) -> bool:
    """Who had rated by then was not called back, as the others were."""
    if step.kind not in ("called_back", "called_back_again"):
        return False
    before = [one for one in steps if one.at <= step.at]
    return is_rated(before, report, _last(before, "closed"))


# ── what was answered ─────────────────────────────────────────────────────────────────


def is_asked(steps: Sequence[OpenedStep], report: str) -> bool:
    """Whether a question to this reporter is still open."""
    return questions_since_answer(steps, report) > 0


def questions_since_answer(steps: Sequence[OpenedStep], report: str) -> int:
    """How many questions to this reporter came after their last word."""
    number = 0
    for step in steps:
        if step.report == report and step.kind == "asked":
            number += 1
        elif step.report == report and step.kind == "supplemented":
            number = min(number, int(step.params.get(LEFT, 0)))
    return number


def is_rated(steps: Sequence[OpenedStep], report: str, closed: datetime | None) -> bool:
    """Whether this reporter has rated since it was closed last; what was rated before a
    reopening is past.
    """
    return _said(steps, report, "rated", closed)


def _has_held(steps: Sequence[OpenedStep], report: str) -> bool:
    """Whether the last look-back was answered with 没有反弹."""
    return _said(steps, report, "held", _last(steps, "looked_back"))


def _said(
    steps: Sequence[OpenedStep], report: str, kind: str, since: datetime | None
) -> bool:
    """Whether this reporter did it since then: their steps are kept to the hour."""
    own = [step for step in steps if step.report == report and step.kind == kind]
    return any(since is None or step.at > since - HOUR for step in own)


def _last(steps: Sequence[OpenedStep], kind: str) -> datetime | None:
    """When a step of this kind came last; None if it never did."""
    times = (step.at for step in steps if step.kind == kind)
    return max(times, default=None)


def _is_waited_for(case: Case, mine: Filed, steps: Sequence[OpenedStep]) -> bool:
    return case.state is State.WAITING and is_asked(steps, mine.report)


# ── what comes next ───────────────────────────────────────────────────────────────────


def _can(case: Case, mine: Filed, steps: Sequence[OpenedStep]) -> tuple[str, ...]:
    asked = _is_waited_for(case, mine, steps)
    ended = case.state in ENDED
    looking = case.state is State.LOOK_BACK
    withdrawn = case.state is State.WITHDRAWN
    refused = case.state is State.DECLINED
    rated = is_rated(steps, mine.report, case.followup.closed)
    half = rated and mine.rating is not None and mine.rating.satisfied is None
    moves = {
        "answer": asked,
        "supplement": not asked and not ended and not withdrawn,
        "held": looking and not _has_held(steps, mine.report),
        "rebound": looking,
        "rate": ended and not rated,
        "satisfied": ended and half,
        "reopen": (ended and not looking) or refused or withdrawn,
        "appeal": refused,
        "keep_from": case.state in (*OPEN, State.WAITING),
        "withdraw": not mine.withdrawn and case.state in (*OPEN, State.WAITING),
        "settings": mine.follows,
        "hush": mine.follows,
        "forget": True,
    }
    return tuple(name for name, may in moves.items() if may)


def _next(
    case: Case, mine: Filed, steps: Sequence[OpenedStep], now: datetime, terms: Terms
) -> tuple[str, Params]:
    """The phrase that says what comes next, with the dates promised; 24:00 belongs to
    the day it ends. now: local.
    """
    zone = terms.zone
    name = case.state.value
    date = (case.due - TICK).astimezone(zone) if case.due else None
    match case.state:
        case State.FILED:
            date = date or accepted_until(mine.at).astimezone(zone)
            name = "apart" if case.supervisors_only else "filed"
            if now > date:
                name = "filed_late"
        case State.RECTIFYING if case.assignment.rectified:
            name = "rectified"
        case State.ASSIGNED | State.RECTIFYING if date is not None:
            name = f"{name}_late" if now > date else f"{name}_due"
        case State.CLOSED | State.CALLBACK:
            rated = is_rated(steps, mine.report, case.followup.closed)
            name = "closed_rated" if rated else "closed"
            closed = _last(steps, "closed") or now
            date = add(closed, terms.rules.look_back_after, terms).astimezone(zone)
        case State.WAITING if is_asked(steps, mine.report):
            name = "waiting_you"
        case _:
            pass
    spans = _spans(case, terms.rules)
    return f"next.{name}", {"unit": case.assignment.unit or "", "date": date, **spans}


def _spans(case: Case, rules: Rules) -> Params:
    """The times that a sentence about what comes next may name."""
    return {
        "assign": rules.deadline("assign", case.category, case.urgent),
        "hear": rules.hear_every,
        "rectify": rules.rectify_most,
    }
