"""How is a foreign database reached, read-only, bounded in time, and what do its errors mean?"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import Column, Connection, Engine, MetaData, Table, create_engine, event, exc, inspect, make_url

from syncd.errors import AuthFailed, FatalError, Misconfigured, OutcomeUnknown, RetryableError, Unavailable
from syncd.ports import Secret
from syncd.sentence import Sentence

__all__ = ["Database"]

_CLOCK: Final = {
    "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
    "postgresql": "SELECT clock_timestamp()",
    "mssql": "SELECT SYSUTCDATETIME()",
    "mysql": "SELECT UTC_TIMESTAMP(6)",
    "mariadb": "SELECT UTC_TIMESTAMP(6)",
    "oracle": "SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) FROM dual",
}
_REFUSED: Final = re.compile(
    r"authentication failed|login failed|permission (?:was )?denied|access denied|not permitted"
    r"|\b(18456|28P01|28000|42501)\b",
    re.IGNORECASE,
)
_MISSING_DRIVER: Final = "Install the driver that the URL names, for example pymysql or oracledb."


class Database:
    """One database of somebody else.

    Args:
        url: SQLAlchemy URL.
        folder: Where relative paths of SQLite files start.
        schema: Schema of all tables; empty for the account's own.
        attach: SQLite only: file by schema name.
        statement_seconds: Longest time for one statement.
        writable: The account is expected to write; otherwise it is kept from it as far as the database can be told.
    """

    def __init__(
        self,
        url: Secret,
        folder: Path,
        *,
        schema: str = "",
        attach: Mapping[str, str] | None = None,
        statement_seconds: int = 60,
        writable: bool = False,
    ) -> None:
        self._url = url
        self._folder = folder
        self._schema = schema
        self._attach = attach or {}
        self._statement_seconds = statement_seconds
        self._writable = writable
        self._tables: dict[str, Table] = {}
        self._describing = threading.Lock()
        self._engine = self._make_engine()

    @property
    def dialect(self) -> str:
        return self._engine.dialect.name

    @contextlib.contextmanager
    def connect(self, *, writes: bool = False) -> Iterator[Connection]:
        """A connection for a few statements; what `writes` is committed at the end.

        Raises:
            SyncError: For every error of the database; without the statement, its values or the URL.
        """
        sent = False
        try:
            self._require_files()
            with self._engine.connect() as connection:
                yield connection
                if writes:
                    sent = True
                    connection.commit()
        except exc.SQLAlchemyError as error:
            raise _meaning(error, sent=sent) from None
        except OSError as error:
            raise Unavailable(
                Sentence("the database cannot be reached (%(kind)s)", kind=type(error).__name__)
            ) from None

    def table(self, name: str) -> Table:
        """A table or view as the database describes it.

        Raises:
            Misconfigured: If there is none, or this account may not see it.
        """
        with self._describing:
            if name not in self._tables:
                self._tables[name] = self._described(name)
            return self._tables[name]

    def key(self, table: str) -> list[str]:
        """Names of the columns of a table's primary key; none where it has none."""
        with self.connect() as connection:
            return inspect(connection).get_pk_constraint(table, self._schema or None)["constrained_columns"]

    def column(self, table: str, name: str) -> Column[Any]:
        """A column of a table.

        Raises:
            Misconfigured: If there is none.
        """
        columns = self.table(table).columns
        if name not in columns:
            raise Misconfigured(
                Sentence("the table %(table)s has no column %(name)s", table=repr(table), name=repr(name)),
                code="column-missing",
                field="fields",
                cure="Correct the name; letters count as the database writes them.",
            )
        return columns[name]

    def clock(self, connection: Connection) -> datetime:
        """The source's own time, in UTC.

        Raises:
            Misconfigured: If it is not known how to ask this kind of database.
        """
        statement = _CLOCK.get(self.dialect)
        if statement is None:
            raise Misconfigured(
                Sentence("how to ask %(dialect)s for its time is not known", dialect=self.dialect),
                field="watermark",
                cure="Leave the watermark out, or use a counter.",
            )
        told = connection.exec_driver_sql(statement).scalar_one()
        moment = datetime.fromisoformat(told) if isinstance(told, str) else told
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _described(self, name: str) -> Table:
        schema = self._schema or None
        with self.connect() as connection:
            try:
                # No more than is used: keys, indexes and checks would be a question each, and an ERP has hundreds.
                found = cast("Sequence[Mapping[str, Any]]", inspect(connection).get_columns(name, schema))
            except exc.NoSuchTableError:
                raise Misconfigured(
                    Sentence("there is no table or view %(name)s, or the account may not see it", name=repr(name)),
                    code="table-missing",
                    field="table",
                    cure="Correct table and schema, or grant SELECT.",
                ) from None
        columns = [Column(column["name"], column["type"], quote=column.get("quote")) for column in found]
        return Table(name, MetaData(), *columns, schema=schema)

    def _make_engine(self) -> Engine:
        try:
            url = make_url(self._url.reveal())
            if url.get_backend_name() == "sqlite" and url.database:
                url = url.set(database=str(self._folder / url.database))
            engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=4, pool_timeout=30)
        except (exc.NoSuchModuleError, ModuleNotFoundError) as error:
            missing = getattr(error, "name", None) or "of this kind"
            raise Misconfigured(
                Sentence("the database driver %(missing)s is not installed", missing=missing),
                field="url",
                cure=_MISSING_DRIVER,
            ) from None
        except (exc.ArgumentError, ValueError):
            raise Misconfigured(
                "the URL cannot be read",
                field="url",
                cure="It looks like dialect+driver://user:password@host/database.",
            ) from None
        event.listen(engine, "connect", self._prepare)
        return engine

    def _prepare(self, connection: Any, _record: object) -> None:
        """Bound statements in time and keep the account from writing, as far as the database can be told."""
        seconds = self._statement_seconds
        cursor = connection.cursor()
        if self.dialect == "sqlite":
            connection.text_factory = _text_or_bytes
            for schema, path in self._attach.items():
                cursor.execute(f"ATTACH DATABASE ? AS {schema}", (str(self._folder / path),))
            cursor.execute(f"PRAGMA busy_timeout = {seconds * 1000}")
            if not self._writable:
                cursor.execute("PRAGMA query_only = ON")
        elif self.dialect == "postgresql":
            cursor.execute(f"SET statement_timeout = {seconds * 1000}")
            if not self._writable:
                cursor.execute("SET default_transaction_read_only = on")
            connection.commit()
            from syncd.sql.moments import read_any_moment  # noqa: PLC0415 - most databases are none of this kind

            read_any_moment(connection)
        elif self.dialect == "mssql":
            cursor.execute(f"SET LOCK_TIMEOUT {seconds * 1000}")
            with contextlib.suppress(AttributeError):
                connection.timeout = seconds  # pyodbc's; other drivers take theirs from the URL
        cursor.close()

    def _require_files(self) -> None:
        # SQLite makes a file that is not there, and an empty database is an empty list.
        if self.dialect != "sqlite":
            return
        database = self._engine.url.database
        files = [Path(database)] if database and database != str(self._folder / ":memory:") else []
        files += [self._folder / path for path in self._attach.values()]
        if not all(file.is_file() for file in files):
            raise Misconfigured("the database file is not there", field="url", cure="Correct the path.")


