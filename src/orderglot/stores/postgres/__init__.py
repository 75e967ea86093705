"""The PostgreSQL store: one database, as many processes on as many machines as there need be."""

from __future__ import annotations

from orderglot.stores.postgres.backend import PostgresBackend
from orderglot.stores.reads import Clock, utc_now
from orderglot.stores.store import BookStore


class PostgresStore(BookStore):
    """A store in a PostgreSQL database, whose tables are made where they are not there yet.

    It connects when it is first asked something. Then, and whenever the database cannot be used, it
    raises Upstream; Invalid where the database is something else's, NotFound where it has no book
    and ``create`` does not allow to make one. With ``reads`` no book is brought to this version. Lists may come from ``replica``, a copy of it that
    follows it, as soon as that has all that was written before they were asked for.
    """

    def __init__(
        self,
        url: str,
        clock: Clock = utc_now,
        *,
        replica: str = "",
        create: bool = True,
        reads: bool = False,
    ) -> None:
        backend = PostgresBackend(url, replica=replica, create=create, reads=reads)
        super().__init__(backend, clock)
