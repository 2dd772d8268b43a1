"""When something is, or how often, as the text (already `normal`) says it."""

from __future__ import annotations

import re

from dialogs.understand.spans import TextSpan

_NUMBER = r"(?:\d+|[一二两三四五六七八九十百几]+)"
_DAYS = rf"{_NUMBER}[号日](?:[、和,]{_NUMBER}[号日])*"
_PERIOD = r"(?:天|日|周|星期|礼拜|月|季度|季|学期|年)"
_TIMES = rf"{_NUMBER}(?:次|回|遍|趟|张|份|场|批)"
_WEEK = r"(?:周|星期|礼拜)"
_WEEKDAYS = rf"{_WEEK}[一二三四五六日天](?:[、和,]?{_WEEK}?[一二三四五六日天])*"
_WHEN = re.compile(
    rf"每个?{_PERIOD}(?:的)?(?:{_DAYS}|{_WEEKDAYS}|都?(?:要|得|有)?[^,。;!?]{{0,6}}?{_TIMES})"
    rf"|(?:一|每)个?{_PERIOD}(?:要|得|都)?[^,。;!?]{{0,6}}?{_TIMES}"
    rf"|(?:每|逢){_WEEKDAYS}|{_WEEKDAYS}都"
    rf"|每个?{_PERIOD}|天天|日日|月月|年年|周周"
    rf"|(?:上上?个?|这个?|本|下个?)(?:周|星期|礼拜|月|学期|季度)(?:[一二三四五六日天])?"
    rf"|(?:今|昨|前|明|后)天|今晚|昨晚|上半年|下半年|{_NUMBER}月(?:{_NUMBER}[号日])?"
)


def find_when(text: str) -> TextSpan | None:
    """Where a time or a frequency stands, how often before when; None if nowhere."""
    found = [match.span() for match in _WHEN.finditer(text)]
    often = [span for span in found if text[span[0]] in "每逢天日月年周一"]
    first = [*often, *found][:1]
    return first[0] if first else None
