"""JSON lines in, one answer a line out: what `understand --jsonl`, `redact --jsonl` and
`hear --jsonl` share.
"""

from __future__ import annotations

import codecs
import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, NoReturn, TextIO

# From a line's object, whose "text" is a string, to the fields of the answer; raises
# BadLine where another field is not as it should be.
LineAnswer = Callable[[dict[str, Any]], dict[str, Any]]


class BadLine(ValueError):
    """A line that is no `{"id", "text"}`; the message says what is wrong and quotes
    nothing.
    """


def run(answer_line: LineAnswer) -> int:
    """Answer stdin's lines on stdout. Returns 1 if any was bad, else 0."""
    try:
        return filtered(sys.stdin.buffer, sys.stdout.buffer, sys.stderr, answer_line)
    except (
        BrokenPipeError
    ):  # what is still in the buffer must not be tried again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def filtered(
    lines: Iterable[bytes], out: BinaryIO, trouble: TextIO, answer_line: LineAnswer
) -> int:
    """Answer each line as soon as it is there; a bad one is told by its number and the
    rest goes on.
    """
    bad = 0
    for number, line in enumerate(lines, 1):
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if not line.strip():
            continue
        try:
            told = parsed(line)
            out.write(written({"id": told["id"], **answer_line(told)}))
            out.flush()
        except BadLine as error:
            bad += 1
            print(f"第 {number} 行：{error}", file=trouble, flush=True)
    return 1 if bad else 0


def parsed(line: bytes) -> dict[str, Any]:
    """An object with "id" and "text"; lone surrogates pass, escaped or not.

    Raises: BadLine.
    """
    try:
        value = json.loads(
            line.decode("utf-8", "surrogatepass"), parse_constant=_no_number
        )
    except UnicodeDecodeError:
        raise BadLine("不是 UTF-8 编码") from None
    except (ValueError, RecursionError):
        raise BadLine("不是合法的 JSON") from None
    if not isinstance(value, dict):
        raise BadLine('应是一个对象：{"id": …, "text": "…"}')
    if not isinstance(value.get("text"), str):
        raise BadLine("text 缺失，或不是字符串")
    if "id" not in value:
        raise BadLine("缺 id")
    return value


def written(value: dict[str, Any]) -> bytes:
    """One line of UTF-8; where a lone surrogate forbids that, of ASCII with escapes."""
    try:
        return json.dumps(value, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(value).encode() + b"\n"


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
