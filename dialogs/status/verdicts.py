"""What words say of how a matter went, where their reading alone would be fooled:
bitter thanks, half a yes, nothing much.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dialogs.plain import plain_word
from dialogs.talk import Heard

BITTER = re.compile(
    r"呵{2,}|🙃|无语|[换改](?:了|成|叫)?(?:个|块|张|套|一个)?"
    r"(?:名|牌|马甲|壳|汤|皮|说法|封皮|封面|招牌|叫法|标题|由头|花样)"
    r"|换汤|原样|老样子|走过场|白(?:忙|搭|说|反映)|糊弄|敷衍|应付|(?:顶个|有个|管个)?屁"
)  # a rating in other words
GOES_ON = re.compile(
    r"又(?:来|要|回|开始|多|加|有|换|报|填|让|叫)|还(?:在|要|得|是要|有)|[改变]成"
    r"|照样|照旧|依旧|仍|没停|(?:加|多)了|更多|变本加厉|(?:继续|接着)(?:填|报|交|开|弄)"
)
IS_OVER = re.compile(
    r"(?<![没未不])(?:解决了|停了|取消了|办好了|撤了)|不用(?:再)?(?:填|报|交|弄)|没再"
)
VAGUE = re.compile(
    r"(?:嗯+|哦|也|就|算|那|都|反正|只能说|怎么说呢|总体|目前|现在|[，,。 ])*"
    r"(?:就那样|就这样|那样|一般般?|还行|还可以|还好|凑合|将就|马马虎虎|差不多"
    r"|算是|可能|应该|大概|也许|不好说|说不好|比(?:以前|之前|原来)好一?点儿?"
    r"|好些|好多)"
    r"(?:吧|了|的|呢|啊|嘛|[。.!！~… ])*"
)
AGAIN = re.compile(
    r"(?:好的?|行|可以|嗯+|对|是的?|那|就|那就|还是|麻烦|请|要|想|得|[，, ])*"
    r"(?:给我|帮我|帮忙|替我)?(?:(?:重新|重|再|接着|继续)(?:给我|帮我)?(?:办|查|处理|来)理?"
    r"|(?:还是|要|得|请|那就|给我|帮我)办)(?:吧|一下|一次|一遍|一回|了|嘛|[。.!！~])*"
)
YES = re.compile(
    r"(?:对|是|嗯|恩|昂|好|行|中|成|要|办|可以|同意|确定|必须|当然|需要|好嘞|ok|yes|yeah)+"
    r"(?:的|吧|啊|了|呀|嘛|哒|呢|一下|谢谢|麻烦您?|[，, ])*"
)
STATES = re.compile(
    r"(?:没有?(?!人|消息|信|音|回|动|下文|进|结|受|办|看|别|其[他它]|更|问题|要|意见|了|错|事)|有(?!人|没有|消息|信|结果|进|下文)"
    r"|都是|只有|就是|从|大概|差不多|快|已经|口头|书面|电话|微信|群里"
    r"|(?:上次|上回|之前|刚才|前面)[^。]{0,12}(?:现在|又|还|也|不是|都)).{2}"
)
ASKS = re.compile(
    r"进[展度]|结果|样了|怎|咋|啥|什么|哪|受理|催|多久|几时|时候|查|看|动静|消息|下文|音讯"
    r"|回[复音信话]|处理|管|理我|[?？]|[吗呢么嘛没不][。！!~… ]*$"
)
UNSOLVED = re.compile(r"(?:没有?|未|不算)解决|没(?:办|弄)(?:好|成)")
SPEAKS_OF_IT = re.compile(r"^(?!.*满意).*(?:解决|办好|弄好|办成)")
VERDICT = re.compile(
    r"(?:都|已经?|基本|算是?|还是|根本|完全|就是|很|挺|非常|比较|不太|不是很)*"
    r"(?:没有?|未|不|部分)?(?:解决|满意|办好|弄好|办成)(?:了|的)?[!！。.,，~]*"
    r"|(?:还)?(?:行|可以|好)(?:吧|的|了)?[!！。.]*|yes|no|ok"
)
SOLVED_AS = {"yes": True, "partly": False, "no": False}
SATISFIED_AS = {"yes": True, "mostly": True, "no": False}


@dataclass(frozen=True, slots=True)
class Verdict:
    """solved, satisfied: None where nothing was said of it; partly: some is left."""

    solved: bool | None = None
    satisfied: bool | None = None
    partly: bool = False


def sounds_bad(words: str) -> bool:
    """Bitter words say no, whatever stands in them."""
    return BITTER.search(words) is not None


def wants_again(words: str) -> bool:
    """Nothing but the wish that it is taken up again."""
    return AGAIN.fullmatch(words.strip()) is not None


def tells(words: str) -> bool:
    """Whether words that might ask how it stands tell something, as 没有文件 does."""
    return STATES.match(words.strip()) is not None and not ASKS.search(words)


def says_yes(words: str) -> bool:
    """Nothing but a yes."""
    return YES.fullmatch(plain_word(words)) is not None or wants_again(words)


def is_vague(words: str) -> bool:
    """Neither yes nor no can be heard in it."""
    return VAGUE.fullmatch(words.strip()) is not None


def verdict_of(heard: Heard, *, of_satisfaction: bool) -> Verdict | None:
    """What a rating in free words says; None where it says both, or neither, so that
    it must be asked.

    of_satisfaction: it was asked whether the reporter is satisfied, not whether the
    matter is solved.
    """
    words = heard.words
    args = heard.meaning.args
    is_over = IS_OVER.search(words) is not None
    if sounds_bad(words):
        if is_over:
            return None
        return Verdict(satisfied=False) if of_satisfaction else Verdict(solved=False)
    solved = SOLVED_AS.get(str(args.get("solved")))
    satisfied = SATISFIED_AS.get(str(args.get("satisfied")))
    if SPEAKS_OF_IT.search(words) and solved is None:
        solved = satisfied  # put right, while the next question stands already
        satisfied = None
    if solved is False and is_over and args.get("solved") != "partly":
        return Verdict(solved=True, satisfied=False) if "不满意" in words else None
    praises = bool(solved or satisfied)
    if is_vague(words) or (praises and GOES_ON.search(words)):
        return None
    return Verdict(solved, satisfied, args.get("solved") == "partly")
