"""Invented people: reporters of several temperaments, units quick and slow, and what
they say.

All they do is drawn from dice of their own, so that nobody's chance depends on anybody
else's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from bot.people.directory import NewUnit

Temper = Literal["silent", "answers", "hushes", "receipt", "forgets"]
TEMPERS: dict[Temper, int] = {
    "silent": 36,
    "answers": 34,
    "hushes": 10,
    "receipt": 15,
    "forgets": 5,
}
UnitPace = Literal["quick", "slow", "returning", "asking", "late"]

SIMULATED_UNITS: tuple[tuple[NewUnit, UnitPace], ...] = (
    (NewUnit("临江区民政局", "district"), "quick"),
    (NewUnit("临江区城市管理局", "district"), "slow"),
    (NewUnit("临江区数据资源局", "district"), "asking"),
    (NewUnit("临江区教育局", "district"), "late"),
    (NewUnit("北苑街道办事处", "subdistrict", "临江区民政局"), "quick"),
    (NewUnit("文新街道办事处", "subdistrict", "临江区民政局"), "slow"),
    (NewUnit("河坊街道办事处", "subdistrict", "临江区城市管理局"), "returning"),
    (NewUnit("湖滨街道办事处", "subdistrict", "临江区教育局"), "asking"),
    (NewUnit("望江街道办事处", "subdistrict", "临江区城市管理局"), "late"),
    (NewUnit("清波街道办事处", "subdistrict", "临江区数据资源局"), "quick"),
)
OPERATORS = ("陈值班", "林值班", "吴值班")
SUPERVISOR = "周主管"
LIAISON = "联络员"
COMPLAINTS = (
    "{who}要求同一份台账每{span}报{n}次，还要纸质的",
    "{who}一{span}里叫我们填{n}张表，数据都一样",
    "{who}的打卡APP强制下载，每天要签到{n}次，还排名",
    "工作群有{n}个，{who}规定一小时内必须回复接龙",
    "{who}一周开了{n}次会，每次都要社区书记到场",
    "{who}一个月发来{n}份红头文件，件件要报落实情况",
    "{who}一个月检查{n}次，都要看留痕照片",
    "{who}要我们在服务中心挂{n}块牌子，制度上墙",
    "{who}让网格员去拆违执法，这{span}已经{n}次",
    "居民来开无犯罪记录证明，{who}说要社区盖章，这{span}{n}回了",
    "{who}要创建示范社区，让我们准备{n}本材料",
    "{who}把我们{n}个社工借调走，半年没回来",
    "{who}规定每{span}必须上报{n}条事件，不够就通报",
)
URGENT_COMPLAINT = "今天下午三点前{who}要{n}份台账，交不齐明早就通报，马上要补"
SPANS = ("周", "月")
# What somebody who answers at all does about a push: below which chance what.
AFTER_CALLBACK = ((0.62, "solved"), (0.9, "unsolved"))
REACTIONS: Mapping[str, Sequence[tuple[float, str]]] = {
    "push.asked": ((0.85, "answer"),),
    "push.called_back": AFTER_CALLBACK,
    "push.called_back_again": AFTER_CALLBACK,
    "push.looked_back": ((0.4, "held"), (0.56, "later"), (0.8, "rebound")),
    "push.looked_back_later": ((0.8, "held"), (1.0, "rebound")),
}
ADDED = (
    "补充一下：上周又来要了一次，数字和上个月一样。",
    "对，就是这件事，表格名称没有变。",
)


@dataclass(slots=True)
class Reporter:
    """One chat. number: the same as of the case it opens."""

    number: int
    temper: Temper
    dice: Random
    receipt: str = ""
    hushed: bool = False
    plans: list[str] = field(default_factory=list)

    @property
    def chat(self) -> str:
        return f"chat-{self.number}"

    def sentence(self) -> str:
        who = self.dice.choice(SIMULATED_UNITS)[0].name
        is_urgent = self.dice.random() < 0.04
        words = URGENT_COMPLAINT if is_urgent else self.dice.choice(COMPLAINTS)
        span = self.dice.choice(SPANS)
        return words.format(who=who, span=span, n=self.dice.randint(2, 9))

    def reaction(self, push: str) -> str | None:
        """What this person does about a push, if anything."""
        if self.hushed:
            return None
        if self.temper == "hushes":
            return "hush"
        if self.temper != "answers":
            return None
        chance = self.dice.random()
        for below, reaction in REACTIONS.get(push, ()):
            if chance < below:
                return reaction
        return None


def reporter(seed: int, number: int) -> Reporter:
    dice = Random(f"{seed}/reporter/{number}")
    [temper] = dice.choices(list(TEMPERS), list(TEMPERS.values()))
    return Reporter(number, temper, dice)


def calls(seed: int, cases: int, first: datetime, days: int) -> list[datetime]:
    """When each of them writes: seven days a week, mostly by day, fewer at the weekend
    and at night.
    """
    dice = Random(f"{seed}/calls")
    found: list[datetime] = []
    while len(found) < cases:
        day = first + dice.randrange(days) * timedelta(days=1)
        is_weekend = day.weekday() >= 5
        if is_weekend and dice.random() < 0.5:
            continue
        hour = min(23.9, max(0.0, dice.gauss(14, 4.5)))
        found.append(day + timedelta(hours=hour))
    return sorted(found)
