"""How are secrets kept in the registry? Encrypted under a key that is not in the registry.

Whoever gets hold of a backup of the database has nothing of them. The key is a setting, or a file beside the
configuration; old keys still open what they sealed until everything is sealed anew.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from syncd.errors import Misconfigured
from syncd.settings import Settings

__all__ = ["Vault", "key_file", "new_key", "open_vault", "write_keys"]

_PRIVATE: Final = 0o600
_CURE: Final = "Set SYNCD_SECRETS_KEY_FILE, or bring the file back; `syncd hooks make --new` replaces what is lost."


class Vault:
    """Seals with the first key, opens with any.

    Its ``repr`` shows nothing.
    """

    def __init__(self, keys: str) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])
        except ValueError:
            raise Misconfigured(
                "secrets_key holds no key that can be used",
                code="secrets-key",
                cure="`syncd secrets key` prints one that can.",
                field="secrets_key",
            ) from None

    def seal(self, text: str) -> bytes:
        """Encrypt."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt.

        Raises:
            Misconfigured: When none of the keys is the right one.
        """
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise Misconfigured(
                "a secret in the registry was sealed with another key", code="secrets-key", cure=_CURE
            ) from None

    def reseal(self, sealed: bytes) -> bytes:
        """Encrypt with the first key what any of them opens.

        Raises:
            Misconfigured: When none is the right one.
        """
        return self.seal(self.open(sealed))


def new_key() -> str:
    """Make a key."""
    return Fernet.generate_key().decode()


def key_file(settings: Settings) -> Path:
    """Where the key is, if it is not among the settings."""
    return settings.folder / "secrets.key"


def open_vault(settings: Settings, *, make: Callable[[], str] | None = None) -> Vault:
    """Open the vault.

    Args:
        make: Makes a key where there is none yet.

    Raises:
        Misconfigured: When there is no key, or it cannot be read.
    """
    if settings.secrets_key:
        return Vault(settings.secrets_key.reveal())
    file = key_file(settings)
    if make is not None and not file.exists():
        write_keys(file, make(), replace=False)
    try:
        return Vault(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(
            f"the key of the registry's secrets in {file.name} cannot be read", code="secrets-key", cure=_CURE
        ) from None


def write_keys(file: Path, keys: str, *, replace: bool) -> None:
    """Write the file whole or not at all, for its owner only; without `replace` the first of two processes wins.

    Raises:
        Misconfigured: When it cannot be written.
    """
    draft = file.with_suffix(f".{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w", encoding="ascii") as out:
            out.write(keys + "\n")
            out.flush()
            os.fsync(out.fileno())
        if replace:
            draft.replace(file)
            return
        with contextlib.suppress(FileExistsError):  # another process was faster: its key counts
            file.hardlink_to(draft)
        draft.unlink()
    except OSError as error:
        raise Misconfigured(
            f"{file} cannot be written: {error.strerror}", code="secrets-key", cure="Set SYNCD_SECRETS_KEY_FILE."
        ) from None
