"""Why something may not be done now: a code and what belongs to it, and the sentence
that a screen shows where it has none of its own.

The rules raise codes; sentences stand here and, where a screen has its own way to say
it (`claim --take` in a terminal, /take in a chat), in `bot.desk.refused`.
"""

from __future__ import annotations

from collections.abc import Mapping

REFUSED: dict[str, str] = {
    # which case
    "unknown_case": "没有“{name}”这件工单。请写代号（如 白鹭-K7QM 或 K7QM）或编号"
    "（如 JF2026-000123）。",
    "several_cases": "“{name}”有几件：{aliases}。请写全代号。",
    # who has it
    "claimed_by_you": "{alias} 本来就由您在办，请接着办。",
    "claimed_already": "{alias} 已由“{by}”认领。",
    "claimed_by_other": "{alias} 由“{by}”在办。",
    "not_claimed": "{alias} 本来就没有人认领，请直接认领或办理。",
    "not_yours_to_release": "{alias} 由“{by}”在办，只有本人或主管能放回去，请找他们。",
    "not_a_reader": "{role}不能看工单，请找{who}。",
    "not_permitted": "{role}不能办这一步，请找{who}。",
    # where it is
    "illegal_move": "{alias} 现在是“{state}”，这一步不能办。",
    "merge_into_itself": "{alias} 不能并入它自己，请写另一件。",
    "merge_into_merged": "{alias} 现在是“{state}”，不能并入。"
    "请改用它并入的那一件，或先把它分开。",
    "merge_into_ended": "{alias} 现在是“{state}”，不能并入。"
    "请改用一件还在办的，或先重新办理。",
    "unmerge_before_sent": "刚写给 {alias} 反映人的话还没发出，请{seconds}秒后再分开。",
    "unmerge_nobody": "{alias} 并过去的反映都已删除，没有可以分开的了，"
    "请接着办 {joint}。",
    "unmerge_retained": "{alias} 的内容已按期限清空，不能再分开，请接着办现在那一件。",
    "unmerge_gives_time": "{alias} 的期限在合并时停着，分开就接着算：停过不止一次，"
    "或停了超过{most}，等于延期，请专线主管来分。",
    "merge_into_apart": "{alias} 只给主管看，不能和别的工单合并，请分开办。",
    "merge_into_later": "{alias} 的单位{due}就要答复，并过去期限就拖后了。"
    "请反过来把 {into} 并入 {alias}，或请专线主管来并。",
    "merge_before_sent": "{alias} 刚写给反映人的话还没发出，请{seconds}秒后再合并。",
    "reply_pending": "{alias} 上一句还没发出，{seconds}秒内可以撤回。请等它发出再写。",
    "reply_gone": "{alias} 原来的话已经发出或撤回了，改的没有跟着改。"
    "要更正，请再写一条。",
    "nothing_to_undo": "{alias} 没有还能撤回的话：已经发出，或没有写过。"
    "要更正，请再写一条。",
    "appeal_by_another": "{alias} 上次是您定的不予受理，反映人不服，要换个人来看。"
    "请放回去，或请同事、主管来办。",
    "same_unit": "{alias} 已经在“{unit}”，再转一次不会重算期限。请接着办。",
    "had_before": "“{unit}”这一轮已经办过 {alias}，再转给它期限会重算，"
    "请专线主管来转，或改派别的单位。",
    "urgent_already": "{alias} 已经是加急，期限照加急的算，请接着办。",
    "not_urgent_already": "{alias} 本来就不是加急，期限没有变，请接着办。",
    "same_category": "{alias} 本来就是这一类，请写别的类别。",
    "unknown_category": "类别只能是：{known}。",
    "same_finding": "{alias} 的结论本来就是“{finding}”，请写别的结论。",
    "nobody_to_ask": "{alias} 的反映人都已要求删除，没有人可问，请接着办。",
    "no_such_reporter": "{alias} 只有{count}位反映人，没有第{to}位，请改写。",
    "kept_from": "反映人要求不给“{unit}”的人看，{alias} 不能交给它办。"
    "请改派别的单位，或吹哨到上一级；不清楚的，先问反映人。",
    "kept_from_merge": "不能合并：反映人要求不给承办单位“{unit}”的人看。"
    "请把两件分开办，或先改派。",
    # what was written
    "missing": "请写明{what}。",
    "missing_unit_above": "请写明{level}一级由哪个单位办。",
    "unit_near": "单位名录里没有“{name}”。是不是：{names}？"
    "确实不在名录里的，写明“名录外”再转。",
    "unit_unknown": "单位名录里没有“{name}”，也没有相近的。请先登记；"
    "确实不在名录里的，写明“名录外”再转。",
    "unknown_finding": "结论只能是：{known}。",
    "unknown_rank": "负责人只能是：{known}。",
    "no_paper_waits": "{alias} 没有督办单等着送给他，请看工单里的“待送达”。",
    "unknown_level": "层级只能是：{known}。",
    "past_date": "期限已经过去，请写以后的日期。",
    "not_a_day": "没有“{day}”这一天。请写成 2026-12-01，或 +5。",
    "words_wanted": "请写：{what}。",
    "wait_unreadable": "请先写等到哪天，再写等什么，如：12月1日 等区里的文件。",
    "extend_unreadable": "请先写几个工作日，再写原因，如：5 还在核对。",
    "grant_unreadable": "请写“同意”“同意 5”（批5个工作日），或“不同意 理由”。",
    "redate_unreadable": "请先写改到哪天，再写为什么，如：12月20日 写错了。",
    "one_of_these": "只能是：{known}。",
    "choice_unreadable": "请先写{known}，后面可以加说明。",
    # returns, more time, putting it right
    "due_before_duty": "照值班表，{unit}最晚{there}到场，期限不能早于它。",
    "due_too_late": "照规则最迟{latest}。要更晚，等于延期，请专线主管来定。",
    "due_urgent": "加急件最迟{latest}，不能延。真的不急，请先取消加急。",
    "due_beyond_extension": "最迟只能到{latest}：规则给的，加一次延期。"
    "请写早一些的日期。",
    "redate_too_late": "照规则最迟{latest}，更正不能更晚。要多给时间，请走延期："
    "单位申请，专线主管批。",
    "redate_paused": "{alias} 的期限现在停着，请接着算以后再更正。",
    "wait_too_long": "一次最多等{most}，最迟等到{latest}；到时还要等，请专线主管再定。",
    "wait_again": "{alias} 在这个期限里已经等过一次，再等就是延期，请专线主管来定。",
    "ask_again": "{alias} 在这个期限里已经为追问停过{times}次表，再停就是延期，"
    "请专线主管来问；要告诉反映人什么，用回复，不停表。",
    "already_put_right": "{alias} 已经报了整改完成，等专线核对。",
    "returned_too_often": "{alias} 已经退回过{times}次，不能再退：首接负责，请接着办；"
    "到期前可以申请一次延期，办不了请专线吹哨到上一级。",
    "return_too_late": "{alias} 转办已超过{within}，不能退回：首接负责，请接着办；"
    "到期前可以申请一次延期。",
    "urgent_not_extended": "{alias} 是加急件，当日要有结果，不能延期，请尽快答复。",
    "extension_out_of_range": "延期只能是1到{most}，请改写。",
    "extension_after_due": "{alias} 已经到期，不能再申请延期：要在到期前申请。"
    "请尽快办好。",
    "rectify_too_long": "整改最长{most}，请写早一些的日期。",
}


def refusals(**sentences: str) -> None:
    """Make the codes of another module known, with what any screen may show."""
    for code, sentence in sentences.items():
        if REFUSED.setdefault(code, sentence) != sentence:
            raise ValueError(f"two refusals are called {code}")


class Refusal(Exception):
    """It may not be done now. Holds no word of a reporter.

    code: a key of `REFUSED`; params: what its sentence is filled with; legal: orders
    that may be given instead. As a string it is the sentence that any screen may show.
    """

    def __init__(
        self, code: str, /, *, legal: tuple[str, ...] = (), **params: object
    ) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, object] = params
        self.legal = legal

    def __str__(self) -> str:
        return self.told_with({})

    def told_with(self, phrases: Mapping[str, str], **more: object) -> str:
        """Its sentence: of these phrases, else the one that stands here.

        more: parameters that only a screen can fill in.
        """
        phrase = phrases.get(self.code) or REFUSED.get(self.code, self.code)
        return phrase.format_map({**self.params, **more})
