"""Which report is meant: the chat's own, one of several, or the one of a receipt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dialogs import draft
from dialogs.commands import BACK
from dialogs.hearing import hear
from dialogs.looks import button
from dialogs.meaning import Intent
from dialogs.report.filing import GO_ON
from dialogs.status.announcing import speaks_of_a_case
from dialogs.status.table import NAME, StatusState, StatusTurn, kept
from dialogs.talk import Command, Heard, Step, Turn, leave
from dialogs.texts import phrase
from dialogs.words import (
    MISTYPED,
    Asked,
    AskedKind,
    Button,
    ByHandle,
    ByReceipt,
    DropPictures,
    Mine,
    MyCase,
    Said,
    Tell,
    Told,
)

HANDS_OVER = (  # words that only hand a receipt over
    r"(?:[你您]好|请问?|麻烦[你您]?|劳驾|帮忙|帮我|给我|我要|我想|我|俺|咱|的|这是|这个|那个|就是|是|为"
    r"|查询|查查|查下|查|看看|看下|看|一下|一哈|一眼|眼|下|先|再|都|发你|给[你您]"
    r"|进[度展]|补充材料|补充|材料|补|往|里头?|里面|加|点"
    r"|回执[码号]?|凭证|查询码|编码|单号|号码|码|号|另外?一个|另外?|还有|和|跟|与|及"
    r"|第[一二12]个|两个|恁|给看看|吧|呢|啊|哈|咋样了?|怎么样了?|到哪(?:一步)?了?"
    r"|receipts?|status|code|my|is|the|please|check|and|\s)++"
)
LEADS_TO = re.compile(rf"^[\W_]*{HANDS_OVER}(?:[\W_]+|$)", re.IGNORECASE)
ENDS_WITH = re.compile(rf"(?:^|[\W_]+){HANDS_OVER}[\W_]*$", re.IGNORECASE)
BETWEEN = " \t\r\n,.;:!?，。；：！？、…~～“”\"'「」()（）"
HANDED_OVER_AT_MOST = 4  # clauses before and after a receipt
LOOKED_AT = 40  # characters of the end
BY_NAME = re.compile(
    r"^(?:我是|我叫|俺是|俺叫)?([\u4e00-\u9fff]{2,4}?)[\s,，。]*"
    r"(?:帮(?:我|忙)?)?(?:查一?下|查查|查|的?进[度展])[\s。！!]*$"
)
NO_NAME = re.compile(
    r"[我俺咱你您他她它这那哪请麻帮给再先快来想要能可怎回执进度结果案反映上次昨今天个件事条单号码位们为谁]"
)
ADDS = re.compile(r"补充?|材料")
SPEECH = re.compile(r"[\u4e00-\u9fff]")
SYMBOL = re.compile(r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]")
SENTENCE = 6  # Chinese characters that no receipt holds

phrase("code.malformed", "这个回执码有一位抄错了，请对照再发一次。")
phrase("name.nothing", "这里不记名字，按名字什么都查不到，只有回执码才行。")
phrase(
    "announced.which",
    "说的是以前反映的那件吗？这里认不出是哪一件，发回执码就接上；"
    "要说新的事，直接说是谁要您做什么。",
)
phrase("announced.waits", "“{words}”先记着，发了回执码就接上；不发就不留。")
phrase("receipt.waits", "“{words}”先记着，码对了就接上；不发码就不留。")
phrase(
    "receipt.left",
    "“{words}”没有写进去：先把这段补充送出或放弃，再连回执码发一次。",
)
phrase("story.one_of", "第{number}个回执码：\n{text}")
phrase("story.nth", "第{number}个回执码：")
phrase(
    "which",
    "认不出是哪一件，可能已经不再提醒，或联系方式已销毁。请发送回执码，接着办。",
)
phrase("unsent", "您有一段补充还没送出，先点“送出”或“放弃”。")
phrase("story.gone", "这件事的内容已按要求销毁，查不到了。")
phrase("pick.waits", "“{words}”记着，先点是哪一件。")
phrase("pick.line", "{day} {category}")

# what is answered by this, typed with nothing else open
ANSWERED_BY: Mapping[str, AskedKind] = {
    "solved": "callback",
    "unsolved": "callback",
    "held": "look_back",
    "rebound": "look_back",
}
Wanted = Callable[[StatusTurn, str], None]
WANTED: dict[str, Wanted] = {}  # what can be done with a report once it is found


def wanted(name: str) -> Callable[[Wanted], Wanted]:
    """Make a function what "name" wants with the report (hex) that is found."""

    def known(act: Wanted) -> Wanted:
        WANTED[name] = act
        return act

    return known


# ── finding it ────────────────────────────────────────────────────────────────────────


def ask_status(turn: Turn[Any]) -> None:
    """The chat's only case at once, a choice of several, or the question for the
    receipt. A name finds nothing: none is kept.
    """
    said = turn.event.text if isinstance(turn.event, Said) else ""
    if by_name(said):
        turn.tapped = False
        turn.say("name.nothing")
        if not unsent(turn):
            turn.enter(NAME).prompt()
        return
    find(turn, "", NAME)


def by_name(words: str) -> bool:
    """Whether somebody asks by a person's name."""
    found = BY_NAME.search(words)
    return found is not None and not NO_NAME.search(found[1])


