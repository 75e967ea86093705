"""The flags of ``orderglot serve``, each as a person is told of it."""

from typing import Annotated

import typer

Demo = Annotated[
    bool, typer.Option("--demo", help="Serve the demo book, made where there is none yet.")
]
Host = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Where to listen.", show_default="127.0.0.1"),
]
Port = Annotated[
    str | None,
    typer.Option(metavar="N", help="On which port; 0 takes a free one.", show_default="8400"),
]
Workers = Annotated[
    str | None,
    typer.Option(metavar="N", help="How many processes answer.", show_default="1"),
]
Dialects = Annotated[
    str | None,
    typer.Option(metavar="NAMES", help="Which, by commas: kole,adobe.", show_default="all"),
]
PublicUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="The address that clients know, for the links in answers.",
        show_default="the address asked",
    ),
]

Hosts = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        help="The hosts that may be asked for, by commas, with or without a port.",
        show_default="all",
    ),
]
TrustedProxies = Annotated[
    str | None,
    typer.Option(
        metavar="NETWORKS",
        help="The proxies whose Forwarded and X-Forwarded headers are believed: 10.0.0.0/8,::1.",
        show_default="none",
    ),
]
TlsCertificate = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="The server's certificate and those that lead to its issuer, in PEM; for TLS.",
        show_default="none",
    ),
]
TlsKey = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="The certificate's private key, in PEM.", show_default="none"
    ),
]
Http = Annotated[
    str | None,
    typer.Option(
        metavar="1|2",
        help="The latest HTTP that is spoken.",
        show_default="2 with TLS, else 1",
    ),
]
LogLevel = Annotated[
    str | None,
    typer.Option(metavar="LEVEL", help="debug, info, warning or error.", show_default="info"),
]
AccessLog = Annotated[
    bool | None,
    typer.Option("--access-log/--no-access-log", help="Log every request.", show_default="no"),
]
