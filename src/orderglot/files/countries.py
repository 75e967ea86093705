"""Countries: the ISO 3166-1 code of a country's name, where the name leaves no doubt."""

from __future__ import annotations

_NAMES = """
AE United Arab Emirates, UAE
AR Argentina
AT Austria
AU Australia
BE Belgium
BG Bulgaria
BH Bahrain
BM Bermuda
BR Brazil
CA Canada
CH Switzerland
CL Chile
CN China
CO Colombia
CY Cyprus
CZ Czech Republic, Czechia
DE Germany
DK Denmark
EC Ecuador
EE Estonia
EG Egypt
ES Spain
FI Finland
FR France
GB United Kingdom, UK, Great Britain
GR Greece
HK Hong Kong
HR Croatia
HU Hungary
ID Indonesia
IE Ireland, EIRE
IL Israel
IN India
IS Iceland
IT Italy
JP Japan
KR South Korea, Republic of Korea
LB Lebanon
LT Lithuania
LU Luxembourg
LV Latvia
MT Malta
MX Mexico
MY Malaysia
NG Nigeria
NL Netherlands, The Netherlands
NO Norway
NZ New Zealand
PE Peru
PH Philippines
PL Poland
PT Portugal
RO Romania
SA Saudi Arabia
SE Sweden
SG Singapore
SI Slovenia
SK Slovakia
TH Thailand
TR Turkey
TW Taiwan
UA Ukraine
US United States, United States of America, USA
VN Vietnam
ZA South Africa, RSA
"""


def country_code(name: str) -> str:
    """Give the ISO 3166-1 alpha-2 code of a country by its name or code, "" where in doubt.

    Case and surrounding blanks do not matter. What is no one country ("West Indies", "Channel
    Islands") or could be two ("Korea") has none.
    """
    return _CODES.get(name.strip().casefold(), "")


def _read(names: str) -> dict[str, str]:
    codes: dict[str, str] = {}
    for code, _, spellings in (line.partition(" ") for line in names.strip().splitlines()):
        codes |= {name.casefold(): code for name in (code, *spellings.split(", "))}
    return codes


_CODES = _read(_NAMES)
