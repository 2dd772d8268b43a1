"""Numbers that lead to a person: telephones, cards, papers, staff numbers, plates.

Patterns run on `Folded.digits`. Each is linear: what may repeat and what may follow
never begin alike, and every look back is of bounded length.
"""

import re
from collections.abc import Iterator

from .fold import Folded
from .spans import IdentifyingSpan

_DIGIT_GAP = r"[ \n.·•_/~—–-]{0,3}"
_LOOK_BACK = 14  # characters looked back on for a word such as 工号
_DIGIT_RUN = re.compile(rf"(?<![0-9])\+?[0-9](?:{_DIGIT_GAP}[0-9]){{6,24}}(?![0-9])")
_SIDE_BY_SIDE = re.compile(r"\+?[0-9](?:[ .·•-]?[0-9]){6,24}")
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
# between the digits of a mobile number people put what a machine does not expect
_ANY_GAP = r"[^0-9A-Za-z㐀-鿿\ufffc]{1,3}"
_DISGUISED_MOBILE = re.compile(
    r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9][0-9]"
    rf"{_ANY_GAP}[0-9]{{4}}{_ANY_GAP}[0-9]{{4}}(?![0-9A-Za-z])|"
    rf"(?<![0-9A-Za-z])1{_ANY_GAP}[3-9](?:{_ANY_GAP}[0-9]){{9}}"
    r"(?![0-9A-Za-z])"
)
_COUNTED = re.compile(
    r"\s{0,2}(?:[万亿]|元|块钱|人次|人[^民]|条|份|户|件|次|个|字|步|分[^机]|张|平方|"
    r"公里|吨|%|‰)"
)
_NUMBERED = re.compile(
    r"(?:单号|工单|案号|件号|文号|流水号?|回执码?|受理号?|事项编码|事项编号|"
    r"信访[件号]*|投诉[件号]*|订单[号]*|快递[单号]*|发票[号]*|版本|批次|资产编号|"
    r"统一社会信用代码|信用代码|单据号|票据号|批号|"
    r"条形码)[为是:：#第\s]{0,4}[A-Za-z]{0,4}-?$"
)
_CARD_CUE = re.compile(
    r"(?:卡号?|账号|账户|帐号|折号|存折|工行|农行|建行|中行|邮储|信用社|"
    r"银行)[^0-9，。；,;]{0,8}$"
)
_TEL_CUE = re.compile(
    r"(?:座机|固话|电话|电|打|拨|值班室|总机|回拨|传真|内线|短号|小号|分机|办公室|宅电|"
    r"家里|tel|TEL|Tel|联系方式)(?:号码?|是|为|到|我|给|[:：\s（(]){0,4}$"
)
_MOBILE_CUE = re.compile(
    r"(?:手机|电话|号码?|拨|打|短信|联系|tel|phone|mobile|☎|📱|📞)[^0-9]{0,6}$",
    re.IGNORECASE,
)
_STARRED_ID = re.compile(
    r"(?<![0-9*])[1-8]\d{2,9}[*xX●•]{4,14}\d{1,4}[0-9xX*](?![0-9*])"
)
_STARRED_MOBILE = re.compile(
    r"(?<![0-9*])1[3-9]\d?[ -]?\d{0,2}[ -]?(?:[*●•]{3,6}|[xX]{3,5}|"
    r"某{3,5})[ -]?\d{2,4}(?![0-9*])"
)
_STARRED_CARD = re.compile(
    r"(?<![0-9*])[3-9]\d{3}[ -]?(?:[*●•]{2,12}[ -]?){1,4}\d{3,4}(?![0-9*])"
)
_SCANNED = re.compile(
    r"(?<![0-9A-Za-z])[1lI|][ -]?[3-9sSbB](?:[ -]?[0-9oOlI|sSbBzZ]){9}(?![0-9A-Za-z])"
)
_IDENTITY_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])[1-9](?:{_DIGIT_GAP}[0-9]){{16}}{_DIGIT_GAP}[0-9xX](?![0-9A-Za-z])"
)
_ID_CUE = re.compile(r"(?:身份证|证件|证号|公民身份|身份号|ID|id)[^0-9]{0,8}$")
_BRACKETED = re.compile(
    r"\(0\d{2,3}\) ?\d{3,4}[ -]?\d{4}(?:(?:转|-|ext\.?|分机) ?\d{1,5})?(?![0-9])"
)
_WITH_AREA_CODE = re.compile(
    r"(?<![0-9])(?:\+?86[ -]?)?0?(?:10|2\d|"
    r"[3-9]\d{2})[ —–-]{1,3}\d{3,4}[ -]?\d{4}(?:(?:转|-|ext\.?|"
    r"分机) ?\d{1,5})?(?![0-9])"
)
_LOCAL_NUMBER = re.compile(
    r"(?<![0-9A-Za-z.])[2-8]\d{2,3}[ -]?\d{4}(?:(?:转|-|ext\.?|"
    r"分机) ?\d{1,5})?(?![0-9A-Za-z.])"
)
_SHORT_NUMBER = re.compile(
    r"(?:短号|小号|内线|分机|虚拟网|集团号)(?:号码?|是|为|"
    r"[:： ]){0,3}([1-9]\d{2,5})(?![0-9])"
)
_LAST_FOUR_DIGITS = re.compile(
    r"(?:尾号|[末后]4位|末尾4位)(?:是|为|[:： ]){0,2}(\d{4})(?![0-9])"
)
_HOTLINE = re.compile(r"(?:400|800)[ -]?\d{3,4}[ -]?\d{3,4}|9[56]\d{3,6}|1[0-2]\d{1,3}")
_PAPER = re.compile(
    r"(?:护照|台胞证|台湾居民|回乡证|通行证|港澳证|来往证|居住证|返乡证|"
    r"旅行证)(?:号码?|是|为|[:： ]){0,3}((?:[A-Za-z]{1,2}[ -]?)?\d(?:[ -]?\d){6,9})"
    r"(?![0-9])"
)
_PAPER_ALONE = re.compile(
    r"(?<![A-Za-z0-9])(?:[EG]\d{8}|E[A-HJ-NP-Z]\d{7}|[DSP]E?\d{7}|H\d{10}|[HM]\d{8}|"
    r"[CW][A-HJ-NP-Z0-9]\d{7})(?![A-Za-z0-9])"
)
_STAFF_NUMBER = re.compile(
    r"(?:工号|工牌号?|胸牌号?|警号|员工号|员工编号|职工号|上岗证号?|执法证号?|"
    r"社工证号?|社工证书号?|工作者证号?|执业证号?|从业证号?|检查证号?|监督证号?|"
    r"记者证号?|律师证号?|教师证号?|残疾证号?|军官证号?|士兵证号?|优待证号?|会员号|"
    r"卡片号|工资号|资格证号?|志愿者证?号|人员编号|工作证号?|协管证号?|网格员编号|"
    r"网格员号|员编号|编制号|人事编号|证件编号|档案号|党员编号|医保号|社保号|学号|"
    r"准考证号?|登录名|用户名|账号名|登录账号|系统账号|考勤号|打卡号)(?:码|是|为|叫|"
    r"[:： #]){0,3}([A-Za-z]{0,12}[-_]?\d{2,12}(?:[-_]\d{1,8}){0,3}|"
    r"\d{3,14})(?![0-9A-Za-z])"
)
_BADGE = re.compile(
    r"(?:工号|工號|工牌|工卡|胸牌|胸卡|警号|警號|饭卡号?|打卡机编号|职员证|職員證|辅警编号|"
    r"护林员编号|信息员编号|职工编号|员工编号|人员编号|个人编号|返聘编号|网格编号|会计证号?|"
    r"巡查证号?|出入证号?|执法证号?|资格证号?|[Ss]taff ?[Ii][Dd]|emp)"
    r"(?:号码?|码|上头|背面|是|为|叫|[:：=># №“]){0,4}"
    r"(\d(?: \d){3,9}|(?:[A-Za-z]{1,8}[-_])*[A-Za-z]{0,8}\d[A-Za-z0-9]*"
    r"(?:[-_][A-Za-z0-9]{1,9}){0,3})(?![0-9A-Za-z])"
)
_LETTERED_STAFF_NUMBER = re.compile(
    r"(?<![单件文案票品])编号(?:是|为|[:： ]){0,3}([A-Za-z]{1,4}-?\d{3,12})"
    r"(?![0-9A-Za-z])"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤粵青藏川宁琼使][ ·•.-]?"
    r"([A-HJ-NP-Za-hj-np-z])[ ·•.・-]{0,2}((?:[A-HJ-NP-Za-hj-np-z0-9][ ·•-]?){4,5}"
    r"(?:[挂學学警港澳领]|(?<![ ·•-])[A-HJ-NP-Za-hj-np-z0-9]?|"
    r"[A-HJ-NP-Za-hj-np-z0-9]))(?![A-Za-z0-9])"
)
_OLD_PLATE = re.compile(
    r"(?:WJ|[A-Z军海空沈北兰济南成广])[A-Z·]?[ ]?[京沪浙苏鲁粤][ ]?\d{4,5}(?![0-9])"
)


