"""``orderglot console``: the console alone, links to sign in, and who may sign in."""

import re
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orderglot.cli.command import (
    ActingGroup,
    AsJson,
    ConfigFile,
    Database,
    Misused,
    group,
    settings,
    with_book,
)
from orderglot.cli.options import argument, value
from orderglot.cli.output import listing, write_json, write_line, write_link, write_notice
from orderglot.cli.serve_flags import (
    Host,
    Hosts,
    LogLevel,
    PublicUrl,
    TlsCertificate,
    TlsKey,
    TrustedProxies,
    Workers,
)

if TYPE_CHECKING:
    from orderglot.core.users import Role, User
    from orderglot.hub.opening import Hub

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]/_~%-]+")

PORT = 8401
"""Where the console is alone, if nobody says otherwise."""


app = typer.Typer(
    cls=ActingGroup, invoke_without_command=True, rich_markup_mode="rich", add_completion=False
)
users = group("Users: who may sign in to the console.")
app.add_typer(users, name="user")

UserName = Annotated[str, argument("NAME", "The user's name.")]
RoleName = Annotated[
    str, value("ROLE", "viewer, operator or admin.", "what may be seen alone: viewer")
]
PasswordFile = Annotated[
    str | None,
    value("FILE", "Where the password stands on the first line; - reads it from a pipe."),
]


@app.callback()
def serve(
    ctx: typer.Context,
    host: Host = None,
    port: Annotated[str | None, value("N", "On which port; 0 takes a free one.", "8401")] = None,
    workers: Workers = None,
    public_url: PublicUrl = None,
    hosts: Hosts = None,
    trusted_proxies: TrustedProxies = None,
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    log_level: LogLevel = None,
    database: Database = None,
    config: ConfigFile = None,
) -> None:
    """Serve the console alone, for people with a browser; 'orderglot serve' has it as well.

    $ orderglot console --database sqlite:///book.db
    $ orderglot console link
    $ orderglot console user add ada --role operator --seller acme
    """
    import asyncio

    if ctx.invoked_subcommand is not None:
        return
    from orderglot.cli.http_server import serve as run
    from orderglot.cli.listening import allow_connections, held
    from orderglot.cli.logs import set_up_logs
    from orderglot.cli.serve import address_of, bring_up, ending_well
    from orderglot.cli.tls import check_tls
    from orderglot.cli.worker import load_console

    found = settings(
        config,
        host=host,
        port=port or str(PORT),
        workers=workers,
        public_url=public_url,
        hosts=hosts,
        trusted_proxies=trusted_proxies,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
        log_level=log_level,
        database=database,
    )
    set_up_logs(found.log_level)
    check_tls(found.tls_certificate, found.tls_key)
    connections = allow_connections()
    with ending_well(), held(found.host, found.port) as place:
        asyncio.run(bring_up(found))
        address = found.public_url.rstrip("/") or address_of(found, place)
        shown = partial(write_line, f"The console is at {address}/orderglot/")
        run(found, partial(load_console, found), place, connections, shown)


@app.command("link")
@with_book()
async def link(
    hub: "Hub",
    user: Annotated[str, value("NAME", "As which user.", "who runs this machine")] = "",
    at: Annotated[
        str, value("URL", "Where the console is served.", "http://127.0.0.1:8400")
    ] = "http://127.0.0.1:8400",
    as_json: AsJson = False,
) -> None:
    """Print a link that signs in to the console, once, within a quarter of an hour.

    Without a user it is good for everything in every book, as this command is.

    $ orderglot console link
    $ orderglot console link --user ada --at https://orders.example
    """
    if not _ADDRESS.fullmatch(at):
        raise Misused(f"--at: {at[:60]!r} is no address; give one such as https://orders.example.")
    where = await link_to(hub, at, user)
    if as_json:
        return write_json({"url": where})
    write_link(where)
    write_notice("It is good once, for 15 minutes.")
    return None


