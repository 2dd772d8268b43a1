"""Who works at the hotline and at its units: names, roles, messenger accounts, one-time
codes, browsers.

A member of staff is known by a keyed digest of the name; an account by a keyed digest
of another kind. What a reporter is known by is made with other keys, so nobody can tell
that a colleague has reported something.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
import unicodedata
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, cast

from anonymizer.receipts import SYMBOLS
from anonymizer.seal import Unsealable
from bot.address import Address
from bot.hours import seconds
from bot.keys import Keys
from bot.people.member import AtTheMachine, CaseReader, Member, staff_named
from bot.people.sealed import SEALED_ACCOUNTS, SEALED_STAFF, SealedAccount
from bot.people.throttle import GuessThrottle
from bot.retry import retry_stale
from dialogs.case.life import Staff
from dialogs.case.refusals import Refusal, refusals
from dialogs.case.roles import OF_UNITS, ROLES, Role
from storage.port import Audit, Changes, Database, Stale
from storage.repositories.staff import LinkRow, StaffList, StaffRow

refusals(
    name_missing="请写姓名。",
    unknown_role="角色只能是：{known}。",
    liaison_without_unit="联络员须有单位：请加 --unit 单位。",
    leader_without_unit="单位负责人须有单位：请加 --unit 单位。",
    already_on_roster="“{name}”已经在册，{role}。",
    not_on_duty="“{name}”{why}。请用 --as 写在册的姓名，"
    "或请主管用 jianfu staff add 登记。",
    not_on_roster="名册里没有“{name}”。请看 jianfu staff list，或先 jianfu staff add。",
    disabled_on_roster="“{name}”已停用。要再启用，请用 jianfu staff add。",
)
log = logging.getLogger(__name__)
DAMAGED_NAME = "[损坏的姓名]"
Purpose = Literal["link", "desk"]
Reached = list[tuple[Member, Address]]
CODE_SYMBOLS = 10  # symbols of Crockford's base32: 50 bits, for half an hour
CODE_LASTS = timedelta(minutes=30)
SESSION_LASTS = timedelta(days=7)  # of a browser on the units' page


class Roster:
    """All that is known of staff. Everything a caller hands in or gets is opened; what
    is stored is not.
    """

    def __init__(
        self, database: Database, keys: Keys, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._keys = keys
        self._now = now
        self._rows = StaffList(database)
        self._guesses = GuessThrottle(now)

    def staff(self, name: str) -> Staff:
        """Who works under this name, on the roster or not."""
        return staff_named(name, self._keys)

    # ── who is who ────────────────────────────────────────────────────────────────────

    async def add(
        self, name: str, role: Role, unit: str | None = None, by: str | None = None
    ) -> Member:
        """Take somebody on, again, or in another role. unit: id (hex). by: staff id for
        the audit line.

        Raises: Refusal, a sentence for staff.
        """
        name = _as_kept(name)
        if not name:
            raise Refusal("name_missing")
        if role not in ROLES:
            known = "、".join(f"{code}（{said}）" for code, said in ROLES.items())
            raise Refusal("unknown_role", known=known)
        if role in OF_UNITS and unit is None:
            code = "liaison_without_unit"
            if role == "leader":
                code = "leader_without_unit"
            raise Refusal(code)
        member = Member(self.staff(name), role, unit)
        await retry_stale(lambda: self._put(member, by))
        return member

    async def _put(self, member: Member, by: str | None) -> None:
        id = bytes.fromhex(member.staff.id)
        stored = await self._rows.by_id(id)
        if stored is None:
            what = "added"
            write = StaffList.add(self._row(member, version=1))
        elif self._member(stored) == member:
            name = member.staff.name
            raise Refusal("already_on_roster", name=name, role=_role(member))
        else:
            what = "changed"
            row = self._row(member, version=stored.version + 1)
            write = StaffList.change(row, stored.version)
        content: dict[str, str] = {"role": member.role}
        if member.unit:
            content["unit"] = member.unit
        line = self._audit(what, id, by, **content)
        await self._database.commit([write, line])

    async def list(self) -> list[Member]:
        """Disabled ones last; then by role and name."""
        rows, links = await asyncio.gather(self._rows.all(), self._rows.links())
        channels: dict[bytes, list[str]] = {}
        for link in links:
            channels.setdefault(link.staff_id, []).append(link.channel)
        members: list[Member] = []
        for row in rows:
            linked = sorted(channels.get(row.id, ()))
            members.append(replace(self._member(row), linked=tuple(linked)))
        return sorted(members, key=_place_in_list)

    async def liaisons(self, unit: str) -> tuple[str, ...]:
        """The names of those who answer for this unit (id, hex) now."""
        return tuple(
            one.staff.name
            for one in await self.list()
            if one.active and one.role == "liaison" and one.unit == unit
        )

    async def accounts(self, names: Collection[str], unit: str) -> Reached:
        """Accounts of the active people of this unit (id, hex) that are called so."""
        reached = await self.reach(tuple(ROLES))
        return [
            (member, to)
            for member, to in reached
            if member.unit == unit and member.staff.name in names
        ]

    async def of(self, id: str) -> Member | None:
        """By staff id (hex), disabled or not."""
        row = await self._rows.by_id(bytes.fromhex(id))
        return self._member(row) if row else None

    async def named(self, name: str) -> Member | None:
        """By exact name, disabled or not."""
        staff = self.staff(_as_kept(name))
        member = await self.of(staff.id)
        # its digest says that it is this one, even where the name itself is damaged
        return replace(member, staff=staff) if member else None

    async def on_duty(self, name: str) -> CaseReader:
        """Who works under this name; while nobody is on the roster, it is who has the
        machine in hand.

        Raises: Refusal for who is not on it, or was disabled.
        """
        member = await self.named(name)
        if member is not None and member.active:
            return member
        if member is None and not await self._rows.all():
            return AtTheMachine(name, "supervisor")
        why = "已停用" if member else "不在名册里"
        raise Refusal("not_on_duty", name=name.strip(), why=why)

    async def disable(self, name: str, by: str | None = None) -> Member:
        """Accounts, codes and browsers of this person open nothing from now on. Raises:
        Refusal.
        """
        return await retry_stale(lambda: self._disable(name, by))

    async def _disable(self, name: str, by: str | None) -> Member:
        row = await self._known(name)
        disabled = replace(row, version=row.version + 1, active=False)
        changes: Changes = [
            StaffList.change(disabled, row.version),
            *StaffList.shut_out(row.id),
            self._audit("disabled", row.id, by),
        ]
        await self._database.commit(changes)
        return self._member(disabled)

    async def _known(self, name: str) -> StaffRow:
        """Raises: Refusal, if nobody active is called so."""
        staff = self.staff(_as_kept(name))
        row = await self._rows.by_id(bytes.fromhex(staff.id))
        if row is None:
            raise Refusal("not_on_roster", name=name.strip())
        if not row.active:
            raise Refusal("disabled_on_roster", name=name.strip())
        return row

    # ── one-time codes ────────────────────────────────────────────────────────────────

    async def code(self, name: str, purpose: Purpose, by: str | None = None) -> str:
        """A new code like `7KQ2M-X8D4R`, good once and for half an hour; an earlier one
        is void.

        Raises: Refusal.
        """
        row = await self._known(name)
        code = "".join(secrets.choice(SYMBOLS) for _ in range(CODE_SYMBOLS))
        digest = self._code_digest(purpose, code)
        now = self._now()
        expires = seconds(now + CODE_LASTS)
        changes: Changes = [
            *StaffList.sweep(seconds(now)),
            *StaffList.code(digest, row.id, purpose, expires),
            self._audit("code", row.id, by, purpose=purpose),
        ]
        await self._database.commit(changes)
        return f"{code[:5]}-{code[5:]}"

    async def link(self, code: str, to: Address) -> Member | None:
        """This account belongs to whom the code was made for; it takes the place of an
        earlier one.

        None for a used, expired or mistyped code, after a wait that grows with this
        account's wrong guesses.
        """
        digest = self._account_digest(to)
        account = SealedAccount(to.channel, to.key)
        sealed = SEALED_ACCOUNTS.seal(self._keys.staff, digest, account)

        def writes(row: StaffRow) -> Changes:
            link = LinkRow(digest, row.id, to.channel, sealed)
            line = self._audit("linked", row.id, row.id.hex(), channel=to.channel)
            return [*StaffList.link(link), line]

        return await self._spend(code, "link", digest, writes)

    async def session(self, code: str, guesser: str = "") -> str | None:
        """A browser's token for a code of purpose "desk"; None as in `link`.

        guesser: what tells one browser from another, so that only who guesses wrong
        waits; "": nobody waits.
        """
        token = secrets.token_urlsafe(32)
        digest = self._session_digest(token)
        until = seconds(self._now() + SESSION_LASTS)

        def writes(row: StaffRow) -> Changes:
            session = StaffList.session(digest, row.id, until)
            return [session, self._audit("desk", row.id, row.id.hex())]

        who: bytes | None = None
        if guesser:
            who = self._keys.pseudonyms.staff_digest("guesser", guesser)
        member = await self._spend(code, "desk", who, writes)
        if member is None:
            return None
        return token

    async def _spend(
        self,
        code: str,
        purpose: Purpose,
        who: bytes | None,
        writes: Callable[[StaffRow], Changes],
    ) -> Member | None:
        """Use a code up, together with what it was made for. who: guesses, and waits;
        None: nobody waits.
        """
        if who is not None:
            await self._guesses.wait(who)
        member = await self._used(code, purpose, writes)
        if member is None and who is not None:
            self._guesses.wrong(who)
        return member

    async def _used(
        self, code: str, purpose: Purpose, writes: Callable[[StaffRow], Changes]
    ) -> Member | None:
        digest = self._code_digest(purpose, code)
        row = await self._rows.by_code(digest, purpose, seconds(self._now()))
        if row is None or not row.active:
            return None
        try:
            await self._database.commit([StaffList.use(digest), *writes(row)])
        except Stale:  # used this very moment, from elsewhere
            return None
        return self._member(row)

    # ── accounts and browsers ─────────────────────────────────────────────────────────

    async def who(self, to: Address) -> Member | None:
        """The member of staff with this account, if active."""
        return self._active(await self._rows.by_link(self._account_digest(to)))

    async def reach(self, roles: Sequence[Role], but: Collection[str] = ()) -> Reached:
        """Accounts of all active members of these roles, except of those ids (hex)."""
        rows, links = await asyncio.gather(self._rows.all(), self._rows.links())
        members = {
            row.id: self._member(row)
            for row in rows
            if row.active and row.role in roles
        }
        reached: Reached = []
        for link in links:
            member = members.get(link.staff_id)
            if member is not None and member.staff.id not in but:
                with suppress(Unsealable):
                    reached.append((member, self._address(link)))
        return sorted(reached, key=lambda pair: (pair[0].staff.name, pair[1].channel))

    async def of_session(self, token: str) -> Member | None:
        """Whose browser has this token."""
        digest = self._session_digest(token)
        row = await self._rows.by_session(digest, seconds(self._now()))
        return self._active(row)

    async def leave(self, token: str) -> None:
        """This browser's token opens nothing any more."""
        await self._database.commit([StaffList.leave(self._session_digest(token))])

    # ── rows ──────────────────────────────────────────────────────────────────────────

    def _active(self, row: StaffRow | None) -> Member | None:
        if row is None or not row.active:
            return None
        return self._member(row)

    def _member(self, row: StaffRow) -> Member:
        try:
            name = SEALED_STAFF.open(self._keys.staff, row.id, row.sealed)
        except Unsealable:  # role and unit stand in columns
            log.error("a name on the roster does not open: see jianfu doctor")
            name = DAMAGED_NAME
        return Member(
            staff=Staff(row.id.hex(), name),
            role=cast(Role, row.role),
            unit=row.unit_id.hex() if row.unit_id else None,
            active=row.active,
        )

    def _row(self, member: Member, version: int) -> StaffRow:
        id = bytes.fromhex(member.staff.id)
        return StaffRow(
            id=id,
            version=version,
            role=member.role,
            unit_id=bytes.fromhex(member.unit) if member.unit else None,
            active=member.active,
            sealed=SEALED_STAFF.seal(self._keys.staff, id, member.staff.name),
        )

    def _address(self, link: LinkRow) -> Address:
        found = SEALED_ACCOUNTS.open(self._keys.staff, link.digest, link.sealed)
        return Address(found.channel, found.key)

    def _account_digest(self, to: Address) -> bytes:
        return self._keys.pseudonyms.staff_digest(f"account {to.channel}", to.key)

    def _session_digest(self, token: str) -> bytes:
        return self._keys.pseudonyms.staff_digest("desk session", token)

    def _code_digest(self, purpose: Purpose, typed: str) -> bytes:
        return self._keys.pseudonyms.staff_digest(f"code {purpose}", meant(typed))

    def _audit(self, what: str, id: bytes, by: str | None, **content: str) -> Audit:
        return Audit(
            at=seconds(self._now()),
            kind=f"staff.{what}",
            about=id,
            by=bytes.fromhex(by) if by else None,
            content=json.dumps(content),
        )


def meant(typed: str) -> str:
    """A code as it was made, from whatever a person typed: O is 0, I and L are 1,
    dashes do not matter.
    """
    letters = unicodedata.normalize("NFKC", typed).upper()
    return re.sub(r"[\W_]", "", letters).translate(str.maketrans("OIL", "011"))


def _as_kept(name: str) -> str:
    """A name as it is digested: composed, without space around it."""
    return unicodedata.normalize("NFC", name).strip()


def _role(member: Member) -> str:
    role = ROLES[member.role]
    if member.unit:
        return f"{role}，有单位"
    return role


def _place_in_list(member: Member) -> tuple[bool, int, str]:
    return not member.active, list(ROLES).index(member.role), member.staff.name
