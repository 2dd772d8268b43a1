"""Text to measure with. No real report is in it, and the program ships none.

A report opens with a plain sentence that is understood at once; what follows is made of
two-character words, drawn from a made-up vocabulary with Zipf-like frequencies (rank r
in proportion to 1 / (r + 20)**0.8), with a comma or a full stop every few words. 4,400
characters hold about 3,300 different pairs of characters; real short reports of many
hands strung together to that length hold 3,500, and one person's report on one matter
holds fewer. The search index stores pairs: its load is no easier here than from people.
"""

from __future__ import annotations

import random
from functools import cache
from itertools import accumulate

CHARACTERS = (
    "一我的了个要不人区是们上里来说十社三没村有在天会到去就都家年报子还下老开每点让写"
    "工办发道两明给月打分"
    "局能那出头叫查得门四把小全表公着电二民回五县大看口员这他求事证街手户名数过居自问"
    "百走部文格时也条网话"
    "水八管收你成委镇次通完记现车台半后六机同张又楼本字书好站信法牌份地件多拍检务前业"
    "学所照场任被么中生行"
    "市签干面知用作交统动再今保算讲为长请己评主司填考定费安心改谁房周度钱班防核进建组"
    "哪九住路七从院群晚补"
    "导系先理情第经传排调当只做单儿接反对案想起扣线平账消块少领政结关录联告外跟合日俺"
    "拉间比乡新实室遍访几"
    "材料样卡已早见号拿体服意无清装换位转火挂盖医加夜议找阿片方农登期坐底可卫啥贴最千"
    "钟各红资以帮借复正活"
    "诉额修边吗连退标于板午认重别计解须种停专流物化派跑什示队必花题万包身白况量共真卖"
    "倒气树墙放太听搞级抽"
    "制死纸快扫商满指责买金印整章推套等按支城送册总入零规内处怎才孩码档党假负视集屋烟"
    "高应代减票投巡教健带"
    "急轮妇提黑程师因店吃批其窗她啊候图够刚脸和句然息养像岗差掉箱销稿残搬喊光影愿者执"
    "验之备病校林国警租护"
)
OPENINGS = (
    "街道要求我们社区同一份台账每周报五次，李主任电话13812345678，实在做不过来。",
    "区里要求社区把同样的报表一周填四遍，联系人王主任13987654321催得很急。",
    "街道办让我们每天重复填写三份内容一样的表格，刘科长13700001111天天在群里催报。",
)
VOCABULARY = 8000  # words
VOCABULARY_SEED = 20
FLATTENED = 20  # added to a rank: the first ones stand out less
PUNCTUATION = ("", "", "", "", "，", "。")  # after a word, each as likely as another


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """Words of two characters, and how often each is drawn, summed up to it."""
    dice = random.Random(VOCABULARY_SEED)
    usual = [1 / (rank + FLATTENED) for rank in range(len(CHARACTERS))]
    words = []
    for _ in range(VOCABULARY):
        pair = dice.choices(CHARACTERS, usual, k=2)
        words.append("".join(pair))
    weights = ((rank + FLATTENED) ** -0.8 for rank in range(len(words)))
    return words, list(accumulate(weights))


def sentence(number: int) -> str:
    """A first sentence, clear enough to lead straight to the preview, with two things
    in it to mask.
    """
    return OPENINGS[number % len(OPENINGS)]


def report(size: int, number: int) -> str:
    """A text of `size` bytes in UTF-8 (one or two more or less), the same for the same
    number.
    """
    dice = random.Random(number)
    words, weights = _vocabulary()
    text = sentence(number)
    drawn = dice.choices(words, cum_weights=weights, k=size // 6)
    for word in drawn:
        text += word + dice.choice(PUNCTUATION)
    return text.encode()[:size].decode(errors="ignore")