async def link_to(hub: "Hub", at: str, user: str = "") -> str:
    """Make a link to sign in at an address."""
    from orderglot.cli.command import person

    secret = await hub.store.users.link(user or person().who, user)
    return f"{at.rstrip('/')}/orderglot/link?code={secret}"


@users.command("add")
@with_book()
async def add(
    hub: "Hub",
    name: UserName,
    role: RoleName = "viewer",
    seller: Annotated[str, value("NAME", "In whose book alone.", "in every book")] = "",
    password_file: PasswordFile = None,
) -> None:
    """Add a user, or give one that is there a role in a further seller's book.

    The password is asked for twice, without being shown.

    $ orderglot console user add ada --role admin
    $ orderglot console user add bob --role viewer --seller acme --password-file -
    """
    from orderglot.core.errors import NotFound

    roles = await _roles(hub, role, seller)
    try:
        there = await hub.store.users.user(name)
    except NotFound:
        password = await _hashed(_password(password_file))
        await hub.store.users.add(name, password, roles)
        write_line(f"{name} may sign in as {role} {_where(seller)}.")
        return
    if password_file is not None:
        raise Misused(f"--password-file: {name} has one; see 'orderglot console user password'.")
    await hub.store.users.change(name, roles={**there.roles, **roles})
    write_line(f"{name} is now {role} {_where(seller)}, and has to sign in again.")


@users.command("list")
@with_book(reads=True)
async def list_users(hub: "Hub", as_json: AsJson = False) -> None:
    """List who may sign in, with what each may do in whose book.

    $ orderglot console user list
    """
    names = {one.id: one.name for one in await hub.store.sellers()}
    found = [
        {"name": one.name, "roles": _spelled(one, names)} for one in await hub.store.users.users()
    ]
    listing(
        found,
        ("user", "roles"),
        lambda one: (one["name"], ", ".join(f"{role}: {of}" for of, role in one["roles"].items())),
        as_json=as_json,
    )


@users.command("remove")
@with_book()
async def remove(hub: "Hub", name: UserName) -> None:
    """Take a user out; who is signed in by it is not any more.

    $ orderglot console user remove ada
    """
    await hub.store.users.remove(name)
    write_line(f"{name} may not sign in any more.")


@users.command("password")
@with_book()
async def password(hub: "Hub", name: UserName, password_file: PasswordFile = None) -> None:
    """Give a user another password; who is signed in by the old one is not any more.

    $ orderglot console user password ada
    """
    await hub.store.users.user(name)
    hashed = await _hashed(_password(password_file))
    await hub.store.users.change(name, password=hashed)
    write_line(f"{name} has another password, and has to sign in again.")


async def _roles(hub: "Hub", role: str, seller: str) -> "dict[int, Role]":
    from orderglot.core.users import EVERY_SELLER, Role

    if role not in list(Role):
        raise Misused(f"--role: there is no role {role[:40]!r}; there are {', '.join(Role)}.")
    where = (await hub.store.seller(seller)).id if seller else EVERY_SELLER
    return {where: Role(role)}


def _where(seller: str) -> str:
    return f"in the book of {seller}" if seller else "in every book"


def _spelled(user: "User", names: dict[int, str]) -> dict[str, str]:
    return {names.get(id, "every seller"): str(role) for id, role in user.roles.items()}


def _password(file: str | None) -> str:
    """Give a new password out of a file, or as a person types it twice."""
    if file is not None:
        text = sys.stdin.readline() if file == "-" else Path(file).read_text("utf-8")
        return text.partition("\n")[0].rstrip("\r")
    if not sys.stdin.isatty():
        raise Misused("say where the password stands with --password-file FILE, - for a pipe.")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


async def _hashed(password: str) -> str:
    from orderglot.console.passwords import hashed
    from orderglot.core.users import demand_password

    demand_password(password)
    return await hashed(password)
