"""English, of which the model has learned next to nothing: emergencies, questions and
a few plain wishes by their words; whatever has none of these is more of the report.
"""

from __future__ import annotations

import re

from dialogs.meaning.moment import Intent

_LETTERS = re.compile(r"[a-z]{2}")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_DANGER = {
    "12356": re.compile(
        r"\b(?:kill(?:ing)? myself|end (?:my life|it all)|suicid\w+|want(?:ed)? to die"
        r"|don'?t want to live|hurt(?:ing)? myself|no reason to live)\b"
    ),
    "120": re.compile(
        r"\b(?:ambulance|heart attack|stroke|unconscious|passed out|fainted|collapsed"
        r"|(?:not|isn'?t|stopped) breathing|can'?t breathe|chest pain|bleeding"
        r"|seizure|overdose|poison(?:ed|ing)|electrocuted|badly hurt|seriously injured"
        r"|fell (?:off|from|down)|hit by a)\b"
    ),
    "119": re.compile(
        r"\b(?:on fire|fire in|caught fire|burning (?:down|house|building)|gas leak"
        r"|smell(?:s|ing)? (?:of )?gas|explosion|drown(?:ing|ed)"
        r"|trapped (?:in|under|inside)|(?:roof|wall|building) (?:has )?collapsed)\b"
    ),
    "110": re.compile(
        r"\b(?:call the police|with a knife|has a gun|being (?:beaten|attacked|robbed)"
        r"|beating (?:him|her|me|us|them|someone)|fight(?:ing)? (?:going on|outside)"
        r"|going to jump|about to jump|locked (?:me|us) (?:in|up)|sos|kidnapp\w+"
        r"|threaten\w* to (?:kill|burn|stab)|attack(?:ed|ing) (?:him|her|me|us|them))\b"
    ),
}
_ELSE = re.compile(
    r"\b(?:drills?|training|exercise|last (?:week|month|year)|ledgers?|forms?|posters?"
    r"|reports?|campaigns?|propaganda|if there (?:is|was)|in case of)\b"
)

_WISHES: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    (
        "send",
        re.compile(
            r"(?:ok|okay|yes|fine|good)?[, ]*(?:please )?(?:send|submit|file)"
            r"(?: it)?(?: now| please)?[.! ]*"
        ),
    ),
    (
        "cancel",
        re.compile(
            r"(?:please )?(?:cancel|forget it|never ?mind|discard(?: it)?"
            r"|delete (?:it|all))(?: all| please)?[.! ]*"
        ),
    ),
    ("back", re.compile(r"(?:go )?back[.! ]*")),
    ("social", re.compile(r"(?:many )?thanks?(?: you)?(?: very much| a lot)?[.! ]*")),
)
_ASKS = re.compile(
    r"(?:(?:and|but|so|sorry|hi|hello)[, ]+)?(?:who|what|when|where|why|how|is|are|will"
    r"|would|can|could|do|does|should|may)\b.*|.*\?\s*"
)
_TOPICS = (
    ("who_sees", re.compile(r"\bwho\b.*\b(?:see|read|know|look)")),
    (
        "is_it_safe",
        re.compile(r"\b(?:safe|anonym\w+|trace\w*|find (?:me|out)|boss|track\w*)\b"),
    ),
    ("how_long", re.compile(r"\bhow (?:long|many days|soon)\b|\bwhen\b")),
    ("who_are_you", re.compile(r"\bwho are you\b|\brobot\b|\bhuman\b|\bare you\b")),
    ("what_next", re.compile(r"\bwhat (?:happens|next|will)\b|\bnext\b")),
    ("receipt_lost", re.compile(r"\blost\b.*\breceipt|\breceipt\b.*\blost")),
    ("retention", re.compile(r"\b(?:keep|store|delete)\b.*\?")),
)
FIXES = re.compile(
    r"\b(?:not|wrong|mistake|should be|actually|instead|correct(?:ion)?|change"
    r"|i mean)\b"
)


def is_foreign(plain: str) -> bool:
    """Whether a `normal` text has Latin words and no Chinese ones in it."""
    return _CHINESE.search(plain) is None and _LETTERS.search(plain) is not None


def danger_in_english(plain: str) -> str | None:
    """The number that helps; None where no danger is told, or only spoken of."""
    if _ELSE.search(plain):
        return None
    for number, words in _DANGER.items():
        if words.search(plain):
            return number
    return None


def wish_in_english(plain: str) -> Intent | None:
    """The plain wish, or question, that a `normal` text is; None where it is none."""
    for intent, words in _WISHES:
        if words.fullmatch(plain.strip()):
            return intent
    return "ask" if _ASKS.fullmatch(plain.strip()) else None


def topic_in_english(plain: str) -> str:
    """What a question asks for."""
    for topic, words in _TOPICS:
        if words.search(plain):
            return topic
    return "other"
