"""Where does a contractor belong: domestic, inside the EU, outside, or is the evidence in conflict?

Evidence that contradicts itself, cannot be read or is absent is ``unresolved`` and goes to a person; it is never a
guess. How the pieces are weighed, and why so: docs/explanation/country.md.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from syncd.domain.compact import split
from syncd.domain.country.erp_class import claim
from syncd.domain.country.evidence import Evidence, Said, VatAnswer, Verdict
from syncd.domain.country.membership import GOODS_ONLY_SINCE, MEMBERS, is_member
from syncd.domain.country.names import Names, Stated, nearest, recognise
from syncd.domain.country.place import Place, Torn, join, place_of
from syncd.domain.country.postal import Located, locate
from syncd.domain.country.prefixes import NORTHERN_IRELAND, prefix_country
from syncd.domain.country.territories import MAINLAND, TERRITORIES
from syncd.domain.country.zone import Zone
from syncd.sentence import Sentence

__all__ = ["verdict"]

_SHOWN: Final = 60
_IRELAND: Final = next(one for one in TERRITORIES if NORTHERN_IRELAND in one.prefixes)
_NOWHERE: Final = Located()


class _Told(NamedTuple):
    """How the country of one place in a record is spoken of."""

    said: Said
    plain: str
    mapped: str
    unknown: str
    contested: str
    former: str


_DECLARED: Final = _Told(
    Said.DECLARED,
    "declared country is %(country)s",
    "declared country %(stated)s stands for %(country)s: an admin said so",
    "declared country %(stated)s is no country that we know",
    "declared country %(stated)s is northern Cyprus: it is in CY, but EU law is suspended there",
    "declared country %(stated)s is %(name)s, which is no more; its territory is now in %(successors)s",
)
_ADDRESS: Final = _Told(
    Said.ADDRESS,
    "country of the main address is %(country)s",
    "country of the main address %(stated)s stands for %(country)s: an admin said so",
    "country of the main address %(stated)s is no country that we know",
    "country of the main address %(stated)s is northern Cyprus: it is in CY, but EU law is suspended there",
    "country of the main address %(stated)s is %(name)s, which is no more; its territory is now in %(successors)s",
)


class _Case(NamedTuple):
    """Evidence reduced to what decides: most contractors of a shop share theirs."""

    home: str
    on: date
    declared: str
    address: str
    prefix: str
    located: Located
    erp_class: str
    vat: VatAnswer | None
    served: frozenset[str]
    names: Names
    decided: str


def verdict(evidence: Evidence) -> Verdict:
    """Weigh the evidence for one contractor. Never raises, whatever the texts are."""
    prefix = evidence.tax_prefix.strip().upper()
    if not prefix and evidence.tax_id.lstrip()[:1].isalpha():
        prefix = split(evidence.tax_id).prefix
    located = _NOWHERE
    if evidence.postal_code or evidence.city:
        country = (
            recognise(evidence.address_country, evidence.names).country
            or recognise(evidence.declared, evidence.names).country
            or (prefix_country(prefix) if evidence.vat is not VatAnswer.INVALID else None)
        )
        located = locate(country, evidence.postal_code, evidence.city) if country else _NOWHERE
    vat = None if evidence.vat is VatAnswer.UNKNOWN else evidence.vat
    return _weigh(
        evidence.home, evidence.on, evidence.declared, evidence.address_country, prefix, located,
        evidence.erp_class, vat, evidence.served, evidence.names, evidence.decided,
    )  # fmt: skip


@lru_cache(maxsize=16384)
def _weigh(*facts: Any) -> Verdict:
    """Weigh a `_Case`, which is put together for the first of those who share it only."""
    case = _Case(*facts)
    reasons: list[tuple[Said, str]] = []
    home = recognise(case.home).country
    if not home:
        reasons.append(
            (
                Said.HOME_UNKNOWN,
                Sentence("the shop's home %(stated)s is no country that we know", stated=_quote(case.home)),
            )
        )
        return _verdict(Zone.UNRESOLVED, "", reasons)
    declared, address = recognise(case.declared, case.names), recognise(case.address, case.names)
    _tell(declared, _DECLARED, case.declared, reasons)
    _tell(address, _ADDRESS, case.address, reasons)
    _tell_located(case.located, reasons)
    issuer = _read_prefix(case, reasons)
    said = ((Said.DECLARED, _place(declared)), (Said.ADDRESS, _place(address)), (Said.TAX_PREFIX, issuer))
    spoken_for = tuple((what, place.country) for what, place in said if place is not None)
    stated = [place for what, place in said if place is not None and what is not Said.TAX_PREFIX]
    guess = [country for _, country in spoken_for]
    if case.decided:
        return _as_decided(case, home, reasons)
    for one, text in ((declared, case.declared), (address, case.address)):
        if not one.blank and not one.country:
            return _unread(one, text, reasons, guess)
    try:
        place = join(stated, case.located, issuer, case.prefix)
    except Torn as torn:
        reasons.append((Said.CONTRADICTION, torn.why))
        candidates = tuple(dict.fromkeys(guess))
        return _verdict(Zone.UNRESOLVED, guess[0], reasons, candidates=candidates, spoken_for=spoken_for)
    if place is None:
        _claimed(case, None, home, Zone.UNRESOLVED, reasons)
        reasons.append((Said.NOTHING, Sentence("no country is declared, and neither tax id nor address tells one")))
        return _verdict(Zone.UNRESOLVED, "", reasons)
    zone = _zone(place, home, case.on, reasons)
    if not _claimed(case, place, home, zone, reasons):
        zone = Zone.UNRESOLVED
    elif case.served and place.country not in case.served:
        reasons.append((Said.UNSERVED, Sentence("the shop does not serve %(country)s", country=place.country)))
    return _verdict(zone, place.country, reasons)


def _as_decided(case: _Case, home: str, reasons: list[tuple[Said, str]]) -> Verdict:
    """A person saw what contradicts itself and said where the contractor is; a postal code still tells which part."""
    reasons.append(
        (Said.DECIDED, Sentence("a person who saw this decided that it is in %(country)s", country=case.decided))
    )
    decided = place_of(case.decided)
    try:
        place = join([decided], case.located, None, "") or decided
    except Torn:
        place = decided
    zone = _zone(place, home, case.on, reasons)
    if case.served and place.country not in case.served:
        reasons.append((Said.UNSERVED, Sentence("the shop does not serve %(country)s", country=place.country)))
    return _verdict(zone, place.country, reasons)


def _verdict(
    zone: Zone,
    country: str,
    reasons: list[tuple[Said, str]],
    *,
    unread: str = "",
    candidates: tuple[str, ...] = (),
    spoken_for: tuple[tuple[Said, str], ...] = (),
) -> Verdict:
    return Verdict(
        zone=zone,
        country=country,
        reasons=tuple(text for _, text in reasons),
        evidence=tuple(said for said, _ in reasons),
        unread=unread,
        candidates=candidates,
        spoken_for=spoken_for,
    )


def _quote(text: str) -> str:
    stripped = " ".join(text.split())
    return repr(stripped if len(stripped) <= _SHOWN else f"{stripped[:_SHOWN]}…")


def _place(stated: Stated) -> Place | None:
    if not stated.country:
        return None
    return Place(stated.territory.state, stated.territory) if stated.territory else place_of(stated.country)


def _tell(stated: Stated, of: _Told, text: str, reasons: list[tuple[Said, str]]) -> None:
    """Say how a stated country was read."""
    if stated.blank:
        return
    if stated.former:
        after = ", ".join(stated.former.successors)
        name = Sentence(stated.former.name)
        reasons.append((Said.FORMER, Sentence(of.former, stated=_quote(text), name=name, successors=after)))
    elif stated.contested:
        reasons.append((Said.CONTESTED, Sentence(of.contested, stated=_quote(text))))
    elif not stated.country:
        reasons.append((Said.UNKNOWN, Sentence(of.unknown, stated=_quote(text))))
    elif stated.mapped:
        reasons.append((Said.MAPPED, Sentence(of.mapped, stated=_quote(text), country=stated.country)))
    else:
        code = stated.country if text.strip().upper() == stated.country else f"{stated.country} ({_quote(text)})"
        reasons.append((of.said, Sentence(of.plain, country=code)))


def _tell_located(located: Located, reasons: list[tuple[Said, str]]) -> None:
    if located.hint:
        reasons.append((Said.HINT, located.hint))
    if located.territory not in {None, MAINLAND} and not located.torn:
        assert located.territory is not None  # noqa: S101 - for mypy, which does not see through the set
        reasons.append(
            (Said.POSTAL_CODE, Sentence("the main address is in %(place)s", place=Sentence(located.territory.name)))
        )


def _read_prefix(case: _Case, reasons: list[tuple[Said, str]]) -> Place | None:
    """Whose number it is; a number that the register does not know proves nothing."""
    if not case.prefix:
        return None
    shown = _quote(case.prefix)[1:-1]
    issuer = prefix_country(case.prefix)
    if issuer is None:
        reasons.append(
            (Said.HINT, Sentence("no country has the tax id prefix %(prefix)s: it proves nothing", prefix=shown))
        )
        return None
    if case.vat is VatAnswer.INVALID:
        sentence = Sentence(
            "tax id prefix is %(prefix)s, but the VAT register does not know the number: it proves nothing",
            prefix=shown,
        )
        reasons.append((Said.VAT_INVALID, sentence))
        return None
    reasons.append((Said.TAX_PREFIX, Sentence("tax id prefix is %(prefix)s", prefix=shown)))
    if case.vat is VatAnswer.VALID:
        reasons.append((Said.VAT_VALID, Sentence("the VAT register knows the number")))
    return Place("GB", _IRELAND) if case.prefix == NORTHERN_IRELAND else place_of(issuer)


def _unread(stated: Stated, text: str, reasons: list[tuple[Said, str]], guess: list[str]) -> Verdict:
    """A country was stated that is none; what else is known only tells what it may have meant."""
    meant = stated.former.successors if stated.former else ("CY",) if stated.contested else tuple(nearest(text))
    known = [code for code in guess if code in meant] if stated.former else guess
    candidates = tuple(dict.fromkeys((*known, *meant)))
    return _verdict(Zone.UNRESOLVED, "", reasons, unread=" ".join(text.split()), candidates=candidates)


def _zone(place: Place, home: str, on: date, reasons: list[tuple[Said, str]]) -> Zone:
    inside = place.territory if place.territory is not MAINLAND else None
    if place.vat_area == place_of(home).vat_area:
        sentence = Sentence("the shop's home is %(country)s", country=home)
        if inside and inside.country != home:
            sentence = Sentence(
                "the shop's home is %(country)s: %(place)s is treated as %(state)s",
                country=home,
                place=Sentence(inside.name),
                state=inside.treated_as,
            )
        reasons.append((Said.HOME, sentence))
        return Zone.DOMESTIC
    if inside == _IRELAND and on >= GOODS_ONLY_SINCE:
        sentence = Sentence(
            "Northern Ireland counts as inside the EU for goods since %(day)s, not for services", day=GOODS_ONLY_SINCE
        )
        reasons.append((Said.GOODS_ONLY, sentence))
        return Zone.INTRA_EU
    if inside is not None and not inside.treated_as:
        reasons.append((Said.TERRITORY, Sentence("%(place)s: outside the EU's VAT area", place=Sentence(inside.name))))
        return Zone.EXTRA_EU
    state = place.vat_area
    member = is_member(state, on)
    sentence = Sentence("%(state)s is inside the EU's VAT area", state=state) if member else _outside(state, on)
    if inside:
        sentence = Sentence(
            "%(place)s is treated as %(state)s, and %(what)s", place=Sentence(inside.name), state=state, what=sentence
        )
    reasons.append((Said.MEMBER if member else Said.OUTSIDE, sentence))
    return Zone.INTRA_EU if member else Zone.EXTRA_EU


def _outside(state: str, on: date) -> Sentence:
    came, left = MEMBERS.get(state, (None, None))
    if came is None or left is None:
        return Sentence("%(state)s is outside the EU's VAT area", state=state)
    if on < came:
        return Sentence("%(state)s was not yet inside the EU's VAT area on %(day)s", state=state, day=on)
    return Sentence("%(state)s left the EU's VAT area on %(day)s", state=state, day=left)


def _claimed(case: _Case, place: Place | None, home: str, zone: Zone, reasons: list[tuple[Said, str]]) -> bool:
    """Hold the zone against the ERP's own class; whether the two go together."""
    if not case.erp_class.strip():
        return True
    claimed = claim(case.erp_class)
    quoted = _quote(case.erp_class)
    if claimed is None:
        reasons.append((Said.HINT, Sentence("the ERP's class %(stated)s tells no zone", stated=quoted)))
        return True
    values = {"stated": quoted, "zones": " or ".join(sorted(one.value for one in claimed.zones))}
    means = Sentence("the ERP's class %(stated)s means %(zones)s", **values)
    if claimed.seat not in {"", home}:
        means = Sentence(
            "the ERP's class %(stated)s means %(zones)s as seen from %(seat)s", **values, seat=claimed.seat
        )
    reasons.append((Said.ERP_CLASS, means))
    if place is None:
        return True
    seat = claimed.seat or home
    actual = zone if seat == home else _zone(place, seat, case.on, [])
    # A part of the home state outside the VAT area is "domestic" for the state and "export" for VAT: both are true.
    of_home_state = actual is Zone.EXTRA_EU and place.state == place_of(seat).state and _is_part(place)
    if actual in claimed.zones or (of_home_state and Zone.DOMESTIC in claimed.zones):
        return True
    reasons.append((Said.CONTRADICTION, Sentence("the country and the ERP's class contradict each other")))
    return False


def _is_part(place: Place) -> bool:
    return place.territory is not None and not place.territory.apart
