"""Words that were changed after they had been said: the draft follows, what has been
sent does not.
"""

from __future__ import annotations

from dialogs import draft, report
from dialogs.talk import Turn, command
from dialogs.texts import phrase
from dialogs.words import Edited, Hide

phrase(
    "edited.sent",
    "您改的没有跟着改。已送出的改不了：要更正，请查进展再补充。"
    "还没送出的，请点“改文字”或“图片”。",
)


@command("edited")
def edited(turn: Turn) -> None:
    """The old words stand in the open draft: put the new ones there. Elsewhere: say
    what can be done.
    """
    event, said = turn.event, turn.answers.get("text", "")
    if not isinstance(event, Edited) or not event.old or event.old.strip() not in said:
        turn.tapped = False
        turn.say("edited.sent")
        return
    words = said.replace(event.old.strip(), event.new.strip(), 1)
    if turn.talk.dialog == "report":
        report.take_text(
            turn, words, "understood" if turn.talk.state in report.ASKING else None
        )
        return
    if draft.fits(turn, words):
        draft.put_text(turn, words, turn.look(Hide(words)))
    turn.prompt()
