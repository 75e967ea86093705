"""Keys from the command line: what they may do, until when, a new secret, and those of operators."""

from __future__ import annotations

import re

import pytest

from tests.cli.program import done, done_json, refused, run
from tests.cli.test_commands import first_customer, place

KOLE = ("key", "add", "kole", "--customer", "C1", "--live")


def test_a_key_names_its_dialect_either_way() -> None:
    first_customer()
    for words in (("kole",), ("--dialect", "kole"), ("kole", "--dialect", "kole")):
        assert "api_key" in done_json("key", "add", *words, "--everybody")
    assert "one vendor's API" in refused(
        "key", "add", "kole", "--dialect", "komet", "--everybody", code=2
    )
    assert "for which vendor's API" in refused("key", "add", "--everybody", code=2)


def test_a_key_has_rights_and_an_expiry() -> None:
    first_customer()
    done("key", "add", "orderglot", "--everybody", "--may", "read,Admin", "--expires", "90d")
    done("key", "add", "kole", "--customer", "C1", "--expires", "2999-01-31", "--read-only")
    (own, kole) = done_json("key", "list")

    assert ("admin, read", "everybody") == (own["may"], own["customer"])
    assert ("read", "2999-02-01") == (kole["may"], kole["expires"])
    assert own["expires"]
    assert own == done_json("key", "show", own["key"])


@pytest.mark.parametrize(
    ("words", "sentence", "code"),
    [
        (("--may", "fly"), "--may: 'fly' is no right", 2),
        (("--may", "read", "--read-only"), "--may and --read-only", 2),
        (("--may", "admin"), "cannot have admin", 1),
        (("--expires", "soon"), "--expires: 'soon' is neither", 2),
        (("--expires", "2001-01-01"), "is over", 2),
        (("--expires", "999999w"), "too long", 2),
        (("--operator",), "no vendor's API takes", 2),
    ],
)
def test_what_makes_no_sense_is_refused_and_no_key_is_made(
    words: tuple[str, ...], sentence: str, code: int
) -> None:
    first_customer()
    whose = () if "--operator" in words else ("--everybody",)

    assert sentence in refused("key", "add", "kole", *whose, *words, code=code)
    assert [] == done_json("key", "list")


def test_a_rolled_key_lets_in_with_both_secrets_and_without_grace_with_the_new_one() -> None:
    first_customer()
    old = done_json(*KOLE)
    name = f"kole:{old['id']}"
    new = done_json("key", "roll", name, "--grace", "2d")

    assert (old["id"], True) == (new["id"], old["api_key"] != new["api_key"])
    for key in (old, new):
        place(key, "AA124", 24)
    assert done_json("key", "show", name)["old_until"]
    shown = run("key", "roll", name, "--grace", "0")
    assert "This is the only time" in shown.stderr
    assert "lets in until" not in shown.stderr
    (newest,) = re.findall(r"api_key\s+(\w+)", shown.stdout)
    for key in (old, new):
        with pytest.raises(Exception, match="API key"):
            place(key, "AA124", 48)
    place({**old, "api_key": newest}, "AA124", 72)
    assert "'later' is not a time" in refused("key", "roll", name, "--grace", "later", code=2)
    assert "90d at most" in refused("key", "roll", name, "--grace", "91d", code=2)
    done("key", "end", name)
    assert "ended" in refused("key", "roll", name)


def test_an_operators_key_is_listed_rolled_and_ended_beside_those_of_sellers() -> None:
    first_customer()
    key = done_json("key", "add", "orderglot", "--operator")
    assert key["api_key"].startswith("ogop_")
    assert [] == done_json("key", "list")
    (listed,) = done_json("key", "list", "--operator")
    assert ("operator", "admin, change, create, read") == (listed["customer"], listed["may"])
    rolled = done_json("key", "roll", listed["key"])
    assert rolled["api_key"] not in (key["api_key"], "")
    assert listed["key"] == done_json("key", "end", listed["key"])["key"]
    (ended,) = done_json("key", "list", "--operator")
    assert ended["ended"]
    assert "say nothing else" in refused("key", "add", "--operator", "--everybody", code=2)


def test_an_operators_key_may_be_made_before_there_is_any_seller() -> None:
    assert done_json("key", "add", "--operator")["api_key"].startswith("ogop_")


def test_an_empty_seller_is_removed_and_another_one_says_what_it_has() -> None:
    first_customer()
    done("seller", "add", "passing")
    done("seller", "change", "passing", "--title", "Passing By", "--known-as", "kole=X00009")

    shown = done_json("seller", "show", "passing")["seller"]
    assert ("Passing By", [{"dialect": "kole", "id": "X00009"}]) == (
        shown["title"],
        shown["references"],
    )
    assert "Removed the seller passing.\n" == done("seller", "remove", "passing")
    assert ["acme"] == [one["name"] for one in done_json("seller", "list")]
    done(*KOLE)
    sentence = refused("seller", "remove", "acme")
    assert "acme has 1 customer, 1 product and 1 key; only an empty seller" in sentence
    assert "no seller 'passing'" in refused("seller", "remove", "passing")
    assert "say what to change" in refused("seller", "change", "acme", code=2)
