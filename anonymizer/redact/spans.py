"""What the redactor hands out: typed spans, and the text with labels in their place."""

from collections.abc import Iterable
from dataclasses import dataclass

MASK_LABELS: dict[str, str] = {
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
SPAN_TYPES: tuple[str, ...] = tuple(MASK_LABELS)


@dataclass(frozen=True, slots=True, order=True)
class IdentifyingSpan:
    """`text[start:end]` could name somebody.

    start, end: code points; type: one of SPAN_TYPES.
    """

    start: int
    end: int
    type: str


def mask(text: str, spans: Iterable[IdentifyingSpan]) -> str:
    """Put a label such as [电话] in the place of each span.

    Every other character is left alone.

    Args:
        spans: in any order, not overlapping, inside the text.
    Raises: ValueError, if spans overlap or leave the text; its message holds offsets
        only.
    """
    parts: list[str] = []
    done = 0
    for span in sorted(spans):
        if not done <= span.start < span.end <= len(text):
            raise ValueError(
                f"span {span.start}-{span.end} overlaps another or leaves the text"
            )
        parts.append(text[done : span.start])
        parts.append(f"[{MASK_LABELS[span.type]}]")
        done = span.end
    parts.append(text[done:])
    return "".join(parts)
