"""Where somebody lives, when they were born, and sentences that fit one person only."""

import re
from collections.abc import Iterator

from .fold import Folded
from .spans import IdentifyingSpan

_HOUSE_NO = r"[0-9一二三四五六七八九十百零〇]{1,5}"
_ADDRESS_PART = (
    rf"(?:[A-Za-z甲乙丙丁东西南北]?{_HOUSE_NO}(?:之{_HOUSE_NO})?(?:号(?!线|窗|文|令|人|晚|"
    r"早|上午|下午|那天|前|之前|以前|起|开始|到|至|早上|召)(?:楼|院|大院|房|门|室)?|弄|"
    r"栋|幢|座|单元|门洞|室|户(?!人|居|家)|组(?!长|织|成|员)|层(?!级|层)|楼(?!栋长|长|"
    r"下|上|道)|房(?!产)|队|社(?!区|会|工)|巷|支弄|门|排|区(?![县级]))|[A-Za-z](?:座|"
    r"栋|幢|区|单元))"
)
_DASHED = r"[0-9]{1,3}(?:[-—–][0-9]{1,4}){1,3}"
# what may stand between two parts of an address: nothing, or the name of an estate
_ADDRESS = re.compile(
    rf"(?:{_ADDRESS_PART}|{_DASHED})(?:[ ,，]?(?:[㐀-鿿]{{2,8}}?)?(?:{_ADDRESS_PART}|"
    rf"{_DASHED}(?:室|号|户)?)){{0,6}}(?:{_HOUSE_NO}(?:室|房|"
    r"号)?(?![0-9一二三四五六七八九十百千万亿个元人户份条张次年月块家本]))?"
)
_PART_ONLY = re.compile(rf"{_ADDRESS_PART}|{_DASHED}")
_OFFICE = re.compile(r"会议|办公|窗口|开会|报告厅|活动室|教室")
_ROAD = re.compile(r"(?:路|街|巷|弄|道|里|胡同|条|坊)$")
_ESTATE = re.compile(
    r"(?:小区|新村|花园|公寓|苑|园|城|都|府|庭|湾|家园|公馆|大厦|大院|宿舍|家属院|名邸|"
    r"豪庭|村|庄|屯|寨|坡|里|坊|邨|居|阁|轩|墅|郡|堡|岭|沟|组|广场|安置房|新居)$"
)
_ADMIN = re.compile(
    r"(?:自治[区州县]|[市县镇乡]|街道|社区|(?<![小社园地片辖])区|办事处|村委会|居委会)"
)
_LEADING_WORD = re.compile(
    r"(?:家住|住在|住的?是|现住|暂住|租住|居住在?|借住|搬到|家在|家是|家庭住址|住址|"
    r"地址|位于|户籍地?|老家在?|房子在|租在|寄到|送到|送去|回到|去了|来到|敲|找到|跑到|"
    r"就在|安排|走访|上门到|入户到|反映|投诉|举报|我们?家|[他她]家|把|住|在|到|去|是|"
    r"的|从|给|往|于|址|至|找|了|我|有|和(?!睦|平|谐|美|顺|安|兴)|与|将|被|让|叫|说|问|"
    r"名叫|隔壁|对面|楼上|楼下|以及)"
)
# 家住柳林村七组老榨油坊后头第二家: after such a word the clause is a home
_HOME = re.compile(
    r"(?:家住|现住|住址|地址|户籍地?|租住在?|暂住|住在|家在|(?<![居入])住)"
    r"(?:是|在|为|[:： ]){0,3}([^，。！？；、,!?;:：\n\ufffc（）()“”\"]{3,40})"
)
_HOME_END = re.compile(
    rf"{_HOUSE_NO}(?:号|组|栋|幢|单元|室|户|屯|楼|层|门|排|弄|座|队|房|社)(?:之{_HOUSE_NO})?"
    r"|[0-9]{1,4}(?:[-—–#][0-9]{1,4})+|(?<=[楼栋幢号座室#])[0-9]{3,4}|"
    r"隔壁|对面|后头|旁边|第[0-9一二三四五六七八九]{1,2}家"
)
_LIVES = re.compile(
    r"(?:住|家(?=[住在里是]|$)|址|户籍|寄|送|快递|收件|租|宿舍|房子|邮寄|老家|上门|"
    r"敲门|入户)[^。！？\n]{0,8}$"
)
_YEAR = (
    r"(?:(?:19|20)?[0-9]{2}|[一二三四五六七八九零〇]{2}"
    r"(?:[一二三四五六七八九零〇]{2})?)"
)
_DAY_OR_MONTH = (
    r"(?:[0-9]{1,2}|十?[一二三四五六七八九]|十|二十[一二三四五六七八九]?|三十一?|"
    r"[一二]十[一-九]?|廿[一-九]?|初[一二三四五六七八九十]|[正冬腊])"
)
_DATE = (
    rf"(?:(?:农历|阴历|阳历|公历)?{_YEAR} ?年 ?(?:{_DAY_OR_MONTH} ?月"
    rf"(?: ?{_DAY_OR_MONTH} ?[日号]?)?)?|(?:19|"
    r"20)[0-9]{2} ?[-./—] ?[0-9]{1,2}(?: ?[-./—] ?[0-9]{1,2})?|(?:19|"
    r"20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])|(?:农历|阴历|"
    rf"阳历)?{_DAY_OR_MONTH} ?月 ?{_DAY_OR_MONTH} ?[日号]?)"
)
_BORN_ON = re.compile(
    r"(?:生日|出生日期|出生年月日?|出生时间|出生于?|生于|诞辰|生辰|寿辰)(?:就?是|在|为|"
    rf"[:： ]){{0,3}}({_DATE})"
)
_BORN = re.compile(
    rf"(?<![0-9])({_DATE})(?= ?(?:出?生(?:人(?!口)|的|于|，|,|。|$|辰|，|\n| )|"
    r"出生(?!人口|率|证|医学|登记|缺陷|数)|的生日|是我(?:的)?生日|过?生日|生人|诞生|"
    r"落地))"
)
_MADE = re.compile(
    r"(?:我|俺|咱|本人|她|他|人家)(?:是|属|"
    rf"系)?({_YEAR} ?年(?: ?{_DAY_OR_MONTH} ?月(?: ?{_DAY_OR_MONTH} ?[日号])?)?)"
    r"(?=的人|生|出|的，(?:属|今年)|的(?:老)?(?:网格员|社工|党员))"
)
_ANIMAL = r"[属屬][鼠牛虎兔龙龍蛇马馬羊猴鸡雞狗猪豬]"
_STEM_YEAR = r"[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年"
_REPUBLIC_YEAR = r"民[国國][0-9一二三四五六七八九十廿卅]{1,4}年"
_SEASON = r"[正冬腊臘元春夏秋]月?|立[春夏秋冬]|冬至|[春夏秋冬]"
_BORN_DAY = (
    rf"(?:[农農][历曆]|阴历|闰)?(?:{_DAY_OR_MONTH}|{_SEASON}) ?月?间?"
    rf"(?: ?(?:{_DAY_OR_MONTH})(?: ?[日号])?)?"
)
_ANY_BIRTH = (
    rf"(?:{_STEM_YEAR}|{_REPUBLIC_YEAR}|(?:[农農][历曆]|阴历)?{_YEAR} ?年)"
    rf"(?:{_BORN_DAY})?"
)
_FIGURES = (
    r"(?:(?:19|20)[0-9]{2}|[0-9]{2}) ?[-./] ?[0-9]{1,2}(?: ?[-./] ?[0-9]{1,2})?|"
    r"(?:19|20)[0-9]{2}(?:0[0-9]|1[0-2])(?:[0-3][0-9])?"
)
# 出生年月：1986.11, 男 19750306, 生于辛未年, 属虎的七四年
_BORN_IN_FORM = re.compile(
    r"(?:出生(?:年月日?|日期|时间)?|生日|DOB|生于|生在|出世)"
    r"(?:写的?|填的?|录入|就?是|在|为|[:：＿_|,， ]){0,4}"
    rf"((?:{_ANY_BIRTH}|{_FIGURES}|{_BORN_DAY})(?![0-9]))"
)
_BORN_AFTER_SEX = re.compile(
    rf"(?<![㐀-鿿])[男女][ ,，、|_＿]{{1,2}}({_FIGURES}|{_ANY_BIRTH})"
    r"(?![0-9万元个次条户张])"
)
_BORN_WITH_ANIMAL = re.compile(
    rf"({_ANIMAL}(?:的|，|,)?{_YEAR} ?年?|{_YEAR} ?年{_ANIMAL}|{_YEAR}年的"
    r"[鼠牛虎兔龙蛇马羊猴鸡狗猪](?![㐀-鿿]))"
)
_BORN_THEN = re.compile(
    rf"(?<![0-9])({_ANY_BIRTH}|{_FIGURES})(?= ?(?:出?生(?=[的人，,。、）) \n]|$)|"
    r"落地|出世|生人))"
)
_MADE_OF = re.compile(rf"(?:男|女|汉族|民族)[,，、 ]({_DATE})(?:出?生)?(?=[,，、。 ])")

