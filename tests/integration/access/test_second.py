"""Is a one-time code asked for where somebody said so, taken once, and not to be guessed?"""

from __future__ import annotations

import pyotp
import pytest
from sqlalchemy import Engine

from syncd.access import recovery, second, sessions, setup, users
from syncd.access.known import user_id_of
from syncd.errors import InvalidRecord, Misconfigured, RateLimited
from syncd.registry.engine import writing
from syncd.registry.tables import SecondFactor
from syncd.secrets import Vault, new_key

from .conftest import PASSWORD, Clock
from .test_access import LIFE, add, audited, everything, log_in

WHERE = "198.51.100.7"


@pytest.fixture
def vault() -> Vault:
    return Vault(new_key())


def code(secret: str, clock: Clock) -> str:
    return pyotp.TOTP(secret).at(clock.now)


def owned(engine: Engine, vault: Vault, clock: Clock) -> str:
    """Anna has a device."""
    add(engine, clock)
    secret = second.begin(engine, vault, "anna", clock.now)
    second.confirm(engine, vault, "anna", code(secret, clock), address=WHERE, by="console:anna", now=clock.now)
    clock.forward(minutes=1)
    return secret


def give(engine: Engine, vault: Vault, clock: Clock, step: str, typed: str) -> str:
    return sessions.give_code(engine, vault, step, typed, address=WHERE, now=clock.now)


def test_the_codes_are_those_of_the_standard(engine: Engine, clock: Clock, vault: Vault) -> None:
    add(engine, clock)
    with writing(engine) as connection:
        sealed = vault.seal("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")  # RFC 6238, appendix B, and its times
        user_id = user_id_of(connection, "anna")
        connection.execute(
            SecondFactor.__table__.insert().values(user_id=user_id, sealed=sealed, made_at=clock.now, last_step=0)  # type: ignore[attr-defined]
        )
        for seconds, expected in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924")):
            at = clock.now.fromtimestamp(seconds, tz=clock.now.tzinfo)
            assert second.take(connection, vault, user_id, expected, at)


def test_the_password_alone_opens_nothing_once_a_device_is_there(engine: Engine, clock: Clock, vault: Vault) -> None:
    secret = owned(engine, vault, clock)
    opened = sessions.log_in(engine, "anna", PASSWORD, address=WHERE, old=None, now=clock.now)
    assert opened.asks_for_code
    assert sessions.find(engine, opened.key, LIFE, clock.now) is None
    browser = give(engine, vault, clock, opened.key, code(secret, clock))
    assert sessions.find(engine, browser, LIFE, clock.now)
    assert second.whose_step(engine, opened.key, clock.now) is None
    assert users.find_user(engine, "anna").second_factor


def test_no_code_is_asked_for_before_the_device_showed_a_right_one(engine: Engine, clock: Clock, vault: Vault) -> None:
    add(engine, clock)
    secret = second.begin(engine, vault, "anna", clock.now)
    with pytest.raises(InvalidRecord, match="code is wrong"):
        second.confirm(engine, vault, "anna", "000000", address=WHERE, by="test", now=clock.now)
    assert sessions.find(engine, log_in(engine, clock), LIFE, clock.now)
    assert secret not in everything(engine)


def test_a_code_is_taken_once_and_for_a_clock_that_is_half_a_minute_off(
    engine: Engine, clock: Clock, vault: Vault
) -> None:
    secret = owned(engine, vault, clock)
    early = code(secret, clock)
    clock.forward(seconds=30)
    give(engine, vault, clock, log_in(engine, clock), f" {early[:3]} {early[3:]} ")
    step = log_in(engine, clock)
    with pytest.raises(InvalidRecord, match="was used"):
        give(engine, vault, clock, step, early)
    late = code(secret, clock)
    clock.forward(seconds=61)
    with pytest.raises(InvalidRecord):
        give(engine, vault, clock, step, late)
    give(engine, vault, clock, step, code(secret, clock))


def test_codes_are_not_to_be_guessed_by_who_knows_the_password(engine: Engine, clock: Clock, vault: Vault) -> None:
    secret = owned(engine, vault, clock)
    tried = 0
    for _ in range(20):
        try:
            give(engine, vault, clock, log_in(engine, clock), "12345x")
        except RateLimited:
            continue
        except InvalidRecord:
            tried += 1
    assert tried == 5
    with pytest.raises(RateLimited):
        give(engine, vault, clock, log_in(engine, clock), code(secret, clock))


