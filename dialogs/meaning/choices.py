"""The numbered choices of an open question, and which of them a message picks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.meaning.patterns import names, pattern
from dialogs.meaning.pieces import in_common
from dialogs.understand.spelling import normal

_NUMBERED = re.compile(r"(?:^|(?<=[\s?？。:：]))([1-9]\d?)[\s.、．)）]+(?=\S)")
_NUMERALS = {numeral: at for at, numeral in enumerate("零一二三四五六七八九")}
_NUMERALS |= {"壹": 1, "贰": 2, "叁": 3, "俩": 2, "两": 2, "仨": 3, "幺": 1}
_LETTERS = {letter: at for at, letter in enumerate("abcdef", 1)}
_CIRCLED = {symbol: at for at, symbol in enumerate("①②③④⑤⑥⑦⑧⑨", 1)}
_VALUES = (
    _NUMERALS | _LETTERS | _CIRCLED | {str(digit): digit for digit in range(1, 10)}
)
_SYMBOL = "[" + "".join(_VALUES) + "]"

_LEAD = (
    r"(?:那|就|我|俺|要|想|嗯|好|额|呃|那个|应该|应该是|大概|可能|还是|肯定|算|属于|是|"
    r"归|当然|麻烦|请|帮我|给我|直接|走|按|我选|选择|选|点|挑|勾|拣|用)*"
)
_MEASURE = (
    r"(?:个|项|种|号|条|类|件|款|样|栏|档|行|选项|那个|那项|那种|那类|那条|那件|呗|吧|嘛|"
    r"哈|啊|呀|哦|了|就行|就好|就中|行|好了|喽|咯|谢谢|最|贴切|合适|对|像|比较|准|得)*"
)
_ALONE = re.compile(rf"{_LEAD}第?({_SYMBOL})\ufe0f?\u20e3?{_MEASURE}$")
_ALONE_AT_MOST = 24  # letters: who says more says more than a figure
_ORDINAL = re.compile(
    rf"(?:第|选择?|按|点|勾|挑|走|就|取|拣)({_SYMBOL})(?![\d月天年回次万千百十])"
)
_LEADING = re.compile(
    rf"\s*(?:按个?|选|就|那|嗯|要)?({_SYMBOL})(?=[\s,，。.、]|[囉啰喽咯喇就吧嘛]+$)"
)
_TAKEN_BACK = re.compile(rf"不对.{{0,4}}是({_SYMBOL})[吧了]?$")
_FIRST = re.compile(
    r"头一[个项种条类件样]|打头|前面?(?:那|一)[个种项件]|前者|上面?那?个|头里那|最前|最上面|首个|第一"
)
_LAST = re.compile(
    r"最后|末尾|末了|后面?(?:那|一)[个种项件]|后者|下面那?个|最下面|殿后|收尾那|最末|压轴|倒数第一|尾巴"
)
_MIDDLE = re.compile(r"中间|当中|夹心|居中")


@dataclass(frozen=True, slots=True)
class NumberedChoice:
    """One choice of an open question."""

    n: int
    words: str


def choices_of(question: str | None) -> tuple[NumberedChoice, ...]:
    """The numbered choices of a question, counted from 1; most often none."""
    if not question:
        return ()
    marks: list[re.Match[str]] = []
    for mark in _NUMBERED.finditer(question):
        if int(mark[1]) == len(marks) + 1:
            marks.append(mark)
    if len(marks) < 2:
        return ()
    ends = [mark.start() for mark in marks[1:]] + [len(question)]
    return tuple(
        NumberedChoice(int(mark[1]), normal(question[mark.end() : end].strip()))
        for mark, end in zip(marks, ends, strict=True)
    )


def named_alone(plain: str, choices: Sequence[NumberedChoice]) -> int | None:
    """The choice whose number is all that a `normal` message says; None: none."""
    alone = _alone(plain)
    return _within(_VALUES[alone], choices) if alone and choices else None


def _alone(plain: str) -> str | None:
    """The figure that is all a message says, beside words that lead to it."""
    bare = _bare(plain)
    if len(bare) > _ALONE_AT_MOST:
        return None
    found = _ALONE.fullmatch(bare)
    return found[1] if found else None


def _bare(plain: str) -> str:
    return re.sub(r"[\s,。.!?~、;:“”\"'…]+", "", plain)


def chosen_by_number(plain: str, choices: Sequence[NumberedChoice]) -> int | None:
    """The choice a `normal` message names by its number or place; None: none."""
    if not choices:
        return None
    alone = _alone(plain)
    if alone:
        return _within(_VALUES[alone], choices)
    taken_back = _TAKEN_BACK.search(plain)
    if taken_back:
        return _within(_VALUES[taken_back[1]], choices)
    leading = _LEADING.match(plain)
    if leading:
        return _within(_VALUES[leading[1]], choices)
    bare = _bare(plain)
    if len(bare) > 24:
        return None
    if re.search(r"倒数第二", bare):
        return len(choices) - 1
    ordinal = _ORDINAL.search(bare)
    if ordinal and not _is_label_number(ordinal[1], choices):
        return _within(_VALUES[ordinal[1]], choices)
    if _LAST.search(bare):
        return len(choices)
    if _FIRST.search(bare):
        return 1
    if _MIDDLE.search(bare) and len(choices) % 2:
        return len(choices) // 2 + 1
    return None


def chosen_by_words(plain: str, choices: Sequence[NumberedChoice]) -> int | None:
    """The choice whose words a message shares or means most; None: none clearly."""
    worth = {choice.n: _worth(plain, choice) for choice in choices}
    if not worth:
        return None
    ranked = sorted(worth, key=lambda n: -worth[n])
    best = ranked[0]
    is_clear = worth[best] > 0 and worth[best] > worth[ranked[1]]
    return best if is_clear else None


def _worth(plain: str, choice: NumberedChoice) -> float:
    """What a message shares with one choice: pairs of letters, other names of it."""
    shared = in_common(plain, choice.words)
    digits = set(re.findall(r"\d+", plain)) & set(re.findall(r"\d+", choice.words))
    alike = sum(
        pattern(f"choice-{name}").search(plain) is not None
        for name in names("choice-")
        if name in choice.words
    )
    return shared + 1.5 * len(digits) + 1.2 * alike


def _is_label_number(symbol: str, choices: Sequence[NumberedChoice]) -> bool:
    """Whether a figure is part of a choice's own words, such as a date."""
    return symbol.isdigit() and all(symbol in choice.words for choice in choices)


def _within(n: int, choices: Sequence[NumberedChoice]) -> int | None:
    return n if 1 <= n <= len(choices) else None
