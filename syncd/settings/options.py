"""Which options does a connection have, which of them are secret, and where may a secret stand?"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from syncd.errors import Misconfigured
from syncd.ports import Secret
from syncd.sentence import Sentence
from syncd.settings.environment import Found, look_up, read_secret_file, variable
from syncd.settings.stamp import Stamp

__all__ = ["Collected", "collect_options", "option_names", "secret_options"]


class Collected(NamedTuple):
    """A connection's options.

    Attributes:
        values: By option, secrets as plain text.
        origins: Where each of them comes from.
    """

    values: dict[str, Any]
    origins: dict[str, str]


def option_names(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """Names of an adapter's options as they are written in the configuration."""
    return struct.__struct_encode_fields__


def secret_options(struct: type[msgspec.Struct]) -> frozenset[str]:
    """Names of the options typed `Secret`."""
    hints = typing.get_type_hints(struct)
    written = dict(zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True))
    return frozenset(written[name] for name, hint in hints.items() if name in written and _is_secret(hint))


def _is_secret(hint: Any) -> bool:
    return hint is Secret or any(_is_secret(part) for part in typing.get_args(hint))


def collect_options(
    connection: str,
    struct: type[msgspec.Struct],
    written: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    file: str,
    folder: Path,
    files: list[Stamp] | None = None,
) -> Collected:
    """Put a connection's options together.

    Args:
        written: The table ``[connections.NAME.options]``.
        file: The configuration file, for messages and origins.
        files: As of `read_secret_file`.

    Raises:
        Misconfigured: If a secret stands in the configuration file, or a file that should hold it cannot be read.
    """
    secrets = secret_options(struct)
    names = option_names(struct)
    values = dict(written)
    origins = dict.fromkeys(values, file)
    taken: dict[str, Found] = {}
    for name in secrets:
        key = f"connections.{connection}.options.{name}"
        if name in values:
            raise Misconfigured(
                Sentence("%(file)s: %(key)s is a secret written in plain text", file=file, key=key),
                cure=Sentence(
                    'Take it out and set %(variable)s or %(variable)s_FILE, or write %(name)s_file = "path" instead. '
                    "Then change the secret: others may have read it.",
                    variable=variable(connection, name),
                    name=name,
                ),
            )
        if f"{name}_file" in values and f"{name}_file" not in names:
            path = values.pop(f"{name}_file")
            del origins[f"{name}_file"]
            if not isinstance(path, str):
                raise Misconfigured(
                    Sentence("%(file)s: %(key)s_file is not a text", file=file, key=key),
                    cure="Write the path of a file.",
                )
            if look_up(environ, variable(connection, name), files=files) is None:
                where = folder / Path(path).expanduser()
                taken[name] = read_secret_file(where, f"{file}: {key}_file", f"{file}, file {path}", files)
    for name in names:
        found = look_up(environ, variable(connection, name), files=files, file_too=f"{name}_file" not in names)
        if found:
            taken[name] = found
    for name, one in taken.items():
        values[name], origins[name] = one.value, one.origin
    return Collected(values, origins)
