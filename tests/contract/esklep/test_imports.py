"""Is what the panel imports whole, in time, and never over what people did in the shop?"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from adapters.esklep.by_file import FileShop
from adapters.esklep.simulated.panel import REQUIRED
from adapters.esklep.simulator import FolderShop
from syncd import xml
from syncd.domain.contractor import Address, AddressKind, Contractor, Employee
from syncd.errors import NotFound, Unavailable, Unstorable, VersionConflict
from syncd.ports import Endpoint, Record, Remote, Scrubbed
from syncd.sync.confirm import Unconfirmed, confirm_block

from .conftest import Clock, Connect, company

FULL = company(
    name="Zażółć <gęślą> & 'Сöhne' \"ООО\" 😀",
    kind="organisation",
    tax_prefix="PL",
    phones=("+48 12 555 01 23", "+48 600 100 200"),
    groups=("HURT", "VIP"),
    caretaker="Maria Lis",
    price_list="hurtowa",
    payment_form="przelew",
    payment_days=14,
    credit_limit=Decimal("1000.00"),
    discount=Decimal("2.50"),
    newsletter=False,
    employees=(Employee(name="Anna Lis", email="anna@brzoza.example", phone="1", default_login=True),),
    addresses=tuple(
        Address(kind=kind, name="a", street="Lipowa 7", postal_code="30-702", city="Kraków", region="x", country="PL")
        for kind in AddressKind
    ),
)


@pytest.fixture
def endpoint(connect: Connect, panel: FolderShop) -> FileShop:
    opened = connect(panel)
    assert isinstance(opened, FileShop)
    return opened


def waiting(panel: FolderShop) -> list[xml.Element]:
    """Customers in the files that wait to be imported."""
    files = sorted((panel.folder / "outbox").glob("*.xml"))
    return [record for path in files for record in xml.children(xml.parse(path.read_bytes()), "Kontrahent")]


def delivered(endpoint: Endpoint) -> dict[str, Contractor]:
    remotes = [
        endpoint.parse(record)
        for page in endpoint.read(None, full=True)
        for record in page.records
        if isinstance(record, Record)
    ]
    return {remote.external_id: remote.contractor for remote in remotes}


def change(endpoint: Endpoint, remote: Remote, **values: object) -> Remote:
    return endpoint.update(remote, msgspec.structs.replace(remote.contractor, **values))


def test_every_field_that_the_shop_has_makes_the_round_trip(panel: FolderShop, endpoint: FileShop) -> None:
    made = endpoint.create(FULL)
    panel.holds()
    assert panel.outcomes[-1].why == ""
    panel.export()
    told = delivered(endpoint)[made.external_id]
    wrong = [name for name in endpoint.capabilities.writes if getattr(told, name) != getattr(FULL, name)]
    assert [name for name in wrong if name != "login_email"] == []


def test_an_import_has_every_element_even_for_a_customer_who_is_a_name(panel: FolderShop, endpoint: FileShop) -> None:
    endpoint.create(Contractor(name="Sama Nazwa"))
    (record,) = waiting(panel)
    assert [tag for tag in REQUIRED if record.find(tag) is None] == []


def test_a_change_of_one_field_is_written_with_all_others(panel: FolderShop, endpoint: FileShop) -> None:
    remote = endpoint.get(panel.add(FULL))
    change(endpoint, remote, payment_days=30)
    panel.holds()
    (customer,) = panel.shop.customers()
    assert customer.data.payment_days == 30
    assert (customer.data.groups, customer.data.addresses, customer.data.caretaker) == (
        FULL.groups,
        FULL.addresses,
        FULL.caretaker,
    )


def test_elements_that_syncd_has_no_name_for_are_written_back(panel: FolderShop, endpoint: FileShop) -> None:
    remote = endpoint.get(panel.add(company()))
    change(endpoint, remote, payment_days=30)
    (record,) = waiting(panel)
    assert xml.text(record, "KartaLojalnosciowa") == "KL-000001"


def test_fields_that_the_configuration_leaves_out_are_written_as_they_are(panel: FolderShop, connect: Connect) -> None:
    external_id = panel.add(FULL)
    endpoint = connect(panel, fields=frozenset({"name", "active"}))
    change(endpoint, endpoint.get(external_id), name="Nowa")
    panel.holds()
    (customer,) = panel.shop.customers()
    assert (customer.data.name, customer.data.groups, customer.data.email) == ("Nowa", FULL.groups, FULL.email)


def test_a_customer_who_registered_keeps_the_shops_own_number(panel: FolderShop, endpoint: FileShop) -> None:
    panel.shop.register(company())
    panel.export()
    remote = endpoint.get("#1")
    change(endpoint, remote, number="K/7")
    panel.holds()
    (customer,) = panel.shop.customers()
    assert (customer.id, customer.erp_id, customer.data.number) == (1, "", "K/7")


def test_creating_twice_is_one_customer(panel: FolderShop, endpoint: FileShop) -> None:
    first, second = endpoint.create(FULL), endpoint.create(FULL)
    panel.holds()
    assert first.external_id == second.external_id
    assert len(panel.shop.customers()) == 1


def test_a_control_character_names_the_field(endpoint: FileShop) -> None:
    with pytest.raises(Unstorable) as caught:
        endpoint.create(company(caretaker="Maria\x02"))
    assert caught.value.field == "caretaker"


def test_a_number_as_it_was_typed_is_not_written_over_another_one(panel: FolderShop, endpoint: FileShop) -> None:
    remote = endpoint.get(panel.add(company(tax_id_stated="526-104-08-28")))
    change(endpoint, remote, tax_id="5260250274")
    panel.holds()
    assert panel.shop.customers()[0].data.tax_id == "5260250274"


def test_an_export_from_before_the_import_is_no_edit_of_the_shop(panel: FolderShop, endpoint: FileShop) -> None:
    remote = endpoint.get(panel.add(company()))
    change(endpoint, remote, name="Brzoza Nowa")
    panel.export()  # nobody has imported yet
    assert delivered(endpoint)["#1"].name == "Brzoza Nowa"


def test_a_block_is_not_confirmed_before_an_export_shows_it(panel: FolderShop, endpoint: FileShop) -> None:
    remote = endpoint.get(panel.add(company()))
    change(endpoint, remote, active=False)
    assert endpoint.get("#1").blocked_logins == ("biuro@brzoza.example",)
    with pytest.raises(Unconfirmed):
        confirm_block(endpoint, "#1")
    panel.take_in()
    panel.export()
    assert confirm_block(endpoint, "#1") == "verified"


def test_a_new_customer_is_not_missing_before_the_import(panel: FolderShop, endpoint: FileShop) -> None:
    panel.add(company(number="K/2", email="inny@firma.example"))
    made = endpoint.create(company())
    panel.export()
    assert made.external_id in delivered(endpoint)


def test_an_edit_of_the_shop_before_the_import_lives_and_so_does_ours(panel: FolderShop, endpoint: FileShop) -> None:
    remote = endpoint.get(panel.add(company()))
    change(endpoint, remote, name="Brzoza Nowa")
    panel.shop.edit("1", email="nowy@brzoza.example")
    panel.export()
    told = delivered(endpoint)["#1"]
    assert (told.name, told.email) == ("Brzoza Nowa", "nowy@brzoza.example")
    panel.take_in()
    panel.export()
    held = panel.shop.customers()[0].data
    assert (held.name, held.email) == ("Brzoza Nowa", "nowy@brzoza.example")
    assert delivered(endpoint)["#1"].name == "Brzoza Nowa"


def test_an_edit_of_the_shop_after_the_import_is_the_shops_word(panel: FolderShop, endpoint: FileShop) -> None:
    remote = endpoint.get(panel.add(company()))
    change(endpoint, remote, name="Brzoza Nowa")
    panel.take_in()
    panel.shop.edit("1", name="Brzoza Trzecia")
    panel.export()
    assert delivered(endpoint)["#1"].name == "Brzoza Trzecia"


def test_an_export_that_nobody_read_yet_is_heard_before_a_write(panel: FolderShop, endpoint: FileShop) -> None:
    remote = endpoint.get(panel.add(company()))
    panel.shop.edit("1", email="nowy@brzoza.example")
    panel.export()
    with pytest.raises(VersionConflict):
        change(endpoint, remote, name="Brzoza Nowa")
    assert waiting(panel) == []


def test_an_import_that_never_comes_is_believed_no_longer(panel: FolderShop, endpoint: FileShop, clock: Clock) -> None:
    remote = endpoint.get(panel.add(company()))
    change(endpoint, remote, name="Brzoza Nowa")
    made = endpoint.create(company(number="K/2", email="inny@firma.example"))
    assert endpoint.check().warnings == ()
    clock.ahead = timedelta(hours=49)
    assert "2 changes are not in any export yet" in endpoint.check().warnings[0]
    panel.export()
    told = delivered(endpoint)
    assert told["#1"].name == "Hurtownia Brzoza"
    assert made.external_id not in told


def test_a_round_of_writes_is_one_file_with_the_last_word_on_each(panel: FolderShop, endpoint: FileShop) -> None:
    made = endpoint.create(company())
    change(endpoint, made, name="Brzoza Nowa")
    endpoint.create(company(number="K/2", email="inny@firma.example"))
    endpoint.close()
    assert len(list((panel.folder / "outbox").iterdir())) == 1
    assert sorted(xml.text(record, "Nazwa") for record in waiting(panel)) == ["Brzoza Nowa", "Hurtownia Brzoza"]
    panel.holds()
    assert [outcome.why for outcome in panel.outcomes] == ["", ""]


def test_nothing_is_written_while_nobody_imports(panel: FolderShop, connect: Connect) -> None:
    endpoint = connect(panel, outbox_limit=1)
    endpoint.create(company())
    with pytest.raises(Unavailable) as caught:
        endpoint.create(company(number="K/2"))
    assert caught.value.code == "outbox-full"
    panel.take_in()
    endpoint.create(company(number="K/2", email="inny@firma.example"))


def test_who_was_erased_is_in_no_file_until_the_shop_says_so(panel: FolderShop, endpoint: FileShop) -> None:
    external_id = panel.add(FULL)
    remote = endpoint.get(external_id)
    change(endpoint, remote, payment_days=30)
    change(endpoint, endpoint.get(external_id), payment_days=31)
    done = endpoint.scrub([external_id])
    assert "1 statement in the state" in done
    assert "1 statement in outbox/" in done
    with pytest.raises(Scrubbed):
        endpoint.get(external_id)
    kept = [path for path in panel.folder.rglob("*") if path.is_file() and path.parent.name != "outbox"]
    assert not [path for path in kept if b"anna@brzoza" in path.read_bytes()]
    nobody = Contractor(name="@erased", tax_class="krajowy", active=False)
    endpoint.update(remote, nobody)
    panel.take_in()
    (customer,) = panel.shop.customers()
    assert (customer.data.name, customer.data.phones, customer.data.email) == ("@erased", (), "")
    assert endpoint.scrub([external_id]) is not None


@pytest.mark.parametrize("data", [b"", b"not ours", b"<Abonenci><Abonent/></Abonenci>"])
def test_an_import_of_another_kind_in_the_outbox_is_left_alone(
    panel: FolderShop, endpoint: FileShop, data: bytes
) -> None:
    made = endpoint.create(company())
    change(endpoint, made, name="Brzoza Nowa")
    foreign = panel.folder / "outbox" / "import-newsletter-one-1.xml"
    foreign.write_bytes(data)
    endpoint.close()
    endpoint.scrub([made.external_id])
    assert foreign.read_bytes() == data


def test_an_update_of_who_is_in_no_export_is_not_found(panel: FolderShop, endpoint: FileShop) -> None:
    panel.add(company())
    with pytest.raises(NotFound):
        change(endpoint, Remote(external_id="#77", contractor=company()), name="Nowa")
