"""Rows: whatever is in a file, each row of it is given or rejected, and the next one is read."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from orderglot.core.errors import Invalid, NotFound
from orderglot.files.rows import (
    LONGEST_FIELD,
    MOST_LINES,
    Reject,
    Row,
    Rows,
    Stride,
    open_rows,
)
from orderglot.files.text import LONGEST_LINE

HEADER = b"order,sku,qty\n"


def rows_of(stride: Stride) -> list[Row]:
    return list(
        zip(stride.numbers, stride.texts, map(list, zip(*stride.columns, strict=True)), strict=True)
    )


def read(path: Path) -> tuple[Rows, list[Row], list[Reject]]:
    with open_rows(path) as rows:
        found = list(rows)
    strides = [one for one in found if isinstance(one, Stride)]
    rejects = [one for one in found if isinstance(one, Reject)]
    return rows, [row for stride in strides for row in rows_of(stride)], rejects


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "orders"
        path.write_bytes(content)
        return path

    return write


Write = Callable[[bytes], Path]


def texts(rows: list[Row]) -> list[list[str]]:
    return [fields for _, _, fields in rows]


def test_rows_carry_their_line_and_their_text(write: Write) -> None:
    _, rows, rejects = read(write(HEADER + b'1,"a ""b""",2\n3,c,4'))
    assert [(2, '1,"a ""b""",2\n', ["1", 'a "b"', "2"]), (3, "3,c,4", ["3", "c", "4"])] == rows
    assert [] == rejects


@pytest.mark.parametrize("delimiter", [b",", b";", b"\t", b"|"])
def test_the_delimiter_is_recognised_from_the_header(write: Write, delimiter: bytes) -> None:
    content = (HEADER + b'1,"x,y;z\tw",2\n').replace(b",", delimiter)
    rows, found, _ = read(write(content))
    assert ("order", "sku", "qty") == rows.header
    assert ["1", "2"] == [found[0][2][0], found[0][2][2]]


def test_a_delimiter_in_the_quotes_of_the_header_does_not_count(write: Write) -> None:
    rows, _, _ = read(write(b'order;"sku, the, code";qty\n'))
    assert ("order", "sku, the, code", "qty") == rows.header


def test_a_name_in_the_header_may_have_a_quote(write: Write) -> None:
    rows, _, _ = read(write(b'"7"" size",order\n'))
    assert ('7" size', "order") == rows.header


def test_a_header_may_be_longer_than_a_field(write: Write) -> None:
    rows, _, _ = read(write(b",".join(b"%050d" % n for n in range(200))))
    assert 200 == len(rows.header)


def test_a_byte_order_mark_is_passed_over(write: Write) -> None:
    rows, _, _ = read(write(b"\xef\xbb\xbf" + HEADER))
    assert ("order", "sku", "qty") == rows.header


def test_a_byte_order_mark_may_stand_before_a_quote(write: Write) -> None:
    rows, _, _ = read(write(b'\xef\xbb\xbf"order",sku,qty\n'))
    assert ("order", "sku", "qty") == rows.header


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_mark_tells_the_encoding(write: Write, encoding: str) -> None:
    rows, found, rejects = read(write("order,sku,qty\n1,é,2\n3,ü,4\n".encode(encoding)))
    assert ("order", "sku", "qty") == rows.header
    assert [["1", "é", "2"], ["3", "ü", "4"]] == texts(found)
    assert [] == rejects


def test_an_encoding_is_said_by_a_person_or_by_the_file(write: Write) -> None:
    content = "order,sku,qty\n1,é,2\n".encode("cp1252")
    with open_rows(write(content), encoding="windows-1252") as rows:
        assert ["1", "é", "2"] == [column[0] for one in rows for column in columns_of(one)]
    path = write(b"# encoding: windows-1252\n" + content)
    with open_rows(path, worth=in_header, enough=3) as rows:
        assert ["1", "é", "2"] == [column[0] for one in rows for column in columns_of(one)]