def asks_by_name(turn: Turn[Any], heard: Heard) -> bool:
    """Whether nothing is open and somebody asks by a name; then it is said that none is
    kept.
    """
    if not turn.talk.idle or not by_name(heard.words):
        return False
    ask_status(turn)
    return True


def take_receipts(turn: Turn[Any], codes: Sequence[str], words: str) -> str:
    """Receipts, typed or pasted anywhere, open their stories, the last one to stay;
    what it was asked for goes on.

    words: what was said beside them. Returns: what of it is still to be heard.
    """
    turn.tapped = False
    rest = beside(words)
    found = _found(turn, codes)
    if not found:
        return _wait_for_receipt(turn, rest)
    wants = kept(turn).wanted
    if unsent(turn):
        if rest:
            turn.say("receipt.left", words=draft.shorten(rest, 30))
        return ""
    waiting = "" if kept(turn).report else kept(turn).words
    for number, report in enumerate(found[:-1], 1):
        _tell_one_of(turn, number, report)
    opened: StatusTurn = turn.enter(NAME)
    if len(found) > 1:
        opened.say("story.nth", number=len(found))
        opened.answers.told = tuple(found)
    if wants == NAME and not rest and ADDS.search(words):
        wants = "add"
    WANTED[NAME if wants == "words" else wants](opened, found[-1])
    return "\n".join(filter(None, [waiting, rest]))


def _found(turn: Turn[Any], codes: Sequence[str]) -> list[str]:
    """The reports of these receipts; that one is wrong or unknown is told."""
    found: list[str] = []
    slips: list[str] = []
    for code in dict.fromkeys(codes):
        report = MISTYPED if code == MISTYPED else turn.look(ByReceipt(code))
        if report is None or report == MISTYPED:
            slips.append("code.again" if report is None else "code.malformed")
        else:
            turn.look(Tell(report))
            found.append(report)
    for slip in dict.fromkeys(slips):
        turn.say(slip)
    return found


def _wait_for_receipt(turn: Turn[Any], rest: str) -> str:
    """No receipt was right: the words beside it belong to its report, and wait."""
    if not rest:
        turn.prompt()
        return ""
    if turn.talk.state is StatusState.CHECK:
        return rest
    opened: StatusTurn = turn
    if turn.talk.state is not StatusState.CODE:
        opened = turn.enter(NAME)
    waiting = [opened.answers.words, rest]
    opened.answers.words = "\n".join(filter(None, waiting))
    opened.say("receipt.waits", words=draft.shorten(rest, 30))
    opened.prompt()
    return ""


def _tell_one_of(turn: Turn[Any], number: int, report: str) -> None:
    """The story of one of several receipts, only told."""
    story = turn.look(Tell(report))
    lang = turn.talk.lang
    told = story.text(lang) if story else turn.t("story.gone")
    turn.say("story.one_of", number=number, text=told)


