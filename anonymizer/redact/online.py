"""Traces of the net: mail, chat accounts, personal links, nicknames.

Beside these, addresses of machines, and positions.
"""

import re
from collections.abc import Iterator

from .fold import Folded
from .names import looks_named
from .spans import IdentifyingSpan

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_%+-][A-Za-z0-9._%+-]{0,63} ?@ ?[A-Za-z0-9-]{1,40}"
    r"(?:\.[A-Za-z0-9-]{2,20}){1,4}"
)
_SPELT_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_%+-][A-Za-z0-9._%+-]{2,40} ?(?:@|艾特|圈a|"
    r"[(\[{]? ?\bat\b ?[)\]}]?|#) ?[A-Za-z0-9-]{2,20}(?: ?(?:\.|点|"
    r"[(\[]? ?\bdot\b ?[)\]]?) ?(?:com|cn|net|org|gov|edu)){1,2}(?![A-Za-z])"
)
_URL = re.compile(
    r"(?:(?:https?|HTTPS?|ftp)://[A-Za-z0-9.-]{1,80}|"
    r"(?<![A-Za-z0-9@.-])(?:[A-Za-z0-9-]{1,30}\.){1,4}(?:com|cn|net|org|me|io|top|"
    r"link)(?=/))(?::\d{2,5})?(?:[/?#][!-~]{0,500})?"
)
_SHARES = re.compile(
    r"(?:docs\.qq\.com|kdocs\.cn|wjx\.(?:cn|top|com)|shimo\.im|feishu\.cn|yuque\.com|"
    r"jinshuju\.(?:net|com)|weibo\.com/u/|wenjuan\.com|pan\.baidu\.com|weiyun\.com|"
    r"dingtalk\.com|wps\.cn|notion\.so|sharepoint\.com|qm\.qq\.com|u\.wechat\.com|"
    r"jsj\.top|mikecrm\.com)"
)
_PERSONAL = re.compile(
    r"(?:[?&#;](?:u|uid|uin|id|user|userid|user_id|username|name|token|openid|unionid|"
    r"code|key|sid|session|phone|mobile|tel|from_user|share|sharer|invite|inviter|"
    r"ticket|access_token|auth|account|acc|emp|staff|empno|idcard|card|wid|sign|oid|"
    r"pwd)=)|/(?:u|user|users|profile|people|member|space|home|personal|"
    r"s/u)/[A-Za-z0-9_-]{3,}|token|#/user",
    re.IGNORECASE,
)
_OFFICIAL = re.compile(
    r"(?:gov\.cn|12371\.cn|people\.com\.cn|xinhuanet\.com|news\.cn|xuexi\.cn)(?=[/?:#])"
)
_RANDOM = re.compile(
    r"/(?=[A-Za-z0-9_-]{0,40}[0-9])(?=[A-Za-z0-9_-]{0,40}[A-Z])"
    r"(?=[A-Za-z0-9_-]{0,40}[a-z])[A-Za-z0-9_-]{9,}"
)
_TELEGRAM = re.compile(
    r"(?<![A-Za-z0-9.])(?:https?://)?(?:t\.me|telegram\.me)/[A-Za-z0-9_+/-]{3,64}"
)
_HOME = re.compile(
    r"(?<![A-Za-z0-9.])(?:https?://)?(?:v\.douyin\.com|v\.kuaishou\.com|xhslink\.com|"
    r"space\.bilibili\.com|b23\.tv|weibo\.com/u|m\.weibo\.cn/u)/[A-Za-z0-9_/-]{3,64}"
)
_IPV4 = re.compile(
    r"(?<![0-9.])(?<![A-Za-z][0-9])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|"
    r"2[0-4]\d|1?\d?\d)(?::\d{2,5})?(?:/\d{1,2})?(?![0-9.]?[0-9])"
)
_MAC = re.compile(
    r"(?<![0-9A-Za-z:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Za-z:-])"
)
_VERSION = re.compile(
    r"(?:版本号?|版|固件|补丁|升级[到至]?|更新[到至]?|[vV]|[vV]er(?:sion)?\.?|"
    r"V\.)[:： 为是]{0,2}$"
)
_IP_CUE = re.compile(r"(?:IP|ip|Ip|地址|网关|服务器|内网|外网|登录)[^0-9]{0,8}$")
_IPV6 = re.compile(
    r"(?<![0-9A-Za-z:.])(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|"
    r"(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}|"
    r"(?:[0-9A-Fa-f]{1,4}:){1,7}:)(?![0-9A-Za-z:])"
)
_DEGREES = r"-?\d{1,3}\.\d{3,12}"
_COORDINATES = re.compile(
    rf"(?<![0-9.])({_DEGREES})°?[NESWnesw]?[ ]?[,，、/; ][ ]?({_DEGREES})°?[NESWnesw]?"
    r"(?![0-9.])"
)
_GPS_WORDS = re.compile(
    r"(?:(?:lng|lon|lat|longitude|latitude|[xyXY]|经度|纬度|东经|北纬|"
    r"[NE])[=:： 为是\"']{0,4}\d{1,3}(?:\.\d{2,12}°?|"
    r"°\d{1,2}[′'分](?:\d{1,2}(?:\.\d+)?[″\"秒])?)[NE]?[\"']?[ ,，、;&]{0,3}){2}"
)
_DMS = re.compile(
    r"(?<![0-9])\d{1,3}°\d{1,2}[′'](?:\d{1,2}(?:\.\d{1,4})?[″\"])?"
    r"[NSEW]?[ ,，、]{0,2}\d{1,3}°\d{1,2}[′'](?:\d{1,2}(?:\.\d{1,4})?[″\"])?[NSEW]?"
)
# one half of a position as instruments, pictures and maps write it
_HALF = (
    r"(?:[NESW东西南北](?:经|纬)?[ :：]?)?(\d{1,3}(?:\.\d{1,12})?)(?: ?(?:°|度) ?"
    r"(?:\d{1,2}(?:\.\d{1,6})? ?['’′分] ?(?:\d{1,2}(?:\.\d{1,4})? ?"
    r"(?:[\"”″秒]|'')?)?)?)? ?[NESW]?"
)
_WRITTEN_POSITION = re.compile(
    rf"(?:geo[:：])?(?<![0-9.A-Za-z]){_HALF}[ ,，、/;]{{1,3}}{_HALF}(?![0-9.])"
)
_TELLS_POSITION = re.compile(r"[°度NESW东西南北]|\.\d{3}")
_MAP_LINK = re.compile(
    r"[?&/=](?:q|ll|latlng|lnglat|position|location|center|marker)?=?-?\d{1,3}\.\d{2,12}"
    r"(?:,|%2C)-?\d{1,3}\.\d{2,12}",
    re.IGNORECASE,
)
_GAUSS = re.compile(
    r"[XxYy][:：=]? ?\d{6,8}(?:\.\d+)?[ ,，]{1,3}[XxYy][:：=]? ?\d{6,8}(?:\.\d+)?"
)
_MEETING = re.compile(
    r"(?:会议|會議|飞书会|入会)(?:号码?|码|碼|ID|id)?[又来了,，]{0,4}"
    r"(?:号|是|为|[:：  ]){0,3}"
    r"(\d{3}[ -]\d{3,4}[ -]\d{2,4})(?![0-9])"
)
_SECRET = re.compile(
    r"(?:提取码|提取碼|访问码|邀请码|验证码|取件码|入群口令|口令|会议密码|密码|群号|群码|"
    r"群碼|会议号码?|会议码)(?:是|为|[:：  ]){0,3}([A-Za-z0-9][A-Za-z0-9-]{3,15})"
    r"(?![A-Za-z0-9])"
)
_APP_LINK = re.compile(r"(?:#小程序|weixin)://[^\s，。、；！？,;]{3,80}")
_ID_BODY = r"[A-Za-z][A-Za-z0-9_-]{4,29}|\d{5,12}"
_CHAT_CUE = re.compile(
    r"(?:(?<![A-Za-z])(?:[vV][xX信]?|[wW][xX]|[wW]e[cC]hat|[qQ]{1,2})(?![A-Za-z])|微信|"
    r"微(?=[:： ])|薇信|威信|微♥|绿泡泡|绿信|企鹅号?|扣扣|加扣|扣(?=[:： ])|抠抠|秋秋|"
    r"球球|企微|群号)(?:号码?|群号?|ID|id|名|搜索?|搜|加|找|是|为|我|的|同号|联系|账号|"
    rf"小号|[:：;；,， \n(（]){{0,6}}({_ID_BODY})(?![A-Za-z0-9_])"
)
_CHAT_LOOSE = re.compile(
    r"(?:加我|联系我|私信我|私我|找我|加好友|好友|搜我|通过号|\+[vVqQ]|加[vV]|"
    rf"加[qQ])(?:号|是|为|吧|[:：,， ]){{1,4}}({_ID_BODY})(?![A-Za-z0-9_@.])"
)
_WXID = re.compile(r"(?<![A-Za-z0-9_])(?:wxid_[A-Za-z0-9]{6,24}|gh_[0-9a-f]{8,16})")
_APP = re.compile(
    r"(?:抖音|快手|微博|小红书|[bB]站|哔哩哔哩|知乎|贴吧|豆瓣|头条|视频号|飞机|电报|"
    r"telegram|Telegram|TG|tg|推特|钉钉|闲鱼|陌陌|soul|Soul|西瓜视频|火山|YY|"
    r"支付宝)(?:账号|帐号|号码?|ID|id|昵称|名字|名|主页|搜索?|是|叫|为|上|"
    r"[:： ]){0,4}(@?[A-Za-z0-9_][A-Za-z0-9_.-]{4,29}|"
    r"@[\w-]{2,20}?(?![\w-](?<![发说转评被让也给把都没又在来])))"
)
_QUOTED_NICKNAME = re.compile(
    r"(?:网名|昵称|群昵称|群名片|笔名|微信名|用户名|账号名|花名|ID|马甲|署名)(?:是|叫|"
    r"为|改成|[:： ]){0,3}[“\"「『]([^”\"」』\n]{2,20})[”\"」』]"
)
_PLAIN_NICKNAME = re.compile(
    r"(?:网名|群昵称|群名片|微信名|马甲)(?:是|就叫|叫做?|为|[:： ]){1,3}([\w-]{2,16})"
)
_MENTION = re.compile(
    r"@@?([\w·-]{2,24}?)(?![\w·-](?<![发说转评被让也给把都没又在来]))"
)
_EVERYBODY = re.compile(r"(?:所有人|全体|all\b|各|大家|全员|你|我|本)")
_MENTIONED_UNIT = re.compile(
    r"[\w]{0,20}(?:社区|街道|村|镇|乡|办|局|委|科|中心|站|组|群|处|室|所|部门|人员|"
    r"工作者|网格员|书记|主任)$"
)
_OFFICIAL_PARAMETERS = re.compile(r"[?&;](?:id|code|key|name|sign|u)=")
_TELLS_ACCOUNT = re.compile(r"[0-9_:：-]|号")
_COUNTED_AFTER = re.compile(r"[个条人元份次张年月天分]|[万千百]")
_TELLS_HANDLE = re.compile(r"[0-9_@]|[:：号]")
_PLACE_FIRST = re.compile(r"^\d{0,3}(?:网格|社区|[组栋楼])")
_LATITUDES = (3, 54)  # of China
_LONGITUDES = (73, 136)


