"""The dialect: all that one vendor's order API must say, as a record of pure functions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from orderglot.core.boxes import Packing
from orderglot.core.caller import Caller
from orderglot.core.catching_up import News
from orderglot.core.customer import Customer
from orderglot.core.errors import HubError
from orderglot.core.keyring import Keyring
from orderglot.core.order import Order, Reference
from orderglot.core.product import Product
from orderglot.core.query import Page, Window
from orderglot.core.seller import Seller
from orderglot.core.tokens import TokenKind
from orderglot.core.values import Kind, Omits, Status
from orderglot.wire.bodies import Bodies
from orderglot.wire.flow import Flow
from orderglot.wire.idempotency import Idempotency
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, Operation
from orderglot.wire.proofs import Proofs
from orderglot.wire.return_quantities import DOWN
from orderglot.wire.settings import Settings
from orderglot.wire.shape import ResponseShape, Security

Credentials = Mapping[str, str]
"""What a client authenticates with, by the names that the dialect's auth gives in ``fields``."""


@dataclass(slots=True)
class Session:
    """What a client face keeps between calls: its credentials, and what logging in gave it."""

    credentials: Credentials
    now: Callable[[], datetime]
    kept: dict[str, str] = field(default_factory=dict)


Words = tuple[tuple[str, Mapping[Any, Any]], ...]
"""Members by their names on the wire, each with what its words mean in an order."""

MEBIBYTE = 2**20


class Auth(Protocol):
    """One way of proving who is calling, seen from both ends."""

    @property
    def fields(self) -> tuple[str, str]:
        """What the vendor calls the public and the secret part of a key; the first may be ""."""
        ...

    @property
    def tokens(self) -> tuple[TokenKind, ...]:
        """What sorts of tokens a key gets by logging in; none where there is no login."""
        ...

    @property
    def proofs(self) -> Proofs:
        """Where secrets stand in requests and answers; they are struck out of all that is kept."""
        ...

    def make_secret(self, random: bytes) -> str:
        """Make a secret of the vendor's form out of 32 random bytes."""
        ...

    def make_key_id(self, random: bytes) -> str:
        """Make the public part of a key out of 32 random bytes."""
        ...

    def login(self, session: Session, refusals: int) -> Flow[None] | None:
        """Client: the flow to have before a request is sent, None where none is needed.

        ``refusals`` counts how often this request was answered with 401 so far; where it is above
        zero and there is nothing more to try, the answer is None and the refusal stands.
        """
        ...

    def authenticate(self, request: Request, session: Session) -> Request:
        """Client: put the credentials into a request."""
        ...

    async def identify(self, request: Request, keyring: Keyring) -> Caller:
        """Server: tell who is calling, or raise Unauthenticated or Forbidden."""
        ...

    def security(self, operation: Operation[Any, Any]) -> Security:
        """Declare what a request for an operation that needs a caller shows."""
        ...


@dataclass(frozen=True, slots=True)
class Faults:
    """How a vendor says no, seen from both ends.

    ``write`` writes an error in the form that the request asks for; ``read`` gives the error that a
    response writes, None where it says yes. ``responses`` declare every form in which an operation
    can be refused.
    """

    write: Callable[[HubError, Request], Response]
    read: Callable[[Response], HubError | None]
    responses: Callable[[Operation[Any, Any]], tuple[ResponseShape, ...]]


