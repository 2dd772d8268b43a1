"""Journeys over the terminal: the real console command, a real database, a pty."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.transcript import play

TRANSCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.slow
@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_journey(transcript: Path, tmp_path: Path) -> None:
    play(transcript, tmp_path)
