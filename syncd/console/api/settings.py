"""What can a program ask about settings, and change of those that the registry keeps?"""

from __future__ import annotations

import msgspec

from syncd.access.roles import Role
from syncd.alerts import try_alerts
from syncd.checks.check import Check
from syncd.checks.everything import check_everything
from syncd.console.api.endpoint import Call, Done, Endpoint
from syncd.console.connections.finding import connection_of
from syncd.domain.policy import Empty, Forbidden
from syncd.domain.side import Side
from syncd.errors import InvalidRecord
from syncd.registry.country_names import MappedName, list_names
from syncd.registry.engine import reading
from syncd.registry.served import Served, list_served
from syncd.settings.explain import Explained, flatten
from syncd.sync import fields
from syncd.sync.connecting.credentials import whole
from syncd.sync.country_names import map_country, serve_country, unmap_country, unserve_country
from syncd.sync.fields import FieldRow, Wish

__all__ = ["ENDPOINTS"]


class SettingsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of them.

    Attributes:
        below: How their keys begin, such as ``connections.shop.``
    """

    below: str = ""


class Settings(msgspec.Struct, frozen=True):
    """What is in force, with where it comes from and what it means; secrets are masked."""

    items: list[Explained]


class Checks(msgspec.Struct, frozen=True):
    """What `syncd doctor` sees of syncd's own machines."""

    items: list[Check]


class CountryNames(msgspec.Struct, frozen=True):
    """What admins say that stated countries mean."""

    items: list[MappedName]


class NameIs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A country as it is stated, and what it means."""

    stated: str
    country: str


class StatedCountry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A country as it is stated."""

    stated: str


class ServedCountries(msgspec.Struct, frozen=True):
    """Countries that shops serve besides those of their configuration."""

    items: list[Served]


class CountryAt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A country at a shop."""

    shop: str
    country: str


class AlertsTold(msgspec.Struct, frozen=True):
    """By which channels somebody was told."""

    told: list[str]


class FieldsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rules.

    Attributes:
        changed: Only those that somebody changed.
    """

    changed: bool = False


class Fields(msgspec.Struct, frozen=True):
    """Who may change which field: for all shops, and after each field for single ones."""

    items: list[FieldRow]


class RuleWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rule is to be; what is left out stays.

    Attributes:
        owner: Whose value stands in a conflict: ``erp`` or ``shop``.
        edit: Where a shop's edit counts: ``never``, ``domestic``, ``always``, or zones with commas between.
        empty: What it means that a side holds nothing any more.
        forbidden: What becomes of an edit that does not count.
        shop: Only for what this shop says.
    """

    owner: Side | None = None
    edit: str | None = None
    empty: Empty | None = None
    forbidden: Forbidden | None = None
    shop: str | None = None


class OfShop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which shop; ``null``: of all."""

    shop: str | None = None


def _settings(call: Call) -> Settings:
    found = flatten(whole(call.app.loaded, call.app.settings))
    return Settings([one for one in found if one.key.startswith(call.query.below)])


def _checks(call: Call) -> Checks:
    return Checks(list(check_everything(call.app)))


def _names(call: Call) -> CountryNames:
    with reading(call.app.engine) as connection:
        return CountryNames(list_names(connection))


def _name(call: Call) -> Done:
    return Done(map_country(call.app, call.body.stated, call.body.country, by=call.by))


def _forget_name(call: Call) -> Done:
    unmap_country(call.app, call.body.stated, by=call.by)
    return Done("forgotten")


def _fields(call: Call) -> Fields:
    rows = fields.list_rules(call.app)
    return Fields([row for row in rows if row.changed or row.by or not call.query.changed])


def _set_field(call: Call) -> FieldRow:
    asked: RuleWish = call.body
    wish = Wish(owner=asked.owner, edit=asked.edit, empty=asked.empty, forbidden=asked.forbidden)
    if wish == Wish():
        raise InvalidRecord("nothing was to be changed", code="rule-unusable", cure="Name a part of the rule.")
    return fields.set_rule(call.app, call.path["field"], wish, by=call.by, shop=_shop(call, asked.shop))


def _reset_field(call: Call) -> FieldRow:
    return fields.reset_rule(call.app, call.path["field"], by=call.by, shop=_shop(call, call.body.shop))


def _shop(call: Call, name: str | None) -> str | None:
    return None if name is None else connection_of(call.app, name).name


def _served(call: Call) -> ServedCountries:
    with reading(call.app.engine) as connection:
        return ServedCountries(list_served(connection))


def _serve(call: Call) -> Done:
    return Done(serve_country(call.app, call.body.shop, call.body.country, by=call.by))


def _serve_no_more(call: Call) -> Done:
    return Done(unserve_country(call.app, call.body.shop, call.body.country, by=call.by))


def _try_alerts(call: Call) -> AlertsTold:
    return AlertsTold(list(try_alerts(call.app)))


_NAMES = "/settings/countries/names"
_SERVED = "/settings/countries/served"
_SERVED_EXAMPLE = {"shop": "shop", "country": "GB"}
ENDPOINTS = (
    Endpoint(
        "GET", "/settings", Role.VIEWER, "List settings with where each comes from.", _settings, Settings, SettingsQuery
    ),
    Endpoint("GET", "/settings/health", Role.VIEWER, "Look whether everything is there.", _checks, Checks),
    Endpoint("GET", _NAMES, Role.VIEWER, "List what stated countries mean.", _names, CountryNames),
    Endpoint(
        "POST", _NAMES, Role.ADMIN, "Say what a stated country means.", _name, Done, body=NameIs,
        example={"stated": "Szkocja", "country": "GB"},
    ),
    Endpoint(
        "POST", f"{_NAMES}/forget", Role.ADMIN, "Let a stated country mean what syncd itself knows of it.",
        _forget_name, Done, body=StatedCountry, example={"stated": "Szkocja"},
    ),
    Endpoint("GET", _SERVED, Role.VIEWER, "List what shops serve by an admin's answer.", _served, ServedCountries),
    Endpoint(
        "POST", _SERVED, Role.ADMIN, "Let a shop serve a country besides those of its configuration.", _serve, Done,
        body=CountryAt, example=_SERVED_EXAMPLE,
    ),
    Endpoint(
        "POST", f"{_SERVED}/forget", Role.ADMIN, "Let only its configuration say whether a shop serves a country.",
        _serve_no_more, Done, body=CountryAt, example=_SERVED_EXAMPLE,
    ),
    Endpoint(
        "POST", "/settings/notifications/test", Role.ADMIN, "Send an alert that means nothing by every channel.",
        _try_alerts, AlertsTold,
    ),
    Endpoint("GET", "/fields", Role.VIEWER, "List who may change which field.", _fields, Fields, FieldsQuery),
    Endpoint(
        "POST", "/fields/{field}", Role.ADMIN, "Change the rule of a field, for all shops or for one.", _set_field,
        FieldRow, body=RuleWish, example={"edit": "always", "shop": "shop"},
    ),
    Endpoint(
        "POST", "/fields/{field}/reset", Role.ADMIN, "Go back to the default rule of a field.", _reset_field, FieldRow,
        body=OfShop, example={"shop": None},
    ),
)  # fmt: skip
