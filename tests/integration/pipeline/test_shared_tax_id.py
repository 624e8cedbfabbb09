"""Are contractors of one ERP that share a tax id found?"""

from __future__ import annotations

from syncd.registry import lookups, tables
from syncd.registry.engine import reading
from tests.fixtures.contractors import firm

from .house import House


def test_contractors_of_one_connection_with_one_tax_id_are_found_by_the_page(house: House) -> None:
    one = firm("A1")
    house.erp.add(one)
    house.erp.add(firm("A2", tax_id=one.tax_id))
    house.erp.add(firm("A3"))
    house.run("erp")
    ids = {row["number"]: row["id"] for row in house.rows(tables.Contractor)}
    with reading(house.app.engine) as connection:
        asked = [one.tax_id, firm("A3").tax_id, "1"]
        assert lookups.sharing_tax_id(connection, house.id("erp"), asked) == {one.tax_id: [ids["A1"], ids["A2"]]}
        assert lookups.sharing_tax_id(connection, house.id("shop"), asked) == {}
