"""Whatever is typed is in the report, or did something that is named to the person, or
was answered. And nothing is sent that its reporter has not seen.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from dialogs import draft
from dialogs.talk import Answers
from dialogs.words import Button, File, Retaliation, Say
from tests.dialogs.chat import Chat

REPORTS = (
    "清河街道要求我们银杏社区同一份台账每周报五次",
    "上个月我们街道开了十三次会，两次超过三个钟头",
    "民政局要村里开健在证明，一个月两回",
    "我家楼上漏水，物业不管",
    "书记让我们随礼五百还要登记",
    "一是台账每天报三遍，二是民政局让我们社区开无犯罪记录证明",
    "又是表",
)
PIECES = (
    "而且每次都要拍照上传",
    "领导回一句“算了，照办”",
    "我们就两个人管这条线",
    "连着熬了四个通宵",
    "手机还得上交",
    "今晚还要干",
    "昨天又来催了一遍，说不交就扣绩效",
    "另外还有一件事，教育局要我们替学校收表",
    "they make us fill in the same form five times a week",
)
WISHES = (
    "可以了",
    "没问题 发吧",
    "等下，不是街道办，是区里的卫健局喊的",
    "十一次，刚翻了下记录",
    "第二张图不要了",
    "把清河两个字去掉",
    "不要写小周",
    "社区名也别写，写街道就行",
    "写得笼统点",
    "下个月再交行不行",
    "别让县考核办看到",
    "可以了 对了单位是民政局",
    "算了",
    "那我再想想",
    "都删了吧 一个字别留",
    "先存着",
    "单位：街到办",
    "退回去",
    "选第一个",
    "是的",
    "不用",
)
ASKS_STATUS = "查进展"  # answered by the question for the receipt, however often
ASIDES = (
    "你是机器人吧",
    "会不会查到我",
    "一般多久有结果",
    "刚才写的还在吗",
    "有人吗 快点呗",
    "谢谢啊",
    "傻机器人",
    "😅😅",
    "99",
    "，，，",
    "小周倒了 喊他不应 手冰凉",
    "打了打了 在来的路上",
    "人送医院了，醒了",
    "不想活了",
    "帮助",
    ASKS_STATUS,
)
WORDS = st.sampled_from([*REPORTS, *PIECES, *WISHES, *ASIDES]) | st.text(max_size=30)


class NothingIsLost(RuleBasedStateMachine):
    """One chat in which anybody says and taps anything."""

    def __init__(self) -> None:
        super().__init__()
        self.chat = Chat()
        self.seen = ""  # the text as the last preview showed it

    @rule(words=WORDS)
    def says(self, words: str) -> None:
        before = (self.chat.step, self.offered())
        self.chat.says(words)
        kept = words.strip() in self.written()
        acted = any(not isinstance(one, Say) for one in self.chat.last)
        welcomed = self.chat.talk is None and bool(self.chat.messages)
        told = welcomed or [one for one in self.chat.messages if not one.mark]
        moved = (self.chat.step, self.offered()) != before or words == ASKS_STATUS
        assert kept or acted or told or moved, "neither kept, nor done, nor answered"
        self.look()

    @precondition(lambda self: self.buttons())
    @rule(data=st.data())
    def taps(self, data: st.DataObject) -> None:
        button = data.draw(st.sampled_from(self.buttons()))
        mark = next(
            one.mark for one in self.chat.messages[::-1] if button in one.buttons
        )
        self.chat.presses(button.choice, mark)
        assert self.chat.messages, "a tap is answered"
        self.look()

    @rule()
    def shows_a_picture(self) -> None:
        self.chat.shows()
        self.look()

    def buttons(self) -> list[Button]:
        return [one for said in self.chat.messages for one in said.buttons]

    def offered(self) -> list[str]:
        return [button.choice for button in self.buttons()]

    def written(self) -> str:
        """All that is kept of what was written, wherever it waits."""
        talk = self.chat.talk
        if talk is None:
            return ""
        answers: list[Answers] = [talk.answers]
        if talk.under is not None:
            answers.append(talk.under.answers)
        drafts = [one for one in answers if isinstance(one, draft.DraftAnswers)]
        names = ("unit", "place", "when", "keep_from")
        fields = [str(getattr(one, name, "")) for one in drafts for name in names]
        aside = talk.aside.words if talk.aside else ""
        doubt = talk.doubt.words if talk.doubt else ""
        texts = [one.text for one in drafts]
        return "\n".join([*texts, *fields, aside, doubt, talk.later])

    def look(self) -> None:
        """What was sent in this turn is what the last preview showed, masks and all."""
        for action in self.chat.last:
            if isinstance(action, File | Retaliation):
                assert action.text == self.seen
        for message in self.chat.messages:
            if message.name == "preview":
                self.seen = str(message.params["masked"])


NothingIsLost.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
test_nothing_is_lost = NothingIsLost.TestCase
