"""Where does a person find a customer in a platform's own admin?"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from syncd.errors import Misconfigured
from syncd.ports import parse_options
from syncd.settings.check import is_template
from syncd.sync.app import App, Connected

__all__ = ["link_to", "links_to"]

_KEY = "{key}"


def link_to(connected: Connected, external_id: str) -> str:
    """The address of a record's page; empty where nobody knows it, or it is none that a browser should open.

    The configuration wins over what is usual for the platform. A number is quoted, so that it stays one part of the
    path whatever a platform calls its records.
    """
    template = connected.settings.admin_url or _usual(connected)
    return template.replace(_KEY, quote(external_id, safe="")) if is_template(template) else ""


def links_to(app: App, bound: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Addresses by connection, for those that have the customer and tell where.

    Args:
        bound: Connections, each with what the customer is called there.
    """
    known = {
        name: link_to(app.connections[name], external_id)
        for name, external_id in bound
        if external_id and name in app.connections
    }
    return {name: address for name, address in known.items() if address}


def _usual(connected: Connected) -> str:
    """The platform's own form of the address, with the place for the number still in it."""
    adapter = connected.adapter
    if adapter.link is None:
        return ""
    try:
        options = parse_options(adapter.options, connected.settings.options, connection=connected.name)
    except Misconfigured:
        return ""
    return adapter.link(options, _KEY)
