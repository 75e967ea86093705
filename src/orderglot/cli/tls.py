"""TLS: the certificate and key that a server proves itself with, tried before it begins."""

import ssl
from pathlib import Path

from orderglot.cli.command import Misused


class _Encrypted(Exception):
    """The key asks for a password."""


def check_tls(certificate: str, key: str) -> None:
    """Try a certificate and its key, where they are given; raises Misused with what to do."""
    if not certificate and not key:
        return
    if not certificate or not key:
        missing = "--tls-key" if certificate else "--tls-certificate"
        raise Misused(f"{missing}: TLS needs a certificate and its key; name both files.")
    for flag, file in (("--tls-certificate", certificate), ("--tls-key", key)):
        _check_readable(flag, file)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, _ask_nobody)
    except _Encrypted:
        plain = f"'openssl pkey -in {key} -out plain.key'"
        raise Misused(f"--tls-key: {key} is encrypted; decrypt it with {plain}.") from None
    except ssl.SSLError as error:
        raise Misused(_why_not(error, certificate, key)) from None


def _check_readable(flag: str, file: str) -> None:
    try:
        Path(file).read_bytes()
    except OSError as error:
        raise Misused(f"{flag}: {file}: {error.strerror}.") from None


def _ask_nobody() -> str:
    raise _Encrypted


def _why_not(error: ssl.SSLError, certificate: str, key: str) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"--tls-key: {key} is not the key of the certificate in {certificate}."
    return f"--tls-certificate: {certificate} and {key} are no certificate and key in PEM."
