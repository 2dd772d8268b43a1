"""Telegram. python-telegram-bot gives `Bot`, types and parsing; intake, order and pace
are our own.
"""

import logging
import os

os.environ.setdefault(
    "PTB_TIMEDELTA", "true"
)  # durations as timedelta, without a warning

for library in (
    "telegram",
    "httpx",
    "httpcore",
):  # at any level they log tokens and whole updates
    logging.getLogger(library).setLevel(logging.CRITICAL + 1)
