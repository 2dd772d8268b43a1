"""What the reporter thinks of the result: a rating, a reopening, whether it came back;
under a story, or as the answer to a push.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import dialogs.case.story  # noqa: F401 - ratings in words
from dialogs import draft
from dialogs.commands import BACK
from dialogs.library.promised import promised
from dialogs.looks import button, label
from dialogs.meaning import Intent
from dialogs.plain import plain_word
from dialogs.status.finding import (
    end,
    find,
    still_there,
    story_of,
    unsent,
    wanted,
)
from dialogs.status.table import StatusState, StatusTurn, kept
from dialogs.status.verdicts import (
    GOES_ON,
    IS_OVER,
    SPEAKS_OF_IT,
    UNSOLVED,
    VERDICT,
    Verdict,
    is_vague,
    says_yes,
    sounds_bad,
    verdict_of,
    wants_again,
)
from dialogs.talk import Command, Heard, PushAnswer, Step, Turn
from dialogs.texts import phrase, phrases, since_then
from dialogs.words import (
    Button,
    Held,
    Rate,
    Rebound,
    Reopen,
    RulesInForce,
    Tell,
    Wipe,
    Wish,
)

REASON_AT_MOST = 500  # characters of a free word
RATING_STATES = (
    StatusState.SOLVED,
    StatusState.UNSOLVED,
    StatusState.SATISFIED,
    StatusState.WORD,
)

# ── solved, satisfied, and a word ─────────────────────────────────────────────────────

phrase("rated.thanks", "谢谢，记下了。单位只会看到合起来的数字，看不到您这一份。")
YES_SOLVED = button("yes", "解决了", role="main", name="yes_solved")
NOT_SOLVED = button("no", "没解决", name="not_solved")
PARTLY = button("partly", "部分解决", name="partly_solved")
YES_SATISFIED = button("yes", "满意", role="main", name="yes_satisfied")
NOT_SATISFIED = button("no", "不满意", name="not_satisfied")
NO_WORD = button("none", "不说了", name="no_word")
REOPEN = Button("reopen", label("reopen", "重新办理"))
NOT_NOW = button("not_now", "先不用")


def is_solved(turn: StatusTurn, _: str) -> None:
    """One tap, one answer, kept at once."""
    if still_there(turn):
        turn.do(Rate(turn.answers.report, True, None, None, turn.at))
        to_story(turn)
        turn.go("solved")


def not_solved(turn: StatusTurn, _: str) -> None:
    if still_there(turn):
        turn.do(Rate(turn.answers.report, False, None, None, turn.at))
        to_story(turn)
        turn.go("unsolved")


def partly_solved(turn: StatusTurn, _: str) -> None:
    """Counted as not solved, since something is left; its word tells the difference."""
    if still_there(turn):
        word = _with_earlier(turn, turn.t("b.partly_solved"))
        turn.answers.words = word
        turn.do(Rate(turn.answers.report, False, None, word, turn.at))
        turn.say("rated.partly")
        to_story(turn)
        turn.go("unsolved")


def to_story(turn: StatusTurn) -> None:
    """Where the story can be seen from, without a word."""
    if turn.talk.state is not StatusState.STORY:
        turn.talk.move("opened")


def rates_satisfied(satisfied: bool) -> Callable[[StatusTurn, str], None]:
    """One tap, one answer, kept at once."""

    def pressed(turn: StatusTurn, _: str) -> None:
        if still_there(turn):
            turn.do(Rate(turn.answers.report, None, satisfied, None, turn.at))
            turn.go("rated")

    return pressed


SOLVED_STEP = Step(
    StatusState.SOLVED,
    title="解决了吗",
    ask="问题解决了吗？",
    again="请点“解决了”或“没解决”。",
    buttons=[YES_SOLVED, NOT_SOLVED, PARTLY, BACK],
    pressed={"yes": is_solved, "no": not_solved, "partly": partly_solved},
    read=lambda turn, words: read_word(turn, words),
    hears="callback_open",
    asked="open",
    means={
        "yes": lambda turn, heard: answer_rating(turn, heard, is_good=True),
        "no": lambda turn, heard: answer_rating(turn, heard, is_good=False),
        "cancel": lambda turn, _: turn.go("back"),
        "unclear": lambda turn, heard: rate_sound(turn, heard),
        "add": lambda turn, heard: keep_word(turn, heard),
        "answer": lambda turn, heard: keep_word(turn, heard),
    },
)
SATISFIED_STEP = Step(
    StatusState.SATISFIED,
    title="满意吗",
    ask="对办理满意吗？",
    again="请点“满意”或“不满意”。",
    buttons=[YES_SATISFIED, NOT_SATISFIED, BACK],
    pressed={"yes": rates_satisfied(True), "no": rates_satisfied(False)},
    read=lambda turn, words: read_word(turn, words),
    hears="callback_open",
    asked="open",
    means={
        "yes": lambda turn, heard: answer_rating(turn, heard, is_good=True),
        "no": lambda turn, heard: not_satisfied(turn, heard),
        "cancel": lambda turn, heard: not_satisfied(turn, heard),
        "unclear": lambda turn, heard: rate_sound(turn, heard),
        "add": lambda turn, heard: keep_word(turn, heard),
        "answer": lambda turn, heard: keep_word(turn, heard),
    },
)


def not_satisfied(turn: StatusTurn, heard: Heard) -> None:
    """Who does not want to say is not unhappy."""
    if LEAVES_IT.fullmatch(plain_word(heard.words)):
        thank(turn)
    else:
        answer_rating(turn, heard, is_good=False)


def rerate(turn: Turn[Any]) -> None:
    """What was heard is asked anew."""
    report = kept(turn).report
    if not report:
        find(turn, "", "rerate")
    elif not unsent(turn):
        rerate_found(turn, report)


@wanted("rerate")
def rerate_found(turn: StatusTurn, report: str) -> None:
    story = story_of(turn, report)
    if story is None:
        return
    turn.tapped = False
    to_story(turn)
    if story.state in RATED_IN:
        turn.go("rate")
    else:
        turn.say("past.moved")
        turn.prompt()


RATED_IN = ("closed", "callback", "look_back")  # states of a case
RERATE_COMMAND = Command(
    "rerate", ("听错了", "听错了,重评", "重评", "重新评价"), rerate
)

# ── the same in free words ────────────────────────────────────────────────────────────

BARE = re.compile(r"(?:对|是|嗯|恩|有|没|没有|不是|不|是的|对的|好|好的|行|可以|确实)+")
LEAVES_IT = re.compile(
    r"(?:先|就|那)?(?:不用|不评|不说|不必|算|不想[说评]|免)(?:了|吧)?|取消"
)
phrase("rated.partly", "记下了：部分解决。数字里按“没解决”算，您的话原样留着。")
phrase("rated.as", "记下了：{what}。")
phrase("rated.word", "这句记下了。")
WRONG = button("rerate", "听错了，重评", role="inline")
phrase(
    "rated.unsure",
    "您的话原样记下了。怕听岔了，您点一下更准：",
)


def rate(turn: StatusTurn, heard: Heard) -> None:
    """A rating in free words is kept as it was said: the answers, and the words where
    they say more. Partly solved counts as not solved. After a no, it may be taken up
    again.
    """
    story = turn.look(Tell(turn.answers.report))
    is_rating = turn.talk.state in RATING_STATES
    if story is None:
        still_there(turn)
        return
    if is_rating and LEAVES_IT.fullmatch(plain_word(heard.words)):
        thank(turn)
        return
    asks_satisfied = turn.talk.state is StatusState.SATISFIED
    verdict = verdict_of(heard, of_satisfaction=asks_satisfied)
    if not is_rating and not {"rate", "satisfied"} & {*story.can}:
        is_unhappy = verdict is None or False in (verdict.solved, verdict.satisfied)
        _rate_once_more(turn, heard, is_unhappy=is_unhappy)
    elif verdict is not None:
        _keep_rating(turn, heard, verdict)
    elif not turn.answers.unsure:
        _ask_which(turn, heard)
    elif asks_satisfied:
        _keep_rating(turn, heard, Verdict())
    else:
        _keep_rating(turn, heard, Verdict(solved=False, partly=True))


def answer_rating(turn: StatusTurn, heard: Heard, *, is_good: bool) -> None:
    """A yes or no to what was just asked; one that says the contrary besides is asked
    about.
    """
    if not still_there(turn):
        return
    words = heard.words
    speaks_on = sounds_bad(words) or GOES_ON.search(words)
    speaks_against = speaks_on if is_good else IS_OVER.search(words)
    if (is_vague(words) or speaks_against) and not turn.answers.unsure:
        _ask_which(turn, heard)
    elif turn.talk.state is StatusState.SATISFIED:
        _keep_rating(turn, heard, Verdict(satisfied=is_good))
    else:
        _keep_rating(turn, heard, Verdict(solved=is_good))


def _ask_which(turn: StatusTurn, heard: Heard) -> None:
    """Both a yes and a no are in these words, or neither: they are kept, and it is
    asked, once.
    """
    turn.answers.unsure = True
    _keep_word(turn, heard.words)
    turn.tapped = False
    turn.say("rated.unsure")
    story = turn.look(Tell(turn.answers.report))
    is_asked = turn.talk.state in (StatusState.SOLVED, StatusState.SATISFIED)
    if is_asked or story is None:
        turn.prompt()
        return
    to_story(turn)
    turn.go("rate" if "rate" in story.can else "satisfied")


def _keep_rating(turn: StatusTurn, heard: Heard, verdict: Verdict) -> None:
    """As it was understood, which is told, with one tap that opens the question anew;
    then what was not said yet is asked.
    """
    solved, satisfied = verdict.solved, verdict.satisfied
    word = free_word(turn, heard.words)
    said = _with_earlier(turn, word) if word else None
    turn.do(Rate(turn.answers.report, solved, satisfied, said, turn.at))
    if said:
        turn.do(Wipe())
        turn.answers.words = said
    turn.answers.unsure = False
    if verdict.partly:
        turn.say("rated.partly", WRONG)
    else:
        turn.say("rated.as", WRONG, what=_in_words(turn, solved, satisfied))
    _go_on_rating(turn, solved, satisfied, has_word=word is not None)


def _go_on_rating(
    turn: StatusTurn, solved: bool | None, satisfied: bool | None, *, has_word: bool
) -> None:
    """What was not said yet is asked; nothing twice."""
    was_satisfied = turn.talk.state is StatusState.SATISFIED
    to_story(turn)
    if solved is False:
        turn.go("unsolved")
    elif solved and satisfied is None:
        turn.go("solved")
    elif was_satisfied and not has_word:
        turn.talk.move("solved")
        turn.go("rated")
    else:
        thank(turn)


def _in_words(turn: StatusTurn, solved: bool | None, satisfied: bool | None) -> str:
    """What was understood, so that a mishearing can be put right at once."""
    names = {
        "solved": solved is True,
        "not_solved": solved is False,
        "satisfied": satisfied is True,
        "not_satisfied": satisfied is False,
    }
    said = [turn.t(f"rating.{name}") for name, is_so in names.items() if is_so]
    return "，".join(said) or turn.t("rating.none")


def _rate_once_more(turn: StatusTurn, heard: Heard, *, is_unhappy: bool) -> None:
    """Rated already, or not finished yet."""
    story = turn.look(Tell(turn.answers.report))
    can = {*story.can} if story else set()
    if is_unhappy and can & {"rebound", "reopen"}:
        offer_again(turn, heard.words)
    elif can & {"answer", "supplement"} and not _says_nothing(heard.words):
        turn.write(heard.words)
    else:
        turn.tell(heard, "past.rated" if can & {"rebound", "reopen"} else "rated.early")
        to_story(turn)
        turn.prompt()


def _says_nothing(words: str) -> bool:
    """A verdict, and nothing of the matter."""
    return VERDICT.fullmatch(words.strip()) is not None or is_vague(words)


phrase("rated.early", "还在办，办结后会请您评。现在想补充什么，直接写就行。")


def free_word(turn: StatusTurn, words: str) -> str | None:
    """The words of a rating, masked; None where they are nothing but the answer."""
    words = words.strip()
    if VERDICT.fullmatch(words) or BARE.fullmatch(plain_word(words)):
        return None
    return draft.without_names(turn, words[:REASON_AT_MOST])


def rate_sound(turn: StatusTurn, heard: Heard) -> None:
    """呵呵 is an answer; other sounds are none."""
    if sounds_bad(heard.words):
        rate(turn, heard)
    else:
        turn.again()


def keep_word(turn: StatusTurn, heard: Heard) -> None:
    """Words that are no answer: kept with the rating, and asked once more."""
    if not still_there(turn):
        return
    if not _keep_word(turn, heard.words):
        turn.again()
        return
    turn.tapped = False
    turn.say("rated.word")
    turn.prompt()


def _keep_word(turn: StatusTurn, words: str) -> bool:
    """Beside what was said before; False where that is more than a word may be."""
    said = _with_earlier(turn, draft.without_names(turn, words.strip()))
    if len(said) > REASON_AT_MOST:
        return False
    turn.answers.words = said
    turn.do(Rate(turn.answers.report, None, None, said, turn.at))
    turn.do(Wipe())
    return True


def _with_earlier(turn: StatusTurn, words: str) -> str:
    """What was said of the result so far, line by line."""
    earlier = turn.answers.words.split("\n") if turn.answers.words else []
    return "\n".join(dict.fromkeys([*earlier, words]))


def thank(turn: StatusTurn) -> None:
    turn.say("rated.thanks")
    to_story(turn)
    turn.prompt()


SAYS_MORE: tuple[Intent, ...] = (
    "add",
    "answer",
    "rate",
    "rebound",
    "yes",
    "unclear",
    "correct",
    "remove",
)


def read_word(turn: StatusTurn, words: str) -> bool:
    if not 0 < len(words.strip()) <= REASON_AT_MOST:
        return False
    word = draft.without_names(turn, words.strip())
    if still_there(turn):
        turn.do(Rate(turn.answers.report, None, None, word, turn.at))
        turn.do(Wipe())
        no_word(turn, "")
    return True


def no_word(turn: StatusTurn, _: str) -> None:
    if still_there(turn):
        turn.say("rated.thanks")
        turn.go("rated")


WORD_STEP = Step(
    StatusState.WORD,
    title="一句话",
    ask="还想说一句吗？不说也行。",
    again="请写一句话（500字以内），或点“不说了”。",
    buttons=[NO_WORD],
    pressed={"none": no_word},
    read=read_word,
    hears="callback_open",
    asked="open",
    means={
        "no": lambda turn, _: no_word(turn, ""),
        "cancel": lambda turn, _: no_word(turn, ""),
        "social": lambda turn, heard: take_word(turn, heard),
        **dict.fromkeys(SAYS_MORE, lambda turn, heard: take_word(turn, heard)),
    },
)


def take_word(turn: StatusTurn, heard: Heard) -> None:
    """Thanks and nothing else are thanks; that it is not solved after all is a rating;
    all else is kept.
    """
    kind = heard.meaning.args.get("kind")
    if heard.meaning.intent == "social" and kind in ("thanks", "greet"):
        no_word(turn, "")
    elif UNSOLVED.search(heard.words):
        _keep_rating(turn, heard, Verdict(solved=False))
    else:
        turn.read(heard.words)


# ── not solved: shall it be taken up again? ───────────────────────────────────────────

phrase("reopened", "已重新办理，进展会照旧告诉您。")
phrase("appealed", "好，换一个人再看，结果会照旧告诉您。想说理由，打开进展直接写就行。")
REASONS: tuple[Intent, ...] = ("add", "answer", "rebound", "new_report")
SAID_SATISFIED = {"满意": True, "不满意": False}  # the answer to the next question
LEAVES = ("关闭", "退出", "结束", "不说了", "close")
NO_REASON = ("不", "不用", "不用了", "不要", "不需要", "算了", "先不", "no")


def take_up_again(turn: StatusTurn, reason: str) -> None:
    """reason: with what was said before it was offered."""
    if not still_there(turn):
        return
    reason = "\n".join(filter(None, [turn.answers.words, reason]))
    action = Rebound if turn.talk.state is StatusState.REBOUND else Reopen
    turn.do(action(turn.answers.report, reason, turn.at))
    if reason:
        turn.do(Wipe())
    turn.say("reopened")
    end(turn)


def appeal(turn: StatusTurn, _: str) -> None:
    """One tap: somebody else decides whether it was declined rightly."""
    if not still_there(turn):
        return
    turn.do(Reopen(turn.answers.report, "", turn.at))
    turn.say("appealed")
    end(turn)


def without_reason(turn: StatusTurn, _: str) -> None:
    take_up_again(turn, "")


def read_reason(turn: StatusTurn, words: str) -> bool:
    """Why it should be taken up again: who asked for that says it, and it goes. Who was
    only offered it has not said yes yet: the words are kept, to go along.
    """
    if plain_word(words) in LEAVES:
        turn.go("back")
        return True
    reason = draft.without_names(turn, words.strip())
    if not 0 < len(reason) <= REASON_AT_MOST:
        return False
    is_wished = turn.talk.state is StatusState.REASON and not turn.answers.words
    if is_wished:
        take_up_again(turn, reason)
        return True
    return _add_reason(turn, reason)


def _add_reason(turn: StatusTurn, reason: str) -> bool:
    """Beside what was said before; it goes once there is a yes."""
    said = _with_earlier(turn, reason)
    if len(said) > REASON_AT_MOST:
        return False
    turn.answers.words = said
    turn.do(Wipe())
    turn.tapped = False
    turn.prompt()
    return True


def agree(turn: StatusTurn, heard: Heard) -> None:
    """Only a plain yes takes it up again; a yes inside a remark is none."""
    if says_yes(heard.words):
        without_reason(turn, "")
    else:
        turn.read(heard.words)


def decline(turn: StatusTurn, heard: Heard) -> None:
    """A no to the rating that was heard is none to taking it up again."""
    words = heard.words
    if sounds_bad(words) or SPEAKS_OF_IT.search(words) or GOES_ON.search(words):
        remark(turn, heard)
    else:
        not_now(turn, "")


def remark(turn: StatusTurn, heard: Heard) -> None:
    """More of what is wrong goes along if it is taken up again; that takes a yes."""
    if says_yes(heard.words):
        without_reason(turn, "")
    elif still_there(turn):
        turn.read(heard.words)


def read_unsolved(turn: StatusTurn, words: str) -> bool:
    """A plain no is one; so is the answer to the next question. All else is kept, to go
    along.
    """
    word = plain_word(words)
    if word in SAID_SATISFIED:
        turn.talk.move("rated")
        rates_satisfied(SAID_SATISFIED[word])(turn, "")
    elif word in (*NO_REASON, *LEAVES):
        not_now(turn, "")
    elif VERDICT.fullmatch(words.strip()) or _keep_word(turn, words):
        turn.tapped = False
        turn.prompt()
    else:
        return False
    return True


def not_now(turn: StatusTurn, _: str) -> None:
    turn.go("rated")


phrases(
    "unsolved",
    why="点一下就重新办理；想说原因，先写一句再点。",
    **{
        "with": "点一下就重新办理，您说的话一起交给专线；不点就不交。想补一句，直接写。"
    },
)


def _how(turn: StatusTurn) -> str:
    return "unsolved.with" if turn.answers.words else "unsolved.why"


UNSOLVED_STEP = Step(
    StatusState.UNSOLVED,
    title="要重办吗",
    ask="记下了，对不住。要重新办理吗？\n{how}",
    again="请点“重新办理”或“先不用”，也可以写一句原因（500字以内）。",
    show=lambda turn: {"how": turn.t(_how(turn))},
    buttons=[REOPEN, NOT_NOW],
    pressed={"reopen": without_reason, "not_now": not_now},
    read=read_unsolved,
    hears="story",
    asked="open",
    means={
        "yes": agree,
        "send": agree,
        "no": decline,
        "cancel": lambda turn, _: not_now(turn, ""),
        "rate": remark,
        "unclear": lambda turn, heard: remark_or_again(turn, heard),
        **dict.fromkeys(REASONS, remark),
    },
)


def remark_or_again(turn: StatusTurn, heard: Heard) -> None:
    """嗯 is a yes, and 呵呵 says more of the same; other sounds say nothing."""
    words = heard.words
    if says_yes(words) or sounds_bad(words) or is_vague(words):
        remark(turn, heard)
    else:
        turn.again()


REASON_STEP = Step(
    StatusState.REASON,
    title="为什么重办",
    ask="{why}单位只会看到“专线要求重新办理”。",
    again="请写一句原因（500字以内），或点“返回”。",
    show=lambda turn: {"why": turn.t(_why(turn), words=turn.answers.words)},
    buttons=lambda turn: [REOPEN, BACK] if turn.answers.words else [BACK],
    pressed={"reopen": without_reason},
    read=read_reason,
    hears="story",
    asked="open",
    means={
        "yes": lambda turn, heard: yes_again(turn, heard),
        "send": lambda turn, heard: yes_again(turn, heard),
        "no": lambda turn, _: turn.go("back"),
        "cancel": lambda turn, _: turn.go("back"),
        "rate": remark,
        **dict.fromkeys(REASONS, remark),
    },
)


def _why(turn: StatusTurn) -> str:
    return "reason.with" if turn.answers.words else "reason.why"


def yes_again(turn: StatusTurn, heard: Heard) -> None:
    """A yes is a reason only where one was given before."""
    if turn.answers.words:
        agree(turn, heard)
    else:
        turn.again()


phrases(
    "reason",
    why="为什么要重新办理？写一句就行，比如“又要报了”。",
    **{"with": "要重新办理吗？点一下，您说的“{words}”就一起交给专线；不点就不交。"},
)

# ── has it come back? ─────────────────────────────────────────────────────────────────

REBOUND_STEP = Step(
    StatusState.REBOUND,
    title="又反弹了",
    ask="{asked}",
    again="请点“重新办理”或“返回”，也可以写一句（500字以内）。",
    show=lambda turn: {"asked": turn.t(_asked(turn), words=turn.answers.words)},
    buttons=[REOPEN, BACK],
    pressed={"reopen": without_reason},
    read=read_reason,
    hears="look_back_open",
    asked="open",
    means={
        "yes": agree,
        "send": agree,
        "no": lambda turn, _: turn.go("back"),
        "cancel": lambda turn, _: turn.go("back"),
        "rate": remark,
        "rebound": lambda turn, heard: rebound_again(turn, heard),
        **dict.fromkeys(("add", "answer"), remark),
    },
)
phrases(
    "rebounded",
    ask="又反弹了？点一下就重新办理；想说现在怎样了，先写一句再点。",
    words="又反弹了？点一下就重新办理，您说的“{words}”一起交给专线；不点就不交。",
)


def _asked(turn: StatusTurn) -> str:
    return "rebounded.words" if turn.answers.words else "rebounded.ask"


def rebound_again(turn: StatusTurn, heard: Heard) -> None:
    if heard.meaning.args.get("again") == "no":
        has_held(turn, "")
    else:
        remark(turn, heard)


def came_back(turn: StatusTurn, heard: Heard) -> None:
    """It came back, or has not: asked or not, in a finished case, too."""
    story = turn.look(Tell(turn.answers.report))
    if story is None:
        still_there(turn)
        return
    can = {*story.can}
    has_held_so_far = heard.meaning.args.get("again") == "no"
    if has_held_so_far and not OF_COURSE.match(heard.words):
        _say_held(turn, heard.words, asked="held" in can)
    elif can & {"rebound", "reopen"}:
        offer_again(turn, heard.words)
    else:
        turn.write(heard.words)


OF_COURSE = re.compile(r"(?:怎么|咋|哪)(?:会|能|可能)?没|能没有?[吗么]|没有才怪")
HELD_AT_MOST = 16  # characters of words that say no more than that it has held


def _say_held(turn: StatusTurn, words: str, *, asked: bool) -> None:
    """Who says more may have another matter in mind: it is put by, and named."""
    if len(words) > HELD_AT_MOST:
        turn.talk.later = words
    if asked:
        turn.do(Held(turn.answers.report, turn.at))
    turn.say("held")
    end(turn)


SAYS_BACK = re.compile(
    r"(?:是的?|对|嗯)?[，,]?(?:又)?(?:反弹|来)了?[!！。.]*|yes|是的?|有"
)


def asks_again(turn: Turn[Any], heard: Heard) -> bool:
    """Whether it is wished, at a result or beside its rating, that it is taken up
    again; then it is asked once.
    """
    report = kept(turn).report
    if turn.talk.state not in WISHED_AT or not report or not wants_again(heard.words):
        return False
    story = turn.look(Tell(report))
    again = [one for one in ("rebound", "reopen") if story and one in story.can]
    if not again:
        return False
    turn.tapped = False
    to_story(turn)
    turn.go(again[0])
    return True


WISHED_AT = (StatusState.STORY, StatusState.SATISFIED, StatusState.WORD)


def offer_again(turn: StatusTurn, words: str) -> None:
    """One tap takes it up again, with the words that said so."""
    story = turn.look(Tell(turn.answers.report))
    can = {*story.can} if story else set()
    said = words.strip()[:REASON_AT_MOST]
    plain = SAYS_BACK.fullmatch(said) or VERDICT.fullmatch(said)
    turn.answers.words = "" if plain else draft.without_names(turn, said)
    to_story(turn)
    ended = story is not None and story.state in ("declined", "withdrawn")
    turn.go("rebound" if "rebound" in can or not ended else "reopen")


def has_held(turn: StatusTurn, _: str) -> None:
    if still_there(turn):
        push_held(turn, turn.answers.report)


# ── what a push asked ─────────────────────────────────────────────────────────────────

phrase("past.rated", "这一问您答过了，谢谢。")
phrase("past.moved", "这件事有了新情况，刚才那一问不用答了。")
phrase("held", "好的，没有反弹。以后又出现，凭回执码打开，点“又反弹了”。")
phrase(
    "later", "好的，办结满{look_back_later}时再问您一次。联系方式留到那时，问完就销毁。"
)
since_then("later", look_back_later=("90天", "90 days"))
phrase(
    "later.cannot",
    "这件事这里已经不留联系方式了。到时候凭回执码来看，一样能说又反弹了。",
)


def answerable(turn: StatusTurn, report: str, *moves: str) -> bool:
    """Whether the case still allows one of these; if not, one friendly sentence, and
    its story.
    """
    story = story_of(turn, report)
    if story is None:
        return False
    can = {*story.can}
    if can & {*moves}:
        return True
    turn.say("past.rated" if can & {"reopen", "rebound"} else "past.moved")
    turn.go("opened")
    return False


@wanted("solved")
def push_solved(turn: StatusTurn, report: str) -> None:
    if answerable(turn, report, "rate"):
        turn.do(Rate(report, True, None, None, turn.at))
        turn.go("solved")


@wanted("unsolved")
def push_unsolved(turn: StatusTurn, report: str) -> None:
    if answerable(turn, report, "rate"):
        turn.do(Rate(report, False, None, None, turn.at))
        turn.go("unsolved")


@wanted("held")
def push_held(turn: StatusTurn, report: str) -> None:
    if answerable(turn, report, "held"):
        turn.do(Held(report, turn.at))
        turn.say("held")
        end(turn)


@wanted("rebound")
def push_rebound(turn: StatusTurn, report: str) -> None:
    if answerable(turn, report, "rebound", "reopen"):
        turn.go("rebound")


@wanted("later")
def push_later(turn: StatusTurn, report: str) -> None:
    """Ask again later; where the way to this chat is gone already, only the
    receipt can.
    """
    if not answerable(turn, report, "rebound", "reopen"):
        return
    story = story_of(turn, report)
    if story is not None and "settings" not in story.can:
        turn.say("later.cannot")
        turn.go("opened")
        return
    turn.do(Wish(report, {"later": True}, turn.at))
    rules = turn.look(RulesInForce())
    turn.say("later", **promised({"look_back_later"}, rules, turn.talk.lang))
    end(turn)


def answers(verb: str, *words: str) -> PushAnswer:
    """The push's button finds its report first, then does what it wants with it."""

    def pushed(turn: Turn[Any], handle: str) -> None:
        find(turn, handle, verb)

    return PushAnswer(verb, words, pushed)


FEEDBACK_STEPS = (
    SOLVED_STEP,
    UNSOLVED_STEP,
    SATISFIED_STEP,
    WORD_STEP,
    REASON_STEP,
    REBOUND_STEP,
)
FEEDBACK_PUSHES = (
    answers("solved", "解决了", "已解决", "solved"),
    answers("unsolved", "没解决", "未解决", "没有解决", "not solved"),
    answers("held", "没有反弹", "没反弹"),
    answers("rebound", "又反弹了", "反弹了"),
    answers("later", "过一阵再问我", "90天后再问我"),
)