def beside(words: str) -> str:
    """What is said beside a receipt, without what only hands it over."""
    rest = words.strip()
    for _ in range(HANDED_OVER_AT_MOST):
        rest = LEADS_TO.sub("", rest)
        end = rest[-LOOKED_AT:]
        rest = rest.removesuffix(end) + ENDS_WITH.sub("", end)
    return rest.lstrip(BETWEEN) if re.search(r"\w", rest) else ""


def meant(turn: Turn[Any], handle: str, wants: str = "") -> list[str]:
    """The report of this handle; without one, the one that this is the answer for, else
    all that this chat may open.
    """
    if handle:
        report = turn.look(ByHandle(handle))
        return [report] if report else []
    kind = ANSWERED_BY.get(wants)
    if kind is not None:
        asked = [one.report for one in turn.look(Asked()) if one.kind == kind]
        if asked:
            return asked[:1]
    return [case.report for case in turn.look(Mine())]


def find(turn: Turn[Any], handle: str, wants: str) -> None:
    """Do what is wanted with the case of this handle, or this chat's only one; ask
    which, or the receipt.
    """
    found = meant(turn, handle, wants)
    if unsent(turn):
        return
    choose(turn, found, wants, handle=handle)


def choose(
    turn: Turn[Any],
    found: Sequence[str],
    wants: str,
    *,
    handle: str = "",
    words: str = "",
) -> None:
    """Do what is wanted with the only one of these; else ask which. words: kept until
    it is known.
    """
    opened: StatusTurn = turn.enter(NAME)
    opened.answers.cases = len(found)
    opened.answers.wanted = wants
    opened.answers.words = words
    if len(found) == 1:
        WANTED[wants](opened, found[0])
    elif found:
        opened.go("several")
    else:
        if handle:
            opened.say("which")
        elif wants in ANSWERED_BY:
            opened.say("announced.which")
        opened.prompt()


def unsent(turn: Turn[Any]) -> bool:
    """A supplement that was written and shown is not swept away by whatever is pressed
    next.
    """
    if turn.talk.state not in (StatusState.CHECK, StatusState.DROP):
        return False
    turn.say("unsent")
    turn.prompt()
    return True


# ── once it is found ──────────────────────────────────────────────────────────────────


def story_of(turn: StatusTurn, report: str) -> Told | None:
    """The story of what the turn is about from here on; where it was forgotten, say so
    and end.
    """
    story = turn.look(Tell(report))
    if story is None:
        turn.say("story.gone")
        end(turn)
    else:
        turn.answers.wanted = NAME
        turn.answers.report = report
    return story


def still_there(turn: StatusTurn) -> bool:
    """The report may have been forgotten meanwhile, from another chat: then say so, and
    end.
    """
    if turn.look(Tell(turn.answers.report)) is None:
        turn.say("story.gone")
        end(turn)
        return False
    return True


def end(turn: Turn[Any]) -> None:
    """Done here: the draft below goes on, or the talk is over; a matter that was put by
    is next.
    """
    drop_pictures(turn)
    turn.resume()
    if turn.talk.over and turn.talk.later:
        turn.say("later.now", GO_ON, words=draft.shorten(turn.talk.later, 30))


def drop_pictures(turn: Turn[Any]) -> None:
    for picture in turn.answers.pictures:
        turn.do(DropPictures((picture.id,)))


# ── its steps ─────────────────────────────────────────────────────────────────────────


def read_code(turn: StatusTurn, words: str) -> bool:
    """Something that is no receipt, typed where one is asked for: perhaps somebody has
    news instead, or goes on with what is being written.
    """
    if turn.talk.under is None and len(SPEECH.findall(words)) >= SENTENCE:
        turn.enter_first().read(words)
        return True
    if speaks_of_a_case(words):
        return _wait_for_code(turn, words)
    if SYMBOL.search(words) is not None:  # an attempt at a receipt
        return False
    turn.prompt()  # "嗯" was not looked up, so it is not said that nothing was found
    return True


