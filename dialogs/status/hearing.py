"""What words mean that are said at a case's story: an answer, more material, a rating,
that it came back, a correction, impatience, another matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dialogs import draft
from dialogs.amending import old_words
from dialogs.asides import answer_question, answer_unclear
from dialogs.hearing import WRITES, hear
from dialogs.library.known import topic_asked
from dialogs.library.promised import promised
from dialogs.meaning import Draft, Intent, Meaning, Moment
from dialogs.status.feedback import (
    OF_COURSE,
    answer_rating,
    came_back,
    has_held,
    rate,
)
from dialogs.status.finding import end, still_there, unsent, wanted
from dialogs.status.finding import story_of as find_story
from dialogs.status.story import (
    is_plain_at_check,
    put_by,
    retake,
    to_check,
    write,
)
from dialogs.status.table import NAME, StatusState, StatusTurn, kept
from dialogs.status.verdicts import is_vague, sounds_bad, tells
from dialogs.status.withdrawing import hold_back, release, withdraw
from dialogs.talk import WRITE_IN_TOO, Aside, Heard, Mean, Turn, leave
from dialogs.texts import phrase, since_then
from dialogs.words import (
    KEPT_BACK,
    AskedKind,
    ByHandle,
    Meant,
    RulesInForce,
    Said,
    Say,
    Tell,
    Told,
)

STEPS: Mapping[AskedKind, str] = {
    "question": "question_open",
    "callback": "callback_open",
    "look_back": "look_back_open",
}


# ── what is open there ────────────────────────────────────────────────────────────────

phrase("open.question", "专线有个问题想问您。")
phrase("open.callback", "问题解决了吗？")
phrase("open.look_back", "又反弹了吗？")


def asked_of(story: Told) -> AskedKind | None:
    """What the hotline wants to know of this reporter."""
    if "answer" in story.can:
        return "question"
    if "held" in story.can:
        return "look_back"
    return "callback" if "rate" in story.can else None


def moment(turn: StatusTurn) -> Moment:
    """When a message is said: what is written, and what is asked, here or by the
    hotline.
    """
    answers = turn.answers
    said = tuple(line for line in answers.text.split("\n") if line)
    if turn.talk.state is StatusState.CHECK:
        return Moment(turn.step.hears, said, Draft(pictures=len(answers.pictures)))
    if turn.talk.state is StatusState.ADD and answers.asked:
        return Moment("question_open", open=answers.asked[0])
    if turn.talk.state not in (StatusState.STORY, StatusState.ADD):
        return turn.moment()
    story = turn.look(Tell(answers.report))
    kind = asked_of(story) if story else None
    if story is None or kind is None:
        return turn.moment()
    question = story.questions[0] if story.questions else turn.t(f"open.{kind}")
    return Moment(STEPS[kind], open=question)


# ── an answer, or more ────────────────────────────────────────────────────────────────

phrase("answers.to", "这是答：{text}")
phrase("not_now.until", "好，不急。专线等到{until}，想答的时候直接写一句就行。")
phrase("not_now", "好，不急。想答的时候直接写一句就行。")
phrase("story.over", "这件事已经结束了，这句没有转给谁。")
LATER = re.compile(
    r"(?:上午|下午|晚上|晚点|明[天早]|后天|回头|待会|等会|等下|等我|过会|改天|空了|有空|忙完|下班)"
    r"[^。]{0,8}(?:说|讲|回|答|弄|看|补|再|聊)|在入户|在忙|正忙|在开会|不方便(?:说|讲|回)?$"
    r"|^(?:我)?不(?:想|愿意?)(?:说|讲|答|回答?)(?:了)?$"
)
LATER_AT_MOST = 20  # characters


def more(turn: StatusTurn, heard: Heard) -> None:
    """Words for the case: shown before they go. Where it is over, they are a reason to
    take it up again.
    """
    if SAYS_SO.match(heard.words):
        correct_filed(turn, heard)
        return
    take(turn, heard)


def take(turn: StatusTurn, heard: Heard) -> None:
    story = turn.look(Tell(turn.answers.report))
    if story is None:
        still_there(turn)
    elif "answer" in story.can:
        answer(turn, heard, story)
    elif "supplement" in story.can:
        write(turn, heard.words)
    elif {"rebound", "reopen"} & {*story.can}:
        came_back(turn, heard)
    else:
        turn.tell(heard, "story.over")
        turn.prompt()


def answer(turn: StatusTurn, heard: Heard, story: Told) -> None:
    """Of several questions the oldest is answered first."""
    if says_later(heard.words):
        not_now(turn, story)
        return
    asked = turn.answers.asked or story.questions
    turn.answers.asked = asked
    if asked:
        turn.say("answers.to", text=asked[0])
    write(turn, heard.words)


def says_later(words: str) -> bool:
    return len(words) <= LATER_AT_MOST and LATER.search(words) is not None


def not_now(turn: StatusTurn, story: Told) -> None:
    """Fine; and until when the answer is waited for."""
    promise = story.params(turn.talk.lang).get("promise") or {}
    turn.tapped = False
    if until := promise.get("due"):
        turn.say("not_now.until", until=until)
    else:
        turn.say("not_now")
    end(turn)


# ── yes and no, where the hotline asked ───────────────────────────────────────────────


def agree(turn: StatusTurn, heard: Heard) -> None:
    story = turn.look(Tell(turn.answers.report))
    match asked_of(story) if story else None:
        case "callback":
            answer_rating(turn, heard, is_good=True)
        case "look_back":
            came_back(turn, heard)
        case "question":
            more(turn, heard)
        case _:
            turn.again()


def disagree(turn: StatusTurn, heard: Heard) -> None:
    story = turn.look(Tell(turn.answers.report))
    match asked_of(story) if story else None:
        case "callback":
            answer_rating(turn, heard, is_good=False)
        case "look_back" if OF_COURSE.match(heard.words):
            came_back(turn, heard)
        case "look_back":
            has_held(turn, "")
        case "question":
            more(turn, heard)
        case _:
            turn.again()


# ── how it stands ─────────────────────────────────────────────────────────────────────

phrase(
    "hurry.urgent", "在的。这件标了加急：转给单位后{on_site}内到场或到线，当天出结果。"
)
since_then("hurry.urgent", on_site=("2小时", "2 hours"))
phrase("hurry.story", "在的，没有忘。这件现在是这样：")
FEW = 12  # characters
ENDED = ("declined", "closed", "callback", "look_back", "merged", "withdrawn")


def write_in(turn: StatusTurn, words: str) -> None:
    """As text after all, whatever step is open: where it is not known yet what it is
    about, that step takes it; where nothing can be added, what is said of the result.
    """
    heard = Heard(words, Meaning("add"))
    if not turn.answers.report:
        turn.read(words)
    elif own := turn.step.means.get("add"):
        own(turn, heard)
    elif turn.answers.unsent or turn.talk.state is StatusState.ADD:
        write(turn, words)
    else:
        take(turn, heard)


def show_again(turn: StatusTurn, heard: Heard) -> None:
    """The story as it is now; once is enough, and what is urgent has its own clock. Who
    tells something instead of asking is heard.
    """
    if tells(heard.words):
        take(turn, heard)
        return
    story = turn.look(Tell(turn.answers.report))
    if story is not None and _is_urgent_now(story):
        hurried(turn, heard)
        return
    to_story(turn)
    last = turn.actions[-1] if turn.actions else None
    if not (isinstance(last, Say) and last.message.name == turn.step.name):
        turn.tapped = False
        turn.prompt()


def hurried(turn: StatusTurn, heard: Heard) -> None:
    """Who presses on hears what is promised, by its real clock."""
    is_question = heard.meaning.second == "ask" and topic_asked(heard.words)
    if is_question:
        answer_question(turn, heard)
        return
    if tells(heard.words):
        take(turn, heard)
        return
    story = turn.look(Tell(turn.answers.report))
    if story is not None:
        urgent = _is_urgent_now(story)
        _tell_beside(turn, heard, "hurry.urgent" if urgent else "hurry.story")
    to_story(turn)
    turn.tapped = False
    turn.prompt()


def _is_urgent_now(story: Told) -> bool:
    return story.urgent and story.state not in (*ENDED, KEPT_BACK)


def _tell_beside(turn: StatusTurn, heard: Heard, name: str) -> None:
    """Who says more than a few words may have meant them for the case: one tap writes
    them in.
    """
    rules = turn.look(RulesInForce())
    spans = promised({"on_site"}, rules, turn.talk.lang)
    if len(heard.words) <= FEW:
        turn.tell(heard, name, **spans)
        return
    turn.talk.aside = Aside(heard.words)
    turn.say(name, WRITE_IN_TOO, **spans)


def to_story(turn: StatusTurn) -> None:
    """Where the story can be seen from, without a word."""
    if turn.talk.state is not StatusState.STORY:
        turn.talk.move("opened")


# ── a correction ──────────────────────────────────────────────────────────────────────

phrase("correcting", "这是更正，送出后以这一段为准，前面那段不再算数。")
phrase(
    "filed.stays",
    "送出去的字改不了。要更正，直接说“更正：……”；想全部销毁，点“忘记我”。",
)
SAYS_SO = re.compile(r"^(?:更正|订正|改一?下|纠正)[一下]*[:：,，\s]*")


def correct_filed(turn: StatusTurn, heard: Heard) -> None:
    """The whole of what was added last, as it is right; where nothing was added, the
    correction is one of the report.
    """
    story = turn.look(Tell(turn.answers.report))
    if story is None or not {"answer", "supplement"} & {*story.can}:
        take(turn, heard)
        return
    added = story.added
    words = heard.words.strip()
    if added:
        turn.answers.corrects = True
        turn.say("correcting")
        retake(turn, _right(turn, added, words))
    else:
        text = words if SAYS_SO.match(words) else f"更正：{words}"
        retake(turn, text)
    to_check(turn)


def _right(turn: StatusTurn, added: str, words: str) -> str:
    """What was added, with the new words where the wrong ones stood; below it, if that
    cannot be told.
    """
    read_again = Moment("supplement_open", tuple(added.split("\n")), Draft())
    meant = turn.look(Meant(words, read_again))
    value = str(meant.args.get("value", ""))
    old = meant.old
    if value and old and old in added:
        return added.replace(old, value)
    return f"{added}\n更正：{SAYS_SO.sub('', words)}"


def stays(turn: StatusTurn, heard: Heard) -> None:
    turn.tell(heard, "filed.stays")
    turn.tapped = False
    turn.prompt()


# ── another matter, and leaving ───────────────────────────────────────────────────────

phrase("sent.already", "已经送出了，不用再送。")


def another(turn: StatusTurn, heard: Heard) -> None:
    """A report of its own; while a draft waits below, it is put by."""
    meaning = heard.meaning
    if not meaning.sure and meaning.second in ("add", "answer"):
        more(turn, heard)
    elif turn.talk.under is not None:
        put_by(turn, heard)
    else:
        turn.enter_first().read(heard.words)


def send_now(turn: StatusTurn, heard: Heard) -> None:
    if turn.talk.state is StatusState.ADD:  # nothing is written yet
        turn.again()
        return
    story = turn.look(Tell(turn.answers.report))
    if story is not None and "release" in story.can:
        release(turn, "")
    else:
        turn.tell(heard, "sent.already")
        turn.prompt()


def stop(turn: StatusTurn, heard: Heard) -> None:
    """Nothing is written here that could be lost."""
    story = turn.look(Tell(turn.answers.report))
    if story is not None and "release" in story.can:
        withdraw(turn, heard)
    else:
        leave(turn)


def unclear(turn: StatusTurn, heard: Heard) -> None:
    """A sound is no answer, but to whether it is solved it may be one."""
    story = turn.look(Tell(turn.answers.report))
    kind = asked_of(story) if story is not None else None
    is_bitter = kind == "callback" and sounds_bad(heard.words)
    if is_bitter or is_vague(heard.words):
        rate(turn, heard)
    elif heard.meaning.second == "status":
        show_again(turn, heard)
    elif kind == "question" and COUNTS.search(heard.words):
        more(turn, heard)
    else:
        answer_unclear(turn, heard)


def ask(turn: StatusTurn, heard: Heard) -> None:
    """What only sounds like a question: 一般般."""
    if is_vague(heard.words):
        rate(turn, heard)
    else:
        answer_question(turn, heard)


COUNTS = re.compile(r"[0-9０-９一二两三四五六七八九十百千几]")


def once_known(mean: Mean) -> Mean:
    """What it does with the report that is open; before it is known which one that is,
    the open step reads the words, and while it is asked whether a supplement shall go
    nothing but that is answered.
    """

    def heard_here(turn: StatusTurn, heard: Heard) -> None:
        is_text = heard.meaning.intent in WRITES
        if turn.talk.state is StatusState.DROP and not is_text:
            turn.again()
        elif turn.answers.report and turn.talk.state is not StatusState.DROP:
            mean(turn, heard)
        else:
            turn.read(heard.words)

    return heard_here


def corrects_something(turn: StatusTurn, heard: Heard) -> bool:
    """Whether it needs not be asked what is meant: a correction that finds it is told,
    and one tap undoes it; a plain yes sends, and taking all back asks by itself.
    """
    if turn.talk.state is StatusState.CHECK and is_plain_at_check(heard.words):
        return True
    value = str(heard.meaning.args.get("value", ""))
    text = turn.answers.text
    is_one = heard.meaning.intent == "correct" and bool(value)
    return is_one and old_words(text, heard, value) is not None


AT_STORY: Mapping[Intent, Mean] = {
    "add": more,
    "answer": more,
    "new_report": another,
    "yes": agree,
    "no": disagree,
    "rate": rate,
    "rebound": came_back,
    "status": show_again,
    "hurry": hurried,
    "correct": correct_filed,
    "remove": stays,
    "send": send_now,
    "cancel": stop,
    "withdraw": withdraw,
    "hold_back": hold_back,
    "unclear": unclear,
}
# other steps have their own before these
MEANS = {intent: once_known(mean) for intent, mean in AT_STORY.items()}


@wanted("words")
def hear_kept_words(turn: StatusTurn, report: str) -> None:
    """Words that waited until it was known which report is meant."""
    words = turn.answers.words
    opened = open_quietly(turn, report)
    if opened is not None:
        hear(opened, words)


def open_quietly(turn: StatusTurn, report: str) -> StatusTurn | None:
    """The story of a report is open, and nothing of it was shown; None where it was
    forgotten.
    """
    if find_story(turn, report) is None:
        return None
    turn.answers.words = ""
    turn.talk.move("opened")
    turn.arrive()
    return turn


phrase(
    "reply.left",
    "“{words}”没有写进去：先把这段补充送出或放弃，再回复一次。",
)


def take_reply(turn: Turn[Any], handle: str) -> bool:
    """A push was replied to: what it was about is open, whatever was before. Returns
    whether what was said may be heard there.
    """
    report = turn.look(ByHandle(handle))
    if report is None or report == kept(turn).report:
        return True
    if unsent(turn):
        if isinstance(turn.event, Said):
            turn.say("reply.left", words=draft.shorten(turn.event.text, 30))
        return False
    return open_quietly(turn.enter(NAME), report) is not None
