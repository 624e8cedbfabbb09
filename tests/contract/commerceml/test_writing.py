"""Does a change reach 1C with no more than what changed, and is it told apart what waits, was fetched, was refused?"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.commerceml import CommerceMLEndpoint
from adapters.commerceml.addresses import country_name
from adapters.commerceml.simulated.dialect import Dialect
from adapters.commerceml.simulated.operator import card_of
from adapters.commerceml.simulator import CommerceMLSandbox, simulate
from syncd import xml
from syncd.domain.contractor import Account, Address, AddressKind, Contractor, Kind
from syncd.domain.country.codes import COUNTRIES
from syncd.domain.country.normal import as_code
from syncd.errors import Misconfigured, NotFound, Unavailable, Unstorable
from tests.contract.commerceml.conftest import opened
from tests.contract.commerceml.hands import ROMASHKA, ROMASHKA_ID, connect, drop, listed, names, ordered, read, simple

NEW = Contractor(
    name="ООО «Новая»",
    tax_id="7707083893",
    registrations={"kpp": "773601001"},
    email="a@example.ru",
    addresses=(Address(street="ул. Ленина, д. 5 корп. 2, кв. 7", city="Москва", country="RU"),),
)
FAX = "<Контакт><Тип>Факс</Тип><Значение>9</Значение></Контакт>"
PHONE = "<Контакт><Тип>Телефон мобильный</Тип><Значение>+7 1</Значение></Контакт>"


def outbox(folder: Path) -> list[xml.Element]:
    """Contractors that lie in the outbox."""
    return [
        contractor
        for path in sorted((folder / "outbox").glob("*.xml"))
        for contractor in xml.children(xml.parse(path.read_bytes()), "Контрагенты/Контрагент")
    ]


def stated(folder: Path) -> dict[str, str]:
    """Single elements of the one contractor in the outbox."""
    (contractor,) = outbox(folder)
    return {str(child.tag): child.text or "" for child in contractor if not len(child)}


def known(folder: Path, contractor: str = ROMASHKA.format(""), **options: Any) -> CommerceMLEndpoint:
    """A connection that has read one contractor."""
    drop(folder, listed(contractor))
    endpoint = connect(folder, writes="outbox", **options)
    read(endpoint)
    return endpoint


def update(endpoint: CommerceMLEndpoint, external_id: str = ROMASHKA_ID, **changes: Any) -> Contractor:
    remote = endpoint.get(external_id)
    return endpoint.update(remote, msgspec.structs.replace(remote.contractor, **changes)).contractor


def test_without_the_option_nothing_is_written(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    assert endpoint.capabilities.writes == frozenset()
    with pytest.raises(Misconfigured, match='writes = "exchange"'):
        endpoint.create(NEW)


def test_a_new_contractor_is_stated_as_1c_has_it(tmp_path: Path) -> None:
    made = connect(tmp_path, writes="outbox").create(NEW)
    (contractor,) = outbox(tmp_path)
    assert len(made.external_id) <= 40
    assert stated(tmp_path) == {
        "Ид": made.external_id,
        "Наименование": "ООО «Новая»",
        "ОфициальноеНаименование": "ООО «Новая»",
        "ИНН": "7707083893",
        "КПП": "773601001",
        "Роль": "Покупатель",
    }
    fields = dict(
        zip(
            xml.texts(contractor, "ЮридическийАдрес/АдресноеПоле/Тип"),
            xml.texts(contractor, "ЮридическийАдрес/АдресноеПоле/Значение"),
            strict=True,
        )
    )
    assert fields == {
        "Страна": "Россия",
        "Город": "Москва",
        "Улица": "ул. Ленина",
        "Дом": "5",
        "Корпус": "2",
        "Квартира": "7",
    }


def test_the_same_contractor_gets_the_same_id_twice(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, writes="outbox")
    assert endpoint.create(NEW).external_id == endpoint.create(NEW).external_id
    assert len(outbox(tmp_path)) == 1


def test_an_update_says_what_changed_and_what_1c_finds_the_contractor_by(tmp_path: Path) -> None:
    update(known(tmp_path), notes="важно")
    assert stated(tmp_path) == {
        "Ид": ROMASHKA_ID,
        "Наименование": "Ромашка",
        "ИНН": "7707083893",
        "КПП": "773601001",
        "Комментарий": "важно",
        "Роль": "Покупатель",
    }


def test_what_was_emptied_is_said_as_an_empty_element(tmp_path: Path) -> None:
    endpoint = known(tmp_path, ROMASHKA.format("<Комментарий>а</Комментарий><ОКПО>00032537</ОКПО>"))
    update(endpoint, notes="", registrations={"kpp": "773601001"})
    assert (stated(tmp_path)["Комментарий"], stated(tmp_path)["ОКПО"]) == ("", "")
    assert endpoint.get(ROMASHKA_ID).contractor.notes == ""


def test_a_short_name_of_its_own_stays_and_one_that_was_the_same_follows(tmp_path: Path) -> None:
    update(known(tmp_path), name="ООО «Лютик»")
    assert (stated(tmp_path)["Наименование"], stated(tmp_path)["ОфициальноеНаименование"]) == ("Ромашка", "ООО «Лютик»")


def test_contacts_that_syncd_does_not_read_stay_when_others_change(tmp_path: Path) -> None:
    endpoint = known(tmp_path, ROMASHKA.format(f"<Контакты>{FAX}{PHONE}</Контакты>"))
    update(endpoint, email="b@example.ru")
    (contractor,) = outbox(tmp_path)
    contacts = xml.texts(contractor, "Контакты/Контакт/Тип")
    assert sorted(contacts) == ["Почта", "Телефон мобильный", "Факс"]


def test_a_composite_id_is_given_back_as_it_was(tmp_path: Path) -> None:
    update(known(tmp_path, simple("17#a@b.ru#Анна", "Анна")), "17", notes="важно")
    assert stated(tmp_path)["Ид"] == "17#a@b.ru#Анна"


def test_older_schemes_get_wrapped_requisites_and_the_older_contacts(tmp_path: Path) -> None:
    connect(tmp_path, writes="outbox", style="wrapped", scheme="2.04").create(NEW)
    (contractor,) = outbox(tmp_path)
    assert xml.text(contractor, "РеквизитыЮрЛица/ИНН") == "7707083893"
    assert xml.text(contractor, "Контакты/КонтактнаяИнформация/КонтактВид") == "Почта"
    (path,) = (tmp_path / "outbox").glob("*.xml")
    assert xml.text(xml.parse(path.read_bytes()), "@ВерсияСхемы") == "2.04"


def test_in_an_order_the_contractor_is_the_buyer_and_the_order_is_the_same_when_asked_again() -> None:
    with simulate(options={"carrier": "order"}) as sandbox:
        opened(sandbox).create(NEW)
        client = sandbox.post.client()
        first, second = (xml.parse(client.query()) for _ in range(2))
        client.close()
    assert xml.text(first, "Документ/ХозОперация") == "Заказ товара"
    assert xml.text(first, "Документ/Контрагенты/Контрагент/Роль") == "Покупатель"
    assert xml.text(first, "Документ/Ид") == xml.text(second, "Документ/Ид")


UNSTORABLE: dict[str, tuple[dict[str, Any], str]] = {
    "a foreign tax number": ({"tax_id": "136695976", "tax_prefix": "DE"}, "tax_id"),
    "a tax number of 11 digits": ({"tax_id": "77070838931"}, "tax_id"),
    "a person's ИНН of 10 digits": ({"kind": Kind.PERSON, "registrations": {}}, "tax_id"),
    "a person's КПП": ({"kind": Kind.PERSON, "tax_id": ""}, "registrations"),
    "a name of 256 characters": ({"name": "Ж" * 256}, "name"),
    "a control character in the name": ({"name": "А\x0bБ"}, "name"),
    "a control character in a phone": ({"phones": ("1\x02",)}, "email"),
    "a delivery address": ({"addresses": (Address(kind=AddressKind.DELIVERY, street="А"),)}, "addresses"),
    "two main addresses": ({"addresses": (Address(street="А"), Address(street="Б"))}, "addresses"),
}


@pytest.mark.parametrize(("changes", "field"), UNSTORABLE.values(), ids=UNSTORABLE.keys())
def test_what_has_no_room_is_refused_by_its_field_and_never_cut(
    tmp_path: Path, changes: dict[str, Any], field: str
) -> None:
    endpoint = connect(tmp_path, writes="outbox")
    with pytest.raises(Unstorable) as caught:
        endpoint.create(msgspec.structs.replace(NEW, **changes))
    assert (caught.value.field, bool(caught.value.cure)) == (field, True)
    assert names(tmp_path, "outbox") == []


def test_further_addresses_are_left_where_they_are_by_option(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, writes="outbox", more_addresses="leave")
    delivery = Address(kind=AddressKind.DELIVERY, street="Склад")
    made = endpoint.create(msgspec.structs.replace(NEW, addresses=(*NEW.addresses, delivery)))
    assert made.contractor.addresses == NEW.addresses


def test_a_foreign_tax_number_goes_into_its_property(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, writes="outbox", properties={"tax_id": "НалоговыйНомер"})
    made = endpoint.create(Contractor(name="Müller", tax_id="136695976", tax_prefix="DE"))
    assert (made.contractor.tax_prefix, made.contractor.tax_id) == ("DE", "136695976")
    (contractor,) = outbox(tmp_path)
    assert xml.texts(contractor, "ЗначенияРеквизитов/ЗначениеРеквизита/Значение") == ["DE136695976"]
    assert xml.texts(contractor, "ИНН") == []


@pytest.mark.parametrize(("kind", "tag"), [(Kind.ORGANISATION, "БИН"), (Kind.PERSON, "ИИН")])
def test_a_kazakh_number_goes_into_its_element(tmp_path: Path, kind: Kind, tag: str) -> None:
    main = Address(street="Абая 1", country="KZ")
    endpoint = connect(tmp_path, writes="outbox")
    endpoint.create(Contractor(name="ТОО", kind=kind, tax_id="100140010964", addresses=(main,)))
    assert stated(tmp_path)[tag] == "100140010964"


def test_every_country_is_written_so_that_it_reads_the_same() -> None:
    assert [code for code in sorted(COUNTRIES) if as_code(country_name(code)) != code] == []


@pytest.mark.parametrize(
    "street",
    [
        "ул. Ленина, д. 5",
        "ул. Ленина, д. 5 корп. 2, кв. 7",
        "Długa 5/7",
        "ул. 8 Марта",
        "Bahnhofstr. 1a",
        "Main Street 5, floor 3",
        "а/я 17\nОфис 3",
        "12 rue de la Paix",
    ],
)
@pytest.mark.parametrize("country", ["", "RU", "PL", "GB", "FR"])
def test_a_street_comes_back_as_it_was_whatever_it_was_split_into(tmp_path: Path, street: str, country: str) -> None:
    endpoint = connect(tmp_path, writes="outbox")
    address = Address(street=street, city="Г", country=country)
    assert endpoint.create(Contractor(name="А", addresses=(address,))).contractor.addresses == (address,)


def test_an_account_that_did_not_change_keeps_what_syncd_does_not_read(tmp_path: Path) -> None:
    bank = "<Банк><Наименование>С</Наименование><БИК>044525225</БИК><SWIFT>SABRRUMM</SWIFT></Банк>"
    accounts = f"<РасчетныеСчета><РасчетныйСчет><НомерСчета>40702</НомерСчета>{bank}</РасчетныйСчет></РасчетныеСчета>"
    endpoint = known(tmp_path, ROMASHKA.format(accounts))
    (old,) = endpoint.get(ROMASHKA_ID).contractor.accounts
    update(endpoint, accounts=(old, Account(iban="KZ86125KZT5004100100")))
    (contractor,) = outbox(tmp_path)
    assert xml.texts(contractor, "РасчетныеСчета/РасчетныйСчет/Банк/SWIFT") == ["SABRRUMM"]
    assert xml.texts(contractor, "РасчетныеСчета/РасчетныйСчет/НомерСчета") == ["40702", "KZ86125KZT5004100100"]


def test_an_admins_edit_in_1c_and_a_change_that_waits_both_live(tmp_path: Path) -> None:
    endpoint = known(tmp_path)
    update(endpoint, notes="из магазина")
    drop(tmp_path, listed(ROMASHKA.format("<ОКПО>00032537</ОКПО>")), "b.xml")
    (record,) = read(endpoint, str((1 << 32) - 1 + (1 << 32))).records
    told = endpoint.parse(record).contractor
    assert (told.notes, told.registrations["okpo"]) == ("из магазина", "00032537")


def test_what_waits_gathers_in_one_file_with_all_changes(tmp_path: Path) -> None:
    endpoint = known(tmp_path)
    update(endpoint, notes="важно")
    update(endpoint, email="b@example.ru")
    (contractor,) = outbox(tmp_path)
    assert xml.text(contractor, "Комментарий") == "важно"
    assert xml.text(contractor, "Контакты/Контакт/Значение") == "b@example.ru"


def test_a_crash_before_the_file_was_written_is_made_up_for(tmp_path: Path) -> None:
    endpoint = known(tmp_path)
    update(endpoint, notes="важно")
    for path in (tmp_path / "outbox").iterdir():
        path.unlink()
    endpoint._pending.note(ROMASHKA_ID, None)  # type: ignore[arg-type]  # as if it had not come so far
    read(endpoint)
    assert stated(tmp_path)["Комментарий"] == "важно"


def test_what_was_offered_over_http_and_not_fetched_goes_into_the_outbox_when_that_is_chosen(tmp_path: Path) -> None:
    with simulate() as sandbox:
        opened(sandbox).create(NEW)
        client = sandbox.post.client()
        client.query()
        client.close()
        read(connect(sandbox.folder, writes="outbox"))
        assert xml.texts(outbox(sandbox.folder)[0], "ИНН") == ["7707083893"]


def test_a_file_that_is_gone_was_fetched(tmp_path: Path) -> None:
    endpoint = known(tmp_path)
    update(endpoint, notes="важно")
    assert endpoint.check().detail == "0 files wait in the folder, 1 change waits for 1C"
    for path in (tmp_path / "outbox").iterdir():
        path.unlink()
    read(endpoint)
    assert endpoint.check().detail == "0 files wait in the folder, 0 changes wait for 1C"
    assert endpoint.check().warnings == ("1 change that 1C fetched is unconfirmed, since 0 h",)


def fetched(folder: Path, endpoint: CommerceMLEndpoint) -> None:
    for path in (folder / "outbox").iterdir():
        path.unlink()
    read(endpoint)


def test_the_next_file_confirms_or_takes_back_what_was_fetched(tmp_path: Path) -> None:
    endpoint = known(tmp_path)
    cursor = read(endpoint).cursor
    update(endpoint, notes="важно")
    fetched(tmp_path, endpoint)
    assert endpoint.get(ROMASHKA_ID).contractor.notes == "важно"
    drop(tmp_path, listed(ROMASHKA.format("")), "b.xml")
    # 1C says what it said before: it did not take the change, and that is news.
    assert read(endpoint, cursor).ids == [ROMASHKA_ID]
    assert endpoint.get(ROMASHKA_ID).contractor.notes == ""
    assert endpoint.check().warnings == ()


def test_an_order_that_does_not_mention_it_leaves_a_fetched_change_taken(tmp_path: Path) -> None:
    endpoint = known(tmp_path)
    update(endpoint, notes="важно")
    fetched(tmp_path, endpoint)
    drop(tmp_path, ordered(simple(ROMASHKA_ID, "Ромашка")), "b.xml")
    read(endpoint)
    assert endpoint.get(ROMASHKA_ID).contractor.notes == "важно"


def test_a_file_from_before_1c_fetched_is_no_answer(tmp_path: Path) -> None:
    endpoint = known(tmp_path)
    update(endpoint, notes="важно")
    fetched(tmp_path, endpoint)
    os.utime(drop(tmp_path, listed(ROMASHKA.format("")), "b.xml"), (1_000_000, 1_000_000))
    read(endpoint)
    assert endpoint.get(ROMASHKA_ID).contractor.notes == "важно"


def test_one_that_1c_refused_to_make_is_gone_with_its_next_list() -> None:
    with simulate() as sandbox:
        endpoint = opened(sandbox)
        made = endpoint.create(msgspec.structs.replace(NEW, registrations={"kpp": "wrong"}))
        sandbox.fetch()
        assert sandbox.refused
        assert endpoint.get(made.external_id).contractor.name == "ООО «Новая»"
        sandbox.add(Contractor(name="Другая"))
        read(endpoint)
        with pytest.raises(NotFound):
            endpoint.get(made.external_id)


def test_one_that_waits_is_in_a_full_read_and_not_missing() -> None:
    with simulate() as sandbox:
        endpoint = opened(sandbox)
        sandbox.add(Contractor(name="Другая"))
        made = endpoint.create(NEW)
        sandbox.send([])
        got = read(endpoint, full=True)
        assert (made.external_id in got.ids, got.proof.complete) == (True, True)


def test_a_reference_that_1c_gives_of_its_own_is_known_by_the_tax_number() -> None:
    with simulate(adopts=False) as sandbox:
        endpoint = opened(sandbox)
        made = endpoint.create(NEW)
        sandbox.add(Contractor(name="Другая", country="RU", tax_id="7736207543"))
        (card,) = [card for card in sandbox.book.cards.values() if card.site]
        assert card.code != made.external_id
        got = read(endpoint, full=True)
        assert sorted(got.ids) == sorted({made.external_id, *sandbox.book.cards} - {card.code})
        sandbox.edit(made.external_id, notes="из 1С")
        read(endpoint)
        assert endpoint.get(made.external_id).contractor.notes == "из 1С"
        update(endpoint, made.external_id, email="b@example.ru")
        sandbox.fetch()
        assert sandbox.book.cards[card.code].contacts == (("Почта", "b@example.ru"),)
        assert len(sandbox.book.cards) == 2


def test_1c_finds_one_that_it_has_by_tax_number_and_makes_no_second() -> None:
    with simulate() as sandbox:
        endpoint = opened(sandbox)
        sandbox.book.add(card_of(msgspec.structs.replace(NEW, name="Старое имя", country="RU")))
        made = endpoint.create(NEW)
        sandbox.fetch()
        sandbox.send([])
        assert len(sandbox.book.cards) == 1
        assert read(endpoint, full=True).ids == [made.external_id]


def test_a_1c_that_knows_orders_only_leaves_lists_unconfirmed() -> None:
    with simulate(Dialect(rule=False)) as sandbox:
        endpoint = opened(sandbox)
        endpoint.create(NEW)
        assert sandbox.holds() == {}
        assert "unconfirmed" in endpoint.check().warnings[-1]


def test_the_mark_is_written_by_option_only(tmp_path: Path) -> None:
    assert "active" not in known(tmp_path).capabilities.writes
    endpoint = known(tmp_path, deletion_mark=True)
    assert not update(endpoint, active=False).active
    assert stated(tmp_path)["ПометкаУдаления"] == "true"


def test_writing_pauses_when_1c_fetches_nothing(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, writes="outbox", waiting_limit=1)
    endpoint.create(NEW)
    with pytest.raises(Unavailable) as caught:
        endpoint.create(Contractor(name="Вторая"))
    assert caught.value.code == "outbox-full"


def test_who_is_not_known_is_not_updated(tmp_path: Path) -> None:
    endpoint = known(tmp_path)
    remote = msgspec.structs.replace(endpoint.get(ROMASHKA_ID), external_id="x")
    with pytest.raises(NotFound, match="record x"):
        endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="Б"))


def test_a_change_for_one_that_1c_deleted_is_dropped_with_its_next_list(tmp_path: Path) -> None:
    endpoint = known(tmp_path, snapshot="*.xml")
    update(endpoint, notes="важно")
    drop(tmp_path, listed(simple("2", "Б")), "b.xml")
    read(endpoint)
    assert endpoint.check().detail.endswith("0 changes wait for 1C")


def test_unconfirmed_changes_are_counted_in_hours(tmp_path: Path) -> None:
    clock = [datetime.now(UTC)]
    drop(tmp_path, listed(ROMASHKA.format("")))
    endpoint = connect(tmp_path, writes="outbox", now=lambda: clock[0])
    read(endpoint)
    update(endpoint, notes="важно")
    fetched(tmp_path, endpoint)
    clock[0] += timedelta(hours=30)
    assert endpoint.check().warnings == ("1 change that 1C fetched is unconfirmed, since 30 h",)


def test_the_operators_of_both_sides_see_one_contractor(
    sandbox: CommerceMLSandbox, endpoint: CommerceMLEndpoint
) -> None:
    made = endpoint.create(NEW)
    sandbox.edit(made.external_id, notes="из 1С")
    (record,) = read(endpoint).records
    told = endpoint.parse(record).contractor
    assert (record.external_id, told.notes, told.tax_id) == (made.external_id, "из 1С", "7707083893")


@pytest.mark.parametrize(("separator", "groups"), [(";", ("Опт; VIP",)), ("|", ("Розница", "Опт|VIP"))])
def test_a_group_that_would_be_read_back_as_two_is_refused(
    tmp_path: Path, separator: str, groups: tuple[str, ...]
) -> None:
    endpoint = connect(tmp_path, writes="outbox", separator=separator, properties={"groups": "Сегмент"})
    with pytest.raises(Unstorable, match="parted") as caught:
        endpoint.create(msgspec.structs.replace(NEW, groups=groups))
    assert caught.value.field == "groups"
    assert caught.value.cure
    assert names(tmp_path, "outbox") == []
