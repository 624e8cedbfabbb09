"""Do people get in by a link of their own, keep their account theirs, and is somebody always left who decides?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from syncd.access import own, sessions, setup, tokens, users
from syncd.access.roles import Role
from syncd.errors import InvalidRecord, NotFound, RateLimited, SyncError

from .conftest import PASSWORD, Clock
from .test_access import LIFE, add, audited, everything, log_in

OTHER = "several unrelated words indeed"


def change(engine: Engine, clock: Clock, old: str, new: str = OTHER, held: str | None = None) -> int:
    return own.change_password(
        engine, "anna", old, new, by="console:anna", address="198.51.100.7", held=held, now=clock.now
    )


# Links


def test_who_is_invited_sets_a_password_of_their_own_once(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    key = setup.invite(engine, "Ola ", Role.OPERATOR, by="console:anna", now=clock.now)
    assert [(row.name, row.state) for row in users.list_users(engine)] == [("anna", "active"), ("ola", "invited")]
    assert setup.find(engine, key, clock.now) == setup.Invitation("ola", 2)
    assert key not in everything(engine)
    setup.use_link(engine, key, "somebody-else", OTHER, now=clock.now)
    assert users.find_user(engine, "ola").state == "active"
    assert log_in(engine, clock, OTHER, name="ola")
    with pytest.raises(InvalidRecord, match="used, or is too old"):
        setup.use_link(engine, key, "", OTHER + "!", now=clock.now)
    assert ("setup link", "set-password", "user ola") in audited(engine)


@pytest.mark.parametrize("typed", ["", "!", "nobody", OTHER])
def test_nobody_gets_in_as_somebody_who_has_set_no_password_yet(engine: Engine, clock: Clock, typed: str) -> None:
    add(engine, clock)
    setup.invite(engine, "ola", Role.ADMIN, by="test", now=clock.now)
    with pytest.raises(InvalidRecord, match="name or password"):
        log_in(engine, clock, typed, name="ola")


def test_a_link_works_for_a_day_and_the_newest_only(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    first = setup.invite(engine, "ola", Role.VIEWER, by="test", now=clock.now)
    second = setup.renew(engine, "ola", by="test", now=clock.now)
    assert setup.find(engine, first, clock.now) is None
    assert setup.find(engine, second, clock.forward(hours=23))
    assert setup.find(engine, second, clock.forward(hours=1)) is None
    with pytest.raises(NotFound):
        setup.renew(engine, "nobody", by="test", now=clock.now)


def test_a_link_for_another_password_ends_sessions_and_no_sooner_than_it_is_used(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    browser = log_in(engine, clock)
    key = setup.renew(engine, "anna", by="test", now=clock.now)
    assert sessions.find(engine, browser, LIFE, clock.now)
    setup.use_link(engine, key, "", OTHER, now=clock.now)
    assert sessions.find(engine, browser, LIFE, clock.now) is None


@pytest.mark.parametrize("ended", ["disable", "password", "own"])
def test_a_link_ends_with_what_makes_it_needless(engine: Engine, clock: Clock, ended: str) -> None:
    add(engine, clock)
    add(engine, clock, "other")
    key = setup.renew(engine, "anna", by="test", now=clock.now)
    if ended == "disable":
        users.disable(engine, "anna", by="test", now=clock.now)
    elif ended == "password":
        users.set_password(engine, "anna", OTHER, by="test", now=clock.now)
    else:
        change(engine, clock, PASSWORD)
    assert setup.find(engine, key, clock.now) is None


def test_of_two_who_use_one_link_at_once_one_sets_the_password(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    key = setup.invite(engine, "ola", Role.VIEWER, by="test", now=clock.now)

    def use(number: int) -> bool:
        try:
            setup.use_link(engine, key, "", f"{OTHER} {number}", now=clock.now)
        except SyncError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(use, range(4))) == 1


def test_the_first_admins_link_leaves_others_alone(engine: Engine, clock: Clock) -> None:
    first = setup.make_link(engine, clock.now)
    assert first
    add(engine, clock)
    key = setup.invite(engine, "ola", Role.VIEWER, by="test", now=clock.now)
    assert setup.find(engine, first, clock.now) is None
    assert setup.find(engine, key, clock.now)


# The last admin


@pytest.mark.parametrize("how", ["disable", "demote"])
def test_the_last_admin_who_can_log_in_stays(engine: Engine, clock: Clock, how: str) -> None:
    add(engine, clock)
    add(engine, clock, "ola", Role.OPERATOR)
    setup.invite(engine, "invited", Role.ADMIN, by="test", now=clock.now)
    lessen = {
        "disable": lambda: users.disable(engine, "anna", by="test", now=clock.now),
        "demote": lambda: users.set_role(engine, "anna", Role.OPERATOR, by="test", now=clock.now),
    }
    with pytest.raises(InvalidRecord) as refusal:
        lessen[how]()
    assert refusal.value.code == "last-admin"
    users.set_role(engine, "anna", Role.ADMIN, by="test", now=clock.now)
    users.disable(engine, "ola", by="test", now=clock.now)


def test_of_two_admins_who_shut_each_other_out_at_once_one_is_left(engine: Engine, clock: Clock) -> None:
    for name in ("anna", "ewa"):
        add(engine, clock, name)

    def shut_out(name: str) -> bool:
        try:
            users.disable(engine, name, by="test", now=clock.now)
        except InvalidRecord:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(shut_out, ("anna", "ewa"))) == [False, True]


# Sessions


def test_a_session_is_ended_by_its_sign_and_the_others_stay(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    add(engine, clock, "ewa")
    first, second, hers = log_in(engine, clock), log_in(engine, clock), log_in(engine, clock, name="ewa")
    listed = sessions.list_sessions(engine, LIFE, clock.now, user="anna")
    assert {one.sign for one in listed} == {sessions.sign_of(first), sessions.sign_of(second)}
    sessions.end_one(engine, "anna", sessions.sign_of(first), by="test", now=clock.now)
    for sign in (sessions.sign_of(first), sessions.sign_of(hers)):
        with pytest.raises(NotFound):
            sessions.end_one(engine, "anna", sign, by="test", now=clock.now)
    assert sessions.find(engine, second, LIFE, clock.now)
    assert sessions.find(engine, hers, LIFE, clock.now)
    assert len(sessions.list_sessions(engine, LIFE, clock.forward(hours=2))) == 0


def test_ending_all_sessions_leaves_the_one_that_asks(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    here, _ = log_in(engine, clock), log_in(engine, clock)
    assert sessions.end_every(engine, "anna", by="test", now=clock.now, but=here) == 1
    assert sessions.find(engine, here, LIFE, clock.now)


# One's own password


def test_ones_own_password_is_changed_by_who_knows_it_and_other_sessions_end(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    here, there = log_in(engine, clock), log_in(engine, clock)
    assert change(engine, clock, PASSWORD, held=here) == 1
    assert sessions.find(engine, here, LIFE, clock.now)
    assert sessions.find(engine, there, LIFE, clock.now) is None
    assert log_in(engine, clock, OTHER)


def test_who_finds_an_open_browser_cannot_guess_the_password_for_ever(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    for _ in range(5):
        with pytest.raises(InvalidRecord, match="old password"):
            change(engine, clock, "wrong")
    with pytest.raises(RateLimited):
        change(engine, clock, PASSWORD)


def test_a_weak_new_password_is_refused(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    with pytest.raises(InvalidRecord) as refusal:
        change(engine, clock, PASSWORD, "short")
    assert refusal.value.code == "password-weak"


# Tokens


def test_a_token_is_revoked_by_its_owner_only(engine: Engine, clock: Clock) -> None:
    add(engine, clock)
    add(engine, clock, "ewa")
    tokens.create(engine, "ci", user="anna", scopes=["read"], expires_at=None, by="test", now=clock.now)
    assert [one.name for one in tokens.list_tokens(engine, user="ewa")] == []
    with pytest.raises(NotFound):
        tokens.revoke(engine, "ci", by="test", now=clock.now, user="ewa")
    tokens.revoke(engine, "ci", by="test", now=clock.now, user="anna")
    assert tokens.list_tokens(engine, user="anna")[0].state(clock.now) == "revoked"


@pytest.mark.parametrize(("name", "scopes"), [("", ["read"]), ("x" * 65, ["read"]), ("a\nb", ["read"]), ("ci", []),
                                              ("ci", ["everything"])])  # fmt: skip
def test_a_token_without_a_name_or_a_known_scope_is_refused(
    engine: Engine, clock: Clock, name: str, scopes: list[str]
) -> None:
    add(engine, clock)
    with pytest.raises(InvalidRecord):
        tokens.create(engine, name, user="anna", scopes=scopes, expires_at=None, by="test", now=clock.now)
