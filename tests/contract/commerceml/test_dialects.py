"""Is a contractor of 1C understood, whichever version, code page, namespace or writer it comes from?"""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.domain.contractor import Account, Address, AddressKind, Kind
from syncd.errors import InvalidRecord, SuspiciousRun
from tests.contract.commerceml.hands import (
    ROMASHKA,
    ROMASHKA_ID,
    connect,
    drop,
    listed,
    ordered,
    read,
    simple,
    understood,
)

NAMESPACES = [
    "",
    "urn:1C.ru:commerceml_2",
    "urn:1C.ru:commerceml_205",
    "urn:1C.ru:commerceml_210",
    "http://v8.1c.ru/8.3/commerceml",
]


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_contractors_are_found_by_local_name_in_every_namespace(tmp_path: Path, namespace: str) -> None:
    drop(tmp_path, listed(ROMASHKA.format(""), attributes=f'xmlns="{namespace}"' if namespace else ""))
    endpoint = connect(tmp_path)
    (record,) = read(endpoint).records
    told = endpoint.parse(record).contractor
    assert (record.external_id, told.name, told.tax_id) == (ROMASHKA_ID, 'ООО "Ромашка"', "7707083893")


def test_a_namespace_and_line_breaks_make_no_difference_to_what_is_compared(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    drop(tmp_path, listed(simple("1", "А", "<ИНН>7707083893</ИНН>")))
    first = read(endpoint)
    pretty = simple("1", "\n  А\n ", "\n <ИНН> 7707083893 </ИНН>\n")
    drop(tmp_path, listed(pretty, attributes='xmlns="urn:1C.ru:commerceml_210"'), "b.xml")
    assert read(endpoint, first.cursor).ids == []


def test_a_version_number_that_moves_alone_is_no_change(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    drop(tmp_path, listed(simple("1", "А", "<НомерВерсии>AAAAAQ==</НомерВерсии>")))
    first = read(endpoint)
    drop(tmp_path, listed(simple("1", "А", "<НомерВерсии>AAAAAg==</НомерВерсии>")), "b.xml")
    assert read(endpoint, first.cursor).ids == []


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ('<?xml version="1.0" encoding="windows-1251"?>', "cp1251"),
        ('<?xml version="1.0" encoding="UTF-8"?>', "utf-8"),
        ('<?xml version="1.0" encoding="UTF-8"?>', "utf-8-sig"),
        ("", "utf-8"),
        ("", "cp1251"),
    ],
)
def test_old_and_new_code_pages_are_read_with_and_without_a_mark(
    tmp_path: Path, declaration: str, encoding: str
) -> None:
    drop(tmp_path, declaration + listed(simple("1", "Ёлки и Щит")), encoding=encoding)
    endpoint = connect(tmp_path)
    assert [endpoint.parse(record).contractor.name for record in read(endpoint).records] == ["Ёлки и Щит"]


def test_no_break_spaces_inside_of_names_become_plain_ones(tmp_path: Path) -> None:
    assert understood(tmp_path, simple("1", "ООО\u00a0 Рога\u00a0и\u202fКопыта")).name == "ООО Рога и Копыта"


def test_legal_fields_are_read_flat_and_wrapped(tmp_path: Path) -> None:
    inner = (
        "<ОфициальноеНаименование>АО «Б»</ОфициальноеНаименование><ИНН>7707083893</ИНН><КПП>773601001</КПП>"
        "<ОГРН>1027700132195</ОГРН><ОКПО>00032537</ОКПО><ОКВЭД>64.19</ОКВЭД>"
    )
    flat = understood(tmp_path, simple("1", "Б", inner))
    wrapped = understood(tmp_path, simple("1", "Б", f"<РеквизитыЮрЛица>{inner}</РеквизитыЮрЛица>"))
    assert flat == wrapped
    assert flat.registrations == {
        "kpp": "773601001",
        "ogrn": "1027700132195",
        "okpo": "00032537",
        "okved": "64.19",
    }


def test_the_legal_name_counts_or_the_short_one_by_option(tmp_path: Path) -> None:
    assert understood(tmp_path, ROMASHKA.format("")).name == 'ООО "Ромашка"'
    assert understood(tmp_path, ROMASHKA.format(""), name_from="short").name == "Ромашка"


