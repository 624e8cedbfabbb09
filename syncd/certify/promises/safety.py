"""Does a connection keep secrets, names and its hands to itself?"""

from __future__ import annotations

from collections.abc import Iterator

from syncd.certify.promises.case import Case, demand, raised
from syncd.certify.promises.needs import ability, fault, secrets, writes
from syncd.certify.promises.promise import promise
from syncd.errors import SyncError
from syncd.ports import Secret

__all__: list[str] = []

_XML_BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE list [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<list><item>&b;</item></list>"""

_XML_FILE = b"""<?xml version="1.0"?>
<!DOCTYPE list [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<list><item>&x;</item></list>"""

_XML_CUT = b"""<?xml version="1.0" encoding="UTF-8"?><list><item>"""

_XML_BYTES = '<?xml version="1.0" encoding="UTF-8"?><list><item>Łódź</item></list>'.encode("cp1250")


@promise()
def opening_makes_no_call(case: Case) -> None:
    """A configuration is checked without any platform being there."""
    calls = len(case.sandbox.journal)
    case.open()
    demand(len(case.sandbox.journal) == calls, "opening called the platform")


@promise()
def check_answers_and_changes_nothing(case: Case) -> None:
    """The connection test of an admin who is only looking."""
    case.add(1)
    before = case.sandbox.holds()
    demand(case.endpoint.check().detail, "check says nothing")
    demand(not any(call.applied for call in case.writes()), f"it wrote: {case.writes()}")
    demand(case.sandbox.holds() == before, "the platform holds something else now")


@promise()
def reading_changes_nothing(case: Case) -> None:
    """Not even a "last exported" mark, unless the platform is told to."""
    ids = case.add(1, 2)
    before = case.sandbox.holds()
    case.read(full=True)
    case.endpoint.get(ids[0])
    demand(not any(call.applied for call in case.writes()), f"it wrote: {case.writes()}")
    demand(case.sandbox.holds() == before, "the platform holds something else now")


@promise()
def fields_narrow_what_a_connection_reads_and_writes(case: Case) -> None:
    """The configuration may take fields away, never add any."""
    chosen = frozenset({"name", "number", "email"})
    narrow = case.open(fields=chosen).capabilities
    demand(narrow.reads <= chosen & case.can.reads, f"it reads {sorted(narrow.reads)}")
    demand(narrow.writes <= chosen & case.can.writes, f"it writes {sorted(narrow.writes)}")


@promise()
def closing_twice_is_safe(case: Case) -> None:
    """The second time by whoever cleans up after an error."""
    case.read(full=True)
    endpoint = case.open()
    endpoint.close()
    endpoint.close()
    demand(case.read(full=True).proof is not None, "closing one connection closed another")


def _secrets(case: Case) -> list[str]:
    values = (getattr(case.options, name) for name in case.options.__struct_fields__)
    return [value.reveal() for value in values if isinstance(value, Secret) and value]


def _chain(error: BaseException | None) -> Iterator[str]:
    """Texts of an error and of those that it was raised from, as a log would print them."""
    while error is not None:
        yield f"{error!r} {error}"
        if isinstance(error, SyncError):
            yield f"{error.cure} {error.field} {error.record}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


@promise(secrets)
def no_secret_shows_in_the_connection_or_its_options(case: Case) -> None:
    """They reach logs by accident, so their ``repr`` must be harmless."""
    shown = f"{case.endpoint!r} {case.options!r} {case.endpoint.capabilities!r}"
    demand(not any(secret in shown for secret in _secrets(case)), "a secret is in a repr")


@promise(secrets, fault("status"))
def no_secret_shows_in_an_error(case: Case) -> None:
    """URLs with keys in them, and log-in calls with passwords, end up in errors."""
    for status in (400, 401, 403, 404, 422, 429, 500):
        error = case.fail("status", lambda: case.read(full=True), status=status)
        text = " ".join(_chain(error))
        demand(not any(secret in text for secret in _secrets(case)), f"a secret is in the error after HTTP {status}")


@promise(writes, fault("status"))
def no_personal_data_shows_in_an_error(case: Case) -> None:
    """Names, addresses and numbers of people stay out of logs; external ids may go in."""
    case.settle()
    wanted = case.contractor(1, second=True, active=True)
    personal = (wanted.name, wanted.email, wanted.tax_id, wanted.last_name)
    for status in (400, 409, 422, 500):
        error = case.fail("status", lambda: case.endpoint.create(wanted), status=status, only="write")
        text = " ".join(_chain(error))
        shown = [value for value in personal if value and value in text]
        demand(not shown, f"the error after HTTP {status} shows {shown}")


@promise(ability("feed", "the platform is not read as XML"))
def hostile_xml_is_refused(case: Case) -> None:
    """Entities, files, cut documents and wrong encodings: an error, never half a list."""
    case.add(1)
    for what, document in (("bomb", _XML_BOMB), ("file", _XML_FILE), ("cut", _XML_CUT), ("bytes", _XML_BYTES)):
        case.sandbox.feed(document)  # type: ignore[attr-defined]  # optional, see Sandbox
        readings = []
        error = raised(lambda: readings.append(case.read(full=True)))  # noqa: B023 - called at once
        complete = bool(readings) and readings[0].complete
        demand(error is not None or not complete, f"the document {what!r} was read as a complete list")
