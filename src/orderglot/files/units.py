"""Units: the code of UN/ECE Recommendation 20 for the word of a unit, where that leaves no doubt."""

from __future__ import annotations

_WORDS = """
C62 each, ea, piece, pieces, pc, pcs, unit, units, st, stk, stück, stueck
CMT cm, centimetre, centimeter
DAY day, days
DZN dozen, doz
FOT ft, foot, feet
GLL gal, gallon, gallons
GRM g, gram, grams, gramm
HUR h, hr, hour, hours, stunde, stunden, std
INH in, inch, inches
KGM kg, kilo, kilos, kilogram, kilograms, kilogramm
LBR lb, lbs, pound, pounds
LTR l, litre, litres, liter, liters
MLT ml, millilitre, milliliter
MMT mm, millimetre, millimeter
MTK m2, m², sqm, square metre, square meter
MTR m, metre, metres, meter, meters
ONZ oz, ounce, ounces
PR pair, pairs, paar
TNE t, tonne, tonnes
YRD yd, yard, yards
"""

_CODES = {
    word.strip(): line.partition(" ")[0]
    for line in _WORDS.strip().splitlines()
    for word in line.partition(" ")[2].split(",")
}


def unit_code(word: str) -> str:
    """Give the code of a unit, "" where its word is not known."""
    return _CODES.get(word.strip().rstrip(".").casefold(), "")
