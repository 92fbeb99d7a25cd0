"""Names and texts for statements that take no parameters; the password of a role as the server keeps it."""

import hashlib
import hmac
from base64 import b64encode
from typing import Final

_ROUNDS: Final = 4096
"""What PostgreSQL itself takes."""


def quoted(name: str) -> str:
    """A name of a schema, a role or a database."""
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """A text, with standard_conforming_strings as it is by default."""
    return "'" + text.replace("'", "''") + "'"


def verifier(password: str, salt: bytes) -> str:
    """What the server checks a password with. The password itself would stand in the server's log of statements.

    Source: RFC 5803, https://www.postgresql.org/docs/current/catalog-pg-authid.html
    """
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${_ROUNDS}:{_text(salt)}${_text(stored)}:{_text(server)}"


def _text(data: bytes) -> str:
    return b64encode(data).decode()
