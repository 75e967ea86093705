"""Mutants: deliberate mistakes, each with the test that must catch it.

As a pytest plugin (`-p tests.conformance.mutants`) it makes the one that MUTANT names.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace as changed

from orderglot.core.caller import Caller
from orderglot.core.currencies import DECIMALS
from orderglot.core.customer import Customer
from orderglot.core.errors import Forbidden, HubError, NotFound
from orderglot.core.order import Order
from orderglot.core.query import And, Page
from orderglot.core.values import Status
from orderglot.wire import changes as fates
from orderglot.wire import json
from orderglot.wire.dialect import Dialect
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Operation
from orderglot.wire.shape import success
from orderglot.wire.whole_quantities import in_whole

Change = Callable[[Any], Any]
Make = Callable[[], None]


def swap(name: str, change: Change) -> Make:
    """Put something else in the place of `module:attribute`, made from what is there."""

    def make() -> None:
        module, _, path = name.partition(":")
        owner, _, attribute = path.rpartition(".")
        holder = pkgutil.resolve_name(f"{module}:{owner}" if owner else module)
        setattr(holder, attribute, change(getattr(holder, attribute)))

    return make


def all_of(*makes: Make) -> Make:
    """Make several changes that are one mistake."""

    def make() -> None:
        for one in makes:
            one()

    return make


def every_dialect(change: Callable[[Dialect], Dialect]) -> Make:
    """Change every dialect."""
    return swap(
        "orderglot.dialects:dialect", lambda dialect: cache(lambda name: change(dialect(name)))
    )


def every_operation(
    change: Callable[[Operation[Any, Any]], Operation[Any, Any]],
) -> Make:
    """Change every operation of every dialect."""
    return every_dialect(
        lambda dialect: replace(dialect, operations=tuple(map(change, dialect.operations)))
    )


def performed(change: Change) -> Make:
    """Change what every operation gives."""

    def mutate(operation: Operation[Any, Any]) -> Operation[Any, Any]:
        async def perform(context: Any, ask: Any) -> Any:
            return change(await operation.perform(context, ask))

        return replace(operation, perform=perform)

    return every_operation(mutate)


def paged(change: Callable[[Page], Page]) -> Make:
    """Change every page that a server gives."""
    return performed(lambda answer: change(answer) if isinstance(answer, Page) else answer)


def ordered(change: Callable[[Order], Order]) -> Make:
    """Change every order that a server gives, alone or on a page."""

    def mutate(answer: Any) -> Any:
        if isinstance(answer, Page):
            return changed(answer, orders=tuple(map(change, answer.orders)))
        return change(answer) if isinstance(answer, Order) else answer

    return performed(mutate)


def bodies_written(change: Callable[[Order], Order]) -> Make:
    """Change every order that is written into a body."""

    def mutate(dialect: Dialect) -> Dialect:
        forms = {
            form: (lambda orders, write=write: write(tuple(map(change, orders))))
            for form, write in dialect.bodies.write.items()
        }
        return replace(dialect, bodies=replace(dialect.bodies, write=forms))

    return every_dialect(mutate)


def one_untold(changes: Any) -> Any:
    return lambda before, after: changes(before, after)[1:]


def one_invented(changes: Any) -> Any:
    invented = fates.Change("notes", fates.Fate.LEFT_OUT)
    return lambda before, after: (*changes(before, after), invented)


def written(change: Callable[[Response], Response]) -> Make:
    """Change every fault that a server writes."""

    def mutate(dialect: Dialect) -> Dialect:
        write = dialect.faults.write
        return replace(
            dialect,
            faults=replace(
                dialect.faults, write=lambda error, request: change(write(error, request))
            ),
        )

    return every_dialect(mutate)


def swapped(*statuses: int) -> Callable[[Response], Response]:
    """Take two statuses for each other."""
    other = dict(zip(statuses, reversed(statuses), strict=True))
    return lambda response: changed(response, status=other.get(response.status, response.status))


def let_in(instead: Callable[[HubError], bool]) -> Make:
    """Let in whoever is turned away for such a reason, as the first who ever had a key."""

    def change(admit: Any) -> Any:
        async def admit_all(self: Any, dialect: str, secret: str, kind: Any = None) -> Any:
            try:
                return await admit(self, dialect, secret, kind)
            except HubError as error:
                if not instead(error):
                    raise
                return next(iter(await self.credentials(1)))

        return admit_all

    return swap("orderglot.stores.keyring:Keyring.admit", change)


def unscoped(**scope: Any) -> Make:
    """Open every book with a scope that is wider than the caller's."""

    def change(init: Any) -> Any:
        def widened(self: Any, backend: Any, caller: Caller, clock: Any, **more: Any) -> None:
            init(self, backend, changed(caller, **scope), clock, **more)

        return widened

    return swap("orderglot.stores.reads:Reads.__init__", change)


