"""XML without its dangers: what is read, refused and written."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from orderglot.core.errors import Invalid, Rule
from orderglot.wire import xml
from orderglot.wire.form import Form

NAMES = st.from_regex(r"\A[a-z_]{1,6}\Z")
CONTENT = st.recursive(
    st.text(),
    lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=4),
    max_leaves=8,
)


def encodable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: encodable(inner) for name, inner in value.items()}
    text = xml.encodable(value)
    return text.strip(" \t\n\r")


@given(NAMES, CONTENT)
def test_any_content_survives_but_for_what_xml_cannot_say(name: str, content: Any) -> None:
    assert (name, encodable(content)) == xml.read(xml.write(name, content, {}))


@given(NAMES, CONTENT)
def test_what_is_written_is_well_formed_to_another_parser(name: str, content: Any) -> None:
    assert name == etree.fromstring(xml.write(name, content, {})).tag


def test_blanks_alone_are_nothing() -> None:
    assert ("a", {"b": ""}) == xml.read(b"<a>\n  <b>\n  </b>\n</a>")


def test_what_a_document_is_laid_out_with_is_no_part_of_a_text() -> None:
    assert ("a", {"b": "24 packs"}) == xml.read(b"<a><b>\n    24 packs\n  </b></a>")


def test_a_list_is_wrapped_around_the_name_of_its_elements() -> None:
    written = xml.write("order", {"items": [{"sku": "A"}, {"sku": "B"}]}, {"items": "item"})

    body = b"<items><item><sku>A</sku></item><item><sku>B</sku></item></items>"
    assert b"<order>" + body + b"</order>" in written


def test_a_list_without_such_a_name_is_many_elements_of_its_own_name() -> None:
    assert b"<a><b>1</b><b>2</b></a>" in xml.write("a", {"b": [1, 2]}, {})


def test_nothing_is_an_empty_element_and_a_flag_is_a_digit() -> None:
    written = xml.write("a", {"b": None, "c": "", "d": True, "e": False}, {})

    assert b"<a><b></b><c></c><d>1</d><e>0</e></a>" in written


def test_one_element_alone_reads_like_a_list_of_it() -> None:
    _, one = xml.read(b"<order><items><item><sku>A</sku></item></items></order>")
    _, two = xml.read(b"<o><items><item><sku>A</sku></item><item><sku>B</sku></item></items></o>")

    assert ["A"] == [form.text("sku") for form in Form(one).each("items", "item")]
    assert ["A", "B"] == [form.text("sku") for form in Form(two).each("items", "item")]


@pytest.mark.parametrize(
    "document",
    [
        b"<a>x &amp; <![CDATA[<y>]]></a>",
        b'<a b="attribute"><!-- comment -->x &amp; &lt;y&gt;</a>',
        '<?xml version="1.0" encoding="utf-16"?><a>x &amp; &lt;y></a>'.encode("utf-16"),
        b"\xef\xbb\xbf<a>x &amp; &lt;y></a>",
    ],
)
def test_text_is_read_in_every_lawful_spelling(document: bytes) -> None:
    assert ("a", "x & <y>") == xml.read(document)


BOMB = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'


@pytest.mark.parametrize(
    "document",
    [
        *(b"", b" ", b"x", b"<a>", b"<a></b>", b"<a/><b/>", b"<a>&b;</a>", b"<a>\x00</a>"),
        *(b" <?xml version='1.0'?><a/>", b"<a b=c/>", b"<a>a & b</a>", b"<a>\xff</a>"),
        *(b"<?xml version='1.0' encoding='bogus'?><a/>",),
        *(b"<?xml version='1.0' encoding='utf-7'?><a/>",),
        *(BOMB, OUTSIDE, b"<!DOCTYPE a><a/>"),
    ],
    ids=lambda document: repr(document[:40]),
)
def test_what_is_not_plain_xml_is_invalid(document: bytes) -> None:
    with pytest.raises(Invalid):
        xml.read(document)


def test_a_document_type_is_refused_by_name() -> None:
    with pytest.raises(Invalid) as caught:
        xml.read(BOMB)

    assert [Rule.UNEXPECTED] == [problem.rule for problem in caught.value.problems]


def test_elements_may_be_nested_so_deep_and_no_deeper() -> None:
    deep = b"<a>" * xml.DEEPEST + b"</a>" * xml.DEEPEST
    assert xml.read(deep)[0] == "a"

    with pytest.raises(Invalid) as caught:
        xml.read(b"<a>" + deep + b"</a>")

    assert [Rule.SIZE] == [problem.rule for problem in caught.value.problems]


def test_a_document_may_have_so_many_elements_and_no_more() -> None:
    with pytest.raises(Invalid) as caught:
        xml.read(b"<a>" + b"<b/>" * xml.MOST_ELEMENTS + b"</a>")

    assert [Rule.SIZE] == [problem.rule for problem in caught.value.problems]


@given(st.binary(max_size=200) | st.text(alphabet="<>/a &;!-[]'\"=?x\n").map(str.encode))
def test_any_bytes_are_xml_or_invalid(body: bytes) -> None:
    with suppress(Invalid):
        xml.read(body)
