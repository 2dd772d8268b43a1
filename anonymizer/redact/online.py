"""Traces of the net: mail, chat accounts, personal links, nicknames, addresses of
machines, positions.
"""

import re
from collections.abc import Iterator

from .fold import Folded
from .names import looks_named
from .spans import Span

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_%+-][A-Za-z0-9._%+-]{0,63} ?@ ?"
    r"[A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{2,20}){1,4}"
)
_SPELT = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_%+-][A-Za-z0-9._%+-]{2,40} ?"
    r"(?:@|艾特|圈a|[(\[{]? ?\bat\b ?[)\]}]?|#) ?"
    r"[A-Za-z0-9-]{2,20}(?: ?(?:\.|点|[(\[]? ?\bdot\b ?[)\]]?) ?"
    r"(?:com|cn|net|org|gov|edu)){1,2}(?![A-Za-z])"
)
_SPELT_CARRIER = re.compile(r"[A-Za-z0-9]")
_URL = re.compile(
    r"(?:(?:https?|HTTPS?|ftp)://[A-Za-z0-9.-]{1,80}|(?<!"
    r"[A-Za-z0-9@.-])(?:[A-Za-z0-9-]{1,30}\.){1,4}(?:com|"
    r"cn|net|org|me|io|top|link)(?=/))(?::\d{2,5})?(?:[/?#][!-~]{0,500})?"
)
_SHARES = re.compile(
    r"(?:docs\.qq\.com|kdocs\.cn|wjx\.(?:cn|top|com)|shimo\.im|feishu\.cn|yuque\.com|"
    r"jinshuju\.(?:net|com)|weibo\.com/u/|wenjuan\.com|"
    r"pan\.baidu\.com|weiyun\.com|dingtalk\.com|wps\.cn|notion\.so|sharepoint\.com|"
    r"qm\.qq\.com|"
    r"u\.wechat\.com|jsj\.top|mikecrm\.com)"
)
_PERSONAL = re.compile(
    r"(?:[?&#;](?:u|uid|uin|id|user|userid|user_id|username|name|token|openid|"
    r"unionid|code|key|sid|"
    r"session|phone|mobile|tel|from_user|"
    r"share|sharer|invite|inviter|ticket|access_token|auth|account|acc|emp|staff|"
    r"empno|idcard|card|"
    r"wid|sign|oid|pwd)=)|"
    r"/(?:u|user|users|profile|people|member|space|home|personal|"
    r"s/u)/[A-Za-z0-9_-]{3,}|token|#/user",
    re.IGNORECASE,
)
_OFFICIAL = re.compile(
    r"(?:gov\.cn|12371\.cn|people\.com\.cn|xinhuanet\.com|news\.cn|xuexi\.cn)(?=[/?:#])"
)
_RANDOM = re.compile(
    r"/(?=[A-Za-z0-9_-]{0,40}[0-9])(?=[A-Za-z0-9_-]{0,40}[A-Z])(?=[A-Za-z0-9_-]{0,"
    r"40}[a-z])"
    r"[A-Za-z0-9_-]{9,}"
)
_TELEGRAM = re.compile(
    r"(?<![A-Za-z0-9.])(?:https?://)?(?:t\.me|telegram\.me)/[A-Za-z0-9_+/-]{3,64}"
)
_HOME = re.compile(
    r"(?<![A-Za-z0-9.])(?:https?://)?(?:v\.douyin\.com|v\.kuaishou\.com|xhslink\.com|"
    r"space\.bilibili\.com|b23\.tv|weibo\.com/u|m\.weibo\.cn/u)/[A-Za-z0-9_/-]{3,64}"
)
_IPV4 = re.compile(
    r"(?<![0-9.])(?<![A-Za-z][0-9])(?:(?:25[0-5]|2[0-4]\d|1?\d?"
    r"\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)"
    r"(?::\d{2,5})?(?:/\d{1,2})?(?![0-9.]?[0-9])"
)
_VERSION = re.compile(
    r"(?:版本号?|版|固件|补丁|升级[到至]?|更新[到至]?|[vV]|[vV]er(?:sion)?\.?"
    r"|V\.)[:： 为是]{0,2}$"
)
_IP_CUE = re.compile(r"(?:IP|ip|Ip|地址|网关|服务器|内网|外网|登录)[^0-9]{0,8}$")
_IPV6 = re.compile(
    r"(?<![0-9A-Fa-f:.])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){1,6}(?!"
    r"[0-9A-Za-z:])|"
    r"(?<![0-9A-Fa-f:.])(?:[0-9A-Fa-f]{1,4}:){1,6}:(?![0-9A-Za-z:])"
)
_NUM = r"-?\d{1,3}\.\d{3,12}"
_PAIR = re.compile(
    rf"(?<![0-9.])({_NUM})°?[NESWnesw]?[ ]?[,，、/; ][ ]?({_NUM})°?[NESWnesw]?(?!"
    r"[0-9.])"
)
_GPS_WORDS = re.compile(
    r"(?:(?:lng|lon|lat|longitude|latitude|[xyXY]|经度|纬度|东经|北纬|[NE])[=:："
    r" 为是\"']{0,4}"
    r"\d{1,3}(?:\.\d{2,12}°?|"
    r"°\d{1,2}[′'分](?:\d{1,2}(?:\.\d+)?[″\"秒])?)[NE]?"
    r"[\"']?[ ,，、;&]{0,3}){2}"
)
_DMS = re.compile(
    r"(?<![0-9])\d{1,3}°\d{1,2}[′'](?:\d{1,2}(?:\.\d{1,4})?[″\"])?[NSEW]?[ ,，、]{0,2}"
    r"\d{1,3}°\d{1,2}[′'](?:\d{1,2}(?:\.\d{1,4})?[″\"])?[NSEW]?"
)
_ID_BODY = r"[A-Za-z][A-Za-z0-9_-]{4,29}|\d{5,12}"
_CHAT_CUE = re.compile(
    r"(?:(?<![A-Za-z])(?:[vV][xX信]?|[wW][xX]|[wW]e[cC]hat|[qQ]{1,2})(?!"
    r"[A-Za-z])|微信|微(?=[:： ])|"
    r"薇信|威信|微♥|绿泡泡|绿信|企鹅号?|扣扣|加扣|扣(?"
    r"=[:： ])|抠抠|秋秋|球球|企微|群号)"
    r"(?:号码?|群号?|ID|id|名|搜索?|搜|加|找|是|为|我|的|同号|联系|账号|小号|"
    r"[:：;；,， \n(（]){0,6}"
    rf"({_ID_BODY})(?![A-Za-z0-9_])"
)
_CHAT_LOOSE = re.compile(
    r"(?:加我|联系我|私信我|私我|找我|加好友|好友|搜我|通过号|\+[vVqQ]|加[vV]|"
    r"加[qQ])(?:号|是|为|吧|"
    rf"[:：,， ]){{1,4}}({_ID_BODY})(?![A-Za-z0-9_@.])"
)
_WXID = re.compile(r"(?<![A-Za-z0-9_])(?:wxid_[A-Za-z0-9]{6,24}|gh_[0-9a-f]{8,16})")
_APP = re.compile(
    r"(?:抖音|快手|微博|小红书|[bB]站|哔哩哔哩|知乎|贴吧|豆瓣|头条|视频号|飞机|电报|"
    r"telegram|"
    r"Telegram|TG|tg|推特|钉钉|闲鱼|陌陌|soul|Soul|西瓜视频|火山|YY|支付宝)"
    r"(?:账号|帐号|号码?|ID|id|昵称|名字|名|主页|搜索?|是|叫|为|上|[:： ]){0,4}"
    r"(@?[A-Za-z0-9_][A-Za-z0-9_.-]{4,29}|"
    r"@[\w-]{2,20}?(?![\w-](?<![发说转评被让也给把都没又在来])))"
)
_NICK = re.compile(
    r"(?:网名|昵称|群昵称|群名片|笔名|微信名|用户名|账号名|花名|ID|马甲|署名)"
    r"(?:是|叫|为|改成|[:： ]){0,3}[“\"「『]([^”\"」』\n]{2,20})"
    r"[”\"」』]"
)
_NICK_PLAIN = re.compile(
    r"(?:网名|群昵称|群名片|微信名|马甲)(?:是|就叫|叫做?|为|[:： ]){1,3}([\w-]{2,16})"
)
_MENTION = re.compile(
    r"@@?([\w·-]{2,24}?)(?![\w·-](?<![发说转评被让也给把都没又在来]))"
)
_ALL = re.compile(r"(?:所有人|全体|all\b|各|大家|全员|你|我|本)")
_UNIT = re.compile(
    r"[\w]{0,20}(?:社区|街道|村|镇|乡|办|局|委|科|中心|站|组|群|处|室|所|部门|人员|"
    r"工作者|网格员|"
    r"书记|主任)$"
)


