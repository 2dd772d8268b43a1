"""Names of people, found by their shape and by what stands around them.

A stretch is a name when its points reach `ENOUGH`: points for a common surname, for
characters that parents choose, and for the words before and after it; points off where
the characters make a word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .fold import Folded
from .lexicon import (
    COMMON_SURNAMES,
    COMPOUND_SURNAMES,
    GIVEN_CHARACTERS,
    RARE_SURNAMES,
    WORD_BEGINNINGS,
    WORD_ENDS,
)
from .spans import IdentifyingSpan

ENOUGH = 3.0
_HAN = re.compile(r"[㐀-鿿]")
_COMMON_SURNAMES = frozenset(COMMON_SURNAMES)
_GIVEN_CHARACTERS = frozenset(GIVEN_CHARACTERS)
_WORDLIKE_SURNAMES = frozenset(
    "连和向于与从对时全应能成都单关包任常经项管强干但支满封闭边别关查有计解过同通代当"
)
_ANY_COMPOUND = "|".join(COMPOUND_SURNAMES)
_SURNAME = re.compile(rf"{_ANY_COMPOUND}|[{COMMON_SURNAMES}{RARE_SURNAMES}]")
_POSITION = (
    r"(?:副|总|大)?(?:主任|书记(?![录员本])|科长|局长|镇长|乡长|区长|县长|市长|村长|"
    r"站长|所长|处长|股长|队长|组长|院长|校长|园长|部长|主席|委员(?!会)|常委|社工|"
    r"网格员|网格长|楼长|栋长|老师|医生|大夫|护士|警官|经理|会计|律师|干事|专干|支书|"
    r"主管|秘书|司机|师傅|指导员|教导员|法官|检察官|教授|专员|干部|领导|班长|厂长|庭长|"
    r"行长|董事长|董事|总监|主编|编辑|记者|工程师|调解员|专委|助理|协管员|督导|参谋|"
    r"政委|连长|教练|导员|文书|出纳|联络员|辅警|民警|警察|总(?=[，。！？,、： \n]|$|"
    r"[说讲要让叫来又带])|总(?:经理|工程师))"
)
_HONORIFIC = (
    r"(?:大姐|大哥|大嫂|大爷|大妈|大姨|大婶|大叔|大娘|大伯|大姑|奶奶|爷爷|阿姨|阿婆|"
    r"阿公|阿伯|阿叔|阿嫂|阿爷|婆婆|公公|老师|先生|女士|小姐|同志|师傅|叔叔|伯伯|婶婶|"
    r"姨娘|婶子|嫂子|老太太?|老爷子|老汉|老头|老伯|家嫂子|姑娘|妹子|妹妹|哥哥|姐姐|"
    r"娘娘|伯母|姑姑|舅舅|太太|夫人|某某?|姐(?![妹弟夫])|哥(?![俩们])|嫂|叔|姨|婶|爷|"
    r"伯|妈(?!妈)|婆|公(?=说|讲|，|。|家里)|老(?=[，。说讲的也、]|$))"
)
_TITLE = re.compile(
    rf"{_POSITION}|(?:大[姐哥嫂爷妈姨婶叔娘伯]|奶奶|爷爷|阿[姨婆公伯叔]|老师|先生|女士|"
    r"小姐|同志|师傅|叔叔)"
)
_LIKELY_SURNAME = rf"(?:{_ANY_COMPOUND}|[{COMMON_SURNAMES}])"
_BEFORE_POSITION = re.compile(rf"{_LIKELY_SURNAME}(?={_POSITION})")
_BEFORE_HONORIFIC = re.compile(rf"{_LIKELY_SURNAME}(?={_HONORIFIC})")
_BEFORE_SHORT_TITLE = re.compile(
    r"(?<![㐀-鿿])(?:找|被|跟|叫|让|听|给|和|请|是|问|"
    rf"向)?([{COMMON_SURNAMES}])(?=[工局处科所队部站庭董院导](?:[，。！？,!?、:： \n]|"
    r"$|说|讲|要|让|叫|来|又|等|陪|今天|昨天|就|也|不|在|的))"
)
# 和主任 is "with the director"
_NO_SURNAME_BEFORE_TITLE = frozenset(
    "和向于与从对党车代时当任同全单管都但包农林水文计法司房游卫史商居支储项路"
)
_OUR = ("俺那", "我那", "咱那", "阮那")
_NICKNAME = re.compile(
    r"(?<![大中最幼从矮较太很多得“\"])(?:[小老]|"
    rf"阿(?![姨婆公訇里拉尔]))(?:[{COMMON_SURNAMES}]|(?<=阿)[{GIVEN_CHARACTERS}])"
)
_NO_NICKNAME = re.compile(
    r"[小老](?:时|康|农|包|商|房|方(?![说，])|景|曲|牛|米|麦|路(?![，说])|车|"
    r"金(?=[库人额])|钱|项|黄(?=[瓜花鱼狗车条历酒牛])|程序|管家|高(?=[层考])|"
    r"马(?=[拉识])|石头|毛[头病]|游[戏园]|白(?=[菜鼠花猪领干])|池|苗|费|解|任务|成|应|"
    r"单|麻|党员|干|古|师|陈醋|庄(?=[学子])|区|县|宗|王卖瓜|陆续|温(?=[暖饱])|计|平|"
    r"文(?=[章件])|水|伍|童|谷|连|边|和尚|红书|章|卜|阳|丁点|都|于|常(?=[见规])|莫|寇|"
    r"华侨|海|江|林场?|沙|桑|卫|米|全|翁|季|和|向|席|冷|桂|池|时|关(?=[卡系])|"
    r"段(?=[子落])|龙(?=[虾头])|花|叶(?=[子])|宫|司|齐|左|娄|楼|尚|柴|苏[打联]|"
    r"汤(?=[圆])|雷(?=[达锋]))"
)
_FIELD_BEFORE = re.compile(
    r"(?:姓\s?名|名字|实名|真名|本名|联系人|联络人|负责人|签收人|经办人|经手人|填报人|"
    r"填表人|制表人|审核人?|复核人?|校对人?|报送人|上报人|举报人|反映人|投诉人|来电人|"
    r"来访人|来访登记|来电登记|当事人|被访人|受访人|申请人|户主|户名|开户人|持卡人|"
    r"持有人|持证人|机主|车主|业主|法人|法定代表人|证明人|记录人?|主持人?|发言人|"
    r"收件人|寄件人|签字人?|签名|落款|署名|值班(?:人员?)?|[主副白夜早晚]班|在岗|到岗|"
    r"轮值|带班|经办|承办人|汇报人|答|收款人|本人姓名|包保责任人|责任人|名单|名叫|叫做|"
    r"我叫|俺叫|我名叫|叫我|大名|姓名栏|成员|人员|参会|出席|缺席|请假|监督员|对接人|"
    r"房东|租客|死者|患者|丈夫|妻子|爱人|老公|老婆|儿子|(?<!妇)女儿|"
    r"@)(?:[写填]?[的]?是|为|叫|有|[:：?？]){0,2}[\s“\"]{0,2}$"
)
_ROLE_BEFORE = re.compile(
    r"(?:网格员|网格长|联络员|主任|副主任|书记|副书记|支书|镇长|乡长|科长|局长|股长|"
    r"所长|站长|队长|组长|委员|社工|专干|会计|干事|同事|搭档|师傅|徒弟|同学|邻居|居民|"
    r"村民|群众|业主|队员|志愿者|楼长|楼栋长|房东|租户|老人|独居老人|低保户|残疾人|"
    r"护士|医生|老师|协管员|辅警|民警|警察|记者|律师|委员会|工作人员|工作者|负责人|"
    r"领导|老婆|老公|爱人|丈夫|妻子|儿子|女儿|弟弟|妹妹|哥哥|姐姐|闺女|姑姑|舅舅|表哥|"
    r"表姐|表弟|叫|\d{1,2}号?网格|经理|所长|董事长|秘书|实习生|大学生|新人|前任|现任|"
    r"继任|就是|人员|干部|党员|学员|职员|科员|股员|办事员|调解员|我系|我是|俺是|本人|"
    r"在下|我乃|当事人|司机|保安|保洁|物业|老党员|老同志|妇女主任|民兵连长|治保主任|"
    r"文书|出纳|我侄子|我外甥)$"
)
_JOINING_BEFORE = re.compile(
    r"(?:[和跟与叫找让给被把由问请替帮同对陪骂及像有那咱"
    r"俺我这连@见说听派等喊逼劝约带扶送]|不是|都是|通知|安排|举报|联系|包括|比如|连同|"
    r"还有|以及|其中|感谢|谢谢|表扬|批评|点名|认识|[昨今前]天|昨晚|今晚|上周|后来|然后|"
    r"结果|现在|当时|有一次|去年|今年|上午|下午|晚上|其实|因为|所以|但是|可是|只有|"
    r"(?:街道|社区|单位|隔壁|[局科站村办镇所院校委组楼栋])的|[会群台网班岗]上|"
    r"[群会村队站班]里|写着|写的|签的|填的|挂着|登记的|代替|顶替|另外|据)$"
)
_EDGE_BEFORE = re.compile(r"(?:^|[^㐀-鿿\w·])$")
_SPEECH_AFTER = re.compile(
    r"\s?(?:说(?![明服法到])|讲(?![话座课])|道：|告诉|表示|反映|反馈|打电话|打来|"
    r"发微信|来电|手机|电话|微信|同志|先生|女士|老师|书记|主任|科长|局长|镇长|所长|"
    r"站长|队长|组长|是新来|是我们?(?:同事|邻居|师傅|领导|主任|书记|社区|单位|村|老|"
    r"这)|今天又|今年\d|昨晚|前天|怀孕|生病|住院|离职|辞职|休产假|请假|调走|哭|骂|"
    r"\(?男|\(?女|一个人|他(?![们家])|她(?![们家])|感慨|介绍|笑着|认为|坦言|本人|"
    r"没吭声|被抽调|被借调|被处分|被通报|被扣|被骂|被叫|被点名|申请|家里|家的|家门|"
    r"家属|家人|妈|爸|老婆|老公|\s{0,3}\d{1,2}[:：]\d\d|咯只|这个人|这人|那个人|"
    r"等\d*人|、身份证|，身份证|,身份证|，男|，女|，手机|，电话|，住|（电话|\(电话|"
    r"\(手机|，1[3-9]\d|\s?1[3-9]\d{2})"
)
_ACTION_AFTER = re.compile(
    r"(?:被|也|就|都|没|不|在|是|去|来|今|昨|明天|前|上(?:周|个|班|报)|这|那|已|还|又|"
    r"要|让|叫|把|给|说|讲|问|做|干|填|发|跑|值|加班|写|签|管|负责|带|当|天天|每天|"
    r"开[会了完]|补|顶|撤|重|录|扫|排|盖|教|借|抽|搬|吵|晒|用|挨|送|催|帮|轮|调|看|听|"
    r"打|掉|答|提|反映|建议|出|进|一直|刚|从|到|拿|拍|收|交|找|想|会|能|可|只|才|因|为|"
    r"因为|请|开会|下(?:班|周|村|午)|晚|早|连续|经常|老是|总|最|后|先|再|一个|一人|两|"
    r"三|的|和|跟|与|及|等|同|她|他|我|你|普通话|轮流|轮班|一起|互相|分别|两人|二人|俩|"
    r"婉拒|忒|蛮|太|很|真|突|累|病|摔|晕|退|升|入户|代|替|帮|坐|站|走|回|接|转|催|逼|"
    r"罚|扣|骂|批|通知|处|回复|复)"
)
_EDGE_AFTER = re.compile(r"(?:$|[^㐀-鿿\w·])")
_PLACE_AFTER = re.compile(
    r"(?:社区|街道|[村镇乡县市区州路街巷弄桥庄屯寨堡湾店集沟岭坪湖河江山站]|小区|新村|"
    r"花园|大厦|公寓|广场|胡同|大道|公园|家园|工作室|医院|学校|小学|中学|大学|公司|"
    r"集团|超市|派出所|居委|党委|支部|物业|[局院校部厅所](?![长座]))"
)
_UNLIKELY_IN_NAMES = frozenset(
    "的了是在有和与及或不也就都要我你他她它们这那个些么吗呢吧啊呀把被让给对从向到去来"
    "说讲看做吃喝拉跑填报表格证件份台账局科室部门所处站群岗职务任办项条块张次年月日天"
    "点分秒元万很更最太请问谁啥"
)
_FOREIGN_SOUNDS = frozenset(
    "阿不都拉吐尔洪买提努兰叶肯玉素甫古丽艾力木江热合曼帕孜依米西地里娜孜别克达提哈依"
    "木沙塔吾卡迪亚库麦明穆罕默德伊斯马赛图荪祖农巴哈尔茹仙再娜普斯坦汗夏扎伊布萨吉丁"
    "司尼加那比扎克尔奴孙库尔班铁约甫玛赫苏居来提哈力姆朱胡阔孜巴特"
)
_FOREIGN_PARTS = (
    "扎西 洛桑 平措 卓玛 次仁 顿珠 格桑 达娃 尼玛 丹增 旦增 拉姆 央金 多吉 白玛 强巴 "
    "索朗 仁增 益西 德吉 普布 边巴 巴桑 米玛 曲珍 曲吉 旺堆 旺姆 贡布 加措 嘉措 坚赞 "
    "罗布 群培 桑珠 次旦 次旺 晋美 旺久 江村 江措 玉珍 措姆 卓嘎 拉珍 仓决 欧珠 嘎玛 "
    "桑杰 土登 阿旺 赤列 班觉 朗杰 旺扎 桑吉 才让 才旦 万玛 仁青 仁钦 斯琴 格日勒 "
    "巴特尔 其其格 高娃 托娅 图雅 娜仁 乌云 苏日 朝鲁 布和 巴图 哈斯 宝音 阿拉坦 满达 "
    "额尔 那日 萨仁 呼和 孟和 毕力格 吉雅 达来 乌日 塔娜 萨日娜 敖日 格乐 朝克 通拉嘎 "
    "其木格 琪琪格 青格 乐图 吉日 木图 苏和 呼斯楞 莫日根 恩和 牧仁 鄂尔 敦巴 苏荣 "
    "阿木尔"
)
_LONGEST_PARTS_FIRST = sorted(_FOREIGN_PARTS.split(), key=len, reverse=True)
_FOREIGN_NAME = re.compile(rf"(?:{'|'.join(_LONGEST_PARTS_FIRST)}){{2,3}}")
_PINYIN_NAME = re.compile(
    r"(?:姓名|名字|联系人|联络人|负责人|签收人|经办人|填报人|填表人|户名|持卡人|机主|"
    r"我叫|署名|落款|签名)(?:是|为|[:： ]){0,3}([A-Za-z][a-z]{1,7}"
    r"(?: ?[A-Za-z][a-z]{1,12}){0,2})(?![A-Za-z0-9@_.])"
)
_ENGLISH_NAME = re.compile(
    r"\b(?:I['’]m|I am|[Mm]y name is|[Cc]all me) (?!Chinese|English|In |Not |The |A )"
    r"([A-Z][a-z]{1,12}(?: [A-Z][a-z]{1,12}){0,2})(?![A-Za-z0-9@_.])"
)
_SURNAME_ALONE = re.compile(
    rf"(?:免贵|[我他她俺]|本人|有个|一个|那个|叫)姓({_ANY_COMPOUND}|"
    rf"[{COMMON_SURNAMES}])|姓({_ANY_COMPOUND}|[{COMMON_SURNAMES}])(?=的|"
    r"[，。,、；！ ]|$)"
)
# who wrote a line of a pasted talk: 李四(网格办) 10:33
_TALKER = re.compile(
    rf"(?:^|(?<=\n))[ >]{{0,2}}((?:{_ANY_COMPOUND}|[{COMMON_SURNAMES}{RARE_SURNAMES}])"
    r"[㐀-鿿]{1,2})(?:[(（【\[-][^()（）【】\[\]\n]{1,16}[)）】\]]?)? {0,3}"
    r"(?:(?:[昨今前]天|星期[一二三四五六日天]|周[一二三四五六日]|[上下]午|凌晨|晚上|"
    r"[0-9]{1,4}[-/.年月日]){1,4} ?){0,2}[0-9]{1,2}:[0-9]{2}(?![0-9])"
)
_LISTING = "、和跟与及"
_CALLED = re.compile(r"(?:叫|喊|唤|称)(?:她|他|我|作|做|一声)?$")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """plain[start:end], of which the first `family` characters are the surname."""

    start: int
    end: int
    family: int
    points: float


def find_names(text: Folded) -> Iterator[IdentifyingSpan]:
    """Names, the longest and surest first.

    Of 张主任 it is the surname alone, of 小李 both characters.
    """
    plain = text.plain
    full_names = list(_full_names(plain))
    for start, end in [
        *_foreign_names(plain),
        *(match.span(1) for match in _TALKER.finditer(plain)),
        *((name.start, name.end) for name in full_names),
        *_repeated_names(plain, full_names),
        *_surnames_with_title(plain),
        *_nicknames(plain),
    ]:
        yield text.span(start, end, "NAME")


def looks_named(mention: str) -> bool:
    """Whether a text begins with a surname and a character that parents choose."""
    surname = _SURNAME.match(mention)
    if surname is None:
        return False
    return mention[surname.end() : surname.end() + 1] in _GIVEN_CHARACTERS


def _full_names(plain: str) -> Iterator[_Candidate]:
    """Surname and given name; of overlapping candidates the one with most points."""
    best: list[_Candidate] = []
    for surname in _SURNAME.finditer(plain):
        # a compound such as 司马 hides the surname 司, never the other way round
        last_end = best[-1].end if best else -1
        candidates = _candidates(plain, surname.start(), len(surname[0]), last_end)
        likeliest = max(
            candidates, key=lambda name: (name.points, name.end), default=None
        )
        if likeliest is None or likeliest.points < ENOUGH:
            continue
        if last_end > likeliest.start:
            if best[-1].points >= likeliest.points:
                continue
            best.pop()
        best.append(likeliest)
    yield from best


def _candidates(
    plain: str, start: int, family: int, last_end: int
) -> Iterator[_Candidate]:
    """Names of two and of one character behind a surname.

    Args:
        family: characters of the surname.
        last_end: where the last name before ends; -1 for none.
    """
    label_points, points_before = _points_before(plain, start)
    is_listed = (
        label_points == 0
        and last_end == start - 1
        and plain[start - 1 : start] in _LISTING
    )
    if start > 0 and is_listed:
        points_before = 4
    if points_before <= -2 or _TITLE.match(plain, start + family):
        return
    is_labelled = label_points >= 4
    for given in (2, 1):
        end = start + family + given
        name = plain[start:end]
        is_whole = len(name) == family + given
        if not is_whole or not all(map(_HAN.match, name)):
            continue
        points = _points_of_shape(name, family, is_labelled) + points_before
        points += _points_after(plain, end)
        if is_labelled and _EDGE_AFTER.match(plain, end):
            points += 1.5  # a filled-in field ends here
        yield _Candidate(start, end, family, points)


def _points_before(plain: str, start: int) -> tuple[float, float]:
    """Points for what stands before, twice: as a label, and in all."""
    before = plain[max(0, start - 12) : start]
    if _FIELD_BEFORE.search(before):
        return 4, 4
    if _ROLE_BEFORE.search(before):
        return 2.5, 2.5
    if not before or _EDGE_BEFORE.search(before):
        return 0, 1
    if _JOINING_BEFORE.search(before):
        return 0, 1
    makes_a_word = before[-1] in WORD_BEGINNINGS.get(plain[start], ())
    return 0, -4 if makes_a_word else -1.5


def _points_after(plain: str, end: int) -> float:
    after = plain[end : end + 8]
    if _PLACE_AFTER.match(after):
        return -6
    if _SPEECH_AFTER.match(after):
        return 3
    if not after or _EDGE_AFTER.match(after) or _ACTION_AFTER.match(after):
        return 1
    return -0.5


def _points_of_shape(name: str, family: int, is_labelled: bool) -> float:
    """Points for how much the characters look like a name.

    Args:
        family: characters of the surname.
        is_labelled: a field such as 姓名 stands before.
    """
    surname = name[0]
    given = name[family:]
    is_doubled = given[0] == surname and not is_labelled  # 林林总总
    if is_doubled or given in (surname, "长"):  # 河长
        return -9
    points = _points_of_surname(surname, family, is_labelled)
    is_liked = all(char in _GIVEN_CHARACTERS for char in given)
    is_unlikely = any(char in _UNLIKELY_IN_NAMES for char in given)
    if is_unlikely and not is_liked:
        return points - 4 if is_labelled else -9
    points += 1 if is_liked else -1
    if len(given) == 2 and is_liked:
        points += 0.5
    if family > 1:
        return points + 1
    if surname in _WORDLIKE_SURNAMES:
        points -= 1
    if given[0] in WORD_ENDS.get(surname, ()):
        points -= 2.5 if len(given) == 1 else 1.5
    return points


def _points_of_surname(surname: str, family: int, is_labelled: bool) -> float:
    if family > 1 or surname in _COMMON_SURNAMES:
        return 0.5
    return -0.5 if is_labelled else -1.5


def _foreign_names(plain: str) -> Iterator[tuple[int, int]]:
    """Names of other tongues: 努尔兰·叶尔肯, 洛桑平措, and pinyin behind a label."""
    for dot in re.finditer(r"[·•・‧]", plain):
        start = dot.start()
        end = dot.end()
        while start > 0 and dot.start() - start < 7 and _is_sound(plain[start - 1]):
            start -= 1
        while end < len(plain) and end - dot.end() < 7 and _is_sound(plain[end]):
            end += 1
        if dot.start() - start >= 2 and end - dot.end() >= 2:
            yield start, end
    for match in _FOREIGN_NAME.finditer(plain):
        yield match.span()
    for pattern in (_PINYIN_NAME, _ENGLISH_NAME):
        for match in pattern.finditer(plain):
            yield match.span(1)


def _is_sound(char: str) -> bool:
    return char in _FOREIGN_SOUNDS


def _repeated_names(
    plain: str, full_names: list[_Candidate]
) -> Iterator[tuple[int, int]]:
    """Where a name found once stands again, whole or without its surname.

    The longest first.
    """
    if not full_names:
        return
    names = {plain[name.start : name.end] for name in full_names}
    whole = {
        name
        for name in names
        if len(name) > 2 or name[1] not in WORD_ENDS.get(name[0], ())
    }
    given = {
        plain[name.start + name.family : name.end]
        for name in full_names
        if name.end - name.start - name.family == 2
    }
    given = {name for name in given if all(map(_GIVEN_CHARACTERS.__contains__, name))}
    for start in range(len(plain)):
        for end in range(min(start + 5, len(plain)), start + 1, -1):
            is_name = plain[start:end] in whole
            if is_name and not _PLACE_AFTER.match(plain[end : end + 3]):
                yield start, end
        if plain[start : start + 2] in given and _stands_alone(plain, start, start + 2):
            yield start, start + 2


def _stands_alone(plain: str, start: int, end: int) -> bool:
    """Whether a given name is used as a name here.

    It is behind 叫, or as the subject of a clause.
    """
    before = plain[max(0, start - 4) : start]
    after = plain[end : end + 8]
    if _CALLED.search(before):
        return True
    acts = _SPEECH_AFTER.match(after) or _ACTION_AFTER.match(after)
    return bool(_EDGE_BEFORE.search(before) and acts)


def _surnames_with_title(plain: str) -> Iterator[tuple[int, int]]:
    """The surname before a position or an honorific."""
    for surname in _BEFORE_POSITION.finditer(plain):
        if not _is_word_with_what_precedes(plain, surname):
            yield surname.span()
    for surname in _BEFORE_HONORIFIC.finditer(plain):
        is_word = _is_word_with_what_precedes(plain, surname)
        if not is_word and not _begins_word(plain, surname):
            yield surname.span()
    for match in _SURNAME_ALONE.finditer(plain):
        yield match.span(match.lastindex or 0)
    for match in _BEFORE_SHORT_TITLE.finditer(plain):
        surname_char = match[1]
        following = plain[match.end() : match.end() + 1]
        if surname_char in _NO_SURNAME_BEFORE_TITLE:
            continue
        if following not in WORD_ENDS.get(surname_char, ()):
            yield match.span(1)


def _is_word_with_what_precedes(plain: str, surname: re.Match[str]) -> bool:
    """Whether a surname of one character rather ends or makes an ordinary word."""
    if len(surname[0]) > 1:
        return False
    preceding = plain[max(0, surname.start() - 1) : surname.start()]
    if plain[max(0, surname.start() - 2) : surname.start()] in _OUR:
        preceding = ""  # 俺那段书记 is "our secretary Duan", not "that stretch"
    if preceding in WORD_BEGINNINGS.get(surname[0], ()):
        return True
    is_preposition = surname[0] in _NO_SURNAME_BEFORE_TITLE
    return is_preposition and not _opens_clause(plain, surname)


def _begins_word(plain: str, surname: re.Match[str]) -> bool:
    """Whether a surname of one character makes a word with what follows."""
    following = plain[surname.end() : surname.end() + 1]
    return len(surname[0]) == 1 and following in WORD_ENDS.get(surname[0], ())


def _opens_clause(plain: str, surname: re.Match[str]) -> bool:
    """Whether a surname that is more often a word stands at the start of a clause.

    Prepositions do so, too, so they are left out.
    """
    before = plain[max(0, surname.start() - 1) : surname.start()]
    return surname[0] in "于单文时史管任" and bool(_EDGE_BEFORE.search(before))


def _nicknames(plain: str) -> Iterator[tuple[int, int]]:
    for match in _NICKNAME.finditer(plain):
        if _NO_NICKNAME.match(plain, match.start()):
            continue
        if _PLACE_AFTER.match(plain[match.end() : match.end() + 2]):
            continue
        pair = plain[match.end() - 1 : match.end() + 1]
        makes_a_word = len(pair) == 2 and pair[1] in WORD_ENDS.get(pair[0], ())
        following = plain[match.end() : match.end() + 3]
        if makes_a_word and not _ACTION_AFTER.match(following):
            continue
        yield match.span()
