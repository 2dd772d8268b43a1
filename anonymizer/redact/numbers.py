"""Numbers that lead to a person: telephones, cards, papers, staff numbers, plates.

Patterns run on `Folded.digits`. Each is linear: what may repeat and what may follow
never begin alike, and every look back is of bounded length.
"""

import re
from collections.abc import Iterator

from .fold import Folded
from .spans import Span

_GAP = r"[ \n.·•_/~—–-]{0,3}"
_CUE = 14  # characters looked back on for a word such as 工号
_RUN = re.compile(rf"(?<![0-9])\+?[0-9](?:{_GAP}[0-9]){{6,24}}(?![0-9])")
_SIDE = re.compile(r"\+?[0-9](?:[ .·•-]?[0-9]){6,24}")
_MOBILE = re.compile(r"(?:0086|86)?(1[3-9]\d{9})")
_GROUPINGS = {
    "11",
    "34",
    "344",
    "335",
    "353",
    "434",
    "56",
    "65",
    "38",
    "74",
    "3422",
    "32222",
    "22223",
    "12222",
    "222221",
}
_COUNTED = re.compile(
    r"\s{0,2}(?:[万亿]|元|块钱|人次|人[^民]|条|份|户|件|次|个|字|步|分[^机]|张|平方|"
    r"公里|吨|%|‰)"
)
_NUMBERED = re.compile(
    r"(?:单号|工单|案号|件号|文号|流水号?|回执码?|受理号?"
    r"|事项编码|事项编号|信访[件号]*|投诉[件号]*|"
    r"订单[号]*|快递[单号]*|"
    r"发票[号]*|版本|批次|资产编号|统一社会信用代码|信用代码|单据号|票据号|批号|条形码)"
    r"[为是:：#第\s]{0,4}[A-Za-z]{0,4}-?$"
)
_CARD_CUE = re.compile(
    r"(?:卡号?|账号|账户|帐号|折号|存折|工行|农行|建行|中行|邮储|信用社|"
    r"银行)[^0-9，。；,;]{0,8}$"
)
_TEL_CUE = re.compile(
    r"(?:座机|固话|电话|电|打|拨|值班室|总机|回拨|传真|内线|短号|小号|分机|办公室|"
    r"宅电|家里|tel|TEL|"
    r"Tel|联系方式)"
    r"(?:号码?|是|为|到|我|给|[:：\s（(]){0,4}$"
)
_MOBILE_CUE = re.compile(
    r"(?:手机|电话|号码?|拨|打|短信|联系|tel|phone|mobile|☎|📱|📞)[^0-9]{0,6}$",
    re.IGNORECASE,
)
_STARRED_ID = re.compile(
    r"(?<![0-9*])[1-8]\d{2,9}[*xX●•]{4,14}\d{1,4}[0-9xX*](?![0-9*])"
)
_STARRED_MOBILE = re.compile(
    r"(?<![0-9*])1[3-9]\d?[ -]?\d{0,2}[ -]?(?:[*●•]{3,6}|[xX]{3,5}|某{3,5})[ -]?"
    r"\d{2,4}(?![0-9*])"
)
_STARRED_CARD = re.compile(
    r"(?<![0-9*])[3-9]\d{3}[ -]?(?:[*●•]{2,12}[ -]?){1,4}\d{3,4}(?![0-9*])"
)
_SCANNED = re.compile(
    r"(?<![0-9A-Za-z])[1lI|][3-9sSbB][0-9oOlI|sSbBzZ]{9}(?![0-9A-Za-z])"
)
_ID = re.compile(
    rf"(?<![0-9A-Za-z])[1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9xX](?![0-9A-Za-z])"
)
_ID_CUE = re.compile(r"(?:身份证|证件|证号|公民身份|身份号|ID|id)[^0-9]{0,8}$")
_BRACKETED = re.compile(
    r"\(0\d{2,3}\) ?\d{3,4}[ -]?\d{4}(?:(?:转|-|ext\.?|分机) ?\d{1,5})?(?![0-9])"
)
_AREA = re.compile(
    r"(?<![0-9])(?:\+?86[ -]?)?0?(?:10|2\d|[3-9]\d{2})[ —–-]{1,3}\d{3,4}[ -]?"
    r"\d{4}(?:(?:转|-|ext\.?|"
    r"分机) ?\d{1,5})?(?![0-9])"
)
_LOCAL = re.compile(
    r"(?<![0-9A-Za-z.])[2-8]\d{2,3}[ -]?\d{4}(?:(?:转|-|ext\.?|分机) ?\d{1,5})?(?!"
    r"[0-9A-Za-z.])"
)
_SHORT = re.compile(
    r"(?:短号|小号|内线|分机|虚拟网|集团号)(?:号码?|是|为|[:： ]){0,3}([1-9]\d{2,"
    r"5})(?![0-9])"
)
_TAIL = re.compile(r"(?:尾号|[末后]4位|末尾4位)(?:是|为|[:： ]){0,2}(\d{4})(?![0-9])")
_HOTLINE = re.compile(r"(?:400|800)[ -]?\d{3,4}[ -]?\d{3,4}|9[56]\d{3,6}|1[0-2]\d{1,3}")
_PAPER = re.compile(
    r"(?:护照|台胞证|台湾居民|回乡证|通行证|港澳证|来往证|居住证|返乡证|"
    r"旅行证)(?:号码?|是|为|[:： ]){0,3}"
    r"((?:[A-Za-z]{1,2}[ -]?)?\d(?:[ -]?\d){6,9})(?![0-9])"
)
_PAPER_ALONE = re.compile(
    r"(?<![A-Za-z0-9])(?:[EG]\d{8}|E[A-HJ-NP-Z]\d{7}|[DSP]E?\d{7}|H\d{10}|[HM]\d{8}|"
    r"[CW][A-HJ-NP-Z0-9]\d{7})(?![A-Za-z0-9])"
)
_STAFF = re.compile(
    r"(?:工号|工牌号?|胸牌号?|警号|员工号|员工编号|职工号|上岗证号?|执法证号?"
    r"|社工证号?|社工证书号?|"
    r"工作者证号?|执业证号?|从业证号?|检查证号?|监督证号?|记者证号?|律师证号?"
    r"|教师证号?|残疾证号?|"
    r"军官证号?|士兵证号?|优待证号?|会员号|卡片号|工资号|资格证号?|志愿者证?"
    r"号|人员编号|"
    r"工作证号?|协管证号?|网格员编号|网格员号|员编号|编制号|人事编号|证件编号|档案号|"
    r"党员编号|"
    r"医保号|社保号|学号|准考证号?|"
    r"登录名|用户名|账号名|登录账号|系统账号|考勤号|打卡号)"
    r"(?:码|是|为|叫|[:： #]){0,3}([A-Za-z]{0,12}[-_]?\d{2,12}(?:[-_]\d{1,8}){0,"
    r"3}|\d{3,14})(?![0-9A-Za-z])"
)
_STAFF_LETTER = re.compile(
    r"(?<![单件文案票品])编号(?:是|为|[:： ]){0,3}([A-Za-z]{1,4}-?\d{3,12})(?!"
    r"[0-9A-Za-z])"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][ ·•.-]?"
    r"([A-HJ-NP-Za-hj-np-z])"
    r"[ ·•.・-]{0,2}"
    r"((?:[A-HJ-NP-Za-hj-np-z0-9]{4}[挂学警港澳领]|[A-HJ-NP-Za-hj-np-z0-9]{5,6}))(?!"
    r"[A-Za-z0-9])"
)
_OLD_PLATE = re.compile(
    r"(?:WJ|[A-Z军海空沈北兰济南成广])[A-Z·]?[ ]?[京沪浙苏鲁粤][ ]?\d{4,5}(?![0-9])"
)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def checked_id(number: str) -> bool:
    """Whether 18 characters are a possible resident identity number (GB 11643-1999, ISO
    7064 MOD 11-2).
    """
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[
        sum(w * int(d) for w, d in zip(weights, number, strict=False)) % 11
    ]
    return _dated(number[6:14]) and check == number[17].upper()