def find_online(text: Folded) -> Iterator[IdentifyingSpan]:
    """All traces of the net.

    Links come first, for they hold what looks like the others.
    """
    yield from _links(text)
    yield from _mail(text)
    yield from _machines(text)
    yield from _positions(text)
    yield from _secrets(text)
    yield from _chats(text)
    yield from _handles(text)


def _links(text: Folded) -> Iterator[IdentifyingSpan]:
    for pattern in (_TELEGRAM, _HOME):
        for match in pattern.finditer(text.plain):
            yield text.span(match.start(), match.end(), "HANDLE")
    for match in _APP_LINK.finditer(text.plain):
        yield text.span(match.start(), match.end(), "URL_ID")
    for match in _URL.finditer(text.plain):
        if _MAP_LINK.search(match[0]):
            yield text.span(match.start(), match.end(), "GPS")
            continue
        url = re.split(r"[,;'\"<>)\]]", match[0])[0].rstrip(".:!?")
        if _is_personal(url):
            yield text.span(match.start(), match.start() + len(url), "URL_ID")


def _secrets(text: Folded) -> Iterator[IdentifyingSpan]:
    """Numbers and words that open a meeting, a group or a shared folder."""
    for pattern in (_MEETING, _SECRET):
        for match in pattern.finditer(text.plain):
            if any(char.isdigit() for char in match[1]):
                yield text.span(*match.span(1), "URL_ID")


