"""Who may log in, who is logged in, and who tried to?

No secret is here: passwords are argon2id hashes, all else that opens a door is the SHA-256 of a long random text.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base

__all__ = [
    "ApiAnswer",
    "ApiToken",
    "Identity",
    "LogInStep",
    "LoginAttempt",
    "RecoveryCode",
    "SavedView",
    "SecondFactor",
    "SetupLink",
    "SpentLogIn",
    "User",
    "UserPreferences",
    "UserSession",
]


class User(Base):
    """Somebody who may use the console."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    """In lower case, so that nobody looks like somebody else."""
    role: Mapped[str] = mapped_column(String(12))
    password: Mapped[str]
    """Argon2id with its parameters and salt; ``!`` until the person has set one."""
    made_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]


class UserPreferences(Base):
    """How somebody likes to see the console."""

    __tablename__ = "user_preferences"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    doc: Mapped[str]
    """JSON of `syncd.access.preferences.Preferences`."""


class SavedView(Base):
    """A list of customers that somebody opens again; see `syncd.access.views`."""

    __tablename__ = "saved_views"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    name: Mapped[str] = mapped_column(String(64))
    shared: Mapped[bool]
    filter: Mapped[str]
    search: Mapped[str]
    columns: Mapped[str]
    """With commas between; empty for the usual ones."""
    sort: Mapped[str]
    changed_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("user_id", "name"),)


class SecondFactor(Base):
    """The device that shows somebody one-time codes."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    sealed: Mapped[bytes]
    """What the codes are made from, which both sides have to know: encrypted, see `syncd.secrets`."""
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When a first code was right; until then none is asked for."""
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    """Half minute of the last code that was taken: none is taken twice."""


class LogInStep(Base):
    """A browser whose person knows the password, and has not given the code yet: it is logged in nowhere."""

    __tablename__ = "log_in_steps"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    expires_at: Mapped[datetime]


class Identity(Base):
    """As whom an identity provider knows a user; see `syncd.access.identity`."""

    __tablename__ = "identities"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    """By which the person is recognised the first time; afterwards it decides on nothing."""
    issuer: Mapped[str | None] = mapped_column(String(255))
    subject: Mapped[str | None] = mapped_column(String(255))
    """What the provider calls the person for ever; ``NULL`` until they came the first time."""
    linked_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("issuer", "subject"),)


class SpentLogIn(Base):
    """A log-in by an identity provider whose answer came: it is taken once."""

    __tablename__ = "spent_log_ins"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code by which somebody gets in whose device is lost; it is deleted when it was used."""

    __tablename__ = "recovery_codes"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    made_at: Mapped[datetime]


class UserSession(Base):
    """A browser that is logged in."""

    __tablename__ = "user_sessions"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """Written at most once a minute."""
    address: Mapped[str] = mapped_column(String(64))


class ApiToken(Base):
    """What a program shows in place of a log-in."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    """Whose it is: it may never do more, and ends when they are disabled."""
    scopes: Mapped[str] = mapped_column(String(64))
    """Names with commas between."""
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class ApiAnswer(Base):
    """What was answered to a request that may come again under the same key."""

    __tablename__ = "api_answers"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """Of the request."""
    at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    """``None`` while it is being answered."""
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class LoginAttempt(Base):
    """How often somebody failed, by account and by address; counted before a password is looked at."""

    __tablename__ = "login_attempts"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """A digest: what is typed as a name may be a password."""
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime | None]


class SetupLink(Base):
    """A way in for somebody who has no password yet."""

    __tablename__ = "setup_links"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    """Who sets their password by it; ``None``: whoever becomes the first admin."""
