"""What do the tests of the commerceml adapter share? Files written by hand, a connection, and what a read brought."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from adapters.commerceml import ADAPTER, CommerceMLEndpoint
from syncd.domain.contractor import Contractor
from syncd.ports import Context, Page, Proof, Record, Rejected, parse_options

ROMASHKA = """<Контрагент><Ид>5d1b7c9e-0000-11f0-8000-0050560a0001</Ид><Наименование>Ромашка</Наименование>
<ОфициальноеНаименование>ООО "Ромашка"</ОфициальноеНаименование><ИНН>7707083893</ИНН><КПП>773601001</КПП>
{}</Контрагент>"""
ROMASHKA_ID = "5d1b7c9e-0000-11f0-8000-0050560a0001"


def simple(external_id: str, name: str, more: str = "") -> str:
    return f"<Контрагент><Ид>{external_id}</Ид><Наименование>{name}</Наименование>{more}</Контрагент>"


def listed(*contractors: str, attributes: str = "", around: str = "") -> str:
    """A file with a list of contractors."""
    return (
        f'<КоммерческаяИнформация ВерсияСхемы="2.08" {attributes}>{around}'
        f"<Контрагенты>{''.join(contractors)}</Контрагенты></КоммерческаяИнформация>"
    )


def ordered(*contractors: str) -> str:
    """A file with an order of these contractors."""
    return (
        '<КоммерческаяИнформация ВерсияСхемы="2.05"><Документ><Ид>D1</Ид><Роль>Продавец</Роль>'
        f"<Контрагенты>{''.join(contractors)}</Контрагенты></Документ></КоммерческаяИнформация>"
    )


def connect(
    folder: Path,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = lambda _seconds: None,
    **options: Any,
) -> CommerceMLEndpoint:
    """Open the folder."""
    values = {"folder": str(folder), "settle_seconds": 0, **options}
    checked = parse_options(ADAPTER.options, values, connection="erp")
    endpoint: Any = ADAPTER.open(checked, Context(connection="erp", sleep=sleep, now=now))
    assert isinstance(endpoint, CommerceMLEndpoint)
    return endpoint


class Got(msgspec.Struct, frozen=True):
    """One whole read."""

    pages: list[Page]

    @property
    def ids(self) -> list[str]:
        return [item.external_id for page in self.pages for item in page.records if isinstance(item, Record)]

    @property
    def records(self) -> list[Record]:
        return [item for page in self.pages for item in page.records if isinstance(item, Record)]

    @property
    def rejected(self) -> list[Rejected]:
        return [item for page in self.pages for item in page.records if isinstance(item, Rejected)]

    @property
    def proof(self) -> Proof:
        assert self.pages[-1].end is not None
        return self.pages[-1].end

    @property
    def cursor(self) -> str | None:
        return self.pages[-1].cursor


def read(endpoint: CommerceMLEndpoint, cursor: str | None = None, *, full: bool = False) -> Got:
    return Got(list(endpoint.read(cursor, full=full)))


def drop(folder: Path, document: str, name: str = "a.xml", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(document.encode(encoding))
    return path


def understood(folder: Path, contractor: str, **options: Any) -> Contractor:
    """The one contractor of a list, understood."""
    drop(folder, listed(contractor))
    endpoint = connect(folder, **options)
    (record,) = read(endpoint).records
    return endpoint.parse(record).contractor


def names(folder: Path, place: str = "") -> list[str]:
    """Names of the files in a subfolder, without those that syncd keeps for itself."""
    where = folder / place
    return sorted(p.name for p in where.iterdir() if p.is_file() and p.name[0] != ".") if where.is_dir() else []
