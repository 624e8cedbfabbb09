"""Whom do the records of a page mean that no binding names?

A person's word comes first, then `syncd.domain.match`. What needs a person becomes a report with everything that it
takes to decide: who could be meant, what speaks for each and against it, and an answer for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from syncd.domain import match
from syncd.domain.answers import Answer
from syncd.domain.code import code_of
from syncd.domain.contractor import Contractor, load
from syncd.domain.match import Ambiguity, Key, Link, Match, New
from syncd.domain.proof import CROWD
from syncd.domain.similarity import compare, looks_of, names_equal
from syncd.registry import decisions, lookups
from syncd.registry.decisions import Decision
from syncd.registry.issues import Report
from syncd.sentence import Counted, Sentence

__all__ = ["AMBIGUOUS", "FIELD_OF", "WORD_OF", "Recognised", "Stranger", "Successor", "recognise"]

AMBIGUOUS: Final = "ambiguous"
WORD_OF: Final = {
    Key.NUMBER: Sentence("number"),
    Key.TAX: Sentence("tax id"),
    Key.EMAIL: Sentence("e-mail"),
    Key.PHONE: Sentence("phone"),
}
FIELD_OF: Final = {Key.NUMBER: "number", Key.TAX: "tax_id", Key.EMAIL: "email", Key.PHONE: "phones"}


class Stranger(msgspec.Struct, frozen=True):
    """A record that is not bound, with what it states in the registry's terms."""

    external_id: str
    told: Contractor


class Successor(msgspec.Struct, frozen=True):
    """A new record that may be a customer who has another one here, should that one be gone.

    Attributes:
        records: What such customers have here, by contractor.
        link: Whom it is, where nothing speaks against that.
        question: What a person is asked else.
    """

    records: Mapping[int, str]
    link: Link | None
    question: Report | None = None


class Recognised(msgspec.Struct, frozen=True):
    """What became of the records of a page, in their order.

    Attributes:
        matches: A report where a person has to decide.
        known: The contractors that the records may be.
        holders: Connections that have those contractors.
        bound_meanwhile: Records that a push bound while they were read.
        crowded: Reports about keys that were not used because too many have them.
        decided: What people said of the records.
        successors: What some of the records would be if others were gone, by their place; the clearest first.
    """

    matches: list[Match | Report]
    known: Mapping[int, lookups.Known]
    holders: Mapping[int, set[int]]
    bound_meanwhile: frozenset[str]
    crowded: list[Report]
    decided: Mapping[str, Decision]
    successors: Mapping[int, Successor] = {}


def recognise(
    connection: Connection,
    connection_id: int,
    strangers: Sequence[Stranger],
    linked: Collection[int],
    numberers: Collection[int] = (),
) -> Recognised:
    """Recognise the records of one page.

    Args:
        linked: Contractors that this run has given to other records.
        numberers: Connections that give customers numbers of their own, this one among them: a number whose record
            is gone it may give to somebody else. None where this one keeps the numbers of others.
    """
    asked = [key for stranger in strangers for key in match.keys(stranger.told)]
    found = lookups.candidates(connection, connection_id, asked)
    said = _said(connection, connection_id, strangers)
    named = {decision.same for decision in said.values() if decision.same is not None}
    taken = {**found.taken, **_records(connection, connection_id, named)}
    known = lookups.known(connection, list(found.ids | named))
    others = {id_: load(one.doc) for id_, one in known.items()}
    numbered = _numbered(connection, numberers, found)
    page = _Page(connection_id, strangers, found, others, said, numbered)
    matches = page.decide(taken, linked)
    return Recognised(
        matches=matches,
        known=known,
        holders=lookups.holders(connection, list(known)),
        bound_meanwhile=frozenset(taken.values()),
        crowded=list(page.crowded(matches)),
        decided=said,
        successors=page.successors(matches, taken, linked),
    )


def _said(connection: Connection, connection_id: int, strangers: Sequence[Stranger]) -> dict[str, Decision]:
    if not decisions.any_left(connection, connection_id):
        return {}
    return decisions.decisions(connection, connection_id, [stranger.external_id for stranger in strangers])


def _numbered(
    connection: Connection, numberers: Collection[int], found: lookups.Candidates
) -> dict[int, list[Contractor]]:
    """Candidates whom an ERP numbered, with what those who did said last."""
    ids = {id_ for (key, _), hits in found.by_key.items() if key is Key.NUMBER for id_ in hits}
    stated = lookups.stated(connection, numberers, ids)
    return {id_: [load(agreed) for agreed in docs] for id_, docs in stated.items()}