def test_a_byte_that_an_encoding_does_not_know_is_rejected_with_its_name(write: Write) -> None:
    with open_rows(write(HEADER + b"1,\x81,2\n"), encoding="cp1252") as rows:
        (reject,) = rows
    assert isinstance(reject, Reject)
    assert "its character 3 is not CP1252 (byte 0x81)" == reject.reason


def test_a_file_that_is_not_of_a_wide_encoding_breaks_off(write: Write) -> None:
    with pytest.raises(Invalid) as refused:
        read(write("order,sku\n1,a\n".encode("utf-16") + b"\x00\xd8\x00\x00"))
    assert "The file breaks off after line 0 ('utf-16-le' codec" in refused.value.message


@pytest.mark.parametrize("name", ["klingon", "rot13", "idna", "base64", "\0", "x" * 5000])
def test_an_unknown_encoding_is_refused(write: Write, name: str) -> None:
    with pytest.raises(Invalid) as refused, open_rows(write(HEADER), encoding=name):
        pass
    assert refused.value.message.startswith("encoding: There is no encoding ")


def columns_of(one: Stride | Reject) -> Sequence[Sequence[str]]:
    assert isinstance(one, Stride)
    return one.columns


def in_header(names: Sequence[str]) -> int:
    return len({"order", "sku", "qty"} & set(names))


@pytest.mark.parametrize(
    ("before", "skipped"),
    [
        (b"", ()),
        (b"\n,,\n", ()),
        (b"Orders of July\n\nmade,by,hand\n", ("Orders of July", "made,by,hand")),
        (b";;;\n", ()),
    ],
)
def test_the_header_is_found_below_what_is_none(
    write: Write, before: bytes, skipped: tuple[str, ...]
) -> None:
    path = write(before + HEADER + b"1,a,2\n")
    with open_rows(path, worth=in_header, enough=3) as rows:
        assert ("order", "sku", "qty") == rows.header
        assert skipped == rows.head.before
        (stride,) = rows
    assert [before.count(b"\n") + 2] == list(stride.numbers if isinstance(stride, Stride) else ())


def test_without_a_header_the_row_that_looks_most_like_one_is_taken(write: Write) -> None:
    path = write(b"a letter\norder,sku\n1,a\n" + b"2,b\n" * 200)
    with open_rows(path, worth=in_header, enough=3) as rows:
        assert ("order", "sku") == rows.header
        assert 201 == sum(len(one.texts) for one in rows if isinstance(one, Stride))


def test_a_file_may_say_its_delimiter(write: Write) -> None:
    rows, found, _ = read(write(b"sep=;\r\n" + b"a,b;c\r\n1,2;3\r\n"))
    assert ("a,b", "c") == rows.header
    assert [(3, ["1,2", "3"])] == [(line, row) for line, _, row in found]


def test_gzip_is_known_by_its_first_bytes(write: Write) -> None:
    _, rows, _ = read(write(gzip.compress(HEADER + b"1,a,2\n")))
    assert [["1", "a", "2"]] == texts(rows)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_in_any_way(write: Write, end: bytes) -> None:
    _, rows, rejects = read(write((HEADER + b"1,a,2\n\n3,b,4\n").replace(b"\n", end)))
    assert [(2, ["1", "a", "2"]), (4, ["3", "b", "4"])] == [(n, row) for n, _, row in rows]
    assert [] == rejects


def test_a_quoted_text_may_have_line_breaks_in_it(write: Write) -> None:
    _, rows, _ = read(write(HEADER + b'1,"a\r\nb\n",2\n3,c,4\n'))
    assert [(2, ["1", "a\r\nb\n", "2"]), (5, ["3", "c", "4"])] == [(n, row) for n, _, row in rows]


def test_a_row_of_very_many_lines_is_rejected(write: Write) -> None:
    fits, long = b"a\n" * (MOST_LINES - 1), b"a\n" * MOST_LINES
    _, rows, rejects = read(write(HEADER + b'1,"%b",2\n3,"%b",4\n5,c,6\n' % (fits, long)))
    assert ["1", "5"] == [row[0] for row in texts(rows)]
    assert (MOST_LINES + 2, '3,"a\n') == (rejects[0].line, rejects[0].row)
    assert MOST_LINES + 1 == len(rejects)


