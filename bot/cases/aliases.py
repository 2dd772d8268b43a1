"""What staff call a case: a pleasant word and four symbols, drawn by lot; nothing in it
tells when or who.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

from anonymizer.receipts import SYMBOLS

PLEASANT = """
白鹭 翠鸟 喜鹊 云雀 画眉 黄鹂 燕子 鸿雁 仙鹤 鸳鸯 鹧鸪 杜鹃 海鸥 大雁 孔雀 蜻蜓
青松 翠竹 红梅 春兰 秋菊 银杏 香樟 梧桐 垂柳 海棠 茉莉 玉兰 桂花 荷花 杏花 桃花
山茶 芦苇 稻穗 麦苗 莲蓬 石榴 枇杷 杨梅 柑橘 青柠 蒲公英 向日葵 满天星 三叶草 绿萝 薄荷
春风 细雨 晨露 朝霞 晚霞 彩虹 明月 星河 清泉 溪流 湖光 远山 小桥 渔火 灯塔 风帆
春笋 龙井 碧螺 雪峰 金秋 暖阳 新芽 竹林 花溪 清风 月牙 北斗 长虹 百灵 锦鲤 青瓷
"""
ALIAS_WORDS = PLEASANT.split()
ALIAS_SYMBOLS = 4  # symbols of Crockford's base32
_ALIAS = re.compile(r"(?:JF)?(\d{4})-?(\d{6})|([\u4e00-\u9fff]*)[\s-]*([0-9A-Z]{4})")


def new_alias() -> str:
    """Like 白鹭-K7QM; about 84 million of them, so that a clash is rare and simply
    drawn again.
    """
    return (
        f"{secrets.choice(ALIAS_WORDS)}-"
        f"{''.join(secrets.choice(SYMBOLS) for _ in range(ALIAS_SYMBOLS))}"
    )


def meant(typed: str) -> list[str]:
    """The aliases or the serial that may be meant: the code alone may belong to any
    word. [] for nonsense.

    Case, width, spaces and dashes do not matter; O is read as 0, I and L as 1.
    """
    plain = (
        re.sub(r"[‐-―−－_]", "-", unicodedata.normalize("NFKC", typed)).strip().upper()
    )
    found = _ALIAS.fullmatch(plain)
    if found is None:
        return []
    year, number, word, code = found.groups()
    if year:
        return [f"JF{year}-{number}"]
    code = code.translate(str.maketrans("OIL", "011"))
    return [f"{word}-{code}"] if word else [f"{word}-{code}" for word in ALIAS_WORDS]
