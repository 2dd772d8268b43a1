"""What every test may use."""

import os
import shutil

import pytest

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