def _dated(ymd: str) -> bool:
    return (
        "1900" <= ymd[:4] <= "2099"
        and "01" <= ymd[4:6] <= "12"
        and "01" <= ymd[6:] <= "31"
    )


def find_numbers(text: Folded) -> Iterator[Span]:
    """All numbers, the surest first; later ones may overlap earlier ones and
    then lose.
    """
    yield from _ids(text)
    yield from _papers(text)
    yield from _plates(text)
    yield from _staff(text)
    yield from _runs(text)
    yield from _starred(text)
    yield from _landlines(text)


def _before(text: Folded, start: int) -> str:
    return text.plain[max(0, start - _CUE) : start]


def _ids(text: Folded) -> Iterator[Span]:
    for m in _ID.finditer(text.digits):
        number = re.sub(r"[^0-9xX]", "", m[0])
        if checked_id(number) or (
            _dated(number[6:14]) and _ID_CUE.search(_before(text, m.start()))
        ):
            yield text.span(m.start(), m.end(), "ID_CARD")


def _papers(text: Folded) -> Iterator[Span]:
    for m in _PAPER.finditer(text.digits):
        yield text.span(*m.span(1), "PASSPORT")
    for m in _PAPER_ALONE.finditer(text.digits):
        if not re.search(
            r"(?:工号|编号|证号|单号|工牌)[:： 为是]{0,2}$", _before(text, m.start())
        ):
            yield text.span(m.start(), m.end(), "PASSPORT")


