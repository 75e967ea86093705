"""What a run goes by: a flag before the environment, that before the file, and one clear refusal."""

from pathlib import Path

import pytest

from orderglot import config
from orderglot.config import Config
from orderglot.core.errors import Invalid


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(environment: dict[str, str], **flags: object) -> str:
    with pytest.raises(Invalid) as refused:
        config.read(flags, environment)
    return refused.value.message


@pytest.mark.usefixtures("folder")
def test_without_any_setting_the_defaults_hold() -> None:
    assert Config() == config.read({}, {})
    assert Config().database == "sqlite:///orderglot.db"
    assert Config().port == 8400


def test_a_flag_goes_before_the_environment_and_that_before_the_file(folder: Path) -> None:
    (folder / "orderglot.toml").write_text('port = 1\nhost = "file"\nseller = "file"\n')
    environment = {"ORDERGLOT_PORT": "2", "ORDERGLOT_HOST": "environment"}
    found = config.read({"port": "3", "host": None}, environment)
    assert 3 == found.port
    assert found.host == "environment"
    assert found.seller == "file"


def test_the_file_may_be_named_by_the_environment_or_by_a_flag(folder: Path) -> None:
    for name in ("orderglot", "one", "two"):
        (folder / f"{name}.toml").write_text(f'seller = "{name}"\n')
    assert config.read({}, {}).seller == "orderglot"
    named = {"ORDERGLOT_CONFIG": "one.toml"}
    assert config.read({}, named).seller == "one"
    assert config.read({}, named, folder / "two.toml").seller == "two"


@pytest.mark.usefixtures("folder")
def test_an_empty_variable_is_as_good_as_none() -> None:
    assert Config() == config.read({}, {"ORDERGLOT_PORT": "", "ORDERGLOT_CONFIG": ""})


@pytest.mark.usefixtures("folder")
def test_dialects_are_listed_with_commas_or_as_a_list(folder: Path) -> None:
    assert config.read({"dialects": "kole, adobe"}, {}).dialects == ("kole", "adobe")
    (folder / "orderglot.toml").write_text('dialects = ["kole"]\n')
    assert config.read({}, {}).dialects == ("kole",)


@pytest.mark.usefixtures("folder")
def test_hosts_and_proxies_are_listed_in_the_same_way() -> None:
    flags = {"hosts": "orders.example, [::1]:8400", "trusted_proxies": "10.0.0.1/8,::1"}
    found = config.read(flags, {})
    assert found.hosts == ("orders.example", "[::1]:8400")
    assert found.trusted_proxies == ("10.0.0.1/8", "::1")
    assert config.read({}, {"ORDERGLOT_TRUSTED_PROXIES": "127.0.0.1"}).trusted_proxies


@pytest.mark.usefixtures("folder")
def test_a_database_that_is_given_goes_before_the_one_that_is_proposed() -> None:
    assert config.read({}, {}, database="sqlite:///demo.db").database == "sqlite:///demo.db"
    given = config.read({"database": "sqlite:///mine.db"}, {}, database="sqlite:///demo.db")
    assert given.database == "sqlite:///mine.db"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("PORT='http'", "is not a whole number from 0 to 65535."),
        ("PORT='65536'", "is not a whole number from 0 to 65535."),
        ("WORKERS='0'", "is not a whole number from 1 to 64."),
        ("WORKERS='1.5'", "is not a whole number from 1 to 64."),
        ("ACCESS_LOG='maybe'", "is not true or false."),
        ("LOG_LEVEL='loud'", "is not one of debug, info, warning, error."),
        ("HTTP='3'", "is not 1 or 2."),
        ("PUBLIC_URL='orders.example'", "is not an address like https://orders.example."),
    ],
)
def test_a_bad_value_is_one_sentence_that_names_its_place(setting: str, reason: str) -> None:
    name, _, value = setting.partition("=")
    sentence = refusal({f"ORDERGLOT_{name}": value.strip("'")})
    assert f"ORDERGLOT_{name}: {value} {reason}" == sentence


@pytest.mark.usefixtures("folder")
def test_a_bad_item_of_a_list_is_shown_with_the_whole_list() -> None:
    hosts = "is not a list of hosts like orders.example or orders.example:8400."
    sentence = refusal({"ORDERGLOT_HOSTS": "orders.example,a/b"})
    assert f"ORDERGLOT_HOSTS: ['orders.example', 'a/b'] {hosts}" == sentence
    networks = "is not a list of addresses and networks like 10.0.0.0/8."
    sentence = refusal({"ORDERGLOT_TRUSTED_PROXIES": "10.0.0.0/99"})
    assert f"ORDERGLOT_TRUSTED_PROXIES: ['10.0.0.0/99'] {networks}" == sentence


@pytest.mark.usefixtures("folder")
def test_a_bad_flag_is_named_as_it_is_typed() -> None:
    refused = refusal({}, log_level="loud")
    assert refused == "--log-level: 'loud' is not one of debug, info, warning, error."


@pytest.mark.usefixtures("folder")
def test_a_secret_in_an_address_is_not_printed() -> None:
    message = refusal({}, public_url="https://me:hush@orders.example")
    assert message == "--public-url: this is not an address like https://orders.example."


def test_a_misspelt_variable_is_refused_and_a_foreign_one_let_be() -> None:
    assert "did you mean ORDERGLOT_DATABASE?" in refusal({"ORDERGLOT_DATABSE": "sqlite:///x.db"})
    assert Config() == config.read({}, {"ORDERGLOT_SERVICE_HOST": "10.0.0.1"})


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('databse = "x"', "orderglot.toml: there is no setting 'databse'; there are database,"),
        ('port = "http"', "orderglot.toml: port: 'http' is not a whole number from 0 to 65535."),
        ("port = ", "orderglot.toml: is not a TOML file: "),
    ],
)
def test_a_bad_file_is_one_sentence_that_names_its_place(
    folder: Path, text: str, sentence: str
) -> None:
    (folder / "orderglot.toml").write_text(text)
    assert refusal({}).startswith(sentence)


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_named_must_be_there() -> None:
    refused = refusal({"ORDERGLOT_CONFIG": "gone.toml"})
    assert refused == "gone.toml: there is no such file; name one that exists with --config."
