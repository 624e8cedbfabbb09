"""Are connections found in the folder beside the configuration file, and does none win over another?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from syncd.errors import Misconfigured
from syncd.settings import Loaded, load_settings
from syncd.settings.files import stamp_of

from .test_settings import BOTH, adapter

Load = Callable[..., Loaded]

MORE = """
[connections.stall]
kind = "stall"
side = "shop"
every = "1h"
options.url = "http://127.0.0.1/stall"

[[routes]]
erp = "books"
shop = "stall"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "syncd.d").mkdir()
    return tmp_path / "syncd.d"


@pytest.fixture
def load(folder: Path) -> Load:
    """Reads the two connections of `BOTH`, and whatever the test wrote into the folder."""
    file = folder.with_suffix(".toml")
    file.write_text(BOTH, encoding="utf-8")

    def read(**environ: str) -> Loaded:
        return load_settings(file, environ, load_adapter=adapter)

    return read


def refusal(load: Load) -> str:
    with pytest.raises(Misconfigured) as caught:
        load()
    return str(caught.value)


def test_a_file_of_the_folder_adds_its_connections_and_routes(load: Load, folder: Path) -> None:
    (folder / "stall.toml").write_text(MORE, encoding="utf-8")
    loaded = load()
    assert list(loaded.settings.connections) == ["books", "web-shop", "stall"]
    assert [(route.erp, route.shop) for route in loaded.settings.routes] == [("books", "web-shop"), ("books", "stall")]
    assert loaded.origins["connections.stall.every"] == str(folder / "stall.toml")
    assert loaded.origins["routes[1].erp"] == str(folder / "stall.toml")
    assert loaded.files == (folder.with_suffix(".toml"), folder / "stall.toml")


def test_the_environment_wins_over_a_file_of_the_folder_as_over_any(load: Load, folder: Path) -> None:
    (folder / "stall.toml").write_text(MORE, encoding="utf-8")
    assert load(SYNCD_STALL_EVERY="5m").settings.connections["stall"].every == "5m"


def test_another_folder_can_be_named(load: Load, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "stall.toml").write_text(MORE, encoding="utf-8")
    loaded = load(SYNCD_CONFIG_DIR=str(other))
    assert "stall" in loaded.settings.connections
    assert loaded.folder == other
    assert loaded.warnings == ()


def test_a_named_folder_that_is_missing_is_refused(load: Load, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="which is not there"):
        load(SYNCD_CONFIG_DIR=str(tmp_path / "none"))


def test_drafts_and_what_editors_leave_behind_are_not_read(load: Load, folder: Path) -> None:
    for name in (".stall.toml", "stall.toml~", "stall.toml.bak"):
        (folder / name).write_text("no TOML at all", encoding="utf-8")
    assert list(load().settings.connections) == ["books", "web-shop"]


def test_a_name_in_two_places_is_a_mistake_that_names_both(load: Load, folder: Path) -> None:
    (folder / "books.toml").write_text('connections.books.kind = "ledger"', encoding="utf-8")
    text = refusal(load)
    assert f"connection 'books' is in {folder.with_suffix('.toml')} and in {folder / 'books.toml'}" in text


def test_a_route_in_two_places_is_a_mistake_that_names_both(load: Load, folder: Path) -> None:
    (folder / "again.toml").write_text('[[routes]]\nerp = "books"\nshop = "web-shop"', encoding="utf-8")
    text = refusal(load)
    assert "the route from books to web-shop is in" in text
    assert str(folder / "again.toml") in text


def test_a_file_of_the_folder_changes_nothing_else(load: Load, folder: Path) -> None:
    (folder / "more.toml").write_text('home = "DE"', encoding="utf-8")
    assert f"{folder / 'more.toml'}: there is no key 'home'" in refusal(load)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("connections.stall", "is not TOML"),
        ('connections.stall = {kind = "stall", side = "shop", every = "soon"}', "connections.stall.every"),
        ('[[routes]]\nerp = "books"\nshop = "stal"', "routes[1].shop"),
        ('connections.stall = {kind = "stall", side = "shop", options = {token = "x"}}', "a secret written in plain"),
    ],
)
def test_a_mistake_in_a_file_of_the_folder_names_that_file(load: Load, folder: Path, text: str, told: str) -> None:
    (folder / "stall.toml").write_text(text, encoding="utf-8")
    assert f"{folder / 'stall.toml'}" in refusal(load)
    assert told in refusal(load)


def test_a_wish_is_tried_without_a_file(load: Load, folder: Path) -> None:
    file = folder.with_suffix(".toml")
    wish = {folder / "stall.toml": MORE}
    assert "stall" in load_settings(file, {}, load_adapter=adapter, wish=wish).settings.connections
    assert list(folder.iterdir()) == []
    (folder / "stall.toml").write_text(MORE, encoding="utf-8")
    gone = load_settings(file, {}, load_adapter=adapter, wish={folder / "stall.toml": None})
    assert "stall" not in gone.settings.connections


def test_every_change_of_a_file_changes_the_stamp(load: Load, folder: Path) -> None:
    file = folder.with_suffix(".toml")
    stamps = {load().stamp}
    (folder / "stall.toml").write_text(MORE, encoding="utf-8")
    stamps.add(load().stamp)
    file.write_text(BOTH + "\n# a remark\n", encoding="utf-8")
    stamps.add(load().stamp)
    (folder / "stall.toml").unlink()
    stamps.add(frozenset(stamp_of(file, folder)))
    assert len(stamps) == 4
    assert load().stamp in stamps


def test_a_secret_that_is_written_anew_in_its_file_changes_the_stamp(load: Load, folder: Path, tmp_path: Path) -> None:
    token, password = tmp_path / "token", tmp_path / "password"
    for path in (token, password):
        path.write_text("before", encoding="utf-8")
    more = MORE.replace("[[routes]]", f'options.token_file = "{password}"\n[[routes]]')
    (folder / "stall.toml").write_text(more, encoding="utf-8")
    loaded = load(SYNCD_BOOKS_TOKEN_FILE=str(token))
    assert loaded.stamp_now() == loaded.stamp
    for path in (token, password):
        draft = tmp_path / "draft"
        draft.write_text("after", encoding="utf-8")
        draft.replace(path)
        assert loaded.stamp_now() != loaded.stamp
        loaded = load(SYNCD_BOOKS_TOKEN_FILE=str(token))
        assert loaded.stamp_now() == loaded.stamp
    token.unlink()
    assert loaded.stamp_now() != loaded.stamp