def _plates(text: Folded) -> Iterator[Span]:
    for m in _PLATE.finditer(text.plain):
        if sum(c.isdigit() for c in m[2]) >= 2:
            yield text.span(m.start(), m.end(), "PLATE")
    for m in _OLD_PLATE.finditer(text.plain):
        yield text.span(m.start(), m.end(), "PLATE")


def _staff(text: Folded) -> Iterator[Span]:
    for pattern in (_STAFF, _STAFF_LETTER):
        for m in pattern.finditer(text.digits):
            yield text.span(*m.span(1), "EMPLOYEE_NO")


def _runs(text: Folded) -> Iterator[Span]:
    for line in (text.digits, text.plain):  # in 13912345678一个号 the 一 is no digit
        for m in _RUN.finditer(line):
            for run in (
                m,
                *_SIDE.finditer(line, m.start(), m.end()),
            ):  # two numbers may stand side by side
                kind = _kind_of_run(
                    run[0], _before(text, run.start()), line[run.end() : run.end() + 4]
                )
                if kind:
                    yield text.span(run.start(), run.end(), kind)


def _kind_of_run(run: str, before: str, after: str) -> str | None:
    """What a run of 7 to 25 digits with gaps is; None for counts, dates and file
    numbers.
    """
    digits = re.sub(r"[^0-9]", "", run)
    if _COUNTED.match(after) or before.endswith("〔"):
        return None
    numbered = _NUMBERED.search(before)
    mobile = _MOBILE.fullmatch(digits)
    if mobile and not numbered and (_grouped(run) or _MOBILE_CUE.search(before)):
        return "PHONE"
    if (
        len(digits) == 15
        and _dated("19" + digits[6:12])
        and (not luhn(digits) or _ID_CUE.search(before))
    ):
        return "ID_CARD" if not numbered and not _CARD_CUE.search(before) else None
    if 13 <= len(digits) <= 19 and not numbered:
        known = digits[0] in "3456" or digits[:2] == "95"
        if _CARD_CUE.search(before) or (known and len(digits) >= 15 and luhn(digits)):
            return "BANK_CARD"
    return None


def _grouped(run: str) -> bool:
    """Whether the gaps fall where people put them in a mobile number, not where a table
    has its columns.
    """
    groups = re.findall(r"[0-9]+", re.sub(r"^\+?(?:00)?86(?![0-9]{0,8}$)", "", run))
    sizes = [len(g) for g in groups]
    return (
        max(sizes) == 1
        or len(sizes) == 1
        or "".join(map(str, sizes)) in _GROUPINGS
        or (len(sizes) == 2 and min(sizes) > 1)
    )


def _starred(text: Folded) -> Iterator[Span]:
    for m in _STARRED_ID.finditer(text.digits):
        if len(m[0]) in (15, 18):
            yield text.span(m.start(), m.end(), "ID_CARD")
    for pattern, kind in (
        (_STARRED_MOBILE, "PHONE"),
        (_STARRED_CARD, "BANK_CARD"),
        (_SCANNED, "PHONE"),
    ):
        for m in pattern.finditer(text.digits):
            if (
                kind != "PHONE"
                or pattern is not _SCANNED
                or 6 <= sum(c.isdigit() for c in m[0]) < 11
            ):
                yield text.span(m.start(), m.end(), kind)
    for m in _TAIL.finditer(text.digits):
        mobile = re.search(r"(?:手机|电话|号码)[^，。]{0,3}$", _before(text, m.start()))
        paper = re.search(r"身份证[^，。]{0,3}$", _before(text, m.start()))
        yield text.span(
            *m.span(1), "PHONE" if mobile else "ID_CARD" if paper else "BANK_CARD"
        )


def _landlines(text: Folded) -> Iterator[Span]:
    for m in _BRACKETED.finditer(text.digits):
        yield text.span(m.start(), m.end(), "LANDLINE")
    for m in _AREA.finditer(text.digits):
        if m[0].lstrip("+86 -").startswith("0") or m[0].startswith("+"):
            yield text.span(m.start(), m.end(), "LANDLINE")
    for m in re.finditer(
        r"(?<![0-9])0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}(?![0-9])", text.digits
    ):
        if not _NUMBERED.search(_before(text, m.start())):
            yield text.span(m.start(), m.end(), "LANDLINE")
    for m in _SHORT.finditer(text.digits):
        yield text.span(*m.span(1), "LANDLINE")
    for m in _LOCAL.finditer(text.digits):
        after = text.digits[m.end() : m.end() + 3]
        if (
            _TEL_CUE.search(_before(text, m.start()))
            and not _COUNTED.match(after)
            and not _HOTLINE.fullmatch(m[0])
        ):
            yield text.span(m.start(), m.end(), "LANDLINE")
