"""Does every text arrive as it is through two layers of XML, on the way there and on the way back?

The document of users is a text inside the SOAP message: escaped once as a document, once as a text, and nowhere else.
"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from adapters.atomstore.endpoint import AtomStoreEndpoint
from adapters.atomstore.options import Options
from adapters.atomstore.simulator import AtomStore
from adapters.atomstore.writing import Change, document
from syncd import xml
from syncd.certify.samples import HARD_NAME, LONG_NAME
from syncd.domain.contractor import Address, Contractor
from syncd.errors import RetryableError, SuspiciousRun, Unstorable
from syncd.ports import Secret

HARD = [
    "Wójcik & Syn",
    "a < b > c",
    "&amp;",
    "&lt;b&gt;",
    "&#38;",
    "<![CDATA[x]]>",
    "]]>",
    "koniec ]]> i & dalej",
    "\"Ромашка\" 'Jeż' „Ćma”",
    "Sklep 🏪 & spółka",
    "</name></user></users>",
    "<!-- & -->",
    HARD_NAME,
    LONG_NAME,
]
OPTIONS = Options(url="https://shop.example", login="syncd", password=Secret("p"))


def everywhere(text: str) -> Contractor:
    """A contractor with `text` in every field that takes one."""
    return Contractor(
        name=text,
        number=text[:200],
        first_name=text,
        last_name=text,
        email="biuro&co@firma.example",
        addresses=(
            Address(name=f"{text[:240]} 2", street=text, postal_code=text[:20].strip(), city=text, country="PL"),
        ),
        groups=(text,),
        custom={"klucz & <co>": text},
    )


@pytest.mark.parametrize("text", HARD)
def test_a_text_of_any_field_is_stored_as_it_is(shop: AtomStore, endpoint: AtomStoreEndpoint, text: str) -> None:
    made = endpoint.create(everywhere(text))
    user = shop.user(made.external_id)
    address = user.addresses[0]
    assert user.texts["name"] == text
    assert user.texts["external_id"] == text[:200]
    assert user.texts["email"] == "biuro&co@firma.example"
    assert user.texts["client_group"] == text
    assert [(field.key, field.value) for field in user.fields] == [("klucz & <co>", text)]
    assert (address["firstname"], address["lastname"], address["city"]) == (text, text, text)
    assert address["company"] == f"{text[:240]} 2"


@pytest.mark.parametrize("text", HARD)
def test_a_text_of_any_field_is_read_as_it_is(endpoint: AtomStoreEndpoint, text: str) -> None:
    wanted = everywhere(text)
    made = endpoint.create(wanted)
    (page,) = endpoint.read(None, full=True)
    told = endpoint.parse(page.records[0]).contractor  # type: ignore[arg-type]
    assert (told.name, told.number, told.groups, told.custom) == (
        wanted.name,
        wanted.number,
        wanted.groups,
        wanted.custom,
    )
    assert [replace(one, key="") for one in told.addresses] == list(wanted.addresses)
    assert told == endpoint.get(made.external_id).contractor


@pytest.mark.parametrize("text", HARD)
def test_a_text_of_any_field_is_found_again_and_changed(
    shop: AtomStore, endpoint: AtomStoreEndpoint, text: str
) -> None:
    made = endpoint.create(everywhere(text))
    assert [one.external_id for one in endpoint.find(Contractor(name="", number=text[:200]))] == [made.external_id]
    changed = endpoint.update(made, replace(made.contractor, number=f"{text[:200]}+", name=f"{text[:249]}+"))
    assert (changed.contractor.number, changed.contractor.name) == (f"{text[:200]}+", f"{text[:249]}+")
    assert shop.user(made.external_id).texts["name"] == f"{text[:249]}+"


@pytest.mark.parametrize("text", HARD)
def test_the_document_inside_is_xml_by_itself(text: str) -> None:
    change = Change(texts={"name": text, "email": text}, addresses=[{"city": text}], fields={text: (text, text)})
    content = document([change], OPTIONS)
    user = xml.parse(content)[0]
    assert (user.findtext("name"), user.findtext("email")) == (text, text)
    assert user.findtext("addresses/address/city") == text
    assert user.findtext("user_fields/user_field/value") == text


def test_the_document_inside_has_no_declaration_and_its_names_are_cdata() -> None:
    content = document([Change(texts={"external_id": "ERP & 1", "name": "A & B"})], OPTIONS)
    assert content == (
        b"<users><user><external_id>ERP &amp; 1</external_id><name><![CDATA[A & B]]></name></user></users>"
    )


def test_a_control_character_is_named_by_its_field(endpoint: AtomStoreEndpoint, firm: Contractor) -> None:
    for field, wanted in (
        ("name", replace(firm, name="Firma\x0b")),
        ("number", replace(firm, number="K\x01")),
        ("custom", replace(firm, custom={"x": "\x02"})),
        ("last_name", replace(firm, last_name="Kos\x03")),
        ("addresses", replace(firm, addresses=(firm.addresses[0], replace(firm.addresses[1], city="Łódź\x04")))),
    ):
        with pytest.raises(Unstorable) as caught:
            endpoint.create(wanted)
        assert caught.value.field == field


BARE = "<users><user><atom_id>7</atom_id><name>Wójcik & Syn</name><active>1</active></user></users>"


def test_a_shop_that_forgot_to_escape_is_not_read_around(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    shop.add(Contractor(name="Firma"))
    shop.say(BARE)
    with pytest.raises(SuspiciousRun, match="not well-formed"):
        list(endpoint.read(None, full=True))
    shop.say(BARE)
    with pytest.raises(RetryableError):
        endpoint.get("7")


def test_a_list_that_was_escaped_twice_is_no_empty_list(shop: AtomStore, endpoint: AtomStoreEndpoint) -> None:
    shop.say("&lt;users&gt;&lt;/users&gt;")
    with pytest.raises(RetryableError):
        list(endpoint.read(None, full=True))
