"""Currencies: which ones a sign or code that stands with an amount can mean."""

from __future__ import annotations

from collections.abc import Iterable

from orderglot.core.currencies import DECIMALS

_SIGNS = """
$ USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU BBD BMD BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD XCD
US$ USD
U$ USD
CA$ CAD
C$ CAD NIO
CAN$ CAD
A$ AUD
AU$ AUD
NZ$ NZD
S$ SGD
SG$ SGD
HK$ HKD
NT$ TWD
MX$ MXN
MEX$ MXN
R$ BRL
£ GBP EGP FKP GIP SHP LBP SYP SDG SSP
€ EUR
¥ JPY CNY
￥ JPY CNY
円 JPY
元 CNY TWD
₹ INR
₨ INR PKR LKR NPR MUR SCR
RS INR PKR LKR NPR MUR SCR
₩ KRW KPW
₺ TRY
TL TRY
₽ RUB
РУБ RUB
₴ UAH
₸ KZT
₫ VND
₱ PHP CUP
₦ NGN
₪ ILS
฿ THB
₡ CRC SVC
₲ PYG
₵ GHS
₾ GEL
₼ AZN
֏ AMD
R ZAR
ZŁ PLN
ZL PLN
KČ CZK
KC CZK
FT HUF
LEI RON MDL
ЛВ BGN
KR SEK NOK DKK ISK
SFR CHF
FR CHF
KSH KES
RM MYR
RP IDR
"""


Currencies = tuple[str, ...]


def currencies_of(sign: str) -> Currencies:
    """Give the ISO 4217 codes that a sign or a code can mean, as likely; none where it is neither.

    A code is in capitals: other letters are what is counted, or anything else.
    """
    name = sign.replace(" ", "").rstrip(".")
    meant = _MEANT.get(name.upper())
    return meant or ((name,) if name in DECIMALS else ())


def _read(signs: str) -> dict[str, Currencies]:
    rows = (line.split() for line in signs.strip().splitlines())
    return {sign: tuple(codes) for sign, *codes in rows}


_MEANT = _read(_SIGNS)
_POUNDS = set(_MEANT["£"])


def only_one(meant: Iterable[Currencies]) -> str:
    """Give the one currency that all of some signs can mean, else "".

    A pound sign is sterling where nothing says otherwise; a dollar sign is nobody's.
    """
    common = set[str]()
    for number, one in enumerate(meant):
        common = common & set(one) if number else set(one)
    if common == _POUNDS:
        return "GBP"
    return common.pop() if len(common) == 1 else ""
