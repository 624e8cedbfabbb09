"""Do the settings fit each other?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from syncd.domain import tax
from syncd.domain.code import id_of
from syncd.domain.contractor import FIELDS
from syncd.domain.country import alpha2
from syncd.domain.erasure import RETAINABLE
from syncd.domain.groups import checked
from syncd.domain.side import Side
from syncd.domain.standard_webhooks import keys_of
from syncd.egress import is_loopback, origin_of
from syncd.errors import InvalidRecord, Misconfigured
from syncd.sentence import Sentence, sentence_of
from syncd.settings.convert import nearest
from syncd.settings.durations import parse_duration, parse_every
from syncd.settings.provider import check_provider
from syncd.settings.redis import open_to_strangers
from syncd.settings.shape import AlertSettings, ConnectionSettings, ConsoleSettings, RouteSettings, Settings

__all__ = ["check_console", "check_name", "check_settings", "is_template"]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ADDRESS: Final = re.compile(r"[!-~]+@[!-~]+")
_CUSTOM: Final = re.compile(r"custom\.\S+")
_REDIS_SCHEMES: Final = frozenset({"redis", "rediss", "unix", "redis+socket"})


def check_settings(settings: Settings, where: str, places: Mapping[str, str] = MappingProxyType({})) -> None:
    """Look at what types alone cannot tell.

    Args:
        where: Name of the configuration file, for messages.
        places: Other files and variables, by key of what stands there.

    Raises:
        Misconfigured: Naming the key, the file and the cure.
    """
    _check_addresses(settings, where, places)
    if alpha2(settings.home) != settings.home:
        raise Misconfigured(
            Sentence("%(where)s: home is no country code", where=places.get("home", where)),
            cure="Write two capital letters, such as PL.",
            field="home",
        )
    if settings.redis is not None and urlsplit(settings.redis).scheme not in _REDIS_SCHEMES:
        raise Misconfigured(
            Sentence("%(where)s: redis is not a Redis URL", where=places.get("redis", where)),
            cure="Write it like redis://host:6379/0.",
            field="redis",
        )
    if settings.redis is not None and open_to_strangers(settings.redis):
        raise Misconfigured(
            Sentence(
                "%(where)s: redis is on another machine, and asks for no password", where=places.get("redis", where)
            ),
            code="redis-open",
            cure="Set `requirepass` in its configuration and the password in REDIS_URL.",
            field="redis",
        )
    _check_database(settings.database, places.get("database", where))
    check_console(settings.console, lambda key: f"{places.get(f'console.{key}', where)}: console")
    _check_vies(settings, where, places)
    _check_alerts(settings, where, places)
    _check_flower(settings.console, f"{places.get('console.flower_url', where)}: console")
    _check_webhooks(settings, where, places)
    for key in ("retain_person", "retain_organisation"):
        for field in getattr(settings.erasure, key):
            if field not in RETAINABLE:
                cure = nearest(field, RETAINABLE, Sentence("Fields: %(names)s.", names=", ".join(sorted(RETAINABLE))))
                raise Misconfigured(
                    Sentence(
                        "%(where)s: erasure.%(key)s: no such field %(name)s", where=where, key=key, name=repr(field)
                    ),
                    cure=cure,
                    field=key,
                )
    for name, connection in settings.connections.items():
        _check_connection(name, connection, places.get(f"connections.{name}", where), places)
    for number, route in enumerate(settings.routes):
        at = f"routes[{number}]"
        _check_route(route, f"{places.get(at, where)}: {at}", settings)


def _check_addresses(settings: Settings, where: str, places: Mapping[str, str]) -> None:
    """Refuse what cannot be taken apart: a port is read by nobody else before it is needed."""
    alerts, console = settings.alerts, settings.console
    addresses = {
        "redis": settings.redis,
        "vies.url": settings.vies.url,
        "alerts.webhook": alerts.webhook.reveal() if alerts.webhook else None,
        "console.public_url": console.public_url,
        "console.flower_url": console.flower_url,
    }
    for key, address in addresses.items():
        try:
            good = urlsplit(address or "").port != 0
        except ValueError:
            good = False
        if not good:
            raise Misconfigured(
                Sentence(
                    "%(where)s: %(key)s: the host cannot be read, or the port is no number from 1 to 65535",
                    where=places.get(key, where),
                    key=key,
                ),
                cure="Write the port as digits behind the host and a colon, or leave it out.",
                field=key,
            )


def _check_database(url: str, where: str) -> None:
    kind, _, path = url.partition("://")
    if kind.partition("+")[0] == "sqlite" and (path.strip("/") in {"", ":memory:"} or "mode=memory" in path):
        raise Misconfigured(
            Sentence(
                "%(where)s: database names no file: each program would have its own, gone when it ends", where=where
            ),
            cure="Write it like sqlite:///syncd.db.",
            field="database",
        )


def check_console(console: ConsoleSettings, where: Callable[[str], str]) -> None:
    """Refuse to show log-ins to a network that nothing encrypts.

    Args:
        where: What stands before the name of a key of the console, for messages.

    Raises:
        Misconfigured: Naming the key and the cure.
    """
    public = urlsplit(console.public_url)
    if console.public_url and (public.scheme not in {"http", "https"} or not public.hostname or public.path.strip("/")):
        raise Misconfigured(
            Sentence("%(where)s.public_url is no web address, or has a path", where=where("public_url")),
            cure="Write it like https://syncd.example.",
            field="public_url",
        )
    if not console.behind_tls_proxy and not console.published_on_loopback and not is_loopback(console.host):
        raise Misconfigured(
            Sentence(
                "%(where)s.host: other machines would reach the console at %(host)s without encryption",
                where=where("host"),
                host=console.host,
            ),
            code="console-open",
            cure="Leave it at 127.0.0.1, or put a proxy that speaks https in front and set behind_tls_proxy.",
            field="host",
        )
    if console.behind_tls_proxy and public.scheme != "https":
        raise Misconfigured(
            Sentence(
                "%(where)s.public_url is missing: behind a proxy the console cannot know what it is called",
                where=where("public_url" if console.public_url else "behind_tls_proxy"),
            ),
            code="console-open",
            cure="Write it like https://syncd.example.",
            field="public_url",
        )
    if not console.behind_tls_proxy and console.public_url and not is_loopback(public.hostname or ""):
        raise Misconfigured(
            Sentence(
                "%(where)s.public_url names another machine, and behind_tls_proxy is not set", where=where("public_url")
            ),
            code="console-open",
            cure="Set behind_tls_proxy once a proxy that speaks https is in front.",
            field="public_url",
        )
    if console.oidc is not None:
        check_provider(console.oidc, lambda key: f"{where(f'oidc.{key}')}.oidc")


def check_name(name: str, at: str = "name") -> None:
    """Refuse a name that a connection cannot have: it becomes part of addresses, variables and file names.

    Raises:
        Misconfigured: With what it may hold.
    """
    if not _NAME.fullmatch(name):
        raise Misconfigured(
            Sentence("%(at)s: the name cannot be used", at=at),
            cure="Use up to 64 letters, digits, - and _, a letter or digit first.",
            field="name",
        )


def _check_vies(settings: Settings, where: str, places: Mapping[str, str]) -> None:
    own = tax.split(settings.vies.requester)
    if settings.vies.requester and (tax.vies_prefix(own.prefix) != own.prefix or not own.number):
        raise Misconfigured(
            Sentence(
                "%(where)s: vies.requester is no VAT number with a prefix that VIES knows",
                where=places.get("vies.requester", where),
            ),
            cure="Write your own VAT number like PL5260250274.",
            field="vies.requester",
        )
    if urlsplit(settings.vies.url).scheme not in {"http", "https"}:
        raise Misconfigured(
            Sentence("%(where)s: vies.url is not a web address", where=places.get("vies.url", where)),
            cure="Leave it out to ask the EU's own.",
            field="vies.url",
        )


def _check_alerts(settings: Settings, where: str, places: Mapping[str, str]) -> None:
    own = settings.alerts
    _check_mail(own, where, places.get("alerts.smtp_password", where))
    if own.webhook is None:
        return
    where = places.get("alerts.webhook", where)
    if urlsplit(own.webhook.reveal()).scheme not in {"http", "https"}:
        raise Misconfigured(
            Sentence("%(where)s: alerts.webhook is not a web address", where=where),
            cure="Write it like https://host/path.",
            field="webhook",
        )
    if not own.signing_key:
        raise Misconfigured(
            Sentence("%(where)s: alerts.webhook needs alerts.signing_key", where=where),
            cure="Set SYNCD_ALERTS_SIGNING_KEY or SYNCD_ALERTS_SIGNING_KEY_FILE.",
            field="signing_key",
        )


def _check_mail(own: AlertSettings, where: str, password: str) -> None:
    for key, addresses in (("mail_to", own.mail_to), ("mail_from", [own.mail_from] if own.mail_to else [])):
        if not all(_ADDRESS.fullmatch(one) for one in addresses):
            raise Misconfigured(
                Sentence("%(where)s: alerts.%(key)s: this is no e-mail address", where=where, key=key),
                cure="Write it like ops@example.com.",
                field=key,
            )
    if own.mail_to and not own.smtp_host:
        raise Misconfigured(
            Sentence("%(where)s: alerts.mail_to needs alerts.smtp_host", where=where),
            cure="Name your mail server.",
            field="smtp_host",
        )
    if own.smtp_security == "none" and own.smtp_host and not is_loopback(own.smtp_host):
        raise Misconfigured(
            Sentence(
                "%(where)s: alerts.smtp_security: without encryption everybody on the way reads the mail and its "
                "password",
                where=where,
            ),
            cure="Write starttls or tls; none is for a mail server on this machine.",
            field="smtp_security",
        )
    if bool(own.smtp_username) is not bool(own.smtp_password):
        raise Misconfigured(
            Sentence("%(where)s: alerts.smtp_username and smtp_password go together", where=password),
            cure="Write smtp_username, and set SYNCD_ALERTS_SMTP_PASSWORD or SYNCD_ALERTS_SMTP_PASSWORD_FILE.",
            field="smtp_password",
        )


def _check_flower(console: ConsoleSettings, where: str) -> None:
    parts = urlsplit(console.flower_url)
    if console.flower_url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.password):
        raise Misconfigured(
            Sentence("%(where)s.flower_url is no web address, or holds a password", where=where),
            cure="Write it like http://127.0.0.1:5555; the browser asks for the password.",
            field="flower_url",
        )


def _check_webhooks(settings: Settings, where: str, places: Mapping[str, str]) -> None:
    names = [one.name for one in settings.webhooks]
    for number, one in enumerate(settings.webhooks):
        key = f"webhooks[{number}]"
        at = f"{where}: {key}"
        if not _NAME.fullmatch(one.name) or names.count(one.name) > 1:
            raise Misconfigured(
                Sentence("%(at)s.name cannot be used, or is there twice", at=at),
                cure="Use up to 64 letters, digits, - and _, a letter or digit first.",
                field="name",
            )
        try:
            origin_of(one.url.reveal())
        except Misconfigured:
            raise Misconfigured(
                Sentence("%(at)s.url is not a web address", at=f"{places.get(f'{key}.url', where)}: {key}"),
                cure="Write it like https://host/path.",
                field="url",
            ) from None
        try:
            keys_of(one.secret.reveal())
        except Misconfigured as error:
            raise Misconfigured(
                Sentence(
                    "%(at)s: %(reason)s",
                    at=f"{places.get(f'{key}.secret', where)}: {key}.secret",
                    reason=sentence_of(error.message),
                ),
                cure=error.cure,
                field="secret",
            ) from None


def _check_connection(name: str, connection: ConnectionSettings, where: str, places: Mapping[str, str]) -> None:
    at = f"{where}: connections.{name}"
    check_name(name, at)
    for key in ("every", "full_every"):
        try:
            parse_every(getattr(connection, key))
        except Misconfigured as error:
            own = f"connections.{name}.{key}"
            raise Misconfigured(
                Sentence(
                    "%(at)s: %(reason)s", at=f"{places.get(own, where)}: {own}", reason=sentence_of(error.message)
                ),
                cure=error.cure,
                field=key,
            ) from error
    _check_freshness(connection, at)
    for country in connection.served:
        if alpha2(country) != country:
            raise Misconfigured(
                Sentence("%(at)s.served: %(country)s is no country code", at=at, country=repr(country)),
                cure="Write two capital letters, such as PL.",
                field="served",
            )
    if connection.groups_field and not _CUSTOM.fullmatch(connection.groups_field):
        raise Misconfigured(
            Sentence("%(at)s.groups_field: this is no custom field", at=at),
            cure="Write it like custom.erp_groups.",
            field="groups_field",
        )
    if connection.admin_url and not is_template(connection.admin_url):
        raise Misconfigured(
            Sentence("%(at)s.admin_url: this is no web address with {key} behind its host", at=at),
            cure="Write it like https://shop.example/admin/customers/{key}.",
            field="admin_url",
        )
    for field in connection.fields or []:
        if field not in FIELDS:
            cure = nearest(field, FIELDS, Sentence("Fields: %(names)s.", names=", ".join(FIELDS)))
            raise Misconfigured(
                Sentence("%(at)s.fields: a contractor has no field %(name)s", at=at, name=repr(field)),
                cure=cure,
                field="fields",
            )


def is_template(text: str) -> bool:
    """Whether this is an address of a web page that has room for the number of a record, and for nothing else."""
    try:
        address = urlsplit(text)
        known = address.scheme in {"http", "https"} and bool(address.hostname) and address.username is None
    except ValueError:
        return False
    behind = text.partition("://")[2].partition("/")[2]
    return known and "{key}" in behind and text.count("{") == text.count("{key}") and not re.search(r"\s", text)


def _check_freshness(connection: ConnectionSettings, at: str) -> None:
    if connection.fresh_within:
        try:
            parse_duration(connection.fresh_within)
        except Misconfigured as error:
            raise Misconfigured(
                Sentence("%(at)s: %(reason)s", at=f"{at}.fresh_within", reason=sentence_of(error.message)),
                cure=error.cure,
                field="fresh_within",
            ) from error
    if connection.canary and (connection.side is not Side.SHOP or id_of(connection.canary) is None):
        raise Misconfigured(
            Sentence("%(at)s.canary: this is no customer code of a shop", at=at),
            cure="Codes look like K000231.",
            field="canary",
        )


def _check_route(route: RouteSettings, at: str, settings: Settings) -> None:
    for key, name, side in (("erp", route.erp, Side.ERP), ("shop", route.shop, Side.SHOP)):
        connection = settings.connections.get(name)
        if connection is None:
            cure = nearest(
                name,
                settings.connections,
                Sentence("Configure [connections.%(name)s], or correct the route.", name=name),
            )
            raise Misconfigured(
                Sentence("%(at)s.%(key)s: there is no connection %(name)s", at=at, key=key, name=repr(name)),
                cure=cure,
                field=key,
            )
        if connection.side is not side:
            raise Misconfigured(
                Sentence(
                    "%(at)s.%(key)s: connection %(name)s is a %(side)s",
                    at=at,
                    key=key,
                    name=name,
                    side=connection.side.value,
                ),
                cure=Sentence("Name a connection whose side is %(side)s.", side=side.value),
                field=key,
            )
    for rule in route.seed:
        try:
            checked(rule)
        except InvalidRecord as error:
            raise Misconfigured(
                Sentence("%(at)s: %(reason)s", at=f"{at}.group_rules", reason=sentence_of(error.message)),
                cure=error.cure,
                field="group_rules",
            ) from error
