"""How much do two contractors look alike, by name and address?

Likeness is a reason to look, never a proof: nothing is linked by it. It finds what keys cannot, two spellings of one
firm, and says why it thinks so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Final

import msgspec
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from syncd.domain.contractor import AddressKind, Contractor
from syncd.domain.country import alpha2
from syncd.domain.folding import fold, latin
from syncd.domain.tax import taxpayer

__all__ = ["ALIKE", "Likeness", "Looks", "compare", "looks_of", "names_agree", "names_equal", "pairs", "words"]

ALIKE: Final = 80
"""Score, of 100, from which on two contractors are worth a look."""

_SHORT: Final = 2
"""Letters of a word that tells nobody apart by itself."""

_LONG: Final = 8
"""Letters of a word from which on two of them may be mistyped."""

_BLOCK: Final = 200
"""Most contractors that are compared each with each; larger groups are parted by postal code first."""

_LEGAL: Final = frozenset(
    "spzoo spzo sa spj spk ska sc spp psa phu fhu pphu ppuh zoo gmbh mbh ag kg ohg gbr ug ev ek kgaa se eg co cokg "
    "ooo oao zao pao ao ip ano too odo chp chup tov ab hb kb enskild firma aktiebolag handelsbolag kommanditbolag "
    "sarl sas sasu eurl sci snc scop srl srls spa sapa sas ltd limited llp llc plc inc corp bv nv vof oy oyj as asa "
    "aps sro doo kft bt zrt nyrt sl slu lda ooo".split()
)
"""Legal forms, folded and without dots. What a firm is before the law says nothing about which firm it is."""

_SPELT_OUT: Final = re.compile(
    r"\b(spolka z ograniczona odpowiedzialnoscia|spolka akcyjna|spolka jawna|spolka komandytowa|spolka cywilna"
    r"|gesellschaft mit beschrankter haftung|aktiengesellschaft|societe a responsabilite limitee|societe anonyme"
    r"|societa a responsabilita limitata|societa per azioni|obshchestvo s ogranichennoi otvetstvennostyu"
    r"|individualnyi predprinimatel|aktsionernoe obshchestvo|sp z o ?o|sp j|sp k|s k a)\b"
)
_LETTERS: Final = re.compile(r"\b\w(?: \w)+\b")
_NO_WORD: Final = re.compile(r"[^\w]+|_")


class Looks(msgspec.Struct, frozen=True):
    """What is compared, in the form in which it is.

    Attributes:
        words: Words of the name, sorted, without legal forms.
        tax_id: To know two firms that are not the same.
    """

    words: tuple[str, ...]
    country: str
    postal_code: str
    city: str
    street: str
    tax_id: str


class Likeness(msgspec.Struct, frozen=True):
    """How alike two contractors are.

    Attributes:
        score: Of 100.
        why: What is alike, in words, without any value of a person.
    """

    score: int
    why: tuple[str, ...] = ()


NOTHING_ALIKE: Final = Likeness(0)


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words that tell a name from others: folded, in Latin letters, without legal forms, sorted."""
    return tuple(sorted(_in_order(name)))


@lru_cache(maxsize=4096)
def _in_order(name: str) -> tuple[str, ...]:
    text = _SPELT_OUT.sub(" ", _plain(name))
    # S.A. and A.B.C. are one word each.
    found = _LETTERS.sub(lambda letters: letters[0].replace(" ", ""), text).split()
    return tuple(word for word in found if word not in _LEGAL) or tuple(found)


def names_agree(one: str, other: str) -> bool:
    """Whether two names can well be one customer's: the same words, some left out, or a letter mistyped."""
    ours, theirs = set(words(one)), set(words(other))
    fewer = min(ours, theirs, key=len)
    left_out = (ours <= theirs or theirs <= ours) and max(map(len, fewer), default=0) > _SHORT
    return left_out or names_equal(one, other)


