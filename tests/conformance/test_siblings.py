"""What two dialects have stands in files of one name; a name that says nothing is refused."""

from __future__ import annotations

from pathlib import Path

from orderglot import dialects
from tools.siblings import (
    FOLDERS,
    MEANINGS,
    PAGE,
    Folder,
    matrix,
    read_folders,
    unexplained,
    with_table,
)


def folder(*files: str, readme: str = "") -> Folder:
    return Folder(frozenset(files), readme)


def test_every_dialect_is_looked_at() -> None:
    assert list(dialects.names()) == list(read_folders(FOLDERS))


def test_every_file_of_a_dialect_is_explained() -> None:
    assert [] == list(unexplained(read_folders(FOLDERS)))


def test_a_file_whose_name_nobody_explains_is_refused() -> None:
    (refused,) = unexplained({"a": folder("orders", "helpers")})

    assert refused.startswith("a/helpers.py is a name that no sibling has;")


def test_what_one_dialect_alone_has_its_own_readme_explains() -> None:
    assert [] == list(unexplained({"a": folder("quota", readme="Limits stand in `quota.py`.")}))


def test_what_two_dialects_have_is_explained_for_all() -> None:
    own = folder("quota", readme="Limits stand in `quota.py`.")

    (refused,) = unexplained({"a": own, "b": own})

    assert refused.startswith("quota.py stands in a and b;")


def test_each_shared_name_means_something_and_somebody_has_it() -> None:
    had = {name for one in read_folders(FOLDERS).values() for name in one.files}

    assert set() == set(MEANINGS) - had
    assert all(MEANINGS.values())


def test_a_folder_is_read_without_its_declaration(tmp_path: Path) -> None:
    one = tmp_path / "one"
    one.mkdir()
    for name in ("__init__.py", "orders.py", "README.md"):
        (one / name).write_text("It is.", "utf-8")

    assert {"one": folder("orders", readme="It is.")} == read_folders(tmp_path)


def test_the_matrix_shows_who_has_which_file() -> None:
    lines = list(matrix({"first": folder("orders"), "second": folder("orders", "quota")}))

    assert "first second" == lines[0].strip()
    assert ["orders", "x", "x"] == next(one for one in lines if one.startswith("orders")).split()
    assert ["quota", "x"] == lines[-1].split()


def test_the_table_for_contributors_is_fresh() -> None:
    page = PAGE.read_text("utf-8")

    assert with_table(page, read_folders(FOLDERS)) == page, "run 'make docs'"
