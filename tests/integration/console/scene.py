"""A shop's ordinary Monday: what does a console look like when there is something on every page?

Two ERPs and two shops of four platforms, customers of four countries with the names that firms have, groups in
colours, blocked ones, conflicts, failures, a plan that a limit holds, a day of runs, and people who did things. The
pictures of the manual are drawn of it, and `make test` looks at its pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from syncd.access import tokens, users, views
from syncd.access.passwords import hash_password
from syncd.access.roles import Role
from syncd.certify.faults import Fault
from syncd.certify.sandbox import Sandbox
from syncd.domain.contractor import Address, AddressKind, Consent, Contractor, Employee
from syncd.domain.groups import GroupRule, Match
from syncd.domain.side import Side
from syncd.ports import Endpoint, Page
from syncd.registry.audit import write_down
from syncd.registry.engine import writing
from syncd.registry.presence import say_alive
from syncd.registry.tables import Issue, Push, Run
from syncd.settings import RouteSettings
from syncd.sync import erase
from syncd.sync.attention import assign, comment
from syncd.sync.bulk import carry_out, ids_of, open_operation
from syncd.sync.connecting.pausing import pause
from syncd.sync.groups.names import list_groups, set_color
from syncd.sync.groups.own import create_group
from syncd.sync.groups.rules import add_rule
from syncd.sync.imports.batch import plan_import
from syncd.sync.mode import Mode
from syncd.sync.request import request_run
from syncd.trial.house import House, open_house
from tests.fixtures.contractors import tax_id
from tests.fixtures.registries import bare
from tests.integration.pipeline.house import Through

__all__ = ["PEOPLE", "monday", "pages"]

_PASSWORD: Final = "several unrelated words indeed"
PEOPLE: Final = {"anna": Role.ADMIN, "piotr": Role.OPERATOR, "olga": Role.VIEWER}
_BEGINNING: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_SIDES: Final = {"optima": Side.ERP, "1c": Side.ERP, "esklep": Side.SHOP, "insales": Side.SHOP}
_ROUTES: Final = [RouteSettings(erp="optima", shop="esklep"), RouteSettings(erp="1c", shop="insales")]
_COLORS: Final = {"Hurt": "#206bc4", "VIP": "#d63939", "Darmowa dostawa": "#2fb344", "Опт": "#ae3ec9"}

_POLISH: Final = (
    ("Przedsiębiorstwo Wielobranżowe „Łódź-Bud” Spółka z ograniczoną odpowiedzialnością Sp. k.", "Łódź"),
    ("Żubr Hurtownia Napojów Sp. j.", "Białystok"), ("Gęśla i Wspólnicy S.A.", "Kraków"),
    ("Stolarnia Dąb", "Zakopane"), ("Kowalscy Handel Detaliczny", "Świdnica"),
    ("Apteka „Pod Lwem”", "Poznań"), ("Cukiernia Słodka Jagódka", "Toruń"),
    ("Elektro-Świat Kwiatkowski", "Gdańsk"), ("Zakład Ślusarski Źrebiec", "Rzeszów"),
    ("Ogrody Jaśmin", "Lublin"), ("Drukarnia Wielka Litera", "Szczecin"), ("Rowery Górskie Ćwik", "Wrocław"),
    ("Piekarnia Chrupka", "Opole"), ("Meble Kuchenne Sęk", "Kielce"), ("Optyk Bystre Oko", "Olsztyn"),
    ("Zielarnia Mięta", "Zamość"), ("Auto-Części Tłok", "Radom"), ("Tkaniny Jedwab", "Bielsko-Biała"),
    ("Hotel Pod Świerkiem", "Karpacz"), ("Księgarnia Akapit", "Tarnów"), ("Szkółka Leśna Buk", "Suwałki"),
    ("Wędliny Swojskie Boczek", "Płock"), ("Sklep Żeglarski Grot", "Giżycko"), ("Kwiaciarnia Piwonia", "Gniezno"),
)  # fmt: skip
_ABROAD: Final = (
    ("Établissements Éclair & Fils", "FR", "FR", "40303265045", "Lyon"),
    ("Müller Söhne GmbH & Co. KG", "DE", "DE", "136695976", "Köln"),
    ("Ferramenta Città Alta S.r.l.", "IT", "IT", "07643520567", "Bergamo"),
    ("Zürcher Werkzeug AG", "CH", "", "", "Zürich"),
)
_RUSSIAN: Final = (
    "Общество с ограниченной ответственностью «Северсталь-Метиз»", "ООО «Рога и Копыта»", "ИП Щукина Ольга Юрьевна",
    "ООО «Ёлочка»", "АО «Балтийский хлеб»", "ООО «Чайный дом Жемчужина»", "ИП Быков А. С.", "ООО «Фарфор»",
)  # fmt: skip


class _Slow(Through):
    """A side that takes some seconds for each page."""

    def __init__(self, house: House[Any], inner: Endpoint) -> None:
        super().__init__(inner)
        self._house = house

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for part in self.inner.read(cursor, full=full):
            self._house.pass_time(seconds=3 + len(part.records) / 2)
            yield part


def _run(house: House[Any], name: str, mode: Mode = "incremental", *, by: str = "schedule") -> None:
    house.pass_time(seconds=1)
    run_id = request_run(house.app, house.app.connection(name), mode=mode, asked_by=by)
    if run_id is None:
        raise LookupError(f"{name} takes no run now")
    house.execute(run_id)


def _firm(number: int) -> Contractor:
    name, city = _POLISH[number % len(_POLISH)]
    if number >= len(_POLISH):
        name = f"{name.split()[0]} {city} {number}"
    groups = (("Hurt", "VIP"), ("Hurt",), ("Hurt", "Darmowa dostawa"), ())[number % 4]
    return Contractor(
        name=name, number=f"KH/{number + 1:04}", country="PL", tax_prefix="PL", tax_id=tax_id(number * 37),
        email=f"biuro{number + 1}@klient.example", phones=(f"+48 600 100 {200 + number}",), groups=groups,
        caretaker=("Anna Nowak-Kowalska", "Piotr Wiśniewski")[number % 2],
        addresses=(Address(street=f"ul. Piotrkowska {number + 1}", city=city, postal_code="90-430", country="PL"),),
        employees=(Employee(name="Jan Kowalski", email=f"jan{number + 1}@klient.example", default_login=True),),
    )  # fmt: skip


def _first() -> Contractor:
    """The one whose page is shown: with everything that a customer can have."""
    return Contractor(
        name=_POLISH[0][0], number="KH/0001", country="PL", tax_prefix="PL", tax_id="5260250274",
        email="biuro@lodz-bud.example", phones=("+48 600 100 200", "+48 42 555 01 23"), groups=("Hurt", "VIP"),
        website="https://lodz-bud.example", caretaker="Anna Nowak-Kowalska", newsletter=True,
        consents=(Consent(kind="newsletter", given=True, at=_BEGINNING - timedelta(days=300), source="formularz"),),
        employees=(
            Employee(name="Zażółć Gęślą", email="zazolc.gesla@lodz-bud.example", default_login=True),
            Employee(name="Jan Kowalski", email="jan@lodz-bud.example", phone="+48 600 100 201"),
        ),
        addresses=(
            Address(street="ul. Piotrkowska 123/45", city="Łódź", postal_code="90-430", country="PL"),
            Address(kind=AddressKind.DELIVERY, name="Magazyn nr 2", street="ul. Składowa 7", city="Zgierz",
                    postal_code="95-100", country="PL"),
        ),
    )  # fmt: skip


def _customers(house: House[Any]) -> list[str]:
    """Let both ERPs state their customers; answer the names that the first one gives its own."""
    optima, onec = house.sides["optima"], house.sides["1c"]
    ids = [optima.add(_first()), *(optima.add(_firm(number)) for number in range(1, 52))]
    for number, (name, country, prefix, id_, city) in enumerate(_ABROAD, 60):
        here = Address(street="1", city=city, postal_code="10115", country=country)
        optima.add(
            Contractor(
                name=name, number=f"KH/{number:04}", country=country, tax_prefix=prefix, tax_id=id_,
                email=f"info{number}@klient.example", groups=("Export",), addresses=(here,),
            )
        )  # fmt: skip
    for number, name in enumerate(_RUSSIAN, 1):
        here = Address(street=f"Невский проспект {number}", city="Санкт-Петербург", postal_code="191025", country="RU")
        onec.add(
            Contractor(
                name=name, number=f"ЦБ-{number:05}", country="RU", email=f"zakaz{number}@klient.example",
                phones=(f"+7 921 555 01 {number:02}",), groups=(("Опт",), ("Опт", "VIP"), ())[number % 3],
                addresses=(here,),
            )
        )  # fmt: skip
    return ids


def _by_name(side: Sandbox, name: str) -> str:
    return next(id_ for id_, remote in side.holds().items() if remote.contractor.name == name)


def _people(house: House[Any]) -> None:
    app = house.app
    hashed = hash_password(_PASSWORD)
    with writing(app.engine) as connection:
        ids = {
            name: users.store(connection, name, role, hashed, by="cli:root", now=app.now())
            for name, role in PEOPLE.items()
        }
        wholesale = views.Query(filter="group:has:Hurt AND status:eq:active", sort="-changed")
        views.keep(connection, ids["anna"], "Hurt PL", wholesale, shared=True, now=app.now())
        blocked = views.Query(filter="status:in:blocked,blocked_by_erp")
        views.keep(connection, ids["anna"], "Zablokowani", blocked, shared=False, now=app.now())
    tokens.create(
        app.engine, "monitoring", user="anna", scopes=["read"], expires_at=app.now() + timedelta(days=90),
        by="console:anna", now=app.now(),
    )  # fmt: skip


def _groups(house: House[Any]) -> None:
    app = house.app
    known = {row.name for row in list_groups(app)}
    for name, color in _COLORS.items():
        if name in known:
            set_color(app, name, color, by="console:anna")
    create_group(app, "Targi 2026", by="console:anna", label="Targi", color="#f76707")
    operation = open_operation(app, "group-add", "Targi 2026", by="console:anna")
    carry_out(app, operation, ids_of([f"K{number:06}" for number in range(2, 9)]), by="console:anna", approved=True)
    for match, pattern, target, priority in (
        (Match.EQUALS, "Hurt", "Hurtownie", 0),
        (Match.CONTAINS, "VIP", "Klienci kluczowi", 10),
    ):
        rule = GroupRule(match=match, pattern=pattern, target=target, priority=priority)
        add_rule(app, "optima", "esklep", rule, by="console:anna")


def _day(house: House[Any], ids: list[str]) -> None:
    """A day of runs: most of them change little."""
    optima = house.sides["optima"]
    for hour in range(8):
        optima.edit(ids[10 + hour], phones=(f"+48 601 200 {300 + hour}",))
        if hour % 4 == 0:
            optima.add(_firm(70 + hour))
        _run(house, "optima")
        house.push()
        if hour % 3 == 0:
            _run(house, "1c")
            house.push()
        house.pass_time(hours=1)


def _troubles(house: House[Any], ids: list[str]) -> None:
    """What needs a person, and what a side refused."""
    app = house.app
    optima, esklep = house.sides["optima"], house.sides["esklep"]
    for name, ours, theirs in (
        (_POLISH[2][0], "Gęśla i Synowie S.A.", "Gesla SA"),
        (_POLISH[3][0], "Stolarnia Dąb i Jesion", "Stolarnia Dab"),
    ):
        there = _by_name(esklep, name)
        optima.edit(_by_name(optima, name), name=ours)
        esklep.edit(there, name=theirs)
    _run(house, "optima")
    _run(house, "esklep", "full", by="console:piotr")
    house.push()
    for id_ in ids[20:23]:
        optima.edit(id_, active=False)
    _run(house, "optima")
    house.push()
    for number, stated in enumerate(("Szkocja", "Atlantyda", "Walia")):
        optima.add(Contractor(name=f"Nowy klient {number + 1}", number=f"KH/09{number:02}", country=stated))
    for number in (24, 25, 26):
        optima.edit(ids[number], email=f"nowy{number}@klient.example", website=f"https://klient{number}.example")
    _run(house, "optima")
    esklep.faults.plan(*(Fault(kind="status", status=422, only="write") for _ in range(2)))
    house.push()
    house.pass_time(minutes=7)
    optima.edit(ids[0], phones=("+48 600 100 299",), active=False)
    _run(house, "optima")
    house.push()
    operation = open_operation(app, "block", "", note="", by="console:piotr")
    carry_out(app, operation, ids_of(["K000012", "K000013"]), by="console:piotr", approved=True)
    house.push()
    house.sides["insales"].faults.plan(*(Fault(kind="status", status=401) for _ in range(6)))
    _run(house, "insales")
    house.sides["insales"].faults.clear()
    assign(app, 1, "piotr", by="console:anna")
    comment(app, 1, "Dzwoniłam w poniedziałek, oddzwonią.", by="console:anna")


def _deeds(house: House[Any], ids: list[str]) -> None:
    """An import that waits, an erasure, a pause, and a plan that a limit holds."""
    app = house.app
    rows = "".join(f"K{number:06};anna-{number};Hurt\n" for number in range(30, 34))
    data = f"code;username;emial\n{rows}K000999;nikt;\n".encode()
    plan_import(app, data, source="klienci-hurtowi-2026-11.csv", by="console:piotr")
    erase.erase(app, 40, by="console:anna")
    house.finish()
    house.push()
    pause(app, app.connection("1c"), by="console:anna", reason="Обновление 1С до пятницы")
    with writing(app.engine) as connection:
        reason = "Nowa hurtownia „Łódź-Bud” przenosi swoich odbiorców"
        write_down(connection, app.now(), "console:anna", "approve-plan", "run 12", reason=reason)
    for id_ in ids[30:52]:
        house.sides["optima"].edit(id_, active=False)
    for number in range(4, 8):
        house.sides["optima"].edit(ids[number], groups=("VIP", "Nowa"), phones=(f"+48 602 300 {400 + number}",))
    _run(house, "optima")
    house.pass_time(minutes=3)
    for name, role in (("worker@syncd-1", "worker"), ("beat@syncd-1", "beat"), ("tick", "tick")):
        say_alive(app.engine, name, role, now=app.now())


@contextmanager
def monday(folder: Path) -> Iterator[House[Any]]:
    """The house on that Monday; its files are in the folder."""
    database = folder / "registry.db"
    database.write_bytes(bare())
    kinds = {"optima": "optima", "1c": "commerceml", "esklep": "esklep", "insales": "insales"}
    with open_house(
        f"sqlite:///{database}", folder=folder, sides=_SIDES, kinds=kinds, routes=_ROUTES, beginning=_BEGINNING
    ) as house:
        ids = _customers(house)
        house.settle()
        for name in _SIDES:
            house.through(name, partial(_Slow, house))
        _people(house)
        _groups(house)
        house.settle()
        _day(house, ids)
        _troubles(house, ids)
        _deeds(house, ids)
        yield house


def pages(house: House[Any]) -> dict[str, str]:
    """The pages worth a picture: name and address. The log-in is for whoever is not logged in."""
    runs = house.rows(Run)
    held = next(row["id"] for row in reversed(runs) if row["state"] == "held")
    refused = next(row for row in house.rows(Push) if row["error_code"] == "invalid-record")
    run, customer = refused["run_id"], refused["contractor_id"]
    line = next(row for row in house.lines(run) if row["contractor_id"] == customer)
    conflict = next(row["id"] for row in house.rows(Issue) if row["code"] == "edit-conflict")
    return {
        "log-in": "/log-in",
        "dashboard": "/",
        "connections": "/connections",
        "connection": "/connections/esklep",
        "new-connection": "/connections/new",
        "runs": "/runs",
        "run": f"/runs/{run}",
        "record": f"/runs/{run}/records/{line['seq']}",
        "customers": "/customers",
        "customer": "/customers/K000001",
        "groups": "/groups",
        "mapping": "/groups/mapping",
        "attention": "/attention",
        "issue": f"/attention/{conflict}",
        "plans": "/plans",
        "plan": f"/plans/{held}",
        "import": "/customers/import",
        "settings": "/settings/limits",
        "webhooks": "/settings/notifications",
        "audit": "/audit",
        "users": "/users",
        "profile": "/profile",
    }
