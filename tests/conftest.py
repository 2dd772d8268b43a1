"""What every test may use."""

import os
import shutil

import pytest
from hypothesis import settings

# How long an example took says more about the machine than about the program. `make
# test` draws the same examples each time; `make test-long` draws anew, keeps what it
# found in .hypothesis, and prints how to draw it again: write it down as an @example.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("fresh", deadline=None, print_blob=True)
settings.load_profile("same")

NO_CHROMIUM = "no chromium: apt install chromium fonts-noto-cjk fonts-noto-color-emoji"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the real browser; without one the test is skipped, but in CI a skip is a
    failure.
    """
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is not None:
        return path
    if os.environ.get("CI"):
        pytest.fail(NO_CHROMIUM)
    pytest.skip(NO_CHROMIUM)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests go last: Playwright keeps a loop running on the thread where others
    start their own.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