_MAC = re.compile(
    r"(?<![0-9A-Za-z:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Za-z:-])"
)


def find_online(text: Folded) -> Iterator[Span]:
    """All traces of the net; links come first, for they hold what looks like the
    others.
    """
    yield from _links(text)
    yield from _mail(text)
    yield from _machines(text)
    yield from _positions(text)
    yield from _chats(text)
    yield from _handles(text)


def _links(text: Folded) -> Iterator[Span]:
    for pattern in (_TELEGRAM, _HOME):
        for m in pattern.finditer(text.plain):
            yield text.span(m.start(), m.end(), "HANDLE")
    for m in _URL.finditer(text.plain):
        url = re.split(r"[,;'\"<>)\]]", m[0])[0].rstrip(".:!?")
        path = re.sub(r"^[a-zA-Z]+://", "", url).partition("/")[2]
        shared = _SHARES.search(url) and len(path) >= 5
        if _OFFICIAL.search(url):
            url_keys = _PERSONAL.search(
                re.sub(r"[?&;](?:id|code|key|name|sign|u)=", "", url)
            )
        else:
            url_keys = _PERSONAL.search(url)
        if (
            shared
            or url_keys
            or ("mp.weixin.qq.com" not in url and _RANDOM.search("/" + path))
        ):
            yield text.span(m.start(), m.start() + len(url), "URL_ID")


