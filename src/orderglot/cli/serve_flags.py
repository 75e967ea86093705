"""The flags of ``orderglot serve``, with their help."""

from typing import Annotated

import typer

from orderglot.cli.options import switch, value

Demo = Annotated[bool, switch("--demo", "Serve the demo book, made where there is none yet.")]
Host = Annotated[str | None, value("ADDRESS", "Where to listen.", "127.0.0.1")]
Port = Annotated[str | None, value("N", "On which port; 0 takes a free one.", "8400")]
Workers = Annotated[str | None, value("N", "How many processes answer.", "1")]
Dialects = Annotated[str | None, value("NAMES", "Which, by commas: kole,adobe.", "all")]
PublicUrl = Annotated[
    str | None,
    value("URL", "The address that clients know, for the links in answers.", "the address asked"),
]

Hosts = Annotated[
    str | None,
    value("NAMES", "The hosts that may be asked for, by commas, with or without a port.", "all"),
]
TrustedProxies = Annotated[
    str | None,
    value(
        "NETWORKS",
        "The proxies whose Forwarded and X-Forwarded headers are believed: 10.0.0.0/8,::1.",
        "none",
    ),
]
TlsCertificate = Annotated[
    str | None,
    value(
        "FILE",
        "The server's certificate and those that lead to its issuer, in PEM; for TLS.",
        "none",
    ),
]
TlsKey = Annotated[str | None, value("FILE", "The certificate's private key, in PEM.", "none")]
Http = Annotated[str | None, value("1|2", "The latest HTTP that is spoken.", "2 with TLS, else 1")]
LogLevel = Annotated[str | None, value("LEVEL", "debug, info, warning or error.", "info")]
Journal = Annotated[
    str | None,
    value("MODE", "Which exchanges 'orderglot log' has: all, errors or off.", "all"),
]
NoJobs = Annotated[
    bool,
    typer.Option("--no-jobs", help="Run no jobs beside the workers; see 'orderglot jobs work'."),
]
AccessLog = Annotated[
    bool | None,
    typer.Option("--access-log/--no-access-log", help="Log every request.", show_default="no"),
]
