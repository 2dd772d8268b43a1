"""Short answers without their dress."""

from __future__ import annotations

import unicodedata

WORD_AT_MOST = 40  # characters of a word that may name a command or a button
LOOKED_AT = 1000  # characters: what is longer is no word, whatever it is folded to
DRESS = " \t\r\n.,!?;:、。，！？；：…~～\"'“”‘’（）()【】[]✅❌👌👍🙏✍️🗑📷➕✏️🌐"


def plain_word(said: str) -> str:
    """A short answer without dress: no marks or emoji around it, half width, lower
    case; "" if long. A question mark that stands alone is a word.
    """
    if len(said) > LOOKED_AT:
        return ""
    said = unicodedata.normalize("NFKC", said).strip().casefold()
    if said and not said.strip("?"):
        return "?"
    return said.strip(DRESS) if len(said) <= WORD_AT_MOST else ""
