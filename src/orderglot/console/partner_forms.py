"""What a form says of a partner, as our own API takes it."""

from __future__ import annotations

from typing import Any

from orderglot.console.forms import Form
from orderglot.core.customer import Customer
from orderglot.core.values import PaymentMethod

TEXTS = {"number": "Your number of the customer", "name": "Name", "email": "E-mail"}
ADDRESS = {
    "company": "Company",
    "line_1": "Street and number",
    "city": "City",
    "state": "State or province",
    "postal_code": "Postal code",
    "country": "Country, two letters",
}
PAYMENT, CARRIER, ACCOUNT = "payment", "carrier", "account"
METHODS = tuple(map(str, PaymentMethod))


def filled(customer: Customer | None) -> dict[str, str]:
    """Give what stands in the form of a customer before anything is typed."""
    if customer is None:
        return {}
    texts = {name: str(getattr(customer, name)) for name in TEXTS}
    if customer.bill_to is not None:
        texts |= {name: str(getattr(customer.bill_to, name)) for name in ADDRESS}
    return {name: text for name, text in texts.items() if text}


def members_of(form: Form, before: Customer | None = None) -> dict[str, Any]:
    """Read what is said of a customer who is new, or was otherwise ``before``.

    Ways to pay and accounts with carriers come to those that are there.
    """

    def text(name: str) -> str:
        return str(form.get(name, "")).strip()

    stood = filled(before)
    members: dict[str, Any] = {
        name: text(name) for name in TEXTS if text(name) != stood.get(name, "")
    }
    address = {name: text(name) for name in ADDRESS if text(name) != stood.get(name, "")}
    if address:
        members["bill_to"] = address
    methods = [str(one) for one in before.payment_methods] if before else []
    if text(PAYMENT) and text(PAYMENT) not in methods:
        members["payment_methods"] = [*methods, text(PAYMENT)]
    if text(CARRIER) or text(ACCOUNT):
        accounts = [
            {"carrier": one.carrier, "number": one.number}
            for one in (before.shipping_accounts if before else ())
            if one.carrier != text(CARRIER)
        ]
        new = {"carrier": text(CARRIER), "number": text(ACCOUNT)}
        members["shipping_accounts"] = [*accounts, new]
    return members