PERSON = "<ПолноеНаименование>Иванов Пётр Ильич</ПолноеНаименование>"
KINDS = {
    "ОфициальноеНаименование": ("<ОфициальноеНаименование>А</ОфициальноеНаименование>", Kind.ORGANISATION),
    "ПолноеНаименование": (PERSON, Kind.PERSON),
    "a sole trader's ИНН": ("<ИНН>500100732259</ИНН>", Kind.PERSON),
    "a company's ИНН": (f"{PERSON}<ИНН>7707083893</ИНН>", Kind.ORGANISATION),
    "КПП beside ПолноеНаименование": (f"{PERSON}<КПП>773601001</КПП>", Kind.ORGANISATION),
    "РеквизитыФизЛица": (f"<РеквизитыФизЛица>{PERSON}</РеквизитыФизЛица>", Kind.PERSON),
    "РеквизитыЮрЛица": ("<РеквизитыЮрЛица><ОКПО>1</ОКПО></РеквизитыЮрЛица>", Kind.ORGANISATION),
    "nothing": ("", Kind.ORGANISATION),
}


@pytest.mark.parametrize(("more", "kind"), KINDS.values(), ids=KINDS.keys())
def test_company_and_person_are_told_by_what_is_stated(tmp_path: Path, more: str, kind: Kind) -> None:
    assert understood(tmp_path, simple("1", "Иванов", more)).kind is kind


def test_a_person_has_names_and_a_patronymic(tmp_path: Path) -> None:
    told = understood(
        tmp_path, simple("1", "Иванов", "<Фамилия>Иванов</Фамилия><Имя>Пётр</Имя><Отчество>Ильич</Отчество>")
    )
    assert (told.name, told.last_name, told.first_name) == ("Иванов Пётр Ильич", "Иванов", "Пётр")
    assert told.custom == {"patronymic": "Ильич"}


@pytest.mark.parametrize("tag", ["БИН", "ИИН"])
def test_kazakh_numbers_stand_in_elements_of_their_own(tmp_path: Path, tag: str) -> None:
    assert understood(tmp_path, simple("1", "ТОО", f"<{tag}>100140010964</{tag}>")).tax_id == "100140010964"


CONTACTS = {
    "Контакт": "<Контакт><Тип>Почта</Тип><Значение>a@b.ru</Значение></Контакт>"
    "<Контакт><Тип>ТелефонРабочий</Тип><Значение>+7 495 1</Значение></Контакт>",
    "КонтактнаяИнформация": "<КонтактнаяИнформация><КонтактВид>Электронная почта</КонтактВид>"
    "<Значение>a@b.ru</Значение></КонтактнаяИнформация><КонтактнаяИнформация><КонтактВид>Телефон рабочий</КонтактВид>"
    "<Значение>+7 495 1</Значение><Комментарий>с 9 до 18</Комментарий></КонтактнаяИнформация>",
    "directly inside": "<КонтактВид>Почта</КонтактВид><Значение>a@b.ru</Значение>"
    "<КонтактВид>Телефон мобильный</КонтактВид><Значение>+7 495 1</Значение>",
    "with fax": "<Контакт><Тип>Факс</Тип><Значение>9</Значение></Контакт><Контакт><Тип>e-mail</Тип>"
    "<Значение>a@b.ru</Значение></Контакт><Контакт><Тип>Телефон</Тип><Значение>+7 495 1</Значение></Контакт>",
}


@pytest.mark.parametrize("contacts", CONTACTS.values(), ids=CONTACTS.keys())
def test_all_generations_of_contacts_are_read(tmp_path: Path, contacts: str) -> None:
    told = understood(tmp_path, simple("1", "А", f"<Контакты>{contacts}</Контакты>"))
    assert (told.email, told.phones) == ("a@b.ru", ("+7 495 1",))


ADDRESS = "".join(
    f"<АдресноеПоле><Тип>{kind}</Тип><Значение>{value}</Значение></АдресноеПоле>"
    for kind, value in {
        "Почтовый индекс": "620014",
        "Страна": "Россия",
        "Регион": "Свердловская обл",
        "Район": "Сысертский р-н",
        "Город": "Екатеринбург",
        "Улица": "ул. Ленина",
        "Дом": "5",
        "Корпус": "2",
        "Квартира": "7",
    }.items()
)


def test_typed_address_fields_are_put_together(tmp_path: Path) -> None:
    told = understood(tmp_path, ROMASHKA.format(f"<ЮридическийАдрес>{ADDRESS}</ЮридическийАдрес>"))
    assert told.addresses == (
        Address(
            street="ул. Ленина, д. 5 корп. 2, кв. 7",
            postal_code="620014",
            city="Екатеринбург",
            region="Свердловская обл, Сысертский р-н",
            country="RU",
        ),
    )
    assert told.country == "RU"


def test_an_address_of_one_line_is_not_taken_apart(tmp_path: Path) -> None:
    line = "<Адрес><Представление>101000, Россия, Москва</Представление></Адрес>"
    told = understood(tmp_path, ROMASHKA.format(line))
    assert told.addresses == (Address(kind=AddressKind.POSTAL, street="101000, Россия, Москва"),)
    assert told.country == ""


