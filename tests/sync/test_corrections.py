"""What a vendor sent and nobody can read: corrected by a person, and what becomes of that later."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from orderglot import dialects
from orderglot.core.errors import Conflict, Invalid, NotFound
from orderglot.core.order import Reference
from orderglot.core.rejects import Chosen, Reject, chosen_rejects, reject_named, rejects_of
from orderglot.core.value_mappings import mapping_named, remove_mapping, value_mappings
from orderglot.sync.continuation import continuing
from orderglot.sync.corrections import Checked, check, correct, withdraw
from orderglot.sync.rejects import try_again
from orderglot.sync.value_mapping import map_value
from orderglot.wire.message import Request, Response, Send
from tests.sync.vendors import LISTING, Vendor, vendor

ID = "70003"
WORDS = {
    "adobe": ("status", "TELEPORTED"),
    "catalyst": ("cycleTypeId", 4711),
    "kole": ("status", "TELEPORTED"),
    "komet": ("statusId", 4711),
    "orderglot": ("status", "TELEPORTED"),
}
"""A member in which each vendor may say a word that no list knows, and that word."""

MEANS = {"catalyst": "monthly", "adobe": "cancelled"}
"""What the seller says that it means; ``shipped`` if nothing else."""

each = pytest.mark.parametrize("name", [name for name in LISTING if name in WORDS])


class Speaking:
    """A vendor who says a word of his own of one order, and perhaps more of it."""

    def __init__(self, shop: Vendor) -> None:
        self.field, self.word = WORDS[shop.dialect.name]
        self.also: dict[str, Any] = {}
        self.speaks = True
        shop.between(self)

    async def __call__(self, request: Request, send: Send) -> Response:
        response = await send(request)
        if not self.speaks or ID.encode() not in response.body:
            return response
        return replace(response, body=self._changed(response.body))

    def _changed(self, body: bytes) -> bytes:
        if body.lstrip().startswith(b"<"):
            return self._changed_xml(body)
        document = json.loads(body)
        for order in things(document):
            order.update({self.field: self.word, **self.also})
        return json.dumps(document).encode()

    def _changed_xml(self, body: bytes) -> bytes:
        def changed(found: re.Match[bytes]) -> bytes:
            order = found[0]
            if ID.encode() not in order:
                return order
            word = f"<{self.field}>{self.word}</{self.field}>".encode()
            more = b"".join(f"<{name}>{text}</{name}>".encode() for name, text in self.also.items())
            order = re.sub(rf"<{self.field}>.*?</{self.field}>".encode(), word, order, count=1)
            return order.replace(b"</order>", more + b"</order>")

        return re.sub(rb"<order>.*?</order>", changed, body, flags=re.DOTALL)


def things(value: Any) -> list[dict[str, Any]]:
    """Find the order in an answer."""
    if isinstance(value, dict):
        if ID in {str(one) for one in value.values() if isinstance(one, str | int)}:
            return [value]
        value = list(value.values())
    return [order for one in value for order in things(one)] if isinstance(value, list) else []


def done(name: str, work: Callable[[Vendor, Speaking, str], Awaitable[None]]) -> None:
    """Do some work with a vendor of whose orders one was put aside for a word."""

    async def worked() -> None:
        async with vendor(name, 5) as shop:
            await shop.store.change_seller(
                continuing(await shop.book.seller(), name, shop.channel.reference)
            )
            speaking = Speaking(shop)
            pulled = (await shop.pulled()).checkpoint
            assert (4, 1) == (pulled.new, pulled.rejected)
            ((note, reject),) = await rejects_of(shop.book)
            assert (ID, str(speaking.word)) == (reject.id, spelled(reject, speaking))
            await work(shop, speaking, note.name)

    asyncio.run(worked())


def spelled(reject: Reject, speaking: Speaking) -> str:
    return str(speaking.word) if str(speaking.word).encode() in reject.answers[-1].body else ""


async def taken(shop: Vendor, reject: str) -> None:
    """Have a corrected one in the book; what Catalyst says of an order beside it, it has to be asked."""
    if shop.dialect.name == "catalyst":
        await shop.pulled()
    else:
        tried = await try_again(shop.book, dialects.dialect, name=reject)
        assert (1, 0) == (tried.taken, tried.left)


async def edited(shop: Vendor, speaking: Speaking, name: str, word: Any = None) -> Checked:
    """Correct the word in what came, to one that the vendor says of another order if not said."""
    _, reject = await reject_named(shop.book, name)
    body = reject.answers[-1].body
    if word is None:
        words = next(codes for one, codes in shop.dialect.words if one == speaking.field)
        meant = {str(meaning): one for one, meaning in words.items() if one != ""}
        word = meant.get("processing") or next(iter(meant.values()))
    other = body.replace(str(speaking.word).encode(), str(word).encode())
    return await correct(shop.book, dialects.dialect, name, other, by="Sample Person")


@each
def test_a_correction_is_read_at_once_and_taken_when_it_is_tried_again(name: str) -> None:
    async def work(shop: Vendor, speaking: Speaking, reject: str) -> None:
        wrong = await edited(shop, speaking, reject, 4712)
        assert wrong.order is None
        assert [speaking.field] == [one.field.rpartition(".")[2] for one in wrong.problems]
        assert [("4712", speaking.field)] == [(one.value, one.field) for one in wrong.words]
        right = await edited(shop, speaking, reject)
        if name == "catalyst":
            assert "the vendor has more to say of it; pull again" in right.problems[0].reason
        else:
            assert () == right.problems
            assert right.order is not None
        assert ID not in await shop.here()

        await taken(shop, reject)
        assert () == await rejects_of(shop.book)
        assert ID in await shop.here()

    done(name, work)


@each
def test_what_came_is_kept_beside_a_correction_and_the_correction_can_be_withdrawn(
    name: str,
) -> None:
    async def work(shop: Vendor, speaking: Speaking, reject: str) -> None:
        _, came = await reject_named(shop.book, reject)
        await edited(shop, speaking, reject)
        _, corrected = await reject_named(shop.book, reject)

        assert came.answers == corrected.answers != corrected.in_force
        assert corrected.correction is not None
        assert "Sample Person" == corrected.correction.by
        assert came == await withdraw(shop.book, reject)
        tried = await try_again(shop.book, dialects.dialect, name=reject)
        assert (0, 1) == (tried.taken, tried.left)

    done(name, work)


@each
def test_the_same_order_that_comes_again_stays_as_it_was_corrected(name: str) -> None:
    async def work(shop: Vendor, speaking: Speaking, reject: str) -> None:
        await edited(shop, speaking, reject)
        await taken(shop, reject)
        before = await shop.here()
        # That the list grows changes nothing of the order.
        await shop.implementation.fill(shop.implementation.numbered(7)[0])
        again = await shop.pulled()

        assert (1, 0, 5, 0) == counts(again)
        assert again.certificate is not None
        assert (0, 0, 0) == (
            again.certificate.code,
            again.certificate.aside,
            again.certificate.unseen,
        )
        assert before[ID] == (await shop.here())[ID]
        assert () == await rejects_of(shop.book)
        ((_, kept),) = await chosen_rejects(shop.book, Chosen(corrected=True))
        assert kept.order == (await shop.book.get(Reference(shop.channel.reference, ID))).id
        with pytest.raises(Conflict, match=f"It is order {kept.order} of the book"):
            await edited(shop, speaking, reject)
        with pytest.raises(Conflict, match="drop it"):
            await withdraw(shop.book, reject)

    done(name, work)


def counts(pulled: Any) -> tuple[int, int, int, int]:
    found = pulled.checkpoint
    return found.new, found.changed, found.same, found.rejected


@each
def test_a_newer_version_that_cannot_be_read_either_makes_a_correction_obsolete(name: str) -> None:
    async def work(shop: Vendor, speaking: Speaking, reject: str) -> None:
        await edited(shop, speaking, reject)
        await taken(shop, reject)
        speaking.also = {"sampleMember": "newer"}
        again = await shop.pulled()

        assert 1 == again.checkpoint.rejected
        ((note, aside),) = await rejects_of(shop.book)
        assert (reject, True) == (note.name, aside.correction and aside.correction.obsolete)
        assert "the correction of 20" in aside.reason
        assert "by Sample Person is obsolete" in aside.reason
        assert aside.answers == aside.in_force
        tried = await try_again(shop.book, dialects.dialect, name=reject)
        assert (0, 1) == (tried.taken, tried.left)

    done(name, work)


@each
def test_a_newer_version_that_can_be_read_is_taken_and_it_is_said(name: str) -> None:
    async def work(shop: Vendor, speaking: Speaking, reject: str) -> None:
        await edited(shop, speaking, reject)
        await taken(shop, reject)
        speaking.speaks = False
        notices = list[str]()
        await shop.pulled(warn=notices.append)

        (sentence,) = notices
        assert sentence.startswith(f"{shop.channel.reference} has sent order {ID} anew;")
        assert sentence.endswith("what was corrected in it here is obsolete.")
        assert await shop.there() == await shop.here()
        assert () == await shop.book.notes("reject")

    done(name, work)


def test_what_is_not_there_is_not_corrected() -> None:
    async def work(shop: Vendor, speaking: Speaking, reject: str) -> None:
        with pytest.raises(NotFound, match="Nothing named 'nobody' is aside"):
            await edited(shop, speaking, "nobody")
        with pytest.raises(Invalid, match="answers 1 to 1, not 2"):
            await correct(shop.book, dialects.dialect, reject, b"", by="", number=2)
        with pytest.raises(Invalid, match="1,048,576 bytes"):
            await correct(shop.book, dialects.dialect, reject, b" " * (2**20 + 1), by="")

    done("kole", work)


@each
def test_a_word_that_no_list_knows_is_mapped_and_holds_from_now_on(name: str) -> None:
    async def work(shop: Vendor, speaking: Speaking, reject: str) -> None:
        _, aside = await reject_named(shop.book, reject)
        (word,) = (await check(shop.book, dialects.dialect, aside)).words
        assert (speaking.field, str(speaking.word)) == word
        mapping, before = await map_value(
            shop.book,
            dialects.dialect,
            whose=shop.channel.reference,
            field=word.field,
            value=word.value,
            to=MEANS.get(name, "shipped"),
            by="Sample Person",
        )
        assert before is None
        await taken(shop, "")
        assert (0, 0, 5, 0) == counts(await shop.pulled())
        got = await shop.vendor().client.get(Reference(name, ID))
        assert got.references == (Reference(name, ID),)

        async with shop.book.together() as unit:
            assert mapping == await remove_mapping(unit, mapping.name)
        assert () == await value_mappings(shop.book)
        with pytest.raises(NotFound, match="No value is mapped under"):
            await mapping_named(shop.book, mapping.name)
        assert 1 == (await shop.pulled()).checkpoint.rejected

    done(name, work)


@each
def test_what_makes_no_sense_is_not_mapped(name: str) -> None:
    dialect = dialects.dialect(name)
    field, _ = WORDS[name]
    words = next(codes for one, codes in dialect.words if one == field)
    known = str(next(one for one in words if one != ""))

    async def work(shop: Vendor, _speaking: Speaking, _reject: str) -> None:
        for asked, reason in (
            ({"to": "beamed"}, "'beamed' is nothing that"),
            ({"value": known, "to": known}, "always means the same"),
            ({"field": "sku"}, "has no list of words in 'sku'"),
            ({"value": " "}, "Say it in 1 to 250 characters"),
            ({"field": "currency", "to": "XXX"}, "is not a code of ISO 4217"),
            ({"whose": "nobody@east"}, "There is no dialect 'nobody'"),
        ):
            wanted = {"whose": name, "field": field, "value": "BEAMED", "to": known, **asked}
            with pytest.raises(Invalid, match=reason):
                await map_value(shop.book, chosen, **wanted, by="Sample Person")
        assert () == await value_mappings(shop.book)

    done(name, work)


def chosen(name: str) -> Any:
    from orderglot.hub.dialects import chosen_one

    return chosen_one(name)


@each
def test_an_order_of_the_book_that_cannot_be_read_any_more_is_put_aside_once(name: str) -> None:
    async def worked() -> None:
        async with vendor(name, 5) as shop:
            await shop.pulled()
            Speaking(shop)
            for _ in range(2):
                certificate = (await shop.pulled()).certificate
                assert certificate is not None
                assert (4, 1, 0) == (certificate.code, certificate.aside, certificate.there)
            assert 1 == len(await rejects_of(shop.book))

    asyncio.run(worked())
