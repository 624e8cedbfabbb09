"""Is a record understood as the platform means it?"""

from __future__ import annotations

from syncd.certify import samples
from syncd.certify.promises.case import Case, demand, differing, raised
from syncd.certify.promises.needs import edits
from syncd.certify.promises.promise import promise
from syncd.errors import NotFound

__all__: list[str] = []


@promise()
def parse_states_what_the_platform_holds(case: Case) -> None:
    """Every field that the connection says it reads."""
    (external_id,) = case.add(1)
    told = case.told(case.read(full=True))[external_id]
    wrong = differing(told.contractor, case.sandbox.holds()[external_id].contractor, case.edits)
    demand(not wrong, f"these fields are understood otherwise: {', '.join(wrong)}")


@promise()
def parse_states_only_what_the_connection_says_it_reads(case: Case) -> None:
    """A field outside of ``reads`` counts as "not said": whoever says it anyway says it half the time."""
    (external_id,) = case.add(1)
    told = case.told(case.read(full=True))[external_id].contractor
    extra = differing(told, type(told)(name=told.name), set(told.__struct_fields__) - case.can.reads - {"name"})
    demand(not extra, f"these fields are stated and not in reads: {', '.join(extra)}")


@promise()
def parse_makes_no_call_and_answers_the_same_twice(case: Case) -> None:
    """It runs again on stored bytes: after a repair of a mapping, without the platform."""
    case.add(1)
    record = case.read(full=True).records[0]
    calls = len(case.sandbox.journal)
    demand(case.endpoint.parse(record) == case.endpoint.parse(record), "the same bytes are understood in two ways")
    demand(len(case.sandbox.journal) == calls, "parse called the platform")


@promise()
def get_agrees_with_parse(case: Case) -> None:
    """One contractor has one statement, whichever way it was read."""
    (external_id,) = case.add(1)
    listed = case.told(case.read(full=True))[external_id]
    got = case.endpoint.get(external_id)
    demand(got.external_id == external_id, f"asked for {external_id}, got {got.external_id}")
    wrong = differing(got.contractor, listed.contractor, case.can.reads)
    demand(not wrong, f"get and read state these fields differently: {', '.join(wrong)}")
    demand(got.version == listed.version, f"get states version {got.version}, read {listed.version}")


@promise()
def get_of_an_unknown_id_is_not_found(case: Case) -> None:
    """An id of the right form that nobody has: of a record that was removed, where that is possible."""
    (external_id,) = case.add(1)
    if case.can.delete == "hard":
        case.sandbox.remove(external_id)
    else:
        external_id = f"{external_id[:-1]}{'0' if external_id[-1:] != '0' else '1'}77"
    error = raised(lambda: case.endpoint.get(external_id))
    demand(isinstance(error, NotFound), f"it is {error!r}")


@promise(edits("name"))
def names_of_250_characters_are_read_whole(case: Case) -> None:
    """The registry's own limit; a platform that holds less says so."""
    (external_id,) = case.add(1, name=samples.LONG_NAME)
    told = case.told(case.read(full=True))[external_id].contractor.name
    demand(told == samples.LONG_NAME, f"{len(told)} characters were read")


@promise(edits("name"))
def letters_and_signs_of_a_name_are_read_as_they_are(case: Case) -> None:
    """Polish, Swedish and Cyrillic letters, and signs that markup and queries are made of."""
    (external_id,) = case.add(1, name=samples.HARD_NAME)
    told = case.told(case.read(full=True))[external_id].contractor.name
    demand(told == samples.HARD_NAME, f"it reads {told!r}")


@promise(edits("number"))
def a_number_with_slash_percent_blank_and_foreign_letters_is_read_as_it_is(case: Case) -> None:
    """Customer numbers are typed by people."""
    (external_id,) = case.add(1, number=samples.HARD_NUMBER)
    told = case.told(case.read(full=True))[external_id].contractor.number
    demand(told == samples.HARD_NUMBER, f"it reads {told!r}")
    demand(case.endpoint.get(external_id).external_id == external_id, "get by its external id finds another")


@promise()
def the_moment_of_the_last_change_is_in_utc(case: Case) -> None:
    """Platforms state local time, or none; a moment without a zone cannot be compared."""
    case.add(1)
    for remote in case.told(case.read(full=True)).values():
        offset = remote.modified.utcoffset() if remote.modified else None
        demand(remote.modified is None or (offset is not None and not offset), f"it is {remote.modified}")