def _wait_for_code(turn: StatusTurn, words: str) -> bool:
    """The words belong to the case of the receipt that is to come."""
    waiting = [turn.answers.words, words.strip()]
    turn.answers.words = "\n".join(filter(None, waiting))
    turn.answers.wanted = "words"
    turn.say("announced.waits", words=draft.shorten(words, 30))
    turn.prompt()
    return True


def decline_code(turn: StatusTurn, heard: Heard) -> None:
    if not (speaks_of_a_case(heard.words) and _wait_for_code(turn, heard.words)):
        leave(turn)


def back_to_draft(turn: Turn[Any], heard: Heard) -> bool:
    """Whether no receipt came where one was asked for, while a draft waits below: then
    the words are heard there.
    """
    is_asked = turn.talk.state is StatusState.CODE and turn.talk.under is not None
    is_asked = is_asked and SPEECH.search(heard.words) is not None
    if not is_asked or heard.meaning.intent in STAYS_HERE:
        return False
    told = len(turn.actions)
    turn.resume()
    del turn.actions[told:]  # what is heard there shows it
    turn.arrive()
    hear(turn, heard.words)
    return True


STAYS_HERE: tuple[Intent, ...] = (
    "status",
    "hurry",
    "ask",
    "social",
    "emergency",
    "no",
    "cancel",
    "back",
    "withdraw",
    "receipt",
)


CODE_STEP = Step(
    StatusState.CODE,
    title="要回执码",
    ask="请发送回执码（16位字母和数字），马上告诉您进展。",
    again="没有查到。请对照抄下的回执码再发一次，或说“返回”。",
    buttons=[BACK],
    read=read_code,
    hears="idle",
    asked="open",
    means={
        "status": lambda turn, _: turn.prompt(),
        "hurry": lambda turn, _: turn.prompt(),
        "yes": lambda turn, _: turn.prompt(),
        "no": decline_code,
        "cancel": lambda turn, _: leave(turn),
    },
)
BY_CODE = button("code", "用回执码查")


def pick_buttons(turn: StatusTurn) -> list[Button]:
    mine = turn.look(Mine())
    cases = [_case_button(turn, number, case) for number, case in enumerate(mine)]
    return [*cases, BY_CODE]


def _case_button(turn: StatusTurn, number: int, case: MyCase) -> Button:
    category = turn.t(f"category.{case.category}")
    params = {"day": case.filed_day, "category": category}
    return Button(f"case:{number}", "pick.line", params)


def pick(turn: StatusTurn, number: str) -> None:
    mine = turn.look(Mine())
    if number.isdecimal() and int(number) < len(mine):
        WANTED[turn.answers.wanted](turn, mine[int(number)].report)
    else:
        turn.again()


def keep_words(turn: StatusTurn, words: str) -> bool:
    """Said before it was picked: kept until it is known which one it is about."""
    waiting = [turn.answers.words, words.strip()]
    turn.answers.words = "\n".join(filter(None, waiting))
    turn.answers.wanted = "words"
    turn.say("pick.waits", words=draft.shorten(words.strip(), 30))
    turn.prompt()
    return True


PICK_STEP = Step(
    StatusState.PICK,
    title="选哪一件",
    ask="您在这里反映过{number}件，说的是哪一件？",
    again="请点选一件，或直接发送回执码。",
    show=lambda turn: {"number": turn.answers.cases},
    buttons=pick_buttons,
    pressed={"case": pick, "code": lambda turn, _: turn.go("code")},
    read=keep_words,
    hears="story",
    asked="choices",
    means={
        "cancel": lambda turn, _: leave(turn),
        "status": lambda turn, _: turn.again(),
    },
)

FINDING_STEPS = (CODE_STEP, PICK_STEP)
STATUS_COMMAND = Command(
    NAME,
    ("进度", "查进度", "进展", "查进展", "查询", "status"),
    ask_status,
    ("status",),
)
