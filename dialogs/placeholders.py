"""What a messenger writes in the place of something that it did not pass on: of a
chat record, a picture or a voice message only a word in brackets arrives.
"""

from __future__ import annotations

import re

from dialogs.texts import phrase

phrase(
    "declined.record",
    "转来的聊天记录这里打不开。请用一句话说说：谁，要您做什么。要紧的几句也可以粘过来。",
)
PLACEHOLDER_AT_MOST = 40  # characters
RECORD = re.compile(
    r"[\[(（【「]?(?:合并)?(?:转发|转)?(?:来|过来)?的?(?:群)?聊天记录"
    r"[,，:：]?(?:共?\d+条)?[\])）】」]?"
    r"|[\[【](?:合并转发|图片|语音|视频|文件|链接|位置|名片|动画表情|笔记)[\]】]"
    r"|\[(?:chathistory|photo|image|voice|audio|video|file|link|sticker)\]",
    re.IGNORECASE,
)


def stands_for_something(said: str) -> bool:
    """Whether these words are no words, but stand for what did not come along."""
    bare = "".join(said.split())
    return len(bare) <= PLACEHOLDER_AT_MOST and RECORD.fullmatch(bare) is not None
