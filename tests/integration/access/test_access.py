"""Does only who may get in, and does guessing take for ever?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from syncd.access import attempts, sessions, setup, tokens, users
from syncd.access.lifetime import Lifetime
from syncd.access.passwords import check_strength, hash_password, is_outdated, matches
from syncd.access.roles import SCOPES, Role
from syncd.errors import InvalidRecord, NotFound, RateLimited, SyncError
from syncd.registry import tables as t
from syncd.registry.engine import reading, writing

from .conftest import PASSWORD, Clock

LIFE = Lifetime(idle_minutes=60, hours=12)


def add(engine: Engine, clock: Clock, name: str = "anna", role: Role = Role.ADMIN) -> None:
    users.add(engine, name, role, PASSWORD, by="test", now=clock.now)


def log_in(engine: Engine, clock: Clock, password: str = PASSWORD, *, name: str = "anna", **more: Any) -> str:
    whence = {"address": "198.51.100.7", "old": None, "now": clock.now} | more
    return sessions.log_in(engine, name, password, **whence).key


def everything(engine: Engine) -> str:
    with reading(engine) as connection:
        tables_ = t.Base.metadata.sorted_tables
        return repr([tuple(row) for table in tables_ for row in connection.execute(select(table))])


def audited(engine: Engine) -> list[tuple[str, str, str]]:
    with reading(engine) as connection:
        rows = connection.execute(select(t.Audit.actor, t.Audit.action, t.Audit.subject).order_by(t.Audit.id))
        return [(row[0], row[1], row[2]) for row in rows]


# Passwords


def test_a_password_is_kept_as_argon2id_with_the_agreed_parameters() -> None:
    stored = hash_password(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (matches(stored, PASSWORD), matches(stored, PASSWORD + "x"), matches(None, "nobody")) == (True, False, False)
    assert is_outdated(stored.replace("t=2", "t=1"))
    assert not matches("not a hash", PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 40, "abababababababab", "x1y2" * 400, "my-name-is-anna-ok"])
def test_a_password_that_is_guessed_at_once_is_refused_without_being_repeated(password: str) -> None:
    with pytest.raises(InvalidRecord) as refusal:
        check_strength(password, "anna")
    assert refusal.value.code == "password-weak"
    assert not password or password not in str(refusal.value)


# Users and sessions


def test_a_log_in_lasts_while_it_is_used_and_no_longer_than_its_whole_time(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    key = log_in(engine, clock)
    for _ in range(14):
        found = sessions.find(engine, key, LIFE, clock.forward(minutes=50))
        assert found
        assert found[0].by == "console:anna"
    assert sessions.find(engine, key, LIFE, clock.forward(minutes=50)) is None  # twelve hours after the log-in

    key = log_in(engine, clock)
    assert sessions.find(engine, key, LIFE, clock.forward(minutes=61)) is None  # nothing for an hour


def test_a_log_in_gives_a_new_key_and_ends_what_the_browser_held_before(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    first = log_in(engine, clock)
    second = log_in(engine, clock, old=first)
    planted = log_in(engine, clock, old="planted-by-somebody")
    assert len({first, second, planted, "planted-by-somebody"}) == 4
    assert sessions.find(engine, first, LIFE, clock.now) is None
    assert sessions.find(engine, "planted-by-somebody", LIFE, clock.now) is None
    assert sessions.find(engine, second, LIFE, clock.now)


@pytest.mark.parametrize("change", ["password", "role", "disable"])
def test_a_changed_user_is_logged_out_everywhere_at_once(engine: Engine, clock: Clock, change: str) -> None:
    add(engine, clock)
    add(engine, clock, "other")
    key = log_in(engine, clock)
    if change == "password":
        users.set_password(engine, "anna", PASSWORD + "!", by="test", now=clock.now)
    elif change == "role":
        users.set_role(engine, "anna", Role.VIEWER, by="test", now=clock.now)
    else:
        users.disable(engine, "ANNA ", by="test", now=clock.now)
    assert sessions.find(engine, key, LIFE, clock.now) is None


def test_what_is_stored_opens_no_door(engine: Engine, clock: Clock) -> None:
    link = setup.make_link(engine, clock.now)
    assert link
    add(engine, clock)
    key = log_in(engine, clock)
    token = tokens.create(engine, "t", user="anna", scopes=["read"], expires_at=None, by="test", now=clock.now)
    kept = everything(engine)
    assert [
        secret for secret in (PASSWORD, key, token, token.removeprefix(tokens.PREFIX), link) if secret in kept
    ] == []


def test_wrong_name_and_wrong_password_are_told_alike(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    users.add(engine, "gone", Role.ADMIN, PASSWORD, by="test", now=clock.now)
    users.disable(engine, "gone", by="test", now=clock.now)
    told = set()
    for name, password in (("anna", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD)):
        with pytest.raises(InvalidRecord) as refusal:
            log_in(engine, clock, password, name=name)
        told.add((refusal.value.code, str(refusal.value)))
    assert len(told) == 1


def test_a_name_is_taken_whatever_its_capitals(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    for name in ("Anna", "anna "):
        with pytest.raises(InvalidRecord):
            add(engine, clock, name)
    for name in ("", "a b", "аnna", "../x"):
        with pytest.raises(InvalidRecord):
            add(engine, clock, name)
    with pytest.raises(NotFound):
        users.disable(engine, "nobody", by="test", now=clock.now)


def test_everything_is_in_the_audit_log_with_who_did_it(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    add(engine, clock, "other")
    log_in(engine, clock)
    with pytest.raises(InvalidRecord):
        log_in(engine, clock, "wrong")
    users.set_role(engine, "anna", Role.OPERATOR, by="cli:root", now=clock.now)
    tokens.create(engine, "t", user="anna", scopes=["read"], expires_at=None, by="cli:root", now=clock.now)
    tokens.revoke(engine, "t", by="cli:root", now=clock.now)
    assert audited(engine) == [
        ("test", "add-user", "user anna"),
        ("test", "add-user", "user other"),
        ("console:anna", "log-in", "user anna"),
        ("console", "log-in-refused", "user anna"),
        ("cli:root", "set-role", "user anna"),
        ("cli:root", "create-token", "token t"),
        ("cli:root", "revoke-token", "token t"),
    ]


# Guessing


def guess(engine: Engine, clock: Clock, *, name: str = "anna", address: str = "198.51.100.7") -> str:
    """One wrong password; answers ``refused`` or ``shut``."""
    try:
        log_in(engine, clock, "wrong", name=name, address=address)
    except RateLimited as error:
        return "shut" if error.retry_after else "shut for ever"
    except InvalidRecord:
        return "refused"
    return "in"


@pytest.mark.slow
def test_an_account_is_shut_for_longer_with_every_guess_but_for_minutes_only(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    assert [guess(engine, clock, address=f"198.51.100.{n}") for n in range(6)] == ["refused"] * 5 + ["shut"]
    with pytest.raises(RateLimited):
        log_in(engine, clock)  # the right password does not open it either: it is not even looked at
    tried = 0
    for _ in range(3600):
        clock.forward(seconds=1)
        tried += guess(engine, clock, address="203.0.113.9") == "refused"
    assert tried < 25
    clock.forward(minutes=5)
    assert log_in(engine, clock)


def test_an_address_is_shut_whatever_names_it_tries(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    said = [guess(engine, clock, name=f"user{n}") for n in range(25)]
    assert said.count("refused") == 20
    assert guess(engine, clock, name="user1", address="2001:db8::1") == "refused"


def test_neighbours_of_one_ipv6_network_are_one_address() -> None:
    assert attempts.keys_of("x", "2001:db8::1")[1] == attempts.keys_of("x", "2001:db8::ffff")[1]
    assert attempts.keys_of("x", "2001:db8::1")[1] != attempts.keys_of("x", "2001:db8:1::1")[1]


def test_a_log_in_of_ones_own_does_not_buy_further_guesses_at_others(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    add(engine, clock, "eve", Role.VIEWER)
    said = []
    for n in range(30):
        said.append(guess(engine, clock, name=f"user{n}"))
        try:
            log_in(engine, clock, name="eve")
        except RateLimited:
            said.append("shut")
    assert said.count("refused") <= 21


def test_guesses_at_the_same_time_count_one_by_one(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(lambda n: guess(engine, clock, address=f"198.51.100.{n}"), range(16)))
    assert said.count("refused") == 5


def test_guesses_are_forgotten_after_a_while_and_never_fill_the_disk(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "_ROWS", 20)
    for n in range(30):
        with writing(engine) as connection:
            attempts.count(connection, attempts.keys_of(f"user{n}", f"203.0.113.{n}"), clock.forward(seconds=1))

    def rows() -> Any:
        with reading(engine) as connection:
            return connection.scalar(select(func.count()).select_from(t.LoginAttempt))

    assert rows() == 20
    with writing(engine) as connection:
        attempts.count(connection, attempts.keys_of("x", "y"), clock.forward(hours=1))
    assert rows() == 2


# Tokens


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("role", Role)
def test_a_token_may_do_what_its_scope_says_and_never_more_than_its_user(
    engine: Engine, clock: Clock, scope: str, role: Role
) -> None:
    add(engine, clock, "other")
    add(engine, clock, role=role)
    if SCOPES[scope] > role:
        with pytest.raises(InvalidRecord):
            tokens.create(engine, "t", user="anna", scopes=[scope], expires_at=None, by="test", now=clock.now)
        return
    text = tokens.create(engine, "t", user="anna", scopes=[scope], expires_at=None, by="test", now=clock.now)
    visitor = tokens.find(engine, text, clock.now)
    assert visitor
    assert (visitor.role, visitor.by, visitor.by_cookie) == (SCOPES[scope], "token:t", False)
    users.set_role(engine, "anna", Role.VIEWER, by="test", now=clock.now)
    lessened = tokens.find(engine, text, clock.now)
    assert lessened
    assert lessened.role is Role.VIEWER


@pytest.mark.parametrize("end", ["revoke", "disable", "expire"])
def test_a_token_ends(engine: Engine, clock: Clock, end: str) -> None:
    add(engine, clock)
    add(engine, clock, "other")
    ends = clock.now + timedelta(days=1)
    text = tokens.create(engine, "t", user="anna", scopes=["read"], expires_at=ends, by="test", now=clock.now)
    assert tokens.find(engine, text, clock.now)
    if end == "revoke":
        tokens.revoke(engine, "t", by="test", now=clock.now)
    elif end == "disable":
        users.disable(engine, "anna", by="test", now=clock.now)
    else:
        clock.forward(days=1)
    assert tokens.find(engine, text, clock.now) is None
    assert tokens.find(engine, "syncd_", clock.now) is None


# The first admin


def test_the_set_up_link_works_once_within_an_hour_and_without_users_only(engine: Engine, clock: Clock) -> None:
    late = setup.make_link(engine, clock.now)
    assert late
    with pytest.raises(InvalidRecord):
        setup.use_link(engine, late, "anna", PASSWORD, now=clock.now + timedelta(hours=1))
    for wrong in ("", "x", late[:-1]):
        with pytest.raises(InvalidRecord):
            setup.use_link(engine, wrong, "anna", PASSWORD, now=clock.now)
    with pytest.raises(InvalidRecord, match="password"):
        setup.use_link(engine, late, "anna", "short", now=clock.now)
    assert setup.find(engine, late, clock.now) == setup.Invitation(None)
    setup.use_link(engine, late, "anna", PASSWORD, now=clock.now)
    assert [(user.name, user.role) for user in users.list_users(engine)] == [("anna", "admin")]
    for again in (late, setup.make_link(engine, clock.now) or ""):
        with pytest.raises(InvalidRecord):
            setup.use_link(engine, again, "eve", PASSWORD, now=clock.now)
    assert setup.make_link(engine, clock.now) is None


def test_of_two_who_use_links_at_once_one_becomes_admin(engine: Engine, clock: Clock) -> None:
    links = [setup.make_link(engine, clock.now) or "" for _ in range(2)]

    def use(n: int) -> bool:
        try:
            setup.use_link(engine, links[n % 2], f"user{n}", PASSWORD, now=clock.now)
        except SyncError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(use, range(4))) == 1
    assert len(users.list_users(engine)) == 1