@dataclass(frozen=True, slots=True)
class Can:
    """What the wire can carry; the faces and the laws read this, nothing else may branch on it.

    ``loses`` are dotted fields of the order that do not survive it, ``rounds`` what is left of a
    field that survives in part. ``follows`` are members of the order of which it depends on other
    members what is left: each is told the order after all losses and rounding. ``max_size`` is the
    longest page. ``whole`` says that quantities are whole numbers: others are shown in pieces
    (``whole_quantities``), and cannot be ordered. ``counts_returns`` is the way in which quantities
    of a return are shown (``return_quantities``). With ``foreign`` the wire carries what other dialects
    have of an order as well: their extras, and what their vendors and clients sent beyond the shapes.
    ``omits`` are the kinds and statuses of orders that
    the API has no word for: over its server face there are no such orders. ``omits_at`` gives those
    that it has none for at a seller whose own list of words lacks one. ``tells`` are what the vendor can be told
    that became of his order here: what is not among them somebody has to tell him otherwise.
    """

    max_size: int = 100
    loses: frozenset[str] = frozenset()
    rounds: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    follows: Mapping[str, Callable[[Order], Any]] = field(default_factory=dict)
    takes: frozenset[str] = frozenset()
    gives_back: frozenset[Kind] = frozenset()
    whole: bool = True
    counts_returns: int = DOWN
    foreign: bool = False
    omits: Omits = frozenset()
    omits_at: Callable[[Seller], Omits] | None = None
    tells: frozenset[News] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """How a vendor's list of orders behaves: a pull reads this and makes up for what it hides.

    ``hides`` are states that it leaves out unless asked for. ``begins`` is how far back it goes
    where it is told no beginning, ``longest`` how long a window may be; None for any. ``closed``
    says that the ends of a window belong to it, ``zoned`` that its times name their zone,
    ``counts`` that it says truly how many orders there are, ``lines`` that it shows their lines,
    ``sequence`` that the vendor numbers orders without gaps. ``guesses`` names those of these that
    nobody has written down.
    """

    hides: frozenset[Status] = frozenset()
    begins: timedelta | None = None
    longest: timedelta | None = None
    closed: bool = True
    zoned: bool = True
    counts: bool = False
    lines: bool = True
    sequence: bool = False
    guesses: frozenset[str] = frozenset()


REPEATS = timedelta(minutes=10)
"""For so long a new order that says the same is the same request come again, if nobody says else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """What clients do with the vendor: each need of the hub as a flow, None where it cannot.

    ``find`` fetches what an earlier ``place`` of an order of the book, which was cut off, has made
    of it so far; where there is such a flow, ``place`` goes on with that. ``customers`` are those
    that the vendor names to this client, for his orders give no more than their ids. ``locate`` tells
    by which reference ``get`` finds an order of the book at once, where its id is not enough for that.
    ``tell`` is given an order as the vendor has it and as it is here, both with his ids, and gives the
    flow that tells him what became of it, of what ``Can.tells`` names; None where there is nothing that he has
    not, or can be told. It raises Upstream where he took it and is not done with it. Told once more after an
    answer that never came, it asks him first, or says it under the same key: he does nothing twice.
    """

    place: Callable[[Order], Flow[Order]] | None = None
    find: Callable[[Order], Flow[Order | None]] | None = None
    get: Callable[[Reference], Flow[Order]] | None = None
    page: Callable[[Window], Flow[Page]] | None = None
    linked: Callable[[Reference], Flow[tuple[Order, ...]]] | None = None
    customers: Callable[[], Flow[tuple[Customer, ...]]] | None = None
    locate: Callable[[Order], Reference] | None = None
    tell: Callable[[Order, Order], Flow[None] | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One vendor's order API.

    ``operations`` make the server face, ``flows`` the client face. ``bodies`` are how its orders
    stand in a file. ``customer`` is the name by which a client's credentials say whose orders it is
    about, by the vendor's id of that customer; "" where the vendor's paths name none. ``currency``
    is what this vendor sells in, "" where that is each account's own. ``settings`` are what may be
    set for this dialect. ``complete`` puts into the book what comes of an order that is complete,
    where ``completes`` says when that is; such an order is marked by an extra
    ``<dialect>.completes``. ``packing`` gives the box by which the vendor counts what is ordered of a
    product; None where he counts pieces. ``lists`` is how the vendor's list behaves. ``repeats`` is for how long a
    new order without a key that says the same as an earlier one is the same request come again;
    zero where the vendor takes it twice. ``words`` are the members of an order in which the vendor has
    a closed list of words, each with what its words mean; a seller may say what another word means.
    ``ready`` gives what the vendor demands of a customer before his first order, and whether it is on
    record. ``about`` is what a reader of its document is to know first, in paragraphs.
    """

    name: str
    title: str
    reference: str
    auth: Auth
    operations: tuple[Operation[Any, Any], ...]
    faults: Faults
    bodies: Bodies
    flows: Flows = field(default_factory=Flows)
    customer: str = ""
    currency: str = ""
    idempotency: Idempotency | None = None
    settings: Settings = field(default_factory=Settings)
    complete: Callable[[Context, Order], Awaitable[None]] | None = None
    repeats: timedelta = REPEATS
    max_body: int = MEBIBYTE
    can: Can = field(default_factory=Can)
    packing: Callable[[Product], Packing] | None = None
    lists: Lists = field(default_factory=Lists)
    words: Words = ()
    ready: Callable[[Customer], Mapping[str, bool]] = lambda _customer: {}
    about: str = ""
