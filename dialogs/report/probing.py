"""One good question beside the first preview, at most, and never twice: about what was
itself mentioned, if it decides whether somebody can act. It may be left unanswered.
"""

from __future__ import annotations

import re

from dialogs.report.reading import add_sentence
from dialogs.report.table import ReportTurn, given
from dialogs.report.telling import how_often
from dialogs.talk import Heard
from dialogs.texts import phrases
from dialogs.understand.spelling import normal
from dialogs.understand.times import find_when
from dialogs.understand.units import find_units
from dialogs.words import UnitName

phrases(
    "probe",
    urgent="今天晚上或者明天还要接着干吗？",
    unit="这是哪个单位布置的？说到哪一级也行。",
    notice="有没有通知、截图之类的？有的话拍一张就行。",
    since="从什么时候开始的？",
)
phrases("probed", no="好，不写也行。", urgent="标了加急。")
NIGHT_WORK = re.compile(
    r"通宵|熬夜|连夜|半夜|今晚|今夜|加班到|连轴转|几天没(?:睡|合眼)"
)
ORDERED = re.compile(r"要求|通知|布置|下发|规定|安排|喊|叫|让|逼")
NO_NOTICE = re.compile(r"通知|文件|截图|红头|口头|群里")
YES_OR_NO = ("urgent",)  # what a yes or no answers
BESIDE = 4  # characters beside a unit or a time in an answer that is nothing else
LEADS = re.compile(
    r"^(?:是|对|嗯+|会)的?[，,。！ ]+(?=..)"
)  # a yes before what it tells
BARE_YES = 6  # characters of a yes beside which nothing else is said
GOES_ON = re.compile(
    r"(?:还要|还得|又要|又得|照样|接着|继续).{0,3}(?:干|搞|弄|熬|加班)"
    r"|(?:今晚|今夜|晚上|明[天早晚]).{0,4}(?:要|得|干|继续|接着)|没完|不让走"
)
STOPS = re.compile(r"不用|不(?:要|必|需)|不(?:再)?干|没有|完了|结束|做完|停了")


def probe_once(turn: ReportTurn) -> str | None:
    """The question that stands beside the preview until it is answered or passed by;
    None where there is none, or it is over.
    """
    answers = turn.answers
    if not answers.probed:
        answers.probe = _worth_asking(turn)
    answers.probed = True
    return turn.t(f"probe.{answers.probe}") if answers.probe else None


def _worth_asking(turn: ReportTurn) -> str:
    answers = turn.answers
    text = answers.text
    if NIGHT_WORK.search(text) and not answers.urgent:
        return "urgent"
    if given(answers.unit) is None and ORDERED.search(text):
        return "unit"
    if given(answers.when) is None:
        return "since"
    if ORDERED.search(text) and not NO_NOTICE.search(text) and not answers.pictures:
        return "notice"
    return ""


def answer_probe(turn: ReportTurn, heard: Heard) -> None:
    """What fits the question goes where it belongs, and nothing of it is lost."""
    answers = turn.answers
    words = heard.words.strip()
    probe = answers.probe
    if probe in YES_OR_NO:
        words = LEADS.sub("", words)
    if probe == "urgent" and not _says_whether(heard):
        add_sentence(turn, words)
        return
    answers.probe = ""
    if probe == "urgent" and _goes_on(heard):
        answers.urgent = True
        answers.urgent_said = True
    if probe == "unit" and _is_unit(words):
        answers.unit = turn.look(UnitName(words))
        turn.prompt()
    elif probe == "since" and _is_a_time(words) and not how_often(words):
        answers.when = words
        turn.prompt()
    elif heard.meaning.intent == "yes" and len(words) <= BARE_YES:
        turn.tell(heard, "probed.urgent" if answers.urgent_said else "probed.no")
        turn.prompt()
    else:
        add_sentence(turn, words)


def _is_unit(words: str) -> bool:
    """Whether they name a unit, and nothing else that the text would miss."""
    named = find_units(words, [])
    return any(len(words) - (one.end - one.start) <= BESIDE for one in named)


def _goes_on(heard: Heard) -> bool:
    """Whether the work is said to go on tonight or tomorrow."""
    if heard.meaning.intent == "yes" and len(heard.words.strip()) <= BARE_YES:
        return True
    return bool(GOES_ON.search(heard.words)) and not STOPS.search(heard.words)


def _says_whether(heard: Heard) -> bool:
    """Whether the words answer that question at all; else it stays open beside them."""
    return _goes_on(heard) or bool(STOPS.search(heard.words))


def _is_a_time(words: str) -> bool:
    """Whether words say when, and hardly anything else."""
    found = find_when(normal(words))
    return found is not None and len(words) <= 2 * (found[1] - found[0])


def decline_probe(turn: ReportTurn, heard: Heard) -> None:
    turn.answers.probe = ""
    turn.tell(heard, "probed.no")
    turn.prompt()