_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LANDLINE_IN_ONE_PIECE = re.compile(
    r"(?<![0-9])0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}(?![0-9])"
)
_STAFF_WORD_BEFORE = re.compile(r"(?:工号|编号|证号|单号|工牌)[:： 为是]{0,2}$")
_MOBILE_WORD_BEFORE = re.compile(r"(?:手机|电话|号码)[^，。]{0,3}$")
_IDENTITY_WORD_BEFORE = re.compile(r"身份证[^，。]{0,3}$")
_COUNTRY_CODE = re.compile(r"^\+?(?:00)?86(?![0-9]{0,8}$)")


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others.

    Source: ISO/IEC 7812-1.
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        worth = int(digit) * (1 + place % 2)
        total += worth - 9 if worth > 9 else worth
    return total % 10 == 0


def checked_id(number: str) -> bool:
    """Whether 18 characters are a possible resident identity number.

    Source: GB 11643-1999, ISO 7064 MOD 11-2.
    """
    weighted = zip(_IDENTITY_WEIGHTS, number[:17], strict=True)
    total = sum(weight * int(digit) for weight, digit in weighted)
    check_symbol = "10X98765432"[total % 11]
    return _is_date(number[6:14]) and check_symbol == number[17].upper()


def _is_date(year_month_day: str) -> bool:
    year = year_month_day[:4]
    month = year_month_day[4:6]
    day = year_month_day[6:]
    return "1900" <= year <= "2099" and "01" <= month <= "12" and "01" <= day <= "31"


