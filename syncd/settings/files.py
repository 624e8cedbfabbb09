"""Which files is the configuration in? One that may hold everything, and a folder of further ones beside it.

A file of the folder adds connections and routes, and nothing else. It can change nothing that stands elsewhere: a name
in two places is a mistake, so it never matters which file is read last.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from syncd.errors import Misconfigured
from syncd.sentence import Sentence
from syncd.settings.convert import check_keys, subtable
from syncd.settings.stamp import Stamp, stamps

__all__ = [
    "CONFIG_DIR_VARIABLE",
    "CONFIG_VARIABLE",
    "Configuration",
    "find_file",
    "find_folder",
    "read_configuration",
    "stamp_of",
]

CONFIG_VARIABLE: Final = "SYNCD_CONFIG"
CONFIG_DIR_VARIABLE: Final = "SYNCD_CONFIG_DIR"

_PLACES: Final = (Path("syncd.toml"), Path("/etc/syncd/syncd.toml"))
_MORE: Final = ("connections", "routes")


class Configuration(NamedTuple):
    """What is written in all files together.

    Attributes:
        document: The keys of the one file, but for connections and routes.
        connections: By name: the file, and the table in it.
        routes: The same for each route, in the order in which they were read.
        files: All that were read.
    """

    document: dict[str, Any]
    connections: dict[str, tuple[str, dict[str, Any]]]
    routes: list[tuple[str, Any]]
    files: tuple[Path, ...]


def find_file(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Which configuration file counts: the one that is named, else the nearest.

    Raises:
        Misconfigured: If one was named and is not there, or if a folder is in its place.
    """
    named = path or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    if named is not None and not named.exists():
        raise Misconfigured(
            Sentence("there is no configuration file %(named)s", named=named), cure="`syncd init` writes one."
        )
    found = named or next((place for place in _PLACES if place.exists()), None)
    if found is not None and found.is_dir():
        raise Misconfigured(
            Sentence("%(file)s is a folder and no file", file=found),
            cure="Put the file there. Containers make a folder where a file that they are to mount is missing.",
        )
    return found


def find_folder(file: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Where further files are looked for, whether the folder is there or not; ``None``: nowhere.

    Raises:
        Misconfigured: If a folder was named and is not there.
    """
    named = environ.get(CONFIG_DIR_VARIABLE)
    if named:
        if not Path(named).is_dir():
            raise Misconfigured(
                Sentence(
                    "%(variable)s names the folder %(named)s, which is not there",
                    variable=CONFIG_DIR_VARIABLE,
                    named=named,
                ),
                cure="Make it, or correct it.",
            )
        return Path(named).resolve()
    return None if file is None else file.resolve().with_suffix(".d")


def read_configuration(
    file: Path | None,
    folder: Path | None,
    wish: Mapping[Path, str | None] | None = None,
    tables: Mapping[str, dict[str, Any]] | None = None,
) -> Configuration:
    """Read all files.

    Args:
        wish: Texts that files of the folder are to have, to see whether all would be well; ``None``: it is to go.
        tables: The same for connections by name, wherever they stand.

    Raises:
        Misconfigured: If one cannot be read, or two say the same.
    """
    where = str(file) if file else "environment"
    document = _parse(_text(file), file) if file else {}
    found = Configuration(
        {key: value for key, value in document.items() if key not in _MORE}, {}, [], (file,) if file else ()
    )
    _add(found, document, where)
    files = list(found.files)
    for path, text in sorted(_texts(folder, wish or {}).items()):
        more = _parse(text, path)
        check_keys(more, _MORE, str(path))
        _add(found, more, str(path))
        files.append(path)
    for name, table in (tables or {}).items():
        found.connections[name] = (found.connections[name][0], table)
    return found._replace(files=tuple(files))


def stamp_of(file: Path | None, folder: Path | None) -> tuple[Stamp, ...]:
    """Something that is another one as soon as any of the files is another one."""
    return stamps([*([file] if file else []), *_listed(folder)])


def _listed(folder: Path | None) -> list[Path]:
    """Files that count: names that begin with a dot are drafts, and editors leave others behind."""
    if folder is None:
        return []
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml" and not path.name.startswith("."))
    except OSError:
        return []


def _texts(folder: Path | None, wish: Mapping[Path, str | None]) -> dict[Path, str]:
    texts = {path: _text(path) for path in _listed(folder) if path not in wish}
    return texts | {path: text for path, text in wish.items() if text is not None}


def _add(found: Configuration, document: Mapping[str, Any], where: str) -> None:
    for name, table in subtable(document, "connections", where).items():
        if name in found.connections:
            raise Misconfigured(
                Sentence(
                    "connection %(name)s is in %(other)s and in %(where)s",
                    name=repr(name),
                    other=found.connections[name][0],
                    where=where,
                ),
                cure="Take it out of one of them.",
                field=f"connections.{name}",
            )
        found.connections[name] = (where, table)
    routes = document.get("routes", [])
    if not isinstance(routes, list):
        raise Misconfigured(
            Sentence("%(where)s: routes is not a list", where=where), cure="Head each route with [[routes]]."
        )
    for route in routes:
        twin = next((place for place, other in found.routes if place != where and _same(route, other)), None)
        if twin is not None:
            raise Misconfigured(
                Sentence(
                    "the route from %(erp)s to %(shop)s is in %(twin)s and in %(where)s",
                    erp=route.get("erp"),
                    shop=route.get("shop"),
                    twin=twin,
                    where=where,
                ),
                cure="Take it out of one of them.",
                field="routes",
            )
        found.routes.append((where, route))


def _same(one: object, other: object) -> bool:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    return (one.get("erp"), one.get("shop")) == (other.get("erp"), other.get("shop"))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")  # editors of Windows like to begin a file with a mark
    except UnicodeDecodeError:
        raise Misconfigured(Sentence("%(file)s is not UTF-8 text", file=file), cure="Save it as UTF-8.") from None
    except OSError as error:
        raise Misconfigured(
            Sentence("%(file)s cannot be read: %(strerror)s", file=file, strerror=error.strerror),
            cure="Let this user read it.",
        ) from None


def _parse(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(
            Sentence("%(file)s is not TOML: %(error)s", file=file, error=str(error)), cure="Correct that line."
        ) from None
