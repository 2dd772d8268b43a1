"""How fast we may write to Telegram.

Source: Bots FAQ, "My bot is hitting limits": about one message a second in a chat
(short bursts may pass), 20 a minute in a group, 30 a second overall. Edits count like
messages; deletions, answers to presses do not. We stay a little below.
"""

from __future__ import annotations

from bot.channels.pace import PaceLimits

# of a group's messages in its span, how many are left for what is more urgent
ALERTS_LEAVE = 3  # for the answers to people there
CARDS_LEAVE = 7  # for these and for alerts

PACE = PaceLimits(
    each=1.02,
    burst=2,
    group=19,
    group_span=61.0,
    all=1 / 28,
    together=2,
    at_once=30,
    span=1.0,
    is_group=lambda chat: chat < 0,
)