def _text_or_bytes(data: bytes) -> str | bytes:
    """SQLite keeps any bytes as text: one bad name must not fail the page that it is on."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _meaning(error: exc.SQLAlchemyError, *, sent: bool) -> FatalError | RetryableError:
    """What an error of the database means. Its own text may quote values, so only its kind is kept."""
    origin = getattr(error, "orig", None)
    kind = type(origin or error).__name__
    if _REFUSED.search(str(origin)) or _REFUSED.search(str(getattr(origin, "sqlstate", ""))):
        return AuthFailed(Sentence("the database refused the account (%(kind)s)", kind=kind))
    if sent:
        return OutcomeUnknown(Sentence("the database did not confirm a write (%(kind)s)", kind=kind))
    if isinstance(error, exc.ProgrammingError | exc.DataError | exc.NotSupportedError):
        return Misconfigured(
            Sentence("the database does not understand the query (%(kind)s)", kind=kind),
            cure="Check table, columns, where and the watermark's kind against the database.",
        )
    if isinstance(error, exc.OperationalError) and "no such" in str(origin):
        return Misconfigured(
            Sentence("a table or column is not there (%(kind)s)", kind=kind),
            cure="Check table, schema, columns and where.",
        )
    return Unavailable(Sentence("the database cannot be reached (%(kind)s)", kind=kind))
