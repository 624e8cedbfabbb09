"""What becomes of values for which the platform has no room, and of customers who share one?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from syncd.certify import samples
from syncd.certify.promises.case import Case, demand, raised
from syncd.certify.promises.needs import edits, limits, stores, writes
from syncd.certify.promises.promise import promise
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord, RecordError, Unstorable, VersionConflict
from syncd.ports import Remote

__all__: list[str] = []

_TEXTS: Final = ("name", "number", "contact_person", "first_name", "last_name", "caretaker", "notes", "website")
"""Fields of free text, which people fill with more than anybody thought of."""

_LONG: Final = 70_000
"""Characters that no field of a customer registry has room for, and some databases all the same."""


@promise(stores("name"))
def signs_of_markup_in_a_name_are_stored_as_they_are(case: Case) -> None:
    """``&``, ``<`` and quotes: refusing them is no way out, since companies are called so."""
    case.settle()
    made = case.endpoint.create(case.contractor(1, name=samples.MARKUP_NAME))
    held = case.sandbox.holds()[made.external_id].contractor.name
    demand(held == samples.MARKUP_NAME, f"asked for {samples.MARKUP_NAME!r}, the platform holds {held!r}")
    remote = case.endpoint.create(case.contractor(2))
    case.endpoint.update(remote, msgspec.structs.replace(remote.contractor, name=samples.MARKUP_NAME))
    held = case.sandbox.holds()[remote.external_id].contractor.name
    demand(held == samples.MARKUP_NAME, f"changed to {samples.MARKUP_NAME!r}, the platform holds {held!r}")


@promise(writes)
def a_text_of_any_length_is_stored_whole_or_refused_by_field(case: Case) -> None:
    """Cut in silence, a note comes back as an edit, and its end is gone on both sides."""
    case.settle()
    for index, field in enumerate(name for name in _TEXTS if name in case.stores):
        value = "x" * _LONG if field != "website" else f"https://example.com/{'x' * _LONG}"
        before = set(case.sandbox.holds())
        wanted = _with(case, index + 1, {field: value})
        error = raised(lambda wanted=wanted: case.endpoint.create(wanted))  # type: ignore[misc]
        made = set(case.sandbox.holds()) - before
        if error is None:
            held = [getattr(case.sandbox.holds()[key].contractor, field) for key in made]
            demand(held == [value], f"of {len(value)} characters in {field} the platform holds {[*map(len, held)]}")
        else:
            demand(isinstance(error, Unstorable | InvalidRecord), f"with a long {field} it is {error!r}")
            demand(error.field == field, f"with a long {field} the error names the field {error.field!r}")
            demand(not made, f"a long {field} was refused, and the record stored")


@promise(writes, limits)
def a_text_beyond_its_limit_is_unstorable_and_named(case: Case) -> None:
    """One character more than there is room for is refused before it is sent; a full field is stored."""
    case.settle()
    known: Mapping[str, int] = case.sandbox.limits  # type: ignore[attr-defined]  # optional, see Sandbox
    for index, (field, limit) in enumerate(sorted(known.items())):
        if field not in case.stores:
            continue
        made = case.endpoint.create(_with(case, 2 * index + 1, {field: _text(field, limit)}))
        held = getattr(case.sandbox.holds()[made.external_id].contractor, field)
        demand(held == _text(field, limit), f"{limit} characters in {field} are held as {len(held)}")
        calls = len(case.writes())
        longer = _with(case, 2 * index + 2, {field: _text(field, limit + 1)})
        error = raised(lambda longer=longer: case.endpoint.create(longer))  # type: ignore[misc]
        demand(isinstance(error, Unstorable), f"with {limit + 1} characters in {field} it is {error!r}")
        demand(error is not None and error.field == field, f"the error names another field than {field}")
        demand(error is None or error.cure, f"the error of {field} names no cure")
        demand(len(case.writes()) == calls, f"a value too long for {field} was sent")


def _with(case: Case, index: int, values: Mapping[str, Any]) -> Contractor:
    return case.contractor(index, **values)


def _text(field: str, length: int) -> str:
    """A text of that length, in the form that the field has."""
    beginning, end = {"email": ("", "@example.com"), "login_email": ("", "@example.com")}.get(field, ("", ""))
    if field == "website":
        beginning = "https://example.com/"
    return beginning + "x" * (length - len(beginning) - len(end)) + end


def _another_has_it(case: Case) -> tuple[str, str]:
    """Somebody whom the platform already has, and their e-mail."""
    case.settle()
    (first,) = case.add(1)
    return first, case.sandbox.holds()[first].contractor.email


@promise(writes, stores("email"), edits("email"))
def a_create_with_an_email_that_another_has_overwrites_nobody(case: Case) -> None:
    """Platforms that know customers by e-mail answer with the other one, or write over it."""
    first, email = _another_has_it(case)
    before = case.sandbox.holds()
    wanted = _with(case, 2, {"email": email, "login_email": email})
    made: list[Remote] = []
    error = raised(lambda: made.append(case.endpoint.create(wanted)))
    after = case.sandbox.holds()
    demand(after[first] == before[first], "the other customer was changed")
    if error is None:
        demand(made[0].external_id != first, "the other customer was answered as the new one")
        demand(set(after) - set(before) == {made[0].external_id}, "there is not exactly one new record")
    else:
        demand(isinstance(error, RecordError), f"it is {error!r}")
        demand(error.field, f"the error names no field: {error}")
        demand(set(after) == set(before), "it was refused, and stored all the same")


@promise(writes, stores("email"), edits("email"))
def an_update_to_an_email_that_another_has_overwrites_nobody(case: Case) -> None:
    """The same for a customer who is there already."""
    first, email = _another_has_it(case)
    remote = case.endpoint.create(case.contractor(2))
    before = case.sandbox.holds()
    login: dict[str, Any] = {"login_email": email} if "login_email" in case.can.writes else {}
    wanted = msgspec.structs.replace(remote.contractor, email=email, **login)
    error = raised(lambda: case.endpoint.update(remote, wanted))
    after = case.sandbox.holds()
    demand(after[first] == before[first], "the other customer was changed")
    demand(set(after) == set(before), "a record came or went")
    if error is not None:
        demand(isinstance(error, RecordError | VersionConflict), f"it is {error!r}")
        demand(error.field or isinstance(error, VersionConflict), f"the error names no field: {error}")
