"""Is whom an identity provider vouches for known by what does not change, once, on both databases?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, select

from syncd.access import identity, sessions, users
from syncd.access.passwords import UNSET
from syncd.access.roles import Role
from syncd.errors import InvalidRecord, NotFound, RateLimited, SyncError
from syncd.oidc import Proven, begin
from syncd.ports import Secret
from syncd.registry.engine import reading, writing
from syncd.registry.tables import Identity, SpentLogIn
from syncd.settings import OidcSettings

from .conftest import Clock
from .test_access import LIFE, add

WHERE = "198.51.100.7"
ISSUER = "https://login.example"
ROLES: dict[str, Any] = {"role_claim": "groups", "roles": {"staff": "viewer", "admins": "admin"}}


def settings(**more: Any) -> OidcSettings:
    return OidcSettings(issuer=ISSUER, client_id="syncd", client_secret=Secret("x"), **more)


def proven(subject: str = "a-1", email: str | None = "anna@acme.example", *values: str) -> Proven:
    return Proven(issuer=ISSUER, subject=subject, email=email, name="anna", values=values)


def let_in(engine: Engine, clock: Clock, who: Proven, own: OidcSettings | None = None) -> str:
    return identity.let_in(engine, own or settings(), who, invited="", address=WHERE, old=None, now=clock.now)


def expect(engine: Engine, clock: Clock, name: str = "anna", email: str = "anna@acme.example") -> None:
    identity.expect(engine, name, email, by="test", now=clock.now)


def somebody(engine: Engine, clock: Clock, name: str, role: Role = Role.ADMIN) -> None:
    """Without a password."""
    with writing(engine) as connection:
        users.store(connection, name, role, UNSET, by="test", now=clock.now)


def test_a_session_begins_for_who_is_expected_and_then_known(engine: Engine, clock: Clock) -> None:
    somebody(engine, clock, "anna")
    assert users.find_user(engine, "anna").state == "invited"
    expect(engine, clock)
    key = let_in(engine, clock, proven())
    found = sessions.find(engine, key, LIFE, clock.now)
    assert found is not None
    assert (found[0].name, users.find_user(engine, "anna").state) == ("anna", "active")
    assert let_in(engine, clock, proven("a-1", None))
    with pytest.raises(InvalidRecord, match="nobody here"):
        let_in(engine, clock, proven("b-2"))


def test_another_provider_s_subject_of_the_same_name_is_somebody_else(engine: Engine, clock: Clock) -> None:
    somebody(engine, clock, "anna")
    expect(engine, clock)
    let_in(engine, clock, proven())
    with pytest.raises(InvalidRecord, match="nobody here"):
        let_in(engine, clock, Proven(issuer="https://other.example", subject="a-1", email=None, name="anna"))


def test_what_was_refused_leaves_nothing_behind(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    expect(engine, clock)
    with pytest.raises(InvalidRecord, match="no role"):
        let_in(engine, clock, proven(), settings(**ROLES))
    with pytest.raises(InvalidRecord, match="only admin"):
        let_in(engine, clock, proven("a-1", "anna@acme.example", "staff"), settings(**ROLES))
    row = users.find_user(engine, "anna")
    assert (row.role, row.linked_at, row.last_login_at) == ("admin", None, None)


def test_an_answer_is_taken_once_however_many_bring_it_at_once(engine: Engine, clock: Clock) -> None:
    step = begin("/", "", clock.now)

    def take(_: int) -> bool:
        try:
            identity.begin(engine, step, address=WHERE, now=clock.now)
        except SyncError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(4))) == 1


def test_of_two_first_log_ins_at_once_one_links(engine: Engine, clock: Clock) -> None:
    somebody(engine, clock, "anna")
    expect(engine, clock)

    def come(subject: str) -> bool:
        try:
            let_in(engine, clock, proven(subject))
        except InvalidRecord:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(come, ["a-1", "b-2"])) == 1
    with reading(engine) as connection:
        assert len(connection.execute(select(Identity)).all()) == 1


def test_what_was_taken_is_forgotten_when_it_is_over(engine: Engine, clock: Clock) -> None:
    identity.begin(engine, begin("/", "", clock.now), address=WHERE, now=clock.now)
    clock.forward(minutes=11)
    identity.begin(engine, begin("/", "", clock.now), address=WHERE, now=clock.now)
    with reading(engine) as connection:
        assert len(connection.execute(select(SpentLogIn)).all()) == 1


def test_answers_count_by_network_and_who_comes_in_takes_theirs_back(engine: Engine, clock: Clock) -> None:
    somebody(engine, clock, "anna")
    expect(engine, clock)
    for _ in range(30):
        identity.begin(engine, begin("/", "", clock.now), address=WHERE, now=clock.now)
        let_in(engine, clock, proven())
    for _ in range(20):
        identity.begin(engine, begin("/", "", clock.now), address=WHERE, now=clock.now)
    with pytest.raises(RateLimited):
        identity.begin(engine, begin("/", "", clock.now), address=WHERE, now=clock.now)
    identity.begin(engine, begin("/", "", clock.now), address="203.0.113.9", now=clock.now)


def test_one_address_brings_in_one_user(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    somebody(engine, clock, "ola")
    expect(engine, clock)
    with pytest.raises(InvalidRecord, match="another user"):
        expect(engine, clock, "ola", "Anna@ACME.example")
    expect(engine, clock, "anna", "")
    expect(engine, clock, "ola")
    with pytest.raises(NotFound):
        expect(engine, clock, "nobody", "x@acme.example")


def test_the_last_who_decides_is_not_unlinked_and_counts_as_one_who_does(engine: Engine, clock: Clock) -> None:
    somebody(engine, clock, "anna")
    add(engine, clock, "ola")
    expect(engine, clock)
    let_in(engine, clock, proven())
    users.disable(engine, "ola", by="test", now=clock.now)
    with pytest.raises(InvalidRecord, match="only admin"):
        identity.unlink(engine, "anna", by="test", now=clock.now)
    users.enable(engine, "ola", by="test", now=clock.now)
    key = let_in(engine, clock, proven())
    assert identity.unlink(engine, "anna", by="test", now=clock.now)
    assert sessions.find(engine, key, LIFE, clock.now) is None
    assert not identity.unlink(engine, "anna", by="test", now=clock.now)


def test_new_users_get_names_of_their_own_as_long_as_there_are_any(engine: Engine, clock: Clock) -> None:
    own = settings(make_users=True, **ROLES)
    add(engine, clock)
    for number in range(8):
        let_in(engine, clock, proven(f"s-{number}", None, "staff"), own)
    with pytest.raises(InvalidRecord, match="names"):
        let_in(engine, clock, proven("s-8", None, "staff"), own)
    made = sorted(row.name for row in users.list_users(engine))
    assert made == ["anna", *(f"anna-{number}" for number in range(2, 10))]
