"""The status of a report as a dialog: its story, and what may be done from there."""

from __future__ import annotations

from typing import Any

from dialogs.asides import answered_where
from dialogs.status.adding import (
    take_again,
    take_announced,
    take_pointed,
    take_righted,
    take_told,
)
from dialogs.status.asides import answered_aside
from dialogs.status.feedback import (
    FEEDBACK_PUSHES,
    FEEDBACK_STEPS,
    RERATE_COMMAND,
    appeal,
    asks_again,
    has_held,
)
from dialogs.status.finding import (
    FINDING_STEPS,
    STATUS_COMMAND,
    asks_by_name,
    back_to_draft,
    take_receipts,
)
from dialogs.status.hearing import (
    MEANS,
    ask,
    corrects_something,
    moment,
    take_reply,
    write_in,
)
from dialogs.status.returning import RETURNING
from dialogs.status.story import (
    COPY_COMMAND,
    MUTE_COMMAND,
    STORY_PUSHES,
    STORY_STEPS,
    add_picture,
    cancel,
    close,
    edited,
    hush,
    open_settings,
    refresh,
    show_story,
    story_buttons,
    write,
)
from dialogs.status.table import (
    NAME,
    STATUS_TRANSITIONS,
    StatusAnswers,
    StatusState,
)
from dialogs.status.withdrawing import (
    HOLD_PUSHES,
    WITHDRAWING_STEPS,
    confirm,
    release,
    withdraw,
)
from dialogs.talk import Dialog, Heard, Step, Turn

STORY_STEP = Step(
    StatusState.STORY,
    title="进展",
    ask="{text}",
    again="请点选一个按钮；要补充，直接写就行。",
    kind="story",
    show=show_story,
    buttons=story_buttons,
    pressed={
        "add": lambda turn, _: turn.go("add"),
        "rate": lambda turn, _: turn.go("rate"),
        "satisfied": lambda turn, _: turn.go("satisfied"),
        "reopen": lambda turn, _: turn.go("reopen"),
        "appeal": appeal,
        "forget": lambda turn, _: turn.go("forget"),
        "withdraw": lambda turn, _: withdraw(turn),
        "release": release,
        "confirm": confirm,
        "held": has_held,
        "rebound": lambda turn, _: turn.go("rebound"),
        "settings": open_settings,
        "hush": hush,
        "refresh": refresh,
        "close": close,
    },
    read=write,
    pictured=add_picture,
    hears="story",
    means={"ask": ask},
)


def notice(turn: Turn[Any], heard: Heard) -> bool:
    """What is heard before any step hears it."""
    takers = (
        answered_where,
        asks_by_name,
        back_to_draft,
        take_righted,
        take_announced,
        take_pointed,
        take_told,
        take_again,
        asks_again,
        answered_aside,
    )
    return any(take(turn, heard) for take in takers)


STATUS = Dialog(
    name=NAME,
    version=1,
    title="回来：看进展、补充、评价、重新办理、撤回、忘记我",
    states=StatusState,
    transitions=STATUS_TRANSITIONS,
    answers=StatusAnswers,
    steps=(
        *FINDING_STEPS,
        STORY_STEP,
        *STORY_STEPS,
        *FEEDBACK_STEPS,
        *WITHDRAWING_STEPS,
    ),
    commands=(STATUS_COMMAND, MUTE_COMMAND, COPY_COMMAND, RERATE_COMMAND),
    pushes=(*STORY_PUSHES, *FEEDBACK_PUSHES, *HOLD_PUSHES),
    cancel=cancel,
    edited=edited,
    moment=moment,
    write=write_in,
    means=MEANS,
    returning=RETURNING,
    reply=take_reply,
    notices=notice,
    loses_nothing=corrects_something,
    receipts=take_receipts,
)
