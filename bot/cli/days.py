"""A day on the command line, by the grammar in which staff write days everywhere."""

from __future__ import annotations

import argparse
from datetime import date

from dialogs.case.typed import past_day

LEAP_YEAR = date(2028, 12, 31)  # in which every day may stand


def day_typed(typed: str) -> str:
    """As it was typed, if it may be a day that is over; which one depends on the
    deployment's zone. Raises: ArgumentTypeError.
    """
    if past_day(typed, LEAP_YEAR) is None:
        raise argparse.ArgumentTypeError("请写成 2026-12-01 或 12月1日")
    return typed
