"""Finding words among texts that are held in memory, and nowhere else.

All places of every pair of neighbouring characters are known. A word is looked for
where its rarest pair stands and compared there, so it is found exactly where LIKE finds
it. An index on the disk would give its words back to whoever planted texts of their
own, however the words are disguised; this one is gone with its process.
"""

from array import array
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from storage.searched import Hit, Hits, IndexedText, has_all

BLOCK = 4096  # texts whose pairs are sorted together
SMALL_BLOCK = 512  # the same for new ones; before that, they are looked through
SMALL_BLOCKS = BLOCK // SMALL_BLOCK  # so many become one
MOST_DEAD = 8192  # texts taken out, beyond which all is put in anew

END = "\0"  # of a text; stands in none

Units = NDArray[np.uint16]  # of UTF-16
Places = NDArray[np.int64]


class TextIndex:
    """Texts, and the places of each pair of characters in them.

    A text has a number, its place in the lists; one that is put in again gets a new
    number, and under the old one nothing is found.
    """

    def __init__(self) -> None:
        self._ids: list[bytes] = []
        self._group_of = array("q")  # number of a text → number of its group
        self._reserved = array("b")
        self._groups: list[bytes] = []
        self._ranks = array("q")  # by number of a group
        self._group_numbers: dict[bytes, int] = {}
        self._numbers: dict[bytes, int] = {}
        self._blocks: list[Block] = []
        self._loose: list[str] = []  # the last texts, not in a block yet
        self._dead = 0

    def __len__(self) -> int:
        return len(self._numbers)

    def put(self, one: IndexedText) -> None:
        """Make a text findable, in the place of the one of its id."""
        number = self._numbers.get(one.id)
        if number is not None and self._text(number) == one:
            return
        self._append(one)
        if len(self._loose) >= SMALL_BLOCK:
            self._sort_loose(SMALL_BLOCK)
            self._join_small_blocks()

    def put_all(self, many: Iterable[IndexedText]) -> None:
        """The same for as many as one likes, and much quicker."""
        for one in many:
            self._append(one)
            if len(self._loose) >= BLOCK:
                self._sort_loose(BLOCK)

    def settle(self) -> None:
        """After `put_all`: nothing is looked through that could be looked up."""
        self._sort_loose(BLOCK)

    def drop(self, id: bytes) -> None:
        """It is found no more, and its text is overwritten."""
        number = self._numbers.pop(id, None)
        if number is None:
            return
        sorted_texts = len(self._ids) - len(self._loose)
        if number >= sorted_texts:
            self._loose[number - sorted_texts] = ""
        else:
            self._block_of(number).wipe(number)
        self._dead += 1
        if self._dead > max(MOST_DEAD, len(self)):
            self._begin_anew()

    def replace(self, group: bytes, texts: Sequence[IndexedText]) -> None:
        """These are all texts of a group now."""
        stay = {one.id for one in texts}
        for id in self._of_group(group):
            if id not in stay:
                self.drop(id)
        for one in texts:
            self.put(one)

    def _of_group(self, group: bytes) -> list[bytes]:
        """Ids of its texts."""
        known = self._group_numbers.get(group)
        if known is None:
            return []
        is_of_group = np.frombuffer(self._group_of, np.int64) == known
        numbers = np.flatnonzero(is_of_group).tolist()
        ids = [(self._ids[number], number) for number in numbers]
        return [id for id, number in ids if self._numbers.get(id) == number]

    def find(self, words: Sequence[str], most: int, *, reserved: bool) -> Hits:
        """Groups with a text that has all of these words.

        Args:
            words: folded; one or more, none of them empty.
            reserved: whether texts count that are for few eyes alone.
        """
        if any(END in word for word in words):
            return Hits((), 0)
        numbers = self._having(words)
        if not reserved:
            is_reserved = np.frombuffer(self._reserved, np.int8)[numbers] != 0
            numbers = numbers[~is_reserved]
        if not len(numbers):
            return Hits((), 0)
        group_of = np.frombuffer(self._group_of, np.int64)[numbers]
        is_hit = np.zeros(len(self._groups), np.bool_)
        is_hit[group_of] = True
        groups = np.flatnonzero(is_hit)
        total = len(groups)
        ranks = np.frombuffer(self._ranks, np.int64)[groups]
        if total > most:
            first = np.argpartition(ranks, total - most)[total - most :]
            groups = groups[first]
            ranks = ranks[first]
        groups = groups[np.argsort(-ranks)]
        return Hits(self._told(groups, numbers, group_of), total)

    def _told(self, groups: Places, numbers: Places, group_of: Places) -> list[Hit]:
        """groups: in order; numbers, group_of: all texts that were found."""
        is_told = np.zeros(len(self._groups), np.bool_)
        is_told[groups] = True
        told = is_told[group_of]
        text_of = dict(
            zip(group_of[told].tolist(), numbers[told].tolist(), strict=True)
        )
        return [
            Hit(self._groups[group], self._ids[text_of[group]])
            for group in groups.tolist()
        ]

    def _append(self, one: IndexedText) -> None:
        self.drop(one.id)
        group = self._group_numbers.setdefault(one.group, len(self._groups))
        if group == len(self._groups):
            self._groups.append(one.group)
            self._ranks.append(one.rank)
        self._ranks[group] = one.rank
        self._numbers[one.id] = len(self._ids)
        self._ids.append(one.id)
        self._group_of.append(group)
        self._reserved.append(one.reserved)
        self._loose.append(one.text)

    def _having(self, words: Sequence[str]) -> Places:
        """Numbers of the texts that have all the words."""
        sought = [_units(word) for word in words]
        found = [block.having(sought) for block in self._blocks]
        first = len(self._ids) - len(self._loose)
        loose = [
            number
            for number, text in enumerate(self._loose, first)
            if has_all(text, words)
        ]
        return np.concatenate([*found, np.array(loose, np.int64)])

    def _block_of(self, number: int) -> "Block":
        return next(block for block in self._blocks if number < block.end)

    def _sort_loose(self, most: int) -> None:
        texts = self._loose[:most]
        if texts:
            start = len(self._ids) - len(self._loose)
            units = _ended(texts)
            self._blocks.append(Block(start, units, np.flatnonzero(units == 0)))
        del self._loose[:most]

    def _join_small_blocks(self) -> None:
        last = self._blocks[-SMALL_BLOCKS:]
        if len(last) == SMALL_BLOCKS and all(block.is_small for block in last):
            self._blocks[-SMALL_BLOCKS:] = [Block.joined(last)]

    def _begin_anew(self) -> None:
        """Without those that were taken out, of whose pairs something is left
        till then.
        """
        fresh = TextIndex()
        fresh.put_all(map(self._text, list(self._numbers.values())))
        fresh.settle()
        self.__dict__ = fresh.__dict__

    def _text(self, number: int) -> IndexedText:
        sorted_texts = len(self._ids) - len(self._loose)
        if number >= sorted_texts:
            text = self._loose[number - sorted_texts]
        else:
            text = self._block_of(number).text(number)
        group = self._group_of[number]
        return IndexedText(
            id=self._ids[number],
            group=self._groups[group],
            at=self._ranks[group] >> 32,
            reserved=bool(self._reserved[number]),
            text=text,
        )


