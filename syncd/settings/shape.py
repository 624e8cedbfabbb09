"""Which settings are there, what do they default to, and what do they mean?

The descriptions are those of the manual's page on configuration, which a test holds against this file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from syncd.domain.country import Zone
from syncd.domain.groups import GroupRule, Match, Unmapped
from syncd.domain.news import News
from syncd.domain.side import Side
from syncd.languages import Language
from syncd.ports import Secret
from syncd.settings.mask import mask_url

__all__ = [
    "AlertSettings",
    "ConnectionSettings",
    "ConsoleSettings",
    "ErasureSettings",
    "GuardSettings",
    "OidcSettings",
    "RateSettings",
    "RouteSettings",
    "Settings",
    "ViesSettings",
    "WebhookSettings",
]

_LONGEST: Final = 31_536_000
"""Seconds of a year: a pause without an end cannot be counted."""


def _described(text: str, **limits: Any) -> msgspec.Meta:
    return msgspec.Meta(description=text, **limits)


class GuardSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits that turn a run into ``held``: nothing is changed until a person approves."""

    at_least: Annotated[int, _described("Fewer contractors than this never hold a plan for their share.", ge=0)] = 20
    blocks_percent: Annotated[
        float,
        _described("A plan that blocks more than this share of the connection's contractors is held.", ge=0, le=100),
    ] = 5.0
    blocks_most: Annotated[
        int, _described("A plan that blocks more contractors than this is held, whatever their share.", ge=0)
    ] = 500
    blocks_hours: Annotated[
        int,
        _described(
            "Who was blocked unasked within so many hours counts with those whom a plan blocks: many small runs are as "
            "bad as a large one. 0: each plan counts for itself.",
            ge=0,
            le=720,
        ),
    ] = 24
    group_removals_percent: Annotated[
        float, _described("A plan that takes more than this share of them out of a group is held.", ge=0, le=100)
    ] = 20.0
    tax_ids_percent: Annotated[
        float, _described("A plan that gives more than this share of them another tax id is held.", ge=0, le=100)
    ] = 5.0
    emails_percent: Annotated[
        float,
        _described("A plan that gives more than this share of them another e-mail or log-in is held.", ge=0, le=100),
    ] = 10.0
    zones_percent: Annotated[
        float, _described("A plan that moves more than this share of them to another zone is held.", ge=0, le=100)
    ] = 5.0
    creates_percent: Annotated[
        float, _described("A plan that creates more than this share of what was there before is held.", ge=0, le=10_000)
    ] = 50.0
    buyers_percent: Annotated[
        float,
        _described(
            "A plan that blocks, or gives another identity to, more than this share of who ordered within 90 days is "
            "held.",
            ge=0,
            le=100,
        ),
    ] = 10.0
    turnover_percent: Annotated[
        float,
        _described("A plan that touches so buyers with more than this share of the turnover is held.", ge=0, le=100),
    ] = 20.0
    shrink_percent: Annotated[
        float,
        _described("A list of everybody that lost more than this share of its records is held.", ge=0, le=100),
    ] = 20.0
    first_run: Annotated[
        Literal["approve", "apply"],
        _described("What the first run that would change something does: wait for a person's yes, or go on."),
    ] = "approve"


class RateSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit on calls, kept across all processes, in place of the adapter's own."""

    calls: Annotated[int, _described("So many calls ...", ge=1)]
    seconds: Annotated[float, _described("... in so many seconds.", gt=0, le=_LONGEST)]


class ConnectionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One adapter put to use: ``[connections.NAME]``.

    Its ``repr`` leaves out the values of `options`, where secrets are.
    """

    kind: Annotated[str, _described("The platform: a name that `syncd adapters list` shows.")]
    side: Annotated[
        Side,
        _described("`erp` or `shop`. May be left out where the platform can only be one of them."),
    ]
    options: Annotated[
        dict[str, Any],
        _described(
            "What the platform needs: address, names, secrets. `syncd adapters list --json` names them by kind."
        ),
    ] = {}
    every: Annotated[
        str, _described("How often changes are pulled: a duration, or a cron expression of five fields (in UTC).")
    ] = "5m"
    full_every: Annotated[
        str,
        _described("How often everything is pulled, which alone can find out that a contractor is missing."),
    ] = "1d"
    fields: Annotated[
        list[str] | None, _described("Fields of a contractor that this connection has to do with; all, when left out.")
    ] = None
    guard: Annotated[GuardSettings, _described("Limits on what one run may change unasked.")] = GuardSettings()
    paused: Annotated[bool, _described("Neither pull nor push.")] = False
    parallel_calls: Annotated[
        Annotated[int, msgspec.Meta(ge=1)] | None,
        _described("Writes under way at once; the platform's own number when left out."),
    ] = None
    served: Annotated[
        list[str],
        _described("Shops only: countries that the shop serves, ISO 3166-1 alpha-2; others are an issue. Empty: all."),
    ] = []
    acceptance: Annotated[
        bool, _described("Shops only: customers that register wait until an admin accepts them (`syncd customers`).")
    ] = False
    groups_field: Annotated[
        str,
        _described(
            "Shops with room for one group for each customer: custom field that gets the names of all, such as "
            "`custom.erp_groups`."
        ),
    ] = ""
    groups_most: Annotated[
        int,
        _described(
            "A contractor in more groups than this is an issue: nobody means so many, and a wrong separator, or a "
            "column that holds something else, does. After a change `syncd reverify` looks at everybody again.",
            ge=1,
        ),
    ] = 20
    fresh_within: Annotated[
        str,
        _described(
            "So soon a change at the other side of its routes should be here, such as `15m`; while the oldest one is "
            "older, there is an alarm. Longer than the `every` of the others. Empty: no alarm."
        ),
    ] = ""
    canary: Annotated[
        str,
        _described(
            "Shops only: code of a customer made for this alone, in whose record syncd changes the custom field "
            "`syncd_canary` all the time, so that a way that is blocked shows when nothing else changes. Empty: none."
        ),
    ] = ""
    admin_url: Annotated[
        str,
        _described(
            "Where people find a record in the platform's own admin, with `{key}` for its number there, such as "
            "`https://shop.example/admin/customers/{key}`. Empty: the platform's usual address, where syncd knows it."
        ),
    ] = ""
    rate: Annotated[RateSettings | None, _described("Limit on calls; the platform's own limit when left out.")] = None

    def __repr__(self) -> str:
        return f"ConnectionSettings(kind={self.kind!r}, side={self.side!r}, options={sorted(self.options)})"


class RouteSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which ERP feeds which shop: ``[[routes]]``."""

    erp: Annotated[str, _described("Name of a connection whose side is `erp`.")]
    shop: Annotated[str, _described("Name of a connection whose side is `shop`.")]
    groups: Annotated[
        dict[str, str],
        _described(
            "The ERP's group name = the shop's group name; `\"\"` leaves a group out; others keep their name. Taken "
            "once, when the route is first used: from then on the rules are in the registry (`syncd groups`)."
        ),
    ] = {}
    group_rules: Annotated[
        list[GroupRule],
        _described("More rules of the mapping of groups, in their order (below); taken once, as `groups` is."),
    ] = []
    unmapped: Annotated[
        Unmapped,
        _described(
            "A group that no rule names: `keep` its name, `leave_out`, or leave it out and open an `issue` that asks."
        ),
    ] = Unmapped.KEEP
    only_groups: Annotated[
        list[str], _described("Only contractors in one of these ERP groups are created in the shop; empty: all.")
    ] = []
    zones: Annotated[
        list[Zone],
        _described("Only contractors of these zones (`domestic`, `intra_eu`, `extra_eu`) are created; empty: all."),
    ] = []
    registrations: Annotated[bool, _described("Customers that register in the shop are created in the ERP.")] = True
    guests: Annotated[bool, _described("Guests who bought without an account are created in the ERP, too.")] = False
    newsletter_only: Annotated[
        bool, _described("Guests who never bought and only subscribed to the newsletter are created in the ERP, too.")
    ] = False
    create_inactive: Annotated[
        bool, _described("Contractors that are switched off in the ERP are created in the shop, blocked.")
    ] = False

    @property
    def seed(self) -> list[GroupRule]:
        """The mapping of groups with which the registry begins."""
        equals = [GroupRule(match=Match.EQUALS, pattern=ours, target=theirs) for ours, theirs in self.groups.items()]
        return [*equals, *self.group_rules]


class ViesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Asking VIES whether VAT numbers are registered: ``[vies]``."""

    enabled: Annotated[bool, _described("Ask VIES for the numbers of customers inside the EU.")] = False
    requester: Annotated[
        str,
        _described("Your own VAT number with its prefix: VIES then gives a consultation number with each answer."),
    ] = ""
    url: Annotated[str, _described("Root of the REST API.")] = "https://ec.europa.eu/taxation_customs/vies/rest-api"
    calls: Annotated[int, _described("Most questions in `vies.seconds`, over all processes.", ge=1)] = 30
    seconds: Annotated[
        float, _described("The time in which no more than `vies.calls` questions are asked.", gt=0, le=_LONGEST)
    ] = 60.0
    keep_days: Annotated[int, _described("A number that was valid is asked for again after so long.", ge=1)] = 30


class AlertSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is told when a run is held, and when something is late or well again: ``[alerts]``. The log always is."""

    command: Annotated[
        list[str],
        _described("Program with its arguments that is started for each alert and reads it as JSON; no shell."),
    ] = []
    webhook: Annotated[
        Secret | None, _described("Address to which each alert is posted; a secret, since it often holds a token.")
    ] = None
    signing_key: Annotated[
        Secret | None, _described("Secret with which posted alerts are signed; needed with `webhook`.")
    ] = None
    mail_to: Annotated[
        list[str], _described("Addresses to which each alert is sent by e-mail; needs `mail_from` and `smtp_host`.")
    ] = []
    mail_from: Annotated[str, _described("Address from which it is sent.")] = ""
    language: Annotated[
        Language,
        _described("Language in which whoever gets the e-mail reads it."),
    ] = "en"
    smtp_host: Annotated[str, _described("Mail server that takes it.")] = ""
    smtp_port: Annotated[int, _described("Its port: 587 with `starttls`, mostly 465 with `tls`.", ge=1, le=65535)] = 587
    smtp_security: Annotated[
        Literal["starttls", "tls", "none"],
        _described("How the way there is encrypted; `none` is for a mail server on this machine only."),
    ] = "starttls"
    smtp_username: Annotated[str, _described("Who logs in there; empty: nobody.")] = ""
    smtp_password: Annotated[Secret | None, _described("That log-in's password.")] = None


class WebhookSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom syncd calls when something happens: ``[[webhooks]]``."""

    name: Annotated[str, _described("What it is called here: up to 64 letters, digits, - and _.")]
    url: Annotated[Secret, _described("Address to which messages are posted. In the environment if it holds a token.")]
    events: Annotated[
        list[News],
        _described(
            "What it wants to hear of: `run.finished`, `run.held`, `plan.waiting`, `issue.opened`, `freshness.late`, "
            "`freshness.back`.",
            min_length=1,
        ),
    ]
    secret: Annotated[
        Secret,
        _described(
            "Key under which messages are signed, as `syncd webhooks key` makes one; several with commas between, the "
            "newest first. In the environment only."
        ),
    ]


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which identity provider people log in to the console: ``[console.oidc]``."""

    issuer: Annotated[
        str,
        _described(
            "The provider's own name, an address of https to the letter as its discovery document has it, such as "
            "`https://login.example/realms/acme`. On this machine http will do."
        ),
    ]
    client_id: Annotated[str, _described("What syncd is called there.", min_length=1)]
    client_secret: Annotated[Secret, _described("Its password there. In the environment only.")]
    label: Annotated[
        str, _described("What the button calls the provider: *Log in with …*.", min_length=1, max_length=40)
    ] = "OpenID Connect"
    scopes: Annotated[tuple[str, ...], _described("What is asked for; `openid` is always among it.")] = (
        "openid",
        "profile",
        "email",
    )
    role_claim: Annotated[
        str,
        _described(
            "Claim that decides on the role at each log-in, such as `groups`; with dots for one inside another, such "
            "as `realm_access.roles`. Empty: admins of syncd decide."
        ),
    ] = ""
    roles: Annotated[
        dict[str, Literal["viewer", "operator", "admin"]],
        _described(
            "A value of that claim = `viewer`, `operator` or `admin`. The highest counts; nobody comes in without any."
        ),
    ] = {}
    make_users: Annotated[
        bool,
        _described(
            "Whoever has one of these roles there becomes a user at the first log-in; needs `roles`. Else only those "
            "come in whom an admin made a user."
        ),
    ] = False
    passwords: Annotated[
        bool, _described("People may log in by password as well. `false` leaves the provider as the only way in.")
    ] = True


class ConsoleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where people and platforms reach the console: ``[console]``."""

    host: Annotated[
        str, _described("Address to listen at. One that other machines reach needs `behind_tls_proxy`.")
    ] = "127.0.0.1"
    port: Annotated[int, _described("Port to listen at.", ge=1, le=65535)] = 8711
    behind_tls_proxy: Annotated[
        bool, _described("A proxy in front of it speaks https, and is the only one that reaches it.")
    ] = False
    public_url: Annotated[
        str, _described("What people write into the browser, such as `https://syncd.example`; needed behind a proxy.")
    ] = ""
    proxies: Annotated[
        tuple[str, ...], _described("Addresses or networks of that proxy, whose word on who calls is taken.")
    ] = ("127.0.0.1", "::1")
    idle_minutes: Annotated[int, _described("A log-in ends after so long without a request.", ge=1)] = 60
    session_hours: Annotated[int, _described("A log-in ends after so long, however busy.", ge=1)] = 12
    published_on_loopback: Annotated[
        bool,
        _described("It listens in a container whose port is published at 127.0.0.1 of the host, and nowhere else."),
    ] = False
    flower_url: Annotated[
        str, _described("Where people reach Flower, to which the console then links; empty: no links.")
    ] = ""
    oidc: Annotated[OidcSettings | None, _described("The identity provider by which people log in.")] = None

    @property
    def address(self) -> str:
        """What people write into the browser."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def takes_passwords(self) -> bool:
        """Whether a password opens anything."""
        return self.oidc is None or self.oidc.passwords


class ErasureSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an erasure keeps, and where it is remembered: ``[erasure]``."""

    retain_person: Annotated[
        tuple[str, ...], _described("Fields of an erased person that a law requires to be kept, such as `tax_id`.")
    ] = ()
    retain_organisation: Annotated[
        tuple[str, ...], _described("The same of an erased organisation: by these its accounting records are found.")
    ] = ("number", "tax_id")
    retain_years: Annotated[
        int, _described("They are kept until the end of the year this many years after the erasure.", ge=0)
    ] = 5
    ledger: Annotated[
        str,
        _described(
            "File outside the database that remembers erasures, so that one survives the restore of an older backup. A "
            "relative one is in the folder of the configuration file; with several machines, put it where all see it."
        ),
    ] = "erasures.ledger"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that is configured.

    Its ``repr`` shows no password.

    Attributes:
        folder: Where relative paths start: the folder of the configuration file. Not a key of that file.
    """

    home: Annotated[str, _described("Country of the shop, ISO 3166-1 alpha-2: decides who is domestic.")] = "PL"
    database: Annotated[
        str,
        _described(
            "Where the registry is: `postgresql://user@host/name`, or `sqlite:///file` on one machine. A relative file "
            "is looked for in the folder of the configuration file."
        ),
    ] = "sqlite:///syncd.db"
    redis: Annotated[
        str | None,
        _described("The Redis that wakes workers: `redis://host:6379/0`. `syncd up` brings one if left out."),
    ] = None
    connections: Annotated[dict[str, ConnectionSettings], _described("The connections, by name.")] = {}
    routes: Annotated[list[RouteSettings], _described("Which ERP feeds which shop.")] = []
    alerts: Annotated[AlertSettings, _described("Who is told when something is late.")] = AlertSettings()
    webhooks: Annotated[list[WebhookSettings], _described("Whom syncd calls when something happens.")] = []
    erasure: Annotated[ErasureSettings, _described("What an erasure keeps, and where it is remembered.")] = (
        ErasureSettings()
    )
    tombstone_key: Annotated[
        Secret | None,
        _described(
            "Secret under which erased customers are recognised without being kept. Left out, one is made at the first "
            "erasure, in a file beside the ledger."
        ),
    ] = None
    secrets_key: Annotated[
        Secret | None,
        _described(
            "Key under which secrets in the registry are encrypted; several with commas between, the newest first. "
            "Left out, one is made when it is first needed, in the file `secrets.key`."
        ),
    ] = None
    console: Annotated[ConsoleSettings, _described("The console.")] = ConsoleSettings()
    hold_unresolved: Annotated[
        bool, _described("Customers whose country could not be established wait until it is.")
    ] = False
    hold_unapproved: Annotated[
        bool, _described("Customers that their shop has not approved as buyers wait until it has.")
    ] = False
    vies: Annotated[ViesSettings, _described("Asking VIES.")] = ViesSettings()
    lease_seconds: Annotated[
        int, _described("Work of a process that gave no sign for so long is taken over by another.", ge=5)
    ] = 60
    push_batch: Annotated[int, _described("Contractors that a worker takes at once to push.", ge=1)] = 500
    push_tries: Annotated[int, _described("Tries of a push before it waits for a person.", ge=1)] = 8
    retry_base_seconds: Annotated[
        float, _described("Longest pause before the second try; it doubles with every further one.", gt=0, le=_LONGEST)
    ] = 5.0
    retry_cap_seconds: Annotated[
        float, _described("The pause between tries never gets longer than this.", gt=0, le=_LONGEST)
    ] = 3600.0
    audit_days: Annotated[
        int, _described("So long it is kept who did what in the console and at a terminal.", ge=1)
    ] = 730
    history_days: Annotated[int, _described("So long it is kept who changed what.", ge=1)] = 365
    plan_hours: Annotated[
        int, _described("A plan that waited longer than this is not applied any more: it has to be made anew.", ge=1)
    ] = 72
    plan_days: Annotated[int, _described("So long plans are kept that were never applied.", ge=1)] = 30
    replay_days: Annotated[
        int, _described("So long it is kept what `syncd replay` needs: what sides said and what it met. 0: not.", ge=0)
    ] = 14
    replay_records: Annotated[
        int,
        _described("Most records without a change that are kept for that, over all runs; the oldest go first.", ge=0),
    ] = 20_000
    payload_days: Annotated[
        int,
        _described("So long it is kept which pushes failed, with what was sent and answered. 0: not.", ge=0),
    ] = 14
    disk_free_mb: Annotated[
        int,
        _described(
            "`syncd doctor` warns of a disk that syncd writes to with less free space than this, in MB; less than a "
            "tenth of it is a failure.",
            ge=0,
        ),
    ] = 1000
    backup_folder: Annotated[
        str,
        _described("Where backups go, for `syncd doctor` to look at that disk as well; nothing else depends on it."),
    ] = ""
    folder: Path = Path()

    def __repr__(self) -> str:
        redis = self.redis and mask_url(self.redis)
        return (
            f"Settings(home={self.home!r}, database={mask_url(self.database)!r}, redis={redis!r}, "
            f"connections={self.connections!r}, routes={self.routes!r}, folder={str(self.folder)!r})"
        )
