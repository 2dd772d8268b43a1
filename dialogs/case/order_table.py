"""The orders of staff and units: one row each, from which every screen is made.

Read from it are the terminal's arguments, a chat's buttons, commands and prompts, what
a unit may do, who may order what, the audit kinds and the ledger's words. One more
order is its class (orders.py), its row (here), its rule (deciding.py), and its line in
docs/casework.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

import dialogs.categories  # noqa: F401 - their names are phrases
from dialogs.case.bases import Category
from dialogs.case.clock import running
from dialogs.case.grammar import (
    OFF_REGISTER,
    assign_words,
    choice_words,
    extend_words,
    grant_words,
    hand_over_words,
    lines,
    one_choice,
    rectify_words,
    redate_words,
    rule_words,
    to_one,
    wait_words,
    whistle_words,
    whole,
)
from dialogs.case.life import (
    AT_UNIT,
    FINDINGS,
    LEVELS,
    OPEN,
    TRIGGERS,
    Case,
    State,
    legal,
)
from dialogs.case.notices import RANKS, waiting
from dialogs.case.order_row import Field, OrderRow, UnitSide
from dialogs.case.orders import (
    Accept,
    Answer,
    Arrive,
    Ask,
    Assign,
    Claim,
    Close,
    CorrectFinding,
    Decline,
    Extend,
    Find,
    GrantExtend,
    HandOver,
    MarkUrgent,
    Merge,
    Note,
    NotUrgent,
    Order,
    Recategorise,
    Rectified,
    Rectify,
    Redate,
    RefuseReturn,
    Release,
    Reply,
    Resume,
    Return,
    SendBack,
    StaffReopen,
    Supervise,
    Undo,
    Unmerge,
    Wait,
    Whistle,
)
from dialogs.case.roles import HOTLINE, ROLES, Role
from dialogs.case.rules import UNIT_CLOCKS
from dialogs.texts import CHINESE

# ── what several orders ask ───────────────────────────────────────────────────────────

GOING = (*OPEN, State.WAITING)
SEEN = "反映人会看到"
# a case of retaliation is one apart: none becomes it, and it becomes none
CATEGORY_NAMES = {code: CHINESE[f"category.{code}"] for code in get_args(Category)}
TO = Field(name="to", kind="number", label="N", help="", option="--to", required=False)
LEVEL = Field(
    name="level",
    kind="choice",
    label="层级",
    help="哪一级",
    option="--level",
    choices=LEVELS,
    required=False,
)
NEW_UNIT = Field(
    name="new",
    kind="flag",
    label=OFF_REGISTER,
    help="单位确实不在名录里，也转：没有联络员，不计它的数字",
    option="--new",
    required=False,
)
DECLINE_TEMPLATES = {
    "不在范围": "不归本专线管：这里只收给基层增加负担的事。居民诉求请打12345，"
    "举报违纪请打12388。",
    "不够具体": (
        "说得还不够具体，查不了。请补上是什么事、哪一级要求的，再反映一次，马上看。"
    ),
    "已经在办": "同样的事已经在办，会一并解决，请看以后的公开结果。",
    "有依据": "核对过了：这件事有明确的政策依据，不算额外负担。",
}  # a reason that the reporter reads, by what stands on the button


def _text(name: str, label: str, help: str = "", **more: Any) -> Field:
    """help: by default that the reporter will see it."""
    return Field(
        name=name, kind="text", label=label, help=help or f"{label}，{SEEN}", **more
    )


# ── the table ─────────────────────────────────────────────────────────────────────────

ORDERS: tuple[OrderRow, ...] = (
    OrderRow(
        name="claim",
        order=Claim,
        label="认领",
        english="Claim",
        summary="认领",
        audit="case.claim",
        fields=(
            Field(
                name="take",
                kind="flag",
                label="接过来",
                help="从同事手里接过来",
                option="--take",
                required=False,
                command="take",
            ),
        ),
        grammar=whole,
        fits=lambda case: case.claimed is None,
        first=True,
        steps={"claimed": "认领"},
    ),
    OrderRow(
        name="release",
        order=Release,
        label="放回",
        english="Release",
        summary="放回去，谁都可以接",
        audit="case.release",
        grammar=whole,
        fits=lambda case: case.claimed is not None,
        first=True,
        steps={"released": "放回"},
    ),
    OrderRow(
        name="accept",
        order=Accept,
        label="受理",
        english="Accept",
        summary="受理，给编号",
        audit="case.accept",
        grammar=whole,
        trigger="accept",
        told="accepted",
        steps={"accepted": "受理"},
    ),
    OrderRow(
        name="decline",
        order=Decline,
        label="不予受理",
        english="Decline",
        summary="不予受理",
        audit="case.decline",
        fields=(_text("reason", "理由", templates=DECLINE_TEMPLATES),),
        asks=f"理由，{SEEN}",
        grammar=whole,
        trigger="decline",
        told="declined",
        steps={"declined": "不予受理"},
    ),
    OrderRow(
        name="urgent",
        order=MarkUrgent,
        label="改为加急",
        english="Mark urgent",
        summary="改为加急：已经转办的，单位的期限改成到场和当日结果",
        audit="case.urgent",
        grammar=whole,
        fits=lambda case: not case.urgent and _may_change_pace(case),
        told="urgent_set",
        steps={"urgent_set": "改为加急"},
    ),
    OrderRow(
        name="not-urgent",
        order=NotUrgent,
        label="取消加急",
        english="Not urgent",
        summary="错标了加急，取消：已经转办的，按平常的期限，从转办起算",
        audit="case.noturgent",
        fields=(_text("reason", "理由", missing="为什么不算加急"),),
        asks=f"为什么不算加急，{SEEN}",
        grammar=whole,
        fits=lambda case: case.urgent and _may_change_pace(case),
        told="urgent_lifted",
        steps={"urgent_lifted": "取消加急"},
    ),
    OrderRow(
        name="category",
        order=Recategorise,
        label="改类别",
        english="Another category",
        summary="类别错了，改；已经在走的期限不变",
        audit="case.category",
        fields=(
            Field(
                name="category",
                kind="choice",
                label="类别",
                help="改成哪一类",
                choices=CATEGORY_NAMES,
            ),
        ),
        asks=f"改成哪一类，{SEEN}",
        grammar=one_choice,
        fits=lambda case: not case.supervisors_only and case.state in GOING,
        told="recategorised",
        steps={"recategorised": "改类别"},
    ),
    OrderRow(
        name="ask",
        order=Ask,
        label="问反映人",
        english="Ask the reporter",
        summary="问反映人一句，等补充",
        audit="case.ask",
        fields=(
            _text("question", "问题"),
            replace(TO, help="合并过的工单：只问第 N 位反映人"),
        ),
        asks=f"问题，{SEEN}（只问第2位就以 #2 开头）",
        grammar=to_one,
        trigger="ask",
        told="asked",
        steps={"asked": "问反映人"},
    ),
    OrderRow(
        name="wait",
        order=Wait,
        label="等第三方",
        english="Wait for a third party",
        summary="等第三方，期限停着，到日子自己接着办",
        audit="case.wait",
        fields=(
            _text("reason", "等什么"),
            Field(name="until", kind="day", label="日期", help="等到哪一天"),
        ),
        asks=f"等到哪天和等什么，如：12月1日 等区里的文件。{SEEN}",
        grammar=wait_words,
        trigger="wait",
        told="waiting",
        steps={"waiting": "等第三方"},
    ),
    OrderRow(
        name="resume",
        order=Resume,
        label="接着办",
        english="Resume",
        summary="不等了，接着办",
        audit="case.resume",
        grammar=whole,
        trigger="resume",
        told="resumed",
        steps={"resumed": "接着办"},
    ),
    OrderRow(
        name="reply",
        order=Reply,
        label="答复",
        english="Reply",
        summary="给反映人回话，10 秒内可以撤回",
        audit="case.reply",
        fields=(
            _text("text", "话", f"要说的话，{SEEN}", missing="要说的话"),
            replace(TO, help="合并过的工单：只对第 N 位反映人说"),
        ),
        asks=f"要说的话，{SEEN}；10秒内可以撤回（只对第2位说就以 #2 开头）",
        grammar=to_one,
        fits=lambda case: _can_reply(case),
        told="replied",
        steps={"replied": "回话"},
    ),
    OrderRow(
        name="undo",
        order=Undo,
        label="撤回",
        english="Take back",
        summary="撤回还没发出的回话",
        audit="case.undo",
        grammar=whole,
        fits=lambda case: case.reply is not None,
    ),
    OrderRow(
        name="assign",
        order=Assign,
        label="转办",
        english="Assign",
        summary="转给承办单位",
        audit="case.assign",
        fields=(
            Field(
                name="unit",
                kind="unit",
                label="单位",
                help="承办单位",
                missing="承办单位",
            ),
            LEVEL,
            Field(
                name="complex",
                kind="flag",
                label="复杂",
                help="情况复杂，答复期限按复杂的算",
                option="--complex",
                required=False,
            ),
            Field(
                name="due",
                kind="day",
                label="日期",
                help="答复期限",
                option="--due",
                required=False,
            ),
            NEW_UNIT,
        ),
        asks="单位，后面可以加层级（如 区）、复杂、期限（如 12月1日）",
        grammar=assign_words,
        trigger="assign",
        told="assigned",
        steps={"assigned": "转办"},
    ),
    OrderRow(
        name="arrive",
        order=Arrive,
        label="单位到场",
        english="Unit arrived",
        summary="加急件：单位到场或上线了",
        audit="case.arrive",
        fields=(_text("text", "说明", required=False),),
        grammar=whole,
        roles=(*HOTLINE, "liaison"),
        trigger="arrive",
        told="arrived",
        steps={"arrived": "单位到场"},
        unit=UnitSide(
            place=1,
            help="已到场或上线（加急件才有）：/arrive K7QM",
            done="已记下到场或上线。",
            trial=Arrive(),
        ),
    ),
    OrderRow(
        name="answer",
        order=Answer,
        label="单位答复",
        english="Unit answered",
        summary="记下单位的答复",
        audit="case.answer",
        fields=(_text("text", "答复"),),
        asks=f"单位怎么答复的，{SEEN}",
        grammar=whole,
        roles=(*HOTLINE, "liaison"),
        trigger="answer",
        told="answered",
        steps={"answered": "单位答复"},
        unit=UnitSide(
            place=2,
            help="答复：/answer K7QM 查了什么、做了什么、何时改好。反映人会看到原文，"
            "送出后不能收回",
            done="答复已送出。",
            trial=Answer("试"),
            title="答复",
            warning="送出后不能收回，反映人和专线都会看到。",
            wants={"text": "答复：查了什么、做了什么、何时改好"},
            pictures=True,
            echo=lambda order: f"反映人会看到：\n{order.text}",
        ),
    ),
    OrderRow(
        name="return",
        order=Return,
        label="单位退回",
        english="Unit returned",
        summary="记下单位退回",
        audit="case.return",
        fields=(
            _text(
                "rule",
                "依据",
                f"依据哪一条，说明不归它管，{SEEN}",
                missing="依据哪一条，说明不归本单位管",
            ),
            _text("reason", "说明", required=False),
        ),
        asks=f"依据哪一条；说明另起一行。{SEEN}",
        grammar=lines,
        roles=(*HOTLINE, "liaison"),
        trigger="return",
        told="returned",
        steps={"returned": "单位退回"},
        unit=UnitSide(
            place=4,
            help="退回：/return K7QM 依据 原因。依据里有空格的，原因另起一行。"
            "反映人会看到",
            done="已退回，等专线决定。",
            trial=Return("试", "试"),
            title="退回",
            warning="送出后由专线决定，不能收回；专线不同意的，仍由本单位办。",
            wants={"rule": "依据：哪条规定说明不归本单位管"},
            grammar=rule_words,
            echo=lambda order: _return_echo(order),
        ),
    ),
    OrderRow(
        name="refuse-return",
        order=RefuseReturn,
        label="不准退回",
        english="Refuse the return",
        summary="不准退回，单位接着办",
        audit="case.refusereturn",
        fields=(
            _text("reason", "理由", f"理由，单位和{SEEN}", missing="为什么不准退回"),
        ),
        asks=f"理由，单位和{SEEN}",
        grammar=whole,
        trigger="refuse-return",
        told="return_refused",
        steps={"return_refused": "不准退回"},
    ),
    OrderRow(
        name="extend",
        order=Extend,
        label="申请延期",
        english="Ask for more time",
        summary="记下单位申请延期，到期前才行",
        audit="case.extend",
        fields=(
            Field(name="days", kind="days", label="工作日", help="再要几个工作日"),
            _text(
                "reason", "理由", "为什么，批准后反映人会看到", missing="为什么要延期"
            ),
        ),
        asks="几个工作日和原因，如：5 还在核对",
        grammar=extend_words,
        roles=(*HOTLINE, "liaison"),
        trigger="extend",
        steps={"extension_asked": "申请延期"},
        unit=UnitSide(
            place=3,
            help="申请延期：/extend K7QM 5 还在核对",
            done="延期申请已送出，等专线主管决定。",
            trial=Extend(1, "试"),
            title="申请延期",
            warning="送出后由专线主管决定，不能收回；批准前原期限照算。",
            wants={"reason": "为什么要延期"},
            echo=lambda order: f"\n{order.days}个工作日：{order.reason}",
        ),
    ),
    OrderRow(
        name="grant",
        order=GrantExtend,
        label="批复延期",
        english="Decide on more time",
        summary="批复延期，主管才行",
        audit="case.grantextend",
        fields=(
            Field(
                name="granted",
                kind="flag",
                label="同意",
                help="不批准，要写理由",
                option="--refuse",
                means=False,
                templates={"同意": "同意"},
            ),
            Field(
                name="days",
                kind="days",
                label="工作日",
                help="批几个工作日，默认照申请的",
                option="--days",
                required=False,
            ),
            _text("reason", "理由", "理由，单位会看到", required=False),
        ),
        asks="“同意”“同意 5”（批5个工作日），或“不同意 理由”",
        grammar=grant_words,
        roles=("supervisor",),
        beside=True,
        trigger="grant",
        told="extended",
        steps={"extended": "同意延期", "extension_refused": "不准延期"},
    ),
    OrderRow(
        name="supervise",
        order=Supervise,
        label="督办",
        english="Supervise",
        summary="督办，主管才行",
        audit="case.supervise",
        fields=(_text("text", "要求", "要求，单位会看到", missing="督办的要求"),),
        asks="要求，单位会看到",
        grammar=whole,
        roles=("supervisor",),
        beside=True,
        trigger="supervise",
        told="supervised",
        steps={"supervised": "督办"},
    ),
    OrderRow(
        name="hand-over",
        order=HandOver,
        label="送达督办单",
        english="Paper handed over",
        summary="督办单交到单位负责人手里了，记一笔",
        audit="case.handover",
        fields=(
            _text(
                "how",
                "怎么送的",
                "怎么送的，如：当面交、传真，单位会看到",
                missing="怎么送到的",
            ),
            Field(
                name="to",
                kind="choice",
                label="负责人",
                help="交给谁，默认是先写的那一份要交的人",
                option="--to",
                choices=RANKS,
                required=False,
            ),
        ),
        asks="怎么送到的，如：当面交。前面可以加 分管负责人 或 主要负责人",
        grammar=hand_over_words,
        roles=("supervisor", "leader"),
        beside=True,
        fits=lambda case: _waits_for_a_leader(case),
        told="handed",
        steps={"handed": "督办单送达"},
    ),
    OrderRow(
        name="whistle",
        order=Whistle,
        label="吹哨升级",
        english="Whistle one level up",
        summary="吹哨，交给上一级办，期限重算",
        audit="case.whistle",
        fields=(
            _text("reason", "理由", f"为什么，{SEEN}", missing="为什么要上一级办"),
            Field(
                name="unit",
                kind="unit",
                label="单位",
                help="上一级由谁办，默认是名录里的上级单位",
                required=False,
            ),
            replace(LEVEL, help="哪一级，默认上一级；名录里的单位按名录"),
            NEW_UNIT,
        ),
        asks=f"为什么，{SEEN}；由谁办另起一行，不写就是上级单位",
        grammar=whistle_words,
        trigger="whistle",
        told="whistled",
        steps={"whistled": "吹哨升级"},
    ),
    OrderRow(
        name="redate",
        order=Redate,
        label="更正期限",
        english="Correct the date",
        summary="单位答复或整改的日子写错了，改；不能晚于规则给的",
        audit="case.redate",
        fields=(
            Field(name="due", kind="day", label="日期", help="改到哪一天"),
            _text("reason", "理由", missing="为什么改"),
        ),
        asks=f"改到哪天和为什么，如：12月20日 写错了。{SEEN}",
        grammar=redate_words,
        fits=lambda case: _is_dated(case),
        told="redated",
        steps={"redated": "更正期限"},
    ),
    OrderRow(
        name="send-back",
        order=SendBack,
        label="退给单位",
        english="Send back",
        summary="答复不够，或没有改好：退给单位再办",
        audit="case.sendback",
        fields=(
            _text("reason", "理由", f"哪里不够，单位和{SEEN}", missing="哪里不够"),
        ),
        asks=f"哪里不够，单位和{SEEN}",
        grammar=whole,
        trigger="send-back",
        told="sent_back",
        steps={"sent_back": "退给单位"},
    ),
    OrderRow(
        name="find",
        order=Find,
        label="核实定性",
        english="Find",
        summary="核实定性",
        audit="case.find",
        fields=(
            Field(
                name="finding",
                kind="choice",
                label="结论",
                help="属实、部分属实、不属实",
                choices=FINDINGS,
            ),
            _text("text", "说明", required=False),
        ),
        asks=f"属实、部分属实或不属实，后面可以加说明，{SEEN}",
        grammar=choice_words,
        trigger="find",
        told="found",
        steps={"found": "核实"},
    ),
    OrderRow(
        name="correct-finding",
        order=CorrectFinding,
        label="更正结论",
        english="Correct the finding",
        summary="结论定错了，改；不用整改了的，整改停下，办结了的仍是办结",
        audit="case.correctfinding",
        fields=(
            Field(
                name="finding",
                kind="choice",
                label="结论",
                help="属实、部分属实、不属实",
                choices=FINDINGS,
            ),
            _text("text", "理由", f"为什么改，{SEEN}", missing="为什么改结论"),
        ),
        asks=f"属实、部分属实或不属实，再写为什么改，{SEEN}",
        grammar=choice_words,
        trigger="correct-finding",
        told="finding_corrected",
        steps={"finding_corrected": "更正结论"},
    ),
    OrderRow(
        name="rectify",
        order=Rectify,
        label="整改",
        english="Rectify",
        summary="开始整改",
        audit="case.rectify",
        fields=(
            _text("plan", "做法", f"怎么改，{SEEN}", required=False),
            Field(
                name="due",
                kind="day",
                label="日期",
                help="改好的期限",
                option="--due",
                required=False,
            ),
        ),
        asks=f"怎么改，{SEEN}；期限写在最后，如：撤掉重复报表 12月20日",
        grammar=rectify_words,
        trigger="rectify",
        told="rectifying",
        steps={"rectifying": "整改"},
    ),
    OrderRow(
        name="rectified",
        order=Rectified,
        label="报整改完成",
        english="Put right",
        summary="记下单位报整改完成；期限停下，等专线核对",
        audit="case.rectified",
        fields=(_text("text", "说明", missing="改了什么、凭什么看得出"),),
        asks=f"改了什么、凭什么看得出，{SEEN}",
        grammar=whole,
        roles=(*HOTLINE, "liaison"),
        trigger="rectified",
        told="rectified",
        steps={"rectified": "单位报整改完成"},
        unit=UnitSide(
            place=5,
            help="报整改完成：/rectified K7QM 改了什么、凭什么看得出。"
            "反映人会看到原文，图片在单位网页加",
            done="整改完成已报，等专线核对。",
            trial=Rectified("试"),
            title="报整改完成",
            warning="送出后不能收回，反映人和专线都会看到；专线核对没改好的，会退回来。",
            wants={"text": "说明：改了什么、凭什么看得出"},
            pictures=True,
            echo=lambda order: f"反映人会看到：\n{order.text}",
        ),
    ),
    OrderRow(
        name="close",
        order=Close,
        label="办结",
        english="Close",
        summary="办结",
        audit="case.close",
        fields=(_text("result", "结果"),),
        asks=f"结果，{SEEN}",
        grammar=whole,
        trigger="close",
        told="closed",
        steps={"closed": "办结"},
    ),
    OrderRow(
        name="reopen",
        order=StaffReopen,
        label="重新办理",
        english="Reopen",
        summary="重新办理",
        audit="case.reopen",
        fields=(_text("reason", "说明", required=False),),
        asks=f"为什么，{SEEN}",
        grammar=whole,
        trigger="reopen",
        told="reopened",
        steps={"reopened": "重新办理"},
    ),
    OrderRow(
        name="merge",
        order=Merge,
        label="合并",
        english="Merge",
        summary="并入另一件，反映人跟着过去",
        audit="case.merge",
        fields=(
            Field(name="into", kind="case", label="并入", help="另一件的代号或编号"),
        ),
        asks="并入哪一件，写代号",
        grammar=whole,
        trigger="merge",
        told="merged",
        steps={"merged": "并入别的工单"},
    ),
    OrderRow(
        name="unmerge",
        order=Unmerge,
        label="分开",
        english="Unmerge",
        summary="合并错了，分开：它的反映人跟回来，停着的期限接着算；"
        "合办时办的留在那一件",
        audit="case.unmerge",
        grammar=whole,
        beside=True,  # while it is merged nobody works on it
        trigger="unmerge",
        told="unmerged",
        steps={"unmerged": "分开单独办"},
    ),
    OrderRow(
        name="note",
        order=Note,
        label="备注",
        english="Note",
        summary="内部备注，反映人永远看不到",
        audit="case.note",
        fields=(_text("text", "备注", "备注"),),
        asks="要记下的话，只有同事看得到",
        grammar=whole,
        beside=True,
        fits=lambda case: True,
    ),
)


def _return_echo(order: Return) -> str:
    reason = f"\n原因：{order.reason}" if order.reason else ""
    return f"\n依据：{order.rule}{reason}"


def _may_change_pace(case: Case) -> bool:
    """Not while the unit's clocks wait: they could not be told how long."""
    stopped = case.state is State.RETURNED
    waits = case.state is State.WAITING and case.asked_in in (
        State.ASSIGNED,
        State.RETURNED,
    )
    return case.state in GOING and not stopped and not waits


