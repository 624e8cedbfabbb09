"""Are hostile documents and archives what they say, and does the suite see who takes them in?"""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterator, Sequence

import msgspec
import pytest

from adapters.memory import ADAPTER, MemoryEndpoint
from adapters.memory.simulator import MemorySandbox
from syncd import xml
from syncd.certify import hostile
from syncd.certify.promises import PROMISES
from syncd.certify.promises.case import Broken, Degraded
from syncd.certify.run import keep
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord, Unstorable
from syncd.ports import Adapter, Remote

PROMISE = {promise.name: promise for promise in PROMISES}


@pytest.mark.parametrize("what", hostile.DOCUMENTS)
def test_each_document_is_refused_by_the_one_parser(what: str) -> None:
    with pytest.raises(InvalidRecord) as refused:
        xml.parse(hostile.DOCUMENTS[what])
    assert refused.value.cure


def test_a_document_is_cut_in_the_middle_of_a_record() -> None:
    whole = b"<list>" + b"<item>something that is long</item>" * 9 + b"</list>"
    cut = hostile.cut_after(whole, b"</item>", 2)
    assert cut.count(b"</item>") == 2
    assert cut.endswith(b"<item>something that")


def test_an_archive_bursts_and_another_climbs() -> None:
    bomb = hostile.bomb_archive(size=32 * 1024 * 1024)
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        assert archive.infolist()[0].file_size > 500 * len(bomb)
    with zipfile.ZipFile(io.BytesIO(hostile.climbing_archive(b"<list/>"))) as archive:
        assert "../climbed.xml" in archive.namelist()


class Taking(MemorySandbox):
    """Sends archives and mails, and has limits."""

    limits = {"name": 60, "email": 40}  # noqa: RUF012 - a test double

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.mails: list[str] = []

    def feed_archive(self, data: bytes) -> None:
        self.taken = data


class Refusing(Taking):
    def feed_archive(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                if ".." in member.filename or member.file_size > 100 * member.compress_size:
                    raise InvalidRecord("refused", field="archive", cure="Send another.")


def keeps(name: str, kind: type[Taking], adapter: Adapter = ADAPTER) -> None:
    @contextlib.contextmanager
    def simulate() -> Iterator[Taking]:
        yield kind(f"taking-{name}")

    keep(PROMISE[name], adapter, simulate, {})


ARCHIVES: Sequence[str] = (
    "an_archive_that_bursts_is_refused",
    "an_archive_that_climbs_out_of_its_folder_is_refused",
)


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_that_is_taken_in_breaks_the_promise(name: str) -> None:
    with pytest.raises(Broken, match="taken in"):
        keeps(name, Taking)
    keeps(name, Refusing)


class MailsEverybody(MemoryEndpoint):
    """Sends a welcome."""

    sandbox: Taking

    def create(self, contractor: Contractor) -> Remote:
        self.sandbox.mails.append("welcome")
        return super().create(contractor)

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        self.sandbox.mails.append("changed")
        return super().update(remote, contractor)


class MailingSandbox(Taking):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        MailsEverybody.sandbox = self


@pytest.mark.parametrize("name", ["a_create_mails_nobody", "an_update_mails_nobody"])
def test_a_mail_breaks_the_promise(name: str) -> None:
    with pytest.raises(Broken, match="it mailed"):
        keeps(name, MailingSandbox, msgspec.structs.replace(ADAPTER, open=MailsEverybody))
    keeps(name, MailingSandbox)


class KnowsItsLimits(MemoryEndpoint):
    def create(self, contractor: Contractor) -> Remote:
        for field, limit in Taking.limits.items():
            if len(getattr(contractor, field)) > limit:
                raise Unstorable(f"there is room for {limit} characters", field=field, cure="Shorten it.")
        return super().create(contractor)


def test_a_limit_that_is_not_known_breaks_the_promise() -> None:
    name = "a_text_beyond_its_limit_is_unstorable_and_named"
    with pytest.raises(Broken, match="41 characters in email"):
        keeps(name, Taking)
    keeps(name, Taking, msgspec.structs.replace(ADAPTER, open=KnowsItsLimits))


def test_a_platform_without_archives_is_degraded() -> None:
    with pytest.raises(Degraded, match="no archives"):
        keeps(ARCHIVES[0], MemorySandbox)  # type: ignore[arg-type]  # on purpose