def _records(connection: Connection, connection_id: int, ids: Collection[int]) -> dict[int, str]:
    bound = lookups.bound(connection, connection_id, ids)
    return {id_: binding.external_id for id_, binding in bound.items()}


class _Page(msgspec.Struct, frozen=True):
    """One page with all that was looked up for it."""

    connection_id: int
    strangers: Sequence[Stranger]
    found: lookups.Candidates
    others: Mapping[int, Contractor]
    said: Mapping[str, Decision]
    numbered: Mapping[int, Sequence[Contractor]]

    def decide(self, taken: Mapping[int, str], linked: Collection[int]) -> list[Match | Report]:
        """What each record is: people's words first, then the rules for all that are left."""
        closed = taken.keys() | set(linked)
        results: dict[int, Match | Report] = {}
        for index, stranger in enumerate(self.strangers):
            word = self.said.get(stranger.external_id)
            if word is not None and (word.new or word.same is not None):
                results[index] = self._as_said(stranger, word, taken, closed)
                closed |= {word.same} if isinstance(results[index], Link) and word.same is not None else set()
        left = [index for index in range(len(self.strangers)) if index not in results]
        apart = [self.said.get(self.strangers[i].external_id, Decision()).others for i in left]
        told = [self.strangers[i].told for i in left]
        matches = match.decide_all(told, self.found.by_key, self.others, closed, apart, self.numbered)
        for index, matched in zip(left, matches, strict=True):
            results[index] = (
                self._question(self.strangers[index], matched) if isinstance(matched, Ambiguity) else matched
            )
        return [results[index] for index in range(len(self.strangers))]

    def successors(
        self, matches: Sequence[Match | Report], taken: Mapping[int, str], linked: Collection[int]
    ) -> dict[int, Successor]:
        """Whose place new records take, should the records that those customers have be gone."""
        found = {
            index: one
            for index in range(len(matches) if taken else 0)
            if (one := self._successor(index, matches[index], taken, linked)) is not None
        }
        claims = Counter(one.link for one in found.values())
        for index, one in found.items():
            if one.link is not None and one.link.evidence is not None and claims[one.link] > 1:
                doubt = Ambiguity((one.link.contractor_id,), one.link.evidence)
                found[index] = Successor(one.records, None, self._question(self.strangers[index], doubt))
        return dict(sorted(found.items(), key=lambda pair: _clarity(pair[1])))

    def _successor(
        self, index: int, matched: Match | Report, taken: Mapping[int, str], linked: Collection[int]
    ) -> Successor | None:
        stranger = self.strangers[index]
        word = self.said.get(stranger.external_id, Decision())
        if word.same in taken and word.same in self.others and word.same not in linked:
            assert word.same is not None  # noqa: S101 - for mypy, which does not see through `in`
            return Successor({word.same: taken[word.same]}, Link(word.same, None))
        if not isinstance(matched, New) or word.new:
            return None
        again = match.decide(stranger.told, self.found.by_key, self.others, linked, word.others, self.numbered)
        if isinstance(again, New) or again.evidence is None:
            return None
        ids = (again.contractor_id,) if isinstance(again, Link) else again.contractor_ids
        records = {
            id_: taken[id_]
            for id_ in ids
            if id_ in taken and (again.evidence is Key.NUMBER or names_equal(stranger.told.name, self.others[id_].name))
        }
        if not records or len(records) > _FEW:
            return None
        if isinstance(again, Link):
            return Successor(records, again)
        return Successor(records, None, self._question(stranger, again))

    def _as_said(
        self, stranger: Stranger, word: Decision, taken: Mapping[int, str], closed: Collection[int]
    ) -> Match | Report:
        if word.same is None:
            return New()
        if word.same in self.others and word.same not in closed:
            return Link(word.same, None)
        code = code_of(word.same)
        what = Sentence("there is no %(customer)s any more", customer=code)
        if word.same in self.others and word.same in taken:
            record = taken[word.same]
            what = Sentence("%(customer)s has the record %(record)s here already", customer=code, record=record)
        elif word.same in self.others:
            what = Sentence("%(customer)s has another record here already", customer=code)
        return Report(
            connection_id=self.connection_id,
            external_id=stranger.external_id,
            code="link-taken",
            message=Sentence("a person linked this record to %(customer)s, and %(what)s", customer=code, what=what),
            cure="Say that it is a new customer, or link it to another one.",
            answers=_ANSWERS,
        )

    def _question(self, stranger: Stranger, found: Ambiguity) -> Report:
        candidates = sorted(
            (self._candidate(stranger.told, id_) for id_ in found.contractor_ids[:CROWD]),
            key=lambda candidate: (-candidate["score"], candidate["code"]),
        )
        number = len(found.contractor_ids)
        same = WORD_OF[found.evidence]
        message = Sentence(
            "%(customer)s may not be the same but has the same %(key)s: linking would be a guess",
            customer=candidates[0]["code"],
            key=same,
        )
        if number > CROWD:
            message = Sentence(
                Counted(
                    "more than %(count)s contractor has the same %(key)s: linking would be a guess",
                    "more than %(count)s contractors have the same %(key)s: linking would be a guess",
                ),
                count=CROWD,
                key=same,
            )
        elif number > 1:
            message = Sentence(
                Counted(
                    "%(count)s contractor has the same %(key)s: linking would be a guess",
                    "%(count)s contractors have the same %(key)s: linking would be a guess",
                ),
                count=number,
                key=same,
            )
        return Report(
            connection_id=self.connection_id,
            external_id=stranger.external_id,
            code=AMBIGUOUS,
            field=FIELD_OF[found.evidence],
            message=message,
            cure="Answer which one it is, or that it is a new customer; or make the key unique where it comes from.",
            details={"evidence": str(found.evidence), "record": _shown(stranger.told), "candidates": candidates},
            answers=(
                *(
                    Answer(key="link", label=f"it is {c['code']} {c['name']}", values={"contractor": c["code"]})
                    for c in candidates
                ),
                *_ANSWERS,
            ),
        )

    def _candidate(self, told: Contractor, id_: int) -> dict[str, Any]:
        """One contractor that could be meant: what speaks for it, and what against."""
        other = self.others[id_]
        likeness = compare(looks_of(told), looks_of(other))
        same = [key for key, value in match.keys(told) if id_ in self.found.by_key.get((key, value), ())]
        theirs = dict(match.keys(other))
        differs = [key for key, _ in match.keys(told) if key not in same and key in theirs]
        return {
            "code": code_of(id_),
            **_shown(other),
            "same": [FIELD_OF[key] for key in same],
            "differs": [FIELD_OF[key] for key in differs],
            "score": likeness.score,
            "why": list(likeness.why),
        }

    def crowded(self, matches: Sequence[Match | Report]) -> Iterator[Report]:
        """Say which keys of new customers were not used."""
        for stranger, matched in zip(self.strangers, matches, strict=True) if self.found.crowded else ():
            for key in match.keys(stranger.told):
                if key in self.found.crowded and isinstance(matched, New):
                    yield Report(
                        connection_id=self.connection_id,
                        external_id=stranger.external_id,
                        code="key-shared",
                        field=FIELD_OF[key[0]],
                        message=Sentence(
                            Counted(
                                "more than %(count)s contractor has the same %(key)s: it tells nobody apart and was "
                                "not used to find out who this is",
                                "more than %(count)s contractors have the same %(key)s: it tells nobody apart and was "
                                "not used to find out who this is",
                            ),
                            count=CROWD,
                            key=WORD_OF[key[0]],
                        ),
                        cure="Give it one of its own where it comes from. If it is a customer known already, "
                        "merge the two: `syncd match merge`.",
                    )


_FEW: Final = 5
"""Customers beyond whom a side is not asked for the record of each: branches of one company."""


def _clarity(successor: Successor) -> int:
    """Who goes first where two would be one customer."""
    link = successor.link
    if link is None:
        return len(Key) + 1
    return 0 if link.evidence is None else 1 + list(Key).index(link.evidence)


_ANSWERS: Final = (
    Answer(key="link", label="it is another customer", asks="the customer's code, like K000231"),
    Answer(key="new", label="it is a new customer"),
    Answer(key="not-now", label="leave the record out, and ask again when it is read again"),
)


def _shown(contractor: Contractor) -> dict[str, str]:
    """What a person recognises a customer by."""
    address = next(iter(contractor.addresses), None)
    values = {
        "name": contractor.name,
        "number": contractor.number,
        "tax_id": f"{contractor.tax_prefix}{contractor.tax_id}",
        "email": contractor.email,
        "city": address.city if address else "",
        "street": address.street if address else "",
        "postal_code": address.postal_code if address else "",
        "country": contractor.country,
    }
    return {"name": contractor.name, **{name: value for name, value in values.items() if value}}
