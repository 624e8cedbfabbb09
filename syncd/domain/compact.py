"""In which form do two systems' statements of one number compare equal?"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import msgspec

__all__ = ["TaxId", "parts_of", "split", "squeeze", "stated_form"]

# Blanks, separators, every dash of Unicode, and marks that nobody sees: a web page's soft hyphen, a file's BOM.
_NOISE: Final = re.compile(r"[\s.\-\u2010-\u2015\u2212/_\u00ad\u200b-\u200f\u2060\ufeff]+")
# What people write before a number in the same field: "NIP: 526…", "USt-IdNr. DE…". It has to stand apart from it.
_CALLED: Final = (
    r"vat eu\s?-?vat nip n\.i\.p regon inn kpp ogrn ogrnip okpo bik bin iin unp edrpou eori tax tin ust st\.?-?nr uid"
    r" org moms mwst tva siren siret btw iva p\.?\s*iva partita\s+iva codice\s+fiscale c\.f nif cif nie dič dic oib cui"
    r" инн кпп огрн огрнип окпо бик бин иин унп унн едрпоу єдрпоу"
)
_LABEL: Final = re.compile(
    rf"\s*(?:{'|'.join(_CALLED.split())})(?:[\s.-]*(?:id|nr|no|ue|eu|num|number|nummer|reg))*[\s.:#№-]+(?=.*\d)",
    re.IGNORECASE,
)
# A prefix is followed by a digit, but for the few states whose numbers may go on with a letter. So the first letters of
# an Italian codice fiscale, BGNMRA80A01H501I, are not those of Bulgaria. Two letters and seven digits are the UNP of a
# Belarusian person, MA1953684, and not Morocco's; no state with a prefix has numbers of that form.
_PREFIXED: Final = re.compile(
    r"(?![ABCEHKM][ABCEHKMOPT][0-9]{7}\Z)"
    r"([A-Z]{2}(?=\d)|CHE(?=\d)|AT(?=U\d)|ES(?=[A-Z]\d)|FR(?=[0-9A-Z]{2}\d)|(?:GB|XI)(?=(?:GD|HA)\d))([0-9A-Z+*]{4,})\Z"
)


class TaxId(msgspec.Struct, frozen=True, gc=False):
    """A tax id in the form in which two systems' statements compare equal."""

    prefix: str
    number: str


def squeeze(stated: str) -> str:
    """Upper case without separators and what the number is called; digits of any script become the ten of ASCII.

    So do the wide letters of East Asian keyboards, which look like a prefix and are none.
    """
    if stated.isascii():
        if stated.isalnum():  # nearly all: adapters and registers hold numbers without separators
            return stated.upper()
    else:
        stated = "".join(map(_ascii, stated))
    label = None if stated[:1].isdigit() else _LABEL.match(stated)
    return _NOISE.sub("", stated[label.end() :] if label else stated).upper()


def _ascii(character: str) -> str:
    value = unicodedata.decimal(character, None)
    if value is not None:
        return str(value)
    return unicodedata.normalize("NFKC", character) if "\uff01" <= character <= "\uff5e" else character


def split(stated: str) -> TaxId:
    """Take a tax id apart: upper case, no separators, a leading pair of letters is the prefix."""
    return parts_of(squeeze(stated))


def parts_of(compact: str) -> TaxId:
    """What `split` makes of a number that has no separators any more."""
    match = _PREFIXED.match(compact) if compact[:1].isalpha() else None
    return TaxId(match[1], match[2]) if match else TaxId("", compact)


def stated_form(stated: str, parts: TaxId) -> str:
    """What has to be kept beside `parts` so that nothing of the statement is lost; ``""`` where they say it all."""
    text = stated.strip()
    return "" if text in {parts.number, parts.prefix + parts.number} else text
