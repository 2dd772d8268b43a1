"""How each screen says why something may not be done: one table of phrases a screen.

What a screen does not say in its own way is said as in `dialogs.case.refusals`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dialogs.case.order_table import BY_NAME, MOVES
from dialogs.case.refusals import Refusal

SAME_UNIT = "{alias} 已经在“{unit}”，再转一次不会重算期限。请接着办；现在可以：{may}。"
NOTHING_ELSE = "没有别的动作了"
ILLEGAL_MOVE = "{alias} 现在是“{state}”，不能{move}。现在可以：{may}。"


@dataclass(frozen=True, slots=True)
class ScreenPhrases:
    """phrases: by code, where this screen has its own; order: how it names an order
    that may be given instead.
    """

    phrases: Mapping[str, str]
    order: Callable[[str], str]


def worded(refusal: Refusal, screen: ScreenPhrases) -> str:
    """The sentence that this screen shows."""
    orders = "、".join(screen.order(name) for name in refusal.legal)
    move = refusal.params.get("move")
    named = {"move": _label(str(move))} if move else {}
    return refusal.told_with(screen.phrases, may=orders or NOTHING_ELSE, **named)


def _label(name: str) -> str:
    row = BY_NAME.get(name)
    return row.label if row else MOVES[name]


TERMINAL = ScreenPhrases(
    {
        "illegal_move": ILLEGAL_MOVE,
        "same_unit": SAME_UNIT,
        "claimed_already": "{alias} 已由“{by}”认领。要接过来，请用 claim --take。",
        "claimed_by_other": "{alias} 由“{by}”在办。要接过来，请先用 claim --take；"
        "只想留话，用 note。",
        "reply_pending": "{alias} 上一句还没发出，{seconds}秒内可以撤回（undo）。"
        "请等它发出再写。",
        "unit_near": "单位名录里没有“{name}”。是不是：{names}？"
        "确实不在名录里的，加 --new 再转。",
        "unit_unknown": "单位名录里没有“{name}”，也没有相近的。"
        "请先用 jianfu unit add 登记；确实不在名录里的，加 --new 再转。",
        "returned_too_often": "{alias} 已经退回过{times}次，不能再退：首接负责，"
        "请接着办；到期前可以申请一次延期（extend），办不了请专线吹哨到上一级。",
    },
    lambda name: f"{_label(name)}（{name}）",
)
STAFF_CHAT = ScreenPhrases(
    {
        "illegal_move": ILLEGAL_MOVE,
        "same_unit": SAME_UNIT,
        "claimed_by_you": "{alias} 本来就由您在办，请接着点卡片上的按钮。",
        "claimed_already": "{alias} 已由“{by}”认领。要接过来，请用 /take。",
        "claimed_take_first": "{alias} 由“{by}”在办。要接过来，请用 /take。",
        "claimed_by_other": "{alias} 由“{by}”在办。要接过来，请先用 /take；"
        "只想留话，用 /note。",
        "unit_near": "单位名录里没有“{name:.20}”。是不是：{names}？"
        "确实不在名录里的，在后面加上“名录外”再转。",
        "unit_unknown": "单位名录里没有“{name:.20}”，也没有相近的。请先登记；"
        "确实不在名录里的，在后面加上“名录外”再转。",
        "unknown_case": "没有“{name:.20}”这件工单。"
        "请写代号（如 白鹭-K7QM 或 K7QM）或编号。",
        "not_permitted": "这一步要{who}来办。",
        "which_case": "请写哪一件，如：{command} K7QM。在它的话题里发，就不用写。",
        "another_topic": "这里是 {alias} 的话题，没有照办。要办“{name:.20}”，"
        "请到它的话题里发，或私聊机器人。",
        "prompt_past": "{alias} 问的时候是“{then}”，现在是“{state}”，没有照办。"
        "还要办，请再点一次按钮。",
        "prompt_unknown": "回复的那一条已经用不上了，没有照办。"
        "请点卡片上的按钮，或发命令（/help）。",
        "text_only": "这里只收文字：请用文字再回复那条消息。",
        "no_pictures": "{alias} 没有图片。",
    },
    _label,
)
_UNIT = {
    "unit_not_now": "这一步现在做不了：可能已经办过，或专线已改了这一件。"
    "请看下面的经过。",
    "extension_pending": "已经申请延期{days}个工作日，等专线主管决定；原期限照算。",
    "extended_once": "已经延过一次，不能再延。办不了请联系专线。",
    "extension_at_most": "一次最多延{days}个工作日。",
    "unit_days_missing": "请写要延几个工作日，如 5。",
}
UNIT_PAGE = ScreenPhrases(_UNIT, _label)
UNIT_CHAT = ScreenPhrases(
    {
        **_UNIT,
        "unit_not_now": "这一步现在做不了：可能已经办过，或专线已改了这一件。"
        "请发 /case {alias} 看经过。",
        "unknown_case": STAFF_CHAT.phrases["unknown_case"],
        "which_case": "请写哪一件，如：{command} K7QM。",
    },
    _label,
)
