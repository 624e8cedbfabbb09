"""Which models and fields are there?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

__all__ = ["IDENTIFIER_TYPES", "LABELS", "MECHANISM_TYPES", "MODELS", "PHONE_TYPES", "Field"]


class Field(msgspec.Struct, frozen=True):
    """One field of a model.

    Attributes:
        label: Its name in Tryton's sentences.
        kind: ``char`` is one line, ``text`` several; a ``function`` is computed and never stored.
        target: Model that a relation leads to.
        inverse: Field of the target that leads back.
        fixed: May not be changed after creation.
    """

    label: str
    kind: Literal["char", "text", "integer", "boolean", "timestamp", "many2one", "one2many", "many2many", "function"]
    target: str = ""
    inverse: str = ""
    required: bool = False
    fixed: bool = False


_STORAGE: Final = {
    "id": Field("ID", "integer", fixed=True),
    "create_date": Field("Created at", "timestamp", fixed=True),
    "write_date": Field("Edited at", "timestamp", fixed=True),
    "_timestamp": Field("Timestamp", "function", fixed=True),
    "rec_name": Field("Record Name", "function", fixed=True),
}
_ACTIVE: Final = {"active": Field("Active", "boolean")}
_PARTY: Final = {"party": Field("Party", "many2one", "party.party", required=True)}
_SEQUENCE: Final = {"sequence": Field("Sequence", "integer")}

MODELS: Final[Mapping[str, Mapping[str, Field]]] = {
    "party.party": {
        **_STORAGE,
        **_ACTIVE,
        "name": Field("Name", "char"),
        "code": Field("Code", "char", required=True, fixed=True),
        "replaced_by": Field("Replaced By", "many2one", "party.party", fixed=True),
        "addresses": Field("Addresses", "one2many", "party.address", "party"),
        "identifiers": Field("Identifiers", "one2many", "party.identifier", "party"),
        "contact_mechanisms": Field("Contact Mechanisms", "one2many", "party.contact_mechanism", "party"),
        "categories": Field("Categories", "many2many", "party.category"),
        **{name: Field(name.title(), "function", fixed=True) for name in ("phone", "mobile", "email", "website")},
    },
    "party.address": {
        **_STORAGE,
        **_ACTIVE,
        **_PARTY,
        **_SEQUENCE,
        "party_name": Field("Party Name", "char"),
        "street": Field("Street", "function"),
        "street_unstructured": Field("Street", "text"),
        "street_name": Field("Street Name", "char"),
        "building_name": Field("Building Name", "char"),
        "building_number": Field("Building Number", "char"),
        "unit_number": Field("Unit Number", "char"),
        "floor_number": Field("Floor Number", "char"),
        "room_number": Field("Room Number", "char"),
        "post_box": Field("Post Box", "char"),
        "post_office": Field("Post Office", "char"),
        "private_bag": Field("Private Bag", "char"),
        "postal_code": Field("Postal Code", "char"),
        "city": Field("City", "char"),
        "country": Field("Country", "many2one", "country.country"),
        "subdivision": Field("Subdivision", "many2one", "country.subdivision"),
    },
    "party.identifier": {
        **_STORAGE,
        **_ACTIVE,
        **_PARTY,
        **_SEQUENCE,
        "type": Field("Type", "char"),
        "code": Field("Code", "char", required=True),
        "code_compact": Field("Code Compact", "char", fixed=True),
    },
    "party.contact_mechanism": {
        **_STORAGE,
        **_ACTIVE,
        **_PARTY,
        **_SEQUENCE,
        "type": Field("Type", "char", required=True),
        "value": Field("Value", "char", required=True),
        "value_compact": Field("Value Compact", "char", fixed=True),
    },
    "party.category": {
        **_STORAGE,
        **_ACTIVE,
        "name": Field("Name", "char", required=True),
        "parent": Field("Parent", "many2one", "party.category"),
    },
    "country.country": {
        **_STORAGE,
        **_ACTIVE,
        "name": Field("Name", "char", required=True),
        "code": Field("Code", "char"),
    },
    "country.subdivision": {
        **_STORAGE,
        **_ACTIVE,
        "name": Field("Name", "char", required=True),
        "country": Field("Country", "many2one", "country.country", required=True),
    },
}

LABELS: Final[Mapping[str, str]] = {
    "party.party": "Party",
    "party.address": "Party Address",
    "party.identifier": "Party Identifier",
    "party.contact_mechanism": "Party Contact Mechanism",
    "party.category": "Party Category",
    "country.country": "Country",
    "country.subdivision": "Subdivision",
}

PHONE_TYPES: Final = frozenset({"phone", "mobile", "fax"})

MECHANISM_TYPES: Final = PHONE_TYPES | {"email", "website", "skype", "sip", "irc", "jabber", "other"}

IDENTIFIER_TYPES: Final = frozenset(
    "ad_vat al_vat ar_vat ar_dni at_businessid at_tin at_vat at_vnr au_vat au_acn au_tfn az_voen be_bis be_businessid"
    " be_nn be_ssn be_vat bg_egn bg_pnf bg_vat br_vat br_cpf by_vat ca_vat ca_sin ch_ssn ch_uid ch_vat cl_vat cn_ric"
    " cn_vat co_vat cr_cpf cr_vat cr_cr cu_ni cy_vat cz_vat cz_rc de_handelsregisternummer de_idnr de_stnr de_vat"
    " dk_cpr dk_vat do_cedula do_vat dz_vat ec_ci ec_vat ee_ik ee_vat ee_registrikood eg_vat es_cae es_cif es_dni"
    " es_nie es_vat eu_at_02 eu_oss eu_vat fi_vat fi_associationid fi_hetu fi_veronumero fi_ytunnus fo_vat fr_nif"
    " fr_nir fr_rcs fr_siren fr_siret fr_vat gb_nhs gb_upn gb_utr gb_vat gh_vat gn_vat gr_amka gr_vat gt_vat hr_vat"
    " hu_vat id_vat ie_pps ie_vat il_vat il_idnr in_aadhaar in_epic in_vat in_pan is_kennitala is_vat it_codicefiscale"
    " it_vat jp_vat ke_vat kr_vat kr_krn lt_asmens lt_pvm lt_vat lu_vat lv_vat ma_vat mc_vat md_idno me_vat mk_vat"
    " mt_vat mu_nid mx_vat my_nric mz_nuit nl_brin nl_bsn nl_vat nl_onderwijsnummer no_fodselsnummer no_vat no_orgnr"
    " nz_vat pe_cui pe_vat pk_cnic pl_vat pl_pesel pl_regon pt_cc pt_vat py_vat ro_vat ro_cnp ro_onrc rs_vat ru_vat"
    " ru_ogrn se_orgnr se_personnummer se_vat sg_vat si_vat si_emso si_maticna sk_vat sk_rc sm_vat sn_nimea sv_vat"
    " th_moa th_pin th_tin tn_vat tr_vat tr_tckimlik tw_vat ua_edrpou ua_rntrc us_atin us_ein us_itin us_ptin us_ssn"
    " us_tin uy_vat ve_vat vn_vat za_idnr za_tin".split()
)
"""As the server lists them."""
