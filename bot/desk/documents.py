"""Cases as JSON for scripts: names are stable, shapes stand in docs/casework.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from bot.cases.reading import (
    ListedCase,
    NoteView,
    PictureInfo,
    ReportView,
    Sheet,
    StepView,
)
from bot.cases.staff import Outcome
from bot.desk.outcomes import outcome_text
from bot.desk.wording import FACTS
from bot.hours import utc
from dialogs.case.deciding import possible_now
from dialogs.case.life import ORDERED, Case
from dialogs.case.worktime import Terms


def _iso(at: int | datetime | None, zone: tzinfo) -> str | None:
    moment = utc(at) if isinstance(at, int) else at
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None


def case_json(
    case: Case, terms: Terms, now: datetime, *, damaged: bool = False
) -> dict[str, Any]:
    """damaged: it takes no order."""
    zone = terms.zone
    possible = () if damaged else possible_now(case, now, terms)
    may = [name for name in possible if name in ORDERED]
    return {
        "alias": case.alias,
        "serial": case.serial,
        "state": case.state.value,
        "category": case.category,
        "urgent": case.urgent,
        "unit": case.assignment.unit,
        "level": case.assignment.level,
        "finding": case.assignment.finding,
        "due": _iso(case.due, zone),
        "claimed_by": case.claimed.name if case.claimed else None,
        "legal": may,
    }


def entry_json(entry: ListedCase, terms: Terms, now: datetime) -> dict[str, Any]:
    return case_json(entry.case, terms, now, damaged=entry.damaged) | {
        "opened": _iso(entry.opened, terms.zone),
        "text": entry.text,
        "damaged": entry.damaged,
    }


def outcome_json(outcome: Outcome, terms: Terms, now: datetime) -> dict[str, Any]:
    handed = outcome.handed
    shown = handed and {
        "unit": handed.unit,
        "level": handed.level,
        "due": _iso(handed.due, terms.zone),
        "registered": handed.known,
        "liaisons": list(handed.liaisons),
    }
    written = case_json(outcome.case, terms, now)
    said = outcome_text(outcome, terms)
    return written | {"said": said, "told": outcome.told, "handed": shown}


def sheet_json(
    sheet: Sheet, terms: Terms, saved: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    zone = terms.zone
    wants = sheet.case.assignment.wants
    return case_json(sheet.case, terms, now, damaged=sheet.damaged) | {
        "opened": _iso(sheet.opened, zone),
        "returns": sheet.case.assignment.returns,
        "wants": {"days": wants.days, "reason": wants.reason} if wants else None,
        "resumes": _iso(sheet.case.resumes, zone),
        "reply": sheet.case.reply.text if sheet.case.reply else None,
        "merged_into": sheet.into,
        "merged": list(sheet.merged),
        "reports": [_report_json(report, zone, saved) for report in sheet.reports],
        "steps": [_step_json(step, zone) for step in sheet.steps],
        "notes": [_note_json(note, zone) for note in sheet.notes],
        "damaged": sheet.damaged,
    }


def _report_json(
    report: ReportView, zone: tzinfo, saved: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "number": report.number,
        "filed": _iso(report.filed, zone),
        "text": report.text,
        **{name: report.facts.get(name) for name in ("category", "unit_level", *FACTS)},
        "pictures": [_picture_json(picture, saved) for picture in report.pictures],
        "rating": {
            "solved": report.solved,
            "satisfied": report.satisfied,
            "word": report.word,
        },
    }


def _picture_json(picture: PictureInfo, saved: Mapping[str, str]) -> dict[str, Any]:
    file = saved.get(picture.id)
    return {
        "mime": picture.mime,
        "width": picture.width,
        "height": picture.height,
        "file": file,
    }


def _step_json(step: StepView, zone: tzinfo) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "at": _iso(step.at, zone),
        "by": step.by,
        "report": step.report,
        "public": step.public,
        **{name: step.params.get(name) for name in ("text", "unit", "finding")},
        "due": _iso(step.params.get("due"), zone),
        "pictures": step.params.get("pictures", 0),
    }


def _note_json(note: NoteView, zone: tzinfo) -> dict[str, Any]:
    return {"at": _iso(note.at, zone), "by": note.by, "text": note.text}
