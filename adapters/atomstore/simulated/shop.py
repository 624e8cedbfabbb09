"""What does a simulated AtomStore shop answer to a method about customers, and what does it do with what it is sent?

Written from what is known of the platform: partial users, two keys, business errors as texts in a success, one group by
name that is made when it is missing, no filter by time of change.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from adapters.atomstore.simulated.state import ADDRESS_TEXTS, USER_TEXTS, Representative, Setup, State, User, UserField
from syncd import xml
from syncd.errors import InvalidRecord

__all__ = ["OK", "UNAUTHORIZED", "Refused", "Shop"]

OK = "OK"
UNAUTHORIZED = "WRONG AUTHORIZATION"
WARSAW = ZoneInfo("Europe/Warsaw")

WRITABLE = frozenset(USER_TEXTS) - {"created", "wholesale", "loyalty_point"} | {"additional_email", "tax", "min_cart"}


class Refused(Exception):
    """What the shop says instead of doing it: a sentence in Polish."""


class Shop:
    """A shop's customers.

    Attributes:
        lock: To be held by whoever looks at or changes the state.
        now: The shop's clock.
    """

    def __init__(self, setup: Setup, state: State | None = None) -> None:
        self.setup = setup
        self.state = state or State()
        self.lock = threading.RLock()
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def local_time(self) -> str:
        """The time on the shop's wall: no zone, and in October one hour comes twice."""
        return self.now().astimezone(WARSAW).strftime("%Y-%m-%d %H:%M:%S")

    def get_users(self, created: str, active: str, atom_id: str, external_id: str, phrase: str) -> str:
        """Everybody who fits, in one document."""
        users = (user for user in self.state.users.values() if self._fits(user, created, active, phrase))
        if not self.setup.ignores_ids:
            users = (user for user in users if atom_id in {"", "0", str(user.atom_id)})
            users = (user for user in users if not external_id or self._is_called(user, external_id))
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<users>{"".join(map(_user, users))}</users>'

    def set_users(self, document: str) -> str:
        """Write users, each by itself: one that is refused stops no other and is missing in the answer."""
        try:
            root = xml.parse(document.encode())
        except InvalidRecord:
            return "Błąd: nieprawidłowy XML"
        saved: list[User] = []
        refusals: list[str] = []
        for element in xml.children(root, "user"):
            try:
                saved += self._set_user(element)
            except Refused as refusal:
                refusals.append(str(refusal))
        if refusals and not saved:
            return refusals[0]
        if self.setup.answers_ok and not refusals:
            return OK
        told = [user for user in saved if user.texts.get("external_id") not in self.setup.forgets]
        items = "".join(map(_saved, reversed(told) if self.setup.reverses else told))
        return f"<savedUsers>{items}</savedUsers>"

    def set_external_id(self, atom_id: str, external_id: str) -> str:
        """Give a user another id of the ERP."""
        user = self._by_atom_id(atom_id)
        if user is None:
            return "Nie znaleziono użytkownika"
        owner = self._by_external_id(external_id) if external_id else None
        if owner is not None and owner is not user:
            return "Podany external_id jest już przypisany do innego użytkownika"
        user.texts["external_id"] = self._kept(external_id)
        return OK

    def put_in_group(self, user: User, group: str) -> None:
        """A user is in one group; one that is not there is made."""
        if group and group not in self.state.groups:
            self.state.groups.append(group)
        user.texts["client_group"] = group

    def _fits(self, user: User, created: str, active: str, phrase: str) -> bool:
        if user.texts["created"] < created or active not in {"", user.texts["active"]}:
            return False
        searched = [user.texts.get("name", ""), user.texts.get("email", "")]
        if self.setup.searches_nip:
            searched += [address.get("nip", "") for address in user.addresses]
        return any(phrase.casefold() in text.casefold() for text in searched)

    def _set_user(self, element: xml.Element) -> Iterator[User]:
        texts = {xml.local_name(child): child.text or "" for child in element if not len(child)}
        user = self._addressed(texts)
        if texts.get("deleted") == "1":
            if user is None:
                raise Refused("Nie znaleziono użytkownika")
            del self.state.users[user.atom_id]
            yield user
            return
        if texts.get("atom_id") and user is None:
            raise Refused("Nie znaleziono użytkownika")
        self._check(texts, user)
        if user is None:
            user = self.open_account(texts.get("external_id", ""))
        self._write(user, texts, element)
        yield user

    def _check(self, texts: Mapping[str, str], user: User | None) -> None:
        email = texts.get("email")
        if email == "" or (email is None and user is None):
            raise Refused("Adres e-mail jest wymagany")
        owner = self._by_email(email) if email else None
        if owner is not None and owner is not user:
            raise Refused(f"Adres e-mail {email} należy do innego użytkownika")
        if texts.get("active", "1") not in {"0", "1"}:
            raise Refused("Nieprawidłowa wartość pola active")

    def _write(self, user: User, texts: Mapping[str, str], element: xml.Element) -> None:
        for name in WRITABLE & texts.keys() - {"external_id", "client_group"}:
            user.texts[name] = self._kept(texts[name])
        if "client_group" in texts:
            self.put_in_group(user, self._kept(texts["client_group"]))
        for book in xml.children(element, "addresses"):
            self._set_addresses(user, xml.children(book, "address"))
        for fields in xml.children(element, "user_fields"):
            self._set_fields(user, xml.children(fields, "user_field"))
        for rep in xml.children(element, "salesrep"):
            given = {name: xml.text(rep, name) for name in ("email", "firstname", "lastname")}
            user.salesrep = Representative(**given)

    def _set_addresses(self, user: User, elements: list[xml.Element]) -> None:
        held = {address["address_id"]: address for address in user.addresses}
        book = []
        for element in elements:
            texts = {name: self._kept(element.findtext(name) or "") for name in map(xml.local_name, element)}
            address = held.pop(texts.get("address_id", ""), None)
            if address is None:
                self.state.last_address += 1
                address = {"default": "0", "invoice": "0"}
                texts["address_id"] = str(self.state.last_address)
            address.update({name: text for name, text in texts.items() if name in ADDRESS_TEXTS})
            book.append(address)
        if self.setup.keeps_addresses:
            book += held.values()
        user.addresses = book

    def _set_fields(self, user: User, elements: list[xml.Element]) -> None:
        held = {} if self.setup.replaces_fields else {field.key: field for field in user.fields}
        for element in elements:
            key = xml.text(element, "key")
            field = held.setdefault(key, UserField(key=key))
            field.name = self._kept(xml.text(element, "name", field.name))
            field.value = self._kept(element.findtext("value") or "")
        user.fields = list(held.values())

    def open_account(self, external_id: str) -> User:
        """Make a user who has nothing but what the shop gives everybody."""
        self.state.last_user += 1
        defaults = {
            "external_id": self._kept(external_id),
            "created": self.local_time(),
            "locale": "pol",
            "active": "1",
            "credit": "0.00",
            "credit_min": "0.00",
            "wholesale": "0",
            "loyalty_point": "0",
        }
        user = User(atom_id=self.state.last_user, texts=defaults)
        self.state.users[user.atom_id] = user
        return user

    def _kept(self, text: str) -> str:
        if self.setup.loses_emoji:
            text = next((text[:index] for index, letter in enumerate(text) if ord(letter) > 0xFFFF), text)
        return text[: self.setup.text_length]

    def _addressed(self, texts: Mapping[str, str]) -> User | None:
        """The user that a write means: by the shop's id if there is one, else by the ERP's."""
        if texts.get("atom_id"):
            return self._by_atom_id(texts["atom_id"])
        external_id = texts.get("external_id", "")
        return self._by_external_id(external_id) if external_id else None

    def _by_atom_id(self, atom_id: str) -> User | None:
        return self.state.users.get(int(atom_id)) if atom_id.isascii() and atom_id.isdigit() else None

    def _by_external_id(self, external_id: str) -> User | None:
        users = self.state.users.values()
        return next((user for user in users if self._is_called(user, external_id)), None)

    def _is_called(self, user: User, external_id: str) -> bool:
        held = user.texts.get("external_id", "")
        return held == external_id or (self.setup.folds_case and held.casefold() == external_id.casefold())

    def _by_email(self, email: str) -> User | None:
        users = self.state.users.values()
        return next((user for user in users if user.texts.get("email", "").casefold() == email.casefold()), None)


def _user(user: User) -> str:
    own = "".join(_element(name, user.texts.get(name, "")) for name in USER_TEXTS)
    addresses = "".join(
        f"<address>{''.join(_element(name, address.get(name, '')) for name in ADDRESS_TEXTS)}</address>"
        for address in user.addresses
    )
    fields = "".join(
        f"<user_field>{_element('key', f.key)}{_element('name', f.name)}{_element('value', f.value)}</user_field>"
        for f in user.fields
    )
    return (
        f"<user><atom_id>{user.atom_id}</atom_id>{own}"
        f"<addresses>{addresses}</addresses><user_fields>{fields}</user_fields></user>"
    )


def _element(name: str, text: str) -> str:
    if name == "name":
        inside = text.replace("]]>", "]]]]><![CDATA[>")
        return f"<name><![CDATA[{inside}]]></name>"
    return f"<{name}>{escape(text)}</{name}>"


def _saved(user: User) -> str:
    external_id = _element("external_id", user.texts.get("external_id", ""))
    return f"<savedUser><user_id>{user.atom_id}</user_id>{external_id}</savedUser>"