def names_equal(one: str, other: str) -> bool:
    """Whether two names are the same words, but for a letter that is mistyped in one of them.

    A number is never mistyped: shops 12 and 13 of a chain are two.
    """
    ours, theirs = set(words(one)), set(words(other))
    if not ours or not theirs:
        return one.strip() == other.strip()
    odd, beside = ours - theirs, theirs - ours
    if not odd and not beside:
        return True
    if "".join(_in_order(one)) == "".join(_in_order(other)):  # Nowak-Bud, NowakBud
        return True
    if len(odd) != 1 or len(beside) != 1:
        return False
    (word,), (like,) = odd, beside
    if not (word.isalpha() and like.isalpha()):
        return False
    length = min(len(word), len(like))
    return length > _SHORT and OSA.distance(word, like) <= (2 if length > _LONG else 1)


def looks_of(contractor: Contractor) -> Looks:
    """Take from a contractor what is compared."""
    main = next((a for a in contractor.addresses if a.kind is AddressKind.MAIN), None)
    address = main or next(iter(contractor.addresses), None)
    return Looks(
        words=words(contractor.name),
        country=alpha2(contractor.country or (address.country if address else "")) or "",
        postal_code=re.sub(r"\W", "", address.postal_code).casefold() if address else "",
        city=_plain(address.city) if address else "",
        street=_plain(address.street) if address else "",
        tax_id=taxpayer(contractor.tax_id, contractor.tax_prefix, contractor.country),
    )


def compare(one: Looks, other: Looks) -> Likeness:
    """Compare two contractors; which one comes first makes no difference."""
    if not one.words or not other.words or _are_two(one, other):
        return NOTHING_ALIKE
    ours, theirs = sorted((" ".join(one.words), " ".join(other.words)))
    name = 0.6 * fuzz.token_set_ratio(ours, theirs) + 0.4 * fuzz.ratio(ours, theirs)
    why = [f"name {name:.0f} of 100"]
    place = _place(one, other, why)
    score = 0.85 * name if place is None else 0.7 * name + 0.3 * place
    return Likeness(round(score), tuple(why))


def pairs(people: Sequence[tuple[int, Looks]]) -> Iterator[tuple[int, int, Likeness]]:
    """Those of many who look alike, by id, the lower first, each pair once.

    Only those are compared that share the beginning of a long word of the name, and where that is a common one, the
    postal code as well.
    """
    told: set[tuple[int, int]] = set()
    for block in _blocks(people):
        for (one, ours), (other, theirs) in combinations(block, 2):
            pair = (min(one, other), max(one, other))
            if pair in told:
                continue
            likeness = compare(ours, theirs)
            if likeness.score >= ALIKE:
                told.add(pair)
                yield *pair, likeness


def _blocks(people: Iterable[tuple[int, Looks]]) -> Iterator[Sequence[tuple[int, Looks]]]:
    by_word: dict[str, list[tuple[int, Looks]]] = defaultdict(list)
    for id_, looks in people:
        for word in {word[:5] for word in sorted(looks.words, key=len)[-2:]}:
            by_word[word].append((id_, looks))
    for block in by_word.values():
        if len(block) <= _BLOCK:
            yield block
            continue
        by_place: dict[str, list[tuple[int, Looks]]] = defaultdict(list)
        for id_, looks in block:
            if looks.postal_code:
                by_place[looks.postal_code].append((id_, looks))
        for part in by_place.values():
            yield part[:_BLOCK]


def _are_two(one: Looks, other: Looks) -> bool:
    """Whether something says that they are not the same."""
    stated = ((one.country, other.country), (one.tax_id, other.tax_id))
    return any(ours and theirs and ours != theirs for ours, theirs in stated)


def _place(one: Looks, other: Looks, why: list[str]) -> float | None:
    """How near two addresses are, of 100; ``None`` where one has none."""
    known = (one.postal_code or one.city) and (other.postal_code or other.city)
    if not known:
        return None
    place = 0.0
    if one.postal_code and one.postal_code == other.postal_code:
        place += 30
        why.append("same postal code")
    if one.city and one.city == other.city:
        place += 30
        why.append("same city")
    if one.street and other.street:
        street = fuzz.token_sort_ratio(*sorted((one.street, other.street)))
        place += 0.4 * street
        why.append(f"street {street:.0f} of 100")
    return place


def _plain(text: str) -> str:
    return " ".join(_NO_WORD.sub(" ", latin(fold(text))).split())
