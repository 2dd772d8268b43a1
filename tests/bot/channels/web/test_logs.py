"""What the log says, and what it cannot be made to say."""

from __future__ import annotations

import subprocess
import sys

from tests.project.checkout import ROOT

PROGRAM = """
import asyncio, logging, warnings
from bot import logs
logs.start("DEBUG")
logging.getLogger("uvicorn.error").debug("peer 198.51.100.7")
logging.getLogger("uvicorn.error").error(
    "peer 198.51.100.7", exc_info=ValueError("13812345678")
)
logging.getLogger("aiosqlite").setLevel(logging.DEBUG)
logging.getLogger("aiosqlite").debug("13812345678")
logging.getLogger("asyncio").error("13812345678")
warnings.warn("13812345678")
try:
    raise ValueError("13812345678")
except ValueError:
    logging.getLogger("bot.hotline").exception("incident 1234abcd")
logging.getLogger("bot.hotline").debug("state preview")
try:
    raise OSError("13812345678")
except OSError as error:
    asyncio.new_event_loop().call_exception_handler(
        {"message": "13812345678", "exception": error}
    )
asyncio.log.logger.warning("%s 13812345678", "13812345678")
raise KeyError("13812345678")
"""


def test_libraries_and_exceptions_say_nothing_of_what_they_saw() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 1
    assert "198.51.100.7" not in done.stderr and "13812345678" not in done.stderr
    for ours in (
        "incident 1234abcd",
        "state preview",
        "uvicorn.error: a library reports trouble",
        "asyncio: a library reports trouble at line",
        "of base_events: OSError in <module>:",
        "KeyError in",
    ):
        assert ours in done.stderr