def find_numbers(text: Folded) -> Iterator[IdentifyingSpan]:
    """All numbers, the surest first.

    Later ones may overlap earlier ones, and then lose.
    """
    yield from _ids(text)
    yield from _papers(text)
    yield from _plates(text)
    yield from _staff(text)
    yield from _runs(text)
    yield from _starred(text)
    yield from _landlines(text)


def _before(text: Folded, start: int) -> str:
    return text.plain[max(0, start - _LOOK_BACK) : start]


def _ids(text: Folded) -> Iterator[IdentifyingSpan]:
    for match in _IDENTITY_NUMBER.finditer(text.digits):
        number = re.sub(r"[^0-9xX]", "", match[0])
        is_named = _ID_CUE.search(_before(text, match.start()))
        if checked_id(number) or (is_named and _is_date(number[6:14])):
            yield text.span(match.start(), match.end(), "ID_CARD")


def _papers(text: Folded) -> Iterator[IdentifyingSpan]:
    for match in _PAPER.finditer(text.digits):
        yield text.span(*match.span(1), "PASSPORT")
    for match in _PAPER_ALONE.finditer(text.digits):
        if not _STAFF_WORD_BEFORE.search(_before(text, match.start())):
            yield text.span(match.start(), match.end(), "PASSPORT")


def _plates(text: Folded) -> Iterator[IdentifyingSpan]:
    for match in _PLATE.finditer(text.digits):
        if _count_digits(match[2]) >= 2:
            end = match.start() + len(match[0].rstrip(" ·•-"))
            yield text.span(match.start(), end, "PLATE")
    for match in _OLD_PLATE.finditer(text.plain):
        yield text.span(match.start(), match.end(), "PLATE")


def _staff(text: Folded) -> Iterator[IdentifyingSpan]:
    for pattern in (_BADGE, _STAFF_NUMBER, _LETTERED_STAFF_NUMBER):
        for match in pattern.finditer(text.digits):
            yield text.span(*match.span(1), "EMPLOYEE_NO")


def _runs(text: Folded) -> Iterator[IdentifyingSpan]:
    for line in (text.digits, text.plain):  # in 13912345678一个号 the 一 is no digit
        for match in _DIGIT_RUN.finditer(line):
            # two numbers may stand side by side
            parts = _SIDE_BY_SIDE.finditer(line, match.start(), match.end())
            for run in (match, *parts):
                before = _before(text, run.start())
                after = line[run.end() : run.end() + 4]
                kind = _kind_of_run(run[0], before, after)
                if text.is_turned and kind is None:
                    kind = _kind_of_run(run[0][::-1], before, after)
                if kind:
                    yield text.span(run.start(), run.end(), kind)


