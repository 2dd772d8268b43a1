"""`jianfu poster`: a printable A4 sheet that leads to the bot, the same for
everybody.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.settings import OperatorError, Settings, load
from dialogs.texts import phrases, text

phrases(
    "poster",
    title="减负专线",
    what="匿名反映“给基层添负担”的事",
    facts="一周七天，随时可用\n不问姓名、电话、账号，工作人员只看到代号\n"
    "凭回执码查进展",
    scan="用自己的手机扫一扫，请勿使用单位网络和设备",
    sees="Telegram 公司看得到您的账号和聊天",
)
INK = "#17324d"
GREY = "#555555"
PAPER = "#ffffff"
MM_AN_INCH = 25.4
A4_WIDTH = 210 / MM_AN_INCH
A4_HEIGHT = 297 / MM_AN_INCH
DOTS = 300  # per inch
CODE_WIDTH = 0.48  # of the sheet's
QUIET_ZONE = 4  # modules around the code that stay white, as ISO/IEC 18004 wants it
POSTER_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "做一张可打印的 A4 海报：二维码打开机器人的私聊。所有海报都一样，"
        "链接里没有地点，也没有回执码。"
    )
    parser.epilog = (
        "例：jianfu poster --output 海报.pdf　　jianfu poster --name "
        "jianfu_line_bot --output 海报.png"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("poster.pdf"), help="写到哪里，.pdf 或 .png"
    )
    parser.add_argument(
        "--name", help="机器人的用户名；不写就按 JIANFU_TELEGRAM__TOKEN 去问"
    )


def run(args: argparse.Namespace) -> int:
    if args.output.suffix not in (".pdf", ".png"):
        raise OperatorError("海报只做 .pdf 或 .png：请改 --output 的扩展名")
    name = args.name.removeprefix("@") if args.name else asyncio.run(_ask(load()))
    link = deep_link(name)
    try:
        draw(link, args.output)
    except OSError as error:
        raise OperatorError(
            f"写不了 {args.output}：{error.strerror}，请换一个位置"
        ) from None
    print(f"海报：{args.output}，二维码打开 {link}")
    return 0


def deep_link(name: str) -> str:
    """The one link there is: who made it, and where it hangs, must not be
    told by it.
    """
    return f"https://t.me/{name}?start=line"


async def _ask(settings: Settings) -> str:
    """The bot's username. Raises: OperatorError."""
    if settings.telegram.token is None:
        raise OperatorError(
            "不知道是哪个机器人：请设置 JIANFU_TELEGRAM__TOKEN，或写 --name 用户名"
        )
    from telegram.error import TelegramError

    from bot.channels.telegram.channel import close, make_bot
    from bot.channels.telegram.errors import about

    bot = make_bot(settings.telegram)
    try:
        return str((await bot.get_me()).username)
    except TelegramError as error:
        trouble = about(error)
    finally:
        await close(bot)
    raise OperatorError(
        f"问不到机器人的用户名（{trouble}）：请检查令牌和网络，或写 --name 用户名"
    )


def draw(link: str, output: Path) -> None:
    """Draw it; without a Chinese font on this machine, a font of matplotlib's own would
    show empty boxes.

    Raises: OperatorError, OSError.
    """
    import matplotlib
    from matplotlib.figure import Figure

    style: dict[Any, Any] = {
        "font.family": [_font()],
        "pdf.fonttype": 42,
        "svg.hashsalt": "poster",
    }
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(A4_WIDTH, A4_HEIGHT), facecolor=PAPER)
        _write_words(figure)
        _draw_code(figure, link)
        # for those who type, or want to compare
        shown = link.removeprefix("https://").partition("?")[0]
        figure.text(0.5, 0.243, shown, size=15, color=INK, ha="center", va="center")
        figure.savefig(output, dpi=DOTS, metadata=_metadata(output))


def _font() -> str:
    """Raises: OperatorError, if none writes Chinese."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    for name in POSTER_FONTS:
        if name in known:
            return name
    raise OperatorError("没有中文字体：请安装 fonts-noto-cjk（或思源黑体）再做海报")


def _draw_code(figure: Any, link: str) -> None:
    import segno

    height = CODE_WIDTH * A4_WIDTH / A4_HEIGHT
    axes = figure.add_axes((0.26, 0.245, CODE_WIDTH, height))
    light = []
    for row in segno.make_qr(link, error="q").matrix_iter(border=QUIET_ZONE):
        light.append([not dark for dark in row])
    axes.imshow(light, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()


def _metadata(output: Path) -> dict[str, Any]:
    """Without when or by what it was made: all sheets are the same."""
    return {"CreationDate": None} if output.suffix == ".pdf" else {"Software": None}


def _write_words(figure: Any) -> None:
    def write(name: str, height: float, size: int, **looks: Any) -> None:
        words = text("zh", f"poster.{name}")
        looks = {"color": INK, "ha": "center", "va": "center"} | looks
        figure.text(0.5, height, words, size=size, linespacing=1.7, **looks)

    write("title", 0.90, 64, weight="bold")
    write("what", 0.815, 25)
    write("facts", 0.70, 19)
    write("scan", 0.208, 18, weight="bold")
    write("sees", 0.168, 13, color=GREY)
