"""Kodaris's words and what they mean: its statuses, the members of an address, its bounds."""

from __future__ import annotations

from orderglot.core.values import Status
from orderglot.wire.table import Both

NAME = "kodaris"

PAGE_SIZE = 10
LONGEST_PAGE = 100

CSRF_ON_READS = f"{NAME}.csrf_on_reads"
"""The seller's setting: false lets linked orders be read without the token, as newer pages do."""

RECEIVED = "Received"

STATUSES = Both(
    {
        "Draft": Status.DRAFT,
        RECEIVED: Status.RECEIVED,
        "Processing": Status.PROCESSING,
        "Charged": Status.CHARGED,
        "Packing": Status.PACKING,
        "Partly Shipped": Status.PARTLY_SHIPPED,
        "Shipped": Status.SHIPPED,
        "Delivered": Status.DELIVERED,
        "Completed": Status.COMPLETED,
        "Returned": Status.RETURNED,
        "On Hold": Status.ON_HOLD,
        "Cancelled": Status.CANCELLED,
        "Failed": Status.FAILED,
    }
)
"""The pages show ``Received`` alone; the other words are ours."""

PARTY = {
    "organization": "company",
    "firstName": "first_name",
    "lastName": "last_name",
    "email1": "email",
    "phone1": "phone",
    "address1": "line_1",
    "address2": "line_2",
    "city": "city",
    "state": "state",
    "postalCode": "postal_code",
    "country": "country",
    "countryName": "country_name",
}
"""What a party's members are called, in the page's order."""

DELIVERY = {f"delivery{name[0].upper()}{name[1:]}": field for name, field in PARTY.items()}

SUBTOTAL = "subtotal"
"""The member that has in it what no other member is there for."""

TOTALS = {
    SUBTOTAL: "subtotal",
    "shipping": "shipping",
    "extraChargeTaxable": "taxable_charges",
    "extraCharge": "charges",
    "tax": "tax",
    "total": "total",
}

MEMBERS = (
    "orderID",
    *PARTY,
    *DELIVERY,
    *("completed", "orderNumber", "status", "notes", "purchaseOrder", "extra5"),
    *("shippingMethod", "billingAddressCode", "deliveryAddressCode", "trackingNumber"),
    *("customerID", "companyID", "displayPricing"),
    *TOTALS,
)
"""The 44 members of an order, in the page's order."""

HOMELESS = ("extra5", "customerID", "displayPricing")
"""Those of them that the canonical order has no home for: they are kept as extras."""
