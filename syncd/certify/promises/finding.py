"""Does a look-up find what is there, and nothing else? It is what stands between a lost answer and a double."""

from __future__ import annotations

from syncd.certify import samples
from syncd.certify.promises.case import Case, demand
from syncd.certify.promises.needs import deletes, fault, stores, writes
from syncd.certify.promises.promise import promise
from syncd.domain.contractor import Contractor
from syncd.errors import OutcomeUnknown

__all__: list[str] = []


def _finds(case: Case, key: Contractor) -> None:
    case.settle()
    wanted = case.endpoint.create(case.contractor(1)).external_id
    case.endpoint.create(case.contractor(2))
    found = [remote.external_id for remote in case.endpoint.find(key)]
    demand(found == [wanted], f"made {wanted}, found {found}")


@promise(writes, stores("number"))
def find_by_number_finds_what_create_made(case: Case) -> None:
    """The merchant's own number is the surest key."""
    _finds(case, Contractor(name="Inna", number=case.contractor(1).number))


@promise(writes, stores("tax_id"))
def find_by_tax_id_finds_what_create_made(case: Case) -> None:
    """The key that two systems of one merchant share even if their numbers differ."""
    _finds(case, Contractor(name="Inna", tax_id=case.contractor(1).tax_id, country=case.contractor(1).country))


@promise(writes, stores("email"))
def find_by_email_finds_what_create_made(case: Case) -> None:
    """The key of shops."""
    _finds(case, Contractor(name="Inna", email=case.contractor(1).email))


@promise(writes)
def find_of_a_stranger_finds_nobody(case: Case) -> None:
    """An empty key must not match everybody without one, and part of a number is not the number."""
    case.settle()
    case.endpoint.create(case.contractor(1))
    key = case.contractor(1)
    part = Contractor(name="Inna", number=key.number[:-1], email=key.email[1:])
    for stranger in (Contractor(name="Inna"), case.contractor(77), part):
        found = [remote.external_id for remote in case.endpoint.find(stranger)]
        demand(not found, f"a stranger was found as {found}")


@promise(writes)
def find_finds_an_inactive_contractor(case: Case) -> None:
    """A switched-off customer who is not found would be created a second time."""
    case.settle()
    made = case.endpoint.create(case.contractor(1)).external_id
    case.sandbox.edit(made, active=False)
    demand(made in [remote.external_id for remote in case.endpoint.find(case.contractor(1))], "it is not found")


@promise(writes, stores("number"))
def find_takes_a_number_with_slash_percent_blank_and_foreign_letters(case: Case) -> None:
    """Put into a URL, a query or a filter without care, such a number finds nobody, or everybody."""
    case.settle()
    case.endpoint.create(case.contractor(2))
    made = case.endpoint.create(case.contractor(1, number=samples.HARD_NUMBER))
    demand(made.contractor.number == samples.HARD_NUMBER, f"it was stored as {made.contractor.number!r}")
    found = [remote.external_id for remote in case.endpoint.find(Contractor(name="I", number=samples.HARD_NUMBER))]
    demand(found == [made.external_id], f"made {made.external_id}, found {found}")


@promise(writes)
def find_changes_nothing(case: Case) -> None:
    """It is asked before every create."""
    case.add(1)
    before = case.sandbox.holds()
    case.endpoint.find(case.contractor(1))
    demand(not case.writes(), f"it wrote: {case.writes()}")
    demand(case.sandbox.holds() == before, "the platform holds something else now")


@promise(writes, deletes)
def find_does_not_find_a_removed_record(case: Case) -> None:
    """Once a read has shown that it is gone: whoever was removed and comes back is created."""
    case.settle()
    made = case.endpoint.create(case.contractor(1)).external_id
    case.add(2)
    case.read(full=True)
    case.sandbox.remove(made)
    case.read(full=True)
    found = [r.external_id for r in case.endpoint.find(case.contractor(1)) if r.contractor.active]
    demand(not found, f"it was found as {found}")


def _make(case: Case, wanted: Contractor) -> None:
    """Create as the pipeline does: look up first."""
    found = case.endpoint.find(wanted)
    if found:
        case.endpoint.update(found[0], wanted)
    else:
        case.endpoint.create(wanted)


@promise(writes)
def looking_up_and_creating_twice_makes_one(case: Case) -> None:
    """The second attempt finds the first one's work."""
    case.settle()
    before = set(case.sandbox.holds())
    for _ in range(2):
        _make(case, case.contractor(1))
    made = set(case.sandbox.holds()) - before
    demand(len(made) == 1, f"{len(made)} were made")


@promise(writes, fault("lose_answer"))
def a_create_whose_answer_was_lost_is_unknown_and_can_be_found(case: Case) -> None:
    """It is sent once, reported as unknown, and the look-up before the next attempt finds it."""
    case.settle()
    before = set(case.sandbox.holds())
    error = case.fail("lose_answer", lambda: case.endpoint.create(case.contractor(1)), only="write")
    demand(isinstance(error, OutcomeUnknown), f"it is {error!r}")
    made = set(case.sandbox.holds()) - before
    demand(len(made) <= 1, f"{len(made)} were made: a write was sent again without looking")
    demand(made, "nothing was made, so the simulator lost more than the answer")
    demand({r.external_id for r in case.endpoint.find(case.contractor(1))} == made, "find does not find it")


@promise(writes, fault("late"))
def a_create_answered_too_late_is_unknown_and_can_be_found(case: Case) -> None:
    """The platform was slow and stored it all the same, after everybody had stopped waiting."""
    case.settle()
    before = set(case.sandbox.holds())
    error = case.fail_late(lambda endpoint: endpoint.create(case.contractor(1)), only="write")
    demand(isinstance(error, OutcomeUnknown), f"it is {error!r}")
    made = set(case.sandbox.holds()) - before
    demand(len(made) == 1, f"{len(made)} were made")
    demand({r.external_id for r in case.endpoint.find(case.contractor(1))} == made, "find does not find it")
