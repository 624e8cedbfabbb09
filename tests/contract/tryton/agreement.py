"""What is asked of the simulator and of a real server alike, to see whether they say the same?

Each step is a method of a model with its parameters, the context last. ``"$name"`` stands for the id that
the step of that name made. Ids, moments and tokens differ by nature and are put out of sight before comparing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Call = Callable[[str, list[Any]], Any]
"""Sends a method with its parameters; answers ``{"result": ...}``, ``{"error": ...}`` or ``{"status": ...}``."""

Step = tuple[str, str, list[Any]]

FORM = [
    *("name", "active", "write_date", "categories.rec_name", "categories.active"),
    *(f"addresses.{name}" for name in ("street", "city", "country.code", "sequence", "active", "write_date")),
    *(f"identifiers.{name}" for name in ("type", "code", "code_compact", "active", "write_date")),
    *(f"contact_mechanisms.{name}" for name in ("type", "value", "active", "write_date")),
]
ALL = {"active_test": False}
ROWS: dict[str, list[tuple[str | None, str]]] = {
    "identifiers": [
        *(
            ("pl_vat", "5260250274"),
            ("eu_vat", "pl 526-025-02-74"),
            ("eu_vat", "GR094259216"),
            ("gb_vat", "GB980780684"),
        ),
        *(("no_vat", "933984478MVA"), ("de_vat", "DE136695976"), ("ch_vat", "CHE-100.155.212 MWST"), (None, " abc 1 ")),
        *(("us_ein", "042103594"), ("se_vat", "SE556188840401"), ("pl_regon", "000331501"), ("ru_vat", "7707083893")),
        *(
            ("eu_vat", "XI980780684"),
            ("eu_vat", "EL094259216"),
            ("se_orgnr", "5561888404"),
            ("ru_ogrn", "1027700132195"),
        ),
    ],
    "contact_mechanisms": [
        *(("phone", "+48126341111"), ("mobile", "+48601234567"), ("fax", "+48 12 634-11-11"), ("website", "foo.pl")),
        *(("email", " Foo@Example.COM "), ("email", "no mail"), ("other", "x")),
    ],
}
REFUSED: dict[str, list[tuple[str | None, str]]] = {
    "identifiers": [
        ("pl_vat", "1234567890"),
        ("eu_vat", "PL1234567890"),
        ("xx_vat", "1"),
        ("pl_vat", ""),
        ("ru_inn", "1"),
    ],
    "contact_mechanisms": [("phone", "12"), ("phone", "126341111"), ("email", ""), ("pigeon", "x")],
}
VALUE = {"identifiers": "code", "contact_mechanisms": "value"}


def party(method: str, *params: Any, context: Mapping[str, Any] = ALL, name: str = "") -> Step:
    return name, f"model.party.party.{method}", [*params, dict(context)]


def form(which: str = "$one") -> Step:
    return party("search_read", [["id", "=", which]], 0, 1, None, FORM)


def row(field: str, type_: str | None, value: str) -> Step:
    return party("create", [{"name": "R", field: [["create", [{"type": type_, VALUE[field]: value}]]]}], name="row")


def edit(values: Mapping[str, Any], which: str = "$one") -> Step:
    return party("write", [which], dict(values))


def steps(country: int) -> list[Step]:
    """Everything that is asked, in order; `country` is the id of Poland."""
    phone = [["create", [{"type": "phone", "value": "126341111"}]]]
    address = [["create", [{"country": country, "city": "Kraków", "street_unstructured": "Długa 1\nbud. B"}]]]
    structured = [["create", [{"street_name": "Polna", "building_number": "5", "unit_number": "3"}]]]
    said: list[Step] = [
        ("dealer", "model.party.category.create", [[{"name": "Dealer $$"}], {}]),
        ("gold", "model.party.category.create", [[{"name": "Gold", "parent": "$dealer"}], {}]),
        party("create", [{"name": "A", "code": "A $$", "addresses": address, "contact_mechanisms": phone}], name="one"),
        form(),
        party("create", [{"name": "B", "contact_mechanisms": phone, "addresses": address}]),
        party("create", [{"name": "C", "code": "A $$"}]),
        party("create", [{"name": "good $$"}, {"name": "C", "code": "A $$"}]),
        party("search", [["name", "=", "good $$"]], 0, 1, None),
        party("create", [{"name": "C", "active": False}]),
        party("create", [{"name": "a\nb"}]),
        party("create", [{"name": "a\tb"}]),
        party("create", [{"name": None}], name="null"),
        form("$null"),
        party("create", [{"name": 5}], name="five"),
        form("$five"),
        party("create", [{"name": "  a  "}], name="blank"),
        form("$blank"),
        party("create", [{"name": "C", "addresses": [["create", [{"country": 99_999_999}]]]}]),
        party("create", [{"name": "C", "categories": [["add", [99_999_999]]]}]),
        party("create", [{"name": "C", "foo": 1}]),
        party("search_read", [["id", "=", "$one"]], 0, 1, None, ["vat_code"]),
        party("search_read", [["id", "=", "$one"]], 0, 1, None, ["addresses.foo"]),
        party("search", [["foo", "=", 1]], 0, 1, None),
        party("read", [99_999_999], ["name"]),
        party("frobnicate"),
        ("", "model.foo.bar.read", [[1], ["name"], {}]),
        ("", "model.party.party.read", [["$one"], ["name"]]),
        ("", "model.country.country.write", [[country], {"name": "x"}, {}]),
        edit({"name": "x"}, "99999999"),
        edit({"code": "NEW"}),
        edit({"email": "a@b.pl"}),
        edit({"categories": [["add", ["$gold"]]]}),
        edit({"categories": [["add", ["$gold", "$dealer"]]]}),
        form(),
        edit({"categories": [["remove", ["$gold"]]]}),
        form(),
        edit({"addresses": structured}),
        form(),
        edit({"active": False}),
        party("search", [["id", "=", "$one"]], 0, 1, None, context={}),
        party("search", [["id", "=", "$one"], ["active", "in", [True, False]]], 0, 1, None, context={}),
        edit({"name": "n"}),
        edit({"active": True, "name": "n"}),
        party("write", ["$one"], {"active": True}, ["$one"], {"name": "n"}),
        edit({"contact_mechanisms": [["create", [{"type": "email", "value": "A_b@Ex.com"}]]]}),
        edit({"active": True, "addresses": [["create", [{"city": "Q", "sequence": 5}, {"city": "R"}]]]}),
        edit({"name": "D", "active": False}),
        form(),
        edit({"active": True}),
        ("", "model.party.category.write", [["$dealer"], {"active": False}, {}]),
        form(),
        party("search", [["categories", "child_of", ["$dealer"], "parent"]], 0, 9, None),
        *(
            party(
                "search", [["contact_mechanisms", "where", [["value", "ilike", like]]], ["id", "=", "$one"]], 0, 1, None
            )
            for like in ("a\\_B@ex.com", "AxB@ex.com", "a%@ex.com", "a_b@EX.com")
        ),
        party("search_count", [["id", "=", "$one"], ["OR", ["name", "=", "D"], ["name", "=", "x"]]]),
    ]
    taken = [step for field, rows in ROWS.items() for one in rows for step in (row(field, *one), form("$row"))]
    return [*said, *taken, *(row(field, *one) for field, rows in REFUSED.items() for one in rows)]


class Talk:
    """One run of the steps against one server.

    Args:
        mark: Makes names and codes of this run its own.
    """

    def __init__(self, call: Call, mark: str) -> None:
        self._call = call
        self._mark = mark
        self._ids: dict[str, int] = {}

    def say(self, step: Step) -> Any:
        """Take one step; answer what was said, in a form that compares."""
        name, method, params = step
        answer = self._call(method, self._fill(params))
        if name:
            self._ids[name] = (answer.get("result") or [0])[0]
        return self._plain(answer)

    def _fill(self, value: Any) -> Any:
        if isinstance(value, str):
            known = self._ids.get(value.removeprefix("$")) if value.startswith("$") else None
            return known if known is not None else value.replace("$$", self._mark)
        if isinstance(value, dict):
            return {name: self._fill(item) for name, item in value.items()}
        return [self._fill(item) for item in value] if isinstance(value, list) else value

    def _plain(self, value: Any) -> Any:
        if isinstance(value, dict) and value.get("__class__") == "datetime":
            return "a moment"
        if isinstance(value, dict):
            return {name: self._plain(item) for name, item in sorted(value.items()) if name != "id"}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self._plain(item) for item in value]
        if isinstance(value, str):
            return re.sub(r'(records|value|record) "\(?\d+\)?"', r'\1 "N"', value.replace(self._mark, "MARK"))
        return "a number" if isinstance(value, int) and not isinstance(value, bool) else value
