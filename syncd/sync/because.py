"""In which words does a line say what its change rests on?

The same few sentences are made for record after record: they are put together once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec

from syncd.domain.contractor import Contractor
from syncd.domain.country import Verdict
from syncd.domain.match import Key
from syncd.domain.policy import Merged
from syncd.registry.lines import Action
from syncd.sentence import Sentence, joined
from syncd.sync.recognise import WORD_OF

__all__ = ["BEFORE_ERASURE", "NOBODY", "found_by", "name_of", "sentences"]

BEFORE_ERASURE: Final = msgspec.json.encode([str(Sentence("as it was before the erasure"))]).decode()
"""The reasons for the zone of who is erased, as `sentences` makes them of others."""

NOBODY: Final = Sentence("nobody known has its number, tax id, e-mail or phone")


def name_of(before: Contractor, after: Contractor, merged: Merged, *, unchanged: bool) -> tuple[str, str]:
    """Action and rule of a change of a bound record."""
    if before.active and not after.active:
        return Action.BLOCK, Sentence("switched off where it comes from")
    if after.active and not before.active:
        return Action.UNBLOCK, Sentence("switched on again where it comes from, and no other hold stands")
    if merged.refused and not merged.taken:
        return Action.SET_BACK, _refused(merged.refused)
    if unchanged:
        return Action.SET_BACK, Sentence("the side differs from what both had agreed on")
    return Action.UPDATE, _changed(tuple(merged.taken), tuple(merged.refused), tuple(merged.left))


@lru_cache(maxsize=256)
def found_by(key: Key | None, *, made_again: bool) -> Sentence:
    """Why a record that was nobody's was taken for somebody known.

    Args:
        key: What both have; ``None`` where a person said so.
        made_again: It takes the place of a record that is gone.
    """
    if not made_again:
        return Sentence("linked by a person") if key is None else _same(str(key))
    if key is None:
        return Sentence("the record that it had is gone, and a person said that this one is it")
    if key is Key.NUMBER:
        return Sentence("the record that it had is gone, and this one has its number")
    return Sentence("the record that it had is gone, and this one has its name and its %(key)s", key=WORD_OF[key])


def _same(key: str) -> Sentence:
    return Sentence("same %(key)s as a contractor that we know", key=Sentence(key))


@lru_cache(maxsize=256)
def _refused(fields: tuple[str, ...]) -> Sentence:
    return Sentence("%(fields)s: not for this side to change", fields=", ".join(fields))


@lru_cache(maxsize=1024)
def _changed(taken: tuple[str, ...], refused: tuple[str, ...], left: tuple[str, ...]) -> str:
    parts = [Sentence("changed there: %(fields)s", fields=", ".join(taken) or "status")]
    if refused:
        parts.append(Sentence("set back: %(fields)s", fields=", ".join(refused)))
    if left:
        parts.append(Sentence("left there: %(fields)s", fields=", ".join(left)))
    return joined(parts)


@lru_cache(maxsize=4096)
def sentences(ruling: Verdict) -> str:
    """The reasons for a zone, as a line keeps them."""
    return msgspec.json.encode(ruling.reasons, enc_hook=str).decode()
