"""The customers and products of an open book for a Python program: the operations of our own API, without its wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from msgspec import Struct

from orderglot.core.customer import Customer, identity
from orderglot.core.keyring import Keyring
from orderglot.core.order import native
from orderglot.core.product import Product
from orderglot.dialects.orderglot.customers import OF_CUSTOMERS
from orderglot.dialects.orderglot.erasures import ErasureProgress
from orderglot.dialects.orderglot.products import OF_PRODUCTS
from orderglot.dialects.orderglot.record_kinds import Records
from orderglot.dialects.orderglot.record_shapes import SETTLED
from orderglot.dialects.orderglot.tables import (
    CUSTOMER_ERASE,
    CUSTOMER_ITEM,
    CUSTOMER_ITEMS,
    LONGEST_PAGE,
    NAME,
    PAGE_SIZE,
)
from orderglot.hub.blocking import Iteration, Method
from orderglot.hub.performing import Performing, WhichCustomer, demand_kind, request_of
from orderglot.stores.book import Book
from orderglot.wire.message import Request, fill, query_of

R = TypeVar("R", Customer, Product)


class RecordPage(Struct, Generic[R], frozen=True):
    """Some of a list: ``next`` is what ``after`` is to be for those behind them, None at the end."""

    items: tuple[R, ...]
    next: str | None = None
    total: int | None = None


class BookRecords(Performing, Generic[R]):
    """Customers or products of a book: listed, found, created, changed and removed.

    What writes takes ``version``: unless what is there is of that one, it raises Conflict and changes
    nothing. Everything raises NotFound of what is not there, and Invalid of what is told wrong.
    """

    _of: ClassVar[Records[Any]]

    def __init__(self, book: Book, keyring: Keyring) -> None:
        super().__init__(book, keyring)
        self._opened = book

    @Method
    async def list(
        self,
        *,
        filter: str = "",
        q: str = "",
        sort: str = "",
        limit: int = PAGE_SIZE,
        after: str = "",
        total: bool = False,
    ) -> RecordPage[R]:
        """List a page of them, by rising id or SKU unless sorted otherwise.

        ``filter`` has the language of docs/filters.md, ``q`` is what a person types. ``limit`` is 100
        at most; ``after`` is the ``next`` of the page before. With ``total`` the page says how many
        there are in all.
        """
        return await self._page(filter, q, sort, limit, after, total)

    @Iteration
    async def walk(self, *, filter: str = "", q: str = "", sort: str = "") -> AsyncIterator[R]:
        """Give each that a filter and what a person types find, page by page."""
        after: str | None = ""
        while after is not None:
            page = await self._page(filter, q, sort, LONGEST_PAGE, after, False)
            for one in page.items:
                yield one
            after = page.next

    async def _page(
        self, filter: str, q: str, sort: str, limit: int, after: str, total: bool
    ) -> RecordPage[R]:
        values = {"filter": filter, "q": q, "sort": sort, "limit": str(limit), "after": after}
        values["total"] = "true" if total else ""
        query = query_of([one for one in values.items() if one[1]])
        found = await self._performed(Request(method="GET", path=self._of.path, query=query))
        return RecordPage(found.items, found.next, found.total)

    async def _get(self, id: str) -> R:
        found: R = await self._performed(request_of("GET", self._at(id)))
        return found

    async def _create(self, new: R | Mapping[str, Any]) -> R:
        members = dict(new) if isinstance(new, Mapping) else self._document(new)
        made: R = await self._performed(request_of("POST", self._of.path, members))
        return made

    async def _change(self, id: str, change: Mapping[str, Any], version: int | None) -> R:
        demand_kind("change", change, Mapping)
        found: R = await self._performed(request_of("PATCH", self._at(id), change, version))
        return found

    async def _remove(self, id: str, version: int | None) -> None:
        await self._performed(request_of("DELETE", self._at(id), version=version))

    def _at(self, id: str) -> str:
        return fill(f"{self._of.path}/{{{self._of.key}}}", **{self._of.key: id})

    def _document(self, new: R) -> dict[str, Any]:
        demand_kind(self._of.one, new, self._of.kind)
        document = self._of.document(new)
        return {name: value for name, value in document.items() if name not in SETTLED}


class BookCustomers(BookRecords[Customer]):
    """The customers of a book; one is named by themselves, by their id, or as a person would name them."""

    _of = OF_CUSTOMERS

    @Method
    async def __call__(self, after: int = 0, limit: int = 100) -> tuple[Customer, ...]:
        """Give so many customers behind an id, as any book does."""
        return await Book.customers(self._opened, after, limit)

    @Method
    async def get(self, which: WhichCustomer) -> Customer:
        """Get a customer."""
        return await self._get(await self._id(which))

    @Method
    async def create(self, customer: Customer | Mapping[str, Any]) -> Customer:
        """Add a customer, of which a number is needed; a mapping has their members."""
        return await self._create(customer)

    @Method
    async def change(
        self, which: WhichCustomer, change: Mapping[str, Any], *, version: int | None = None
    ) -> Customer:
        """Change what is said of a customer, by a merge patch (RFC 7396); None takes a member out."""
        return await self._change(await self._id(which), change, version)

    @Method
    async def remove(self, which: WhichCustomer, *, version: int | None = None) -> None:
        """Remove a customer who has no orders, item numbers or good keys."""
        await self._remove(await self._id(which), version)

    @Method
    async def items(self, which: WhichCustomer) -> dict[str, str]:
        """Give what a customer calls the seller's items: the SKU that each of their numbers stands for."""
        path = fill(CUSTOMER_ITEMS, id=await self._id(which))
        found: dict[str, str] = await self._performed(request_of("GET", path))
        return found

    @Method
    async def set_items(self, which: WhichCustomer, numbers: Mapping[str, str]) -> int:
        """Say which SKUs some numbers of a customer stand for; gives how many are new or changed."""
        demand_kind("numbers", numbers, Mapping)
        path = fill(CUSTOMER_ITEMS, id=await self._id(which))
        rows = [{"theirs": theirs, "ours": ours} for theirs, ours in numbers.items()]
        changed: int = await self._performed(request_of("POST", path, {"items": rows}))
        return changed

    @Method
    async def remove_item(self, which: WhichCustomer, theirs: str) -> None:
        """Let a number of a customer stand for nothing any more."""
        demand_kind("theirs", theirs, str)
        path = fill(CUSTOMER_ITEM, id=await self._id(which), theirs=theirs)
        await self._performed(request_of("DELETE", path))

    @Method
    async def erase(self, which: WhichCustomer) -> ErasureProgress:
        """Ask that a customer be erased by whoever runs the jobs; asked again, it tells how far it has come."""
        return await self._erasing("POST", which)

    @Method
    async def erasure(self, which: WhichCustomer) -> ErasureProgress:
        """Tell how far the erasing of a customer has come; raises NotFound where none is under way."""
        return await self._erasing("GET", which)

    async def _erasing(self, method: str, which: WhichCustomer) -> ErasureProgress:
        path = fill(CUSTOMER_ERASE, id=await self._id(which))
        found: ErasureProgress = await self._performed(request_of(method, path))
        return found

    async def _id(self, which: WhichCustomer) -> str:
        return native(identity(await self._customer(which)), NAME)


class BookProducts(BookRecords[Product]):
    """The products of a book; one is named by itself or by its SKU."""

    _of = OF_PRODUCTS

    @Method
    async def __call__(self, skus: Sequence[str]) -> dict[str, Product]:
        """Give the products that exist among those SKUs, as any book does."""
        return await Book.products(self._opened, skus)

    @Method
    async def get(self, which: Product | str) -> Product:
        """Get a product."""
        return await self._get(_sku(which))

    @Method
    async def create(self, product: Product | Mapping[str, Any]) -> Product:
        """Add a product; raises Conflict where there is one of its SKU. A mapping has its members."""
        return await self._create(product)

    @Method
    async def change(
        self, which: Product | str, change: Mapping[str, Any], *, version: int | None = None
    ) -> Product:
        """Change what is said of a product, by a merge patch (RFC 7396); None takes a member out."""
        return await self._change(_sku(which), change, version)

    @Method
    async def remove(self, which: Product | str, *, version: int | None = None) -> None:
        """Remove a product that no order has a line of."""
        await self._remove(_sku(which), version)


def _sku(which: Product | str) -> str:
    sku = which.sku if isinstance(which, Product) else which
    demand_kind("sku", sku, str)
    return sku
