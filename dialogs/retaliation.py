"""Somebody suffers, or is hunted, for what was reported: met with care, and offered as
a matter of its own that supervisors alone see. It is never filed into the open case.
"""

from __future__ import annotations

import re
from typing import Any

from dialogs import draft
from dialogs.looks import button
from dialogs.report.filing import send
from dialogs.report.leaving import give_up
from dialogs.report.reading import take_picture, take_text, write
from dialogs.report.table import ReportAnswers, ReportState, ReportTurn
from dialogs.status.story import put_by
from dialogs.status.table import kept
from dialogs.talk import Heard, Step, Turn
from dialogs.texts import phrase
from dialogs.words import Button, Hide

# ── which words say so ────────────────────────────────────────────────────────────────

ME = r"(?:我|俺|咱|我们|俺们|本人)"
TOLD = (
    r"(?:反映|举报|告|告状|告的状|上报|投诉|捅|打小报告"
    r"|打(?:了)?[^，,。]{0,6}(?:热线|专线|电话))"
)
HARM = (
    r"(?:调走|调离|调岗|换岗|撤职|撤了|免职|免了|停职|停了|降职|记过|处分|开除|辞退"
    r"|扣了?|不给(?:评|发|批)|针对|刁难|排挤|孤立|为难|整我|收拾|点名|批评|骂|约谈"
    r"|谈话|加活|派活|穿小鞋|冷落)"
)
BOSS = r"(?:他们|领导|主任|书记|站长|镇长|所长)"
WITHIN = "[^，,。；;]"  # one clause
WAYS = (
    # it is said that it was me
    rf"(?:说|怀疑|认定|一口咬定|猜|知道|查出|传)(?:了|就|都|到)?是?{WITHIN}{{0,3}}{ME}{TOLD}的?",
    rf"是{ME}(?:去|给)?{TOLD}的",
    # made to feel it
    rf"(?<!怕)(?<!会)(?:被|给[我俺]|让[我俺]|老|天天|开始|故意|挨){WITHIN}{{0,4}}"
    r"穿(?:了|起了?)?(?:双|只)?小鞋",
    r"穿(?:了|上了?)?(?:双|只)?小鞋了",
    rf"(?:因为|由于|就为|为了|自从|自打|打从)[^。；;]{{0,6}}{TOLD}[^。；;]{{0,16}}{HARM}",
    rf"{HARM}[^。；;]{{0,12}}(?:因为|由于|就为|为的是|说是|怪)[^。；;]{{0,6}}{ME}?"
    rf"[^。；;]{{0,3}}{TOLD}",
    rf"(?:被|遭到?|受到?|挨了?){BOSS}?(?:打击)?报复了?",
    rf"{BOSS}{WITHIN}{{0,6}}(?:打击报复|报复我|秋后算账|找我算账)",
    # hunted for it
    r"(?:在|正在?|到处|挨个|一个个|都在|开会)(?:追查|查|追|找|问|打听|盘问|排查|摸底?|揪)"
    rf"{WITHIN}{{0,3}}(?:谁|哪个|啥人|什么人){WITHIN}{{0,4}}"
    rf"(?:{TOLD}|说出去|报的|写的|漏)",
    rf"(?:会上|当面|单独|挨个|点着名){WITHIN}{{0,3}}(?:追|查|问){WITHIN}{{0,4}}谁{WITHIN}{{0,4}}{TOLD}",
    # pressed
    rf"逼{ME}?{WITHIN}{{0,4}}(?:承认|交代|说出|写检讨|写保证){WITHIN}{{0,8}}{TOLD}",
    rf"(?:逼|要|让|叫){ME}{WITHIN}{{0,6}}撤(?:回|掉|了)?{WITHIN}{{0,4}}(?:举报|反映|投诉|诉)",
    rf"(?:逼|要|让|叫){ME}{WITHIN}{{0,3}}把(?:举报|反映|投诉|那件|这件){WITHIN}{{0,4}}撤",
    r"retaliat|punish\w* (?:me |us )?for (?:report|complain)",
)
SUFFERS = re.compile("|".join(WAYS))
ASKS = re.compile(r"(?:吗|么|咋办|怎么办)[?？!！。]*$|[?？]$")
IN_GENERAL = re.compile(  # a fear, a question, a rule, a form: nobody suffers yet
    r"(?:会不会|怕|担心|万一|如果|要是|假如|不会|别到时|是否|能不能保证|以后)[^，,。；;]{0,12}"
    r"(?:小鞋|报复|算账|查|知道是|认出|找我|针对|为难)"
    r"|(?:告状|举报|信访|反映)信?的?(?:台账|登记|表|记录本|材料|情况表)"
    r"|(?:防止|杜绝|严禁|禁止|反对|学习|宣传|培训|演练)[^，,。；;]{0,8}(?:打击报复|报复|举报)"
    r"|(?:打击报复|报复)的?(?:台账|条例|规定|制度|学习|宣传|承诺|方案|题)"
)


