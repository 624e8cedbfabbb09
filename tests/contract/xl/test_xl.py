"""Does the adapter of Comarch ERP XL keep the contract?"""

from __future__ import annotations

from tests.contract.promises import promises_of

test_promise = promises_of("xl")
