"""`jianfu templates`: whether the office's own paper templates can be filled, and the
built-in ones to edit.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.cli.private import write_private
from bot.ops.trouble import told
from bot.reports.paper_form import PAPERS, built_in
from bot.reports.template_check import tried, unknown_files
from bot.reports.templates import Templates
from bot.settings import OperatorError, load


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "看 JIANFU_TEMPLATES 里的模板能不能填；--out 把自带的存出来改。"
        "怎么改见 docs/papers.md。"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="目录",
        help="把自带的模板存到这个目录，已有的不覆盖",
    )


def run(args: argparse.Namespace) -> int:
    if args.out is not None:
        _save(args.out)
        return 0
    settings = load()
    templates = Templates.of(settings)
    found = {kind: tried(templates, kind) for kind in PAPERS}
    for kind, trouble in found.items():
        own = "自带的" if templates.own(kind) is None else "本单位的，能填"
        print(f"{kind}：{trouble or own}")
    if settings.templates is not None:
        for name in unknown_files(settings.templates):
            print(f"{name}：没有这种文书，用不上")
    return 1 if any(found.values()) else 0


def _save(folder: Path) -> None:
    """Raises: OperatorError."""
    there = [folder / f"{kind}.docx" for kind in PAPERS]
    if already := [path for path in there if path.exists()]:
        raise OperatorError(f"{already[0]} 已经有了：请换一个目录，或先把它挪走")
    try:
        for path in there:
            write_private(path, built_in(path.stem))
            print(path)
    except OSError as error:
        raise told("写不了", folder, error) from None
