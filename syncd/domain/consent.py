"""Did this person say yes or no, when it was asked in more than one place?

Statements are evidence. They are joined, never overwritten, and of all evidence of one kind the strongest answers.
The order is total, so that it does not matter who is heard first or how often:

1. A yes without a time is the weakest: a no beats it, dated or not.
2. Of the others the newest wins. A no without a time counts from the moment at which syncd heard it.
3. At one moment a no beats a yes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec

from syncd.domain.contractor import Consent, Contractor

__all__ = [
    "NEWSLETTER",
    "Agreed",
    "agree",
    "answer",
    "decreed",
    "follow",
    "hear",
    "is_only_subscriber",
    "join",
    "rank",
    "settled",
    "strongest",
]

NEWSLETTER: Final = "newsletter"

_NOBODY: Final = "?"
"""Stands for a connection, where nobody knows any more which: no connection has this name."""

_ALWAYS: Final = datetime.max.replace(tzinfo=UTC)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def rank(consent: Consent) -> tuple[Any, ...]:
    """The stronger of two pieces of evidence has the higher rank; different ones never have the same."""
    undated_yes = consent.given and consent.at is None
    # A no that was neither dated nor heard at a known moment is never too old.
    when = consent.at or consent.heard or (_NEVER if consent.given else _ALWAYS)
    which = (consent.at is not None, consent.source, consent.by, consent.bare, consent.heard or _NEVER)
    return (not undated_yes, when, not consent.given, *which)


def strongest(consents: Iterable[Consent], kind: str) -> Consent | None:
    """The evidence that answers for one kind."""
    return max((consent for consent in consents if consent.kind == kind), key=rank, default=None)


def answer(consents: Iterable[Consent], kind: str) -> bool | None:
    """What the person said, as far as there is evidence."""
    found = strongest(consents, kind)
    return None if found is None else found.given


def join(one: Iterable[Consent], other: Iterable[Consent]) -> tuple[Consent, ...]:
    """All evidence of two lists, in the order of the first; of two words from one place and moment the stronger."""
    mine: dict[Hashable, Consent] = {}
    for consent in (*one, *other):
        key = _key(consent)
        known = mine.get(key)
        mine[key] = consent if known is None or rank(consent) > rank(known) else known
    return tuple(mine.values())


def hear(
    known: Contractor, agreed: Contractor | None, told: Contractor, *, said: Iterable[str], by: str, at: datetime | None
) -> tuple[bool | None, tuple[Consent, ...]]:
    """Take in what a side says of consents and newsletter. Returns both as they should be: they never contradict.

    Args:
        agreed: What the side held when last seen; ``None`` at a first meeting.
        said: Which of the two fields it may and can state.
        by: The side's connection.
        at: When it is heard.
    """
    before = agreed if agreed is not None else Contractor(name="")
    consents = known.consents
    if known.newsletter is False and answer(consents, NEWSLETTER) is None and before.newsletter is not False:
        # A plain no that was kept without a note: nobody can tell any more who said it and when.
        consents = join(consents, [Consent(kind=NEWSLETTER, given=False, by=_NOBODY, bare=True)])
    evidenced = None
    if "consents" in said:
        consents = _follow(consents, before.consents, told.consents, by, at)
        evidenced = answer(told.consents, NEWSLETTER)
    flag = known.newsletter
    if "newsletter" in said and told.newsletter is not None and told.newsletter != before.newsletter:
        flag = told.newsletter
        if flag != evidenced:
            consents = _note(consents, given=flag, by=by, at=at)
    found = answer(consents, NEWSLETTER)
    return (flag if found is None else found), consents


def follow(known: Contractor, before: Contractor, after: Contractor) -> tuple[bool | None, tuple[Consent, ...]]:
    """Take over what was said between two states of another contractor. Returns newsletter and consents."""
    consents = join(known.consents, [one for one in after.consents if one not in before.consents])
    flag = known.newsletter if after.newsletter is before.newsletter else after.newsletter
    found = answer(consents, NEWSLETTER)
    return (flag if found is None else found), consents


def is_only_subscriber(contractor: Contractor) -> bool:
    """Whether all that a shop knows of this person is a word on the newsletter: no account and not one order.

    Where a platform does not count orders that is not known, and the person is a guest like others.
    """
    asked = contractor.newsletter is not None or strongest(contractor.consents, NEWSLETTER) is not None
    bought = contractor.activity is None or contractor.activity.orders > 0
    return contractor.registered is False and asked and not bought


def decreed(contractor: Contractor, field: str, *, by: str, at: datetime) -> Contractor:
    """What a person set by hand in `field` is evidence of now, and the other field follows."""
    consents = contractor.consents
    if field == "newsletter" and contractor.newsletter is not None:
        consents = join(consents, [Consent(kind=NEWSLETTER, given=contractor.newsletter, at=at, source=by)])
    found = answer(consents, NEWSLETTER)
    newsletter = contractor.newsletter if found is None else found
    return msgspec.structs.replace(contractor, newsletter=newsletter, consents=consents)


class Agreed(NamedTuple):
    """What one person said of the newsletter who was known as two.

    Attributes:
        newsletter: ``None`` where neither said anything.
        decisive: The evidence by which the two words were weighed; ``None`` where they did not differ.
        clear: Whether both words have a moment, so that the newer one is known.
    """

    newsletter: bool | None
    decisive: Consent | None = None
    clear: bool = True


def agree(one: Contractor, other: Contractor) -> Agreed:
    """Weigh what two who are one said: the newest counts, and an opt-out beats an older opt-in.

    Where a word has no moment the order of all evidence still answers, but a person should be asked.
    """
    ours, theirs = _word(one), _word(other)
    if ours is None or theirs is None or ours.given == theirs.given:
        word = ours or theirs
        return Agreed(None if word is None else word.given)
    decisive = max(ours, theirs, key=rank)
    return Agreed(decisive.given, decisive, clear=ours.at is not None and theirs.at is not None)


def settled(contractor: Contractor, *, given: bool, by: str, at: datetime) -> Contractor:
    """A person's decision takes the place of what says otherwise and has no date, and is evidence itself."""
    consents = tuple(one for one in contractor.consents if one.kind != NEWSLETTER or one.at or one.given is given)
    said = msgspec.structs.replace(contractor, newsletter=given, consents=consents)
    return decreed(said, "newsletter", by=by, at=at)


