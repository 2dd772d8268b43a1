"""What is said about a case and belongs in none: somebody else's fear, a receipt that
was passed on. Answered, and handed to nobody.
"""

from __future__ import annotations

import re
from typing import Any

from dialogs.status.table import StatusState, kept
from dialogs.talk import Heard, Turn
from dialogs.texts import phrase
from dialogs.words import Tell

phrase(
    "colleague.safe",
    "谢谢您替人着想，这句不会转给任何单位。请告诉那位同事：这里不问是谁，"
    "工作人员只看到代号，换一部自己的手机、不用单位网络，说一句话就行；"
    "也可以说“别让某某单位看到”。想好了再说，不急。",
)
phrase(
    "receipt.shared",
    "拿着回执码的人都看得到进展，也能补充，但看不到您是谁。信得过就好；"
    "不放心，可以点“忘记我”，码当场失效。",
)
COLLEAGUE = re.compile(
    r"(?:自己|本人|同事|人家|别人|那个|那位|[他她]|有人|大家|好几个人?|谁都?)[^，,。；;]{0,8}"
    r"(?:不敢|不愿意?|不肯|不想|怕得|害怕)[^，,。；;]{0,4}(?:说|讲|报|反映|提|吭声|出面|开口|出头)"
)
SHARED = re.compile(
    r"(?:回执码?|码)[^，,。；;]{0,4}(?:给|发给?|告诉|转给?|泄露|被)[^，,。；;]{0,8}"
    r"(?:同事|别人|人家|朋友|家里|群|[他她]|看到|知道|领导|主任|书记)"
)
MUCH = 60  # characters: who tells more has something for the case


WRITING = (StatusState.ADD, StatusState.CHECK, StatusState.DROP)


def answered_aside(turn: Turn[Any], heard: Heard) -> bool:
    """Whether the words were such; then they are answered, and the step stays. What
    answers a question of the hotline is an answer, whatever stands in it.
    """
    words = heard.words
    report = kept(turn).report
    takes_none = len(words) > MUCH or heard.meaning.intent == "emergency"
    if not report or takes_none or turn.talk.state in WRITING:
        return False
    if COLLEAGUE.search(words) and not _is_asked(turn, report):
        name = "colleague.safe"
    elif SHARED.search(words):
        name = "receipt.shared"
    else:
        return False
    turn.tapped = False
    turn.say(name)
    turn.prompt()
    return True


def _is_asked(turn: Turn[Any], report: str) -> bool:
    story = turn.look(Tell(report))
    return story is not None and "answer" in story.can
