"""The hotline's dialogs. One more is its module and a line here (and its English)."""

from __future__ import annotations

from dialogs.engine import Dialogs
from dialogs.report.dialog import REPORT
from dialogs.status.dialog import STATUS

DIALOGS = Dialogs(REPORT, STATUS)
