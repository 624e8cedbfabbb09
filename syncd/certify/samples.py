"""Which contractors does the suite try on a platform?

Two values for each field: records start with the first, and a change takes the second. Platforms with narrower
ideas (only their own groups, only their own kinds of registration) replace single pairs by ``Sandbox.samples``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from syncd.domain.contractor import Account, Activity, Address, Consent, Contractor, Employee, Kind

__all__ = ["HARD_NAME", "HARD_NUMBER", "LONG_NAME", "MARKUP_NAME", "PAIRS", "contractor", "nip"]

HARD_NUMBER: Final = "A/1 ł%2F+&?#Ж"
"""A customer number with all that breaks URLs, queries and naive escaping."""

HARD_NAME: Final = "Zażółć gęślą <jaźń> & 'Сöhne' \"ООО Ромашка\" 100 % / \\ ; --"

MARKUP_NAME: Final = "Bracia Kos & Syn &amp; 1 < 2 > 0 \"A\" 'B' ]]> <b>"
"""Signs that markup is made of, and no code page lacks. Unescaped it is no XML, escaped twice another name."""

LONG_NAME: Final = ("Przedsiębiorstwo Wielobranżowe Łódź " * 7)[:249] + "Ż"
"""250 characters, the longest name in the registry; more bytes than that in UTF-8, and no blank at the end."""

_MAIN: Final = Address(street="Długa 5", postal_code="00-238", city="Warszawa", country="PL")

PAIRS: Final[Mapping[str, tuple[Any, Any]]] = {
    "kind": (Kind.ORGANISATION, Kind.PERSON),
    "tax_prefix": ("", "PL"),
    "country": ("PL", "DE"),
    "registrations": ({"regon": "012100784"}, {"regon": "142396858"}),
    "accounts": (
        (Account(iban="PL61109010140000071219812874"),),
        (Account(iban="PL27114020040000300201355387"),),
    ),
    "first_name": ("Anna", "Ewa"),
    "last_name": ("Lis", "Kos"),
    "contact_person": ("Anna Lis", "Ewa Kos"),
    "phones": (("+48225550123",), ("+48225550199",)),
    "website": ("https://example.com/", "https://example.org/"),
    "addresses": ((_MAIN,), (Address(street="Krótka 7/2", postal_code="00-238", city="Warszawa", country="PL"),)),
    "groups": (("Detal", "Hurt"), ("Hurt", "VIP")),
    "caretaker": ("Jan Kos", "Maria Kos"),
    "price_list": ("A", "B"),
    "payment_form": ("transfer", "cash"),
    "payment_days": (14, 30),
    "credit_limit": (Decimal("1000.00"), Decimal("2500.50")),
    "currency": ("PLN", "EUR"),
    "discount": (Decimal("5.00"), Decimal("7.50")),
    "newsletter": (False, True),
    "consents": ((Consent(kind="terms", given=True),), (Consent(kind="terms", given=False),)),
    "approved": (True, False),
    "registered": (True, False),
    "origin": ("import", "form"),
    "notes": ("first note", "second note"),
    "custom": ({"branch": "north"}, {"branch": "south"}),
    "activity": (Activity(orders=1, last_order=date(2026, 1, 2)), Activity(orders=2, last_order=date(2026, 2, 3))),
    "active": (True, False),
}
"""First and second value by field, for all fields that are not different for each contractor anyway."""


def nip(number: int) -> str:
    """A Polish tax number with a right check digit, different for each `number` below a million."""
    weights = (6, 5, 7, 2, 3, 4, 5, 6, 7)
    # A sum that leaves 10 has no check digit; of two neighbours of the last figure at most one does.
    for last in "01":
        figures = f"52{number:06d}{last}"
        check = sum(weight * int(figure) for weight, figure in zip(weights, figures, strict=True)) % 11
        if check < 10:
            return f"{figures}{check}"
    raise AssertionError(f"{number} has no tax number")


def contractor(
    index: int, pairs: Mapping[str, tuple[Any, Any]] | None = None, *, second: bool = False, **changes: Any
) -> Contractor:
    """The contractor of that index with every field filled.

    Args:
        second: Take the second value of every field.
        changes: Values that this one has instead.
    """
    own = f"{index:04d}{'b' if second else ''}"
    tax_id = nip(index + (500_000 if second else 0))
    keys: dict[str, Any] = {
        "name": f"Firma {own}",
        "number": f"K-{own}",
        "tax_id": tax_id,
        "tax_id_stated": f"{tax_id[:3]}-{tax_id[3:6]}-{tax_id[6:8]}-{tax_id[8:]}" if second else "",
        "email": f"office-{own}@example.com",
        "login_email": f"office-{own}@example.com",
        "username": f"user-{own}",
        "employees": (Employee(name=f"Anna {own}", email=f"office-{own}@example.com", default_login=True),),
    }
    chosen = {field: pair[second] for field, pair in {**PAIRS, **(pairs or {})}.items()}
    return Contractor(**{**keys, **chosen, **changes})