def test_a_row_of_too_few_or_too_many_columns_is_rejected(write: Write) -> None:
    rows, found, rejects = read(write(HEADER + b"1,a\n1,a,2,3\n1,a,2\n"))
    assert [["1", "a", "2"]] == texts(found)
    assert 3 == rows.count
    assert [
        Reject(2, "it has 2 columns where the header has 3", "1,a\n"),
        Reject(3, "it has 4 columns where the header has 3", "1,a,2,3\n"),
    ] == rejects


def test_a_lone_quote_costs_one_line(write: Write) -> None:
    _, rows, rejects = read(write(HEADER + b'1,"a,2\n2,b,3\n3,"c",4\n4,d,5\n'))
    assert [(3, "2"), (4, "3"), (5, "4")] == [(n, row[0]) for n, _, row in rows]
    assert [(2, '1,"a,2\n')] == [(reject.line, reject.row) for reject in rejects]


def test_a_lone_quote_to_the_end_of_the_file_costs_one_line(write: Write) -> None:
    _, rows, rejects = read(write(HEADER + b'1,"a,2\n' + b"2,b,3\n" * 1000))
    assert 1000 == len(rows)
    assert [2] == [reject.line for reject in rejects]


def test_text_behind_a_closing_quote_is_rejected(write: Write) -> None:
    _, rows, rejects = read(write(HEADER + b'1,"7" record,2\n2,b,3\n'))
    assert [["2", "b", "3"]] == texts(rows)
    assert "its quotes do not match" in rejects[0].reason


def test_a_quote_inside_a_bare_text_is_a_part_of_it(write: Write) -> None:
    _, rows, _ = read(write(HEADER + b'1,7" record,2\n'))
    assert [["1", '7" record', "2"]] == texts(rows)


def test_bytes_that_are_not_utf_8_are_rejected_and_kept_as_they_are(write: Write) -> None:
    _, rows, rejects = read(write(HEADER + b"1,\xa3,2\n2,\xc2\xa3,3\n"))
    assert [["2", "£", "3"]] == texts(rows)
    reason = "its character 3 is not UTF-8 (byte 0xa3)"
    assert f"{reason}; say what the file is with --encoding" == rejects[0].reason
    assert b"1,\xa3,2\n" == rejects[0].row.encode("utf-8", "surrogateescape")


def test_a_nul_is_rejected(write: Write) -> None:
    _, rows, rejects = read(write(HEADER + b"1,\0,2\n2,b,3\n"))
    assert [["2", "b", "3"]] == texts(rows)
    assert ["it holds a NUL character"] == [reject.reason for reject in rejects]


def test_a_field_that_is_too_long_is_rejected(write: Write) -> None:
    fits, long = b"x" * LONGEST_FIELD, b"x" * (LONGEST_FIELD + 1)
    _, rows, rejects = read(write(HEADER + b"1,%b,2\n2,%b,3\n" % (fits, long)))
    assert ["1"] == [row[0] for row in texts(rows)]
    assert ["a field is longer than 5000 characters"] == [reject.reason for reject in rejects]


def test_a_line_without_an_end_is_rejected_and_passed_over(write: Write) -> None:
    rows, found, rejects = read(write(HEADER + b"1,a,2\n" + b"x" * 10**6 + b",b,2\n3,c,4\n"))
    assert [(2, "1"), (4, "3")] == [(n, row[0]) for n, _, row in found]
    assert [3] == [reject.line for reject in rejects]
    assert "its line is longer than 65536 characters" == rejects[0].reason
    assert LONGEST_LINE + 1 == len(rejects[0].row)
    assert 3 == rows.count


def test_a_line_without_an_end_in_quotes_is_passed_over(write: Write) -> None:
    _, found, rejects = read(write(HEADER + b'1,"a\n' + b"x" * 10**5 + b"\n3,c,4\n"))
    assert [(4, "3")] == [(n, row[0]) for n, _, row in found]
    assert [2, 3] == [reject.line for reject in rejects]


