"""The page of docs that shows where the reporter's dialogs may go, drawn from their
tables.

Rewrite it after changing a table: `python -m dialogs.map > docs/dialog-map.md`.
"""

from __future__ import annotations

from enum import Enum

from dialogs import report, status
from dialogs.diagram import mermaid

HEAD = """# 反映人的对话

<!-- 由 `python -m dialogs.map > docs/dialog-map.md` 从两张转移表画出，请勿手改 -->

任何一步都听得懂：进度、返回、取消、帮助、English、回执码。查进展时，没写完的草稿在下面等着。

## 反映：一句话、看一眼、送出

```mermaid
{report}```

## 回来：看进展、补充、评价、重新办理、忘记我

```mermaid
{status}```
"""
REPORT = {
    "start": "第一句话",
    "signpost": "指路",
    "category": "选类别",
    "preview": "预览",
    "text": "改文字",
    "unit": "单位",
    "place": "地点",
    "when": "时间频次",
    "pictures": "图片",
    "follow": "进展方式",
    "masks": "遮挡",
    "cancel": "要放弃吗",
    "filed": "已送出",
    "gone": "已放弃",
}
STATUS = {
    "code": "要回执码",
    "pick": "选哪一件",
    "story": "进展",
    "add": "写补充",
    "check": "看一眼补充",
    "solved": "解决了吗",
    "unsolved": "要重办吗",
    "satisfied": "满意吗",
    "word": "一句话",
    "reason": "为什么重办",
    "rebound": "又反弹了",
    "settings": "跟进设置",
    "forget": "忘记我吗",
}


def page() -> str:
    """The whole page, Markdown."""
    return HEAD.format(
        report=mermaid(report.TRANSITIONS, _names(report.State, REPORT)),
        status=mermaid(status.TRANSITIONS, _names(status.State, STATUS)),
    )


def _names(states: type[Enum], names: dict[str, str]) -> dict[Enum, str]:
    return {state: names[state.value] for state in states}


if __name__ == "__main__":
    print(page(), end="")
