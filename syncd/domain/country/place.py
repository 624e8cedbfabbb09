"""Do all pieces of evidence mean one place, and which?"""

from __future__ import annotations

from typing import Final, NamedTuple

from syncd.domain.country.postal import Located
from syncd.domain.country.territories import MAINLAND, Territory, by_code
from syncd.sentence import Sentence

__all__ = ["Place", "Torn", "join", "place_of"]

_STATED: Final = Sentence("declared country and country of the main address contradict each other")


class Place(NamedTuple):
    """A state, and where in it.

    Attributes:
        territory: A special territory; `MAINLAND` where it is known to be none; ``None`` where that is open.
    """

    state: str
    territory: Territory | None

    @property
    def country(self) -> str:
        """The ISO code of an address there."""
        inside = self.territory
        return self.state if inside is None or inside is MAINLAND else inside.country

    @property
    def vat_area(self) -> str:
        """Equal for places between which VAT knows no border."""
        inside = self.territory
        if inside is None or inside is MAINLAND:
            return self.state
        return inside.treated_as or inside.name


class Torn(Exception):
    """Two pieces of evidence contradict each other; `why` names them."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)
        self.why = why


def place_of(country: str) -> Place:
    """The place that a country's code means."""
    own = by_code(country)
    return Place(own.state if own else country, own)


def join(stated: list[Place], located: Located, issuer: Place | None, prefix: str) -> Place | None:
    """The one place that all evidence means; ``None`` without evidence.

    Raises:
        Torn: Where there is no such place.
    """
    if not stated and issuer is None:
        return None
    if located.torn:
        raise Torn(located.torn)
    places = stated or [issuer] if issuer is not None else stated
    if located.territory is not None:
        places = [_inside(place, located.territory) for place in places]
    place = places[0] if len(places) == 1 else _both(places[0], places[1], _STATED)
    return place if issuer is None else _with_issuer(place, issuer, prefix)


def _both(one: Place, other: Place, what: Sentence) -> Place:
    """A part and its state mean the part, unless the two are states of their own."""
    if one.state != other.state:
        raise Torn(what)
    if one.territory == other.territory:
        return one
    part = one if one.territory is not None else other
    if None not in {one.territory, other.territory} or (part.territory is not None and part.territory.apart):
        raise Torn(what)
    return part


def _inside(place: Place, found: Territory) -> Place:
    """Narrow a country by where postal code or town are."""
    if found is not MAINLAND and found.state != place.state:
        return place
    if place.territory is None or place.territory == found:
        return Place(place.state, found)
    raise Torn(Sentence("the stated country and the postal code contradict each other"))


def _with_issuer(place: Place, issuer: Place, prefix: str) -> Place:
    """Add the country of the tax id."""
    territory = place.territory
    what = Sentence("the country and the tax id prefix %(prefix)s contradict each other", prefix=prefix)
    if territory is MAINLAND and place.state == issuer.state:
        what = Sentence("the postal code and the tax id prefix %(prefix)s contradict each other", prefix=prefix)
    elif territory is not None and territory is not MAINLAND:
        what = Sentence(
            "%(place)s and the tax id prefix %(prefix)s contradict each other",
            place=Sentence(territory.name),
            prefix=prefix,
        )
    if territory is None:
        return _both(place, issuer, what)
    if place.state != issuer.state:
        raise Torn(what)
    if territory is MAINLAND:
        if issuer.territory is not None:
            raise Torn(what)
    elif issuer.territory != territory and prefix not in territory.prefixes:
        raise Torn(what)
    return place
