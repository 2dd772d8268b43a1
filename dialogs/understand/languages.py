"""Which language a text is in: Chinese, English, or one we do not read."""

from __future__ import annotations

import re

from dialogs.understand.wordfile import wordlist

CHINESE, ENGLISH, OTHER = "zh", "en", "other"

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_LATIN = re.compile(r"[a-z]")
_WORD = re.compile(r"[a-z']+")
_LETTERS_OF_A_WORD = 4  # a Latin word says about as much as one Han character
_FEW = 3  # words: too few to tell English from other Latin writing
_COMMON = frozenset(wordlist("english"))


def language_of(text: str) -> str:
    """`CHINESE`, `ENGLISH` or `OTHER` for a `normal` text; without letters, `CHINESE`.

    A few foreign words in a Chinese sentence ("PPT三十页") leave it Chinese.
    """
    han = len(_HAN.findall(text))
    latin_letters = len(_LATIN.findall(text))
    latin = latin_letters / _LETTERS_OF_A_WORD
    letters = sum(letter.isalpha() for letter in text)
    foreign = letters - han - latin_letters
    if len(_KANA.findall(text)) > han or foreign > han + latin:
        return OTHER
    if latin <= han or latin == 0:
        return CHINESE
    words = _WORD.findall(text)
    is_english = len(words) <= _FEW or not _COMMON.isdisjoint(words)
    return ENGLISH if is_english and foreign <= latin else OTHER