def whole_sight(init: Any) -> Any:
    def widened(self: Any, *given: Any, omits: Any = None, **more: Any) -> None:
        init(self, *given, **more)

    return widened


seeing_everything = swap("orderglot.stores.reads:Reads.__init__", whole_sight)


def no_words_wanted(_site: Any) -> frozenset[Any]:
    return frozenset()


def as_draft(place: Any) -> Any:
    return lambda self, order: place(self, changed(order, status=Status.DRAFT))


def one_room(room: Any) -> Any:
    return lambda self, seller: room(self, 1)


def distinguished(get: Any) -> Any:
    async def get_or_tell(self: Any, ref: Any, **sight: Any) -> Any:
        try:
            return await get(self, ref, **sight)
        except NotFound:
            whole = changed(self._scope, customer=None, test=True)
            if await self._backend.order_known(whole, ref):
                raise Forbidden("This order is another's.") from None
            raise

    return get_or_tell


def rounded(write: Any) -> Any:
    def coarse(value: Any) -> Any:
        if isinstance(value, Decimal):
            return value.quantize(Decimal("0.1")).normalize()
        if isinstance(value, dict):
            return {name: coarse(inner) for name, inner in value.items()}
        return [coarse(inner) for inner in value] if isinstance(value, list) else value

    return lambda *values: write(*map(coarse, values))


def talkative(write: Any) -> Any:
    return lambda value: write({**value, "more": 1} if isinstance(value, dict) else value)


def alone(credential: Any) -> Any:
    def without_its_key(token: Any, key: Any) -> Any:
        return credential(token, changed(key, expires=None, ended=None))

    return without_its_key


def unlimited(put: Any) -> Any:
    return lambda self, seller, new, most: put(self, seller, new, 10**6)


def always(*anything: Any) -> bool:
    return True


def never(*anything: Any) -> bool:
    return False


def but_the_total(replace: Any) -> Any:
    def replaced(thing: Any, **changes: Any) -> Any:
        return replace(thing, **{name: one for name, one in changes.items() if name != "total"})

    return replaced


def each_by_itself(counted: Any) -> Any:
    return lambda line, order, way: counted(line, changed(order, lines=(line,)), way)


def no_skus(_coming: Any) -> set[str]:
    return set()


def without_the_number(_in_sku: Any) -> Any:
    return lambda line, sku: line if sku is None else changed(line, sku=sku)


def with_new_details(in_sku: Any) -> Any:
    return lambda line, sku: line if sku is None else in_sku(changed(line, details=None), sku)


def one_kind(_customer: int) -> str:
    return "item number/0"


def of_no_products(with_skus: Any) -> Any:
    async def none(_skus: Any) -> dict[str, Any]:
        return {}

    async def renumbered(book: Any, coming: Any) -> Any:
        book.products = none
        try:
            return await with_skus(book, coming)
        finally:
            del book.products

    return renumbered


def never_the_last(_remove: Any) -> Any:
    async def remove(unit: Any, customer: Customer, number: str) -> None:
        (note,) = await unit.notes(f"item number/{customer.id}", number)
        unit.strike(note)

    return remove


def no_complaint(*anything: Any) -> tuple[str, ...]:
    return ()


def one_further(page: Page) -> Page:
    return changed(page, window=changed(page.window, offset=page.window.offset + 1))


def without_headers(response: Response) -> Response:
    media = response.headers["content-type"]
    return changed(response, headers={"content-type": media})


def no_replay(once: Any) -> Any:
    async def perform_always(
        self: Any, caller: Any, request: Any, perform: Any, refuse: Any
    ) -> Any:
        return await perform(None)

    return perform_always


def always_live(find: Any) -> Any:
    async def found(self: Any, operation: Any, caller: Caller, ask: Any) -> Any:
        return await find(self, operation, changed(caller, test=False), ask)

    return found


def nowhere(*_anything: Any) -> str:
    return ""


async def nothing_kept(*_anything: Any) -> None:
    return None


def shared(answered: Any) -> Any:
    async def anybodys(self: Any, caller: Caller, dialect: str, key: str) -> Any:
        for customer in (None, *range(100_000, 100_009)):
            if found := await answered(self, changed(caller, customer=customer), dialect, key):
                return found
        return None

    return anybodys


def kept_for_ever(answered: Any) -> Any:
    async def whenever(self: Any, caller: Caller, dialect: str, key: str) -> Any:
        return await self._backend.answer(caller.seller, caller.customer or 0, dialect, key)

    return whenever


