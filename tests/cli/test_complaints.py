"""Complaints: what a vendor would refuse is a list, each with the command that mends it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from orderglot import demo
from orderglot.cli.complaints import list_complaints
from orderglot.core.errors import HubError, Invalid, NotFound, Problem, Rule
from orderglot.core.order import Identity, Order, Reference
from orderglot.dialects import dialect, names
from orderglot.faces.client import Client
from orderglot.sync.channel import Channel
from orderglot.sync.vendor import Source, Vendor
from orderglot.wire.message import Request, Response
from tests.cli.program import Serving, run
from tests.cli.test_place import hub as hub
from tests.cli.test_place import written
from tests.cli.test_pull import OWN, THERE

UNKNOWN = replace(
    OWN, references=(Reference("file", "OWN-1"),), lines=(replace(OWN.lines[0], sku="ZZ999"),)
)


@pytest.fixture
def channels(hub: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the demo's account of every dialect for the commands."""
    for name in names():
        part, of_vendor = demo.part(name), dialect(name)
        secrets = demo.credential(name, of_vendor.auth.fields)
        whose = (
            {of_vendor.customer: str(part.examples["customer_id"])} if of_vendor.customer else {}
        )
        for field, value in {**secrets, **whose, "url": hub.base}.items():
            monkeypatch.setenv(f"ORDERGLOT_{name}_{field}".upper(), value)


@pytest.mark.parametrize("name", names())
def test_what_any_vendor_refuses_comes_with_what_mends_it(
    channels: None, folder: Path, name: str
) -> None:
    written(UNKNOWN)

    result = run("place", "OWN-1", "--with", name, "--without", "ship_to", *THERE)

    assert 1 == result.exit_code, result.stderr
    printed = [one for one in result.stderr.splitlines() if "reasons:" not in one]
    assert printed
    assert [] == [one for one in printed if "'orderglot import FILE --seller here'" not in one]


@pytest.mark.parametrize(
    ("field", "step"),
    [
        ("ship_options.carrier", "orderglot change OWN-1 --carrier CARRIER"),
        ("ship_options.service", "orderglot change OWN-1 --service SERVICE"),
        ("ship_to_address.last_name", "orderglot change OWN-1 --recipient NAME"),
        ("deliveryFirstName", "orderglot change OWN-1 --recipient NAME"),
        ("ship_to_address.zipcode", "orderglot change OWN-1 --ship-to ADDRESS"),
        ("deliveryPostalCode", "orderglot change OWN-1 --ship-to ADDRESS"),
        ("bill_to_address.zipcode", "orderglot show 7 --as kole"),
        ("postalCode", "orderglot show 7 --as kole"),
        ("ship_to_address.phone", "orderglot show 7 --as kole"),
        ("entityId", "orderglot customer change C1 --known-as kole@there=ID"),
        ("companyID", "orderglot customer change C1 --known-as kole@there=ID"),
        ("items.item[1].sku", "orderglot show 7 --as kole"),
    ],
)
def test_a_field_is_mended_by_the_flag_that_sets_it(
    capsys: pytest.CaptureFixture[str], field: str, step: str
) -> None:
    order = replace(OWN, id=7, customer=Identity(id=5, number="C1"), references=())

    assert f"'{step}'." in printed(capsys, problem(field), order)


def test_an_order_is_mended_where_it_came_from(capsys: pytest.CaptureFixture[str]) -> None:
    pulled = replace(OWN, id=7, references=(Reference("komet@farm", "48"),))

    assert "'orderglot pull komet --at farm'" in printed(capsys, problem("lines[1].sku"), pulled)


def test_a_vendor_without_fields_is_taken_apart_at_its_sentences(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refusal = Invalid(message="name: It is too long. items[1].productId: There is no 5.")
    first, *rest = printed(capsys, refusal, replace(OWN, id=7, references=())).splitlines()

    assert first.endswith("for 2 reasons:")
    assert [
        "  * name: It is too long. See 'orderglot show 7 --as kole'.",
        "  * items[1].productId: There is no 5. See 'orderglot show 7 --as kole'.",
    ] == rest


def test_a_reason_that_says_what_to_type_is_left_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refusal = Invalid(Problem("currency", Rule.CURRENCY, "Say --without currency."))

    assert "orderglot: currency: Say --without currency.\n" == printed(capsys, refusal, OWN)


def test_what_is_not_found_is_a_complaint_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    order = replace(OWN, id=7, references=())

    assert "'orderglot show 7 --as kole'" in printed(
        capsys, NotFound("There is no such site."), order
    )


def problem(field: str) -> Invalid:
    """Make a refusal of one field."""
    return Invalid(Problem(field, Rule.REQUIRED, "No."))


def printed(capsys: pytest.CaptureFixture[str], refusal: HubError, order: Order) -> str:
    """Give what is printed of a refusal by a vendor that speaks Kole's dialect."""
    of_vendor = dialect("kole")

    async def send(_request: Request) -> Response:
        raise AssertionError("Nothing is sent.")

    channel = Channel(name="there", dialect="kole", url="http://localhost", credentials={})
    client = Client(of_vendor, send, {})
    list_complaints(
        refusal, order, Vendor(channel, client, Source("kole@there", of_vendor)), "here"
    )
    return capsys.readouterr().err
