"""Whose job a certificate is, by the lists that ship beside this module. Pure; no list
is guessed at: what is not on it is said to be not on it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dialogs.library.sounds import sound
from dialogs.understand.spelling import normal

LISTS = ("certificates.csv",)
SPEAKS_OF_ONE = re.compile(r"证明|犬证|狗证|办证|开证|出证|死亡证|出生证")
OF_IT = re.compile(r"的(?=证明)")
DENIED = re.compile(r"[无没](?:有)?[^,，。;；?？!！]{0,3}$")  # 无房产证明 is another
NAMED = re.compile(r"([^\s,，。;；:：、?？!！“”\"'‘’「」《》()（）]{1,14}?)(?:证明)")
# What stands before a name and is none of it, and what is no name at all.
LEAD = re.compile(
    r"^.*?(?:请问|问一下|问下|问问|出具|开具|那么|那个|那|还有|比如|要求|出示|办理|办个|办"
    r"|盖|开个|开|要个|要|写个|写|个|说的|我们|他们|人家|居民|社区|村里|村委会|银行|的)+"
)
NO_NAME = re.compile(
    r"^(?:这|哪|些|种|样|什么|啥|几|有|该|不|能|拿|自|.{0,1}$)|(?:怎么|如何|咋|来|去|能|不用)$"
)


@dataclass(frozen=True, slots=True)
class ListItem:
    """One line of a list. words: other names of it, without its title."""

    list: str
    number: int
    title: str
    words: tuple[str, ...]
    lead_unit: str
    basis: str

    @property
    def id(self) -> str:
        return f"{self.list}/{self.number}"

    @property
    def short_title(self) -> str:
        """Without what stands in brackets."""
        return self.title.partition("（")[0]

    @property
    def names(self) -> Iterator[str]:
        """All names of it, as they sound; those in the brackets of its title, too."""
        inner = self.title.partition("（")[2].rstrip("）等")
        titles = [self.short_title, *re.split("[、等]", inner)]
        for name in (*titles, *self.words):
            if name:
                yield OF_IT.sub("", sound(normal(name)))


@cache
def items() -> tuple[ListItem, ...]:
    """All lines of all lists that are here."""
    return tuple(item for name in LISTS for item in _read(name))


def _read(name: str) -> Iterator[ListItem]:
    text = (files(__package__) / name).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for row in csv.DictReader(lines):
        yield ListItem(
            list=row["list"],
            number=int(row["no"]),
            title=row["title"],
            words=tuple(word for word in row["words"].split("|") if word),
            lead_unit=row["lead_unit"],
            basis=row["basis"],
        )


@cache
def _by_name() -> tuple[tuple[str, ListItem], ...]:
    """(a name as it sounds, its item), longest first."""
    pairs = [(name, item) for item in items() for name in item.names]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


ASKS_WHOSE = re.compile(
    r"开|出具|出[^了去]|改|社区|居委|村|街道|网格|谁|哪|归|我们|俺们|是不是|呢|要不要|拒绝|找|那个"
)  # as it sounds: 盖 is 改


def certificate_in(words: str) -> ListItem | None:
    """The certificate of the lists that these words name; None where they name none, or
    one that only sounds alike.
    """
    heard = OF_IT.sub("", sound(normal(words)))
    if not (SPEAKS_OF_ONE.search(heard) and ASKS_WHOSE.search(heard)):
        return None
    for name, item in _by_name():
        at = heard.find(name)
        if at >= 0 and not DENIED.search(heard[:at]):
            return item
    return None


def name_in(words: str) -> str | None:
    """How these words call the certificate that they speak of, with 证明 behind it;
    None where they give it no name.
    """
    plain = OF_IT.sub("", normal(words))
    found = NAMED.search(plain) or NAMED.search(OF_IT.sub("", sound(normal(words))))
    if found is None:
        return None
    name = LEAD.sub("", found[1])
    if not name or NO_NAME.search(name):
        return None
    return f"{name}证明"
