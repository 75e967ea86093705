"""The form: every member is read liberally, and every problem is told at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderglot.core.errors import MOST_PROBLEMS, Invalid, Problem, Rule
from orderglot.wire.form import MOST_IN_A_LIST, Form
from orderglot.wire.values import read_date

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def broken(form: Form) -> list[tuple[str, Rule]]:
    return [(problem.field, problem.rule) for problem in form.problems]


def test_a_sound_form_has_no_problems() -> None:
    form = Form({"name": " Ann ", "count": "3", "price": "1.50", "gift": "1", "how": "ups"})

    read = (
        form.text("name", required=True, longest=3),
        form.whole("count", least=1, most=3),
        form.amount("price"),
        form.flag("gift"),
        form.choice("how", ("FEDEX", "UPS")),
    )

    form.check()
    assert ("Ann", 3, Decimal("1.50"), True, "UPS") == read


def test_a_spelling_of_ones_own_is_read_or_refused() -> None:
    form = Form({"when": " 2024-05-21 ", "never": "soon"})

    assert date(2024, 5, 21) == form.parsed("when", read_date)
    assert form.parsed("never", read_date) is None
    assert form.parsed("absent", read_date) is None
    assert form.parsed("must", read_date, required=True) is None
    assert [("never", Rule.MALFORMED), ("must", Rule.REQUIRED)] == broken(form)


def test_a_number_counts_as_a_text() -> None:
    assert Form({"zip": 90745}).text("zip") == "90745"


def test_what_is_absent_is_nothing_and_no_problem() -> None:
    form = Form({"empty": "", "none": None})

    for name in ("empty", "none", "absent"):
        assert not form.has(name)
        assert form.text(name) == ""
        assert form.choice(name, ("A",)) == ""
        assert form.whole(name) is None
        assert form.amount(name) is None
        assert form.flag(name) is None
        assert form.each(name) == ()
    form.check()


def test_what_is_required_must_be_there() -> None:
    form = Form({})

    form.text("a", required=True)
    form.whole("b", required=True)
    form.amount("c", required=True)
    form.flag("d", required=True)
    form.choice("e", ("X",), required=True)
    form.each("f", required=True)
    form.inside("g", required=True)

    assert [(name, Rule.REQUIRED) for name in "abcdefg"] == broken(form)


def test_every_problem_is_told_at_once() -> None:
    form = Form({"name": "Anna", "count": "x", "few": 1, "many": 9, "how": "DHL", "list": 1})

    form.text("name", longest=3)
    form.whole("count")
    form.whole("few", least=2)
    form.whole("many", least=1, most=8)
    form.choice("how", ("FEDEX", "UPS"))
    form.each("list")

    with pytest.raises(Invalid) as caught:
        form.check()
    assert [
        ("name", Rule.LENGTH),
        ("count", Rule.MALFORMED),
        ("few", Rule.RANGE),
        ("many", Rule.RANGE),
        ("how", Rule.CHOICE),
        ("list", Rule.MALFORMED),
    ] == [(problem.field, problem.rule) for problem in caught.value.problems]


def test_a_problem_names_the_whole_way_to_its_field_and_its_line() -> None:
    form = Form({"order": {"items": {"item": [{"quantity": 1}, {"quantity": "x"}]}}})

    for line in form.inside("order").each("items", "item"):
        line.whole("quantity")

    (problem,) = form.problems
    assert ("order.items.item[2].quantity", 2) == (problem.field, problem.line)


@pytest.mark.parametrize(
    "items",
    [
        [{"sku": "A"}],
        {"item": [{"sku": "A"}]},
        {"item": {"sku": "A"}},
    ],
)
def test_a_list_is_read_in_every_spelling(items: Any) -> None:
    assert ["A"] == [form.text("sku") for form in Form({"items": items}).each("items", "item")]


@pytest.mark.parametrize("members", [[1], "text", 5, True])
def test_what_is_no_mapping_is_refused(members: Any) -> None:
    form = Form(members, "order")

    assert [Problem("order", Rule.MALFORMED, "This must be a set of named fields.")] == (
        form.problems
    )


def test_a_long_or_nested_value_is_not_repeated_in_the_message() -> None:
    form = Form({"a": "9" * 5000, "b": [[["secret"]]]})
    form.whole("a")
    form.whole("b")

    assert all(len(problem.reason) < 100 for problem in form.problems)
    assert "secret" not in form.problems[1].reason


def test_more_mistakes_than_anybody_reads_are_not_told() -> None:
    form = Form({"items": [{}] * 1_000})
    for item in form.each("items"):
        item.text("sku", required=True)

    with pytest.raises(Invalid) as refused:
        form.check()
    assert MOST_PROBLEMS == len(refused.value.problems)
    assert "items[100].sku" in refused.value.message
    assert "items[101].sku" not in refused.value.message


def test_nobody_is_told_more_than_that_by_any_other_way() -> None:
    problem = Problem("sku", Rule.UNKNOWN, "There is no such product.")

    assert MOST_PROBLEMS == len(Invalid(*[problem] * 1_000).problems)


@given(JUNK)
def test_a_form_takes_anything_and_never_raises(members: Any) -> None:
    form = Form(members)
    names = [*form.members, "absent"]

    for name in names:
        form.text(name, required=True, longest=2)
        form.choice(name, ("A", "B"), required=True)
        form.whole(name, required=True, least=1, most=5)
        form.amount(name, required=True)
        form.flag(name, required=True)
        form.inside(name, required=True).text("inner")
        for one in form.each(name, "item", required=True):
            one.text("inner")

    with pytest.raises(Invalid):
        form.check()


def test_a_form_that_is_read_to_its_end_tells_all_that_is_wrong() -> None:
    form = Form({"count": "many", "price": "dear"})

    with pytest.raises(Invalid) as refused:
        form.checked(lambda one: (one.whole("count"), one.amount("price")))

    assert ["count", "price"] == [problem.field for problem in refused.value.problems]
    assert 3 == Form({"count": "3"}).checked(lambda one: one.whole("count"))


def test_a_text_of_a_form_is_no_longer_than_the_form_says_unless_more_is_said() -> None:
    form = Form(
        {"a": "12345", "b": "12345", "c": {"d": "12345"}, "e": [{"f": 12345}], "g": " 1234 "},
        longest=4,
    )

    form.text("a")
    form.text("b", longest=5)
    form.inside("c").text("d")
    [inner] = form.each("e")
    inner.text("f")
    form.text("g")
    form.text("g", exact=True)

    assert [("a", Rule.LENGTH), ("c.d", Rule.LENGTH), ("e[1].f", Rule.LENGTH)] == broken(form)[:3]
    assert [("g", Rule.LENGTH)] == broken(form)[3:]


def test_the_name_of_a_member_is_told_in_short() -> None:
    form = Form({"x" * 1_000: 1})

    form.refuse("x" * 1_000, Rule.UNEXPECTED, "There is no such field.")

    assert ["x" * 60] == [problem.field for problem in form.problems]


@pytest.mark.parametrize("text", [" 24", "24 ", "2_4", "\uff12\uff14", "24\n"])
def test_a_text_with_anything_else_in_it_is_no_number(text: str) -> None:
    form = Form({"count": text, "price": text})

    assert (None, None) == (form.whole("count"), form.amount("price"))
    assert [("count", Rule.MALFORMED), ("price", Rule.MALFORMED)] == broken(form)


def test_a_clients_list_is_refused_where_it_is_too_long_to_be_read() -> None:
    items = list[dict[str, str]]([{}]) * (MOST_IN_A_LIST + 1)
    form = Form({"items": items}, longest=10)

    assert () == form.each("items")
    assert [("items", Rule.SIZE)] == [(one.field, one.rule) for one in form.problems]
    assert MOST_IN_A_LIST == len(Form({"items": items[1:]}, longest=10).each("items"))
    assert len(items) == len(Form({"items": items}).each("items")), (
        "a vendor's may be of any length"
    )
