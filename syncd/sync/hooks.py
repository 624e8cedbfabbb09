"""What happens when a platform calls us? It names records, and those are read like any others: a hook is a hint.

Of a call only the names of records are kept, until a run was asked for. That run reads them from the platform, so who
guesses the address can make syncd read, and nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from syncd.access import second
from syncd.errors import InvalidRecord, Misconfigured, NotFound, RateLimited
from syncd.ports import Hook as HookPort
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.runs import RunState
from syncd.registry.tables import Hook, HookCall, Run
from syncd.secrets import Vault, new_key, open_vault
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.connecting.credentials import reseal as reseal_credentials
from syncd.sync.request import request_run

__all__ = ["ASKED_BY", "Address", "drain", "hooked", "make", "remove", "reseal", "take"]

ASKED_BY: Final = "hook"
WINDOW: Final = timedelta(minutes=5)
"""A signed call may be so old; the same one within that time is not taken twice."""

MOST_CALLS: Final = 1000
"""Calls of one connection that are kept; a platform that calls more often is asked to come again."""

_MOST_NAMED: Final = 100_000
"""Characters of names in one run that waits; further ones wait in the calls."""


class Address(msgspec.Struct, frozen=True):
    """What a platform is given.

    Its ``repr`` shows neither.

    Attributes:
        path: What its address ends in.
        key: What it signs with, where it does.
    """

    path: str
    key: str

    def __repr__(self) -> str:
        return "Address(***)"


def hooked(connected: Connected) -> HookPort:
    """How the platform calls.

    Raises:
        Misconfigured: If it does not.
    """
    if connected.adapter.hook is None:
        raise Misconfigured(
            Sentence("%(kind)s has no webhooks that syncd understands", kind=connected.settings.kind),
            code="no-hooks",
            cure="Changes are found by the schedule: `every`.",
        )
    return connected.adapter.hook


def make(app: App, connected: Connected, *, by: str, new: bool = False) -> Address:
    """The address that a platform is given, made if there is none.

    Args:
        new: Make another one; the old one ends at once.

    Raises:
        Misconfigured: If the platform does not call, or the key of the secrets is missing.
    """
    hooked(connected)
    vault = open_vault(app.settings, make=new_key)
    with writing(app.engine) as connection:
        sealed = connection.scalar(select(Hook.sealed).where(Hook.connection_id == connected.id))
        if sealed is not None and not new:
            return _opened(vault, sealed)
        made = Address(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        connection.execute(delete(Hook).where(Hook.connection_id == connected.id))
        sealed = vault.seal(msgspec.json.encode(made).decode())
        connection.execute(insert(Hook).values(connection_id=connected.id, sealed=sealed, made_at=app.now()))
        write_down(connection, app.now(), by, "make-hook", connected.name)
    return made


def remove(app: App, connected: Connected, *, by: str) -> None:
    """Let the platform call no more.

    Raises:
        NotFound: If it could not.
    """
    with writing(app.engine) as connection:
        if not connection.execute(delete(Hook).where(Hook.connection_id == connected.id)).rowcount:
            raise NotFound(
                Sentence("%(connection)s has no address to call", connection=connected.name),
                code="no-hooks",
                cure="`syncd hooks list`",
            )
        write_down(connection, app.now(), by, "remove-hook", connected.name)


def reseal(app: App, vault: Vault, *, by: str) -> int:
    """Encrypt everything under the vault's first key; answer how many secrets that were."""
    with writing(app.engine) as connection:
        rows = connection.execute(select(Hook.connection_id, Hook.sealed)).all()
        for row in rows:
            renewed = vault.reseal(row.sealed)
            connection.execute(update(Hook).where(Hook.connection_id == row.connection_id).values(sealed=renewed))
        number = len(rows) + reseal_credentials(connection, vault) + second.reseal(connection, vault)
        write_down(connection, app.now(), by, "rotate-secrets", "registry", secrets=number)
    return number


