"""``orderglot samples``: files that the commands of README take."""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import done, done_json, refused


def test_the_samples_are_imported_and_found_by_their_numbers() -> None:
    assert "Wrote lines.csv.\nWrote order.xml.\n" == done("samples")
    done("import", "lines.csv", "--seller", "acme", "--currency", "USD")

    assert "1001" == done_json("show", "1001")["number"]


def test_samples_may_be_written_again_and_overwrite_nothing_else(folder: Path) -> None:
    done("samples")
    done("samples")
    (folder / "order.xml").write_text("mine")
    (folder / "lines.csv").unlink()

    sentence = refused("samples")

    assert "order.xml: there is another file of that name; go to another folder." == sentence
    assert "mine" == (folder / "order.xml").read_text()
    assert not (folder / "lines.csv").exists()


def test_an_order_is_found_by_its_purchase_order_number_where_nothing_else_is_called_so(
    folder: Path,
) -> None:
    (folder / "po.csv").write_text(
        "order,sku,quantity,po_number\n1,A,1,P-1\n2,A,1,P-2\n3,A,1,P-2\n4,A,1,2\n"
    )
    done("import", "po.csv", "--seller", "acme", "--currency", "USD")

    assert "1" == done_json("show", "P-1")["number"]
    assert "2" == done_json("show", "2")["number"]
    assert "'P-2' is more than one order: " in refused("show", "P-2")
