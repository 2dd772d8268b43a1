"""What the redactor hands out: typed spans, and the text with labels in their place."""

from collections.abc import Iterable
from dataclasses import dataclass

LABELS: dict[str, str] = {
    "NAME": "姓名",
    "PHONE": "电话",
    "LANDLINE": "座机",
    "ID_CARD": "身份证号",
    "PASSPORT": "出入境证件号",
    "BANK_CARD": "银行卡号",
    "PLATE": "车牌号",
    "EMAIL": "邮箱",
    "WECHAT_QQ": "微信QQ号",
    "URL_ID": "网址",
    "ADDRESS": "住址",
    "EMPLOYEE_NO": "工号",
    "BIRTH_DATE": "出生日期",
    "SELF_ID": "身份描述",
    "HANDLE": "网名",
    "IP": "网络地址",
    "GPS": "定位",
}
TYPES: tuple[str, ...] = tuple(LABELS)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`text[start:end]` could name somebody; offsets are code points, `type` is one of
    TYPES.
    """

    start: int
    end: int
    type: str


def mask(text: str, spans: Iterable[Span]) -> str:
    """Put a label such as [电话] in the place of each span and leave every other
    character alone.

    Args:
        spans: in any order, not overlapping, inside the text.
    Raises: ValueError, if spans overlap or leave the text; its message holds offsets
    only.
    """
    parts: list[str] = []
    at = 0
    for span in sorted(spans):
        if not at <= span.start < span.end <= len(text):
            raise ValueError(
                f"span {span.start}-{span.end} overlaps another or leaves the text"
            )
        parts += text[at : span.start], f"[{LABELS[span.type]}]"
        at = span.end
    return "".join(parts) + text[at:]
