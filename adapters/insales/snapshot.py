"""What of a client is kept as the record's bytes, so that it can be understood later without the shop?

A client names its group and its additional fields by id only. The bytes hold the titles and names beside it, and none
of what changes without anybody's doing: computed discounts, points, addresses of browsers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from adapters.insales.fields import Fields
from adapters.insales.groups import Groups
from adapters.insales.options import Options
from adapters.insales.standing import Standing, standing_of
from syncd.errors import InvalidRecord
from syncd.ports import Record

__all__ = ["Snapshot", "decode", "record_of", "standing"]

_KEPT: Final = (
    "id type name surname middlename email phone registered subscribe consent_to_personal_data client_group_id "
    "inn kpp ogrn okpo bik bank_name settlement_account correspondent_account juridical_address updated_at"
).split()


class Snapshot(msgspec.Struct, frozen=True):
    """A client with the names of what it names by id.

    Attributes:
        client: As the shop sent it, less what nobody asks for.
        values: What it holds in our additional fields, by name.
        group: Title of its group.
        own_group: Title of the group that it was in before it was blocked.
    """

    client: Mapping[str, Any]
    values: Mapping[str, str]
    group: str | None = None
    own_group: str | None = None

    def text(self, name: str) -> str:
        """One of the client's texts; numbers are texts with digits, ``null`` is an empty one."""
        value = self.client.get(name)
        return "" if value is None or isinstance(value, bool) else str(value).strip()


_decode = msgspec.json.Decoder(Snapshot).decode


def record_of(client: Mapping[str, Any], fields: Fields, groups: Groups, options: Options) -> Record:
    """Make a record of a client; titles and names that are not known yet are asked for."""
    values = fields.values(client)
    id_ = client.get("client_group_id")
    group = groups.title(id_ if isinstance(id_, int) else None)
    snapshot = Snapshot({name: client.get(name) for name in _KEPT}, values, group)
    stand = standing(snapshot, options)
    if stand.blocked and stand.group is not None and group == options.blocked_group:
        snapshot = msgspec.structs.replace(snapshot, own_group=groups.title(stand.group))
    return Record(str(client["id"]), msgspec.json.encode(snapshot, order="deterministic"))


def standing(snapshot: Snapshot, options: Options) -> Standing:
    """Whether the client is blocked, and by whom."""
    id_ = snapshot.client.get("client_group_id")
    inside = snapshot.group == options.blocked_group if options.blocked_group else None
    group = id_ if isinstance(id_, int) else None
    return standing_of(group, snapshot.values.get(options.status, ""), in_blocked_group=inside)


def decode(record: Record) -> Snapshot:
    """Read a record's bytes back.

    Raises:
        InvalidRecord: If they are none that `record_of` made.
    """
    try:
        return _decode(record.raw)
    except (msgspec.ValidationError, msgspec.DecodeError):
        raise InvalidRecord(
            "the record's bytes are none of an InSales client", code="not-a-customer", record=record.external_id
        ) from None
