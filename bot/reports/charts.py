"""Charts as PNG, drawn in a process of their own: the hotline's keeps its memory, and
its loop never waits.

Needs a font with Chinese characters; without one there is no chart, and `NoFont` says
what to install.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONT_REMEDY = "没有能写中文的字体，报告不带图。请安装：apt install fonts-noto-cjk"
FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Heiti SC",
)
FONT_FILES = (
    "cjk",
    "notosanssc",
    "sourcehan",
    "pingfang",
    "msyh",
    "wqy",
    "simhei",
    "heiti",
)
# The colours of Okabe and Ito, which the colour-blind tell apart.
BLUE = "#0072B2"
ORANGE = "#E69F00"
DARK = "#222222"
PALE = "#BBBBBB"
TRACK = "#EEEEEE"  # behind a share: how far it could reach
SQUARE_COLOURS = {"A": "#D6E9F5", "B": "#F2F2F2", "C": "#F2F2F2", "D": "#FBE9C6"}
SQUARE_PLACES = {"A": (1, 1), "B": (0, 1), "C": (1, 0), "D": (0, 0)}
SIDE = 1080  # pixels: square, and as wide as a telephone is sharp
DPI = 120
LEAST_HIGH = 10  # of a scale on which everything is small
DRAWING_SECONDS = 60  # that it may take
NO_FONT = 3  # exit code
THIN = 0.38  # of a bar, where two stand side by side
THICK = 0.7


class NoFont(Exception):
    """Chinese cannot be written here. The message names the remedy."""

    def __init__(self) -> None:
        super().__init__(FONT_REMEDY)


class NotDrawn(Exception):
    """Drawing failed or took too long."""


# JSON; kind: "trend", "bars", "rates" or "squares", see the functions below
Panel = Mapping[str, Any]


def _surroundings() -> dict[str, str]:
    """What fonts and caches are found by, without our settings: a keyring or a token
    may be among them.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("JIANFU_")
    }


