"""What browsers say in the header `Origin`, as plures.toml must write it: the two are compared letter by letter."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*")
_EXAMPLE: Final = 'Write scheme and host, and a port where it is not the usual one, such as "https://shop.example".'
_NULL: Final = (
    "browsers say so of files, and of frames without an origin, which each site can make: it would be all sites",
    "Serve the page from an address of its own, and name that.",
)
_WILDCARD: Final = (
    "it stands for sites that are not known yet",
    "Name each origin; a program that many sites use calls from a server of its own, with a token.",
)


def mistake_in(text: str) -> tuple[str, str] | None:
    """What is wrong with an origin, and what to do about it; None where nothing is."""
    if text == "null" or "*" in text:
        return _WILDCARD if "*" in text else _NULL
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return "it is no URL", _EXAMPLE
    host = _host(parts)
    if parts.scheme not in _DEFAULT_PORTS or not host or port == 0:
        lacks = "it names no host" if parts.scheme in _DEFAULT_PORTS else "its scheme is neither https nor http"
        return lacks, _EXAMPLE
    said = f"{parts.scheme}://{host}"
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        said += f":{port}"
    if text == said:
        return None
    extra = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    reason = "it has more than scheme, host and port" if extra else "browsers spell it in another way"
    return reason, f'Write "{said}".'


def _host(parts: SplitResult) -> str:
    """The host as browsers spell it; empty where it is none."""
    name = parts.hostname or ""
    try:
        if ":" in name:
            return f"[{IPv6Address(name)}]"
        # What looks like a number is an address to browsers.
        if name.rpartition(".")[2].isdecimal():
            return str(IPv4Address(name))
        plain = name if name.isascii() else name.encode("idna").decode()
    except (AddressValueError, UnicodeError):
        return ""
    return plain if _NAME.fullmatch(plain) else ""
