"""How does Vendure 3.7 behave, as far as a customer is concerned?

A state machine without a network: customers, groups, rules, sessions, and a GraphQL server for the part of the schema
that clients of customers meet. Each behaviour was seen on a running server; `..simulator` puts it behind HTTP.
"""

from __future__ import annotations

__all__: list[str] = []
