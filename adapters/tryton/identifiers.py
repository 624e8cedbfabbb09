"""Which of Tryton's identifiers is the tax number, which are registrations, and which are nobody's business?

Tryton 8.2 knows about 170 types, named after python-stdnum's modules (``pl_vat``, ``se_orgnr``). Typed numbers are
checked and reformatted by the server; an untyped one is any text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from syncd.domain import tax
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence

__all__ = [
    "EU_VAT",
    "TAX_TYPES",
    "Identifier",
    "TaxNumber",
    "registration_type",
    "registrations",
    "tax_rows",
    "tax_type",
]

EU_VAT: Final = "eu_vat"

INN: Final = "ru_vat"
"""Tryton's name for the Russian INN, which syncd keeps among the registrations."""

OTHER: Final = "other"
"""Kind of a number without a type."""

TAX_TYPES: Final = frozenset(
    "ad_vat al_vat ar_vat at_vat au_vat au_acn az_voen be_vat bg_vat br_vat by_vat ca_vat ch_vat cl_vat cn_vat co_vat"
    " cr_vat cy_vat cz_vat de_vat dk_vat do_vat dz_vat ec_vat ee_vat eg_vat es_vat eu_vat fi_vat fo_vat fr_vat gb_vat"
    " gh_vat gn_vat gr_vat gt_vat hr_vat hu_vat id_vat ie_vat il_vat in_vat is_vat it_vat jp_vat ke_vat kr_vat lt_vat"
    " lt_pvm lu_vat lv_vat ma_vat mc_vat md_idno me_vat mk_vat mt_vat mx_vat mz_nuit nl_vat no_vat nz_vat pe_vat"
    " pl_vat pt_vat py_vat ro_vat rs_vat se_vat sg_vat si_vat sk_vat sm_vat sv_vat th_moa tn_vat tr_vat tw_vat"
    " ua_edrpou us_ein us_tin uy_vat ve_vat vn_vat za_tin".split()
)
"""The types that Tryton itself takes for tax reports, but for the INN and for the numbers of natural persons."""

PERSONAL: Final = frozenset(
    "ar_dni at_vnr be_bis be_nn be_ssn bg_egn bg_pnf br_cpf ca_sin ch_ssn cn_ric cr_cpf cr_cr cu_ni cz_rc de_idnr"
    " dk_cpr do_cedula ec_ci ee_ik es_dni es_nie fi_hetu fi_veronumero fr_nif fr_nir gb_nhs gb_upn gb_utr gr_amka"
    " ie_pps il_idnr in_aadhaar in_epic in_pan is_kennitala it_codicefiscale kr_krn lt_asmens mu_nid my_nric nl_bsn"
    " nl_onderwijsnummer no_fodselsnummer pk_cnic pl_pesel pt_cc ro_cnp se_personnummer si_emso sk_rc th_pin th_tin"
    " tr_tckimlik ua_rntrc us_atin us_itin us_ptin us_ssn za_idnr".split()
)
"""Numbers that name a natural person. A shop has no use for them, so they never leave Tryton."""

KINDS: Final[Mapping[str, str]] = {
    "pl_regon": "regon",
    INN: "inn",
    "ru_ogrn": "ogrn",
    "se_orgnr": "orgno",
    "no_orgnr": "orgno",
    "fr_siren": "siren",
    "fr_siret": "siret",
}
"""Tryton's type to syncd's kind of registration; any other type is its own kind."""

OUTSIDE_EU: Final[Mapping[str, str]] = {"gb_vat": "GB", "no_vat": "NO"}
"""Types whose compact form drops a prefix that is written on every invoice."""

EU_PREFIXES: Final = frozenset(
    "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI".split()
)

ODD_TYPES: Final[Mapping[str, str]] = {
    "AZ": "az_voen",
    "MD": "md_idno",
    "MZ": "mz_nuit",
    "TH": "th_moa",
    "UA": "ua_edrpou",
    "US": "us_ein",
    "ZA": "za_tin",
}
"""Countries whose tax type is not called ``<country>_vat``."""


