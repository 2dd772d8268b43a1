"""What pictures cost: the memory, processor and time that the worker takes for one.

    python -m tests.bench.pictures

Each picture is made here and given to a worker of its own, started as the server starts
it; memory is the most it ever held (resident), its own code (33 MB) included.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image

from anonymizer.scrub import image
from tests.anonymizer.scrub.pictures import file, long_screenshot, many_scans

WEIGHED = "import tests.bench.pictures as own; own.weigh()"


@dataclass(frozen=True, slots=True)
class Weight:
    """memory: bytes; processor, waited: seconds; told: what the worker said."""

    memory: int
    processor: float
    waited: float
    told: dict[str, Any]


def weighed(data: bytes) -> Weight:
    """What the worker takes for a picture; measured in a process that starts no
    other, for the system counts children together.
    """
    command = [sys.executable, "-c", WEIGHED]
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    return Weight(**json.loads(done.stdout))


def weigh() -> None:
    """The other half of `weighed`."""
    order = b"{}\n" + sys.stdin.buffer.read()
    command = [sys.executable, "-I", "-B", str(image._WORKER)]
    began = time.perf_counter()
    done = subprocess.run(command, input=order, capture_output=True, check=True)
    waited = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    weight = {
        "memory": used.ru_maxrss * 1024,
        "processor": used.ru_utime + used.ru_stime,
        "waited": waited,
        "told": json.loads(done.stdout.partition(b"\n")[0]),
    }
    print(json.dumps(weight))


def gradient(width: int, height: int) -> Image.Image:
    return Image.radial_gradient("L").resize((width, height)).convert("RGB")


PICTURES: dict[str, Callable[[], bytes]] = {
    "JPEG, 12 megapixels": lambda: file(gradient(4000, 3000), "JPEG"),
    "JPEG, 64 megapixels": lambda: file(gradient(9248, 6936), "JPEG"),
    "JPEG, 108 megapixels": lambda: file(gradient(12_000, 9000), "JPEG"),
    "JPEG, 200 megapixels": lambda: file(gradient(16_320, 12_240), "JPEG"),
    "… progressive": lambda: file(gradient(16_320, 12_240), "JPEG", progressive=True),
    "PNG, 64 megapixels": lambda: file(gradient(9248, 6936), "PNG", compress_level=1),
    "PNG, 200 megapixels": lambda: file(
        gradient(16_320, 12_240), "PNG", compress_level=1
    ),
    "WebP, 50 megapixels": lambda: file(gradient(8000, 6250), "WEBP", method=0),
    "AVIF, 12 megapixels": lambda: file(gradient(4000, 3000), "AVIF", speed=10),
    "screenshot 1080 × 4,800, PNG": lambda: file(long_screenshot(1080, 4800), "PNG"),
    "screenshot 1080 × 20,000, PNG": lambda: file(long_screenshot(1080, 20_000), "PNG"),
    "screenshot 1080 × 20,000, JPEG": lambda: file(
        long_screenshot(1080, 20_000), "JPEG"
    ),
    "progressive JPEG of 20,000 scans": lambda: many_scans(20_000),
}


def main() -> None:
    for name, make in PICTURES.items():
        weight = weighed(make())
        kept = weight.told.get("error") or "{width} × {height}".format(**weight.told)
        print(
            f"| {name} | {kept} | {weight.memory / 1e6:.0f} MB"
            f" | {weight.processor:.1f} s | {weight.waited:.1f} s |",
            flush=True,
        )


if __name__ == "__main__":
    main()