def kept_anyway(perform: Any) -> Any:
    async def keep(self: Any, operation: Any, request: Any, caller: Any, *rest: Any) -> Any:
        try:
            return await perform(self, operation, request, caller, *rest)
        except HubError:
            if operation.endpoint.idempotent:
                await self.store.of(caller).place(Order(po_number="left over"))
            raise

    return keep


def claims_to_lose(field: str) -> Callable[[Dialect], Dialect]:
    return lambda dialect: replace(
        dialect, can=replace(dialect.can, loses=dialect.can.loses | {field})
    )


def claims_to_carry(dialect: Dialect) -> Dialect:
    lost = min((name for name in dialect.can.loses if "." not in name), default="")
    return replace(dialect, can=replace(dialect.can, loses=dialect.can.loses - {lost}))


def first_media_type(operation: Operation[Any, Any]) -> Operation[Any, Any]:
    def deaf(request: Request) -> Request:
        headers = {name: value for name, value in request.headers.items() if name != "accept"}
        return changed(request, headers=headers)

    return replace(
        operation,
        request=replace(
            operation.request,
            read=lambda request, caller: operation.request.read(deaf(request), caller),
        ),
        response=replace(
            operation.response,
            write=lambda answer, request: operation.response.write(answer, deaf(request)),
        ),
    )


def stumbles(operation: Operation[Any, Any]) -> Operation[Any, Any]:
    def read(request: Request, caller: Caller) -> Any:
        if b"\xff" in request.body or "\xff" in str(request.headers):
            raise KeyError("nobody foresaw this")
        return operation.request.read(request, caller)

    return replace(operation, request=replace(operation.request, read=read))


def without_notes(operation: Operation[Any, Any]) -> Operation[Any, Any]:
    def read(response: Response, ask: Any) -> Any:
        answer = operation.response.read(response, ask)
        return changed(answer, notes="") if isinstance(answer, Order) else answer

    return replace(operation, response=replace(operation.response, read=read))


def never_refused(dialect: Dialect) -> Dialect:
    def read(response: Response) -> HubError | None:
        return None if response.status == 404 else dialect.faults.read(response)

    return replace(dialect, faults=replace(dialect.faults, read=read))


def leaking(response: Response) -> Response:
    return changed(response, body=response.body.replace(b"here", b"in orderglot.faces"))


def endless(init: Any) -> Any:
    def make(self: Any, *given: Any, longest: int | None = None, **more: Any) -> None:
        init(self, *given, **more)

    return make


def trimmed(read: Any) -> Any:
    return lambda value: read(value.strip() if isinstance(value, str) else value)


DEAF_TO = {"externalReferenceId", "notes", "markCode", "description", "shippingMethod"}


def deaf(text: Any) -> Any:
    def read(self: Any, name: str, **options: Any) -> str:
        return "" if name in DEAF_TO else str(text(self, name, **options))

    return read


def lenient_code(form: Any, name: str, table: Any) -> Any:
    return table.read(form.whole(name) or 0)


def anybodys_to_say(by_name: Any) -> Any:
    members = {name: changed(member, own=False) for name, member in by_name().items()}
    return lambda: members


def to_cents(_rounded: Any) -> Any:
    return lambda amount, _currency: amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def half_to_even(_rounded: Any) -> Any:
    return lambda amount, currency: amount.quantize(
        Decimal(1).scaleb(-DECIMALS[currency]), ROUND_HALF_EVEN
    )


def unrounded(_rounded: Any) -> Any:
    return lambda amount, _currency: amount


def one_more_than_there_are(order: Order) -> int:
    return len(order.lines) + 1


BY_THE_SELLER = "../life/test_changes_by_the_seller.py"
UNKNOWN = "test_unknown_members.py"
ITEMS = "../stores/test_item_numbers.py"