def test_a_gzip_cut_short_gives_what_came_before(write: Write) -> None:
    content = HEADER + b"".join(b"%d,%x,1\n" % (n, n * 7919) for n in range(20_000))
    rows, found, rejects = read(write(gzip.compress(content)[:-20_000]))
    assert 1_000 < len(found) < 20_000
    assert [str(n) for n in range(len(found))] == [row[0] for row in texts(found)]
    assert [] == rejects
    assert rows.text.broken is not None
    assert f"The file breaks off after line {len(found) + 1} " in rows.text.broken.message


def test_a_line_that_is_too_long_counts_once_where_a_file_breaks_off(write: Write) -> None:
    content = HEADER + b"x" * 3 * LONGEST_LINE + b"\n1,a,2\n"
    rows, found, _ = read(write(gzip.compress(content)[:-8]))
    assert [["1", "a", "2"]] == texts(found)
    assert rows.text.broken is not None
    assert "The file breaks off after line 3 " in rows.text.broken.message


def test_a_gzip_whose_sum_is_wrong_gives_what_is_in_it(write: Write) -> None:
    packed = bytearray(gzip.compress(HEADER + b"1,a,2\n"))
    packed[-8] ^= 1
    rows, found, _ = read(write(bytes(packed)))
    assert [["1", "a", "2"]] == texts(found)
    assert rows.text.broken is not None


def test_a_gzip_that_is_spoilt_in_the_middle_breaks_off(write: Write) -> None:
    content = HEADER + b"".join(b"%d,%x,1\n" % (n, n * 7919) for n in range(20_000))
    packed = bytearray(gzip.compress(content))
    packed[40_000:40_100] = b"\xff" * 100
    rows, found, _ = read(write(bytes(packed)))
    assert 1_000 < len(found) < 20_000
    assert rows.text.broken is not None


def test_a_row_that_is_open_when_a_file_breaks_off_is_rejected(write: Write) -> None:
    packed = gzip.compress(HEADER + b'1,a,2\n2,"b\n')[:-8]
    rows, found, rejects = read(write(packed))
    assert [["1", "a", "2"]] == texts(found)
    assert [3] == [reject.line for reject in rejects]
    assert rows.text.broken is not None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty; its first line must name the columns."),
        (b"\n \n\r\n", "The file is empty; its first line must name the columns."),
        (b"PK\x03\x04....", "The zip is broken (File is not a zip file); get the file again."),
        (
            b"\xd0\xcf\x11\xe0....",
            "The spreadsheet cannot be read (",
        ),
        (
            "order,sku\n".encode("utf-16-le"),
            "likely UTF-16 without its mark: give --encoding utf-16-le",
        ),
        (
            "order,sku\n".encode("utf-16-be"),
            "likely UTF-16 without its mark: give --encoding utf-16-be",
        ),
        (b"order,\0,qty\n", "it holds a NUL character; save the file as CSV"),
        (b"order,\xa3,qty\n", "Line 1 is not UTF-8 (byte 0xa3); the file is likely cp1252"),
        (b'"order,sku,qty\n', "The first line cannot be read: its quotes do not match"),
        (b"x" * 70_000, "The first line cannot be read: its line is longer than 65536 characters"),
        (b"\x1f\x8b\x08\0", "The file breaks off after line 0"),
    ],
)
def test_a_file_without_a_header_is_refused(write: Write, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(write(content))
    assert reason in refused.value.message


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as refused:
        read(tmp_path / "none.csv")
    assert "none.csv; check its name." in refused.value.message


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        read(tmp_path)
    assert refused.value.message.endswith("cannot be read: Is a directory.")


def test_the_position_comes_to_the_size_of_the_file(write: Write) -> None:
    path = write(gzip.compress(HEADER + b"1,a,2\n"))
    with open_rows(path) as rows:
        assert [1] == [len(one.texts) for one in rows if isinstance(one, Stride)]
        assert path.stat().st_size == rows.text.position == rows.text.size
