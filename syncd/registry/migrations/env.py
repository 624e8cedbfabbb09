"""How does Alembic reach the registry? By the connection that `syncd.registry.schema` gives it."""

from __future__ import annotations

from alembic import context

from syncd.registry.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # Two programs may start at once: the second waits, and finds nothing left to do.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7369636)")
    context.run_migrations()
connection.commit()