class Block:
    """Neighbouring texts, and where in them each pair of units stands.

    A text that was overwritten is all ends; the places of its pairs are still told, but
    whoever looks there finds other units.
    """

    def __init__(self, start: int, units: Units, ends: Places) -> None:
        """start: number of the first text; units: all texts, each with its end."""
        self.start = start
        self.end = start + len(ends)
        self._units = units
        self._ends = ends
        in_order = _pairs(units)
        in_order.sort()
        self._places = in_order.astype(np.uint32)  # the lower half
        in_order >>= np.uint64(32)
        codes = in_order.astype(np.uint32)
        del in_order
        firsts = np.flatnonzero(np.diff(codes, prepend=~codes[:1]))
        self._pairs = codes[firsts]
        self._bounds = np.append(firsts, len(codes)).astype(np.uint32)

    @classmethod
    def joined(cls, blocks: "Sequence[Block]") -> "Block":
        """Of blocks that follow one another."""
        lengths = [len(block._units) for block in blocks]
        offsets = np.cumsum([0, *lengths[:-1]])
        moved = zip(blocks, offsets, strict=True)
        ends = np.concatenate([block._ends + offset for block, offset in moved])
        units = np.concatenate([block._units for block in blocks])
        return cls(blocks[0].start, units, ends)

    @property
    def is_small(self) -> bool:
        return self.end - self.start <= SMALL_BLOCK

    def having(self, words: Sequence[Units]) -> Places:
        """Numbers of the texts that have all the words."""
        found = self._with_word(words[0])
        for word in words[1:]:
            if not len(found):
                break
            found = np.intersect1d(found, self._with_word(word), assume_unique=True)
        return found + self.start

    def text(self, number: int) -> str:
        units = self._units[self._span(number)]
        return units.tobytes().decode("utf-16-le", "surrogatepass")

    def wipe(self, number: int) -> None:
        self._units[self._span(number)] = 0

    def _span(self, number: int) -> slice:
        at = number - self.start
        begin = int(self._ends[at - 1]) + 1 if at else 0
        return slice(begin, int(self._ends[at]))

    def _with_word(self, word: Units) -> Places:
        """Which of the texts, counted from 0; each once, in order."""
        begins = self._begins(word)
        for at, unit in enumerate(word):
            begins = begins[self._units[begins + at] == unit]
        texts = np.searchsorted(self._ends, begins)  # in order, since the places are
        return texts[np.flatnonzero(np.diff(texts, prepend=-1))]

    def _begins(self, word: Units) -> Places:
        """Where it may begin: as the rarest of its pairs says."""
        if len(word) == 1:
            return np.flatnonzero(self._units == word[0])
        pairs = zip(word[:-1].tolist(), word[1:].tolist(), strict=True)
        held = [self._with_pair(high << 16 | low) for high, low in pairs]
        offset = min(range(len(held)), key=lambda at: len(held[at]))
        begins = held[offset].astype(np.int64) - offset
        return begins[(begins >= 0) & (begins + len(word) <= len(self._units))]

    def _with_pair(self, code: int) -> NDArray[np.uint32]:
        at = int(np.searchsorted(self._pairs, np.uint32(code)))
        if at == len(self._pairs) or self._pairs[at] != code:
            return self._places[:0]
        return self._places[self._bounds[at] : self._bounds[at + 1]]


def _pairs(units: Units) -> NDArray[np.uint64]:
    """Every pair within a text: its two units, then in 32 bits where it stands."""
    pairs = units[:-1].astype(np.uint64)
    pairs <<= np.uint64(16)
    pairs |= units[1:]
    pairs <<= np.uint64(32)
    pairs |= np.arange(len(pairs), dtype=np.uint64)
    within: NDArray[np.uint64] = pairs[(units[:-1] != 0) & (units[1:] != 0)]
    return within


def _units(text: str) -> Units:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)


def _ended(texts: Sequence[str]) -> Units:
    """All texts, each with its end, in a copy that may be written to."""
    whole = "".join(f"{text.replace(END, ' ')}{END}" for text in texts)
    return _units(whole).copy()