_WORKPLACE = (
    r"(?!一?[个名位]|[本某这那你我])(?:(?![的了着把被给我你他她们去来从])"
    r"[㐀-鿿]){1,10}?(?:社区|街道|居委会?|村委会?|[村镇乡]|小区|派出所|服务中心|"
    r"便民中心|卫生院|小学|中学|学校|医院|[县区市][㐀-鿿]{1,5}[局办委])"
)
_POST_NAME = (
    r"(?:网格员|网格长|会计|出纳|文书|书记|副书记|主任|副主任|委员|站长|副站长|所长|"
    r"科长|科员|工作人员|社工|社区工作者|工作者|专干|干事|联络员|协管员|辅警|楼长|"
    r"楼栋长|组长|村医|医生|护士|老师|保安|保洁员?|门卫|大学生村官|村官|选调生|公益岗|"
    r"公益性岗位|干部|支书|党员|志愿者|护林员|河长|消防员|调解员|电工|水管员|计生专干|"
    r"妇女主任|妇联主席|民兵连长|治保主任|队长|(?:[0-9一二三四五六七八九十]号)?窗口|"
    r"工作(?![站室组队])|人员|实习生|临时工|合同工|聘用人员|驾驶员|司机)"
)
_I_AM = (
    r"(?:我就?是|我系|俺就?是|咱就?是|本人[是为系]|在下是|侬是|吾是|阿拉是|(?:俺|咱|我|"
    r"本人)(?=在))"
)
_I_AM_IN_POST = re.compile(
    rf"{_I_AM}((?:在)?{_WORKPLACE}(?:的|里的?|那个|"
    rf"这个)?(?:[㐀-鿿0-9]{{0,14}}?{_POST_NAME}{{1,3}})(?:(?:兼|和|、|"
    rf"也是)[㐀-鿿]{{0,5}}?{_POST_NAME})?)(?![们都会])"
)
_YEARS_IN_POST = re.compile(
    rf"(?:(?<=，在)|(?<=,在)|(?<=我在)|(?<=人在))({_WORKPLACE}[㐀-鿿]{{0,4}}?(?:做|干|"
    rf"当|任|担任|工作)了?{_HOUSE_NO}(?:多|来)?年(?:多|"
    rf"的)?(?:[㐀-鿿]{{0,6}}?{_POST_NAME})?)"
)
_IS_ME = re.compile(
    r"(?:^|(?<=[，。！？；：,.!?;:\n“”\"]))([^，。！？；：,.!?;:\n“”\"￼]{0,30}?"
    r"(?:那个人|那个|那位|那名|唯一[^，。！？；：,.!?;:\n￼]{0,24}|"
    r"第一个[^，。！？；：,.!?;:\n￼]{0,18}|"
    r"最[^，。！？；：,.!?;:\n￼]{1,14})(?:的)?(?:，)?(?:就是|是|正是|便是|就系|"
    r"系)(?:我|本人|俺|咱|在下)(?:本人|自己)?)(?=[，。！？；,.!?;\n”\"）)~ ]|$)"
)
_ONLY_ME = re.compile(
    r"((?:我们?|全|整个|咱们?|俺们?|本)?[㐀-鿿]{0,6}?(?:街道|社区|村|镇|乡|站|所|科室?|"
    r"局|单位|办公室|中心|区|县|里|支部|班子|窗口|队)(?:里|上|内|里头)?(?:一共)?(?:就|"
    r"只有|仅有|只剩|就只有|唯有)(?:我|俺|咱)(?:这)?一(?:个|名|位)(?:(?!人|在|干|做|管|"
    r"跑|填|值|负责|忙|撑|扛|顶|去|来|加班)[^，。！？；,.!?;\n￼]{2,10}"
    r"(?=[，。！？；,.!?;\n]|$)|[^，。！？；,.!?;\n￼人]{1,14}(?:的|社工|网格员|党员|"
    r"男的|女的|干部|书记|大学生|研究生|硕士|博士|退伍兵|退役军人|女同志|男同志|回族|"
    r"藏族|满族|苗族|壮族|[一-鿿]族|妈妈|残疾人|外地人)|男的|女的|女同志|男同志))"
)
_I_ONLY = re.compile(
    r"((?:我|俺|咱|本人)(?:就)?是[^，。！？；,.!?;\n￼]{0,16}(?:唯一|仅有的|独一个|"
    r"第一个|最年轻|最年长|年纪最大|年龄最大|最老)[^，。！？；,.!?;\n￼]{2,18})"
)
_KIN_OFFICE = re.compile(
    r"((?:我|俺|咱|本人的?)(?:的)?(?:姐夫|妹夫|老公|老婆|爱人|丈夫|妻子|爸爸?|妈妈?|"
    r"父亲|母亲|公公|婆婆|岳父|岳母|丈人|丈母娘|哥哥?|姐姐?|弟弟?|妹妹?|叔叔?|舅舅?|"
    r"姑姑?|姑父|姑妈|姨妈?|姨父|伯伯?|大伯|表[哥姐弟妹]|堂[哥姐弟妹]|儿子|女儿|侄子|"
    r"侄女|外甥女?|嫂子|儿媳妇?|女婿|亲家|对象|男朋友|女朋友|前夫|前妻)(?:就)?(?:是|在|"
    r"当)[^，。！？；,.!?;\n￼]{0,12}?(?:(?:副|前|现任|原)?(?:镇长|乡长|书记|主任|局长|"
    r"科长|所长|县长|区长|市长|村长|支书|站长|校长|院长|队长|组长|会计|主席|部长|"
    r"秘书长|处长|股长|警察|法官|记者|校医|司机|科员|干部)|上班|工作|当官))"
)
_FLOOR_BEHIND_ROOM = re.compile(r"(?<=室)[0-9一二三四五六七八九十]{1,2}[层楼]$")
_DOOR_BEHIND_HOUSE = re.compile(
    r"(?:单元|[栋幢座弄])[0-9一二三四五六七八九十零〇]{2,5}$"
)
_HOUSE_PART = re.compile(r"[号弄栋幢座]|单元|室")
_DOOR = re.compile(r"单元|室|[号楼栋幢座][0-9]{3,4}$")
_HOUSE_NUMBER = re.compile(r"[号栋幢座室]")
_HAN_CHARACTER = re.compile(r"[㐀-鿿]")
_NUMBER = re.compile(r"[0-9一二三四五六七八九十]")
_LONGEST_PLACE = 10  # characters of a road or estate


