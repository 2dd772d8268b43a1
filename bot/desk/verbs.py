"""What staff order in a chat: by button, by command, by a reply to a prompt. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from dialogs.case.life import FINDINGS, LEVELS, ORDERED, Case, Refusal, legal
from dialogs.case.orders import (
    Accept,
    Answer,
    Arrive,
    Ask,
    Assign,
    Claim,
    Close,
    Decline,
    Extend,
    Find,
    GrantExtend,
    Merge,
    Note,
    Order,
    Rectify,
    RefuseReturn,
    Release,
    Reply,
    Resume,
    Return,
    StaffReopen,
    Supervise,
    Undo,
    Wait,
    Whistle,
)

DECLINES = {
    "不在范围": "不归本专线管：这里只收给基层增加负担的事。居民诉求请打12345，"
    "举报违纪请打12388。",
    "不够具体": (
        "说得还不够具体，查不了。请补上是什么事、哪一级要求的，再反映一次，马上看。"
    ),
    "已经在办": "同样的事已经在办，会一并解决，请看以后的公开结果。",
    "有依据": "核对过了：这件事有明确的政策依据，不算额外负担。",
}  # a reason that the reporter reads, by what stands on the button


@dataclass(frozen=True, slots=True)
class Now:
    """at: UTC; zone: in which staff write dates."""

    at: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()


Make = Callable[[str, Now], Order]


@dataclass(frozen=True, slots=True)
class Verb:
    """label: on its button; order: what it makes; asks: what has to be written, "" for
    nothing.
    """

    label: str
    order: type[Order]
    make: Make
    asks: str = ""


# ── reading what was written ──────────────────────────────────────────────────────────

DATE = re.compile(r"(?:(\d{4})[-年/.])?(\d{1,2})[-月/.](\d{1,2})日?")
DAYS = re.compile(r"(\d{1,3})天")
TO = re.compile(r"[#＃](\d{1,3})\s+")


def day_end(words: str, now: Now) -> datetime | None:
    """The last second of a day as staff write it (12月1日, 12-01, 2026-12-01, 3天);
    None if it is none.
    """
    if days := DAYS.fullmatch(words):
        day = now.today + timedelta(days=int(days[1]))
    elif found := DATE.fullmatch(words):
        try:
            day = date(int(found[1] or now.today.year), int(found[2]), int(found[3]))
        except ValueError:
            return None
        if found[1] is None and day < now.today:
            day = day.replace(
                year=day.year + 1, day=min(day.day, 28) if day.month == 2 else day.day
            )
    else:
        return None
    return datetime.combine(day, time(23, 59, 59), now.zone)


def _first(words: str) -> tuple[str, str]:
    """The first word, and the rest."""
    head, _, rest = words.strip().replace("\n", " \n", 1).partition(" ")
    return head.strip(), rest.strip()


def _last(words: str) -> tuple[str, str]:
    """What stands before the last word, and that."""
    rest, _, tail = words.strip().rpartition(" ")
    return rest.strip(), tail


def _lines(words: str) -> tuple[str, str]:
    """The first line, and the others."""
    head, _, rest = words.strip().partition("\n")
    return head.strip(), rest.strip()


def _addressed(words: str) -> tuple[str, int | None]:
    """#2 at the beginning: to the second reporter only."""
    found = TO.match(words)
    return (words[found.end() :], int(found[1])) if found else (words, None)


def _ask(words: str, now: Now) -> Order:
    return Ask(*_addressed(words))


def _reply(words: str, now: Now) -> Order:
    return Reply(*_addressed(words))


def _wait(words: str, now: Now) -> Order:
    head, reason = _first(words)
    until = day_end(head, now)
    if until is None:
        raise Refusal("请先写等到哪天，再写等什么，如：12月1日 等区里的文件。")
    return Wait(reason, until)


def _assign(words: str, now: Now) -> Order:
    """A unit, and behind it in any order a level, 复杂, a date."""
    rest, level, due, hard = " ".join(words.split()), None, None, False
    names = {name: code for code, name in LEVELS.items()}
    while " " in rest:
        before, tail = _last(rest)
        if tail == "复杂":
            hard = True
        elif tail in names:
            level = names[tail]
        elif until := day_end(tail, now):
            due = until
        else:
            break
        rest = before
    return Assign(rest, level, due, hard)


def _return(words: str, now: Now) -> Order:
    return Return(*_lines(words))


def _extend(words: str, now: Now) -> Order:
    head, reason = _first(words)
    days = re.fullmatch(r"(\d{1,3})(?:个?工作日|天)?", head)
    if days is None:
        raise Refusal("请先写几个工作日，再写原因，如：5 还在核对。")
    return Extend(int(days[1]), reason)


def _grant(words: str, now: Now) -> Order:
    head, rest = _first(words)
    if head in ("同意", "yes"):
        days, reason = _first(rest)
        return (
            GrantExtend(True, reason, int(days))
            if days.isdecimal()
            else GrantExtend(True, rest)
        )
    if head in ("不同意", "不准"):
        return GrantExtend(False, rest)
    raise Refusal("请写“同意”“同意 5”（批5个工作日），或“不同意 理由”。")


def _find(words: str, now: Now) -> Order:
    head, rest = _first(words)
    codes = {name: code for code, name in FINDINGS.items()}
    if head not in codes:
        raise Refusal("请先写属实、部分属实或不属实，后面可以加说明。")
    return Find(codes[head], rest)


def _rectify(words: str, now: Now) -> Order:
    plan, tail = _last(words)
    due = day_end(tail, now)
    return Rectify(plan, due) if due else Rectify(words.strip())


