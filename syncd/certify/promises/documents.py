"""Is a hostile, broken or cut document refused as a whole, and does the refusal say where to look?"""

from __future__ import annotations

import re
from collections.abc import Callable

from syncd.certify.hostile import DOCUMENTS, bomb_archive, climbing_archive
from syncd.certify.promises.case import Case, Reading, demand, raised
from syncd.certify.promises.needs import ability
from syncd.certify.promises.promise import promise
from syncd.errors import SyncError

__all__: list[str] = []

_NO_XML = "the platform is not read as XML"
_NO_ARCHIVE = "the platform sends no archives"


def _refused(case: Case, feed: Callable[[bytes], object], document: bytes) -> tuple[str, str]:
    """What is said of a document that was fed, and the cure: empty where it was read as a complete list."""

    def read() -> None:
        feed(document)
        readings.append(case.read(full=True))

    readings: list[Reading] = []
    error = raised(read)
    errors: list[SyncError] = [] if error is None else [error]
    for reading in readings:
        errors += [rejected.error for rejected in reading.rejected]
        if not reading.complete:
            return f"{reading.proof.how if reading.proof else 'no end'} {_texts(errors)}", _cures(errors)
    return _texts(errors), _cures(errors)


def _texts(errors: list[SyncError]) -> str:
    return " ".join(str(error) for error in errors)


def _cures(errors: list[SyncError]) -> str:
    return " ".join(error.cure for error in errors)


@promise(ability("feed", _NO_XML))
def hostile_xml_is_refused(case: Case) -> None:
    """Entities, files, 5,000 levels, a DOCTYPE, cut documents, wrong encodings: an error, never half a list."""
    case.add(1)
    for what, document in DOCUMENTS.items():
        said, _ = _refused(case, case.sandbox.feed, document)  # type: ignore[attr-defined]  # optional, see Sandbox
        demand(said, f"{what} was read as a complete list")


@promise(ability("feed", _NO_XML), ability("fed", "the platform's documents have no names"))
def a_refused_file_is_named_with_the_place_and_the_cure(case: Case) -> None:
    """Somebody has to find it among thousands, and see what is wrong with it."""
    case.add(1)
    name: str = case.sandbox.fed  # type: ignore[attr-defined]  # optional, see Sandbox
    for what, document in DOCUMENTS.items():
        said, cure = _refused(case, case.sandbox.feed, document)  # type: ignore[attr-defined]  # the same
        demand(name in said, f"of {what} is said {said!r}, and not in which file it was")
        demand(cure, f"of {what} no cure is named")
        if "DOCTYPE" not in said and "declared encoding" not in said:  # both stand in the first lines
            place = re.search(r"(line|offset|byte|position) \d|\d bytes", said)
            demand(place, f"of {what} is said {said!r}, and not where")


@promise(ability("feed", _NO_XML), ability("whole_document", "the simulator cannot hand out its document"))
def a_list_that_was_cut_in_the_middle_is_not_complete(case: Case) -> None:
    """A document that ends after its second record is no list of two: all others would be missing."""
    case.populate()
    whole: bytes = case.sandbox.whole_document()  # type: ignore[attr-defined]  # optional, see Sandbox
    case.sandbox.feed(whole)  # type: ignore[attr-defined]  # the same
    demand(case.read(full=True).complete, "the whole document is not read as a complete list")
    for share in (0.1, 0.5, 0.9):
        cut = whole[: int(len(whole) * share)]
        said, _ = _refused(case, case.sandbox.feed, cut)  # type: ignore[attr-defined]  # the same
        demand(said, f"{share:.0%} of a document were read as a complete list")


@promise(ability("feed_archive", _NO_ARCHIVE))
def an_archive_that_bursts_is_refused(case: Case) -> None:
    """A quarter of a megabyte that unpacks to a quarter of a gigabyte fills a disk, or the memory."""
    case.add(1)
    said, _ = _refused(case, case.sandbox.feed_archive, bomb_archive())  # type: ignore[attr-defined]  # optional
    demand(said, "it was taken in")


@promise(ability("feed_archive", _NO_ARCHIVE))
def an_archive_that_climbs_out_of_its_folder_is_refused(case: Case) -> None:
    """``../../etc/cron.d/x`` is a name that a ZIP archive may have."""
    case.add(1)
    document = next(iter(DOCUMENTS.values()))
    said, _ = _refused(case, case.sandbox.feed_archive, climbing_archive(document))  # type: ignore[attr-defined]  # optional
    demand(said, "it was taken in")
