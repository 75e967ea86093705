"""Where an order book is: what is opened, and what is refused."""

import asyncio
from pathlib import Path

import pytest

from orderglot.core.errors import Invalid, NotFound
from orderglot.hub.books import open_store


def test_a_book_is_made_only_where_that_is_wanted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/book.db"
    with pytest.raises(NotFound, match=r"There is no order book .*book.db"):
        open_store(url)
    asyncio.run(open_store(url, create=True).close())
    asyncio.run(open_store(url).close())


@pytest.mark.parametrize("url", ["", "book.db", "sqlite:///", "sqlite:/book.db", "mysql://u:p@h/d"])
def test_what_is_no_place_for_a_book_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="is not where an order book can be; write sqlite:///FILE"):
        open_store(url, create=True)
