"""How does a catalogue outlive the program?"""

from __future__ import annotations

from pathlib import Path

import msgspec

from adapters.commerceml.simulated.book import Book, Card

__all__ = ["load", "save"]


class _Saved(msgspec.Struct, frozen=True):
    given: int
    cards: list[Card]


def load(book: Book, path: Path) -> None:
    """Go on with what the file has."""
    saved = msgspec.json.decode(path.read_bytes(), type=_Saved)
    book.cards = {card.code: card for card in saved.cards}
    book.given = saved.given


def save(book: Book, path: Path | None) -> None:
    """Write the catalogue to the file, if there is one; whole or not at all."""
    if path is None:
        return
    draft = path.with_suffix(".draft")
    draft.write_bytes(msgspec.json.encode(_Saved(book.given, list(book.cards.values()))))
    draft.replace(path)
