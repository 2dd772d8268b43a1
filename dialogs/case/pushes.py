"""What is pushed to a reporter, and the buttons under it.

A push says that something happened, and nothing of what: a screen may be seen by
anybody. Its buttons belong to no step (mark ""); once addressed, each carries a handle
of its report, which only its own chat resolves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dialogs.texts import phrases, text
from dialogs.words import Button, Message

phrases(
    "push",
    asked="专线有个问题想问您。点“回答”看看。",
    asked_more="专线有{number}个问题想问您。点“回答”看看。",
    together="{lead}\n另有{more}条新进展。",
    hear="您反映的事还在办。点“查进展”看下一步和最迟日期。",
    breached="说好的时间过了，专线在催。点“查进展”看看。",
    urged="有新进展：专线催办了。点“查进展”看看。",
    supervised="有新进展：专线督办了。点“查进展”看看。",
    escalated="有新进展：督办升了一级。点“查进展”看看。",
    circulated="有新进展：专线提出通报了。点“查进展”看看。",
    handed="有新进展：督办单送到了。点“查进展”看看。",
    resumed="有新进展：接着办了。点“查进展”看看。",
    replied="专线给您回话了。点“查进展”看看。",
    called_back="您反映的事办结几天了。问题解决了吗？",
    called_back_again="再问一句，就问这一回：问题解决了吗？",
    looked_back="办结有一阵子了。又反弹了吗？\n"
    "不点“过一阵再问我”，这里的联系方式就要销毁，以后凭回执码查。",
    looked_back_later="您让我们再问一次：又反弹了吗？\n这里的联系方式就要销毁，以后凭回执码查。",
)
phrases(
    "b",
    answer_push="回答",
    unsolved="未解决",
    held="没有反弹",
    rebound="又反弹了",
    later="过一阵再问我",
)
ANSWERS: dict[str, dict[str, str]] = {
    "asked": {"answer": "b.answer_push"},
    "called_back": {"solved": "b.yes_solved", "unsolved": "b.unsolved"},
    "called_back_again": {"solved": "b.yes_solved", "unsolved": "b.unsolved"},
    "looked_back": {"held": "b.held", "rebound": "b.rebound", "later": "b.later"},
    "looked_back_later": {"held": "b.held", "rebound": "b.rebound"},
}
ALWAYS = {"status": "b.status", "hush": "b.hush"}
ASKING = ("push.asked", "push.asked_more")  # these wait for no other push
WEIGHTS = {"replied": 1, "declined": 2, "closed": 2}


def push(report: str, kind: str) -> tuple[str, Message]:
    """The message "push.kind" for the reporter of `report` (hex): its answers first,
    then what all have.
    """
    labels = ANSWERS.get(kind, {}) | ALWAYS
    buttons = tuple(Button(choice, label) for choice, label in labels.items())
    return report, Message(f"push.{kind}", buttons=buttons)


def asking(message: Message, number: int) -> Message:
    """The push that asks, where it is the how manieth question still open."""
    if number < 2:
        return message
    return replace(message, name="push.asked_more", params={"number": number})


def together(pushes: Sequence[Message]) -> Message:
    """Pushes about one report as one: the weightiest speaks, of equal ones the last;
    the others are counted, and all their buttons stand below.

    params: lead, more; names: of all that it tells, see `told_by`.
    """
    by_weight = sorted(pushes, key=lambda push: _weight(push.name))
    lead = by_weight[-1]
    others = [one for one in by_weight[:-1] if not _asks_alike(one, lead)]
    names = [push.name for push in pushes]
    if not others:
        return replace(lead, params={**lead.params, "names": names})
    buttons = {one.choice: one for push in reversed(by_weight) for one in push.buttons}
    always = [one for choice, one in buttons.items() if _verb(choice) in ALWAYS]
    answers = [one for choice, one in buttons.items() if _verb(choice) not in ALWAYS]
    params = {
        "lead": text(lead.lang, lead.name, lead.params),
        "more": len(others),
        "names": names,
    }
    return replace(
        lead, name="push.together", params=params, buttons=(*answers, *always)
    )


def told_by(message: Message) -> Sequence[str]:
    """The names of the pushes that this message tells: mostly its own."""
    return tuple(message.params.get("names", (message.name,)))


def _weight(name: str) -> int:
    """What wants an answer comes first, then an end, then a word to the reporter."""
    if name in ASKING:
        return 4
    kind = name.partition(".")[2]
    if kind in ANSWERS:
        return 3
    return WEIGHTS.get(kind, 0)


def _asks_alike(push: Message, lead: Message) -> bool:
    """The question that is counted in the lead already."""
    return push.name in ASKING and lead.name in ASKING


def _verb(choice: str) -> str:
    return choice.partition(":")[0]


def handles(message: Message) -> tuple[str, ...]:
    """What its buttons carry behind their names: of a push the handle of its report,
    each once.
    """
    found = (button.choice.partition(":")[2] for button in message.buttons)
    return tuple(dict.fromkeys(filter(None, found)))


def addressed(message: Message, handle: str) -> Message:
    """The push with buttons that say which report they mean; handle: a name that tells
    nobody else.
    """
    buttons = tuple(
        replace(button, choice=f"{button.choice}:{handle}")
        for button in message.buttons
    )
    return replace(message, buttons=buttons)