def _mail(text: Folded) -> Iterator[Span]:
    for pattern in (_EMAIL, _SPELT):
        for m in pattern.finditer(text.plain):
            yield text.span(m.start(), m.end(), "EMAIL")


def _machines(text: Folded) -> Iterator[Span]:
    for m in _IPV4.finditer(text.plain):
        before = text.plain[max(0, m.start() - 10) : m.start()]
        section = len(m[0]) == 7 and not _IP_CUE.search(before)
        if not _VERSION.search(before) and not section:
            yield text.span(m.start(), m.end(), "IP")
    for m in _MAC.finditer(text.plain):
        yield text.span(m.start(), m.end(), "IP")
    for m in _IPV6.finditer(text.plain):
        if (m[0].count(":") == 7 or "::" in m[0]) and len(m[0]) >= 6:
            yield text.span(m.start(), m.end(), "IP")


def _positions(text: Folded) -> Iterator[Span]:
    for m in _GPS_WORDS.finditer(text.plain):
        trail = len(m[0]) - len(m[0].rstrip(" ,，、;&"))
        yield text.span(m.start(), m.end() - trail, "GPS")
    for m in _DMS.finditer(text.plain):
        yield text.span(m.start(), m.end(), "GPS")
    for m in _PAIR.finditer(text.plain):
        a, b = abs(float(m[1])), abs(float(m[2]))
        if (3 <= a <= 54 and 73 <= b <= 136) or (73 <= a <= 136 and 3 <= b <= 54):
            yield text.span(m.start(), m.end(), "GPS")


def _chats(text: Folded) -> Iterator[Span]:
    for m in _WXID.finditer(text.plain):
        yield text.span(m.start(), m.end(), "WECHAT_QQ")
    for pattern in (_CHAT_CUE, _CHAT_LOOSE):
        for m in pattern.finditer(text.digits):
            told = re.search(r"[0-9_:：-]|号", m[0][: m.end(1) - m.start()])
            counted = re.match(
                r"[个条人元份次张年月天分]|[万千百]", text.plain[m.end() : m.end() + 1]
            )
            if told and not counted:
                yield text.span(*m.span(1), "WECHAT_QQ")


def _handles(text: Folded) -> Iterator[Span]:
    for m in _APP.finditer(text.plain):
        if re.search(r"[0-9_@]|[:：号]", m[0]) and not _ALL.match(m[1].lstrip("@")):
            yield text.span(*m.span(1), "HANDLE")
    for pattern in (_NICK, _NICK_PLAIN):
        for m in pattern.finditer(text.plain):
            if not re.search(
                r"^\d{0,3}(?:网格|社区|[组栋楼])", m[1]
            ):  # 2网格常斌: the name finders take the name
                yield text.span(*m.span(1), "HANDLE")
    for m in _MENTION.finditer(text.plain):
        if not _ALL.match(m[1]) and not _UNIT.fullmatch(m[1]) and not looks_named(m[1]):
            yield text.span(m.start(1) - 1, m.end(), "HANDLE")