async def draw(panels: Sequence[Panel]) -> bytes:
    """One PNG with these panels, one below the other; the same panels give the same
    bytes.

    Raises: NoFont, NotDrawn.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __spec__.name,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_surroundings(),
    )
    try:
        async with asyncio.timeout(DRAWING_SECONDS):
            png, _ = await process.communicate(json.dumps(panels).encode())
    except TimeoutError:
        raise NotDrawn("too long") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == NO_FONT:
        raise NoFont
    if process.returncode:
        raise NotDrawn(f"exit code {process.returncode}")
    return png


# ── in the other process ──────────────────────────────────────────────────────────────


def family() -> str | None:
    """A font that writes Chinese. One installed after matplotlib's list was made is
    found by its file.
    """
    from matplotlib import font_manager

    known = set(font_manager.fontManager.get_font_names())
    if not known & set(FAMILIES):
        for path in font_manager.findSystemFonts():
            if any(part in path.lower() for part in FONT_FILES):
                font_manager.fontManager.addfont(path)
        known = set(font_manager.fontManager.get_font_names())
    return next((name for name in FAMILIES if name in known), None)


def paint(panels: Sequence[Panel]) -> bytes | None:
    """The PNG; None where no font has Chinese."""
    import matplotlib

    matplotlib.use("Agg")
    font = family()
    if font is None:
        return None
    with matplotlib.rc_context(
        {
            "font.family": font,
            "font.size": 15,
            "text.color": DARK,
            "axes.unicode_minus": False,
            "axes.edgecolor": PALE,
            "xtick.color": DARK,
            "ytick.color": DARK,
        }
    ):
        return _painted(panels)


def _painted(panels: Sequence[Panel]) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(SIDE / DPI, SIDE / DPI), dpi=DPI, layout="constrained")
    weights = [panel.get("weight", 1) for panel in panels]
    axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=weights)
    for axis, panel in zip(axes[:, 0], panels, strict=True):
        axis.set_title(panel["title"], loc="left", fontsize=17, fontweight="bold")
        for side in ("top", "right", "left"):
            axis.spines[side].set_visible(False)
        PANELS[panel["kind"]](axis, panel)
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


# ── a trend ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LineStyle:
    """How one of two lines is told from the other, also without colour."""

    colour: str
    marker: str
    line: str


LINE_STYLES = (LineStyle(BLUE, "o", "-"), LineStyle(ORANGE, "s", "--"))


def _trend(axis: Axes, panel: Panel) -> None:
    """labels; series: [[name, values]] of at most two; hidden values are words and
    leave a gap.
    """
    labels = panel["labels"]
    every = [_height(value) for _, values in panel["series"] for value in values]
    highest = max([LEAST_HIGH, *every])
    for (name, values), style in zip(panel["series"], LINE_STYLES, strict=False):
        _line(axis, name, values, style)
        _name_at_its_end(axis, name, values)
    _apart(axis, highest)
    axis.set_xticks(range(len(labels)), labels)
    axis.set_ylim(0, highest * 1.15)
    axis.set_xlim(-0.3, len(labels) - 0.4)
    axis.tick_params(length=0)
    axis.grid(axis="y", color=PALE, linewidth=0.5)


def _line(axis: Axes, name: str, values: Sequence[int | str], style: LineStyle) -> None:
    """What is hidden stands as an empty mark on the ground."""
    heights = [value if isinstance(value, int) else float("nan") for value in values]
    axis.plot(
        range(len(values)),
        heights,
        color=style.colour,
        marker=style.marker,
        linestyle=style.line,
        linewidth=2.5,
        label=name,
    )
    hidden = [place for place, value in enumerate(values) if isinstance(value, str)]
    if not hidden:  # an empty line that is not clipped has no size: the layout breaks
        return
    axis.plot(
        hidden,
        [0] * len(hidden),
        color=style.colour,
        marker=style.marker,
        linestyle="none",
        fillstyle="none",
        clip_on=False,
    )


def _name_at_its_end(axis: Axes, name: str, values: Sequence[int | str]) -> None:
    last = values[-1] if values else 0
    axis.annotate(
        f"{name} {last}",
        (len(values) - 1, _height(last)),
        xytext=(10, 0),
        textcoords="offset points",
        color=DARK,
        va="center",
        annotation_clip=False,
    )


def _apart(axis: Axes, highest: float) -> None:
    """Two labels at the ends of their lines do not lie on each other."""
    labels = sorted(axis.texts, key=lambda label: label.xy[1])  # type: ignore[attr-defined]
    if len(labels) != 2:
        return
    lower, upper = labels
    low = lower.xy[1] / highest  # type: ignore[attr-defined]
    high = upper.xy[1] / highest  # type: ignore[attr-defined]
    push = max(0.0, 11 - 150 * (high - low))  # points
    down = min(push, 100 * low)  # not onto the words below the axis
    lower.xyann = (10, -down)  # type: ignore[attr-defined]
    upper.xyann = (10, 2 * push - down)  # type: ignore[attr-defined]


# ── bars ──────────────────────────────────────────────────────────────────────────────


def _bars(axis: Axes, panel: Panel) -> None:
    """names; now, then: values, words where hidden; keys: what the two are called (""
    for no `then`).
    """
    names = panel["names"]
    key_now, key_then = panel["keys"]
    thick = THIN if key_then else THICK
    every = [_height(value) for value in [*panel["now"], *panel["then"]]]
    longest = max(every, default=0) or LEAST_HIGH
    now = BarStyle(key_now, BLUE, thick, -thick / 2 if key_then else 0)
    _bars_of(axis, panel["now"], now, longest)
    if key_then:
        then = BarStyle(key_then, PALE, thick, thick / 2)
        _bars_of(axis, panel["then"], then, longest)
    axis.set_yticks(range(len(names)), names)
    axis.set_xlim(0, longest * 1.12)
    _plain_bars(axis)
    if key_then:
        axis.legend(loc="lower right", frameon=False)


@dataclass(frozen=True, slots=True)
class BarStyle:
    """How one of two series of bars looks. shift: from the middle of its place."""

    key: str
    colour: str
    thick: float
    shift: float


def _bars_of(
    axis: Axes, values: Sequence[int | str], style: BarStyle, longest: float
) -> None:
    places = [index + style.shift for index in range(len(values))]
    lengths = [_height(value) for value in values]
    axis.barh(places, lengths, style.thick, color=style.colour, label=style.key)
    for place, value in zip(places, values, strict=True):
        beside = _height(value) + longest * 0.01
        axis.text(beside, place, str(value), va="center", fontsize=12)


def _rates(axis: Axes, panel: Panel) -> None:
    """names; shares: 0 to 1, None where hidden; words: what stands beside each."""
    names = panel["names"]
    shares = zip(panel["shares"], panel["words"], strict=True)
    for place, (share, words) in enumerate(shares):
        _share(axis, place, share, words)
    axis.set_yticks(range(len(names)), names)
    axis.set_xlim(0, 1)
    _plain_bars(axis)


def _share(axis: Axes, place: int, share: float | None, words: str) -> None:
    """Its words stand within a long bar, and behind a short one."""
    length = share or 0
    axis.barh(place, 1, 0.6, color=TRACK)
    axis.barh(place, length, 0.6, color=BLUE)
    within = length > 0.55
    at = 0.02 if within or share is None else share + 0.02
    axis.text(at, place, words, va="center", color="white" if within else DARK)


def _plain_bars(axis: Axes) -> None:
    """The first bar on top, and no scale: every bar has its number."""
    axis.invert_yaxis()
    axis.set_xticks([])
    axis.spines["bottom"].set_visible(False)
    axis.tick_params(length=0)


# ── four squares ──────────────────────────────────────────────────────────────────────


def _squares(axis: Axes, panel: Panel) -> None:
    """squares: of A, B, C, D the title and the lines; A stands top right: quick to the
    right, solved up.
    """
    axis.set_xlim(0, 2)
    axis.set_ylim(0, 2)
    axis.set_xticks([0.5, 1.5], panel["across"])
    axis.set_yticks([0.5, 1.5], panel["up"], rotation=90, va="center")
    axis.tick_params(length=0)
    axis.spines["bottom"].set_visible(False)
    for letter in SQUARE_PLACES:
        title, lines = panel["squares"][letter]
        _square(axis, letter, title, lines)


def _square(axis: Axes, letter: str, title: str, lines: Sequence[str]) -> None:
    x, y = SQUARE_PLACES[letter]
    axis.fill(
        [x, x + 1, x + 1, x],
        [y, y, y + 1, y + 1],
        color=SQUARE_COLOURS[letter],
        edgecolor="white",
        linewidth=4,
    )
    axis.text(x + 0.05, y + 0.92, title, va="top", fontweight="bold")
    words = "\n".join(lines)
    axis.text(x + 0.05, y + 0.75, words, va="top", fontsize=13, linespacing=1.5)


# ── all of them ───────────────────────────────────────────────────────────────────────


def _height(value: int | str) -> int:
    return value if isinstance(value, int) else 0


PANELS = {"trend": _trend, "bars": _bars, "rates": _rates, "squares": _squares}


def main() -> int:
    png = paint(json.load(sys.stdin))
    if png is None:
        return NO_FONT
    sys.stdout.buffer.write(png)
    return 0


if __name__ == "__main__":
    sys.exit(main())
