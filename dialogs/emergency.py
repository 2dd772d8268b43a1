"""Somebody is or may be in danger: the number first, at any step, and no question
beside it. Afterwards care, and what was being written waits.
"""

from __future__ import annotations

import re
from typing import Any

from dialogs import looks
from dialogs.assent import assents
from dialogs.looks import button
from dialogs.meaning.emergencies import danger
from dialogs.plain import plain_word
from dialogs.talk import WRITE_IN_TOO, Aside, Heard, Turn
from dialogs.texts import phrase
from dialogs.understand.spelling import normal
from dialogs.words import Button, Read

ALARMS = {
    "120": "请马上打 120：说清在哪里、几个人、怎么了。先别挂，开免提，"
    "照电话里教的做。\n"
    "叫不应、也没有呼吸的，马上按压胸口，等救护车来。您只管顾人，这边不急。",
    "119": "请先离开危险的地方，再打 119：说清在哪里、什么情况、有没有人被困。\n"
    "闻到燃气别碰开关，出了门再打电话；有人落水、被埋，别自己下去。这边不急。",
    "110": "请马上打 110：说清在哪里、正在发生什么。先顾好自己和旁人，别硬拦，"
    "也别激他。\n"
    "不方便出声，可以发短信到 12110，写清地点。这边不急。",
    "12356": "听您这么说，您心里一定很难。请别一个人扛着：现在就可以打 12356，"
    "有人愿意听您慢慢说；打不通，就打 120 或 110。\n"
    "要是马上会伤到自己，先打 120，再叫身边的人过来陪您。您刚才的话没有交给任何人。",
}
for _number, _told in ALARMS.items():
    looks.message(f"emergency.{_number}", _told, "emergency")
phrase("care.called", "好，先顾人。这边不急，想接着说的时候，说一声就行。")
phrase("care.over", "那就好，您也歇口气。刚才说的事，要接着反映吗？")
phrase("care.over_empty", "那就好，您也歇口气。想反映什么事时，直接说一句话就行。")
phrase(
    "care.heard",
    "我在听。想找人说说，可以打 12356；身边有信得过的人，也叫他来陪陪您。",
)
phrase(
    "care.grief",
    "听到这个，很难过。您先顾好自己，这边什么都不急；想找人说说，可以打 12356。",
)
phrase("care.waits", "好，先放着。写的内容再留{hours}小时，想接着写说一声就行。")
RESUME = button("resume", "接着写", role="main")
OVER = re.compile(
    r"(?:送|到|进)(?:了)?(?:医院|急诊|卫生院)|醒(?:了|过来)|没(?:事|大碍|危险)了?$|没事了|人没事"
    r"|^(?:我|人)?没(?:啥|什么)?事(?!也|就|还|都|要|情)|开(?:个)?玩笑|说着玩|就是说说|随口(?:一)?说"
    r"|救(?:下|出|上)来|稳(?:定|住)了|(?:灭|控制住)了|扑灭|脱险|平安|缓过来|缓过气"
    r"|找(?:到|着)了|劝(?:下|回)来|抓(?:住|走)了|虚惊|处理(?:好|完)了|接走了"
)
GRIEF = re.compile(
    r"没(?:能)?(?:救|抢救)(?:过|回)来|抢救无效|人(?:没|走|不在)了|去世|过世|不行了"
)
CALLED = re.compile(
    r"打了|打过(?:电话)?了|打通|打(?:了|完)电话|叫了|报了?警|在路上|路上了|快到了|来了|救护车|消防车|警察|好的?$"
    r"|知道了|谢|嗯|马上打|正在打"
)
GOES_BACK = re.compile(r"(?:接着|继续)(?:说|写|报|讲|反映)|说(?:回|正事)|言归正传")
LEAD = re.compile(
    r"^(?:报|继续|[^,，。]{0,8}(?:接着|继续)[写说报讲][吧]?|接着|好[的吧]?|嗯+|要|是的?|行)"
    r"[,，。.、！! ]+(?=..)"
)
ASKED = "over"  # the alarm is over, and it was asked whether to go on
GO_ON = (
    "报",
    "继续",
    "接着",
    "接着写",
    "接着报",
    "好",
    "好的",
    "要",
    "是",
    "嗯",
    "行",
    "可以",
)
NOT_NOW = (
    "不",
    "不了",
    "先不",
    "先不写",
    "先不用",
    "等等",
    "晚点",
    "算了",
    "不用",
    "不报了",
)
GO_ON_AT_ONCE = ("继续", "接着写", "继续写", "接着报", "送", "送出", "发", "提交")
ASK_TO_STOP = ("stop", "drop")  # steps
SMALL = ("unclear", "hurry", "social", "yes")  # intents of a word in between
CARE_AT_MOST = 60  # characters: who tells more goes on with the report
WORD_AT_MOST = 24  # characters of a word in between; more may be worth writing in


