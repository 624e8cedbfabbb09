"""Can a connection be changed while everything goes on, and is nothing lost that a person wrote?"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.bootstrap import renewed
from syncd.errors import InvalidRecord, Misconfigured
from syncd.registry.engine import reading
from syncd.registry.queries.audit import AuditFilter, list_audit
from syncd.settings.own import read_own, text_of
from syncd.sync.app import App
from syncd.sync.connecting.adding import add
from syncd.sync.connecting.editing import change, look
from syncd.sync.connecting.place import find_place
from syncd.sync.connecting.wish import Wish

from .conftest import TOKEN


@pytest.fixture
def made(app: App, wish: Wish) -> App:
    """With a connection that syncd made."""
    add(app, wish, {"token": TOKEN}, by="anna")
    return renewed(app)


def edit(app: App, name: str = "optima", **answers: str) -> App:
    connected, place = app.connection(name), find_place(app, name)
    found = look(app, connected, place, answers)
    change(app, connected, place, found, seen=place.seen, by="ben")
    return renewed(app)


def test_a_change_is_in_force_at_once_and_says_what_it_was(made: App, folder: Path) -> None:
    app = edit(made, every="10m", **{"guard.blocks_percent": "12,5", "routes.0.guests": "yes"})
    own = app.connection("optima").settings
    assert (own.every, own.guard.blocks_percent, own.guard.first_run) == ("10m", 12.5, "apply")
    assert app.settings.routes[0].guests
    file = folder / "syncd.d" / "optima.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["optima.toml"]
    with reading(app.engine) as connection:
        (row,) = list_audit(connection, AuditFilter(action="edit-connection"))
    assert (row.actor, row.subject) == ("ben", "connection optima")
    assert row.before == {"every": "5m", "guard.blocks_percent": "5", "routes.0.guests": "no"}
    assert row.after == {"every": "10m", "guard.blocks_percent": "12.5", "routes.0.guests": "yes"}


def test_what_is_emptied_goes_back_to_the_default(made: App) -> None:
    app = edit(made, fresh_within="1h")
    assert app.connection("optima").settings.fresh_within == "1h"
    app = edit(app, fresh_within="", **{"guard.first_run": ""})
    own = app.connection("optima").settings
    assert (own.fresh_within, own.guard.first_run) == ("", "approve")


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"every": "soon"}, "neither a duration nor a cron expression"),
        ({"guard.blocks_percent": "half"}, "is no number"),
        ({"guard.blocks_percent": "101"}, "blocks_percent"),
        ({"options.url": ""}, "url"),
        ({"evry": "5m"}, "there is no setting 'evry'"),
        ({"routes.0.zones": "domestik"}, "zones"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(made: App, folder: Path, answers: dict[str, str], told: str) -> None:
    file = folder / "syncd.d" / "optima.toml"
    before = file.read_text(encoding="utf-8")
    with pytest.raises((InvalidRecord, Misconfigured), match=told):
        edit(made, **answers)
    assert file.read_text(encoding="utf-8") == before


def test_a_file_that_changed_meanwhile_is_not_written_over(made: App, folder: Path) -> None:
    seen = find_place(made, "optima")
    found = look(made, made.connection("optima"), seen, {"every": "10m"})
    app = edit(made, every="20m")
    with pytest.raises(InvalidRecord, match=r"optima\.toml was changed since"):
        change(app, app.connection("optima"), find_place(app, "optima"), found, seen=seen.seen, by="jan")
    assert renewed(app).connection("optima").settings.every == "20m"
    with reading(app.engine) as connection:
        assert len(list_audit(connection, AuditFilter(action="edit-connection"))) == 1


def test_what_a_person_wrote_is_left_to_them_with_the_lines_to_write(made: App, folder: Path) -> None:
    file = folder / "syncd.d" / "optima.toml"
    file.write_text("# by Ewa, ask her first\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    app = renewed(made)
    place = find_place(app, "optima")
    assert place.locked == "by-hand"
    found = look(app, app.connection("optima"), place, {"every": "10m", "guard.first_run": "", "options.page": "50"})
    assert found.text == (
        '[connections.optima]\nevery = "10m"\n\n'
        "[connections.optima.options]\npage = 50\n\n"
        "[connections.optima.guard]\n# take out: first_run\n"
    )
    with pytest.raises(Misconfigured, match="which syncd does not write"):
        change(app, app.connection("optima"), place, found, seen=place.seen, by="ben")
    assert file.read_text(encoding="utf-8").startswith("# by Ewa")


def test_a_connection_of_the_one_file_is_checked_and_never_written(app: App, folder: Path) -> None:
    place = find_place(app, "shop")
    assert (place.locked, place.file) == ("other", str(folder / "syncd.toml"))
    found = look(app, app.connection("shop"), place, {"served": "pl, de"})
    assert found.text == '[connections.shop]\nserved = ["PL", "DE"]\n'
    with pytest.raises(Misconfigured, match="'XX' is no country code"):
        look(app, app.connection("shop"), place, {"served": "XX"})


def test_a_folder_that_is_closed_is_told(made: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.sync.connecting.place.is_open", lambda _: False)
    assert find_place(made, "optima").locked == "closed"


def test_what_the_environment_sets_is_locked_and_left_alone(made: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCD_OPTIMA_EVERY", "7m")
    app = reread(made)
    app = edit(app, every="10m", full_every="2d")
    own = app.connection("optima").settings
    assert (own.every, own.full_every) == ("7m", "2d")


def reread(app: App) -> App:
    """As a process that is started anew reads the environment."""
    loaded = msgspec.structs.replace(app.loaded, stamp=())
    return renewed(type(app)(**{**app.__dict__, "loaded": loaded}))


def test_another_host_that_would_get_the_secrets_is_named(made: App) -> None:
    found = look(made, made.connection("optima"), find_place(made, "optima"), {"options.url": "http://127.0.0.9:1"})
    assert (found.elsewhere, found.calls) == (("127.0.0.9",), True)


_VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(-1e9, 1e9),
    st.text(max_size=20),
    st.lists(st.text(max_size=9)),
)
_TABLES = st.dictionaries(st.text(min_size=1, max_size=9).filter(lambda key: key not in {"options", "guard"}), _VALUES)


@given(_TABLES, _TABLES, _TABLES, st.lists(_TABLES, max_size=2))
def test_what_syncd_writes_is_recognised_as_its_own(
    plain: dict[str, object], options: dict[str, object], guard: dict[str, object], routes: list[dict[str, object]]
) -> None:
    table = {**plain, **({"options": options} if options else {}), **({"guard": guard} if guard else {})}
    text = text_of("optima", table, routes)
    own = read_own("optima", text)
    assert own is not None
    assert (own.table, own.routes) == (table, routes)
    assert read_own("optima", text + "# mine\n") is None
    assert read_own("other", text) is None


def test_a_secret_that_is_written_anew_in_its_file_is_in_force_at_once(
    made: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("SYNCD_OPTIMA_TOKEN_FILE", str(file))
    app = reread(made)
    assert app.connection("optima").settings.options["token"] == "before"
    assert renewed(app) is app
    file.write_text("afterwards\n", encoding="utf-8")
    app = renewed(app)
    assert app.connection("optima").settings.options["token"] == "afterwards"
    file.unlink()  # what was in force stays until there is something else
    app = renewed(app)
    assert app.connection("optima").settings.options["token"] == "afterwards"
    file.write_text("again\n", encoding="utf-8")
    assert renewed(app).connection("optima").settings.options["token"] == "again"


def test_a_secret_file_that_is_named_before_it_is_there_is_in_force_as_soon_as_it_is(
    made: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = reread(made)
    before = app.connection("optima").settings.options["token"]
    file = tmp_path / "token"
    monkeypatch.setenv("SYNCD_OPTIMA_TOKEN_FILE", str(file))
    assert app.loaded.file is not None
    app.loaded.file.write_text(app.loaded.file.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    app = renewed(app)
    assert app.connection("optima").settings.options["token"] == before
    assert renewed(app) is app  # told once
    for text in ("", "a token"):  # made, and filled afterwards
        file.write_text(text, encoding="utf-8")
        app = renewed(app)
    assert app.connection("optima").settings.options["token"] == "a token"
    assert renewed(app) is app
