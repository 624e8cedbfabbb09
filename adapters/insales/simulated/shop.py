"""What does a simulated InSales shop do with what it is told? Its rules, without any API.

Written from what is publicly known of the platform, before and without the adapter. Where nothing is known the stricter
or odder of two habits was taken, so that an adapter that gets on with this shop gets on with the other one too: a value
of an additional field that is sent without its id is stored beside the one that is there, and two fields or groups may
have one name.

Not thread-safe: whoever calls holds `Shop.lock`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from adapters.insales.simulated.state import Client, Field, Group, Hook, Setup, State, Value

__all__ = ["INDIVIDUAL", "JURIDICAL", "LONGEST", "MOSCOW", "Refused", "Shop"]

INDIVIDUAL: Final = "Client::Individual"
JURIDICAL: Final = "Client::Juridical"
DESTINIES: Final = {INDIVIDUAL: 2, JURIDICAL: 5}
MOSCOW: Final = timezone(timedelta(hours=3))

_BOTH: Final = (
    "name",
    "email",
    "phone",
    "registered",
    "subscribe",
    "consent_to_personal_data",
    "bonus_points",
    "ip_addr",
)
_PERSON: Final = ("surname", "middlename")
_REQUISITES: Final = (
    "inn", "kpp", "ogrn", "okpo", "bik", "bank_name", "settlement_account", "correspondent_account",
    "juridical_address",
)  # fmt: skip
_SWITCHES: Final = frozenset({"registered", "subscribe", "consent_to_personal_data"})
LONGEST: Final = 255
"""Characters of a text. No length is documented; this is what the option text_length begins with."""

SHORTEST_PASSWORD: Final = 6
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+\Z")
_INN: Final = re.compile(r"\d{10}(\d{2})?\Z")


class Refused(Exception):
    """A value that the shop does not take: by attribute, the sentences about it."""

    def __init__(self, **errors: str) -> None:
        super().__init__(*errors)
        self.errors = {name: [sentence] for name, sentence in errors.items()}


class Shop:
    """One shop with its owner's setup.

    Attributes:
        lock: Held by whoever calls.
        told: Ids of clients of whom somebody is to be told, since they were last taken out.
    """

    def __init__(self, setup: Setup, state: State | None = None, now: Callable[[], datetime] | None = None) -> None:
        self.setup = setup
        self.state = state or State()
        self.lock = threading.RLock()
        self.now = now or (lambda: datetime.now(UTC))
        self.told: list[int] = []
        self._hooks_due = 0
        if not self.state.fields:
            self._furnish()

    def stamp(self) -> str:
        """The time now in Moscow, in whole seconds."""
        return self.now().astimezone(MOSCOW).isoformat(timespec="seconds")

    def create(self, given: Mapping[str, Any]) -> Client:
        """Make a client.

        Raises:
            Refused: Naming what it does not take.
        """
        type_ = given.get("type") or INDIVIDUAL
        if type_ not in DESTINIES:
            raise Refused(type="имеет непредусмотренное значение")
        draft = Client(id=0, type=type_, values={}, created=self.stamp(), updated=self.stamp())
        self._take(draft, given)
        self._demand(draft, given, new=True)
        self._demand_fields(draft, given)
        draft.id = self._next_id()
        self.state.clients[draft.id] = draft
        self._write_fields(draft, given)
        self._greet(draft, given, was_registered=False)
        self._announce("client/create", draft)
        return draft

    def update(self, client: Client, given: Mapping[str, Any]) -> Client:
        """Change a client; its type stays, whatever is said of it.

        Raises:
            Refused: Naming what it does not take; nothing is changed then.
        """
        draft = Client(
            id=client.id, type=client.type, values=dict(client.values), password=client.password, group=client.group,
            fields=client.fields, created=client.created, updated=client.updated,
        )  # fmt: skip
        was_registered = bool(client.values.get("registered"))
        self._take(draft, given)
        self._demand(draft, given, new=False)
        if self.setup.demands_of_all:
            self._demand_fields(draft, given)
        client.values, client.password, client.group = draft.values, draft.password, draft.group
        self._write_fields(client, given)
        client.updated = self.stamp()
        self._greet(client, given, was_registered=was_registered)
        self._announce("client/update", client)
        return client

    def delete(self, client: Client) -> None:
        """Delete one for good: nothing of it is left."""
        del self.state.clients[client.id]

    def make_group(self, title: str) -> Group:
        """Make a client group, one more if there is one of that title."""
        if not title:
            raise Refused(title="не может быть пустым")
        group = Group(id=self._next_id(), title=title)
        self.state.groups[group.id] = group
        return group

    def delete_group(self, id_: int) -> None:
        """Delete a group; who was in it is in none, and is not marked as changed."""
        del self.state.groups[id_]
        for client in self.state.clients.values():
            client.group = None if client.group == id_ else client.group

    def make_field(self, given: Mapping[str, Any]) -> Field:
        """Make an additional field, one more if there is one of that name."""
        title = str(given.get("office_title") or given.get("title") or "")
        if not title:
            raise Refused(office_title="не может быть пустым")
        if not str(given.get("type", "")).startswith("Field::") or not isinstance(given.get("destiny"), int):
            raise Refused(type="имеет непредусмотренное значение")
        field = Field(
            id=self._next_id(),
            type=given["type"],
            destiny=given["destiny"],
            office_title=title,
            title=str(given.get("title") or title),
            handle=str(given.get("handle") or f"field-{self.state.last_id}"),
            obligatory=bool(given.get("obligatory")),
        )
        self.state.fields[field.id] = field
        return field

    def make_hook(self, given: Mapping[str, Any]) -> Hook:
        """Take down where to tell of what."""
        topic = given.get("topic")
        if topic not in {"client/create", "client/update", "orders/create", "orders/update"}:
            raise Refused(topic="имеет непредусмотренное значение")
        hook = Hook(id=self._next_id(), address=given["address"], topic=topic, format_type=given["format_type"])
        self.state.hooks[hook.id] = hook
        return hook

    def page(self, clear: Callable[[Client], bool], number: int, size: int, *, by_change: bool) -> list[Client]:
        """One page of clients, by their last change or by their ids."""
        found = [client for client in self.state.clients.values() if clear(client)]
        found.sort(key=(lambda one: (moment(one.updated), one.id)) if by_change else (lambda one: (0, one.id)))
        size = min(size, self.setup.largest_page)
        return found[(number - 1) * size : number * size]

    def shown(self, client: Client) -> dict[str, Any]:
        """A client as the API states it."""
        names = {field.id: field for field in self.state.fields.values()}
        absent = dict.fromkeys(("settlement_account", "correspondent_account"))
        return {
            "id": client.id,
            "type": client.type,
            **absent,
            **client.values,
            "client_group_id": client.group,
            "progressive_discount": None,
            "group_discount": None,
            "created_at": client.created,
            "updated_at": client.updated,
            "fields_values": [
                {
                    "id": one.id,
                    "field_id": one.field,
                    "value": one.value,
                    "type": "Текст",
                    "name": names[one.field].office_title,
                    "handle": names[one.field].handle,
                    "created_at": one.created,
                    "updated_at": one.updated,
                }
                for one in client.fields
                if one.field in names
            ],
        }

    def _take(self, draft: Client, given: Mapping[str, Any]) -> None:
        """Take what such a client has; anything else is left aside without a word."""
        own = _BOTH + (_PERSON if draft.type == INDIVIDUAL else _REQUISITES)
        for name in own:
            draft.values.setdefault(name, False if name in _SWITCHES else None)
            if name in given:
                value = given[name]
                draft.values[name] = value if name in _SWITCHES or value is None else str(value).strip()
        if draft.values["phone"]:
            draft.values["phone"] = self._phone(draft.values["phone"])
        if "client_group_id" in given:
            draft.group = given["client_group_id"]
        if given.get("password"):
            draft.password = str(given["password"])

    def _demand(self, draft: Client, given: Mapping[str, Any], *, new: bool) -> None:
        values = draft.values
        if not values["name"]:
            raise Refused(name="не может быть пустым")
        for name, value in values.items():
            if isinstance(value, str) and len(value) > LONGEST:
                raise Refused(**{name: "слишком длинное"})
        if draft.group is not None and draft.group not in self.state.groups:
            raise Refused(client_group="не может быть пустым")
        if values.get("inn") and not _INN.match(values["inn"]):
            raise Refused(inn="имеет неверное значение")
        self._demand_login(draft, given, new=new)

    def _demand_login(self, draft: Client, given: Mapping[str, Any], *, new: bool) -> None:
        values = draft.values
        email = values["email"]
        if email and not _EMAIL.match(email):
            raise Refused(email="имеет неверное значение")
        if values["registered"] and not email:
            raise Refused(email="не может быть пустым")
        if values["registered"] and not draft.password:
            raise Refused(password="не может быть пустым")  # noqa: S106 - a sentence
        if given.get("password") and len(str(given["password"])) < SHORTEST_PASSWORD:
            raise Refused(password="слишком короткий")  # noqa: S106 - the same
        if email and (new or "email" in given or "registered" in given) and self._is_taken(draft):
            raise Refused(email="уже используется")

    def _is_taken(self, draft: Client) -> bool:
        everybody = self.setup.one_email == "all"
        return any(
            other.values["email"] and other.values["email"].casefold() == draft.values["email"].casefold()
            for other in self.state.clients.values()
            if other.id != draft.id and (everybody or (other.values["registered"] and draft.values["registered"]))
        )

    def _demand_fields(self, draft: Client, given: Mapping[str, Any]) -> None:
        texts = {one.field: one.value for one in draft.fields}
        texts |= {row["field_id"]: row.get("value") for row in given.get("fields_values_attributes", ())}
        for field in self._fields_of(draft):
            if field.obligatory and field.active and not field.system_name and not texts.get(field.id):
                raise Refused(**{f"field_{field.id}": "не может быть пустым"})

    def _write_fields(self, client: Client, given: Mapping[str, Any]) -> None:
        known = {field.id for field in self._fields_of(client)}
        for row in given.get("fields_values_attributes", ()):
            held = next((one for one in client.fields if one.id == row.get("id")), None)
            if held is not None:
                held.value, held.updated = str(row["value"]), self.stamp()
            elif row["field_id"] in known:
                made = Value(
                    id=self._next_id(), field=row["field_id"], value=str(row["value"]), created=self.stamp(),
                    updated=self.stamp(),
                )  # fmt: skip
                client.fields.append(made)

    def _fields_of(self, client: Client) -> Iterable[Field]:
        return [field for field in self.state.fields.values() if field.destiny == DESTINIES[client.type]]

    def _phone(self, phone: str) -> str:
        if self.setup.phones == "free":
            return phone
        digits = re.sub(r"[\s().-]", "", phone)
        digits = re.sub(r"^8(?=\d{10}\Z)", "+7", digits)
        if not re.fullmatch(r"\+\d{8,15}", digits):
            raise Refused(phone="имеет неверный формат")
        return digits

    def _greet(self, client: Client, given: Mapping[str, Any], *, was_registered: bool) -> None:
        """Write to a new account, and to one whose password was changed, unless asked not to for this call."""
        news = (client.values["registered"] and not was_registered) or given.get("password")
        if news and client.values["email"] and given.get("skip_send_mail") is not True:
            self.state.mails.append(client.id)

    def _announce(self, topic: str, client: Client) -> None:
        if any(hook.topic == topic for hook in self.state.hooks.values()):
            self.told.append(client.id)
        for hook in self.state.hooks.values():
            if hook.topic == topic:
                self._hooks_due += 1
                lost = self.setup.hook_loss and self._hooks_due % self.setup.hook_loss == 0
                twice = self.setup.hook_double and self._hooks_due % self.setup.hook_double == 0
                self.state.sent += [(topic, self.shown(client))] * (0 if lost else 2 if twice else 1)

    def _furnish(self) -> None:
        """Fields that InSales brings, and those that the owner made."""
        for destiny in DESTINIES.values():
            for name in ("name", "phone", "email"):
                field = self.make_field(
                    {"type": "Field::TextField", "office_title": name, "destiny": destiny, "obligatory": True}
                )
                field.system_name = name
            for name in self.setup.fields:
                self.make_field({"type": "Field::TextField", "office_title": name, "destiny": destiny})

    def _next_id(self) -> int:
        self.state.last_id += 1
        return self.state.last_id


def moment(stamp: str) -> datetime:
    """A time stamp of the shop's."""
    return datetime.fromisoformat(stamp)
