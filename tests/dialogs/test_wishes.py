"""What people really type while a report is being written, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialogs.meaning import Intent
from dialogs.talk import Doubt
from dialogs.words import DropPictures, File
from tests.dialogs.chat import NOON, Chat

CLEAR = "清河街道要求我们银杏社区同一份台账每周报五次"
MEETINGS = "上个月我们街道开了十三次会，两次超过三个钟头"


def chat_with(*words: str) -> Chat:
    chat = Chat()
    chat.says(*words)
    return chat


def told(chat: Chat) -> list[str]:
    return [message.name for message in chat.messages]


# ── assent, and choosing ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    ["可以了", "确定", "提交", "好的", "没问题", "ok", "是", "一", "第一个", "送出吧"],
)
def test_assent_at_the_preview_sends(words: str) -> None:
    chat = chat_with(CLEAR, words)
    [filed] = chat.filed
    assert filed.text == CLEAR


@pytest.mark.parametrize("words", ["第一个", "一", "选1"])
def test_the_first_category_is_chosen_in_words(words: str) -> None:
    chat = chat_with("他们天天搞我们")
    assert chat.step == "category"
    first = chat.draft.answers.codes[0]
    chat.says(words)
    assert (chat.step, chat.draft.answers.category) == ("preview", first)


def test_a_clear_sentence_needs_two_messages() -> None:
    assert chat_with(CLEAR, "可以了").filed


# ── corrections ───────────────────────────────────────────────────────────────────────


def test_the_old_unit_goes() -> None:
    chat = chat_with(
        MEETINGS,
        "单位：街到办",
        "等下，不是街道办，是区里的卫健局喊的",
        "十一次，刚翻了下记录",
    )
    shown = chat.messages[-1].params["masked"]
    assert "十一次" in shown and "十三" not in shown
    assert "两次超过三个钟头" in shown
    chat.says("可以了")
    [filed] = chat.filed
    assert filed.unit is not None and "卫健局" in filed.unit
    for gone in ("十三", "街道办", "街到办"):
        assert gone not in filed.text + filed.unit


def test_a_correction_is_told_and_one_tap_undoes_it() -> None:
    chat = chat_with(MEETINGS, "十一次，刚翻了下记录")
    assert told(chat) == ["understood", "preview"]
    chat.presses("write_in", "")
    text = chat.draft.answers.text
    assert text == f"{MEETINGS}\n十一次，刚翻了下记录"


def test_a_change_that_comes_with_assent_is_shown_before_it_is_sent() -> None:
    chat = chat_with(CLEAR, "可以了 对了单位是民政局")
    assert chat.filed == []
    assert "责任单位：民政局" in chat.screen


def test_fields_go_with_the_words_they_came_from() -> None:
    chat = chat_with(CLEAR, "改文字", "每个星期都要重复报台账")
    assert chat.draft.answers.unit is not CLEAR
    assert "责任单位：未填" in chat.screen
    assert "地点：未填" in chat.screen


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("街道每个月5号、15号、25号各要一张表", "每个月5号、15号、25号"),
        ("街道让我们一个月两次报同样的台账", "一个月两次"),
        ("街道要我们天天打卡签到", "天天"),
    ],
)
def test_how_often_is_understood(words: str, when: str) -> None:
    chat = chat_with(words)
    assert when in (chat.draft.answers.when or "")


# ── taking out ────────────────────────────────────────────────────────────────────────


def test_the_second_picture_goes_and_the_others_keep_their_order() -> None:
    chat = chat_with(CLEAR)
    for id in ("aa", "bb", "cc"):
        chat.shows(id * 16)
    chat.says("第二张图不要了")
    assert DropPictures(("bb" * 16,)) in chat.done
    assert [one.id[:2] for one in chat.draft.answers.pictures] == ["aa", "cc"]


def test_a_sentence_is_struck_by_words() -> None:
    chat = chat_with(CLEAR, "写的人怕是没出过办公室")
    chat.says("我上面那句牢骚不算")
    assert chat.draft.answers.text == CLEAR


def test_a_name_that_was_said_is_struck_with_its_sentence() -> None:
    chat = chat_with(f"{CLEAR}。我叫顾小满", "把我刚才名字那句删掉")
    assert "顾小满" not in chat.draft.answers.text
    assert "五次" in chat.draft.answers.text


# ── leaving ───────────────────────────────────────────────────────────────────────────


def test_giving_up_is_asked_once() -> None:
    chat = chat_with(CLEAR, "算了")
    assert chat.step == "cancel"
    chat.says("删了吧")
    assert chat.talk is None
    chat.says("刚才写的还在吗")
    assert told(chat) == ["about.not_there"]


def test_it_can_be_kept_for_a_while() -> None:
    chat = chat_with(CLEAR, "算了", "先存着")
    assert chat.step == "preview"
    assert chat.draft.answers.text == CLEAR


@pytest.mark.parametrize("words", ["那我再想想", "我再想想", "再考虑考虑吧"])
def test_who_wants_to_think_is_not_reminded_and_soon_forgotten(words: str) -> None:
    """Nothing is asked, either: a yes to it would throw the words away."""
    chat = chat_with(CLEAR, words)
    assert told(chat) == ["cancel.hesitates"]
    assert chat.step == "preview"
    assert chat.draft.reminded
    assert chat.draft.expires <= (NOON + timedelta(hours=3)).timestamp()


def test_who_wants_to_think_before_writing_leaves_nothing() -> None:
    assert chat_with("那我再想想").talk is None


# ── not yet, not for everybody, not so plain ──────────────────────────────────────────


def test_it_is_handed_in_a_month_later() -> None:
    chat = chat_with(CLEAR, "能不能过一个月再交上去，现在交就知道是我")
    assert chat.step == "hold"
    chat.presses("until:send")
    [filed] = chat.filed
    assert filed.hold is not None
    assert filed.hold.unless == "send"
    assert told(chat) == ["filed_held"]


def test_a_unit_may_not_see_it() -> None:
    chat = chat_with(CLEAR, "别让县考核办的人看到")
    assert "不给看：" in chat.screen
    chat.says("送出")
    assert "县考核办" in "".join(chat.filed[0].keep_from)


def test_a_level_without_its_name_is_wide_enough() -> None:
    """What was said to say it is no name of a place."""
    told_of = "区里要我们平湖路社区一个礼拜报两张表"
    chat = chat_with(told_of, "社区名也别写，写街道就行")
    assert "区名也别" not in chat.screen
    chat.says("送出")
    [filed] = chat.filed
    assert filed.place == "街道"
    assert "平湖路" not in filed.text


def test_a_level_is_not_written_wider_and_no_word_of_it_changes() -> None:
    chat = chat_with(
        "俺们乡里头叫俺们一个塘一本台账", "俺村叫柳树湾 别写俺村名", "送出"
    )
    [filed] = chat.filed
    assert (filed.text, filed.unit) == ("俺们乡里头叫俺们一个塘一本台账", "乡里")


def test_the_place_is_written_wider() -> None:
    chat = chat_with(CLEAR, "社区名也别写，写街道就行")
    chat.says("送出")
    [filed] = chat.filed
    assert filed.place == "清河街道"
    assert "银杏" not in filed.text


def test_who_gives_himself_away_is_warned_with_a_wider_wording() -> None:
    chat = chat_with(CLEAR, "我们就两个人管这条线")
    assert "容易让人猜到是您" in chat.screen
    chat.presses("wider")
    assert "两个人" not in chat.draft.answers.text
    assert "容易让人猜到是您" not in chat.screen


# ── more than one matter ──────────────────────────────────────────────────────────────


def test_several_matters_are_offered_apart() -> None:
    chat = chat_with("一是台账每天要报三遍，二是民政局让我们社区开无犯罪记录证明")
    assert chat.step == "several"
    chat.says("分开反映")
    assert chat.draft.answers.text == "台账每天要报三遍"
    assert chat.draft.later == "民政局让我们社区开无犯罪记录证明"
    chat.says("送出")
    assert told(chat) == ["filed", "later.now"]


def test_another_matter_is_asked_about_and_waits() -> None:
    other = "另外还有一件事，教育局让我们替学校收贫困生的表"
    chat = chat_with(CLEAR, other)
    if chat.step == "doubt" or chat.draft.doubt:
        chat.presses("meant")
    assert chat.draft.later == other
    assert other not in chat.draft.answers.text


@pytest.mark.parametrize(
    ("intent", "kept"), [("correct", True), ("hold_back", True), ("cancel", False)]
)
def test_who_tells_on_instead_of_answering_tells_a_story(
    intent: Intent, kept: bool
) -> None:
    """What may have been a piece of it is written in; what would end it is not, and
    that is said.
    """
    chat = chat_with(CLEAR)
    chat.draft.doubt = Doubt("算上周末二十次", intent)
    chat.says("每次都要两个小时")
    assert ("算上周末二十次" in chat.draft.answers.text) is kept
    assert chat.draft.answers.text.endswith("每次都要两个小时")
    assert told(chat) == (["preview"] if kept else ["doubt.left", "preview"])


@pytest.mark.parametrize("words", ["写上", "是要写进去的", "没错啊 算上周末二十次"])
def test_it_is_written_in_however_it_is_asked_for(words: str) -> None:
    chat = chat_with(CLEAR)
    chat.draft.doubt = Doubt("算上周末二十次", "correct")
    chat.says(words)
    assert chat.draft.answers.text == f"{CLEAR}\n算上周末二十次"


@pytest.mark.parametrize("words", ["嗯", "好", "是的", "可以了"])
def test_a_yes_to_one_of_two_is_asked_again(words: str) -> None:
    chat = chat_with(CLEAR)
    chat.draft.doubt = Doubt("就我一个人干", "hold_back")
    chat.says(words)
    assert told(chat) == ["doubt.again", "doubt"]


def test_nothing_is_sent_before_it_is_seen_without_the_words_in_question() -> None:
    chat = chat_with(CLEAR)
    chat.draft.doubt = Doubt("不是五次", "correct")
    chat.says("送出")
    assert told(chat) == ["doubt.left", "preview"] and not chat.filed


def test_what_names_no_category_tells_more_and_is_asked_about_once() -> None:
    """Then the likeliest is taken, to be seen and changed."""
    chat = chat_with("他们又来新名堂了")
    assert chat.step == "category"
    chat.says("M")
    assert chat.step == "preview"
    assert chat.draft.answers.text == "他们又来新名堂了\nM"


def test_what_was_refused_is_left_behind() -> None:
    chat = chat_with("我家楼上漏水，物业不管，请帮忙协调", "返回", CLEAR)
    assert chat.draft.answers.text == CLEAR


# ── one good question ─────────────────────────────────────────────────────────────────


NIGHTS = "街道创建办要样板墙，我们连着熬了四个通宵"


@pytest.mark.parametrize(
    ("answers", "urgent"),
    [
        (["是街道创建办盯的"], False),
        (["今晚还要干"], True),
        (["不用了，做完了"], False),
        (["是街道创建办盯的", "今晚还要干"], True),
    ],
)
def test_night_work_is_urgent_only_where_it_is_said_to_go_on(
    answers: list[str], urgent: bool
) -> None:
    """Words that do not answer it leave the question open."""
    [filed] = chat_with(NIGHTS, *answers, "送出").filed
    assert filed.urgent is urgent


def test_night_work_is_asked_about_once_and_makes_it_urgent() -> None:
    chat = chat_with("街道创建办要样板墙，我们连着熬了四个通宵")
    if chat.step == "category":
        chat.says("1")
    assert "还要接着干吗" in chat.screen
    chat.says("今晚还要干")
    assert "加急" in chat.screen
    assert "还要接着干吗" not in chat.screen
    chat.says("可以了")
    assert chat.filed[0].urgent


def test_an_answer_that_says_more_is_written_in() -> None:
    chat = chat_with("就是考核", "镇里半年考一次改成一个月考一次", "送出")
    [filed] = chat.filed
    assert "镇里半年考一次改成一个月考一次" in filed.text


def test_a_question_may_be_passed_by() -> None:
    chat = chat_with("让我们同一份台账报了又报，天天如此")
    chat.says("可以了")
    assert isinstance(chat.done[-2], File) or chat.filed


# ── in which language ─────────────────────────────────────────────────────────────────


def test_chinese_is_answered_in_chinese() -> None:
    chat = chat_with("English", CLEAR)
    assert "请看一眼" in chat.screen


# ── emergencies ───────────────────────────────────────────────────────────────────────

DANGERS = {
    "小周倒了 喊他不应 手冰凉": "120",
    "开会时有人胸痛大汗": "120",
    "检查组刚走，王姐在办公室昏过去了": "120",
    "有个居民站在楼顶要跳楼": "110",
    "不想活了": "12356",
}


@pytest.mark.parametrize("words", DANGERS)
@pytest.mark.parametrize("before", [(), ("他们天天搞我们",), (CLEAR,), (CLEAR, "单位")])
def test_the_number_comes_first_at_any_step(
    words: str, before: tuple[str, ...]
) -> None:
    chat = chat_with(*before, words)
    assert told(chat) == [f"emergency.{DANGERS[words]}"]
    assert chat.filed == []


def test_afterwards_the_draft_waits() -> None:
    chat = chat_with(
        CLEAR, "小周倒了 喊他不应 手冰凉", "打了打了 在来的路上", "人送医院了，醒了"
    )
    assert told(chat) == ["care.over"]
    chat.says("接着写")
    assert chat.draft.answers.text == CLEAR


@pytest.mark.parametrize("words", ["有人看了吗", "请放心，已经在办了"])
def test_these_are_no_emergency(words: str) -> None:
    chat = chat_with(CLEAR, words)
    assert not [name for name in told(chat) if name.startswith("emergency")]


def test_the_next_sentence_under_a_signpost_is_heard_afresh() -> None:
    """Where it says who wants what, though not of which kind that is."""
    chat = chat_with("我家楼上漏水，物业不管")
    assert chat.step == "signpost"
    chat.says("还有个事，社区让我们楼组长每个月交一本走访台账，二十页，说区里要检查")
    assert chat.step in ("category", "preview")
    assert "漏水" not in chat.draft.answers.text


def test_an_urgent_report_is_told_what_follows() -> None:
    chat = chat_with(NIGHTS, "今晚还要干", "送出")
    assert "2小时内到场或到线，当天出结果" in chat.screen
