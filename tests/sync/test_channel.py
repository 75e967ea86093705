"""The account with a vendor: where its settings come from, and that no message gives them away."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from orderglot import config, dialects
from orderglot.core.errors import Invalid
from orderglot.sync.channel import Channel, read_channel

KOLE = dialects.dialect("kole")
TABLE = {"url": "https://file.example", "id": "demo-id", "api_key": "demo-key"}


def account(
    table: Mapping[str, object] | None = None,
    environment: dict[str, str] | None = None,
    **flags: str,
) -> Channel:
    return read_channel(KOLE, TABLE if table is None else table, environment or {}, flags)


def test_a_flag_goes_before_the_environment_and_that_before_the_file() -> None:
    environment = {"ORDERGLOT_KOLE_URL": "https://environment.example", "ORDERGLOT_KOLE_ID": "ours"}

    assert "https://file.example" == account().url
    assert "https://environment.example" == account(None, environment).url
    assert "https://flag.example" == account(None, environment, url="https://flag.example").url
    assert {"id": "ours", "api_key": "demo-key"} == account(None, environment).credentials


@pytest.mark.parametrize("name", TABLE)
def test_what_is_missing_is_asked_for_by_the_name_of_its_variable(name: str) -> None:
    table = {key: value for key, value in TABLE.items() if key != name}

    with pytest.raises(Invalid, match=f"ORDERGLOT_KOLE_{name.upper()}") as refusal:
        account(table)
    assert "demo-key" not in refusal.value.message


@pytest.mark.parametrize(
    "url",
    [
        "http://demo-id:hush@vendor.example",
        "https://hush@vendor.example/api",
        "demo-id:hush@vendor.example",
        "https://demo-id:hush%40vendor.example",
        "https://vendor.example/?api_key=hush",
        "https://vendor.example/#hush",
    ],
)
def test_an_address_with_a_secret_in_it_is_refused_with_the_variables_to_set(url: str) -> None:
    for ask in (
        partial(account, url=url),
        partial(account, {"url": url}),
        partial(account, {}, {"ORDERGLOT_KOLE_URL": url}),
    ):
        with pytest.raises(
            Invalid, match="ORDERGLOT_KOLE_ID and ORDERGLOT_KOLE_API_KEY"
        ) as refusal:
            ask()
        assert "hush" not in refusal.value.message


def test_the_patience_of_the_line_is_a_setting() -> None:
    timeouts = account({**TABLE, "timeout": 3, "per_second": 2.5}).timeouts

    assert (3, 3, 12, 2.5) == (timeouts.connect, timeouts.read, timeouts.whole, timeouts.per_second)
    assert account().timeouts.per_second is None


@pytest.mark.parametrize(
    "setting", [{"timeout": "soon"}, {"per_second": 0}, {"idempotent": "perhaps"}]
)
def test_a_setting_that_is_wrong_is_refused(setting: dict[str, object]) -> None:
    with pytest.raises(Invalid, match=next(iter(setting))):
        account({**TABLE, **setting})


def test_the_file_has_a_table_for_each_vendor(tmp_path: Path) -> None:
    file = tmp_path / "orderglot.toml"
    file.write_text('[vendors.kole]\nurl = "https://file.example"\nper_second = 2\n')

    found = config.read({}, {}, file)
    assert {"kole": {"url": "https://file.example", "per_second": 2}} == found.vendors


def test_a_table_that_is_wrong_is_refused_without_showing_it(tmp_path: Path) -> None:
    file = tmp_path / "orderglot.toml"
    file.write_text('[vendors]\nkole = "demo-key"\n')

    with pytest.raises(Invalid, match=r"\[vendors\.kole\]") as refusal:
        config.read({}, {}, file)
    assert "demo-key" not in refusal.value.message
