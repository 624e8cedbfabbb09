"""How does a command write the file that was asked for?"""

from __future__ import annotations

from pathlib import Path

from syncd.cli.exit_codes import WrongUsage

__all__ = ["unwritable", "write"]


def write(file: Path, content: bytes) -> None:
    """Write a file for its owner's eyes: what commands write is about customers."""
    try:
        file.touch(mode=0o600, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise unwritable(file, error) from None


def unwritable(file: Path, error: OSError) -> WrongUsage:
    """What to say of a file that cannot be written."""
    return WrongUsage(f"{file} cannot be written: {error.strerror}", cure="Name another place.")
