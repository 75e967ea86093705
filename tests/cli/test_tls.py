"""TLS: the server proves itself with its certificate, to old clients and new ones."""

from __future__ import annotations

import http.client
import socket
import ssl
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tests.cli.program import refused, serving

CA = trustme.CA()
CERTIFICATE = CA.issue_cert("localhost", "127.0.0.1")
OTHER = CA.issue_cert("other.example")

FORMS = {
    "pkcs8": (PrivateFormat.PKCS8, NoEncryption()),
    "traditional": (PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    "encrypted": (PrivateFormat.PKCS8, BestAvailableEncryption(b"hush")),
    "encrypted-traditional": (PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"hush")),
}
KINDS = {
    "rsa": CA.issue_cert("localhost", "127.0.0.1", key_type=trustme.KeyType.RSA),
    "ecdsa": CERTIFICATE,
}


def written(folder: Path, form: str = "pkcs8", kind: str = "ecdsa") -> tuple[str, ...]:
    """Write a certificate and its key, and give the flags that name them."""
    certificate = KINDS[kind]
    chain = b"".join(one.bytes() for one in certificate.cert_chain_pems)
    (folder / "orders.pem").write_bytes(chain)
    key = load_pem_private_key(certificate.private_key_pem.bytes(), None)
    (folder / "orders.key").write_bytes(key.private_bytes(Encoding.PEM, *FORMS[form]))
    return ("--tls-certificate", "orders.pem", "--tls-key", "orders.key")


def trusting(*protocols: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    CA.configure_trust(context)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def answered(port: int, context: ssl.SSLContext) -> tuple[int, bytes]:
    connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=60)
    connection.request("GET", "/openapi/kole.json")
    answer = connection.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        connection.close()


def negotiated(port: int, *protocols: str) -> str | None:
    with socket.create_connection(("127.0.0.1", port)) as plain:
        context = trusting(*protocols)
        with context.wrap_socket(plain, server_hostname="localhost") as secured:
            return secured.selected_alpn_protocol()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["pkcs8", "traditional"])
def test_a_key_may_be_of_either_kind_and_form(folder: Path, kind: str, form: str) -> None:
    with serving(folder, "--demo", *written(folder, form, kind)) as server:
        assert server.base == f"https://127.0.0.1:{server.port}"
        status, body = answered(server.port, trusting())
        assert 200 == status
        assert f'"https://localhost:{server.port}"'.encode() in body


def test_old_clients_are_answered_and_the_latest_protocol_of_both_is_spoken(folder: Path) -> None:
    old = trusting()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with serving(folder, "--demo", *written(folder)) as server:
        assert 200 == answered(server.port, old)[0]
        assert "h2" == negotiated(server.port, "http/1.1", "h2")
        assert "http/1.1" == negotiated(server.port, "http/1.1")


def test_http_2_is_left_out_where_that_is_asked(folder: Path) -> None:
    with serving(folder, "--demo", *written(folder), "--http", "1") as server:
        assert "http/1.1" == negotiated(server.port, "h2", "http/1.1")


def test_who_speaks_no_tls_gets_no_answer(folder: Path) -> None:
    with (
        serving(folder, "--demo", *written(folder)) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=60) as plain,
    ):
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert not plain.recv(1_024).startswith(b"HTTP")


@pytest.mark.parametrize("form", ["encrypted", "encrypted-traditional"])
def test_an_encrypted_key_is_refused_with_the_command_that_helps(folder: Path, form: str) -> None:
    sentence = refused("serve", "--port", "0", *written(folder, form), code=2)

    assert sentence == (
        "--tls-key: orders.key is encrypted; "
        "decrypt it with 'openssl pkey -in orders.key -out plain.key'."
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--tls-certificate", "orders.pem"), "--tls-key: TLS needs a certificate and its key;"),
        (("--tls-key", "orders.key"), "--tls-certificate: TLS needs a certificate and its key;"),
        (
            ("--tls-certificate", "gone.pem", "--tls-key", "orders.key"),
            "--tls-certificate: gone.pem: No such file or directory.",
        ),
        (
            ("--tls-certificate", "orders.pem", "--tls-key", "gone.key"),
            "--tls-key: gone.key: No such file or directory.",
        ),
        (
            ("--tls-certificate", "orders.pem", "--tls-key", "other.key"),
            "--tls-key: other.key is not the key of the certificate in orders.pem.",
        ),
        (
            ("--tls-certificate", "letter.txt", "--tls-key", "orders.key"),
            "--tls-certificate: letter.txt and orders.key are no certificate and key in PEM.",
        ),
        (
            ("--tls-certificate", "orders.pem", "--tls-key", "letter.txt"),
            "--tls-certificate: orders.pem and letter.txt are no certificate and key in PEM.",
        ),
    ],
)
def test_what_is_no_certificate_with_its_key_is_refused_in_one_sentence(
    folder: Path, words: tuple[str, ...], sentence: str
) -> None:
    written(folder)
    (folder / "other.key").write_bytes(OTHER.private_key_pem.bytes())
    (folder / "letter.txt").write_text("Dear Sir or Madam")

    assert refused("serve", "--port", "0", *words, code=2).startswith(sentence)
