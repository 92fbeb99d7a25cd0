"""The URL of servers of NATS, taken apart, so that no secret stays in what is shown."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_PORT = 4222


@dataclass(frozen=True)
class Address:
    """Where the servers are, and how to log in.

    Attributes:
        servers: The URL of each, without a login.
        token: In place of user and password.
    """

    servers: tuple[str, ...]
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return ", ".join(server.partition("://")[2] for server in self.servers)


def address_of(url: str) -> Address:
    """Take a URL apart: `nats://user:password@one:4222,nats://two:4222`. The login may stand in any of them.

    Special characters in it are written as %-codes, which nats-py would take as they are.
    """
    parts = [urlsplit(part) for part in url.split(",")]
    servers = tuple(f"{part.scheme}://{_host(part.hostname or '')}:{part.port or _PORT}" for part in parts)
    login = next((part for part in parts if part.username is not None), None)
    if login is None:
        return Address(servers)
    user = unquote(login.username or "")
    if login.password is None:
        return Address(servers, token=user)
    return Address(servers, user, unquote(login.password))


def _host(name: str) -> str:
    return f"[{name}]" if ":" in name else name