@pytest.mark.parametrize(("tag"), ["ЮридическийАдрес", "АдресРегистрации"])
def test_the_registered_address_is_the_main_one_and_the_other_postal(tmp_path: Path, tag: str) -> None:
    both = f"<{tag}>{ADDRESS}</{tag}><Адрес>{ADDRESS}</Адрес>"
    kinds = [address.kind for address in understood(tmp_path, simple("1", "А", both)).addresses]
    assert kinds == [AddressKind.MAIN, AddressKind.POSTAL]


@pytest.mark.parametrize(
    ("country", "code"),
    [("Россия", "RU"), ("РОССИЯ", "RU"), ("Казахстан", "KZ"), ("Республика Беларусь", "BY"), ("Германия", "DE")],
)
def test_countries_are_russian_names(tmp_path: Path, country: str, code: str) -> None:
    field = f"<АдресноеПоле><Тип>Страна</Тип><Значение>{country}</Значение></АдресноеПоле>"
    assert understood(tmp_path, simple("1", "А", f"<Адрес>{field}</Адрес>")).country == code


def test_a_country_that_is_none_stays_as_stated(tmp_path: Path) -> None:
    field = "<АдресноеПоле><Тип>Страна</Тип><Значение>Тридевятое царство</Значение></АдресноеПоле>"
    assert understood(tmp_path, simple("1", "А", f"<Адрес>{field}</Адрес>")).country == "Тридевятое царство"


BANK = "<Наименование>СБЕР</Наименование><БИК>044525225</БИК>"
ACCOUNTS = {
    "as the scheme": f"<РасчетныеСчета><РасчетныйСчет><НомерСчета>40702</НомерСчета><Банк>{BANK}"
    "<СчетКорреспондентский>30101</СчетКорреспондентский></Банк></РасчетныйСчет></РасчетныеСчета>",
    "without the list": f"<РасчетныйСчет><НомерСчета>40702</НомерСчета><Банк>{BANK}"
    "<СчетКорреспондентский>30101</СчетКорреспондентский></Банк></РасчетныйСчет>",
    "КоррСчет": f"<РасчетныеСчета><РасчетныйСчет><Номерсчета>40702</Номерсчета><Банк>{BANK}<КоррСчет>30101</КоррСчет>"
    "</Банк></РасчетныйСчет></РасчетныеСчета>",
    "a bank of its own": f"<РасчетныеСчета><РасчетныйСчет><НомерСчета>40702</НомерСчета><Банк>{BANK}</Банк>"
    "<БанкКорреспондент><СчетКорреспондентский>30101</СчетКорреспондентский></БанкКорреспондент>"
    "</РасчетныйСчет></РасчетныеСчета>",
}


@pytest.mark.parametrize("accounts", ACCOUNTS.values(), ids=ACCOUNTS.keys())
def test_bank_accounts_are_read_in_every_spelling(tmp_path: Path, accounts: str) -> None:
    told = understood(tmp_path, simple("1", "А", accounts)).accounts
    assert told == (Account(bank="СБЕР", bik="044525225", settlement="40702", correspondent="30101"),)


NESTED = """<Представители><Представитель><Контрагент><Отношение>Контактное лицо</Отношение><Ид>p1</Ид>
<Наименование>Анна Лис</Наименование></Контрагент></Представитель></Представители>"""
FLAT = "<Представители><Представитель><Отношение>Директор</Отношение><Наименование>Ян</Наименование></Представитель>"
FLAT += "<Представитель><Отношение>Контактное лицо</Отношение><Ид>p</Ид><Наименование>Анна Лис</Наименование>"
FLAT += "</Представитель></Представители>"


@pytest.mark.parametrize("persons", [NESTED, FLAT], ids=["nested", "flat"])
def test_contact_persons_are_no_contractors(tmp_path: Path, persons: str) -> None:
    drop(tmp_path, ordered(ROMASHKA.format(persons), persons))
    endpoint = connect(tmp_path)
    (record,) = read(endpoint).records
    assert record.external_id == ROMASHKA_ID
    assert endpoint.parse(record).contractor.contact_person == "Анна Лис"


def test_the_seller_and_the_owner_are_no_customers(tmp_path: Path) -> None:
    owner = f"<Классификатор><Владелец>{simple('own', 'Мы')}<Ид>own</Ид></Владелец></Классификатор>"
    buyer = simple("1", "Он", "<Роль>Покупатель</Роль>")
    drop(tmp_path, listed(simple("us", "Мы", "<Роль>Продавец</Роль>"), buyer, around=owner))
    drop(tmp_path, ordered(simple("us", "Мы", "<Роль>Продавец</Роль>"), simple("2", "Тот")), "b.xml")
    assert read(connect(tmp_path)).ids == ["1", "2"]