def suffers(words: str) -> bool:
    """Whether these words tell of somebody who suffers for what was reported."""
    is_told = SUFFERS.search(words) is not None
    in_general = ASKS.search(words.strip()) or IN_GENERAL.search(words)
    return is_told and not in_general


VIOLENT = re.compile(
    r"打(?!电话|热线|专线|小报告|压|听|击|从|了[^，,。]{0,6}(?:热线|专线|电话))"
    r"|杀|砸|堵|刀|血|死|绑|关(?:起来|在)|威胁|跳|喝药|动手|棍|扣住|不让(?:我)?走|跟踪"
)

# ── it is met ─────────────────────────────────────────────────────────────────────────

phrase(
    "apart.first",
    "这不该让您一个人受着。这件事能单独交给专线主管，马上有人看："
    "先把没送出的那份送出或放弃，这句我记着，接着就写它。",
)


def meet(turn: Turn[Any], heard: Heard) -> bool:
    """Whether these words tell of it; then it is offered as a matter of its own. In a
    draft they are the draft's own words.
    """
    in_draft = isinstance(turn.answers, ReportAnswers) and not turn.answers.empty
    if in_draft or not suffers(heard.words) or _is_dangerous(heard):
        return False
    if turn.talk.unsent:
        turn.say("apart.first")
        put_by(turn, heard)
        return True
    about = kept(turn).report
    opened: ReportTurn = turn.enter_first()
    opened.answers.supervisors_only = True
    opened.answers.about = about
    words = heard.words.strip()[: draft.AT_MOST]
    draft.put_text(opened, words, opened.look(Hide(words)))
    opened.tapped = False
    opened.go("apart")
    return True


def _is_dangerous(heard: Heard) -> bool:
    """An emergency comes first; being made to feel it is none by itself."""
    if heard.meaning.intent != "emergency":
        return False
    number = heard.meaning.args.get("number")
    return number != "110" or VIOLENT.search(heard.words) is not None


def as_usual(turn: ReportTurn, _: str) -> None:
    """It is none, or shall be none: a report as any other."""
    turn.answers.supervisors_only = False
    turn.answers.about = ""
    take_text(turn, turn.answers.text, "understood")


def leave(turn: ReportTurn, _: str) -> None:
    turn.talk.move("cancel")
    give_up(turn)


def more(turn: ReportTurn, heard: Heard) -> None:
    write(turn, heard.words)


def buttons(turn: ReportTurn) -> list[Button]:
    return [ALONE, *draft.mask_buttons(turn), AS_USUAL, LEAVE]


def show(turn: ReportTurn) -> dict[str, Any]:
    return draft.shown(turn) | {"number": len(turn.answers.pictures)}


ALONE = button("alone", "单独交给主管", role="main")
AS_USUAL = button("as_usual", "按一般的反映写")
LEAVE = button("leave", "先不交", role="grave")
APART_STEP = Step(
    ReportState.APART,
    title="因反映受委屈",
    ask="因为说了实话被为难，这不该让您一个人受着。\n"
    "下面这段可以单独交给专线主管，马上有人看：不写进原来那件，"
    "办那件事的人和单位都看不到。只有您才知道的细节，请先遮住。\n\n{masked}",
    again="请点“单独交给主管”或“先不交”；要补充，直接写。",
    kind="draft_words",
    show=show,
    buttons=buttons,
    pressed={
        "alone": send,
        "as_usual": as_usual,
        "leave": leave,
        **draft.PRESSED_MASKS,
        **draft.PRESSED_PICTURES,
    },
    pictured=take_picture,
    hears="preview",
    asked="open",
    means={
        "send": lambda turn, _: send(turn, ""),
        "yes": lambda turn, _: send(turn, ""),
        "no": lambda turn, _: leave(turn, ""),
        "cancel": lambda turn, _: leave(turn, ""),
        "add": more,
        "answer": more,
        "hold_back": lambda turn, _: turn.again(),
    },
)
