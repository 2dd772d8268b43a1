"""What is said in between and is no report: questions, thanks, impatience, a sound.
Answered in the hotline's own words, and then back to the very step that was open.
"""

from __future__ import annotations

import re
from typing import Any

from dialogs.library import LibraryAnswer, answer_to
from dialogs.library.promised import NAMES, promised
from dialogs.plain import plain_word
from dialogs.talk import Heard, Turn
from dialogs.texts import phrase, phrases
from dialogs.words import Mine, Params, RulesInForce

phrases(
    "social",
    greet="您好，我在。想反映什么，直接说一句话就行；不用说您是谁。",
    thanks="不客气，该谢谢您肯说。想说的时候我都在。",
    abuse="您有气，我听着。我是机器人，不往心里去；事情您说一句，我照样认真记。",
    chat="我在听。",
    chat_first="我在听。是谁要您做什么？说一句就行。",
)
phrase("wait", "好，不急，您忙。")
phrase("hurry.here", "在的，一周七天都在。您接着说就行。")

WAIT = (
    "等等",
    "等下",
    "等一下",
    "稍等",
    "等会",
    "等会儿",
    "等我一下",
    "先等等",
    "慢点",
)
GO_ON = (
    "继续",
    "好继续",
    "好,继续",
    "好的继续",
    "好的,继续",
    "继续吧",
    "那继续",
    "接着来",
    "接着说",
    "好,接着说",
    "预览",
    "看预览",
    "看看预览",
    "再看一遍",
    "再看看预览",
    "继续写",
    "接着写",
    "想接着写",
    "想继续写",
    "我接着写",
    "我继续写",
    "我来了",
    "来了",
    "回来了",
    "我回来了",
    "我又来了",
    "你问啥来着",
    "你问什么来着",
    "你刚才问什么",
    "你刚才问啥",
    "刚才问什么",
)

AFTER_ALL = re.compile(
    r"(?:那|那就|算了)?[,，]?还是(?:说|报|写|讲|反映)(?:出来)?(?:吧|了)?"
)
WHERE_WAS_I = re.compile(
    r"(?:那|哎|咦|我|我们|咱|咱们|刚才?|刚刚|上次|上回|昨天|前面|之前|[，, ])*"
    r"(?:写|说|讲|聊|报|填|弄|打)到(?:了)?(?:哪|什么|啥)(?:里|儿|了|地方|步|一步)*"
    r"(?:了|来着|呢|啊|呀|[?？!！。])*"
)
LATER = re.compile(
    r"(?:好|那|就|先|这样|我|[，, ])*"
    r"(?:明[天早]|后天|回头|晚[点上]|待会儿?|等会儿?|过会儿?|一会儿?|改天|下午|有空|空了|忙完)"
    r"(?:再|来|接着|我|[，, ])*(?:说|讲|弄|写|聊|看|补|报|填|来|搞)(?:吧|了|哈|啊)?"
)


def answer_question(turn: Turn[Any], heard: Heard) -> None:
    """The library's answer, and back to the open step."""
    answer = answer_to(heard.words, heard.meaning.args.get("topic", "other"))
    about_the_draft = "hours" in answer.takes
    if about_the_draft and not turn.talk.unsent:
        turn.tell(heard, "about.not_there")
    else:
        turn.tell(heard, answer.phrase, **_filled_in(turn, answer))
    back(turn)


def _filled_in(turn: Turn[Any], answer: LibraryAnswer) -> Params:
    """All that an answer names."""
    params = dict(answer.params)
    if "hours" in answer.takes:
        params["hours"] = turn.hours_left
    if answer.takes & NAMES:
        rules = turn.look(RulesInForce())
        params |= promised(answer.takes, rules, turn.talk.lang)
    return params


def answer_social(turn: Turn[Any], heard: Heard) -> None:
    """One short kind word; nothing is filed."""
    kind = heard.meaning.args.get("kind", "chat")
    if kind == "chat" and turn.talk.idle and turn.talk.dialog.opens_chat:
        kind = "chat_first"
    turn.tell(heard, f"social.{kind}")
    back(turn)


def reassure(turn: Turn[Any], heard: Heard) -> None:
    """Who presses on hears that somebody is there."""
    turn.tell(heard, "hurry.here")
    back(turn)


def wants_to_go_on(turn: Turn[Any], words: str) -> bool:
    """Whether these words only ask for what is open to be shown again."""
    open_ended = turn.step.asked == "no" and not turn.talk.idle
    word = plain_word(words)
    return open_ended and (word in GO_ON or AFTER_ALL.fullmatch(word) is not None)


def answered_where(turn: Turn[Any], heard: Heard) -> bool:
    """Whether somebody asks how far the writing went, or puts it off; then what was
    written is shown, or it is said how long it is kept.
    """
    word = plain_word(heard.words)
    if turn.talk.idle and WHERE_WAS_I.fullmatch(word) and not turn.look(Mine()):
        turn.say("about.not_there")
        return True
    if not turn.talk.unsent:
        return False
    if WHERE_WAS_I.fullmatch(word):
        _show_draft(turn)
        return True
    puts_off = turn.step.asked == "no" and LATER.fullmatch(word) is not None
    if puts_off:
        turn.say("cancel.kept", hours=turn.hours_left)
    return puts_off


def _show_draft(turn: Turn[Any]) -> None:
    """The draft that waits below, where nothing was written meanwhile."""
    turn.tapped = False
    if turn.answers.unsent:
        turn.prompt()
    else:
        turn.resume()


def asks_to_wait(words: str) -> bool:
    """Whether somebody only says that he will be back."""
    return plain_word(words) in WAIT


def answer_unclear(turn: Turn[Any], heard: Heard) -> None:
    """Nothing to go on: the open step says once more what it listens to. Who says that
    he will be back is left alone.
    """
    if asks_to_wait(heard.words):
        turn.say("wait")
        return
    turn.tell(heard, f"{turn.step.name}.again")
    back(turn)


def back(turn: Turn[Any]) -> None:
    """To the step that was open; where nothing is, the answer is enough."""
    talk = turn.talk
    is_open = talk.under is not None or not talk.answers.empty
    if is_open or not talk.dialog.opens_chat:
        turn.remind()
