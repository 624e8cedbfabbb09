"""Is a side said to want something else exactly when what it should hold is something else?"""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import FIELDS, Contractor
from syncd.domain.country import Zone
from syncd.domain.side import Side
from syncd.ports import Capabilities
from syncd.sync.routes import Station
from tests.fixtures.contractors import any_contractor

_FIELDS = st.frozensets(st.sampled_from(sorted(FIELDS)))
_RESIDENCIES: st.SearchStrategy[Mapping[str, str]] = st.sampled_from(
    [{}, {zone: zone.value for zone in Zone}, {Zone.DOMESTIC: "PL"}]
)


@st.composite
def _stations(draw: st.DrawFn) -> Station:
    """A side that can hold some fields of a customer."""
    told = Capabilities(writes=draw(_FIELDS), many_groups=draw(st.booleans()), zones=draw(_RESIDENCIES))
    return Station(
        id=1,
        name="side",
        side=draw(st.sampled_from(Side)),
        declare=lambda: told,
        fields=draw(st.none() | _FIELDS),
        routes=(),
        groups_field=draw(st.sampled_from(["", "custom.all"])),
    )


@st.composite
def _changes(draw: st.DrawFn) -> tuple[Contractor, Contractor]:
    """A customer before and after; often little is another."""
    before, after = draw(any_contractor()), draw(any_contractor())
    kept = draw(st.just(frozenset(FIELDS)) | _FIELDS)
    return before, type(after)(**{name: getattr(before if name in kept else after, name) for name in FIELDS})


@given(_stations(), _changes(), st.sampled_from(Zone), st.sampled_from(Zone))
def test_a_side_wants_something_else_when_what_it_should_hold_is_another(
    station: Station, change: tuple[Contractor, Contractor], zone_before: Zone, zone: Zone
) -> None:
    before, after = change
    wants_other = station.wanted(before, zone_before) != station.wanted(after, zone)
    assert station.wants_other(before, zone_before, after, zone) is wants_other
