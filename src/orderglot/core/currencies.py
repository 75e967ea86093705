"""Currencies: which codes ISO 4217 knows, and the smallest unit that money of each is paid in."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from orderglot.core.errors import Rule, invalid

_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD"
        " CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP"
        " GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK"
        " LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO"
        " NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS"
        " SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST"
        " XAD XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""The codes in use, by the decimals of their minor unit.

What ISO 4217 lists without a minor unit (metals, units of account, tests) is nothing that an
order is paid in, and not among them.
"""

_WITHDRAWN = {
    0: "BYR",
    2: (
        "ANG AZM BGN CSD CUC CYP EEK GHC HRK LTL LVL MRO MTL MZM SDD SIT SKK SLL STD TMM VEB VEF"
        " ZMK ZWD ZWL ZWN ZWR"
    ),
}
"""Codes withdrawn since 2006: orders of those years are still read and counted."""

DECIMALS = {
    code: decimals
    for codes in (_CODES, _WITHDRAWN)
    for decimals, listed in codes.items()
    for code in listed.split()
}
"""How many decimals the minor unit of a currency has, by its code."""

_UNITS = {code: Decimal(1).scaleb(-decimals) for code, decimals in DECIMALS.items()}


def demand_currency(field: str, code: str) -> None:
    """Raise Invalid, naming the field, where a code is there and ISO 4217 knows no such currency."""
    if code and code not in DECIMALS:
        raise invalid(field, Rule.CURRENCY, unknown(code))


def unknown(code: str) -> str:
    """State that there is no currency of a code."""
    return f"{code[:20]!r} is not a code of ISO 4217, such as USD."


def printed(amount: Decimal, currency: str) -> str:
    """Write an amount for people: with the decimals of its currency, or more where it is finer."""
    unit = _UNITS.get(currency)
    if unit is not None and amount == (padded := amount.quantize(unit)):
        return f"{padded:f}"
    return f"{amount.normalize():f}"


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round an amount half up to what can be paid in a currency; without one it stays as it is."""
    unit = _UNITS.get(currency)
    return amount if unit is None else amount.quantize(unit, ROUND_HALF_UP)
