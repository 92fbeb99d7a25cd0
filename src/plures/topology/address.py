"""Addresses in plures.toml: where we listen, and where others answer."""

import re
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import urlsplit

from .model import Address

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_LARGEST_PORT = 65_535


def listener(text: str) -> Address | None:
    """`host:port`, with an IPv6 host in brackets; None when it is something else."""
    host, colon, port = text.rpartition(":")
    if not colon or not _is_port(port):
        return None
    if host.startswith("[") and host.endswith("]"):
        return Address(host[1:-1], int(port)) if _is_ipv6(host[1:-1]) else None
    return Address(host, int(port)) if _HOST.fullmatch(host) else None


def is_host(text: str) -> bool:
    """Whether this is the name or the address of a host alone."""
    return bool(_HOST.fullmatch(text)) or _is_ipv6(text)


def is_host_name(text: str) -> bool:
    """Whether a Host header may say this, without its port. Local networks have names with underscores."""
    return is_host(text.replace("_", "-x-"))


def is_base_url(text: str) -> bool:
    """Whether this is `http(s)://host[:port]` and nothing more: a call adds the path."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    plain = text.rstrip("/") == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
    return plain and parts.scheme in {"http", "https"} and port != 0 and is_host(host)


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and int(text) <= _LARGEST_PORT


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True