def test_other_roles_are_customers_by_option_only(tmp_path: Path) -> None:
    payer = simple("1", "Он", "<Роль>Плательщик</Роль>")
    drop(tmp_path, ordered(payer))
    assert read(connect(tmp_path)).ids == []
    drop(tmp_path, ordered(payer, payer), "b.xml")
    assert read(connect(tmp_path, roles=["Покупатель", "Плательщик"])).ids == ["1"]


def test_a_mere_mention_is_no_statement(tmp_path: Path) -> None:
    drop(tmp_path, ordered("<Контрагент><Ид>1</Ид><Роль>Покупатель</Роль></Контрагент>"))
    got = read(connect(tmp_path))
    assert (got.ids, got.rejected) == ([], [])


@pytest.mark.parametrize("stated", ["17#anna@example.ru#Анна", " 17 ", "17#"])
def test_only_the_part_of_a_composite_id_that_stays_is_the_identity(tmp_path: Path, stated: str) -> None:
    drop(tmp_path, listed(simple(stated, "А")))
    assert read(connect(tmp_path)).ids == ["17"]


def test_a_contractor_without_an_id_is_left_out_alone_and_named_by_its_line(tmp_path: Path) -> None:
    drop(tmp_path, listed(simple("1", "А"), "\n<Контрагент><Наименование>Б</Наименование></Контрагент>"))
    got = read(connect(tmp_path))
    assert got.ids == ["1"]
    (rejected,) = got.rejected
    assert (rejected.external_id, rejected.error.field) == ("a.xml line 2", "Ид")
    assert rejected.error.cure


MARKS = {
    "true": ("<ПометкаУдаления>true</ПометкаУдаления>", False),
    "1": ("<ПометкаУдаления>1</ПометкаУдаления>", False),
    "false": ("<ПометкаУдаления>false</ПометкаУдаления>", True),
    "empty": ("<ПометкаУдаления/>", True),
    "absent": ("", True),
    "Статус": ("<Статус>Удален</Статус>", False),
    "Статус with ё": ("<Статус>Удалён</Статус>", False),
    "another Статус": ("<Статус>Изменен</Статус>", True),
}


@pytest.mark.parametrize(("mark", "active"), MARKS.values(), ids=MARKS.keys())
def test_who_is_marked_for_deletion_is_delivered_as_inactive(tmp_path: Path, mark: str, active: bool) -> None:
    assert understood(tmp_path, simple("1", "А", mark)).active is active


def test_the_mark_may_be_an_attribute(tmp_path: Path) -> None:
    contractor = '<Контрагент Статус="Удален"><Ид>1</Ид><Наименование>А</Наименование></Контрагент>'
    assert not understood(tmp_path, contractor).active


def test_a_mark_that_is_neither_yes_nor_no_is_no_guess(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecord, match="neither true nor false") as caught:
        understood(tmp_path, simple("1", "А", "<ПометкаУдаления>Y</ПометкаУдаления>"))
    assert (caught.value.record, caught.value.field) == ("1", "active")


def test_groups_and_other_fields_are_properties_of_this_merchants_1c(tmp_path: Path) -> None:
    values = "".join(
        f"<ЗначениеРеквизита><Наименование>{name}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in [("Сегмент", "Опт"), ("Сегмент", "VIP; Розница"), ("Лимит", "1 000,50"), ("Закрыт", "Да")]
    )
    told = understood(
        tmp_path,
        simple("1", "А", f"<ЗначенияРеквизитов>{values}</ЗначенияРеквизитов>"),
        properties={"groups": "Сегмент", "credit_limit": "Лимит"},
        decimal_comma=True,
        active={"column": "Закрыт", "inactive": ["да"]},
    )
    assert told.groups == ("VIP", "Опт", "Розница")
    assert (str(told.credit_limit), told.active) == ("1000.50", False)


def test_products_and_offers_are_passed_over(tmp_path: Path) -> None:
    goods = "<Каталог><Товары>" + "<Товар><Ид>1</Ид><Контрагент><Ид>x</Ид><Имя>y</Имя></Контрагент></Товар>" * 50
    drop(tmp_path, listed(simple("1", "А"), around=f"{goods}</Товары></Каталог>"))
    assert read(connect(tmp_path)).ids == ["1"]


def test_a_file_of_another_format_is_refused_as_a_whole(tmp_path: Path) -> None:
    drop(tmp_path, f"<Выгрузка>{simple('1', 'А')}</Выгрузка>")
    with pytest.raises(SuspiciousRun, match="КоммерческаяИнформация") as caught:
        read(connect(tmp_path))
    assert caught.value.code == "not-commerceml"
