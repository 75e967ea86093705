"""Remarks: what an import has to say stays short, however much there is of it."""

from __future__ import annotations

from orderglot.core.counting import counted
from orderglot.files.remarks import MOST, MOST_ASIDE, MOST_WORDS, Aside, Remarks


def test_one_thing_is_said_in_the_singular() -> None:
    assert ("1 row", "0 rows", "2,000 rows") == tuple(counted(n, "row") for n in (1, 0, 2_000))


def test_an_import_about_which_there_is_nothing_to_say_says_nothing() -> None:
    assert () == Remarks().sentences()
    assert not Remarks().left_out


def test_many_rows_are_counted_and_the_first_named() -> None:
    remarks = Remarks()
    for line in range(2_000):
        remarks.totals.note(line, "Total")
        remarks.footers.note(line, "end of it")
    sentences = remarks.sentences()
    assert "So are 1,995 more." in sentences
    assert "Nor are 1,995 more." in sentences
    assert 2 * MOST + 2 == len(sentences)


def test_what_is_put_aside_is_named_as_far_as_one_reads() -> None:
    remarks = Remarks()
    for line in range(2_000):
        remarks.note_aside(Aside("A", "", line, "no"))
    assert MOST_ASIDE == len(remarks.aside)


def test_very_many_words_of_a_state_are_counted_together() -> None:
    remarks = Remarks()
    remarks.note_words(f"word {n}" for n in range(2 * MOST_WORDS))
    assert MOST_WORDS + 1 == len(remarks.words)
    assert 2 * MOST_WORDS == remarks.words.total()
    (sentence,) = remarks.sentences()
    assert sentence.startswith(
        "These words of a state are not known, and were left out: '…' (1,000"
    )


def test_orders_of_which_there_are_many_are_named_by_the_first() -> None:
    remarks = Remarks()
    for number in range(30):
        remarks.note_alone(str(number))
        remarks.note_difference(str(number))
    first = "'0', '1', '2', '3', '4'"
    assert f"The total of 30 orders is not that of the parts ({first}); the total is taken." in (
        remarks.sentences()
    )
    assert (
        f"30 orders of the headers without lines left out, such as {first}." in remarks.sentences()
    )
