"""Whether a short message is a question that the library knows: it is put as one, and
its words are mostly those of one entry. A report that only speaks of such things is
none.
"""

from __future__ import annotations

import re

from dialogs.library.certificates import certificate_in, name_in
from dialogs.library.entry import ENTRIES, Entry
from dialogs.understand.spelling import normal

AT_MOST = 40  # characters: who writes more tells something
ENOUGH = 3  # characters that the entry's words must cover at least
SHARE = 0.5  # of the letters
LETTER = re.compile(r"\w")
PUT_AS_ONE = re.compile(
    r"\?|[吗么呢嘛伐不没㗎咩吧啊](?:[,。!~ ]|$)|怎|咋|点样|如何|啥|什么|谁|哪|几|多久"
    r"|多少|乜|边个"
    r"|^(?:那|那么|要不)?[你您](?:给我|来)?[背念唱讲]|会不会|能不能|可不可以|是不是|要不要|有没有|行不行|该不该|归不归|能否|是否|可否|问一下|请问"
)
# 无房证明呢; 健在证明归谁开, 是不是我们的事: about a certificate, and nothing else.
ELLIPTIC = re.compile(
    r"^(?:那|那么)[^,。?]{1,10}证明[呢咧啊嘞]?\??$|^[^,。?]{1,10}证明[呢咧嘞]\??$"
)
WHOSE = re.compile(
    r"(?:归谁|谁(?:来|去|该|给)?|该哪个?|哪个部门|归不归|该由|要不要|该不该|是不是(?:该)?|可否|能否|是否)"
    r"[^,。?]{0,10}(?:开|出具|盖章|管|办理|的事)[^,。?]{0,3}\??$"
    r"|(?:要|该|给)[^,。?]{0,10}(?:开|出|盖章)[^,。?]{0,3}[吗么伐不嗦]\??$"
)


def topic_asked(words: str) -> str | None:
    """The topic of a question that the library knows; None where the words may be
    something else. Any string.
    """
    plain = normal(words[: AT_MOST + 1]).strip()
    if asks_about_a_certificate(plain):
        return "whose_job"
    entry = known_question(plain)
    return entry.topic if entry else None


def known_question(plain: str) -> Entry | None:
    """The entry that a `normal` text asks for, where there is hardly a doubt that it
    asks; None where it may tell something.
    """
    if len(plain) > AT_MOST or not PUT_AS_ONE.search(plain):
        return None
    ours = [one for one in ENTRIES if one.name != "outside"]
    best = max(ours, key=lambda one: one.covered(plain))
    covered = best.covered(plain)
    letters = len(LETTER.findall(plain))
    return best if covered >= max(ENOUGH, SHARE * letters) else None


def asks_about_a_certificate(plain: str) -> bool:
    """Whether a `normal` text asks whose job a certificate is, and tells nothing."""
    if len(plain) > AT_MOST:
        return False
    is_named = certificate_in(plain) is not None or name_in(plain) is not None
    return is_named and bool(ELLIPTIC.search(plain) or WHOSE.search(plain))
