"""Whose job it is: what the lists say, and plainly where they say nothing."""

from __future__ import annotations

from dialogs.library.entry import entry
from dialogs.texts import phrase

phrase(
    "about.certificate",
    "不是社区、村里的事。“{title}”在不该由社区开的{count}样里（{basis}第{number}项），"
    "找{lead}。有人硬要，可以在这里反映。",
)
phrase(
    "about.certificate_unlisted",
    "“{called}”不在我手上这份{count}样的清单里（{basis}），该不该开，我不乱说。"
    "有人硬要社区开，可以直接反映。",
)
entry(
    "certificates",
    "whose_job",
    "有{count}样，如亲属关系、婚姻状况、健在、无犯罪记录、养犬、财产收入、证件遗失"
    "（{basis}）。问哪一样，我告诉您找谁。",
)
entry(
    "whose_job",
    "whose_job",
    "我手上只有“不该由社区开的{count}样证明”这一份清单，这一件查不到，不乱说。"
    "有人硬派给您，可以直接反映。",
    general=True,
)