def take(app: App, name: str, path: str, headers: Mapping[str, str], body: bytes) -> int | None:
    """Take a call in and ask for a run over what it names; answer the run, ``None`` if it was taken before.

    Raises:
        NotFound: If the address was never given to anybody.
        InvalidRecord: If it is not signed as it has to be, too old, or names nobody.
        RateLimited: If too many came.
    """
    connected, address = _addressed(app, name, path)
    port = hooked(connected)
    _check_signature(app, port, headers, body, address)
    named = port.records(body)
    mark = hashlib.sha256(port.signature(headers).encode() + b"\n" + body).digest() if port.verify else None
    with writing(app.engine) as connection:
        _make_room(app, connection, connected.id)
        try:
            with connection.begin_nested():
                connection.execute(
                    insert(HookCall).values(
                        connection_id=connected.id,
                        digest=mark or secrets.token_bytes(16),  # unsigned: the same hint twice is two hints
                        at=app.now(),
                        external_ids=msgspec.json.encode(list(named)).decode(),
                    )
                )
        except IntegrityError:
            return None
    return drain(app, connected)


def drain(app: App, connected: Connected) -> int | None:
    """Ask for a run over what calls named; ``None`` if there is nothing, or enough waits already.

    Who dies in between leaves the calls for the next one, or for the sweep. Two at once ask for the same records twice.
    """
    with reading(app.engine) as connection:
        waits = (HookCall.connection_id == connected.id) & HookCall.external_ids.is_not(None)
        rows = connection.execute(select(HookCall.id, HookCall.external_ids).where(waits).limit(MOST_CALLS)).all()
        named = connection.scalar(
            select(func.max(func.length(Run.only))).where(
                Run.connection_id == connected.id, Run.asked_by == ASKED_BY, Run.state == RunState.QUEUED
            )
        )
    ids = list(dict.fromkeys(one for row in rows for one in msgspec.json.decode(row.external_ids)))
    if not ids or (named or 0) > _MOST_NAMED:
        return None
    run_id = request_run(app, connected, mode="only", asked_by=ASKED_BY, only=ids, join=True)
    with writing(app.engine) as connection:
        taken = HookCall.id.in_([row.id for row in rows])
        connection.execute(update(HookCall).where(taken).values(external_ids=None, run_id=run_id))
    return run_id


def _addressed(app: App, name: str, path: str) -> tuple[Connected, Address]:
    """Whom a call is for; nobody learns which connections there are."""
    connected = app.connections.get(name)
    if connected is not None:
        with reading(app.engine) as connection:
            sealed = connection.scalar(select(Hook.sealed).where(Hook.connection_id == connected.id))
        if sealed is not None:
            address = _opened(open_vault(app.settings), sealed)
            if hmac.compare_digest(address.path.encode(), path.encode("utf-8", "surrogatepass")):
                return connected, address
    raise NotFound(
        "a webhook came to an address that was not given to the platform",
        code="hook-not-ours",
        cure="Nothing was done. `syncd hooks make CONNECTION` shows the right one.",
    )


def _check_signature(app: App, port: HookPort, headers: Mapping[str, str], body: bytes, address: Address) -> None:
    if port.verify is None:
        return
    if not port.verify(headers, body, address.key):
        raise InvalidRecord(
            "a webhook is not signed with its key",
            code="hook-unsigned",
            cure="Nothing was done. Give the platform the key that `syncd hooks make CONNECTION` shows.",
        )
    sent_at = port.sent_at(headers)
    if sent_at is not None and abs(app.now() - sent_at) > WINDOW:
        raise InvalidRecord(
            "a webhook was signed too long ago, or in the future",
            code="hook-too-old",
            cure="Nothing was done. If all are, correct the clock of this machine.",
        )


def _make_room(app: App, connection: Connection, connection_id: int) -> None:
    own = HookCall.connection_id == connection_id
    connection.execute(
        delete(HookCall).where(own, HookCall.external_ids.is_(None), HookCall.at < app.now() - 2 * WINDOW)
    )
    if connection.scalar(select(func.count()).select_from(HookCall).where(own)) >= MOST_CALLS:  # type: ignore[operator]
        raise RateLimited(
            "too many webhooks wait; the schedule finds what they tell", retry_after=WINDOW.total_seconds()
        )


def _opened(vault: Vault, sealed: bytes) -> Address:
    return msgspec.json.decode(vault.open(sealed), type=Address)
