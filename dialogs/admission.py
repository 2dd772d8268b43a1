"""A task looked up before it is done: was it ever admitted? Three questions at most.

Until the register of admitted tasks is there, it says only where to ask.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from dialogs.commands import BACK
from dialogs.looks import button
from dialogs.talk import Answers, Command, Dialog, Step, Turn, leave

NAME = "admission"
LONGEST = 60  # characters of a task's or a unit's name


class AdmissionState(Enum):
    TASK = "admission_task"
    ISSUER = "admission_issuer"
    RESULT = "admission_result"


class AdmissionAnswers(Answers):
    task: str = ""
    issuer: str = ""

    @property
    def unsent(self) -> bool:
        """Who only looks something up has nothing to send."""
        return False


AdmissionTurn = Turn[AdmissionAnswers]
ADMISSION_TRANSITIONS: list[list[Any]] = [
    # trigger    from                    to                      only if
    ["answered", AdmissionState.TASK,    AdmissionState.ISSUER],
    ["answered", AdmissionState.ISSUER,  AdmissionState.RESULT],
    ["back",     AdmissionState.ISSUER,  AdmissionState.TASK],
    ["back",     AdmissionState.RESULT,  AdmissionState.ISSUER],
    ["another",  AdmissionState.RESULT,  AdmissionState.TASK],
]  # fmt: skip


def read_task(turn: AdmissionTurn, words: str) -> bool:
    if not 0 < len(words.strip()) <= LONGEST:
        return False
    turn.answers.task = words.strip()
    turn.go("answered")
    return True


def read_issuer(turn: AdmissionTurn, words: str) -> bool:
    if not 0 < len(words.strip()) <= LONGEST:
        return False
    turn.answers.issuer = words.strip()
    turn.go("answered")
    return True


def open_admission(turn: Turn[Any]) -> None:
    turn.enter(NAME).prompt()


ADMISSION = Dialog(
    name=NAME,
    version=1,
    title="查准入：这件事准许进社区吗",
    states=AdmissionState,
    transitions=ADMISSION_TRANSITIONS,
    answers=AdmissionAnswers,
    steps=(
        Step(
            AdmissionState.TASK,
            title="哪件事",
            ask="想查哪件事？写事项名称就行，比如“安全用电入户登记”。",
            again="请写事项名称（60字以内）。",
            buttons=[BACK],
            read=read_task,
        ),
        Step(
            AdmissionState.ISSUER,
            title="谁下达",
            ask="是哪个单位下达的？",
            again="请写单位名称（60字以内）。",
            buttons=[BACK],
            read=read_issuer,
        ),
        Step(
            AdmissionState.RESULT,
            title="结果",
            ask="“{task}”（{issuer}）还查不到准入记录，请向街道减负专班核对。",
            again="请点一个按钮。",
            show=lambda turn: {
                "task": turn.answers.task,
                "issuer": turn.answers.issuer,
            },
            buttons=[
                button("another", "再查一件", role="main"),
                button("enough", "不查了"),
            ],
            pressed={
                "another": lambda turn, _: turn.go("another"),
                "enough": lambda turn, _: leave(turn),
            },
        ),
    ),
    commands=(Command(NAME, ("查准入", "准入", "admission"), open_admission),),
)
