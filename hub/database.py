"""A database as both SQLite and PostgreSQL give it: one transaction at a time per thread, errors split in two.

SQL runs in plain threads with SQLAlchemy Core: a batch is a handful of statements, and one hop to a thread costs less
than an await per statement (docs/adr/0002). SQLite has one writer, so it gets one thread and `BEGIN IMMEDIATE`.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from hub.errors import Code, UnavailableError

__all__ = [
    "Connection",
    "Database",
    "Lead",
    "Place",
    "RowError",
    "beyond",
    "instant",
    "is_missing",
    "moment",
    "read_place",
    "translated",
]

P = ParamSpec("P")
T = TypeVar("T")
#: Where a list by time goes on: after the row with this instant (microseconds) and id.
Place = tuple[int, str]
_PLACE = re.compile(r"([0-9]{1,17})\.([0-9a-f-]{36})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# A server that is there but does not answer is away: nothing waits for it longer than this (seconds, milliseconds).
_CONNECT_S = 5
_UNANSWERED_MS = 15_000
_DO_NOT_WAIT = text("SET LOCAL synchronous_commit TO off")


class RowError(Exception):
    """The database refuses a row (its value, its key): doing the batch again cannot help, doing it row by row can."""


def is_missing(url: str) -> bool:
    """Whether `url` is that of a SQLite file that is not there; opening it would make an empty one."""
    found = make_url(url)
    in_file = found.get_backend_name() == "sqlite" and found.database not in {None, "", ":memory:"}
    return in_file and not Path(found.database or "").exists()


class Database:
    """One database; `begin` in this thread, `run` from asyncio."""

    def __init__(self, url: str, *, threads: int = 4) -> None:
        """Opens lazily; `url` is an SQLAlchemy URL: `sqlite:///file` or `postgresql+psycopg://…`."""
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = self._sqlite("FULL") if self.is_sqlite else self._postgresql(threads)
        self._relaxed = self._sqlite("NORMAL") if self.is_sqlite else self.engine
        self._threads = ThreadPoolExecutor(1 if self.is_sqlite else threads, thread_name_prefix="database")

    def _sqlite(self, synchronous: str) -> Engine:
        path = self.url.database
        if path and path != ":memory:" and not Path(path).exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # SQLite would make it world-readable
        engine = create_engine(self.url, pool_size=8, hide_parameters=True)

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the DBAPI's own type
            connection.isolation_level = None  # the driver must not begin transactions by itself
            for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", "busy_timeout=20000"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            reading = connection.get_execution_options().get("reading", False)
            connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

        return engine

    def _postgresql(self, threads: int) -> Engine:
        limits = {
            "connect_timeout": _CONNECT_S,
            "tcp_user_timeout": _UNANSWERED_MS,
            "keepalives_idle": _CONNECT_S,
            "keepalives_interval": _CONNECT_S,
            "keepalives_count": 2,
            # a plan that was made while a table was small reads all of it when it has grown, until it is analysed
            "options": "-c plan_cache_mode=force_custom_plan",
        }
        return create_engine(
            self.url,
            pool_size=threads,
            max_overflow=threads,
            pool_pre_ping=True,
            connect_args=limits,
            hide_parameters=True,  # a driver error must not quote a row
        )

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction; UnavailableError when the database is away, RowError when it refuses a row."""
        with translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that only reads, and on SQLite does not wait for the writer."""
        with translated(), self.engine.connect().execution_options(reading=True) as connection, connection.begin():
            yield connection

    async def run(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `act(connection, …)` in one transaction in a database thread."""

        def transaction() -> T:
            with self.begin() as connection:
                return act(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads, transaction)

    async def run_relaxed(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `run`, but the commit does not wait for the disk: a power cut may undo it, the end of a process does not.

        Only for what is found out again when it is lost. What `run` commits later makes it durable too.
        """

        def transaction() -> T:
            with translated(), self._relaxed.begin() as connection:
                if not self.is_sqlite:
                    connection.execute(_DO_NOT_WAIT)
                return act(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads, transaction)

    async def read(self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `act(connection, …)`, which only reads."""

        def transaction() -> T:
            with self.reading() as connection:
                return act(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads, transaction)

    async def lead(self, number: int) -> Lead | None:
        """The lead over a task that one process at a time may do, or None while another has it.

        Args:
            number: names the task; any that only we use.

        Raises:
            UnavailableError: the database is away.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, Lead.take, self, number)

    async def still(self, lead: Lead) -> bool:
        """Whether the lead is still ours."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lead.held)

    def check(self) -> None:
        """UnavailableError when the database does not answer."""
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Waits for what is running and closes every connection."""
        self._threads.shutdown(wait=True)
        self.engine.dispose()
        self._relaxed.dispose()


class Lead:
    """A lock on the whole database that ends with the process that holds it, however that ends.

    On PostgreSQL an advisory lock of a connection of its own, on SQLite a lock on a file beside the database.
    """

    def __init__(self, *, connection: Connection | None = None, descriptor: int | None = None) -> None:
        self._connection = connection
        self._descriptor = descriptor

    @classmethod
    def take(cls, database: Database, number: int) -> Lead | None:
        """The lead, or None while another process has it; UnavailableError when the database is away."""
        if database.is_sqlite:
            path = database.url.database
            in_memory = not path or path == ":memory:"  # nobody else can reach it
            return cls._of_file(os.devnull if in_memory else f"{path}.lead-{number}")
        with translated():
            connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                if connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}).scalar():
                    return cls(connection=connection)
            except DBAPIError:
                connection.invalidate()
                raise
        connection.close()
        return None

    @classmethod
    def _of_file(cls, path: str) -> Lead | None:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return cls(descriptor=descriptor)

    def held(self) -> bool:
        """False when the connection that holds the lock is gone, and so the lock."""
        if self._connection is None:
            return self._descriptor is not None
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def give_back(self) -> None:
        """Lets another process have it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        if self._connection is not None:
            self._connection.invalidate()  # the pool must not hand out a connection that still holds the lock
            self._connection.close()
        self._descriptor = self._connection = None


@contextmanager
def translated() -> Iterator[None]:
    """Driver errors as ours: away (try again) or a row that cannot be written. Their text may hold values: dropped."""
    try:
        yield
    except (OperationalError, InterfaceError):
        raise UnavailableError(Code.DATABASE_UNAVAILABLE) from None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise UnavailableError(Code.DATABASE_UNAVAILABLE) from None
        raise RowError(type(error.orig).__name__) from None


def instant(moment: datetime) -> int:
    """An aware instant as Unix microseconds, the form in which every table keeps time."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """Unix microseconds as an aware instant in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def read_place(text: str) -> Place | None:
    """The place that an address names, as `<microseconds>.<id>`; None for what has another form."""
    found = _PLACE.fullmatch(text)
    return (int(found[1]), found[2]) if found else None


def beyond(at: ColumnElement[int], key: ColumnElement[str], place: Place) -> ColumnElement[bool]:
    """What comes after a place in a list by time, newest first, and by key within an instant."""
    return (at < place[0]) | ((at == place[0]) & (key > place[1]))
