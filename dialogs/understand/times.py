"""When something is, or how often, as the text (already `normal`) says it."""

from __future__ import annotations

import re

from dialogs.understand.spans import TextSpan

_NUMBER = r"(?:\d{1,4}|[一二两三四五六七八九十百几仨俩]{1,4})"
_UNIT = r"(?:天|日|周|个?星期|个?礼拜|个?月|个?季度|季|学期|年)"
_SOME_UNITS = rf"(?:{_NUMBER}|半){_UNIT}"
_WEEK = r"(?:周|星期|礼拜)"
# "每周一次" and "每周三四次" count and name no day
_NO_TIMES = r"(?![一二三四五六]?[多来]?(?:次(?!次)|回|遍|趟))"
_WEEKDAY = rf"(?:[一二三四五六日]|天(?![气天])|末)(?!级){_NO_TIMES}"
_AND = r"[、和跟与及,]?"
_WEEKDAYS = rf"{_WEEK}{_WEEKDAY}(?:(?:{_AND}|[到至])(?:{_WEEK})?{_WEEKDAY})*"
_NO_COUNT = "(?<![一每两三四五半])"  # "一周一填" is no Monday
_DATES = rf"{_NUMBER}[号日](?:(?:{_AND}|[到至]){_NUMBER}[号日])*"
_HOUR = rf"{_NUMBER}点(?:半|多|钟|{_NUMBER}分?)?|\d{{1,2}}:\d\d"
_PART = (
    r"(?:清早|一早|早上|早晨|上午|中午|下午|傍晚"
    r"|晚上|夜里|夜间|半夜|深夜|凌晨|晚|早)"
)
_CLOCK = rf"(?:{_PART})?(?:{_HOUR})(?:[到至](?:{_PART})?(?:{_HOUR}))?|{_PART}"
_AFTER = rf"(?:的?(?:{_CLOCK}))?"
_TIMES = (
    rf"{_NUMBER}[多来]?"
    r"(?:次|回|遍|趟|场|拨|轮|顿|张|份|条|件|篇|期|批|套|本|处|户"
    r"|个(?![月小钟亿人])[会表]?)"
)
# What may stand between "一周" and "三次": a verb and little else.
_GOES_ON = r"(?!下来)[^,。;!?、\n\d一二两三四五六七八九十几仨俩]{0,7}?"
_AT_ONCE = r"(?!下来)[^,。;!?、\n\d一二两三四五六七八九十几仨俩没]{0,7}?"
_MONTH_PART = r"(?:底|末|初|中旬|上旬|下旬)"
_FEAST = r"(?:国庆|春节|过年|中秋|端午|清明|五一|元旦|年底|年初|暑假|寒假|开学|汛期)"
_DAY = (
    r"(?:今天|昨天|前天|大前天|明天|后天|今日|昨日|明日"
    r"|今早|明早|昨晚|今晚|昨夜|前晚|当晚)"
)
_RELATIVE = (
    r"(?:上上?个?|这个?|本|下个?)(?:周|星期|礼拜|月|季度|学期)"
    rf"(?!期|报|刊)(?:{_WEEKDAY}|{_MONTH_PART})?"
)
_YEAR = r"(?:今年|去年|前年|大前年)(?!轻|级|纪)(?!(?:都|就|快)?[六七八九]十)"
_MONTH = r"(?:1[0-2]|[1-9]|十[一二]?|[二三四五六七八九一])"
_DATE = (
    rf"(?:{_YEAR}|(?:19|20)\d\d年)?(?<![\d个几]){_MONTH}"
    rf"月(?![三一])(?:份|{_MONTH_PART}|{_NUMBER}[号日])?"
)
_LASTING = "快|近|将近|已经|已|连续|连着|整整|足足|持续|最近|这"
_POINT = (
    rf"(?:{_DAY}{_AFTER}|{_RELATIVE}{_AFTER}|{_DATE}"
    rf"|{_YEAR}(?:[上下]半年|{_FEAST}|{_MONTH_PART})?"
    rf"|[上下]半年|{_FEAST}|{_NO_COUNT}{_WEEKDAYS}{_AFTER})"
)

