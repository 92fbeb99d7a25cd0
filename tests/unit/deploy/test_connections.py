"""Which connections of uvicorn wait for a request, and what else a listener asks of them. The protocols are stand-ins."""

from types import SimpleNamespace

import pytest

from plures.deploy.serving.connections import UvicornConnection, as_connection
from plures.http import HttpServerProtocol, Room


@pytest.mark.parametrize(
    ("attributes", "is_silent"),
    [
        ({"cycle": None}, True),
        ({"cycle": SimpleNamespace(response_complete=True)}, True),
        ({"cycle": SimpleNamespace(response_complete=False)}, False),
        ({}, False),
    ],
    ids=["has not asked", "was answered", "waits for its answer", "is a web socket"],
)
def test_is_silent(attributes: dict[str, object], is_silent: bool) -> None:
    assert UvicornConnection(SimpleNamespace(**attributes)).is_silent is is_silent


def test_shutdown_and_abort_are_passed_on() -> None:
    calls: list[str] = []
    transport = SimpleNamespace(abort=lambda: calls.append("abort"))
    connection = UvicornConnection(SimpleNamespace(shutdown=lambda: calls.append("shutdown"), transport=transport))
    connection.tick(1.0)
    connection.shutdown()
    connection.abort()
    assert calls == ["shutdown", "abort"]


async def test_our_own_protocol_is_a_connection_as_it_stands() -> None:
    config = SimpleNamespace(loaded_app=None, timeout_keep_alive=1, limit_concurrency=1)
    protocol = HttpServerProtocol(config, server_state=None, room=Room())
    assert as_connection(protocol) is protocol
    assert isinstance(as_connection(object()), UvicornConnection)