CAUGHT_BY: dict[str, dict[str, Make]] = {
    "test_specimens.py::test_the_server_asked_so_answers_so": {
        "not found and forbidden are swapped": written(swapped(404, 403)),
        "the orders of a page stand the other way round": paged(
            lambda page: changed(page, orders=page.orders[::-1])
        ),
        "the server leaves the PO number out": ordered(lambda order: changed(order, po_number="")),
        "Accept is not heard": every_operation(first_media_type),
    },
    "test_faults.py::test_an_error_reads_back_as_the_same_kind": {
        "invalid and conflict are swapped": written(swapped(400, 409)),
        "a failure is told as not found": written(swapped(503, 404)),
        "a fault forgets its headers": written(without_headers),
    },
    "test_never_raises.py::test_whatever_is_asked_is_answered": {
        "a fault tells where in the program it is": written(leaking),
        "a wild byte is not foreseen": every_operation(stumbles),
    },
    "test_orders.py::test_an_unknown_order_is_not_found": {
        "a refusal is taken for an answer": every_dialect(never_refused),
    },
    "test_orders.py::test_a_walk_gives_each_order_once": {
        "the last page is dropped": paged(lambda page: changed(page, next=None)),
        "the last order of a page is dropped": paged(
            lambda page: changed(page, orders=page.orders[:-1])
        ),
        "the link leads to the wrong page": paged(one_further),
    },
    "test_orders.py::test_a_walk_gives_what_matches_and_nothing_else": {
        "the client ignores what it was asked for": swap(
            "orderglot.faces.client:matches", lambda _: always
        ),
        "the memory store ignores what it was asked for": swap(
            "orderglot.stores.memory.backend:matches", lambda _: always
        ),
    },
    "test_orders.py::test_a_walk_misses_nothing_when_orders_arrive_meanwhile": {
        "a walk gives orders twice": swap("orderglot.faces.client:_first_time", lambda _: always),
    },
    "test_wire.py::test_any_order_survives_being_got": {
        "a part of a piece is a number like any": swap(
            "orderglot.dialects.adobe.wire:in_pieces", lambda _: lambda line: line
        ),
    },
    "test_shown_money.py": {
        "a discount is not in the subtotal": swap(
            "orderglot.dialects.kodaris.wire:net_subtotal",
            lambda _: lambda order: order.totals.subtotal,
        ),
        "shipping is no charge": swap(
            "orderglot.dialects.komet.wire:charges_beside",
            lambda _: lambda order: order.totals.charges,
        ),
        "a summary has shipping in it": swap(
            "orderglot.dialects.adobe.prices:lines_total",
            lambda _: lambda order: order.totals.total,
        ),
        "boxes are pieces at a piece's price": swap(
            "orderglot.dialects.kole.wire:in_pieces", lambda _: in_whole
        ),
    },
    "test_wire.py": {
        "money is rounded in JSON": swap("orderglot.wire.json:write", rounded),
        "money is rounded in XML": swap("orderglot.wire.xml:write", rounded),
        "the server leaves the last line out": ordered(
            lambda order: changed(order, lines=order.lines[:-1])
        ),
        "the client leaves the notes out": every_operation(without_notes),
        "the wire claims to lose what it carries": every_dialect(claims_to_lose("po_number")),
        "the wire claims to carry what it loses": every_dialect(claims_to_carry),
    },
    "test_translation.py": {
        "a body is written without the PO number": bodies_written(
            lambda order: changed(order, po_number="")
        ),
        "a loss is not told": swap("orderglot.wire.translation:changes", one_untold),
        "a loss is told that is none": swap("orderglot.wire.translation:changes", one_invented),
        "anything is taken for an order": swap("orderglot.wire.bodies:resembles", lambda _: always),
    },
    "test_strangers.py::test_nobody_comes_in_without_a_good_key": {
        "every secret is good": let_in(lambda error: True),
        "an ended or expired key is good": swap(
            "orderglot.core.keyring:Credential.is_over", lambda _: never
        ),
    },
    "test_strangers.py::test_a_key_without_the_right_is_forbidden_and_changes_nothing": {
        "rights are not asked for": swap("orderglot.faces.server:demand", lambda _: always),
    },
    "test_strangers.py::test_a_stranger_is_told_the_same_whatever_others_have": {
        "a customer sees the whole book": unscoped(customer=None),
        "a seller sees another's book": swap(
            "orderglot.stores.memory.backend:MemoryBackend._room", one_room
        ),
        "another's order is told from none": swap(
            "orderglot.stores.reads:Reads.get", distinguished
        ),
    },
    "test_strangers.py::test_live_keys_do_not_see_test_orders": {
        "a live key sees test orders": unscoped(tests=True),
    },
    "test_test_mode.py::test_a_key_in_test_mode_writes_to_test_orders_alone": {
        "a key in test mode changes live orders": swap(
            "orderglot.stores.unit_of_work:demand_own", lambda _: always
        ),
    },
    "test_deleted.py::test_what_was_deleted_is_told_as_if_it_had_never_been": {
        "what was deleted is still in sight": unscoped(deleted=True),
    },
    "test_omitted.py::test_what_a_dialect_has_no_word_for_is_as_if_it_had_never_been": {
        "what a dialect has no word for is shown": seeing_everything,
        "a site's own list of words is not looked at": swap(
            "orderglot.dialects.catalyst.settings:_omits", lambda _: no_words_wanted
        ),
    },
    "test_omitted.py::test_no_write_reaches_what_a_dialect_has_no_word_for": {
        "what a dialect has no word for takes every write": seeing_everything,
    },
    "test_omitted.py::test_a_client_leaves_no_order_in_a_state_that_its_dialect_has_no_word_for": {
        "a new order is a draft": swap("orderglot.stores.unit_of_work:UnitOfWork.place", as_draft),
    },
    "../stores/test_omitted.py::test_a_rule_that_counts_all_orders_sees_and_changes_omitted_ones": {
        "a rule counts what is shown alone": swap(
            "orderglot.stores.reads:Reads._sight", lambda _: lambda self, omitted: self._scope
        ),
    },
    "test_at_once.py::test_two_at_once_are_as_one_after_the_other": {
        "who was overtaken does not try again": swap("orderglot.stores.book:TRIES", lambda _: 1),
    },
    "../stores/test_guards.py::test_who_comes_second_asks_the_rule_again": {
        "what was read to allow a write may change": swap(
            "orderglot.stores.expecting_reads:ExpectingReads._conditions",
            lambda _: lambda self, written: (),
        ),
    },
    "test_deleted.py::test_no_write_reaches_what_was_deleted": {
        "what was deleted takes every write": unscoped(deleted=True),
    },
    "test_repeats.py::test_what_was_deleted_may_be_ordered_again": {
        "an order that comes again is not known to be deleted": swap(
            "orderglot.faces.repeats:Repeats._book",
            lambda _: lambda self, caller: self.store.of(caller),
        ),
    },
    "test_line_numbers.py::test_no_write_gives_a_line_what_another_one_of_its_order_has_or_had": {
        "a line that is added is numbered by how many there are": swap(
            "orderglot.core.pricing:next_number", lambda _: one_more_than_there_are
        ),
        "the number of a line that is gone is given again": swap(
            "orderglot.stores.unit_of_work:remembering", lambda _: lambda order, before: order
        ),
    },
    "../core/test_correcting.py": {
        "what went out is corrected": swap(
            "orderglot.core.correcting:why_fixed", lambda _: lambda order, line: ""
        ),
        "the figures of a vendor are summed up anew": swap(
            "orderglot.core.resumming:is_priced_here", lambda _: lambda order: True
        ),
        "the number of a line that was removed is given to the next": swap(
            "orderglot.core.correcting:remembering", lambda _: lambda order, before: order
        ),
    },
    "../core/test_repricing.py": {
        "what came back is repriced": swap(
            "orderglot.core.repricing:came_back", lambda _: lambda order, line: False
        ),
    },
    f"{BY_THE_SELLER}::test_a_line_that_is_corrected_removed_or_added_is_so_at_every_door": {
        "the bill of a corrected order stands": swap(
            "orderglot.core.correcting:resum", lambda _: lambda order, before: order
        ),
    },
    f"{BY_THE_SELLER}::test_meanwhile_no_client_adds_to_it_or_gives_it_away_but_names_are_taken": {
        "lines are added to what is asked to be cancelled": swap(
            "orderglot.core.correcting:demand_unasked", lambda _: always
        ),
        "what is asked to be cancelled is given away": swap(
            "orderglot.core.reassigning:demand_unasked", lambda _: always
        ),
    },
    "../core/test_cancelling.py": {
        "what is asked to be cancelled is shipped": swap(
            "orderglot.core.lifecycle:demand_unasked", lambda _: always
        ),
        "more is cancelled than is left": swap(
            "orderglot.core.cancelling:still_left",
            lambda left: (
                lambda order, asked: (
                    {one.number: one.quantity for one in asked.lines} or left(order, asked)
                )
            ),
        ),
    },
    "../stores/test_order_details.py": {
        "a request to cancel stays open for ever": swap(
            "orderglot.stores.unit_of_work:closed_by_itself", lambda _: lambda order, *_more: order
        ),
    },
    "../hub/test_completing.py": {
        "what is asked to be cancelled completes by itself": swap(
            "orderglot.faces.completing:OPEN", lambda found: And(found.parts[:-1])
        ),
    },
    "../sync/test_placement_checks.py": {
        "what is asked to be cancelled is placed": swap(
            "orderglot.sync.placement_checks:open_request", lambda _: lambda order: None
        ),
        "what is asked to be cancelled at the last moment is placed": swap(
            "orderglot.sync.place:demand_unasked", lambda _: always
        ),
    },
    "../life/test_returns.py::test_a_return_is_no_purchase_next_door": {
        "a return is a purchase next door": swap(
            "orderglot.wire.return_quantities:_is_turned", lambda _: never
        ),
    },
    "../wire/test_return_quantities.py"
    "::test_a_return_is_counted_the_way_of_the_wire_whichever_way_it_came": {
        "what counts down already is turned once more": swap(
            "orderglot.wire.return_quantities:_is_turned", lambda _: always
        ),
        "what comes back is paid for": swap(
            "orderglot.wire.return_quantities:replace", but_the_total
        ),
    },
    "../wire/test_return_quantities.py"
    "::test_a_line_that_goes_the_other_way_in_a_return_does_so_on_the_wire_too": {
        "each line of a return is turned by itself": swap(
            "orderglot.wire.return_quantities:counted", each_by_itself
        ),
    },
    "../wire/test_return_quantities.py::test_what_is_no_return_stays_as_it_is": {
        "a sale is turned as a return is": swap(
            "orderglot.wire.return_quantities:Kind",
            lambda kinds: SimpleNamespace(RETURN=kinds.SALE),
        ),
    },
    "../stores/test_pulled_seats.py"
    "::test_what_a_vendor_says_is_left_is_held_in_whichever_order_it_arrives": {
        "what a vendor switched is counted by his lines and by his switch": swap(
            "orderglot.dialects.adobe.subscriptions:with_presumed", lambda _: tuple
        ),
    },
    "../stores/test_pulled_seats.py"
    "::test_of_a_vendor_whose_lines_do_not_count_switches_the_switch_counts": {
        "what came back is taken for switched": swap(
            "orderglot.core.presumed_seats:_returned", lambda _: lambda orders: {}
        ),
    },
    "../stores/test_pulled_seats.py::test_a_return_that_its_vendor_cancels_is_given_back_once": {
        "what a vendor gives back is given back here once more": swap(
            "orderglot.stores.giving_back:id_at", lambda _: nowhere
        ),
    },
    f"{ITEMS}::test_a_customers_number_becomes_our_sku_and_is_kept": {
        "no table is looked at": swap("orderglot.stores.item_numbers:_asked", lambda _: no_skus),
        "the number that it was ordered by is lost": swap(
            "orderglot.core.renumbering:_in_sku", without_the_number
        ),
    },
    f"{ITEMS}::test_a_line_keeps_what_else_it_says_of_itself": {
        "a line that is renumbered forgets its other details": swap(
            "orderglot.core.renumbering:_in_sku", with_new_details
        ),
    },
    f"{ITEMS}::test_nobody_elses_table_is_asked": {
        "all customers share one table": all_of(
            swap("orderglot.core.customer_items:kind_of", lambda _: one_kind),
            swap("orderglot.stores.reads:kind_of", lambda _: one_kind),
        ),
    },
    f"{ITEMS}::test_a_number_that_becomes_an_sku_of_ours_is_meant_as_that": {
        "a table goes before the seller's own SKUs": swap(
            "orderglot.stores.unit_of_work:with_skus", of_no_products
        ),
    },
    f"{ITEMS}::test_what_an_order_was_taken_for_it_goes_on_to_be": {
        "an order follows the table": swap(
            "orderglot.stores.item_numbers:skus_in", lambda _: lambda order, numbers: {}
        ),
    },
    f"{ITEMS}::test_what_makes_no_sense_is_refused_whole": {
        "any number may be put into a table": swap(
            "orderglot.core.customer_items:_problems", lambda _: no_complaint
        ),
    },
    f"{ITEMS}::test_a_number_is_changed_and_taken_out": {
        "a table that is empty is looked at for ever": swap(
            "orderglot.core.customer_items:remove_item_number", never_the_last
        ),
    },
    "test_logins.py::test_nothing_that_a_key_gave_outlives_it": {
        "a token outlives its key": swap("orderglot.stores.keyring:_credential", alone),
    },
    "test_logins.py::test_what_a_key_gave_ends_with_it_by_hand": {
        "a token goes on when its key is ended": swap(
            "orderglot.stores.keyring:_credential", alone
        ),
    },
    "test_logins.py::test_no_login_gives_anything_for_a_key_that_ends_meanwhile": {
        "a token is issued whatever has become of its key": swap(
            "orderglot.stores.memory.keys:Keys.check", lambda _: always
        ),
    },
    "test_logins.py::test_a_key_has_no_more_tokens_than_its_readme_says": {
        "a key has as many tokens as it asks for": swap(
            "orderglot.stores.memory.keys:Keys._put", unlimited
        ),
    },
    "test_logins.py::test_guessed_logins_are_slowed_down": {
        "guesses are never too many": swap(
            "orderglot.faces.throttle:Throttle.check", lambda _: always
        ),
    },
    "test_logins.py::test_one_client_that_errs_locks_no_other_out": {
        "whoever comes from one address waits together": swap(
            "orderglot.faces.throttle:_pair", lambda _: lambda peer, credential: peer
        ),
    },
    "test_repeats.py::test_a_live_order_that_comes_again_is_made_once_and_the_event_says_so": {
        "without a key everything is new": swap(
            "orderglot.faces.repeats:can_repeat", lambda _: lambda order: False
        ),
        "nobody hears that it came again": swap(
            "orderglot.faces.repeats:Repeats.record", lambda _: nothing_kept
        ),
    },
    "test_repeats.py::test_it_is_answered_in_the_form_that_is_asked_for_now": {
        "it is answered in the form that was asked first": swap(
            "orderglot.faces.replay:respelled", lambda _: lambda *asked: asked[-1]
        ),
    },
    "test_repeats.py::test_in_test_mode_it_is_another_order_each_time": {
        "whoever tries things out is taken for a live client": swap(
            "orderglot.faces.repeats:Repeats.find", always_live
        ),
    },
    "test_repeats.py::test_behind_the_window_it_is_another_order_and_suspected_to_double_the_first": {
        "a double is not suspected": swap(
            "orderglot.faces.repeats:Repeat.suspect", lambda _: lambda self, unit: None
        ),
    },
    "test_repeats.py::test_another_number_other_lines_or_a_key_make_another_order": {
        "a PO number alone makes an order the same": swap(
            "orderglot.faces.repeats:digest", lambda _: lambda order: order.po_number
        ),
    },
    "test_outages.py::test_an_outage_is_told_in_the_vendors_form_and_not_where": {
        "an outage is told as a failure of the program": written(swapped(503, 500)),
        "nobody is told when to come back": written(without_headers),
        "where the book is is told": swap(
            "orderglot.faces.server:_unavailable", lambda _: lambda error, operation: error
        ),
    },
    "test_outages.py::test_of_a_lost_commit_it_is_said_that_nobody_knows": {
        "a doubt is told as nothing kept": swap(
            "orderglot.faces.server:IN_DOUBT", lambda _: "Nothing of this request was kept."
        ),
    },
    "test_outages.py::test_of_a_lost_commit_that_was_done_the_answer_is_found": {
        "an answer that was kept is not looked for": swap(
            "orderglot.faces.replay:Replay._kept", lambda _: nothing_kept
        ),
    },
    "test_replays.py::test_the_same_request_gets_the_same_bytes_and_makes_one_order": {
        "nothing is replayed": swap("orderglot.faces.replay:Replay.once", no_replay),
    },
    "test_replays.py::test_a_replayed_answer_carries_the_links_of_the_address_that_is_asked_now": {
        "links are kept as they were first": swap(
            "orderglot.faces.server:NOWHERE", lambda _: "https://here.example"
        ),
        "a kept answer leads nowhere": swap(
            "orderglot.faces.server:addressed", lambda _: lambda response, base: response
        ),
    },
    "test_replays.py"
    "::test_another_request_under_the_same_key_is_what_the_vendor_says_else_a_conflict": {
        "a key answers any request": swap(
            "orderglot.faces.replay:fingerprint", lambda _: lambda *request: ""
        ),
    },
    "test_replays.py::test_the_same_request_is_the_same_however_it_is_spelled": {
        "a blank makes another request": swap(
            "orderglot.faces.fingerprint:canonical", lambda _: lambda request, proofs: request.body
        ),
    },
    "test_replays.py::test_blanks_around_a_key_are_no_part_of_it": {
        "a blank makes another key": swap(
            "orderglot.faces.replay:IDEMPOTENCY_KEY",
            lambda way: replace(way, key=lambda request: request.headers.get("idempotency-key")),
        ),
    },
    "test_replays.py::test_a_key_belongs_to_one_operation_on_one_thing": {
        "a key is good everywhere": swap("orderglot.faces.replay:_bound", lambda _: nowhere),
    },
    "test_replays.py::test_a_key_of_the_sellers_never_brings_another_customers_order": {
        "a key is good for every customer": swap(
            "orderglot.faces.replay:_bound", lambda _: nowhere
        ),
    },
    "test_replays.py::test_another_customers_same_key_is_another_key": {
        "a key is everybody's": swap("orderglot.stores.store:BookStore.answered", shared),
    },
    "test_replays.py::test_after_its_time_a_key_is_new": {
        "a key is never forgotten": swap(
            "orderglot.stores.store:BookStore.answered", kept_for_ever
        ),
    },
    "test_replays.py::test_a_refusal_keeps_nothing": {
        "a refused order is kept": swap("orderglot.faces.server:Server._perform", kept_anyway),
    },
    "test_openapi.py::test_an_answer_is_as_the_document_says": {
        "another status is declared": every_operation(
            lambda operation: replace(
                operation, response=replace(operation.response, shapes=success(226, str))
            )
        ),
    },
    "test_openapi.py::test_whatever_a_client_does_with_an_order_is_as_the_document_says": {
        "an answer says more than is declared": swap("orderglot.wire.json:write", talkative),
    },
    "test_openapi.py::test_a_request_that_is_welcome_is_as_the_document_says": {
        "nothing is declared to be sent": every_operation(
            lambda operation: replace(
                operation, request=replace(operation.request, query=None, body={})
            )
        ),
    },
    "test_siblings.py::test_a_file_whose_name_nobody_explains_is_refused": {
        "any file name will do": swap("tools.siblings:unexplained", lambda _: no_complaint),
    },
    "test_members.py": {
        "a text is passed over": swap("orderglot.wire.form:Form.text", deaf),
    },
    "test_members.py::test_a_member_that_is_declared_as_the_vendors_changes_nothing": {
        "what is read only is kept": swap(
            "orderglot.dialects.catalyst.wire:by_name", anybodys_to_say
        ),
    },
    "test_members.py::test_a_change_of_nothing_that_can_be_kept_is_refused": {
        "a change of nothing is done": swap(
            "orderglot.dialects.catalyst.drafts:_refuse_what_is_lost",
            lambda _: lambda form, *, is_new: None,
        ),
    },
    "test_spellings.py": {
        "a text never ends": swap("orderglot.wire.form:Form.measure", lambda _: always),
        "a form says nothing of its texts": swap("orderglot.wire.form:Form.__init__", endless),
    },
    "test_spellings.py::test_what_is_no_number_is_refused_by_its_name": {
        "blanks belong to a number": swap("orderglot.wire.form:read_whole", trimmed),
    },
    "test_spellings.py::test_a_member_that_says_two_things_is_refused_by_its_name": {
        "the last one of two counts": swap("orderglot.wire.json:read_sent", lambda _: json.read),
    },
    UNKNOWN: {
        "what the shape has not is passed over": swap(
            "orderglot.wire.form:unknown_in", lambda _: no_complaint
        ),
        "only the outermost members are looked at": swap(
            "orderglot.wire.known_members:_in_list", lambda _: no_complaint
        ),
        "another vendor's is shown": swap(
            "orderglot.wire.known_members:is_shown", lambda _: lambda one, dialect: not one.client
        ),
        "its loss is not told": swap("orderglot.wire.changes:_unknown", lambda _: no_complaint),
    },
    f"{UNKNOWN}::test_whatever_a_vendor_says_of_an_order_is_taken_refused_or_kept_as_unknown": {
        "a code that nobody knows is passed over": swap(
            "orderglot.dialects.komet.wire:_read_code", lambda _: lenient_code
        ),
        "one of two names is not read": swap(
            "orderglot.dialects.adobe.wire:read_target", lambda _: lambda form, kind: ()
        ),
    },
    f"{UNKNOWN}::test_a_customers_key_sees_no_unknown_member": {
        "customers see it": swap(
            "orderglot.faces.server:shown_to", lambda _: lambda caller, answer: answer
        ),
    },
    f"{UNKNOWN}::test_a_key_of_the_whole_seller_sees_what_the_vendor_sent_and_nothing_else": {
        "it is not written again": swap(
            "orderglot.dialects.adobe.wire:with_unknown", lambda _: lambda members, *_more: members
        ),
        "what a client sent is shown again": swap(
            "orderglot.wire.known_members:is_shown",
            lambda _: lambda one, dialect: one.dialect == dialect,
        ),
    },
    "test_money.py": {
        "all money is paid in cents": swap("orderglot.core.pricing:rounded", to_cents),
        "what is due is as fine as prices are": swap("orderglot.core.pricing:rounded", unrounded),
        "half a unit is rounded to the even one": swap(
            "orderglot.core.pricing:rounded", half_to_even
        ),
        "a tax is paid in cents": swap("orderglot.core.totals:rounded", to_cents),
    },
    "test_money.py::test_no_order_of_the_demo_contradicts_itself": {
        "a bill is not paid off by what is paid": swap(
            "orderglot.demo.kole:less", lambda _: lambda due, paid: due
        ),
    },
    "test_money.py::test_a_currency_that_nobody_knows_is_refused": {
        "any currency will do": all_of(
            *[
                swap(f"orderglot.stores.{module}:demand_currency", lambda _: always)
                for module in ("store", "unit_of_work")
            ]
        ),
    },
}
"""Each mistake, under the test that must catch it."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the mutant that the environment names, before any test is read."""
    mistakes = {name: make for found in CAUGHT_BY.values() for name, make in found.items()}
    mistakes[os.environ["MUTANT"]]()
