"""What was answered to a request that may come a second time under the same ``Idempotency-Key``?

A program whose connection broke does not know whether its request took effect. It sends it again under the same key,
and gets the first answer instead of a second run. Answers hold numbers and codes only, nothing about a person, and are
kept for a day.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from syncd.errors import InvalidRecord
from syncd.registry.engine import reading, writing
from syncd.registry.tables import ApiAnswer

__all__ = ["KEPT", "Answer", "begin", "digest_of", "end", "forget", "forget_old"]

KEPT: Final = timedelta(days=1)


class Answer(msgspec.Struct, frozen=True):
    """What was answered the first time."""

    status: int
    body: bytes

    @property
    def media_type(self) -> str:
        """Errors are told in a form of their own."""
        return "application/json" if self.status < 400 else "application/problem+json"


def digest_of(method: str, path: str, body: bytes) -> bytes:
    """What makes two requests the same."""
    return hashlib.sha256(b"\n".join([method.encode(), path.encode(), body])).digest()


def begin(engine: Engine, user_id: int, key: str, digest: bytes, *, now: datetime) -> Answer | None:
    """The answer that was given before; ``None`` when the request is new and is to be answered now.

    Raises:
        InvalidRecord: If the key was used for another request, or the first one is still being answered.
    """
    if not 0 < len(key) <= 100 or not key.isprintable():
        raise InvalidRecord(
            "an Idempotency-Key has 1 to 100 characters",
            code="idempotency-key",
            field="Idempotency-Key",
            cure="Make one of letters, digits and dashes, such as a UUID.",
        )
    try:
        with writing(engine) as connection:
            connection.execute(insert(ApiAnswer).values(user_id=user_id, key=key, digest=digest, at=now))
            return None
    except IntegrityError:
        with reading(engine) as connection:
            kept = connection.execute(
                select(ApiAnswer.digest, ApiAnswer.status, ApiAnswer.body).where(*_of(user_id, key))
            ).one_or_none()
    if kept is not None and kept.digest != digest:
        raise InvalidRecord(
            "this Idempotency-Key was used for another request",
            code="idempotency-key",
            cure="Make a new key for each thing that is to be done.",
        )
    if kept is None or kept.status is None:
        raise InvalidRecord(
            "the first request under this Idempotency-Key is not answered yet",
            code="idempotency-under-way",
            cure="Look whether it took effect, or ask again in a while.",
        )
    return Answer(kept.status, kept.body)


def end(engine: Engine, user_id: int, key: str, status: int, body: bytes) -> None:
    """Keep the answer."""
    with writing(engine) as connection:
        connection.execute(update(ApiAnswer).where(*_of(user_id, key)).values(status=status, body=body))


def forget(engine: Engine, user_id: int, key: str) -> None:
    """It came to nothing, and may be tried again."""
    with writing(engine) as connection:
        connection.execute(delete(ApiAnswer).where(*_of(user_id, key)))


def forget_old(connection: Connection, before: datetime) -> int:
    """Forget what is too old to be asked for again."""
    return connection.execute(delete(ApiAnswer).where(ApiAnswer.at < before)).rowcount


def _of(user_id: int, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (ApiAnswer.user_id == user_id, ApiAnswer.key == key)
