"""`jianfu understand --jsonl`: what each sentence is about."""

from __future__ import annotations

import argparse
from typing import Any

from bot.cli import filters
from bot.settings import OperatorError
from dialogs.understand import understand


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        '从标准输入一行行读 {"id","text"}，判断类别、是否归专线管、单位和地点，'
        "一行行写到标准输出；"
        "只算，不存，不联网。"
    )
    parser.epilog = (
        '输出：{"id","categories"（类别代码，最像的在前）,"in_scope","signpost",'
        '"unit","place","kind","urgent"}。'
        "坏行在标准错误里报行号，好行照办，最后以 1 退出。"
        """例：echo '{"id":1,"text":"同一份台账每周报五次"}' | """
        "jianfu understand --jsonl"
    )
    parser.add_argument(
        "--jsonl", action="store_true", help="输入输出都是一行一个 JSON（必须写明）"
    )


def run(args: argparse.Namespace) -> int:
    if not args.jsonl:
        raise OperatorError(
            "请加 --jsonl，并从标准输入给出 JSON 行；格式见 jianfu understand --help"
        )
    understand("")  # the word lists are read now, not while the first sentence waits
    return filters.run(answer)


def answer(line: dict[str, Any]) -> dict[str, Any]:
    """The fields of the scoring contract, in its order, and two more."""
    found = understand(line["text"])
    return {
        "categories": list(found.categories),
        "in_scope": found.in_scope,
        "signpost": found.signpost,
        "unit": found.unit,
        "place": found.place,
        "kind": found.kind,
        "urgent": found.urgent,
    }
