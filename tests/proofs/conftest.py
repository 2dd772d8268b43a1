"""What the proofs share."""

from __future__ import annotations

import pytest

from tests.proofs.figures import KEY, Note, circumstances


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Keep a test's figures for the docs, under the test's name."""
    kept: dict[str, int | float | str] = {**circumstances()}

    def keep(**figures: int | float | str) -> None:
        cache = request.config.cache
        assert cache is not None
        kept.update(figures)
        cache.set(f"{KEY}/{request.node.name}", kept)

    return keep
