"""Kodaris's sessions: an API key buys a session, a session its CSRF tokens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from msgspec import Struct

from orderglot.core.caller import OPEN, Caller
from orderglot.core.customer import Customer, identity
from orderglot.core.errors import Unauthenticated
from orderglot.core.keyring import Keyring
from orderglot.core.order import by_hub_id, native
from orderglot.core.tokens import MOST, TokenKind
from orderglot.dialects.kodaris import shapes
from orderglot.dialects.kodaris.media import ASKS, answer, body_of, content_of, listed
from orderglot.dialects.kodaris.tables import NAME
from orderglot.wire import json
from orderglot.wire.auth import read_hex, same
from orderglot.wire.form import Form
from orderglot.wire.message import Request, Response
from orderglot.wire.operation import Context, Endpoint, Operation, RequestFormat, ResponseFormat
from orderglot.wire.shape import JSON, success
from orderglot.wire.values import read_references, write_number

T = TypeVar("T")

TO_LOGIN = "/api/user/customer/apiKeyLogin"
TO_CSRF = "/api/user/customer/authToken"
TO_LOGOUT = "/api/account/customer/logout"
TO_ACCOUNT = "/api/account/customer/myAccount"

SESSION_HEADER = "usersessionapikey"
CSRF_HEADER = "x-csrf-token"

REFUSED = (
    f"Log in with your apiKey at {TO_LOGIN}, fetch a token at {TO_CSRF}, and send both, as"
    " userSessionApiKey and X-CSRF-TOKEN."
)
"""What is said to whoever shows no session, or none that is good, whatever the reason."""

UNKNOWN = "The apiKey is not known."
"""What a login says, of a key that never was as of one that has ended."""


BEGINNING = "KSS"

SESSION = TokenKind(
    name="session",
    size=32,
    write=lambda content: BEGINNING + content.hex().upper(),
    read=lambda text: read_hex(text, BEGINNING),
    lasts=timedelta(hours=8),
)
CSRF = TokenKind(
    name="csrf",
    size=16,
    write=lambda content: content.hex().upper(),
    read=read_hex,
    lasts=timedelta(hours=1),
    most=5 * MOST,
)
"""Of which every session may have some."""


async def demand_csrf(keyring: Keyring, caller: Caller, token: str) -> None:
    """Raise Unauthenticated unless a CSRF token is good and was given to the caller's session."""
    try:
        credential = await keyring.admit(NAME, token, CSRF)
    except Unauthenticated:
        raise Unauthenticated(REFUSED) from None
    if not same(credential.family, caller.session):
        raise Unauthenticated(REFUSED)


def session_of(request: Request) -> str:
    """Read the session's key that a request shows, "" without one."""
    return request.headers.get(SESSION_HEADER, "")


def shows(session: str) -> dict[str, str]:
    """Give the headers of a request that shows a session's key and no more."""
    return {**ASKS, SESSION_HEADER: session}


# apiKeyLogin


def _write_key(key: str) -> Request:
    body = json.write({"apiKey": key})
    return Request(method="POST", path=TO_LOGIN, headers=ASKS, body=body, repeatable=True)


def _read_key(request: Request, _caller: Caller) -> str:
    return body_of(request).checked(lambda form: form.text("apiKey"))


async def _log_in(context: Context, key: str) -> str:
    """Give a new session to whoever shows a good key; other sessions of the key go on."""
    if not key:
        raise Unauthenticated(REFUSED)
    try:
        credential = await context.keyring.admit(NAME, key)
    except Unauthenticated:
        raise Unauthenticated(UNKNOWN) from None
    (session,) = await context.keyring.issue(credential, SESSION)
    return session


def _write_session(session: str, request: Request) -> Response:
    return answer({"userSessionApiKey": session}, request)


def _read_session(response: Response, _key: str) -> str:
    return Form(content_of(response), "data").checked(
        lambda form: form.text("userSessionApiKey", required=True)
    )