def _is_personal(url: str) -> bool:
    """Whether a link leads to one person, or to what one person shared."""
    path = re.sub(r"^[a-zA-Z]+://", "", url).partition("/")[2]
    if _SHARES.search(url) and len(path) >= 5:
        return True
    is_official = _OFFICIAL.search(url)
    telling = _OFFICIAL_PARAMETERS.sub("", url) if is_official else url
    if _PERSONAL.search(telling):
        return True
    is_article = "mp.weixin.qq.com" in url
    return not is_article and bool(_RANDOM.search("/" + path))


def _mail(text: Folded) -> Iterator[IdentifyingSpan]:
    for pattern in (_EMAIL, _SPELT_EMAIL):
        for match in pattern.finditer(text.plain):
            yield text.span(match.start(), match.end(), "EMAIL")


def _machines(text: Folded) -> Iterator[IdentifyingSpan]:
    for match in _IPV4.finditer(text.plain):
        before = text.plain[max(0, match.start() - 10) : match.start()]
        is_section = len(match[0]) == 7 and not _IP_CUE.search(before)  # 1.2.3.4
        if not is_section and not _VERSION.search(before):
            yield text.span(match.start(), match.end(), "IP")
    for match in _MAC.finditer(text.plain):
        yield text.span(match.start(), match.end(), "IP")
    for match in _IPV6.finditer(text.plain):
        if len(match[0]) >= 6:
            yield text.span(match.start(), match.end(), "IP")