def find_places(text: Folded) -> Iterator[IdentifyingSpan]:
    """Birthdays first, then homes."""
    yield from _births(text)
    yield from _addresses(text)
    yield from _homes(text)


def find_selves(text: Folded) -> Iterator[IdentifyingSpan]:
    """Descriptions that only one person fits."""
    for match in _IS_ME.finditer(text.plain):
        if len(match[1]) > 6:  # 那个人是我 says nothing yet
            yield text.span(*match.span(1), "SELF_ID")
    for pattern in (_I_ONLY, _ONLY_ME, _KIN_OFFICE, _I_AM_IN_POST, _YEARS_IN_POST):
        for match in pattern.finditer(text.plain):
            yield text.span(*match.span(1), "SELF_ID")


def _births(text: Folded) -> Iterator[IdentifyingSpan]:
    for pattern in (
        _BORN_IN_FORM,
        _BORN_THEN,
        _BORN_ON,
        _BORN,
        _MADE,
        _MADE_OF,
        _BORN_AFTER_SEX,
        _BORN_WITH_ANIMAL,
    ):
        for match in pattern.finditer(text.plain):
            yield text.span(*match.span(1), "BIRTH_DATE")


def _addresses(text: Folded) -> Iterator[IdentifyingSpan]:
    """A named place with a house number, or house and door together.

    Streets and estates alone stay.
    """
    for match in _ADDRESS.finditer(text.plain):
        end = match.start() + len(_FLOOR_BEHIND_ROOM.sub("", match[0]))
        if _OFFICE.match(text.plain, end):
            continue
        start = _place_start(text.plain, match.start())
        place = text.plain[start : match.start()]
        before = text.plain[max(0, start - 16) : start]
        is_named = bool(_ROAD.search(place) or _ESTATE.search(place))
        is_home = bool(_LIVES.search(before))
        is_named_home = is_home and is_named
        if not _has_house(match[0]) and not is_named_home:
            continue
        is_telling = is_named or is_home or bool(_DOOR.search(match[0]))
        if is_telling and _count_parts(match[0]) >= 2:
            begin = start if len(place) >= 2 else match.start()
            yield text.span(begin, end, "ADDRESS")
        elif is_named_home and _HOUSE_NUMBER.search(match[0]):
            yield text.span(start, end, "ADDRESS")


