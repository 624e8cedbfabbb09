"""``syncd explain``: why is this customer blocked, who changed this phone, what happens next?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import msgspec

from syncd.cli.command import standalone
from syncd.cli.customer_codes import id_named
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.opening import opened, who
from syncd.cli.rendering import short
from syncd.cli.session import Session
from syncd.domain.contractor import FIELDS
from syncd.domain.holds import Status
from syncd.registry.queries.changes import Change
from syncd.sync.explain import Counterfactual, Explanation, FieldStory, explain

__all__ = ["command"]


@standalone("explain", example="syncd explain K000231\nsyncd explain ODB00006 --field phones --offline")
@click.argument("code")
@click.option("--field", "only", metavar="NAME", help="Of the fields, only this one.")
@click.option("--offline", is_flag=True, help="Do not read the sides to say what the next runs would do.")
@click.pass_obj
def command(session: Session, code: str, only: str | None, *, offline: bool) -> None:
    """Say why a customer is as it is: status, links, who set each field and when, and what happens next.

    CODE is its code, its customer number, or its id at a side.

    What the next runs would do is found out by dry runs over this customer: they read its records and change nothing.
    """
    if only not in {None, *FIELDS}:
        raise WrongUsage(f"there is no field {only!r}", cure="`syncd fields list` shows all.")
    with opened(session) as app:
        told = explain(app, id_named(app, code), ask_sides=not offline, by=who())
    told = msgspec.structs.replace(told, fields=[story for story in told.fields if only in {None, story.field}])
    if session.json:
        session.document({"explanation": told})
        return
    session.pairs(_head(told))
    session.rows(
        ("field", "value", "owner", "shop edits", "set by", "elsewhere"),
        ((f.field, short(f.value), f.owner, f.shop_edit, _origin(f), _elsewhere(f)) for f in told.fields),
        empty="The field has no value." if only else "No field has a value.",
    )


def _head(told: Explanation) -> Iterator[tuple[str, Any]]:
    yield "customer", f"{told.code} {told.name}"
    yield "status", f"{told.status}: {'; '.join(told.why)}"
    yield "zone", f"{told.zone}: {'; '.join(told.zone_reasons)}"
    for link in told.links:
        evidence = link.evidence or ("" if told.status == Status.ANONYMISED else "made there by syncd")
        yield f"at {link.connection}", f"{link.external_id} ({evidence})" if evidence else link.external_id
    for issue in told.issues:
        yield f"issue {issue.id}", f"{issue.code}: {issue.message}"
    for step in told.next:
        yield "next", step
    for one in told.would or ():
        yield f"a run of {one.connection}", _would(one)


def _would(one: Counterfactual) -> str:
    if one.error is not None:
        return f"could not be tried: {one.error}"
    if not one.changes:
        return "would change nothing"
    return "; ".join(f"would {line.action} ({line.rule}){_pushed(line)}" for line in one.changes)


def _pushed(line: Change) -> str:
    return f", then push to {', '.join(line.push_to)}" if line.push_to else ""


def _origin(story: FieldStory) -> str:
    origin = story.origin
    if origin is None:
        return "nobody"
    change = f"{short(origin.change.before)} → {short(origin.change.after)}"
    run = f"{origin.connection} run {origin.run} by {origin.asked_by}"
    return f"{origin.at:%Y-%m-%d %H:%M} {run}: {origin.rule}; {change}"


def _elsewhere(story: FieldStory) -> str:
    return "; ".join(f"{name}: {short(value)}" for name, value in story.sides.items())
