"""Opening a capability's schema on a server."""

from plures.data.errors import AccessRefused
from plures.data.place import Server

from .store import PostgresStore


async def open_store(server: Server, capability: str) -> PostgresStore:
    """Connect to the server.

    Raises:
        ServerUnreachable, TooManyConnections: The server does not answer, or has no connection left.
        AccessRefused: It refuses the role, or there is no such schema for it.
        DatabaseUnusable: The URL cannot be read.
    """
    store = PostgresStore(server, capability)
    try:
        has_schema = await store.has_schema()
    except BaseException:
        await store.close()
        raise
    if not has_schema:
        await store.close()
        raise AccessRefused(capability, str(server), f"there is no schema {server.schema!r} that this role may use")
    return store
