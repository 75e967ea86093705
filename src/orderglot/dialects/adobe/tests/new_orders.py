"""New orders as clients send them."""

from __future__ import annotations

from typing import Any

ORDERS = "/v3/customers/9876543210/orders"
OFFER = "80004561CA02A12"
LINE = {"extLineItemNumber": 1, "offerId": OFFER, "quantity": 10}
NEW = {"orderType": "NEW", "externalReferenceId": "900", "currencyCode": "USD", "lineItems": [LINE]}


def numbered(*lines: tuple[int, str, int]) -> list[dict[str, Any]]:
    return [
        {"extLineItemNumber": number, "offerId": offer, "quantity": quantity}
        for number, offer, quantity in lines
    ]


def taking(id: str, *lines: tuple[int, str, int], **members: Any) -> dict[str, Any]:
    """Write a return."""
    lined = numbered(*lines)
    return {"orderType": "RETURN", "referenceOrderId": id, "lineItems": lined, **members}


def switching(subscription: str, quantity: int, offer: str = "65304479CA01A12") -> dict[str, Any]:
    """Write a switch of so many seats of a subscription to another offer."""
    away = {"extLineItemNumber": 1, "referenceLineItemNumber": 1, "quantity": quantity}
    return {
        "orderType": "SWITCH",
        "currencyCode": "USD",
        "lineItems": numbered((1, offer, quantity)),
        "cancellingItems": [{**away, "subscriptionId": subscription}],
    }
