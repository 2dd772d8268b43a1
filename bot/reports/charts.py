"""Charts as PNG, drawn in a process of their own: the hotline's keeps its memory, and
its loop never waits.

Needs a font with Chinese characters; without one there is no chart, and `NoFont` says
what to install.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REMEDY = "没有能写中文的字体，报告不带图。请安装：apt install fonts-noto-cjk"
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
FILES = ("cjk", "notosanssc", "sourcehan", "pingfang", "msyh", "wqy", "simhei", "heiti")
BLUE, ORANGE, INK, PALE = (
    "#0072B2",
    "#E69F00",
    "#222222",
    "#BBBBBB",
)  # Okabe and Ito: safe for colour-blind
SIDE = 1080  # pixels: square, and as wide as a telephone is sharp
DPI = 120
LEAST_HIGH = 10  # of a scale on which everything is small
LONGEST = 60  # seconds that drawing may take
NO_FONT = 3  # exit code


class NoFont(Exception):
    """Chinese cannot be written here. The message names the remedy."""

    def __init__(self) -> None:
        super().__init__(REMEDY)


class NotDrawn(Exception):
    """Drawing failed or took too long."""


Panel = Mapping[
    str, Any
]  # JSON; kind: "trend", "bars", "rates" or "squares", see the functions below


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
    )
    try:
        async with asyncio.timeout(LONGEST):
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
            if any(part in path.lower() for part in FILES):
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
            "text.color": INK,
            "axes.unicode_minus": False,
            "axes.edgecolor": PALE,
            "xtick.color": INK,
            "ytick.color": INK,
        }
    ):
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


def _trend(axis: Axes, panel: Panel) -> None:
    """labels; series: [[name, values]] of at most two; hidden values are words and
    leave a gap.
    """
    places = range(len(panel["labels"]))
    highest = max(
        [_height(value) for _, values in panel["series"] for value in values], default=0
    )
    highest = max(highest, LEAST_HIGH)
    for (name, values), colour, marker, line in zip(
        panel["series"], (BLUE, ORANGE), "os", ("-", "--"), strict=False
    ):
        heights = [value if isinstance(value, int) else None for value in values]
        axis.plot(
            places,
            [float("nan") if h is None else h for h in heights],
            color=colour,
            marker=marker,
            linestyle=line,
            linewidth=2.5,
            label=name,
        )
        hidden = [place for place in places if heights[place] is None]
        if (
            hidden
        ):  # an empty line that is not clipped has no size: the layout would collapse
            axis.plot(
                hidden,
                [0] * len(hidden),
                color=colour,
                marker=marker,
                linestyle="none",
                fillstyle="none",
                clip_on=False,
            )
        last = values[-1] if values else 0
        axis.annotate(
            f"{name} {last}",
            (len(values) - 1, _height(last)),
            xytext=(10, 0),
            textcoords="offset points",
            color=INK,
            va="center",
            annotation_clip=False,
        )
    _apart(axis, highest)
    axis.set_xticks(places, panel["labels"])
    axis.set_ylim(0, highest * 1.15)
    axis.set_xlim(-0.3, len(panel["labels"]) - 0.4)
    axis.tick_params(length=0)
    axis.grid(axis="y", color=PALE, linewidth=0.5)


def _apart(axis: Axes, highest: float) -> None:
    """Two labels at the ends of their lines do not lie on each other."""
    labels = sorted(axis.texts, key=lambda label: label.xy[1])  # type: ignore[attr-defined]
    if len(labels) == 2:
        low, high = (label.xy[1] / highest for label in labels)  # type: ignore[attr-defined]
        push = max(0.0, 11 - 150 * (high - low))
        down = min(push, 100 * low)  # not onto the words below the axis
        labels[0].xyann, labels[1].xyann = (10, -down), (10, 2 * push - down)  # type: ignore[attr-defined]


def _bars(axis: Axes, panel: Panel) -> None:
    """names; now, then: values, words where hidden; keys: what the two are called (""
    for no `then`).
    """
    names, thick = panel["names"], 0.38 if panel["keys"][1] else 0.7
    longest = (
        max([_height(value) for value in [*panel["now"], *panel["then"]]], default=0)
        or LEAST_HIGH
    )
    for values, key, colour, shift in (
        (panel["now"], panel["keys"][0], BLUE, -thick / 2 if panel["keys"][1] else 0),
        (panel["then"], panel["keys"][1], PALE, thick / 2),
    ):
        if not key:
            continue
        places = [index + shift for index in range(len(names))]
        axis.barh(
            places, [_height(value) for value in values], thick, color=colour, label=key
        )
        for place, value in zip(places, values, strict=True):
            axis.text(
                _height(value) + longest * 0.01,
                place,
                str(value),
                va="center",
                fontsize=12,
            )
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()
    axis.set_xlim(0, longest * 1.12)
    axis.set_xticks([])
    axis.spines["bottom"].set_visible(False)
    axis.tick_params(length=0)
    if panel["keys"][1]:
        axis.legend(loc="lower right", frameon=False)


def _rates(axis: Axes, panel: Panel) -> None:
    """names; shares: 0 to 1, None where hidden; words: what stands beside each."""
    for place, (share, words) in enumerate(
        zip(panel["shares"], panel["words"], strict=True)
    ):
        axis.barh(place, 1, 0.6, color="#EEEEEE")
        axis.barh(place, share or 0, 0.6, color=BLUE)
        inside = (share or 0) > 0.55
        axis.text(
            0.02 if inside or share is None else share + 0.02,
            place,
            words,
            va="center",
            color="white" if inside else INK,
        )
    axis.set_yticks(range(len(panel["names"])), panel["names"])
    axis.invert_yaxis()
    axis.set_xlim(0, 1)
    axis.set_xticks([])
    axis.spines["bottom"].set_visible(False)
    axis.tick_params(length=0)


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
    for letter, x, y, colour in (
        ("A", 1, 1, "#D6E9F5"),
        ("B", 0, 1, "#F2F2F2"),
        ("C", 1, 0, "#F2F2F2"),
        ("D", 0, 0, "#FBE9C6"),
    ):
        title, lines = panel["squares"][letter]
        axis.fill(
            [x, x + 1, x + 1, x],
            [y, y, y + 1, y + 1],
            color=colour,
            edgecolor="white",
            linewidth=4,
        )
        axis.text(x + 0.05, y + 0.92, title, va="top", fontweight="bold")
        axis.text(
            x + 0.05, y + 0.75, "\n".join(lines), va="top", fontsize=13, linespacing=1.5
        )


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
