"""How does somebody prove that they hold the device that they said they would? By one-time codes (RFC 6238).

What the codes are made from is sealed under a key that is not in the database: who steals a copy has no codes.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Final

import pyotp
from sqlalchemy import Connection, Engine, delete, insert, select, update

from syncd.access import attempts, recovery
from syncd.access.keys import digest, new_key
from syncd.access.known import user_id_of
from syncd.errors import InvalidRecord
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.tables import LogInStep, SecondFactor, User
from syncd.secrets import Vault

__all__ = [
    "address_of",
    "begin",
    "confirm",
    "forget_steps",
    "is_on",
    "keys_of",
    "new_codes",
    "remove",
    "reseal",
    "step",
    "take",
    "whose_step",
    "wrong_code",
]

ISSUER: Final = "syncd"
_HALF_MINUTE: Final = 30
_LATE: Final = (0, -1, 1)
"""Half minutes by which a device's clock may be off."""

_WAITS: Final = timedelta(minutes=5)
_MOST: Final = 5
"""Log-ins of one person that wait for a code at a time; the oldest is over."""


def begin(engine: Engine, vault: Vault, name: str, now: datetime) -> str:
    """Make what a device makes codes from; it is asked for none until one was right.

    Raises:
        InvalidRecord: If somebody has a device already.
    """
    secret = pyotp.random_base32()
    with writing(engine) as connection:
        user_id = user_id_of(connection, name)
        if is_on(connection, user_id):
            raise InvalidRecord(
                "a device that makes codes is there already", code="second-factor", cure="Remove it first."
            )
        connection.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
        connection.execute(
            insert(SecondFactor).values(user_id=user_id, sealed=vault.seal(secret), made_at=now, last_step=0)
        )
    return secret


def address_of(secret: str, name: str) -> str:
    """What a device is shown, as an address that it understands."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def confirm(engine: Engine, vault: Vault, name: str, code: str, *, address: str, by: str, now: datetime) -> list[str]:
    """Ask for codes from now on, since the device makes right ones; answer codes for when it is lost, to be shown once.

    Raises:
        RateLimited: If there were too many attempts.
        InvalidRecord: If the code is wrong.
    """
    with writing(engine) as connection:
        attempts.count(connection, keys_of(name, address), now)
    with writing(engine) as connection:
        user_id = user_id_of(connection, name)
        if is_on(connection, user_id) or not take(connection, vault, user_id, code, now):
            raise wrong_code()
        attempts.forgive(connection, keys_of(name, address))
        connection.execute(update(SecondFactor).where(SecondFactor.user_id == user_id).values(confirmed_at=now))
        write_down(connection, now, by, "add-second-factor", f"user {name}")
        return recovery.make(connection, user_id, now)


def new_codes(engine: Engine, name: str, *, by: str, now: datetime) -> list[str]:
    """Make other codes for when the device is lost, to be shown once; those before work no more.

    Raises:
        InvalidRecord: If somebody has no device.
    """
    with writing(engine) as connection:
        user_id = user_id_of(connection, name)
        if not is_on(connection, user_id):
            raise InvalidRecord("no device that makes codes is there", code="second-factor", cure="Add one first.")
        write_down(connection, now, by, "make-recovery-codes", f"user {name}")
        return recovery.make(connection, user_id, now)


def remove(engine: Engine, name: str, *, by: str, now: datetime) -> bool:
    """Ask somebody for codes no more; whether they were asked.

    Raises:
        NotFound: When there is no such user.
    """
    with writing(engine) as connection:
        user_id = user_id_of(connection, name)
        was_on = is_on(connection, user_id)
        recovery.forget(connection, user_id)
        connection.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
        if was_on:
            write_down(connection, now, by, "remove-second-factor", f"user {name.strip().lower()}")
    return was_on


def is_on(connection: Connection, user_id: int) -> bool:
    """Whether somebody is asked for codes."""
    asked = select(SecondFactor.user_id).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))
    return connection.scalar(asked) is not None


def take(connection: Connection, vault: Vault, user_id: int, code: str, now: datetime) -> bool:
    """Whether a code is right just now; it is not again."""
    factor = connection.execute(
        select(SecondFactor.sealed, SecondFactor.last_step).where(SecondFactor.user_id == user_id).with_for_update()
    ).one_or_none()
    if factor is None:
        return False
    maker = pyotp.TOTP(vault.open(factor.sealed))
    typed = "".join(code.split()).encode("utf-8", "surrogatepass")
    this = int(now.timestamp()) // _HALF_MINUTE
    # All are compared, whichever is right: how long it takes tells nothing.
    right = [this + late for late in _LATE if hmac.compare_digest(maker.generate_otp(this + late).encode(), typed)]
    fresh = [one for one in right if one > factor.last_step]
    if not fresh:
        return False
    connection.execute(update(SecondFactor).where(SecondFactor.user_id == user_id).values(last_step=max(fresh)))
    return True


def step(connection: Connection, user_id: int, now: datetime) -> str:
    """Remember that somebody knew the password; answer what the browser is to hold until the code is given."""
    key = new_key()
    own = select(LogInStep.digest).where(LogInStep.user_id == user_id).order_by(LogInStep.expires_at.desc())
    spare = connection.scalars(own.offset(_MOST - 1)).all()
    connection.execute(delete(LogInStep).where(LogInStep.digest.in_(spare)))
    connection.execute(insert(LogInStep).values(digest=digest(key), user_id=user_id, expires_at=now + _WAITS))
    return key


def whose_step(engine: Engine, key: str, now: datetime) -> tuple[int, str] | None:
    """Who is to give a code; ``None`` if nobody is, or it took too long."""
    waits = (
        select(User.id, User.name)
        .join(LogInStep, LogInStep.user_id == User.id)
        .where(LogInStep.digest == digest(key), LogInStep.expires_at > now, User.disabled_at.is_(None))
    )
    with reading(engine) as connection:
        row = connection.execute(waits).one_or_none()
    return None if row is None else (row.id, row.name)


def forget_steps(connection: Connection, user_id: int) -> None:
    """Whoever only knew the password has to begin again."""
    connection.execute(delete(LogInStep).where(LogInStep.user_id == user_id))


def wrong_code() -> InvalidRecord:
    """Too old, or mistyped; which of them nobody knows."""
    return InvalidRecord(
        "this code is wrong, or was used", code="code-refused", field="code", cure="Wait for the next one."
    )


def keys_of(name: str, address: str) -> tuple[attempts.Key, attempts.Key]:
    """Attempts at codes count for themselves: who knows a password must not guess codes between log-ins."""
    return attempts.keys_of(f"code of {name}", address)


def reseal(connection: Connection, vault: Vault) -> int:
    """Encrypt under the vault's first key what makes codes; answer how many devices that concerns."""
    rows = connection.execute(select(SecondFactor.user_id, SecondFactor.sealed).with_for_update()).all()
    for row in rows:
        renewed = vault.reseal(row.sealed)
        connection.execute(update(SecondFactor).where(SecondFactor.user_id == row.user_id).values(sealed=renewed))
    return len(rows)
