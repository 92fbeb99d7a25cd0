"""A Unix socket is for processes of its own user."""

import asyncio
import os
import secrets
import socket
import subprocess
import sys

import pytest

from plures.deploy.serving.listener import Listener, ServingOptions
from plures.http import HttpServerProtocol, Request, Response
from plures.http.own_names import is_of_another_user

ASKING = """
import os, socket, sys
os.setuid(int(sys.argv[2]))
asking = socket.socket(socket.AF_UNIX)
asking.connect("\\0" + sys.argv[1])
asking.sendall(b"POST /x.v1.X/Y HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")
while said := asking.recv(4096):
    sys.stdout.write(said.decode())
"""


async def answered(user: int) -> str:
    """What a process of a user is answered."""

    async def answer(request: Request) -> Response:
        return Response(200, request.path.encode())

    # An abstract socket: no folder keeps another user from it.
    name = f"plures-test-{secrets.token_hex(8)}"
    bound = socket.socket(socket.AF_UNIX)
    bound.bind(f"\0{name}")
    bound.listen()
    listener = Listener(answer, bound, ServingOptions(http=HttpServerProtocol, grace_s=1, linger_s=0.05))
    await listener.start()
    try:
        command = (sys.executable, "-I", "-S", "-c", ASKING, name, str(user))
        asking = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        said, _ = await asking.communicate()
    finally:
        await listener.stop()
    return said.decode()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has abstract sockets")
async def test_our_own_user_is_answered() -> None:
    said = await answered(os.geteuid())
    assert said.startswith("HTTP/1.1 200 ")
    assert said.endswith("/x.v1.X/Y")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
async def test_another_user_is_not() -> None:
    said = await answered(65534)
    assert said.startswith("HTTP/1.1 401 ")
    assert said.endswith('{"code":"unauthenticated","message":"this socket is for processes of user 0 alone"}')


def test_what_is_no_unix_socket_has_no_user() -> None:
    with socket.socket() as tcp:
        assert not is_of_another_user(tcp)
    assert not is_of_another_user(None)
