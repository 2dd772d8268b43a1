"""Units as they stand in a file that a person keeps: TOML or CSV, with the line where
each thing stands.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dialogs.categories  # noqa: F401 - their names are phrases
from bot.people.directory import Leader, NewUnit, WrongEntry, leader_of
from dialogs.case.life import LEVELS
from dialogs.case.refusals import Refusal, refusals
from dialogs.texts import CHINESE
from dialogs.understand import CATEGORIES

refusals(
    import_not_text="文件不是 UTF-8 也不是 GB18030 文字，没有导入。",
    import_empty="文件里一个单位也没有。写法见 docs/people.md。",
    import_not_toml="第{line}行：不合 TOML 的写法。什么都没有导入。",
    import_outside_unit="{where}不认识“{name}”，每个单位请写在 [[unit]] 下面。",
    import_no_tables="每个单位请写在 [[unit]] 下面。什么都没有导入。",
    import_unknown_head="第{line}行：表头“{field}”不认识或写了两次，可以写：{known}。",
    import_heads_missing="第{line}行：表头至少要有“名称”和“层级”。",
    import_cells_too_many="第{line}行：格子比表头多。什么都没有导入。",
    import_not_csv="第{line}行：引号没有配对，或不合 CSV 的写法。什么都没有导入。",
    import_unknown_field="{where}不认识“{field}”，可以写：{known}。什么都没有导入。",
    import_not_a_list='{where}“{field}”要写成一列文字，如 ["…", "…"]。什么都没有导入。',
    import_not_a_text="{where}“{field}”要写成文字。什么都没有导入。",
    import_not_a_leader="{where}负责人“{words}”要写成：分管 姓名 电话，"
    "或：主要 姓名 电话。什么都没有导入。",
    import_wrong="{where}{why}。什么都没有导入。",
)
HEADS = {
    "名称": "name",
    "层级": "level",
    "上级": "parent",
    "别名": "aliases",
    "职责": "competences",
    "人员": "people",
    "负责人": "leaders",
}
LISTS = ("aliases", "competences", "people", "leaders")
HEADER = re.compile(r"\s*\[\[\s*unit\s*\]\]")
# How tomllib ends its sentences.
WHERE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
SEPARATORS = re.compile(r"[;；|\n]")


@dataclass(frozen=True, slots=True)
class UnitFile:
    """Units in the order of the file. lines: of each, where its fields stand; "" is the
    unit itself.
    """

    units: tuple[NewUnit, ...]
    lines: tuple[Mapping[str, int], ...]

    def refusal(self, wrong: WrongEntry) -> Refusal:
        """What is wrong, and in which line."""
        lines = self.lines[wrong.number]
        where = _at(lines.get(wrong.field, lines.get("")), wrong.number)
        return Refusal("import_wrong", where=where, why=wrong.why)


def parse(data: bytes, toml: bool) -> UnitFile:
    """Read a file's bytes: UTF-8, or GB 18030 as spreadsheets here save CSV.

    Raises: Refusal, one sentence that names the line.
    """
    text = _decoded(data)
    found = list(_toml(text) if toml else _csv(text))
    if not found:
        raise Refusal("import_empty")
    units, lines = zip(*found, strict=True)
    return UnitFile(units, lines)


def _decoded(data: bytes) -> str:
    if b"\0" in data:  # UTF-16, or no text at all
        raise Refusal("import_not_text")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("import_not_text")


# ── TOML ──────────────────────────────────────────────────────────────────────────────


def _toml(text: str) -> Iterator[tuple[NewUnit, Mapping[str, int]]]:
    try:
        known = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal("import_not_toml", line=_broken_line(text, error)) from None
    except (ValueError, RecursionError):  # numbers and tables without end
        raise Refusal("import_not_text") from None
    units = known.pop("unit", [])
    for name in known:
        where = _at(_line(text, 0, name), 0)
        raise Refusal("import_outside_unit", where=where, name=name)
    if not isinstance(units, list) or not all(isinstance(unit, dict) for unit in units):
        raise Refusal("import_no_tables")
    all_lines = enumerate(text.splitlines(), 1)
    starts = [number for number, line in all_lines if HEADER.match(line)]
    are_told_apart = len(starts) == len(units)
    for number, unit in enumerate(units):
        lines = _lines(text, starts[number], unit) if are_told_apart else {}
        yield _unit(unit, number, lines), lines


def _broken_line(text: str, error: tomllib.TOMLDecodeError) -> int:
    """The line, from 1, that tomllib stumbled over; the last, where it was the end."""
    found = WHERE.search(str(error))
    if found and found[1]:
        return int(found[1])
    return len(text.splitlines()) or 1


def _lines(text: str, start: int, names: Iterable[str]) -> dict[str, int]:
    """Where the keys of a unit are set, and under "" where it begins (`start`)."""
    lines: dict[str, int] = {}
    for name in names:
        at = _line(text, start, name)
        if at is not None:
            lines[name] = at
    lines[""] = start
    return lines


def _line(text: str, start: int, name: str) -> int | None:
    """The line, from 1, at which a key is set, from `start` on and before the next
    unit.
    """
    sets_it = re.compile(rf"""[\s\[]*["']?{re.escape(name)}["']?\s*[=.\]]""")
    for number, line in enumerate(text.splitlines()[start:], start + 1):
        if HEADER.match(line) and start:
            return None
        if sets_it.match(line):
            return number
    return None


# ── CSV ───────────────────────────────────────────────────────────────────────────────


def _csv(text: str) -> Iterator[tuple[NewUnit, Mapping[str, int]]]:
    rows = _rows(text)
    first, head = next(rows, (1, ()))
    fields = _fields(first, head)
    for number, (line, cells) in enumerate(rows):
        if len(cells) > len(fields):
            raise Refusal("import_cells_too_many", line=line)
        given: dict[str, str | list[str]] = {}
        for field, cell in zip(fields, cells, strict=False):
            if cell.strip():
                given[field] = _split(cell) if field in LISTS else cell.strip()
        lines = {"": line}
        yield _unit(given, number, lines), lines


def _fields(line: int, head: Sequence[str]) -> list[str]:
    """What the columns hold, by the first row; line: where that stands."""
    cells = [cell.strip() for cell in head]
    fields = [HEADS.get(cell, cell) for cell in cells]
    for field in fields:
        if field not in HEADS.values() or fields.count(field) > 1:
            known = "、".join(HEADS)
            raise Refusal("import_unknown_head", line=line, field=field, known=known)
    if not {"name", "level"} <= {*fields}:
        raise Refusal("import_heads_missing", line=line)
    return fields


def _rows(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Rows that are not blank, with the line each begins at."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, row
            line = reader.line_num + 1
    except csv.Error:
        raise Refusal("import_not_csv", line=line) from None


def _split(cell: str) -> list[str]:
    parts = [part.strip() for part in SEPARATORS.split(cell)]
    return [part for part in parts if part]


# ── both ──────────────────────────────────────────────────────────────────────────────


def _unit(given: Mapping[str, Any], number: int, lines: Mapping[str, int]) -> NewUnit:
    for field, value in given.items():
        where = _at(lines.get(field, lines.get("")), number)
        _fits(field, value, where)
    lists: dict[str, tuple[str, ...]] = {}
    for field in LISTS:
        said = [one.strip() for one in given.get(field, ())]
        lists[field] = tuple(dict.fromkeys(said))
    return NewUnit(
        name=given.get("name", ""),
        level=level_code(given.get("level", "")),
        parent=given.get("parent") or None,
        aliases=lists["aliases"],
        competences=tuple(map(category_code, lists["competences"])),
        people=lists["people"],
        leaders=_leaders(lists["leaders"], given, number, lines),
    )


def _leaders(
    said: Sequence[str],
    given: Mapping[str, Any],
    number: int,
    lines: Mapping[str, int],
) -> tuple[Leader, ...] | None:
    """None where the file says nothing of them. Raises: Refusal."""
    if "leaders" not in given:
        return None
    leaders: list[Leader] = []
    for words in said:
        leader = leader_of(words)
        if leader is None:
            where = _at(lines.get("leaders", lines.get("")), number)
            raise Refusal("import_not_a_leader", where=where, words=words)
        leaders.append(leader)
    return tuple(leaders)


def _fits(field: str, value: Any, where: str) -> None:
    """Raises: Refusal, for a field that no unit has, or that is not written so."""
    if field not in HEADS.values():
        known = "、".join(HEADS.values())
        raise Refusal("import_unknown_field", where=where, field=field, known=known)
    if field not in LISTS:
        if not isinstance(value, str):
            raise Refusal("import_not_a_text", where=where, field=field)
    elif not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refusal("import_not_a_list", where=where, field=field)


def level_code(said: str) -> str:
    """`subdistrict` for 街道 too; what is neither stays as it is."""
    level = said.strip()
    return next((code for code, name in LEVELS.items() if level == name), level)


def category_code(said: str) -> str:
    """`forms` for its Chinese name too; what is neither stays as it is."""
    for code in CATEGORIES:
        if said == CHINESE.get(f"category.{code}"):
            return code
    return said


def _at(line: int | None, number: int) -> str:
    return f"第{line}行：" if line else f"第{number + 1}个单位："
