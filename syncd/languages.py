"""In which languages does syncd speak to people? The one list of them; beside it each needs its catalogue."""

from __future__ import annotations

from typing import Final, Literal

__all__ = ["LANGUAGES", "Language"]

Language = Literal["en", "pl", "ru", "fr", "it", "sv", "de"]

LANGUAGES: Final[dict[str, str]] = {
    "en": "English",
    "pl": "Polski",
    "ru": "Русский",
    "fr": "Français",
    "it": "Italiano",
    "sv": "Svenska",
    "de": "Deutsch",
}
"""Each by its own name."""