def _homes(text: Folded) -> Iterator[IdentifyingSpan]:
    """What somebody says of where they live, up to its last number or neighbour."""
    for match in _HOME.finditer(text.plain):
        ends = [part.end() for part in _HOME_END.finditer(match[1])]
        if not ends or not _NUMBER.search(match[1][: ends[-1]]):
            continue
        stretch = match[1][: ends[-1]]
        start = max((part.end() for part in _ADMIN.finditer(stretch)), default=0)
        if len(stretch) - start < 3 or _OFFICE.search(stretch):
            continue
        yield text.span(match.start(1) + start, match.start(1) + ends[-1], "ADDRESS")


def _has_house(address: str) -> bool:
    return bool(_HOUSE_PART.search(address)) or address.count("-") >= 2


def _count_parts(address: str) -> int:
    """How many of house, unit, floor, door and the like an address has."""
    parts = len(_PART_ONLY.findall(address))
    if _DOOR_BEHIND_HOUSE.search(address):
        parts += 1
    dashed: list[str] = re.findall(_DASHED, address)
    return parts + sum(numbers.count("-") for numbers in dashed)


def _place_start(plain: str, end: int) -> int:
    """Where the name of the place begins that ends at `end`."""
    start = end
    while start > 0 and end - start < _LONGEST_PLACE:
        if not _HAN_CHARACTER.match(plain[start - 1]):
            break
        start -= 1
    window = plain[start:end]
    cut = 0
    for match in _ADMIN.finditer(window):
        cut = max(cut, match.end())
    for match in _LEADING_WORD.finditer(window):
        leaves_one_character = len(window) - match.end() == 1
        if not leaves_one_character:
            cut = max(cut, match.end())
    return start + cut