SEEN = "反映人会看到"
VERBS: dict[str, Verb] = {
    "claim": Verb("认领", Claim, lambda words, now: Claim()),
    "take": Verb("接过来", Claim, lambda words, now: Claim(take=True)),
    "release": Verb("放回", Release, lambda words, now: Release()),
    "accept": Verb("受理", Accept, lambda words, now: Accept()),
    "decline": Verb(
        "不予受理", Decline, lambda words, now: Decline(words), f"理由，{SEEN}"
    ),
    "ask": Verb("问反映人", Ask, _ask, f"问题，{SEEN}（只问第2位就以 #2 开头）"),
    "wait": Verb(
        "等第三方", Wait, _wait, f"等到哪天和等什么，如：12月1日 等区里的文件。{SEEN}"
    ),
    "resume": Verb("接着办", Resume, lambda words, now: Resume()),
    "assign": Verb(
        "转办",
        Assign,
        _assign,
        "单位，后面可以加层级（如 区）、复杂、期限（如 12月1日）",
    ),
    "arrive": Verb("单位到场", Arrive, lambda words, now: Arrive(words)),
    "answer": Verb(
        "单位答复", Answer, lambda words, now: Answer(words), f"单位怎么答复的，{SEEN}"
    ),
    "return": Verb("单位退回", Return, _return, f"依据哪一条；说明另起一行。{SEEN}"),
    "refuse-return": Verb(
        "不准退回",
        RefuseReturn,
        lambda words, now: RefuseReturn(words),
        f"理由，单位和{SEEN}",
    ),
    "extend": Verb("申请延期", Extend, _extend, "几个工作日和原因，如：5 还在核对"),
    "grant": Verb(
        "批复延期",
        GrantExtend,
        _grant,
        "“同意”“同意 5”（批5个工作日），或“不同意 理由”",
    ),
    "supervise": Verb(
        "督办", Supervise, lambda words, now: Supervise(words), "要求，单位会看到"
    ),
    "whistle": Verb(
        "吹哨升级",
        Whistle,
        lambda words, now: Whistle(*_lines(words)),
        f"为什么，{SEEN}；由谁办另起一行，不写就是上级单位",
    ),
    "finding": Verb(
        "核实定性", Find, _find, f"属实、部分属实或不属实，后面可以加说明，{SEEN}"
    ),
    "rectify": Verb(
        "整改",
        Rectify,
        _rectify,
        f"怎么改，{SEEN}；期限写在最后，如：撤掉重复报表 12月20日",
    ),
    "close": Verb("办结", Close, lambda words, now: Close(words), f"结果，{SEEN}"),
    "reopen": Verb(
        "重新办理",
        StaffReopen,
        lambda words, now: StaffReopen(words),
        f"为什么，{SEEN}",
    ),
    "merge": Verb("合并", Merge, lambda words, now: Merge(words), "并入哪一件，写代号"),
    "reply": Verb(
        "答复",
        Reply,
        _reply,
        f"要说的话，{SEEN}；10秒内可以撤回（只对第2位说就以 #2 开头）",
    ),
    "undo": Verb("撤回", Undo, lambda words, now: Undo()),
    "note": Verb(
        "备注", Note, lambda words, now: Note(words), "要记下的话，只有同事看得到"
    ),
}
MAY_BE_EMPTY = ("arrive", "rectify", "reopen")  # a command alone is enough
OF_MOVE = {"find": "finding"}  # /find looks for cases
LABELS = {verb.label: name for name, verb in VERBS.items()}


def possible(case: Case) -> list[str]:
    """Verbs that the case allows now, in the order of their buttons."""
    found = [OF_MOVE.get(name, name) for name in legal(case) if name in ORDERED]
    undo = ["undo"] if case.reply is not None else []
    talk = (
        ["reply"] if case.reports and case.reply is None and not case.retained else []
    )
    return ["release" if case.claimed else "claim", *found, *undo, *talk, "note"]


def ordered(verb: str, words: str, now: Now) -> Order:
    """The order that a verb and its words mean. Raises: Refusal, saying how it is
    written.
    """
    known, words = VERBS[verb], words.strip()
    if known.asks and not words and verb not in MAY_BE_EMPTY:
        raise Refusal(f"请写：{known.asks.rstrip('。')}。")
    return known.make(words, now)


# ── prompts: all that a reply to them means stands in their first line ────────────────

PROMPT = re.compile(r"【(.+?)】(\S+)")


def prompt(verb: str, alias: str) -> str:
    return (
        f"【{VERBS[verb].label}】{alias}\n"
        f"请回复这条消息，写：{VERBS[verb].asks.rstrip('。')}。"
    )


def prompted(words: str) -> tuple[str, str] | None:
    """(verb, alias) of a prompt of ours; None for any other message."""
    found = PROMPT.fullmatch(words.partition("\n")[0].strip())
    verb = LABELS.get(found[1]) if found else None
    return (verb, found[2]) if found and verb else None


COMMAND = re.compile(
    r"/([A-Za-z][A-Za-z0-9_]*|[\u4e00-\u9fff]+)(?:@(\w+))?(?:\s+(.*))?", re.DOTALL
)


def command(words: str, name: str | None) -> tuple[str, str] | None:
    """(command, what follows); None for what is no command, or another bot's. name: our
    username.

    What stands on a button will do as a command, too: /受理 is /accept.
    """
    found = COMMAND.fullmatch(words.strip())
    if found is None or (found[2] and name and found[2].lower() != name.lower()):
        return None
    name = LABELS.get(found[1], found[1].lower().replace("_", "-"))
    return name, (found[3] or "").strip()
