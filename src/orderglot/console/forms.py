"""Forms as browsers send them: names and values, a name perhaps several times."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request

from orderglot.core.errors import Rule, invalid

Form = ImmutableMultiDict[str, str]

MOST_FIELDS = 2_000
MOST_BYTES = 1_048_576


async def form_of(request: Request) -> Form:
    """Read the form in a request's body; raises Invalid where it is longer than any of ours."""
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise invalid(
            "body", Rule.SIZE, f"A form may have {MOST_BYTES:,} bytes, not {len(body):,}."
        )
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise invalid("body", Rule.SIZE, f"A form may have {MOST_FIELDS:,} fields.") from None
    return ImmutableMultiDict(pairs)
