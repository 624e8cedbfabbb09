"""What does a side say of a contractor, in the registry's terms, and which of it is its own word?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from syncd.domain import consent
from syncd.domain.contractor import Contractor, load, restrict
from syncd.domain.country import Zone
from syncd.domain.country.normal import with_codes
from syncd.domain.groups import Vocabulary
from syncd.domain.members import COLLECTIONS, Renamed, is_sent_in_part, renamed
from syncd.ports import Remote
from syncd.registry.lookups import Bound
from syncd.sync.routes import Station
from syncd.sync.settled import Agreed
from syncd.sync.whereabouts import Whereabouts

__all__ = ["Hearing"]

_NEVER_OURS: Final = frozenset({"active", "newsletter", "consents"})
"""Fields in which a side is always believed: a block goes by holds, and a no must not be lost, whosever it is."""


class Hearing(msgspec.Struct, frozen=True):
    """How the records of one read are heard.

    Attributes:
        said: Fields that the side can state.
        words: Names of groups there and here.
        now: When they are heard.
    """

    station: Station
    said: frozenset[str]
    words: Vocabulary
    where: Whereabouts
    now: datetime

    def hear(self, remote: Remote, has: tuple[str, ...] = ()) -> Contractor:
        """What the side states, in the registry's terms and without the ids that it gives to addresses.

        Args:
            has: Groups that the registry knows of the contractor.
        """
        heard = self.station.heard(restrict(remote.contractor, self.said), self.words, has)
        return with_codes(heard, self.where.names)

    def agreed(self, bound: Bound, remote: Remote, known: Contractor, zone: Zone, *, doc: str) -> Agreed:
        """What the side held when it was last seen, as it would be understood now.

        Args:
            doc: What `known` was read from: most sides hold just that.
        """
        held = known if bound.agreed == doc else load(bound.agreed)
        seen = restrict(held, self.said)
        misplaced = self.station.misplaced(remote.contractor, known, zone, self.words)
        return Agreed(
            held=held,
            contractor=with_codes(self.station.heard(seen, self.words, known.groups), self.where.names),
            misplaced=misplaced,
            moved=frozenset(f for f in misplaced if getattr(remote.contractor, f) != getattr(seen, f)),
        )

    def own(
        self,
        told: Contractor,
        before: Contractor,
        maybe_sent: Sequence[Contractor] | None,
        agreed: Contractor | None = None,
    ) -> Contractor:
        """What the side says by itself: a value that is there by a push whose answer was lost is not its word.

        Taken for news, our own older value would win over the change that the registry has heard of since, and half of
        a write would be an edit that somebody made there.
        """
        if not maybe_sent:
            return told
        ours = {
            name: getattr(before, name)
            for name in self.said - _NEVER_OURS
            if (value := getattr(told, name)) != getattr(before, name)
            and (agreed is None or value != getattr(agreed, name))
            and self._is_sent(name, value, [getattr(doc, name) for doc in maybe_sent], agreed)
        }
        return msgspec.structs.replace(told, **ours) if ours else told

    def _is_sent(self, field: str, value: Any, sent: Sequence[Any], agreed: Contractor | None) -> bool:
        if value in sent:
            return True
        seen = getattr(agreed, field) if agreed is not None else ()
        return field in COLLECTIONS and is_sent_in_part(field, seen, value, sent, self.where.home)

    def same(self, held: Contractor, stated: Contractor) -> Mapping[str, Renamed]:
        """Members that are the same by the ids that this side gives."""
        return {
            field: renamed(field, getattr(held, field), getattr(stated, field), self.where.home)
            for field in ("addresses", "employees")
            if getattr(held, field) != getattr(stated, field)
        }

    def with_consents(self, told: Contractor) -> Contractor:
        """Who and when stands at evidence that has no time, as after a merge."""
        if told.newsletter is None and not told.consents:
            return told
        said = self.said & {"newsletter", "consents"}
        nobody = Contractor(name="")
        newsletter, consents = consent.hear(nobody, None, told, said=said, by=self.station.name, at=self.now)
        if (newsletter, consents) == (told.newsletter, told.consents):
            return told
        return msgspec.structs.replace(told, newsletter=newsletter, consents=consents)
