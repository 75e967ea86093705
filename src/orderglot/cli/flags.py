"""Flags that say more than one word: what they mean, or one sentence on how to write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from orderglot.cli.command import Misused
from orderglot.core.currencies import DECIMALS, unknown
from orderglot.core.customer import ShippingAccount
from orderglot.core.order import AT, HUB, Address, Reference
from orderglot.core.product import Tier
from orderglot.core.time_zones import known_zone
from orderglot.core.values import PaymentMethod
from orderglot.wire.values import read_amount, read_whole

if TYPE_CHECKING:
    from orderglot.hub.settings import Whose

N = TypeVar("N", int, Decimal)

LONGEST_NAME = 200

METHODS = {
    "card": PaymentMethod.CARD,
    "check": PaymentMethod.CHECK,
    "cash": PaymentMethod.CASH,
    "transfer": PaymentMethod.TRANSFER,
    "debit": PaymentMethod.DIRECT_DEBIT,
    "account": PaymentMethod.ACCOUNT,
}

_COUNTRY = re.compile("[A-Za-z]{2}")
_STATE_AND_CODE = re.compile(r"([A-Za-z]{2,3}) +(\S.*)")


def read_name(what: str, text: str) -> str:
    """Read what something is called: something, on one line."""
    name = text.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise Misused(f"{what}: {text[:60]!r} is not a name of 1 to {LONGEST_NAME} characters.")
    return name


def read_currency(code: str) -> str:
    """Read an ISO 4217 code, whatever its case."""
    if code.upper() not in DECIMALS:
        raise Misused(f"--currency: {unknown(code)}")
    return code.upper()


def read_timezone(name: str) -> str:
    """Read the name of a time zone, "" for UTC."""
    known_zone("--timezone", name)
    return "" if name.upper() == "UTC" else name


def read_known_as(texts: Iterable[str] | None) -> tuple[Reference, ...]:
    """Read ``kole=X12345``; each dialect is there once."""
    from orderglot.hub.lookup import is_known, vocabulary

    known = vocabulary()
    found = {}
    for dialect, id in pairs("--known-as", texts, "kole=X12345"):
        if not is_known(dialect) or dialect == HUB:
            raise Misused(f"--known-as: there is no dialect {dialect!r}; {_dialects(known)}.")
        found[dialect] = Reference(dialect, id)
    return tuple(found.values())


def read_channel(name: str) -> str:
    """Read ``kole@wholesaler`` and give the dialect that it speaks."""
    from orderglot.hub.lookup import vocabulary

    dialect, at, account = name.partition(AT)
    if not (at and account and dialect in vocabulary()):
        raise Misused(f"{name!r} is not a channel such as kole@wholesaler.")
    return dialect


def read_accounts(texts: Iterable[str] | None) -> tuple[ShippingAccount, ...]:
    """Read ``FEDEX=123456789``."""
    return tuple(
        ShippingAccount(carrier=carrier.upper(), number=number)
        for carrier, number in pairs("--shipping-account", texts, "FEDEX=123456789")
    )


def read_methods(texts: Iterable[str] | None) -> tuple[PaymentMethod, ...]:
    """Read the ways to pay by their short names."""
    found = dict.fromkeys(text.lower() for text in texts or ())
    for text in found:
        if text not in METHODS:
            raise Misused(f"--payment-method: {text!r} is not one of {', '.join(METHODS)}.")
    return tuple(METHODS[text] for text in found)


def read_tiers(price: str, texts: Iterable[str] | None, pack: int) -> tuple[Tier, ...]:
    """Read a price, or tiers such as ``24=1.20``, into tiers by rising quantity."""
    tiers = {pack: read_money("--price", price)} if price else {}
    for quantity, amount in pairs("--tier", texts, "24=1.20"):
        tiers[_pieces(quantity)] = read_money("--tier", amount)
    return tuple(Tier(quantity=pieces, price=tiers[pieces]) for pieces in sorted(tiers))


def read_money(flag: str, text: str) -> Decimal:
    """Read an amount of zero or more."""
    amount = _parsed(flag, text, read_amount, "1.20")
    if amount < 0:
        raise Misused(f"{flag}: {text!r} is less than nothing.")
    return amount


def read_address(text: str, flag: str = "--bill-to", **who: Any) -> Address | None:
    """Read ``24 Main St, Suite 3, Carson, CA 90745, US``; an empty text gives None."""
    if not text.strip():
        return None
    parts = [part.strip() for part in text.split(",")]
    district = _STATE_AND_CODE.fullmatch(parts[-2]) if len(parts) in (4, 5) else None
    if district is None or not _COUNTRY.fullmatch(parts[-1]) or not all(parts):
        raise Misused(
            f"{flag}: {text!r} is not an address like '24 Main St, Carson, CA 90745, US'."
        )
    return Address(
        **who,
        line_1=parts[0],
        line_2=parts[1] if len(parts) == 5 else "",
        city=parts[-3],
        state=district[1].upper(),
        postal_code=district[2],
        country=parts[-1].upper(),
    )


def _pieces(text: str) -> int:
    pieces = _parsed("--tier", text, read_whole, "24=1.20")
    if pieces < 1:
        raise Misused(f"--tier: {text!r} is not a number of pieces.")
    return pieces


def _parsed(flag: str, text: str, read: Callable[[str], N], example: str) -> N:
    try:
        return read(text)
    except ValueError as error:
        raise Misused(f"{flag}: {text!r} {error}; write it as {example}.") from None


def read_extras(whose: Whose, texts: Iterable[str] | None) -> dict[str, Any]:
    """Read ``adobe.minimumQuantity=10``, whose value is JSON, as a dialect's README has it."""
    from orderglot.hub.settings import read_setting

    return {
        name: read_setting(whose, name, value.encode(errors="surrogateescape"))
        for name, value in pairs("--extra", texts, "adobe.minimumQuantity=10")
    }


def pairs(flag: str, texts: Iterable[str] | None, example: str) -> Iterator[tuple[str, str]]:
    """Read values that have a name, such as ``kole=X12345``."""
    for text in texts or ():
        name, _, value = (part.strip() for part in text.partition("="))
        if not name or not value:
            raise Misused(f"{flag}: {text!r} is not a pair like {example}.")
        yield name, value


def _dialects(known: Iterable[str]) -> str:
    return "there are " + ", ".join(name for name in known if name != HUB)