def _positions(text: Folded) -> Iterator[IdentifyingSpan]:
    for match in _GPS_WORDS.finditer(text.plain):
        position = match[0].rstrip(" ,，、;&")
        yield text.span(match.start(), match.start() + len(position), "GPS")
    for match in _DMS.finditer(text.plain):
        yield text.span(match.start(), match.end(), "GPS")
    for match in _GAUSS.finditer(text.plain):
        yield text.span(match.start(), match.end(), "GPS")
    for match in _WRITTEN_POSITION.finditer(text.plain):
        halves = re.split(r"[,，、/; ]+", match[0])
        one = float(match[1])
        other = float(match[2])
        is_place = _is_in_china(one, other) or _is_in_china(other, one)
        if is_place and all(_TELLS_POSITION.search(half) for half in halves if half):
            yield text.span(match.start(), match.end(), "GPS")
    for match in _COORDINATES.finditer(text.plain):
        one = abs(float(match[1]))
        other = abs(float(match[2]))
        if _is_in_china(one, other) or _is_in_china(other, one):
            yield text.span(match.start(), match.end(), "GPS")


def _is_in_china(latitude: float, longitude: float) -> bool:
    south, north = _LATITUDES
    west, east = _LONGITUDES
    return south <= latitude <= north and west <= longitude <= east


def _chats(text: Folded) -> Iterator[IdentifyingSpan]:
    for match in _WXID.finditer(text.plain):
        yield text.span(match.start(), match.end(), "WECHAT_QQ")
    for pattern in (_CHAT_CUE, _CHAT_LOOSE):
        for match in pattern.finditer(text.digits):
            until_account_ends = match[0][: match.end(1) - match.start()]
            tells_account = _TELLS_ACCOUNT.search(until_account_ends)
            is_counted = _COUNTED_AFTER.match(text.plain[match.end() : match.end() + 1])
            if tells_account and not is_counted:
                yield text.span(*match.span(1), "WECHAT_QQ")


def _handles(text: Folded) -> Iterator[IdentifyingSpan]:
    for match in _APP.finditer(text.plain):
        tells_handle = _TELLS_HANDLE.search(match[0])
        if tells_handle and not _EVERYBODY.match(match[1].lstrip("@")):
            yield text.span(*match.span(1), "HANDLE")
    for pattern in (_QUOTED_NICKNAME, _PLAIN_NICKNAME):
        for match in pattern.finditer(text.plain):
            # 2网格常斌: the name finders take the name
            if not _PLACE_FIRST.search(match[1]):
                yield text.span(*match.span(1), "HANDLE")
    for match in _MENTION.finditer(text.plain):
        if not _is_no_nickname(match[1]):
            yield text.span(match.start(1) - 1, match.end(), "HANDLE")


def _is_no_nickname(mention: str) -> bool:
    """Everybody, a unit, or a name that the name finders take."""
    return bool(
        _EVERYBODY.match(mention)
        or _MENTIONED_UNIT.fullmatch(mention)
        or looks_named(mention)
    )
