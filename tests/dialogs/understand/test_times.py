"""When, how often, since when: in the words of the sentence, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.understand import understand
from dialogs.understand.spelling import normal
from dialogs.understand.times import find_when

TOLD = (
    ("每个月5号、15号、25号各要一张表", "每个月5号、15号、25号"),
    ("一个月两次", "一个月两次"),
    ("半年考一次改成一个月考一次", "一个月考一次"),
    ("天天打卡", "天天"),
    ("上半年就没断过", "上半年"),
    ("从国庆前到现在", "从国庆前到现在"),
    ("每周一三五都要去开会", "每周一三五"),
    ("每周一次，一报半天", "每周一次"),
    ("不对，是每周六次", "每周六次"),
    ("每星期三四遍地催", "每星期三四遍"),
    ("每周六上午加班", "每周六上午"),
    ("昨晚十一点发的通知", "昨晚十一点"),
    ("周一周三周五都有，枫桥社区", "周一周三周五"),
    ("一学期要两回", "一学期要两回"),
    ("借到指挥部快两年了，工资还是村里发", "快两年"),
    ("一个月要报二十条隐患，报少了扣绩效", "一个月要报二十条"),
    ("写一年零四个月", "一年零四个月"),
    ("不对，是上上个月底", "上上个月底"),
    ("同一份台账每周报五次", "每周报五次"),
    ("街道要求我们每天上传照片不少于12张", "每天上传照片不少于12张"),
    ("督查组半个月来了五趟", "半个月来了五趟"),
    ("每天早上七点四十线上晨会", "每天早上七点四十"),
    ("一天仨会受不了", "一天仨会"),
    ("一天三个会", "一天三个会"),
    ("三天一报，五天一评", "三天一报"),
    ("半个月一次的检查", "半个月一次"),
    ("隔三差五就来查", "隔三差五"),
    ("三天两头来人参观", "三天两头"),
    ("每逢周四晚上开夜校", "每逢周四晚上"),
    ("每到月底就催", "每到月底"),
    ("每月底交十一张表", "每月底"),
    ("每季度都要交总结", "每季度"),
    ("每两周换一次标语", "每两周换一次"),
    ("每隔三天查一遍", "每隔三天查一遍"),
    ("每小时读一次数", "每小时"),
    ("一周报三次材料", "一周报三次"),
    ("一年签两回责任书", "一年签两回"),
    ("今年以来收了一百多份文", "今年以来"),
    ("去年国庆就开始了", "去年国庆"),
    ("上周三下午开到天黑", "上周三下午"),
    ("10月12号来的检查组", "10月12号"),
    ("九月份检查了十四次", "九月份"),
    ("两个月前抽走的，人还没回来", "两个月前"),
    ("连续三周周末加班", "连续三周"),
    ("被借走三年了", "三年"),
    ("两年没断过", "两年"),
    ("半年多了还不还人", "半年多"),
    ("最近半个月来了九拨人", "半个月来了九拨"),
    ("本周连开五晚", "本周"),
    ("前几天又来了", "前几天"),
    ("今晚就要交", "今晚"),
    ("凌晨两点拉我们点验", "凌晨两点"),
    ("周一到周五天天开会", "周一到周五"),
    ("早晚各一次打卡", "早晚各一次"),
    ("每天都要回“收到”", "每天"),
    ("每人每天必须上报八条", "每天必须上报八条"),
    ("每周二、周四要去镇里", "每周二、周四"),
    ("星期六还要开会", "星期六"),
    ("逢年过节都要慰问拍照", "逢年过节"),
    ("国庆七天没休息", "国庆"),
    ("从去年三月起要双份", "从去年三月起"),
    ("打今年春节起就没歇过", "打今年春节起"),
    ("自9月以来报了六遍", "自9月以来"),
    ("每個月都要重填一遍", "每個月都要重填一遍"),
    ("下周三之前要四十份问卷", "下周三"),
    ("明早八点前交", "明早八点前"),
    (
        "The subdistrict office makes us fill in the same form five times a week",
        "five times a week",
    ),
    ("we have a meeting every day", "every day"),
    ("seconded since March", "since March"),
    ("一户一周一填", "一周一填"),
    ("一天一拍，比病人来得勤", "一天一拍"),
    ("发言提纲三天改五次", "三天改五次"),
    ("要我们按月报增减", "按月"),
    ("书记一周有四天在开会", "一周有四天"),
    ("镇指挥部抽两名村干部，到现在八个月", "到现在八个月"),
    ("一抽半年，回来位置没了", "半年"),
)
IDLE = (
    "一天能干完的活",
    "领导要来了，赶紧打扫",
    "讲话讲了两个小时",
    "我们社区六十七个人",
    "今年六十七了还在填表",
    "一年级的小朋友也来献花",
    "干了八年社区工作",
    "第一天上班就填表",
    "三八妇女节活动要摆拍",
    "一周岁以下的孩子也要登记",
    "表格一共十二栏",
    "星期天气预报牌子也要挂",
    "电梯困人一小时",
    "每户都要签字",
    "每人两套制服",
    "一半时间在路上",
    "三月三歌圩要我们去站台",
    "墙上挂了三十多块牌子",
    "年轻人都走了",
    "领导说年年有余",
    "一个月下来居民认不得几个",
    "我们小区安静得很，一个月也没有一件事",
    "一年一个亿的招商任务",
    "废品站一家一表",
)


@pytest.mark.parametrize(("text", "when"), TOLD)
def test_a_time_or_a_frequency_is_told_in_the_writers_words(
    text: str, when: str
) -> None:
    """How often comes before since when, that before how long, that before a date."""
    assert understand(text).when == when


@pytest.mark.parametrize("text", IDLE)
def test_an_idle_number_of_days_is_no_time(text: str) -> None:
    """What a thing takes, an age, a day's name or a turn of speech tells no time."""
    assert understand(text).when is None


@given(st.text(alphabet="每周一三五天个月两次从去年到现在点半的0123, a"))
def test_what_is_found_stands_in_the_text(text: str) -> None:
    """Any string is read, and the span lies in it."""
    found = find_when(normal(text))
    assert found is None or 0 <= found[0] < found[1] <= len(text)
