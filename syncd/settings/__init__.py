"""What is configured? One `Settings` value, from `syncd.toml`, the environment and defaults.

Each setting comes from the first of these that has it: a flag of the command, ``SYNCD_*`` (or ``SYNCD_*_FILE``, which
names a file that holds the value), the configuration file, the default. The configuration file is the one that was
named, else ``./syncd.toml``, else ``/etc/syncd/syncd.toml``; files are not mixed.
"""

from __future__ import annotations

from syncd.settings.durations import is_cron, parse_duration, parse_every
from syncd.settings.load import Loaded, load_settings
from syncd.settings.mask import mask_url
from syncd.settings.shape import (
    AlertSettings,
    ConnectionSettings,
    ConsoleSettings,
    ErasureSettings,
    GuardSettings,
    OidcSettings,
    RateSettings,
    RouteSettings,
    Settings,
    ViesSettings,
    WebhookSettings,
)

__all__ = [
    "AlertSettings",
    "ConnectionSettings",
    "ConsoleSettings",
    "ErasureSettings",
    "GuardSettings",
    "Loaded",
    "OidcSettings",
    "RateSettings",
    "RouteSettings",
    "Settings",
    "ViesSettings",
    "WebhookSettings",
    "is_cron",
    "load_settings",
    "mask_url",
    "parse_duration",
    "parse_every",
]
