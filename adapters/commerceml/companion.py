"""What has to run beside the workers for a connection to 1C? The exchange endpoint, if it has a port."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from adapters.commerceml.options import Options
from syncd.ports import Companion, Secret

__all__ = ["ENVIRON", "companion"]

ENVIRON: Final = "SYNCD_EXCHANGE_OPTIONS"
"""Variable with the connection's options as JSON."""


def companion(options: Options) -> Companion | None:
    """The exchange endpoint of a connection with these options."""
    if not options.port:
        return None
    said = msgspec.json.encode(options, enc_hook=_plain).decode()
    return Companion(module="adapters.commerceml.exchange", environ={ENVIRON: said})


def _plain(value: Any) -> str:
    return value.reveal() if isinstance(value, Secret) else str(value)
