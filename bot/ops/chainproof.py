"""Whether the audit chain, the heads that others kept and the cases agree.

A head stands for every line before it. So a case whose filing stands before a head that
somebody outside kept was neither dropped nor given another time, as long as that head
still fits; one that was made up later stands behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from bot.hours import HOUR, utc
from storage.port import Reader
from storage.repositories.audit import AuditLog, AuditRow, first_break
from storage.repositories.heads import FILED_KIND, AuditHead, head_of

SELECT_FILED_CASES = "SELECT id, opened_hour FROM cases ORDER BY id"
# seconds by which a filing may be written after the day that it came on: its time is
# the hour's beginning, and a head is drawn within a minute or at the next start
LATE = 3 * HOUR
MOST_TOLD = 20  # findings of one kind
SHORTEST_CODE = 20  # hex digits: fewer could be found by trying
# a digit, and the blank behind a group, unless another day follows
CODE_DIGIT = r"[0-9a-f](?: (?!\d{4}-))?"
KEPT_HEAD = re.compile(
    rf"(\d{{4}}-\d\d-\d\d)[^0-9a-f]+((?:{CODE_DIGIT}){{{SHORTEST_CODE},64}})", re.I
)


@dataclass(frozen=True, slots=True)
class KeptHead:
    """What somebody kept of a head. code: its first hex digits, at least 20."""

    day: date
    code: str


@dataclass(frozen=True, slots=True)
class Filing:
    """seq: of its line; at: what it says, seconds since 1970 UTC; between: the heads
    around it, None where there is none yet.
    """

    seq: int
    at: int
    after: AuditHead | None
    before: AuditHead | None = None


@dataclass(slots=True)
class ChainProof:
    """What the chain says. broken: the first line that does not fit; filings: of cases
    by id.
    """

    lines: int = 0
    broken: int | None = None
    heads: list[AuditHead] = field(default_factory=list)
    filings: dict[bytes, Filing] = field(default_factory=dict)

    def filing(self, case: bytes) -> Filing | None:
        """With the head that stands for it, if it was drawn."""
        found = self.filings.get(case)
        if found is None:
            return None
        later = (head for head in self.heads if head.seq > found.seq)
        return Filing(found.seq, found.at, found.after, next(later, None))

    def take(self, row: AuditRow) -> None:
        """One more line, which follows from the one before."""
        self.lines = row.seq
        head = head_of(row)
        if head is not None:
            self.heads.append(head)
        elif row.kind == FILED_KIND and row.about is not None:
            newest = self.heads[-1] if self.heads else None
            self.filings[row.about] = Filing(row.seq, row.at, newest)


async def read_chain(reader: Reader) -> ChainProof:
    """As far as it surely fits. Raises: StorageError."""
    proof = ChainProof()
    last: AuditRow | None = None
    async for rows in AuditLog(reader).pages():
        proof.broken = first_break(rows, last)
        if proof.broken is not None:
            break
        for row in rows:
            proof.take(row)
        last = rows[-1]
    return proof


async def examined(reader: Reader) -> tuple[ChainProof, dict[bytes, int]]:
    """The chain, and the cases that must agree with it, while reports come in: those
    that were filed since are left out. Raises: StorageError.
    """
    before = await filed_cases(reader)
    proof = await read_chain(reader)
    after = await filed_cases(reader)
    cases = {
        id: hour for id, hour in after.items() if id in before or id in proof.filings
    }
    return proof, cases


async def filed_cases(reader: Reader) -> dict[bytes, int]:
    """Every case there is, with the hour in which it was filed."""
    return {row[0]: row[1] for row in await reader.all(SELECT_FILED_CASES)}


def kept_heads(text: str) -> list[KeptHead]:
    """All heads in a text that somebody kept: a day and hex digits, however they are
    grouped.
    """
    found = KEPT_HEAD.findall(text)
    return [
        KeptHead(date.fromisoformat(day), code.replace(" ", "").lower())
        for day, code in found
    ]


def findings(
    proof: ChainProof,
    cases: Mapping[bytes, int],
    kept: Sequence[KeptHead],
    zone: tzinfo,
) -> list[str]:
    """All that does not agree, a Chinese sentence each. Pure."""
    if proof.broken is not None:
        return [f"审计链从第{proof.broken}行起对不上：被改过，或者缺了行"]
    return [
        *_kept(proof, kept),
        *_dropped(proof, cases),
        *_redated(proof, cases, zone),
        *_late(proof, zone),
    ]


def _kept(proof: ChainProof, kept: Sequence[KeptHead]) -> list[str]:
    hashes = {head.day: head.hash.hex() for head in proof.heads}
    said: list[str] = []
    for one in kept:
        hash = hashes.get(one.day)
        if hash is None:
            said.append(
                f"链里没有{one.day}的存证码：链被截短或重写过，或是从更早的备份恢复的"
            )
        elif not hash.startswith(one.code):
            said.append(f"{one.day}的存证码对不上：那天以前的记录被改过")
    return said


def _dropped(proof: ChainProof, cases: Mapping[bytes, int]) -> list[str]:
    lost = [one.seq for id, one in proof.filings.items() if id not in cases]
    made_up = len([id for id in cases if id not in proof.filings])
    said = [f"第{seq}行登记过一件反映，工单却不在了" for seq in lost[:MOST_TOLD]]
    if len(lost) > MOST_TOLD:
        said.append(f"这样不在了的工单一共有{len(lost)}件")
    if made_up:
        said.append(f"有{made_up}件工单在链里没有登记过：不是从正门来的")
    return said


def _redated(proof: ChainProof, cases: Mapping[bytes, int], zone: tzinfo) -> list[str]:
    redated = [
        one for id, one in proof.filings.items() if cases.get(id, one.at) != one.at
    ]
    return [
        f"第{one.seq}行登记的是{local_hour(one.at, zone)}，工单上却是别的时间：被改过"
        for one in redated[:MOST_TOLD]
    ]


def _late(proof: ChainProof, zone: tzinfo) -> list[str]:
    late = [
        one
        for one in proof.filings.values()
        if one.after is not None and one.at + LATE < one.after.at
    ]
    return [
        f"第{one.seq}行写着{local_hour(one.at, zone)}，却排在{one.after.day}的"
        "存证码后面：是后来补写的，或那时时钟往回调过"
        for one in late[:MOST_TOLD]
        if one.after is not None
    ]


def local_hour(at: int, zone: tzinfo) -> str:
    """A time in Chinese, to the hour."""
    local: datetime = utc(at).astimezone(zone)
    return f"{local.year}年{local.month}月{local.day}日{local.hour}时"
