"""Who speaks, and to whom it is done: what a pattern tells and no single word does.

A worker of a community, a shopkeeper and a bank clerk complain in the same words; how a
sentence opens ("开水果店的，…"), whose shop it is ("我店里") and who is sent where
("让我们去查") tell them apart. Each pattern is a feature of the model; what it weighs
is learned.
"""

from __future__ import annotations

import re

from dialogs.understand.wordfile import wordlist

_TRADE = "(?:" + "|".join(wordlist("trades")) + ")"
_OPENING = r"^(?:呃|嗯|那个|就是|你好|您好|同志|喂|热线|请问|反映|投诉|[,。! ])*"
_I = r"(?:我|俺|额|咱|阿拉|本人|阮|𠊎)"
_WE = r"(?:我们?|俺们?|额们?|咱们?|阿拉|我哋|我伲|阮|𠊎)"
_TO_BE = r"(?:是|系|在|喺)"
_PAUSE = r"[,。!?;: ]"
_OTHER = "[^,。!?;: ]"  # no pause
_AT_WORK = (
    r"(?:一枚|的|里的?|上班|工作|打工|做[^,。]{1,5}|当[^,。]{1,5}|干[^,。]{0,6})?"
)
_TRADE_VERB = "[做开当跑干卖搞摆送教养种修租拉管]"
_STAFF = r"(?:我们|阿拉|俺们?|咱们?|额们?|我哋|社区|村里|村干部|网格员?|社工|居委)"
_SENT = r"(?:让|叫|要|喊|派|逼|催|压给|推给|甩给|丢给|扔给|分给|摊给|派给)"
_ERRAND = (
    r"(?:去|上门|挨|逐|一家|一户|每|代|帮|替|跟|带|收|劝|查|催|填|报|写|拍|守|盯|陪)"
)
_ROUNDS = r"(?:去|进|站|跑|敲|拍|查|陪|守|填|劝|上门|入户|走访|登记)"
_BUSINESS = (
    r"(?:店|摊|铺|厂|公司|饭店|饭馆|诊所|超市|行里|行长|网点|学校|医院|幼儿园|老板|领班"
    r"|科室|车间|单位|馆|营业|生意|门店|工地|班组|站点|企业)"
)
_HOME = (
    r"(?:家|屋|厝|小区|楼|单元|隔壁|邻居|门口|窗|阳台|娃|孩子|儿子|女儿|妈|爸|爷|奶|娘|爹"
    r"|老公|老婆|老伴|租|房)"
)
_CLIENT = (
    r"(?:老板娘?|店主|店长|大姐|大哥|大爷|大妈|阿姨|阿姐|阿婆|老汉|师傅|小伙|小妹|小哥|掌柜"
    r"|居民|商户|人家|老人|老太太?|奶奶|叔|婶|摊主|经理|前台|医生|大夫|老师|柜员)"
)
_SAYS = r"(?:说|问|骂|讲|喊|笑|跟我|见我|对我|给我|看见|恨|烦)"
_TO_ME = r"(?:家|店|这|签|下载|装|填|交|拍|打卡|登记|办|买|换|改|回|自己|出|掏|停|配合)"
_PLEA = r"(?:能不能|可不可以|能否|可否|求|请)"
_STOP = r"(?:管管|别来|少来|消停|一次|停|约|减减负|管不管|减负)"
_OFFICIAL = (
    r"(?:他|她|伊|书记|主任|站长|所长|科长|局长|镇长|村长|支书|领导|会计|队长|分管|负责人"
    r"|干部)"
)
_HIS_OWN = (
    r"(?:自己|自家|家里|亲戚|老婆|媳妇|儿子|女儿|侄|外甥|小舅子|连襟|弟|哥|嫂|丈|岳|亲家"
    r"|同学|战友|情人|口袋|腰包|后备箱|车里|私|卡里|微信)"
)
_TAKES = r"(?:收|送|塞|拿|拎|要|给|孝敬|表示|意思|凑|随|请)(?:了|过|他|她|走|掉|人家)?"
_GIFT = r"(?:烟|酒|茶叶|红包|礼|钱|卡|信封|券|蟹|羊|鸡|手机|份子|好处|回扣|千|万块)"

SPEAKERS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (
            "opens with a trade",
            rf"{_OPENING}{_I}?(?:们|们是|是|系|在|就是|个|一个|一名|某|家)?"
            rf"{_OTHER}{{0,7}}{_TRADE}{_AT_WORK}{_PAUSE}",
        ),
        (
            "opens with what one does for a living",
            rf"{_OPENING}{_I}?{_TO_BE}?{_TRADE_VERB}{_OTHER}{{1,9}}[的店摊馆厂]{_PAUSE}",
        ),
        ("opens with who one is", rf"{_OPENING}{_I}{_TO_BE}{_OTHER}{{1,12}}"),
        ("own business", rf"{_WE}[家个这的间那小]{{0,2}}{_BUSINESS}"),
        ("own home", rf"{_WE}{_HOME}"),
        ("a client says", rf"{_CLIENT}[^,。!?;:]{{0,8}}{_SAYS}"),
        ("staff are sent", rf"{_SENT}{_STAFF}[^,。!?;:]{{0,3}}{_ERRAND}"),
        ("goes the rounds", rf"{_WE}[又也再都还就一个得要]{{0,2}}{_ROUNDS}"),
        ("done to me", rf"[来上进查拍让叫要给找逼](?:我们?|俺们?|咱们?){_TO_ME}"),
        ("asks to be spared", rf"{_PLEA}[^,。!?;]{{0,12}}{_STOP}|管不管|归不归|也算"),
        ("an official's own", rf"{_OFFICIAL}[^,。!?;]{{0,10}}{_HIS_OWN}"),
        ("gives and takes", rf"{_TAKES}[^,。!?;]{{0,6}}{_GIFT}"),
    )
)


def heard_speakers(text: str) -> list[int]:
    """Numbers of the patterns that fit a `normal` text, in order."""
    return [
        number
        for number, (_, pattern) in enumerate(SPEAKERS)
        if pattern.search(text) is not None
    ]
