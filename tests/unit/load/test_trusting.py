"""Pages with a certificate that the system does not know."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from plures.load.visiting.steps import StepFailed
from plures.load.visiting.web import NotTrusted, Web


def certificate(folder: Path) -> tuple[ssl.SSLContext, bytes]:
    """What a server at 127.0.0.1 shows, and what it is recognised by."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "own")]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "server.pem"
    file.write_bytes(made + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, made


async def test_pages_are_trusted_by_a_file(tmp_path: Path) -> None:
    context, known = certificate(tmp_path)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with Web(url, connections=1, timeout_s=30, ca=known) as web:
            assert (await web.ask("GET", "/", {}, None))[0].body == b"ok"
        async with Web(url, connections=1, timeout_s=30) as web:
            with pytest.raises(StepFailed, match="its certificate is not trusted"):
                await web.ask("GET", "/", {}, None)


def test_what_is_no_certificate_is_refused() -> None:
    with pytest.raises(NotTrusted):
        Web("https://shop.test", connections=1, timeout_s=1, ca=b"no certificate")
