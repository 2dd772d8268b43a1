"""How much a slow phone loads before the first sentence can be sent, and how long its
answer takes: `python -m tests.bench.first_answer CHECKOUT …`, each against the others.

A phone of few means on a bad line: 300 ms a round trip, 50 KB/s, a processor four times
slower. Rounds take turns; a figure is the median with its least and most.
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROUNDS = 9
ROUND_TRIP = 300  # milliseconds
BYTES_A_SECOND = 50_000
SLOWER = 4
SENTENCE = "街道要求同一份台账每周报五次"
OPEN = re.compile(r"(http://\S+)/ ")


@dataclass(frozen=True, slots=True)
class Visit:
    """What one first visit took: bytes on the wire, and seconds since it began."""

    loaded_bytes: int
    until_loaded: float
    until_answered: float


@contextmanager
def serving(checkout: Path) -> Iterator[str]:
    """A line of this checkout; gives its address."""
    folder = tempfile.mkdtemp()
    settings = {
        "JIANFU_DATA_DIR": f"{folder}/data",
        "JIANFU_KEYRING": f"{folder}/keys.json",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve", "--port", "0"],
        cwd=checkout,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = OPEN.search(process.stdout.readline())
        assert found, f"{checkout} does not serve"
        yield found[1]
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def visit(browser: Browser, url: str) -> Visit:
    """Open the page for the first time, say a sentence, see what it is answered."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    sizes: list[int] = []
    devtools.on(
        "Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"])
    )
    devtools.send("Network.enable")
    line = {
        "offline": False,
        "latency": ROUND_TRIP,
        "downloadThroughput": BYTES_A_SECOND,
        "uploadThroughput": BYTES_A_SECOND,
    }
    devtools.send("Network.emulateNetworkConditions", line)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    began = time.perf_counter()
    page.goto(url, wait_until="load")
    until_loaded = time.perf_counter() - began
    loaded_bytes = sum(sizes)
    page.fill("#text", SENTENCE)
    page.press("#text", "Enter")
    page.locator(".asks").wait_for()
    until_answered = time.perf_counter() - began
    context.close()
    return Visit(int(loaded_bytes), until_loaded, until_answered)


def told(figures: Sequence[float]) -> str:
    middle = statistics.median(figures)
    return f"{middle:,.2f} ({min(figures):,.2f}–{max(figures):,.2f})"


def main(checkouts: Sequence[Path]) -> None:
    with ExitStack() as stack:
        urls = {one: stack.enter_context(serving(one)) for one in checkouts}
        playwright = stack.enter_context(sync_playwright())
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )
        stack.callback(browser.close)
        visits: dict[Path, list[Visit]] = {checkout: [] for checkout in checkouts}
        for url in urls.values():
            visit(browser, url)  # its models are read with the first sentence
        for _ in range(ROUNDS):
            for checkout, url in urls.items():
                visits[checkout].append(visit(browser, url))
    for checkout, found in visits.items():
        kilobytes = [one.loaded_bytes / 1000 for one in found]
        loaded = [one.until_loaded for one in found]
        answered = [one.until_answered for one in found]
        print(
            f"{checkout}: {told(kilobytes)} KB; "
            f"loaded {told(loaded)} s; answered {told(answered)} s"
        )


if __name__ == "__main__":
    main([Path(name).resolve() for name in sys.argv[1:]])