def sound_alarm(turn: Turn[Any], heard: Heard) -> None:
    """The number, and what to do; the words wait beside the draft, and one tap writes
    them in.
    """
    number = heard.meaning.args.get("number", "120")
    turn.talk.alarm = number
    can_write = turn.talk.dialog.write is not None
    if can_write:
        turn.talk.aside = Aside(heard.words)
    turn.say(f"emergency.{number}", *([WRITE_IN_TOO] if can_write else []))


def takes_care(turn: Turn[Any], heard: Heard) -> bool:
    """Whether these words still belong to the emergency that was told; then they are
    answered with care. If not, the talk goes on from here.
    """
    words = heard.words
    is_over = len(words) <= CARE_AT_MOST and OVER.search(words)
    is_new = heard.meaning.intent == "emergency" and not _says_who_comes(words)
    if is_new and not is_over:
        return False
    if turn.talk.alarm == ASKED:
        return _goes_on(turn, heard)
    is_told = len(words) <= CARE_AT_MOST
    is_small = heard.meaning.intent in SMALL or assents(plain_word(words))
    if is_told and GRIEF.search(words):
        turn.talk.alarm = ""
        turn.say("care.grief", *_beside(turn, heard))
    elif is_over:
        _glad(turn, heard)
    elif plain_word(words) in GO_ON_AT_ONCE or _is_a_report(turn, words):
        turn.talk.alarm = ""
        return False
    elif turn.talk.alarm == "12356" and heard.meaning.intent in ("add", "answer"):
        turn.talk.aside = Aside(words)
        turn.say("care.heard", WRITE_IN_TOO)
    elif is_small or (len(words) <= WORD_AT_MOST and CALLED.search(words)):
        turn.say("care.called", *_beside(turn, heard))
    else:
        turn.talk.alarm = ""
        return False
    return True


def _says_who_comes(words: str) -> bool:
    """Whether words only say that help was called or is on its way."""
    is_short = len(words) <= WORD_AT_MOST and CALLED.search(words)
    return bool(is_short) and not danger(normal(words))


def _is_a_report(turn: Turn[Any], words: str) -> bool:
    """Whether the words tell of a burden, clearly enough to be taken for a report."""
    understood = turn.look(Read(words.strip())).understood
    return understood.clear and understood.in_scope and understood.unit is not None


def _beside(turn: Turn[Any], heard: Heard) -> list[Button]:
    """Buttons under words of care: to go on, and, where more than a word was said, to
    write that in.
    """
    buttons = [RESUME] if turn.talk.unsent else []
    if len(heard.words) > WORD_AT_MOST and turn.talk.dialog.write is not None:
        turn.talk.aside = Aside(heard.words)
        buttons.append(WRITE_IN_TOO)
    return buttons


def _glad(turn: Turn[Any], heard: Heard) -> None:
    if turn.talk.unsent:
        turn.talk.alarm = ASKED
        turn.say("care.over", *_beside(turn, heard))
    else:
        turn.talk.alarm = ""
        turn.say("care.over_empty", *_beside(turn, heard))


def _goes_on(turn: Turn[Any], heard: Heard) -> bool:
    """The answer to whether to go on; whatever else is said is heard as it is."""
    word = plain_word(heard.words)
    turn.talk.alarm = ""
    if word in GO_ON:
        turn.prompt()
    elif word in NOT_NOW:
        turn.say("care.waits", hours=turn.hours_left)
    else:
        return False
    return True


def resume(turn: Turn[Any]) -> None:
    """Back to what was being written when somebody came to be in danger, or when it was
    asked whether to stop.
    """
    turn.talk.alarm = ""
    turn.tapped = False
    if turn.step.name in ASK_TO_STOP:
        turn.talk.move("back")
    turn.prompt()


def goes_back(words: str) -> bool:
    """Whether somebody says that what was to be reported goes on."""
    return GOES_BACK.search(words) is not None


def without_lead(words: str) -> str:
    """What goes on with a report, without the yes that it begins with."""
    return LEAD.sub("", words)