LOGIN: Operation[str, str] = Operation(
    name="apiKeyLogin",
    endpoint=Endpoint("POST", (TO_LOGIN,), OPEN),
    request=RequestFormat(_write_key, _read_key, body={JSON: shapes.Login}),
    perform=_log_in,
    response=ResponseFormat(_write_session, _read_session, success(200, shapes.SessionResponse)),
    tries=lambda key: key,
)


# authToken


def read_shown(request: Request, _caller: Caller) -> str:
    """Read what a request says that is about its session and nothing else."""
    return session_of(request)


def _shown_to(path: str) -> RequestFormat[str]:
    """Make the format of a request that shows a session's key and says nothing else."""
    return RequestFormat(
        lambda session: Request(method="GET", path=path, headers=shows(session)), read_shown
    )


def _of_session(
    name: str,
    path: str,
    perform: Callable[[Context, str], Awaitable[T]],
    read: Callable[[Response, str], T],
    shape: type,
) -> Operation[str, T]:
    """Make the operation that a session's key is all there is to say for."""
    response = ResponseFormat(answer, read, success(200, shape))
    return Operation(
        name=name,
        endpoint=Endpoint("GET", (path,)),
        request=_shown_to(path),
        perform=perform,
        response=response,
    )


async def _give_token(context: Context, session: str) -> str:
    """Give a new token to a session; those it has stay good until they expire."""
    (token,) = await context.keyring.issue(
        await context.keyring.admit(NAME, session, SESSION), CSRF
    )
    return token


def _read_token(response: Response, _session: str) -> str:
    return Form({"data": content_of(response)}).checked(
        lambda form: form.text("data", required=True)
    )


AUTH_TOKEN = _of_session("authToken", TO_CSRF, _give_token, _read_token, shapes.TokenResponse)


# logout


async def _log_out(context: Context, session: str) -> None:
    """End a session, and its tokens with it."""
    await context.keyring.end(NAME, session, SESSION)


def _read_nothing(response: Response, _session: str) -> None:
    content_of(response)


LOGOUT = _of_session("logout", TO_LOGOUT, _log_out, _read_nothing, shapes.Nothing)


# myAccount


class Account(Struct, frozen=True, kw_only=True):
    """Whose session it is: the API user, what it may do, and the company's record."""

    user: str
    roles: tuple[str, ...]
    customer: Customer


async def _give_account(context: Context, _session: str) -> Account:
    """Describe whose session it is."""
    caller = context.book.caller
    customer = Customer()
    if caller.customer is not None:
        customer = await context.book.customer(by_hub_id(caller.customer))
    user = caller.name.removeprefix(f"{NAME}:")
    return Account(user=user, roles=tuple(sorted(caller.may)), customer=customer)


def _write_account(account: Account, request: Request) -> Response:
    customer = account.customer
    return answer(
        {
            "firstName": customer.first_name or None,
            "lastName": customer.last_name or None,
            "email1": customer.email or None,
            "userName": account.user,
            "companyID": write_number(native(identity(customer), NAME)),
            "customerID": None,
            "customerRoles": account.roles,
        },
        request,
    )


def _read_account(response: Response, _session: str) -> Account:
    form = Form(content_of(response), "data")
    customer = Customer(
        references=read_references(form.text("companyID"), NAME),
        first_name=form.text("firstName"),
        last_name=form.text("lastName"),
        email=form.text("email1"),
    )
    roles = listed(form.members.get("customerRoles")) or ()
    account = Account(user=form.text("userName"), roles=tuple(map(str, roles)), customer=customer)
    form.check()
    return account


MY_ACCOUNT: Operation[str, Account] = Operation(
    name="myAccount",
    endpoint=Endpoint("GET", (TO_ACCOUNT,)),
    request=_shown_to(TO_ACCOUNT),
    perform=_give_account,
    response=ResponseFormat(_write_account, _read_account, success(200, shapes.AccountResponse)),
)