_HOW_OFTEN = (
    # 每周一三五晚上八点 · 逢周三
    rf"(?:每逢?|逢){_WEEKDAYS}{_AFTER}",
    # 每个月5号、15号、25号 · 每月底
    rf"每个?月的?(?:{_DATES}|月?{_MONTH_PART})",
    rf"(?:每到?|逢)(?:个?季度末|年底|年末|月底|月末|周末|年中|{_FEAST})",
    # 每周都要报三次 · 每两周换一次 · 每天早上七点
    rf"每隔?(?:{_NUMBER}|半)?{_UNIT}(?:{_GOES_ON}{_TIMES}|{_AFTER})",
    rf"每(?:小时|半小时|{_NUMBER}个?小时|晚|早|夜){_AFTER}(?:{_TIMES})?",
    # 一个月两次 · 一学期要两回 · 半年三轮 · 一天仨会 · 一周有四天
    rf"(?<![第这那有过哪\d])[一1半两三俩仨]{_UNIT}(?:之?内|里)?{_AT_ONCE}"
    rf"(?:{_TIMES}|[仨俩]会|{_NUMBER}[天晚夜])",
    # 三天一报 · 半个月一次
    rf"(?:{_NUMBER}|半){_UNIT}{_NUMBER}"
    r"(?:次|回|趟|报|查|评|检|考|更|换|催|填|拍|结|清|会|档|通报|调度|晒|排名)",
    rf"隔(?:天|周|月|三差五|{_NUMBER}[天周])(?:{_GOES_ON}{_TIMES})?",
    r"三天两头|逢年过节|早中?晚各?(?:一次|打卡|签到|一报)",
    r"天天|日日|夜夜|晚晚|月月|年年(?!有余)|周周(?![末一二三四五六日])|见天|逐工",
    r"[按逐]个?[天日周月季]|月度|月末|年终",
    # 周一周三周五 · 周一到周五
    rf"{_WEEK}{_WEEKDAY}(?:(?:{_AND}|[到至])(?:{_WEEK})?{_WEEKDAY})+|{_WEEKDAYS}(?=都)",
)
_SINCE_WHEN = (
    # 从国庆前到现在 · 打去年春节起
    rf"(?:从|自从|自|打){_POINT}(?:前|后|之后|以后|那会儿)?"
    r"(?:开始|以来|起)?(?:一直)?(?:[到至](?:现在|今天|如今|目前|今))?",
    rf"{_POINT}(?:以来|开始|起)(?!来)",
)
_HOW_LONG = (
    # 快两年 · 连续三周 · 最近半个月
    rf"(?<![\d干做当满])(?:{_LASTING}){_SOME_UNITS}(?:零{_NUMBER}个月)?(?:多|半)?",
    # 一年零四个月 · 两年半 · 半年多
    rf"(?<![\d第满上下])(?:{_NUMBER}年零{_NUMBER}个月|{_NUMBER}年半)",
    r"(?<![上下])半年(?:多|(?=[了没]))",
    rf"到(?:现在|如今|今天)(?:都|已经|已|快)?{_SOME_UNITS}",
    rf"(?<=一[\u4e00-\u9fff])(?:半年|{_NUMBER}个?月(?!份)|{_NUMBER}年)",
    # 三年没断过, but not 干了八年
    rf"(?<![干做当了满\d第]){_SOME_UNITS}多?(?=了(?!才|就)|没断|没停|没还|没回)",
)
_AT_WHICH_TIME = (
    rf"{_POINT}(?:前|后|期间)?",
    rf"(?:{_SOME_UNITS}|几天|前几天|前两天)(?:之前|以前|前)",
    rf"{_PART}(?:{_HOUR})(?:[到至](?:{_PART})?(?:{_HOUR}))?",
)
_LATELY = ("[前这](?:几天|两天|阵子|段时间)|最近|近期|近来",)

# The first rule that finds anything decides: how often comes before since when, since
# when before how long, how long before when.
_RULES = tuple(
    re.compile("|".join(rule))
    for rule in (_HOW_OFTEN, _SINCE_WHEN, _HOW_LONG, _AT_WHICH_TIME, _LATELY)
)
# how often it is now stands behind it, how often it was before
_CHANGED = re.compile(r"[改变换](?:成|为|作)|改到|增加到")
_NEAR = 6  # characters between the two
_ENGLISH = re.compile(
    r"\b(?:(?:once|twice|\w+ times) (?:a|per|every) (?:day|week|month|quarter|year)"
    r"|every (?:single )?(?:\w+ )?(?:day|week|month|quarter|year)s?"
    r"|every (?:morning|evening|night)"
    r"|each (?:day|week|month|quarter|year)|daily|weekly|monthly"
    r"|since [a-z]+(?: \d{4})?|for (?:the (?:past|last) |over |about )?\w+"
    r" (?:day|week|month|year)s?|(?:last|this) (?:week|month|year|night)|yesterday"
    r"|\w+ (?:day|week|month|year)s ago)\b"
)


def find_when(text: str) -> TextSpan | None:
    """Where a time or a frequency stands, how often before when; None if nowhere."""
    changed = _CHANGED.search(text)
    now = _RULES[0].search(text, changed.end()) if changed else None
    if changed and now and now.start() - changed.end() <= _NEAR:
        return now.span()
    for rule in _RULES:
        match = rule.search(text)
        if match is not None:
            return match.span()
    english = _ENGLISH.search(text)
    if english is not None:
        return english.span()
    return None
