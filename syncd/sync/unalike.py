"""How does a person say that two who look alike are not the same, so that they are not suggested again?"""

from __future__ import annotations

from syncd.domain.code import code_of
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import decisions, lookups, merging, unalike
from syncd.registry.decisions import Verdict
from syncd.registry.engine import writing
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.at_once import write_down

__all__ = ["reject_duplicate", "reject_record", "suggest_again"]


def reject_duplicate(app: App, one_id: int, other_id: int, *, by: str) -> None:
    """Say that two customers are not the same.

    Raises:
        NotFound: When one is not there.
        InvalidRecord: When it is one customer.
    """
    if one_id == other_id:
        raise InvalidRecord(
            Sentence("%(customer)s is one customer, not two", customer=code_of(one_id)),
            code="same-customer",
            cure="Name two different codes.",
        )
    with writing(app.engine) as connection:
        known = lookups.known(connection, [one_id, other_id])
        for id_ in (one_id, other_id):
            if id_ not in known:
                raise merging.missing(connection, id_)
        unalike.keep_apart(connection, one_id, other_id, by=by, at=app.now())
        details = {"other": code_of(other_id)}
        write_down(app, connection, by, "match-reject", f"customer {code_of(one_id)}", details)


def reject_record(app: App, contractor_id: int, connected: Connected, external_id: str, *, by: str) -> None:
    """Say that a record which waits at a connection is not this customer.

    Raises:
        NotFound: When the customer is not there.
        InvalidRecord: When the record is tied to a customer already.
    """
    with writing(app.engine) as connection:
        if contractor_id not in lookups.known(connection, [contractor_id]):
            raise merging.missing(connection, contractor_id)
        whose = lookups.seen(connection, connected.id, [external_id]).get(external_id)
        if whose is not None:
            raise InvalidRecord(
                Sentence(
                    "the record %(external_id)s at %(name)s is %(code)s",
                    external_id=external_id,
                    name=connected.name,
                    code=code_of(whose.contractor_id),
                ),
                code="record-bound",
                cure=Sentence(
                    "If that is wrong: `syncd match unlink %(code)s %(name)s`.",
                    code=code_of(whose.contractor_id),
                    name=connected.name,
                ),
            )
        decisions.decide(connection, connected.id, external_id, Verdict.OTHER, contractor_id, by=by, now=app.now())
        details = {"connection": connected.name, "record": external_id}
        write_down(app, connection, by, "match-reject", f"customer {code_of(contractor_id)}", details)


def suggest_again(app: App, one_id: int, other_id: int, *, by: str) -> None:
    """Forget that two customers were said not to be the same.

    Raises:
        NotFound: When nobody said so.
    """
    with writing(app.engine) as connection:
        if not unalike.let_be_alike(connection, one_id, other_id):
            raise NotFound(
                Sentence(
                    "nobody said that %(one)s and %(other)s are not the same",
                    one=code_of(one_id),
                    other=code_of(other_id),
                ),
                cure="`syncd match suggest CONNECTION` shows who looks alike.",
            )
        details = {"other": code_of(other_id)}
        write_down(app, connection, by, "match-suggest-again", f"customer {code_of(one_id)}", details)
