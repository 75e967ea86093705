"""``orderglot openapi``: a dialect's server face as an OpenAPI document."""

from typing import Annotated

from orderglot.cli import completing
from orderglot.cli.demo_address import BASE
from orderglot.cli.options import argument, value
from orderglot.cli.output import write_json


def openapi(
    dialect: Annotated[
        str, argument("DIALECT", "Which: kole, adobe …", completes=completing.dialects)
    ],
    url: Annotated[str, value("URL", "Where it is being served.")] = BASE,
) -> None:
    """Print the OpenAPI 3.1 document of a dialect, for generators, testers and readers.

    A running server has the same, for its own address, at /openapi/DIALECT.json.

    $ orderglot openapi kole
    $ orderglot openapi adobe --url https://orders.example
    """
    from orderglot.hub.openapi import described

    write_json(described(dialect, url.rstrip("/")))
