"""How does a phone have to look for the shop's setting?"""

from __future__ import annotations

import phonenumbers

from syncd.errors import Unstorable

__all__ = ["international", "phone_for"]


def phone_for(phone: str, setting: str, home: str) -> str:
    """The phone as the shop will hold it.

    Args:
        setting: ``free`` or ``international``.
        home: Country of a number without one.

    Raises:
        Unstorable: If the shop wants international numbers and this cannot be one.
    """
    if setting == "free":
        return phone.strip()
    found = international(phone, home)
    if found is None:
        raise Unstorable(
            "a phone is no number that can be dialled from abroad, which the shop's setting demands",
            code="phone-not-international",
            field="phones",
            cure="Correct it where it comes from, or set the shop's phone format and the option phone_format to free.",
        )
    return found


def international(phone: str, home: str) -> str | None:
    """``8 (900) 123-45-67`` of Russia as ``+79001234567``; ``None`` for what is no phone."""
    try:
        number = phonenumbers.parse(phone, home)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
