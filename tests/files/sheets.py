"""Spreadsheets for the tests: small XLSX and ODS files out of rows of cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZipFile

Cell = str | float | date | None
Sheets = Mapping[str, Sequence[Sequence[Cell]]]

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
DAY_ONE = date(1899, 12, 30)
A_DATE, HIDDEN = ' s="1"', ' state="hidden"'


def write_xlsx(path: Path, sheets: Sheets, *, hidden: Sequence[str] = ()) -> Path:
    """Write a workbook of some sheets, by their names."""
    places = range(1, len(sheets) + 1)
    named = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"'
        f"{HIDDEN if name in hidden else ''}/>"
        for n, name in zip(places, sheets, strict=True)
    )
    kind = f"{RELATIONS}/worksheet"
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="worksheets/sheet{n}.xml"/>'
        for n in places
    )
    styles = len(sheets) + 1
    related += f'<Relationship Id="rId{styles}" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    with ZipFile(path, "w") as packed:
        packed.writestr("[Content_Types].xml", _types(places))
        packed.writestr(
            "_rels/.rels",
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        packed.writestr(
            "xl/workbook.xml",
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{named}</sheets></workbook>',
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>',
        )
        packed.writestr(
            "xl/styles.xml",
            f'{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
            '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        )
        for n, rows in zip(places, sheets.values(), strict=True):
            packed.writestr(f"xl/worksheets/sheet{n}.xml", _sheet(rows))
    return path


def _types(places: Sequence[int]) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "/xl/workbook.xml": f"{kind}.sheet.main+xml",
        "/xl/styles.xml": f"{kind}.styles+xml",
        **{f"/xl/worksheets/sheet{n}.xml": f"{kind}.worksheet+xml" for n in places},
    }
    listed = "".join(
        f'<Override PartName="{name}" ContentType="{of}"/>' for name, of in parts.items()
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{listed}</Types>'
    )


def _sheet(rows: Sequence[Sequence[Cell]]) -> str:
    lines = "".join(
        f'<row r="{n}">{"".join(_cells(row, n))}</row>' for n, row in enumerate(rows, 1)
    )
    return f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def _cells(row: Sequence[Cell], line: int) -> Iterator[str]:
    for place, cell in enumerate(row):
        at = f'r="{_letters(place)}{line}"'
        if isinstance(cell, str) and cell:
            text = escape(cell)
            yield f'<c {at} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
        elif isinstance(cell, date):
            yield f"<c {at}{A_DATE}><v>{(cell - DAY_ONE).days}</v></c>"
        elif cell is not None and cell != "":
            yield f"<c {at}><v>{cell!r}</v></c>"


def _letters(place: int) -> str:
    rest, letter = divmod(place, 26)
    return f"{_letters(rest - 1) if rest else ''}{chr(ord('A') + letter)}"


def write_ods(path: Path, sheets: Sheets) -> Path:
    """Write an OpenDocument spreadsheet of some sheets, by their names."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(
            f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
        )
        + "</table:table>"
        for name, rows in sheets.items()
    )
    names = "".join(f' xmlns:{one}="{OFFICE}:{one}:1.0"' for one in ("office", "table", "text"))
    with ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr(
            "META-INF/manifest.xml",
            f'{HEAD}<manifest:manifest xmlns:manifest="{OFFICE}:manifest:1.0"><manifest:file-entry '
            'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.'
            'spreadsheet"/></manifest:manifest>',
        )
        packed.writestr(
            "content.xml",
            f"{HEAD}<office:document-content{names}><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def _ods_cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, date):
        kind, shown = f'date" office:date-value="{cell.isoformat()}', cell.isoformat()
    elif isinstance(cell, str):
        kind, shown = "string", escape(cell)
    else:
        kind, shown = f'float" office:value="{cell!r}', f"{cell}"
    return (
        f'<table:table-cell office:value-type="{kind}"><text:p>{shown}</text:p></table:table-cell>'
    )