def _is_dated(case: Case) -> bool:
    """Whether a clock runs by which the unit answers or puts it right."""
    at_unit = case.state in (State.ASSIGNED, State.RECTIFYING)
    return at_unit and not case.assignment.rectified and _runs(case)


def _runs(case: Case) -> bool:
    going = running(case.ledger)
    return any(clock in going for clock in UNIT_CLOCKS if clock != "on_site")


def _waits_for_a_leader(case: Case) -> bool:
    """Once the unit has answered, nobody above it need be pressed any more."""
    return case.waited_in in AT_UNIT and bool(waiting(case.assignment.notices))


def _can_reply(case: Case) -> bool:
    return bool(case.reports) and case.reply is None and not case.followup.retained


# ── read from it ──────────────────────────────────────────────────────────────────────

BY_NAME: Mapping[str, OrderRow] = {row.name: row for row in ORDERS}
BY_CLASS: Mapping[type[Order], OrderRow] = {row.order: row for row in ORDERS}
_BY_UNITS = [(row.name, row.unit) for row in ORDERS if row.unit is not None]
UNIT_ORDERS: Mapping[str, UnitSide] = dict(
    sorted(_BY_UNITS, key=lambda named: named[1].place)
)  # what a liaison may give
PICTURED: frozenset[str] = frozenset(
    row.told for row in ORDERS if row.told and row.unit and row.unit.pictures
)  # kinds of steps with which units send pictures
STEPS: Mapping[str, str] = {
    kind: words for row in ORDERS for kind, words in row.steps.items()
}  # kind of step → as the ledger words it
# moves that nobody orders
UNORDERED = {"call_back": "回访", "look_back": "回头看", "withdraw": "反映人撤回"}
_LABELS = UNORDERED | {row.trigger: row.label for row in ORDERS if row.trigger}
MOVES: Mapping[str, str] = {trigger: _LABELS[trigger] for trigger in TRIGGERS}


def row_of(order: Order | type[Order]) -> OrderRow:
    return BY_CLASS[order if isinstance(order, type) else type(order)]


def possible(case: Case) -> tuple[str, ...]:
    """The names of all orders that the case allows now, in the order of their
    buttons.
    """
    others = [row for row in ORDERS if row.fits is not None and row.fits(case)]
    moves = [name for name in legal(case) if name in BY_NAME]
    return (
        *(row.name for row in others if row.first),
        *moves,
        *(row.name for row in others if not row.first),
    )


def may(role: Role, order: Order | type[Order]) -> bool:
    """Whether this role may give this order, as far as the case allows it too."""
    return role in row_of(order).roles


def who_may(order: Order | type[Order]) -> str:
    """The roles that may give this order, as a sentence names them."""
    return "、".join(ROLES[role] for role in ROLES if may(role, order))
