"""Scopes: what the amounts on the rows of a file are, an order's or a line's, once or in parts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from orderglot.core.errors import Invalid, Rule, invalid
from orderglot.core.quantities import exact
from orderglot.files.amounts import Scope, look_like_rates, scope_of
from orderglot.files.columns import Columns
from orderglot.files.detail_names import ORDER_AMOUNTS
from orderglot.files.field_names import BARE_AMOUNTS, MONEY_PARTS, plain
from orderglot.files.lines import agrees, short
from orderglot.files.numbers import Marks
from orderglot.files.remarks import Remarks
from orderglot.files.sample import Sample


def are_hundredths(sample: Sample, marks: Marks) -> bool:
    """Tell whether rates of discounts are written in hundredths.

    Raises Invalid where a shop's are shares, and these can be none: they may be amounts.
    """
    most = max((rate or 0 for rate in sample.amounts("discount_rate", marks)), default=0)
    if (
        most > 1
        and sample.shop.columns.get("discount_rate")
        and "discount_rate" not in sample.by_hand
    ):
        name = sample.columns.name("discount_rate")
        raise invalid(
            "columns",
            Rule.REQUIRED,
            f"{short(name)} may hold amounts or rates, such as {most}; say --columns discount={name} "
            f"for amounts, or discount_rate={name} for rates.",
        )
    return most > 1


def scopes_of(sample: Sample, marks: Marks, remarks: Remarks) -> tuple[Columns, dict[str, Scope]]:
    """Decide what the amounts on rows are; a total of each row is the amount of its line."""
    columns = _with_amount(sample, marks)
    scopes = dict[str, Scope]()
    for field in (*MONEY_PARTS, *ORDER_AMOUNTS):
        if field not in columns.at or field == "discount_rate":
            continue
        own = None if field in sample.by_hand else sample.shop.scopes.get(field.partition("+")[0])
        if own is not None and field not in sample.shop.may_repeat:
            scopes[field] = own
            continue
        _ask_for_percent(field, sample.column(field), columns)
        amounts = sample.amounts(field, marks)
        shown = scope_of(sample.by_order(amounts))
        if own is None:
            _ask_for_rates(field, amounts, columns)
        elif shown is not Scope.ORDER:
            scopes[field] = own
            continue
        scopes[field] = shown or Scope.ORDER
        if shown is not None:
            how = (
                "is added up over the rows of an order"
                if shown is Scope.ROW
                else ("counts once an order, as its rows repeat it")
            )
            remarks.facts.append(f"{short(columns.name(field))} {how}.")
    return columns, scopes


def _ask_for_percent(field: str, texts: Sequence[str], columns: Columns) -> None:
    """Raise Invalid where amounts are written with a percent sign: they are rates, of what a person says."""
    example = next((text.strip() for text in texts if text.strip().endswith("%")), "")
    if not example:
        return
    name = columns.name(field)
    rates = {"discount": "discount_rate", "tax": "tax_rate"}.get(field)
    rate = f"--columns {rates}={name} for rates of lines, or " if rates else "--columns "
    reason = f"{short(name)} has rates, such as {example}, and no amounts; say {rate}{field}= to leave it out."
    raise invalid("columns", Rule.REQUIRED, reason)


def _ask_for_rates(field: str, amounts: list[Decimal | None], columns: Columns) -> None:
    given = [amount for amount in amounts if amount is not None]
    if field in columns.mapped or not look_like_rates(field, given):
        return
    name = columns.name(field)
    rate = f"discount_rate={name} for rates, " if field == "discount" else ""
    example = next(amount for amount in given if amount)
    raise invalid(
        "columns",
        Rule.REQUIRED,
        f"{short(name)} may hold amounts or rates, such as {example}; say --columns {field}={name} "
        f"for amounts, {rate}or {field}= to leave it out.",
    )


def _with_amount(sample: Sample, marks: Marks) -> Columns:
    """Tell a total that is each line's own from the order's, and an amount that may be either."""
    columns = sample.columns
    at = dict(columns.at)
    if "total" in at and "amount" not in at and "total" not in columns.mapped:
        if _is_of_rows(sample, "total", marks):
            at["amount"] = at.pop("total")
    elif _is_bare_amount(columns) and not _is_product(sample, "amount", marks):
        raise _amount_asked(columns)
    return replace(columns, at=at)


def _is_bare_amount(columns: Columns) -> bool:
    """Tell whether a column is called an amount, and neither its name nor a person says of what."""
    if "amount" not in columns.at or "amount" in columns.mapped:
        return False
    return plain(columns.name("amount")) in BARE_AMOUNTS


def _amount_asked(columns: Columns) -> Invalid:
    name = columns.name("amount")
    return invalid(
        "columns",
        Rule.REQUIRED,
        f"{short(name)} may be a line's amount, the price of a piece or an order's total; say "
        f"--columns amount={name}, price={name}, total={name}, or amount= to leave it out.",
    )


def _is_product(sample: Sample, field: str, marks: Marks) -> bool:
    """Tell whether a column is quantity times price, in each row."""
    if "price" not in sample.columns.at:
        return False
    columns = (sample.amounts(name, marks) for name in ("quantity", "price", field))
    return all(
        pieces is None or each is None or total is None or agrees(exact(pieces), each, total)
        for pieces, each, total in zip(*columns, strict=True)
    )


def _is_of_rows(sample: Sample, field: str, marks: Marks) -> bool:
    """Tell whether a column says something else on each row of an order, as its line does."""
    shown = scope_of(sample.by_order(sample.amounts(field, marks)))
    if shown is Scope.ORDER and _is_product(sample, field, marks):
        return True
    return shown is Scope.ROW
