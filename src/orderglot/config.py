"""The configuration: flags, environment and one TOML file, read into one frozen object."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta, Struct

from orderglot.core.errors import Rule, invalid

PREFIX = "ORDERGLOT_"
WHICH_FILE = PREFIX + "CONFIG"
FILE = "orderglot.toml"
MOST_WORKERS = 64
_WORKERS = f"a whole number from 1 to {MOST_WORKERS}"

Text = Annotated[str, Meta(description="a text")]
Name = Annotated[str, Meta(min_length=1, description="a text that says something")]
Names = Annotated[tuple[str, ...], Meta(description="a list of names")]
Port = Annotated[int, Meta(ge=0, le=65535, description="a whole number from 0 to 65535")]
Workers = Annotated[int, Meta(ge=1, le=MOST_WORKERS, description=_WORKERS)]
Flag = Annotated[bool, Meta(description="true or false")]
Level = Annotated[
    Literal["debug", "info", "warning", "error"],
    Meta(description="one of debug, info, warning, error"),
]
Journal = Annotated[Literal["off", "errors", "all"], Meta(description="one of off, errors, all")]
Days = Annotated[int, Meta(ge=1, le=3650, description="a whole number from 1 to 3650")]
DaysOrEver = Annotated[
    int, Meta(ge=0, le=36_500, description="a whole number from 0, which is for ever, to 36500")
]
Megabytes = Annotated[int, Meta(ge=1, le=1_000_000, description="a whole number from 1 to 1000000")]
Tables = Annotated[
    dict[str, dict[str, str | int | float | bool]],
    Meta(description="a table for each one, such as [vendors.kole] or [channels.wholesaler]"),
]
Url = Annotated[
    str,
    Meta(
        pattern=r"^(https?://[A-Za-z0-9._~%:/\[\]-]+)?$",
        description="an address like https://orders.example",
    ),
]

Hosts = Annotated[
    tuple[
        Annotated[str, Meta(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(:[0-9]{1,5})?$")], ...
    ],
    Meta(description="a list of hosts like orders.example or orders.example:8400"),
]
Networks = Annotated[
    tuple[str, ...], Meta(description="a list of addresses and networks like 10.0.0.0/8")
]
Http = Annotated[Literal["", "1", "2"], Meta(description="1 or 2")]
LISTS = (Names, Hosts, Networks)


class Config(Struct, frozen=True, kw_only=True):
    """What a run of the program goes by; no ``dialects`` means all of them, and so with ``hosts``.

    ``read_database`` is a copy of a PostgreSQL database that lists may come from. ``seller`` is
    whose book the commands speak of where none is named. ``public_url`` takes the place of scheme
    and host in the links that faces write. ``webhook_networks`` are addresses and networks to which
    webhooks may be sent though they are not open to everybody. ``trusted_proxies`` are addresses and networks whose
    word on their clients is taken. ``http`` is the latest version that is served; without a word,
    2 with TLS, else 1. ``journal`` says which exchanges are kept, for so many days and so many
    megabytes at most; ``feed_days`` is how old an event of the feed may be that is not thinned out, 0 for any. Port 0 is whichever is free. ``vendors`` are the hub's own accounts, by
    dialect, ``channels`` those with a name of their own; a variable like ``ORDERGLOT_KOLE_URL``
    goes before them.
    """

    database: Name = "sqlite:///orderglot.db"
    read_database: Text = ""
    seller: Text = ""
    host: Name = "127.0.0.1"
    port: Port = 8400
    workers: Workers = 1
    dialects: Names = ()
    public_url: Url = ""
    hosts: Hosts = ()
    trusted_proxies: Networks = ()
    webhook_networks: Networks = ()
    tls_certificate: Text = ""
    tls_key: Text = ""
    http: Http = ""
    log_level: Level = "info"
    access_log: Flag = False
    journal: Journal = "all"
    journal_days: Days = 30
    journal_mb: Megabytes = 2_000
    feed_days: DaysOrEver = 0
    vendors: Tables = {}
    channels: Tables = {}


def read(
    flags: Mapping[str, Any],
    environment: Mapping[str, str],
    file: Path | None = None,
    *,
    database: str = "",
) -> Config:
    """Put a configuration together: a flag goes before the environment, that before the file.

    Flags that are None were not given, nor is an empty variable. Without ``file``,
    ``ORDERGLOT_CONFIG`` names it, else it is ``orderglot.toml`` in the working folder if there is
    one. ``database`` is where the book is when nothing says so. Raises Invalid with one sentence.
    """
    settings: dict[str, Any] = {"database": database} if database else {}
    for where, name, value in (
        *_of_file(file, environment),
        *_of_environment(environment),
        *_of_flags(flags),
    ):
        settings[name] = _checked(where, name, value)
    return Config(**settings)


Given = Iterator[tuple[str, str, Any]]
"""Where a setting stands, as a message shows it, its name, and its value."""


def _of_flags(flags: Mapping[str, Any]) -> Given:
    for name, value in flags.items():
        if value is not None:
            yield "--" + name.replace("_", "-"), name, value


def _of_environment(environment: Mapping[str, str]) -> Given:
    for variable, value in sorted(environment.items()):
        name = variable.removeprefix(PREFIX).lower()
        if not value or not variable.startswith(PREFIX) or variable == WHICH_FILE:
            continue
        if name in _settings():
            yield variable, name, value
        elif near := difflib.get_close_matches(name, _settings(), 1, 0.8):
            # Other names with this beginning are let be: a container platform may set some.
            reason = f"there is no such setting; did you mean {PREFIX}{near[0].upper()}?"
            raise invalid(variable, Rule.UNKNOWN, reason)


def _of_file(file: Path | None, environment: Mapping[str, str]) -> Given:
    named = file or environment.get(WHICH_FILE)
    path = Path(named or FILE)
    try:
        settings = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if not named:
            return
        reason = "there is no such file; name one that exists with --config."
        raise invalid(str(path), Rule.UNKNOWN, reason) from None
    except OSError as error:
        raise invalid(str(path), Rule.MALFORMED, f"cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise invalid(str(path), Rule.MALFORMED, f"is not a TOML file: {error}.") from None
    for name, value in settings.items():
        if name not in _settings():
            reason = f"there is no setting {name!r}; there are {', '.join(_settings())}."
            raise invalid(str(path), Rule.UNKNOWN, reason)
        yield f"{path}: {name}", name, value


def _checked(where: str, name: str, value: Any) -> Any:
    kind = _settings()[name]
    if kind in LISTS and isinstance(value, str):
        value = [one.strip() for one in value.split(",") if one.strip()]
    try:
        checked = msgspec.convert(value, kind, strict=False)
        if kind == Networks:
            _check_networks(checked)
        return checked
    except ValueError:
        meaning = kind.__metadata__[0].description
        # What stands in the vendors' tables is nobody's to see, nor what stands before an @.
        shown = "this" if kind == Tables or "@" in str(value) else repr(value)
        raise invalid(where, Rule.MALFORMED, f"{shown} is not {meaning}.") from None


def _check_networks(networks: tuple[str, ...]) -> None:
    from ipaddress import ip_network

    for network in networks:
        ip_network(network, strict=False)


@cache
def _settings() -> dict[str, Any]:
    """Give the settings by name, each with the type that its values must have."""
    return get_type_hints(Config, include_extras=True)
