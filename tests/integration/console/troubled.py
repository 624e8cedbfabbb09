"""A house in which much needs a person, with long names in several alphabets."""

from __future__ import annotations

from syncd.domain.contractor import Address, Contractor, Employee
from syncd.sync.attention import assign, comment, snooze
from tests.fixtures.contractors import firm
from tests.integration.pipeline.house import House

__all__ = ["LONG", "trouble"]

LONG = (
    "Przedsiębiorstwo Wielobranżowe „Łódź-Bud” Spółka z ograniczoną odpowiedzialnością Spółka komandytowa",
    "Общество с ограниченной ответственностью «Северсталь-Метиз Рога и Копыта»",
    "Établissements Éclair & Fils S.A.R.L. <b>Paris</b>",
)


def trouble(house: House) -> House:
    """Conflicts, unknown and contradicting countries, unusable records, a match that nobody can make, log-ins."""
    ids = [house.erp.add(firm(f"A{n}", name=LONG[n % 3] if n < 3 else f"Żubr {n}")) for n in range(5)]
    house.settle()
    in_shop = {one.contractor.number: id_ for id_, one in house.shop.holds().items()}
    for n, id_ in enumerate(ids[:4]):
        house.erp.edit(id_, name=f"{LONG[n % 3]} w ERP")
    for n in range(4):  # by their numbers: in which order they were made there is up to threads
        house.shop.edit(in_shop[f"A{n}"], name=f"{LONG[n % 3]} (sklep)")
    house.run("erp")
    house.run("shop")
    for n, stated in enumerate(("Szkocja", "Szkocja", "Atlantyda", "Walia")):
        house.erp.add(firm(f"B{n}", name=f"Nieznany kraj {n}", country=stated))
    house.erp.add(firm("C1", name="Kowal S.A.", country="DE"))
    spoiled = [house.erp.add(firm(f"D{n}")) for n in range(2)]
    for id_ in spoiled:
        house.erp.spoil(id_)
    staff = (Employee(name="Anna", email="anna@a.example"), Employee(name="Jan", email="jan@a.example"))
    house.erp.add(firm("E1", name="Bez domyślnego loginu", employees=staff))
    house.run("erp")
    house.settle()
    street = Address(street="Piotrkowska 104a", postal_code="90-926", city="Łódź", country="PL")
    house.erp.add(firm("F1", name="Kowalscy", email="biuro@kowalscy.example", addresses=(street,)))
    house.run("erp")
    for name in ("Jeden", "Drugi"):
        house.shop.add(Contractor(name=name, country="PL", email="biuro@kowalscy.example", addresses=(street,)))
    house.run("shop")
    assign(house.app, 1, "operator", by="console:admin")
    comment(house.app, 1, "Asked the customer on Monday.\nShe calls back.", by="console:operator")
    snooze(house.app, 4, house.now.replace(year=house.now.year + 1), by="console:operator")
    house.pass_time(hours=30)
    return house
