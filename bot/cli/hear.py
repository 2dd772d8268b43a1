"""`jianfu hear --jsonl`: what a message means at the step where it is said."""

from __future__ import annotations

import argparse
from typing import Any

from bot.cli import filters
from bot.cli.filters import BadLine
from bot.settings import OperatorError
from dialogs.meaning import STEPS, Draft, Moment, meaning


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        '从标准输入一行行读 {"id","step","said_before","draft","open","text"}，'
        "判断这句话在这一步想做什么，一行行写到标准输出；只算，不存，不联网。"
    )
    parser.epilog = (
        '输出：{"id","intent","args"}。step 不写就当 start：'
        f"{'、'.join(STEPS)}。"
        "said_before 是这份草稿里已经写的话，draft 是已经认出的要素，"
        "open 是正问着的话（连同编号的选项），都可以不写。"
        "坏行在标准错误里报行号，好行照办，最后以 1 退出。"
        """例：echo '{"id":1,"step":"preview","text":"可以了"}' | jianfu hear --jsonl"""
    )
    parser.add_argument(
        "--jsonl", action="store_true", help="输入输出都是一行一个 JSON（必须写明）"
    )


def run(args: argparse.Namespace) -> int:
    if not args.jsonl:
        raise OperatorError(
            "请加 --jsonl，并从标准输入给出 JSON 行；格式见 jianfu hear --help"
        )
    meaning("", Moment("start"))  # the package data are read now, not at the first line
    return filters.run(answer)


def answer(line: dict[str, Any]) -> dict[str, Any]:
    """What one message means. Raises: BadLine."""
    found = meaning(line["text"], moment_of(line))
    return {"intent": found.intent, "args": dict(found.args)}


def moment_of(line: dict[str, Any]) -> Moment:
    """When the message of a line is said. Raises: BadLine, which quotes nothing."""
    step = line.get("step") or "start"
    if step not in STEPS:
        raise BadLine("step 不是已知的一步")
    said_before = line.get("said_before") or []
    if not isinstance(said_before, list) or not _are_strings(said_before):
        raise BadLine("said_before 应是一列字符串")
    question = line.get("open")
    if question is not None and not isinstance(question, str):
        raise BadLine("open 应是字符串，或 null")
    return Moment(
        step=step,
        said_before=tuple(said_before),
        draft=_draft_of(line.get("draft")),
        open=question,
    )


def _draft_of(value: Any) -> Draft | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise BadLine("draft 应是一个对象，或 null")
    words = {name: value.get(name) for name in ("category", "unit", "place", "when")}
    pictures = value.get("pictures") or 0
    known = [word for word in words.values() if word is not None]
    if not _are_strings(known) or not isinstance(pictures, int):
        raise BadLine("draft 里应是字符串，pictures 应是张数")
    return Draft(**words, pictures=pictures)


def _are_strings(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
