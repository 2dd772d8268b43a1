"""Emergencies by their words: what the model has not seen must still show the
number.
"""

from __future__ import annotations

import re
from functools import cache

from dialogs.understand.wordfile import wordlist

_AT_MOST = 150  # characters: who is in danger writes no essay
# Where it happens is no talk of work: "开会时有人胸痛", "检查组刚走，王姐昏过去了".
_SCENE = re.compile(
    "(?:开会|会议|验收|检查|考核|巡查|巡逻|值班|值守|走访|调解|培训|评比|迎检)(?:组|室|员)?"
    "(?:刚走|还在|在场|的时候|时候?|期间|现场|结束|开?到一半|[完后前中上,])"
    "|正在?(?:开会|验收|检查|迎检)|办公室|会议室|活动室|服务大厅"
    "|网格员?(?=被|晕|昏|摔|倒|中暑)"
)
_NUMBERS = ("120", "119", "110")  # of numbers called for as often, the first


@cache
def _alarm_words() -> dict[str, tuple[str, ...]]:
    """Number → the words that call for it."""
    return {number: wordlist(f"alarm-{number}") for number in _NUMBERS}


def sounded(text: str) -> str | None:
    """The number most words of a `normal` text call for; None where it speaks of checks
    or forms too, other than as the scene.
    """
    if len(text) > _AT_MOST:
        return None
    text = _SCENE.sub("", text)
    speaks_of_work = any(word in text for word in wordlist("no-alarm"))
    if speaks_of_work:
        return None
    heard = {
        number: sum(word in text for word in words)
        for number, words in _alarm_words().items()
    }
    loudest = max(_NUMBERS, key=lambda number: heard[number])
    if heard[loudest] == 0:
        return None
    return loudest