def _kind_of_run(run: str, before: str, after: str) -> str | None:
    """What a run of 7 to 25 digits with gaps is.

    None for counts, dates and file numbers.
    """
    digits = re.sub(r"[^0-9]", "", run)
    is_file_number = before.endswith("〔") or _NUMBERED.search(before)
    if is_file_number or _COUNTED.match(after):
        return None
    looks_mobile = _is_grouped_as_mobile(run) or _MOBILE_CUE.search(before)
    if looks_mobile and _MOBILE.fullmatch(digits):
        return "PHONE"
    card_is_named = _CARD_CUE.search(before)
    if _is_old_identity_number(digits, before):
        return None if card_is_named else "ID_CARD"
    looks_like_card = card_is_named or _is_checked_card(digits)
    if looks_like_card and 13 <= len(digits) <= 19:
        return "BANK_CARD"
    return None


def _is_old_identity_number(digits: str, before: str) -> bool:
    """15 digits with a birthday in them, which are no card number by chance."""
    if len(digits) != 15 or not _is_date("19" + digits[6:12]):
        return False
    return not luhn(digits) or bool(_ID_CUE.search(before))


def _is_checked_card(digits: str) -> bool:
    is_known_issuer = digits[0] in "3456" or digits[:2] == "95"
    return is_known_issuer and len(digits) >= 15 and luhn(digits)


def _is_grouped_as_mobile(run: str) -> bool:
    """Whether the gaps fall where people put them in a mobile number.

    In a table they fall where it has its columns.
    """
    groups = re.findall(r"[0-9]+", _COUNTRY_CODE.sub("", run))
    sizes = [len(group) for group in groups]
    if len(sizes) == 1 or max(sizes) == 1:
        return True
    if len(sizes) == 2 and min(sizes) > 1:
        return True
    return "".join(map(str, sizes)) in _GROUPINGS


def _starred(text: Folded) -> Iterator[IdentifyingSpan]:
    """Numbers of which a part is hidden, and numbers that a scanner misread."""
    for match in _STARRED_ID.finditer(text.digits):
        if len(match[0]) in (15, 18):
            yield text.span(match.start(), match.end(), "ID_CARD")
    for match in _STARRED_MOBILE.finditer(text.digits):
        yield text.span(match.start(), match.end(), "PHONE")
    for match in _STARRED_CARD.finditer(text.digits):
        yield text.span(match.start(), match.end(), "BANK_CARD")
    for match in _SCANNED.finditer(text.digits):
        if 6 <= _count_digits(match[0]) < 11 and not match[0].isdigit():
            yield text.span(match.start(), match.end(), "PHONE")
    for match in _DISGUISED_MOBILE.finditer(text.digits):
        yield text.span(match.start(), match.end(), "PHONE")
    for match in _LAST_FOUR_DIGITS.finditer(text.digits):
        kind = _kind_of_last_digits(_before(text, match.start()))
        yield text.span(*match.span(1), kind)


def _kind_of_last_digits(before: str) -> str:
    if _MOBILE_WORD_BEFORE.search(before):
        return "PHONE"
    if _IDENTITY_WORD_BEFORE.search(before):
        return "ID_CARD"
    return "BANK_CARD"


def _landlines(text: Folded) -> Iterator[IdentifyingSpan]:
    for match in _BRACKETED.finditer(text.digits):
        yield text.span(match.start(), match.end(), "LANDLINE")
    for match in _WITH_AREA_CODE.finditer(text.digits):
        has_area_code = match[0].lstrip("+86 -").startswith("0")
        if has_area_code or match[0].startswith("+"):
            yield text.span(match.start(), match.end(), "LANDLINE")
    for match in _LANDLINE_IN_ONE_PIECE.finditer(text.digits):
        if not _NUMBERED.search(_before(text, match.start())):
            yield text.span(match.start(), match.end(), "LANDLINE")
    for match in _SHORT_NUMBER.finditer(text.digits):
        yield text.span(*match.span(1), "LANDLINE")
    for match in _LOCAL_NUMBER.finditer(text.digits):
        after = text.digits[match.end() : match.end() + 3]
        is_counted = _COUNTED.match(after)
        is_hotline = _HOTLINE.fullmatch(match[0])
        is_called = _TEL_CUE.search(_before(text, match.start()))
        if is_called and not is_counted and not is_hotline:
            yield text.span(match.start(), match.end(), "LANDLINE")


def _count_digits(text: str) -> int:
    return sum(char.isdigit() for char in text)
