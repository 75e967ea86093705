"""The settings of Adobe: when an order is complete, and what is sold to whom, in what, how few."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta

from orderglot.core.currencies import demand_currency
from orderglot.core.errors import Rule, invalid
from orderglot.core.product import Product
from orderglot.core.seller import Seller
from orderglot.dialects.adobe.tables import (
    AT_ONCE,
    COMMITMENT,
    COMPLETES,
    CURRENCIES,
    HAND,
    LONGEST_WAIT,
    MINIMUM,
    PATHS,
    PROGRAMS,
)
from orderglot.wire.settings import Settings, setting


def completes_at(seller: Seller, now: datetime) -> datetime | None:
    """Tell when an order that is new now is complete by itself, None where somebody has to say so."""
    value = seller.tables.get(COMPLETES, HAND)
    if value == AT_ONCE:
        return now
    return None if value == HAND else now + timedelta(seconds=float(value))


def currencies_of(seller: Seller) -> list[str] | None:
    """Give the currencies that a seller may sell in, None for any."""
    return seller.tables.get(CURRENCIES)


def programs_of(seller: Seller) -> list[str] | None:
    """Give the market segments that a seller may sell to, None for any."""
    return seller.tables.get(PROGRAMS)


def paths_of(product: Product) -> tuple[str, ...]:
    """Give the offers that a product may be switched to; none where what stands there is no list of such."""
    listed = product.extras.get(PATHS)
    return (
        tuple(one for one in listed if isinstance(one, str))
        if isinstance(listed, list | tuple)
        else ()
    )


_Count = Annotated[int, Meta(ge=1)]
_Code = Annotated[str, Meta(min_length=1)]
_Currencies = Annotated[list[_Code], Meta(min_length=1)]
_Programs = Annotated[list[Literal["COM", "EDU", "GOV"]], Meta(min_length=1)]

_currencies = setting(CURRENCIES, _Currencies, 'a list of currencies such as ["USD", "EUR"]')


def _check_completes(value: Any) -> None:
    if value in (AT_ONCE, HAND):
        return
    seconds = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not seconds or not 0 <= value <= LONGEST_WAIT.total_seconds():
        reason = f'say "{AT_ONCE}", "{HAND}", or after how many seconds, up to a year.'
        raise invalid(COMPLETES, Rule.CHOICE, reason)


def _check_currencies(value: Any) -> None:
    _currencies(value)
    for code in value:
        demand_currency(CURRENCIES, code)


SETTINGS = Settings(
    seller={
        COMPLETES: _check_completes,
        CURRENCIES: _check_currencies,
        PROGRAMS: setting(PROGRAMS, _Programs, "a list of COM, EDU and GOV, of one at least"),
    },
    product={
        MINIMUM: setting(MINIMUM, _Count, "a number of pieces, of one at least"),
        PATHS: setting(PATHS, list[_Code], "a list of offers"),
    },
    customer={COMMITMENT: setting(COMMITMENT, _Count, "a number of pieces, of one at least")},
)
