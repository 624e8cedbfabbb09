"""What is configured for one connection, in the file and in the environment?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from syncd import plugins
from syncd.errors import Misconfigured
from syncd.ports import Adapter
from syncd.sentence import Sentence, sentence_of
from syncd.settings.convert import check_keys, convert, nearest, subtable
from syncd.settings.environment import look_up, variable
from syncd.settings.options import collect_options, option_names
from syncd.settings.shape import ConnectionSettings
from syncd.settings.stamp import Stamp

__all__ = ["BY_ENVIRONMENT", "Sources", "build_connection", "take_simple"]

BY_ENVIRONMENT: Final = ("every", "full_every", "paused", "parallel_calls")


@dataclass(frozen=True)
class Sources:
    """Where settings are looked for, and what was found out on the way.

    Attributes:
        file: Name of the configuration file, for messages and origins.
        folder: Where relative paths start.
        load_adapter: Knows which options a platform has and which are secret.
        origins: Filled: where each value comes from, by key.
        variables: Filled: which key each variable speaks of, set or not.
        secrets: Filled: files that are to hold one value each, as they were before they were read.
    """

    environ: Mapping[str, str]
    file: str
    folder: Path
    load_adapter: Callable[[str], Adapter]
    origins: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    secrets: list[Stamp] = field(default_factory=list)

    def claim(self, name: str, key: str) -> None:
        """Note that the variable `name` speaks of `key`.

        Raises:
            Misconfigured: If it is set and speaks of another key as well.
        """
        other = self.variables.setdefault(name, key)
        if other != key and (self.environ.get(name) or self.environ.get(f"{name}_FILE")):
            raise Misconfigured(
                Sentence("%(name)s means both %(other)s and %(key)s", name=name, other=other, key=key),
                cure="Rename a connection.",
                field=key,
            )


def take_simple(
    sources: Sources, table: Mapping[str, Any], keys: Mapping[str, tuple[str, ...]], prefix: str = ""
) -> dict[str, Any]:
    """Take plain keys from the environment, else from a table of the file.

    Args:
        keys: The variables that may hold each key.
        prefix: Key of the table with a dot at its end.
    """
    values = {}
    for key, names in keys.items():
        sources.claim(names[0], prefix + key)
        found = look_up(sources.environ, *names, files=sources.secrets)
        if found:
            values[key], sources.origins[prefix + key] = found.value, found.origin
        elif key in table:
            values[key], sources.origins[prefix + key] = table[key], sources.file
    return values


def build_connection(name: str, table: dict[str, Any], sources: Sources) -> ConnectionSettings:
    """Put one connection's settings together.

    Raises:
        Misconfigured: Naming the key, the file and the cure.
    """
    at = f"connections.{name}"
    where = f"{sources.file}: {at}"
    check_keys(table, ConnectionSettings.__struct_fields__, where)
    adapter = _adapter(table, where, sources)
    written = subtable(table, "options", where)
    options, origins = collect_options(
        name,
        adapter.options,
        written,
        sources.environ,
        file=sources.file,
        folder=sources.folder,
        files=sources.secrets,
    )
    sources.origins.update({f"{at}.options.{option}": origin for option, origin in origins.items()})
    names = option_names(adapter.options)
    for option in names:
        sources.claim(variable(name, option), f"{at}.options.{option}")
    values = {key: value for key, value in table.items() if key != "options"}
    sources.origins.update({f"{at}.{key}": sources.file for key in values})
    sources.origins.update({f"{at}.guard.{key}": sources.file for key in subtable(values, "guard", where)})
    simple = {key: (variable(name, key),) for key in BY_ENVIRONMENT if key not in names}
    values |= take_simple(sources, table, simple, f"{at}.")
    if "side" not in values and len(adapter.sides) == 1:
        values["side"] = next(iter(adapter.sides))
        sources.origins[f"{at}.side"] = f"the platform {adapter.kind}"
    settings = convert(values, ConnectionSettings, at, sources.file, sources.origins)
    if settings.side not in adapter.sides:
        raise Misconfigured(
            Sentence(
                "%(where)s.side: %(kind)s cannot be a %(side)s",
                where=where,
                kind=adapter.kind,
                side=settings.side.value,
            ),
            cure=Sentence("It can be: %(names)s.", names=", ".join(sorted(adapter.sides))),
            field="side",
        )
    return msgspec.structs.replace(settings, options=options)


def _adapter(table: Mapping[str, Any], where: str, sources: Sources) -> Adapter:
    kind = table.get("kind")
    if not isinstance(kind, str):
        raise Misconfigured(
            Sentence("%(where)s.kind is missing", where=where),
            cure='Write kind = "...", as `syncd adapters list` names it.',
            field="kind",
        )
    try:
        return sources.load_adapter(kind)
    except Misconfigured as error:
        cure = nearest(kind, plugins.kinds(), error.cure)
        raise Misconfigured(
            Sentence("%(at)s: %(reason)s", at=f"{where}.kind", reason=sentence_of(error.message)),
            cure=cure,
            field="kind",
        ) from error
