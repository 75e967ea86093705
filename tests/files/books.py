"""Books for the tests of this folder: one seller's, in each store, driven without a loop in sight."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from orderglot.core.caller import Caller
from orderglot.core.customer import Customer
from orderglot.core.customer_items import set_item_numbers
from orderglot.core.order import Order, Reference
from orderglot.core.ports import Book
from orderglot.core.product import Product
from orderglot.core.seller import Seller
from orderglot.files.imports import take
from orderglot.files.plan import ImportOptions
from orderglot.files.progress import Progress, no_progress
from orderglot.stores.memory import MemoryStore
from orderglot.stores.reads import utc_now
from orderglot.stores.sqlite import SqliteStore
from orderglot.stores.store import BookStore
from tests.postgres import BorrowedBackend

STORES: dict[str, Callable[[Path], BookStore]] = {
    "memory": lambda _folder: MemoryStore(),
    "sqlite": lambda folder: SqliteStore(folder / "book.db"),
    "postgres": lambda _folder: BookStore(BorrowedBackend(), utc_now),
}


class Shop:
    """A seller's book, and what the tests do with it."""

    def __init__(self, runner: asyncio.Runner, book: Book, store: BookStore) -> None:
        self._runner = runner
        self.book = book
        self.store = store

    def change_seller(self, **fields: Any) -> Seller:
        """Change the seller."""

        async def change() -> Seller:
            return await self.store.change_seller(replace(await self.book.seller(), **fields))

        return self._runner.run(change())

    def take(
        self,
        *paths: Path,
        rejects: Path | None = None,
        on_progress: Callable[[Progress], None] = no_progress,
        **options: Any,
    ) -> Progress:
        """Import a file, or two that belong together."""
        chosen = ImportOptions(**options)
        taking = take(self.book, *paths, options=chosen, rejects=rejects, on_progress=on_progress)
        return self._runner.run(taking)

    def call_items(self, number: str, numbers: dict[str, str]) -> None:
        """Say what a new customer calls items, which are products from now on."""

        async def work() -> None:
            async with self.book.together() as unit:
                there = [one for one in await unit.customers() if one.number == number]
                customer = there[0] if there else await unit.keep_customer(Customer(number=number))
                for sku in numbers.values():
                    await unit.keep_product(Product(sku=sku))
                await set_item_numbers(unit, customer, numbers)

        self._runner.run(work())

    def place(self, order: Order) -> Order:
        """Place an order."""
        return self._runner.run(self.book.place(order))

    def change(self, order: Order) -> Order:
        """Change an order."""
        return self._runner.run(self.book.change(order))

    def order(self, number: str) -> Order:
        """Get an order by its number in the file."""
        return self._runner.run(self.book.get(Reference("file", number)))

    def orders(self) -> list[Order]:
        """Get all orders."""

        async def walk() -> list[Order]:
            return [order async for order in self.book.walk()]

        return self._runner.run(walk())

    def numbers(self) -> list[str]:
        """Get the numbers of all orders."""
        return [order.number for order in self.orders()]


def take_rows(shop: Shop, folder: Path, *rows: str, **options: Any) -> Progress:
    """Import a file of these rows, the header first; of orders in EUR where nobody says otherwise."""
    file = folder / "rows.csv"
    file.write_text("".join(f"{row}\n" for row in rows), "utf-8")
    return shop.take(file, **{"currency": "EUR", **options})


def order_of(shop: Shop, folder: Path, columns: str, *rows: str) -> Order:
    """Import rows of a number, a SKU, a quantity, a price and more; give the order 1, all being taken."""
    done = take_rows(shop, folder, f"order,sku,qty,price,{columns}", *rows)
    assert [] == [one.reason for one in done.aside]
    return shop.order("1")


async def seller_of(store: BookStore) -> Seller:
    """Give the seller of a store that was used before, else add one."""
    sellers = await store.sellers()
    return sellers[0] if sellers else await store.add_seller("example", currency="GBP")


@contextmanager
def shop_in(store: str, folder: Path) -> Iterator[Shop]:
    """Open a seller's book in a store of that name."""
    with asyncio.Runner() as runner:
        opened = STORES[store](folder)
        seller = runner.run(seller_of(opened))
        yield Shop(runner, opened.of(Caller(seller=seller.id, name="import")), opened)
        runner.run(opened.close())
