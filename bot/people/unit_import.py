"""Units as they stand in a file that a person keeps: TOML or CSV, with the line where
each thing stands.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dialogs.categories  # noqa: F401 - their names are phrases
from bot.people.directory import NewUnit, WrongEntry
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
    import_wrong="{where}{why}。什么都没有导入。",
)
HEADS = {
    "名称": "name",
    "层级": "level",
    "上级": "parent",
    "别名": "aliases",
    "职责": "competences",
    "人员": "people",
}
LISTS = ("aliases", "competences", "people")
HEADER = re.compile(r"\s*\[\[\s*unit\s*\]\]")
WHERE = re.compile(
    r" \(at (?:line (\d+), column \d+|end of document)\)$"
)  # how tomllib ends its sentences
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
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise Refusal("import_not_text") from None
    found = list(_toml(text) if toml else _csv(text))
    if not found:
        raise Refusal("import_empty")
    return UnitFile(
        tuple(unit for unit, _ in found), tuple(lines for _, lines in found)
    )


# ── TOML ──────────────────────────────────────────────────────────────────────────────


def _toml(text: str) -> Iterator[tuple[NewUnit, Mapping[str, int]]]:
    try:
        known = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = WHERE.search(str(error))
        line = int(found[1]) if found and found[1] else len(text.splitlines()) or 1
        raise Refusal("import_not_toml", line=line) from None
    units = known.pop("unit", [])
    for name in known:
        raise Refusal(
            "import_outside_unit", where=_at(_line(text, 0, name), 0), name=name
        )
    if not isinstance(units, list) or not all(isinstance(unit, dict) for unit in units):
        raise Refusal("import_no_tables")
    starts = [
        number for number, line in enumerate(text.splitlines(), 1) if HEADER.match(line)
    ]
    for number, unit in enumerate(units):
        start = starts[number] if len(starts) == len(units) else None
        lines: dict[str, int] = {}
        if start is not None:
            lines = {name: at for name in unit if (at := _line(text, start, name))} | {
                "": start
            }
        yield _unit(unit, number, lines), lines


def _line(text: str, start: int, name: str) -> int | None:
    """The line, from 1, at which a key is set, from `start` on and before the next
    unit.
    """
    for number, line in enumerate(text.splitlines()[start:], start + 1):
        if HEADER.match(line) and start:
            return None
        if re.match(rf"""[\s\[]*["']?{re.escape(name)}["']?\s*[=.\]]""", line):
            return number
    return None


# ── CSV ───────────────────────────────────────────────────────────────────────────────


def _csv(text: str) -> Iterator[tuple[NewUnit, Mapping[str, int]]]:
    rows = _rows(text)
    first, head = next(rows, (1, ()))
    fields = [HEADS.get(cell.strip(), cell.strip()) for cell in head]
    for field in fields:
        if field not in HEADS.values() or fields.count(field) > 1:
            raise Refusal(
                "import_unknown_head", line=first, field=field, known="、".join(HEADS)
            )
    if not {"name", "level"} <= {*fields}:
        raise Refusal("import_heads_missing", line=first)
    for number, (line, cells) in enumerate(rows):
        if len(cells) > len(fields):
            raise Refusal("import_cells_too_many", line=line)
        given = {
            field: cell.strip()
            for field, cell in zip(fields, cells, strict=False)
            if cell.strip()
        }
        lists = {field: _split(cell) for field, cell in given.items() if field in LISTS}
        yield _unit({**given, **lists}, number, {"": line}), {"": line}


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
    return [part.strip() for part in SEPARATORS.split(cell) if part.strip()]


# ── both ──────────────────────────────────────────────────────────────────────────────


def _unit(given: Mapping[str, Any], number: int, lines: Mapping[str, int]) -> NewUnit:
    for field, value in given.items():
        where = _at(lines.get(field, lines.get("")), number)
        if field not in HEADS.values():
            raise Refusal(
                "import_unknown_field",
                where=where,
                field=field,
                known="、".join(HEADS.values()),
            )
        if field in LISTS:
            if not isinstance(value, list) or not all(
                isinstance(one, str) for one in value
            ):
                raise Refusal("import_not_a_list", where=where, field=field)
        elif not isinstance(value, str):
            raise Refusal("import_not_a_text", where=where, field=field)
    lists = {
        field: tuple(dict.fromkeys(one.strip() for one in given.get(field, ())))
        for field in LISTS
    }
    return NewUnit(
        name=given.get("name", ""),
        level=level_code(given.get("level", "")),
        parent=given.get("parent") or None,
        aliases=lists["aliases"],
        competences=tuple(map(category_code, lists["competences"])),
        people=lists["people"],
    )


def level_code(said: str) -> str:
    """`subdistrict` for 街道 too; what is neither stays as it is."""
    return next(
        (code for code, name in LEVELS.items() if said.strip() in (code, name)),
        said.strip(),
    )


def category_code(said: str) -> str:
    """`forms` for its Chinese name too; what is neither stays as it is."""
    return next(
        (code for code in CATEGORIES if said == CHINESE.get(f"category.{code}")), said
    )


def _at(line: int | None, number: int) -> str:
    return f"第{line}行：" if line else f"第{number + 1}个单位："
