"""Adobe's codes: one table of all of them, and which rule of the trade each of them stands for."""

from __future__ import annotations

from typing import NamedTuple

from orderglot.core.errors import (
    Conflict,
    Forbidden,
    HubError,
    Invalid,
    NotFound,
    Rule,
    TooMany,
    Unauthenticated,
    Unsupported,
    Upstream,
)


class Fault(NamedTuple):
    """One of Adobe's codes: its kind, status and message, and why a line is refused by it.

    Where the message is "", it is made for each error.
    """

    kind: type[HubError]
    status: int
    message: str
    reason: str = ""


FAULTS_BY_CODE = {
    "1116": Fault(NotFound, 404, "Invalid Customer"),
    "1117": Fault(Invalid, 400, "Some fields are invalid"),
    "1119": Fault(Invalid, 400, "Some fields are not editable"),
    "1121": Fault(Invalid, 400, "Request contains additional unexpected fields."),
    "1122": Fault(Invalid, 400, "Request is missing required fields"),
    "1124": Fault(Upstream, 500, "Internal Server Error. Please try again later"),
    "1132": Fault(Invalid, 400, "Invalid value for search parameter"),
    "1133": Fault(Invalid, 400, "Offset out of range"),
    "2115": Fault(NotFound, 404, "Invalid Customer or Order ID"),
    "2116": Fault(Invalid, 400, "Invalid status"),
    "2119": Fault(Invalid, 400, "Too many line items"),
    "2120": Fault(Invalid, 400, "Line item quantity out of range"),
    "2121": Fault(Invalid, 400, "Duplicate line item numbers"),
    "2122": Fault(Invalid, 400, "Line item Offer ID is invalid", "NOT_FOUND"),
    "2123": Fault(Invalid, 400, "extLineItemNumber out of range"),
    "2124": Fault(Invalid, 400, "Distributor not allowed to sell the program"),
    "2125": Fault(Invalid, 400, "Distributor not allowed to sell in the currency for the region"),
    "2126": Fault(Invalid, 400, "externalReferenceId exceeds maximum character limit"),
    "2127": Fault(Invalid, 400, "Order cancellation is not allowed"),
    "2128": Fault(Invalid, 400, "Currency is not valid for Offer ID"),
    "2129": Fault(
        Invalid,
        400,
        "Customer is not eligible to purchase Offer ID",
        "CUSTOMER_NOT_ELIGIBLE_FOR_PURCHASE",
    ),
    "2130": Fault(Invalid, 400, "Line item Offer ID does not match original order"),
    "2131": Fault(Invalid, 400, "extLineItemNumber does not match original order"),
    "2132": Fault(Invalid, 400, "Line item quantity does not match original order"),
    "2133": Fault(Invalid, 400, "Line item has already been returned"),
    "2134": Fault(Invalid, 400, "Line item cannot be returned as the order already expired"),
    "2140": Fault(Invalid, 400, "Order contains order level currency and line-item level currency"),
    "2146": Fault(Invalid, 400, "Invalid Flexible Discount Code", "Invalid Flexible Discount"),
    "2147": Fault(Invalid, 400, "Only one Flexible Discount code is allowed per line item"),
    "2149": Fault(Invalid, 400, "Requested quantity does not match cancelling quantity"),
    "2150": Fault(Invalid, 400, "Switch path validity check failed."),
    "2151": Fault(Invalid, 400, "Requested quantity exceeds the active subscription quantity"),
    "2152": Fault(Invalid, 400, "Only one item supported for switch"),
    "2153": Fault(Invalid, 400, "Line item and cancelling item do not match"),
    "3115": Fault(NotFound, 404, "Invalid Customer or Subscription ID"),
    "4115": Fault(Unauthenticated, 403, "Api Key is invalid or missing"),
    "4116": Fault(Unauthenticated, 401, "Authorization token is invalid"),
    "4117": Fault(Unauthenticated, 403, "Authorization token is missing"),
    "4118": Fault(TooMany, 429, "Too many requests"),
    "4119": Fault(Invalid, 400, "Correlation ID is Invalid or Missing"),
    "4120": Fault(Conflict, 400, "Duplicate request id, same requestId has already been processed"),
    "4121": Fault(Forbidden, 403, "You are not allowed to perform that action on this resource"),
    "4122": Fault(
        Conflict,
        400,
        "This request is already being processed. Please wait a moment and try again.",
    ),
    "5133": Fault(Invalid, 400, "Order quantity is below the minimum order quantity"),
    "5135": Fault(Invalid, 400, "Invalid Discount Code"),
    "RETURN_QTY_EXCEEDS_REMAINING": Fault(Invalid, 422, ""),
    "RETURN_NOT_SUPPORTED_MOQ_SKU": Fault(Invalid, 422, ""),
    "RETURN_NOT_SUPPORTED_SWITCH_ORDER": Fault(Invalid, 422, ""),
    "RETURN_VIOLATES_3YC_MCQ": Fault(Invalid, 422, ""),
    "404001": Fault(NotFound, 404, "Resource not found"),
    "405001": Fault(Unsupported, 405, "Method not allowed"),
    "503001": Fault(Upstream, 503, "Service Unavailable"),
    "504001": Fault(Upstream, 504, "Gateway Timeout"),
}

