"""Secrets that callers show: made at random, and known to callees by their digests."""

import re
import secrets
from hashlib import sha256
from typing import Final

_BYTES: Final = 32
# What RFC 6750 allows in a Bearer token.
_IS_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]{16,512}=*").fullmatch


def new_token() -> str:
    """A token that cannot be guessed."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(token: str | bytes) -> str:
    """What a callee keeps of a token: a token of 256 random bits cannot be found from it, so it needs no salt and no slow hash."""
    return sha256(token.encode() if isinstance(token, str) else token).hexdigest()


def is_token(text: str) -> bool:
    """Whether a text can be sent as a token, and is long enough for one."""
    return bool(_IS_TOKEN(text))