def _word(contractor: Contractor) -> Consent | None:
    """What answers for one customer: its evidence, else its plain yes or no."""
    found = strongest(contractor.consents, NEWSLETTER)
    if found is not None or contractor.newsletter is None:
        return found
    return Consent(kind=NEWSLETTER, given=contractor.newsletter, by=_NOBODY, bare=True)


def _key(consent: Consent) -> Hashable:
    return (consent.kind, consent.source, consent.at, consent.by, consent.bare)


def _follow(
    ours: tuple[Consent, ...], before: tuple[Consent, ...], now: tuple[Consent, ...], by: str, at: datetime | None
) -> tuple[Consent, ...]:
    """Take in a side's new evidence; what it dropped goes if it answers nothing any more."""
    old, new = ({_key(c): c for c in _signed(consents, by, at)} for consents in (before, now))
    mine = {_key(c): c for c in ours}
    for key, consent in new.items():
        was, held = old.get(key), mine.get(key)
        if was is not None and was.given == consent.given:
            continue
        took_back = consent.at is None and was is not None and held is not None and held.given == was.given
        mine[key] = consent if held is None or took_back or rank(consent) > rank(held) else held
    for key in old.keys() - new.keys():
        rest = [consent for k, consent in mine.items() if k != key]
        if key in mine and strongest(rest, mine[key].kind) is strongest(mine.values(), mine[key].kind):
            del mine[key]
    return tuple(mine.values())


def _signed(consents: Iterable[Consent], by: str, at: datetime | None) -> Iterator[Consent]:
    """Say of what has no time who said it and when it was heard."""
    for consent in consents:
        yield consent if consent.at else msgspec.structs.replace(consent, heard=at, by=by)


def _note(consents: tuple[Consent, ...], *, given: bool, by: str, at: datetime | None) -> tuple[Consent, ...]:
    """Take down the plain yes or no of a side that states no evidence for it."""
    note = Consent(kind=NEWSLETTER, given=given, heard=at, by=by, bare=True)
    if not given:
        return join(consents, [note])
    # A yes without a time beats nobody's no, but a side can take back its own.
    return tuple(note if _key(consent) == _key(note) else consent for consent in consents)