DEFAULTS: dict[type[HubError], str] = {
    Invalid: "1117",
    NotFound: "404001",
    Conflict: "4122",
    Unauthenticated: "4116",
    Forbidden: "4121",
    TooMany: "4118",
    Unsupported: "405001",
    Upstream: "503001",
}
"""The code of an error that nobody gave one."""

BREACHES = {
    ("externalReferenceId", Rule.LENGTH): "2126",
    ("lineItems", Rule.SIZE): "2119",
    ("extLineItemNumber", Rule.RANGE): "2123",
    ("extLineItemNumber", Rule.DUPLICATE): "2121",
    ("quantity", Rule.RANGE): "2120",
    ("quantity", Rule.PACK): "2120",
    ("offerId", Rule.UNKNOWN): "2122",
    ("offerId", Rule.INELIGIBLE): "2129",
    ("currencyCode", Rule.CURRENCY): "2128",
    ("currencyCode", Rule.MISMATCH): "2140",
    ("currencyCode", Rule.INELIGIBLE): "2125",
}
"""The codes of rules that only one member of a request can break."""

RULES = {Rule.REQUIRED: "1122", Rule.UNEXPECTED: "1121", Rule.READ_ONLY: "1119"}
"""The codes of rules that any member can break; of all others 1117."""

SEARCH = "1132"
"""The code of whatever is wrong with a request that only reads."""

SALES = {
    ("sku", Rule.UNKNOWN): "2122",
    ("sku", Rule.INELIGIBLE): "2129",
    ("quantity", Rule.PACK): "2120",
    ("currency", Rule.CURRENCY): "2128",
}
"""The codes of the rules for what can be bought."""

RETURNS = {
    ("kind", Rule.STATE): "RETURN_NOT_SUPPORTED_SWITCH_ORDER",
    ("status", Rule.STATE): "2116",
    ("sku", Rule.MISMATCH): "2130",
    ("number", Rule.UNKNOWN): "2131",
    ("quantity", Rule.MISMATCH): "2132",
    ("number", Rule.SPENT): "2133",
    ("created", Rule.EXPIRED): "2134",
    ("quantity", Rule.SPENT): "RETURN_QTY_EXCEEDS_REMAINING",
}
"""The codes of the rules for what can be returned."""

SWITCHING = {
    ("quantity", Rule.MISMATCH): "2149",
    ("sku", Rule.INELIGIBLE): "2150",
    ("kind", Rule.STATE): "2150",
    ("quantity", Rule.SPENT): "2151",
    ("lines", Rule.SIZE): "2152",
    ("kind", Rule.SPENT): "2133",
    ("created", Rule.EXPIRED): "2134",
}
"""The codes of the rules for what can be switched, and switched back."""
