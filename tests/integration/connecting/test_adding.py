"""Can a connection be made and taken away while everything goes on?"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import pytest

from adapters.bridge.simulator import BridgeSandbox
from syncd.bootstrap import renewed
from syncd.checks.connections import check_connections
from syncd.errors import InvalidRecord, Misconfigured
from syncd.registry.engine import reading
from syncd.registry.secrets import all_sealed
from syncd.registry.tables import Audit
from syncd.sync.app import App
from syncd.sync.connecting.adding import add, remove
from syncd.sync.connecting.credentials import credentials, forget_secret, set_secret, unreadable, whole
from syncd.sync.connecting.wish import Wish, WishedRoute
from syncd.sync.execute import execute_run
from syncd.sync.request import request_run

from .conftest import TOKEN


def audited(app: App) -> list[tuple[str, str, str]]:
    table = Audit.__table__
    with reading(app.engine) as connection:
        return [(row.actor, row.action, row.subject) for row in connection.execute(table.select())]


def test_a_connection_is_written_for_its_owner_alone_and_is_in_force_at_once(
    app: App, wish: Wish, folder: Path
) -> None:
    file = add(app, wish, {"token": TOKEN}, by="anna")
    assert file == folder / "syncd.d" / "optima.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["optima.toml"]
    assert TOKEN not in file.read_text(encoding="utf-8")
    assert "optima" not in app.connections
    app = renewed(app)
    assert set(app.connections) == {"shop", "optima"}
    (check,) = check_connections(app, [app.connection("optima")])
    assert check.state == "ok"
    run = request_run(app, app.connection("optima"), mode="full", asked_by="anna")
    assert run is not None
    execute_run(app, run)
    with reading(app.engine) as connection:
        assert connection.exec_driver_sql("SELECT state FROM runs").scalar_one() == "succeeded"
        assert connection.exec_driver_sql("SELECT count(*) FROM contractors").scalar_one() == 3
    assert ("anna", "add-connection", "connection optima") in audited(app)


def test_nothing_changed_is_the_same_program(app: App) -> None:
    assert renewed(app) is app


def test_a_mistake_is_told_before_anything_is_written(app: App, wish: Wish, folder: Path) -> None:
    wrong = msgspec.structs.replace(wish, every="sometimes")
    with pytest.raises(Misconfigured, match=r"optima\.toml.*every"):
        add(app, wrong, {"token": TOKEN}, by="anna")
    with pytest.raises(Misconfigured, match="token"):
        add(app, wish, {}, by="anna")
    lost = msgspec.structs.replace(wish, routes=(WishedRoute(erp="optima", shop="shpo"),))
    with pytest.raises(Misconfigured, match="Did you mean shop"):
        add(app, lost, {"token": TOKEN}, by="anna")
    assert list((folder / "syncd.d").iterdir()) == []
    with reading(app.engine) as connection:
        assert all_sealed(connection) == []


def test_a_name_is_given_once(app: App, wish: Wish) -> None:
    with pytest.raises(InvalidRecord, match="there is a connection shop already"):
        add(app, msgspec.structs.replace(wish, name="shop"), {"token": TOKEN}, by="anna")
    add(app, wish, {"token": TOKEN}, by="anna")
    with pytest.raises(Misconfigured, match="there is a file"):
        add(app, wish, {"token": TOKEN}, by="ben")  # who has not seen yet that anna was faster


def test_without_the_folder_the_secrets_are_kept_and_the_file_is_left_to_a_person(
    app: App, wish: Wish, folder: Path
) -> None:
    (folder / "syncd.d").rmdir()
    assert add(app, wish, {"token": TOKEN}, by="anna") is None
    assert [path.name for path in folder.glob("*.toml")] == ["syncd.toml"]
    with reading(app.engine) as connection:
        assert [(one.connection, one.option) for one in all_sealed(connection)] == [("optima", "token")]


def test_while_the_files_are_wrong_everything_stays_and_it_is_told_once(
    app: App, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "syncd.d" / "more.toml").write_text("[connections.more", encoding="utf-8")
    with caplog.at_level(logging.WARNING, "syncd.bootstrap"):
        app = renewed(renewed(app))
    assert set(app.connections) == {"shop"}
    assert [record.message for record in caplog.records if "more.toml is not TOML" in record.message] != []
    assert len(caplog.records) == 1
    (folder / "syncd.d" / "more.toml").unlink()
    assert set(renewed(app).connections) == {"shop"}


def test_a_connection_is_taken_away_with_its_secrets(app: App, wish: Wish, folder: Path) -> None:
    add(app, wish, {"token": TOKEN}, by="anna")
    app = renewed(app)
    file = remove(app, "optima", by="ben")
    assert not file.exists()
    app = renewed(app)
    assert set(app.connections) == {"shop"}
    with reading(app.engine) as connection:
        assert all_sealed(connection) == []
    assert ("ben", "remove-connection", "connection optima") in audited(app)


def test_what_stands_in_another_file_or_is_needed_is_not_taken_away(app: App, wish: Wish, folder: Path) -> None:
    with pytest.raises(Misconfigured, match=r"shop has no file of its own: it stands in .*syncd\.toml"):
        remove(app, "shop", by="ben")
    add(app, msgspec.structs.replace(wish, routes=()), {"token": TOKEN}, by="anna")
    (folder / "syncd.d" / "routes.toml").write_text('[[routes]]\nerp = "optima"\nshop = "shop"', encoding="utf-8")
    app = renewed(app)
    with pytest.raises(Misconfigured, match=r"routes\.toml: routes\[0\]\.erp: there is no connection 'optima'"):
        remove(app, "optima", by="ben")
    assert (folder / "syncd.d" / "optima.toml").exists()


def test_a_secret_is_replaced_and_forgotten_and_counts_from_then_on(
    app: App, wish: Wish, bridge: BridgeSandbox
) -> None:
    add(app, wish, {"token": "wrong"}, by="anna")
    app = renewed(app)
    optima = app.connection("optima")
    assert check_connections(app, [optima])[0].state == "fail"
    set_secret(app, optima, "token", TOKEN, by="ben")
    app = renewed(app)
    assert check_connections(app, [app.connection("optima")])[0].state == "ok"
    (told,) = credentials(app, app.connection("optima"))
    assert (told.held, told.set_by, told.variable) == ("registry", "ben", "SYNCD_OPTIMA_TOKEN")
    assert whole(app.loaded, app.settings).origins["connections.optima.options.token"] == "registry"
    forget_secret(app, optima, "token", by="ben")
    app = renewed(app)
    assert credentials(app, app.connection("optima"))[0].held == "nowhere"
    assert [action for _, action, _ in audited(app)][-2:] == ["set-secret", "forget-secret"]
    assert TOKEN not in repr(audited(app))


def test_the_environment_wins_over_the_registry_and_that_is_told(
    app: App, wish: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNCD_OPTIMA_TOKEN", TOKEN)
    add(app, wish, {"token": "wrong"}, by="anna")
    app = renewed(app)
    assert check_connections(app, [app.connection("optima")])[0].state == "ok"
    (told,) = credentials(app, app.connection("optima"))
    assert (told.held, told.origin, told.hidden) == ("environment", "environment SYNCD_OPTIMA_TOKEN", True)


@pytest.mark.parametrize(("option", "value"), [("url", "x"), ("tokn", "x"), ("token", ""), ("token", "x" * 20_000)])
def test_what_is_no_secret_is_refused(app: App, wish: Wish, option: str, value: str) -> None:
    add(app, wish, {"token": TOKEN}, by="anna")
    app = renewed(app)
    with pytest.raises(InvalidRecord) as caught:
        set_secret(app, app.connection("optima"), option, value, by="ben")
    assert caught.value.field == option


def test_without_the_key_only_the_connections_of_the_registrys_secrets_stand_still(
    app: App, wish: Wish, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(app, wish, {"token": TOKEN}, by="anna")
    (folder / "secrets.key").unlink()
    app = renewed(app)
    states = {name: check_connections(app, [app.connection(name)])[0].state for name in app.connections}
    assert states == {"shop": "ok", "optima": "fail"}
    assert unreadable(app.engine, app.settings) == ["optima.token"]
    assert not credentials(app, app.connection("optima"))[0].readable