class Identifier(msgspec.Struct, frozen=True):
    """One row of ``party.identifier``.

    Attributes:
        compact: What Tryton compares: without blanks and dashes, and without the country for national types.
    """

    id: int
    timestamp: str | None = msgspec.field(name="_timestamp")
    type: str | None = None
    code: str = ""
    compact: str = msgspec.field(name="code_compact", default="")
    sequence: int | None = None
    active: bool = True


class TaxNumber(msgspec.Struct, frozen=True):
    """A tax number in syncd's two parts, and the row that states it."""

    prefix: str
    number: str
    row: Identifier


def tax_rows(rows: Iterable[Identifier], country: str, types: AbstractSet[str] = TAX_TYPES) -> list[TaxNumber]:
    """All tax numbers of a party, the one that counts first.

    A European number says more than a national one, since it carries its prefix; then comes the number of the
    party's own `country`, then the order in Tryton.
    """
    own = f"{country.lower()}_vat"
    stated = [_stated(row) for row in rows if row.active and row.type in types]
    return sorted(stated, key=lambda tax_number: (tax_number.row.type != EU_VAT, tax_number.row.type != own))


def _stated(row: Identifier) -> TaxNumber:
    if row.type == "ch_vat" and row.compact.startswith("CHE"):
        return TaxNumber("CHE", row.compact.removeprefix("CHE"), row)
    if row.type != EU_VAT:
        return TaxNumber(OUTSIDE_EU.get(row.type or "", ""), row.compact, row)
    parts = tax.split(row.compact)
    # Tryton accepts Greek numbers with either prefix and keeps what was typed; VIES knows only EL.
    return TaxNumber("EL" if parts.prefix == "GR" else parts.prefix, parts.number, row)


def registrations(
    rows: Iterable[Identifier], told: TaxNumber | None, types: AbstractSet[str] = TAX_TYPES
) -> Iterator[tuple[str, Identifier]]:
    """Each further number with its kind; kinds that occur again get a count (``other``, ``other.2``)."""
    seen: dict[str, int] = {}
    for row in rows:
        if not row.active or row.type in PERSONAL:
            continue
        if row.type in types and told is not None and _stated(row).number == told.number:
            continue  # the same number once as national and once as European
        kind = KINDS.get(row.type or "", row.type or OTHER)
        seen[kind] = seen.get(kind, 0) + 1
        yield (kind if seen[kind] == 1 else f"{kind}.{seen[kind]}"), row


def registration_type(kind: str, country: str) -> str | None:
    """Tryton's type for a kind of registration; ``None`` where it has none, ``""`` for a number without a type."""
    base = kind.partition(".")[0]
    if base == OTHER:
        return ""
    if base == "orgno":
        return {"NO": "no_orgnr", "SE": "se_orgnr"}.get(country)
    known = {kind: type_ for type_, kind in KINDS.items()}
    return known.get(base, base if base in TAX_TYPES or "_" in base else None)


def tax_type(prefix: str, number: str, country: str, types: Mapping[str, str]) -> tuple[str, str]:
    """Type and code under which Tryton keeps a tax number.

    Args:
        types: The connection's own choice of type by country.

    Raises:
        InvalidRecord: If Tryton has no type for a tax number of that country.
    """
    if prefix == "GR":
        prefix = "EL"
    if prefix in EU_PREFIXES:
        return EU_VAT, f"{prefix}{number}"
    where = {"CHE": "CH"}.get(prefix, prefix or country)
    type_ = types.get(where) or ODD_TYPES.get(where, f"{where.lower()}_vat")
    if type_ not in TAX_TYPES and where not in types:
        raise InvalidRecord(
            Sentence("Tryton has no type for a tax number of the country %(country)s", country=where)
            if where
            else "Tryton has no type for a tax number of the country (none stated)",
            code="no-tax-type",
            cure="State the country, or name the type for this country in the option vat_types.",
            field="tax_id",
        )
    return type_, f"CHE{number}" if prefix == "CHE" else number