def test_who_knew_the_password_gives_the_code_within_minutes(engine: Engine, clock: Clock, vault: Vault) -> None:
    secret = owned(engine, vault, clock)
    step = log_in(engine, clock)
    clock.forward(minutes=5)
    with pytest.raises(InvalidRecord) as over:
        give(engine, vault, clock, step, code(secret, clock))
    assert over.value.code == "log-in-over"
    with pytest.raises(InvalidRecord):
        give(engine, vault, clock, "no-such-step", code(secret, clock))


def test_who_is_shut_out_between_password_and_code_stays_out(engine: Engine, clock: Clock, vault: Vault) -> None:
    secret = owned(engine, vault, clock)
    add(engine, clock, "other")
    step = log_in(engine, clock)
    users.disable(engine, "anna", by="test", now=clock.now)
    with pytest.raises(InvalidRecord):
        give(engine, vault, clock, step, code(secret, clock))


def test_a_lost_device_is_removed_by_somebody_else(engine: Engine, clock: Clock, vault: Vault) -> None:
    owned(engine, vault, clock)
    with pytest.raises(InvalidRecord, match="there already"):
        second.begin(engine, vault, "anna", clock.now)
    assert second.remove(engine, "anna", by="cli:root", now=clock.now)
    assert not second.remove(engine, "anna", by="cli:root", now=clock.now)
    assert sessions.find(engine, log_in(engine, clock), LIFE, clock.now)
    assert [one for one in audited(engine) if "factor" in one[1]] == [
        ("console:anna", "add-second-factor", "user anna"),
        ("cli:root", "remove-second-factor", "user anna"),
    ]


def test_a_code_that_was_written_down_is_taken_once_and_only_from_its_owner(
    engine: Engine, clock: Clock, vault: Vault
) -> None:
    owned(engine, vault, clock)
    codes = second.new_codes(engine, "anna", by="console:anna", now=clock.now)
    assert len(set(codes)) == recovery.NUMBER
    assert not any(code in everything(engine) for code in codes)
    add(engine, clock, "other")
    with writing(engine) as connection:
        assert not recovery.take(connection, user_id_of(connection, "other"), codes[0])
    browser = give(engine, vault, clock, log_in(engine, clock), codes[0].upper().replace("-", " "))
    assert sessions.find(engine, browser, LIFE, clock.now)
    with pytest.raises(InvalidRecord, match="was used"):
        give(engine, vault, clock, log_in(engine, clock), codes[0])
    with writing(engine) as connection:
        assert recovery.left(connection, user_id_of(connection, "anna")) == 9
    assert ("console:anna", "use-recovery-code", "user anna") in audited(engine)


def test_without_a_device_there_are_no_codes_for_its_loss(engine: Engine, clock: Clock, vault: Vault) -> None:
    owned(engine, vault, clock)
    (code_, *_) = second.new_codes(engine, "anna", by="console:anna", now=clock.now)
    second.remove(engine, "anna", by="cli:root", now=clock.now)
    with pytest.raises(InvalidRecord, match="no device"):
        second.new_codes(engine, "anna", by="console:anna", now=clock.now)
    with writing(engine) as connection:
        assert not recovery.take(connection, user_id_of(connection, "anna"), code_)


def test_a_link_for_another_password_does_not_take_the_device_away(engine: Engine, clock: Clock, vault: Vault) -> None:
    owned(engine, vault, clock)
    key = setup.renew(engine, "anna", by="test", now=clock.now)
    setup.use_link(engine, key, "", "several unrelated words indeed", now=clock.now)
    assert users.find_user(engine, "anna").second_factor


def test_what_makes_codes_is_sealed_anew_with_the_other_secrets(engine: Engine, clock: Clock) -> None:
    old, new = new_key(), new_key()
    secret = owned(engine, Vault(old), clock)
    step = log_in(engine, clock)
    with pytest.raises(Misconfigured):
        give(engine, Vault(new), clock, step, code(secret, clock))
    with writing(engine) as connection:
        assert second.reseal(connection, Vault(f"{new},{old}")) == 1
    assert give(engine, Vault(new), clock, step, code(secret, clock))
