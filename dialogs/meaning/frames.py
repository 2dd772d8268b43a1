"""The frame of a message: its small words in order, and marks for the rest, so that
what was learned of one matter is known of another.

"已经三个月了" → "^已经T了$" · "上个月报了二十次" → "^TX了N$"
"""

from __future__ import annotations

import re

from dialogs.meaning.patterns import pattern
from dialogs.meaning.values import count_pattern

_KEPT = frozenset(
    "的了我一不个是那没有人要上就来这们还说到在去里回下得都你您子着给好看再会别先点"
    "吧过又出么后也两叫儿俺他她想问讲走等让对把吗多起掉算可能以现啊几自快收时呢跟谁"
    "每嘛被才已真喊谢怎成拿全帮行完快催急撤删改错交报发写查办退返回留存送停消弃饶"
    "啥哪咋何为什吗?!“”勿莫无未咯啦喽嗯哦呀哈哎唉"
)
_REST = re.compile(r"[^TN^$" + "".join(sorted(_KEPT)) + r"]+")


def framed(plain: str) -> str:
    """The frame of a `normal` text, between marks of its ends: T a time, N a number, X
    anything else.
    """
    marked = pattern("time-piece").sub("T", plain)
    marked = count_pattern().sub("N", marked)
    return "^" + _REST.sub("X", marked) + "$"
