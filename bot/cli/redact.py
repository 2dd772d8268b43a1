"""`jianfu redact --jsonl`: each text with what could name somebody masked."""

from __future__ import annotations

import argparse
from typing import Any

from anonymizer.redact import MASK_LABELS, find_identifying, mask
from bot.cli import filters
from bot.settings import OperatorError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        '从标准输入一行行读 {"id","text"}，遮住能认出人的字，一行行写到标准输出；'
        "只算，不存，不联网。"
    )
    kinds = "、".join(f"{kind} {label}" for kind, label in MASK_LABELS.items())
    parser.epilog = (
        '输出：{"id","redacted","spans":[{"start","end","type"}]}，'
        "位置按原文的码点数，从 0 起，end 不含。"
        f"type：{kinds}。坏行在标准错误里报行号，好行照办，最后以 1 退出。"
        """例：echo '{"id":1,"text":"我电话13800138000"}' | jianfu redact --jsonl"""
    )
    parser.add_argument(
        "--jsonl", action="store_true", help="输入输出都是一行一个 JSON（必须写明）"
    )


def run(args: argparse.Namespace) -> int:
    if not args.jsonl:
        raise OperatorError(
            "请加 --jsonl，并从标准输入给出 JSON 行；格式见 jianfu redact --help"
        )
    return filters.run(answer)


def answer(line: dict[str, Any]) -> dict[str, Any]:
    """As a report would be masked before its reporter lifts anything."""
    text = line["text"]
    spans = find_identifying(text)
    return {
        "redacted": mask(text, spans),
        "spans": [
            {"start": span.start, "end": span.end, "type": span.type} for span in spans
        ],
    }
