"""Which port is taken, and what is said when it cannot be."""

import errno
import socket
import tempfile
from collections.abc import Iterator

import pytest

from plures.deploy.errors import AddressUnusable, PeerSocketUnusable, PortForbidden, PortTaken
from plures.deploy.serving.sockets import (
    ListenAddress,
    _explained,
    folder_for_peers,
    free_port,
    listen,
    listen_for_peers,
)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another socket listens on, with free ones after it."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_any_free_port():
    listening = listen(ListenAddress(port=0))
    assert listening.url == f"http://127.0.0.1:{listening.port}"
    assert listening.note == ""
    with socket.create_connection(("127.0.0.1", listening.port)):
        pass  # it queues connections before a listener accepts
    listening.close()
    assert listening.url.startswith("http://")


def test_a_taken_default_moves_and_says_so(taken):
    listening = listen(ListenAddress(default=taken))
    assert taken < listening.port < taken + 100
    assert listening.moved_from == taken
    assert listening.note == f"port {taken} is taken; using {listening.port}"
    listening.close()


def test_a_port_that_was_named_is_not_moved(taken):
    with pytest.raises(PortTaken) as caught:
        listen(ListenAddress(port=taken))
    assert str(caught.value) == (
        f"Cannot listen on port {taken} of 127.0.0.1: another program listens there\n"
        "  fix: Stop that program, or name another port (0 takes any that is free)."
    )


def test_a_free_default_does_not_move():
    port = free_port()
    listening = listen(ListenAddress(default=port))
    assert (listening.port, listening.moved_from) == (port, None)
    listening.close()


@pytest.mark.parametrize(
    ("host", "port", "why"),
    [
        ("127.0.0.1", 65536, "ports go from 0 to 65535"),
        ("203.0.113.7", 0, "Cannot assign requested address"),
        ("no such host", 0, "Name or service not known"),
    ],
)
def test_unusable_addresses(host, port, why):
    with pytest.raises(AddressUnusable, match=why):
        listen(ListenAddress(host, port))


def test_every_address_is_reached_by_loopback():
    listening = listen(ListenAddress("0.0.0.0", 0))
    assert listening.url == f"http://127.0.0.1:{listening.port}"
    listening.close()


def test_what_the_system_refuses_is_explained():
    # Whether a low port is refused depends on who runs the tests, so the refusal itself is made up.
    refused = _explained("127.0.0.1", 80, PermissionError(errno.EACCES, "Permission denied"))
    assert isinstance(refused, PortForbidden)
    assert str(refused) == (
        "Cannot listen on port 80 of 127.0.0.1: the operating system refuses it (Permission denied)\n"
        "  fix: Name a port from 1024 to 65535, and put a proxy in front of it for the others."
    )


def test_a_unix_socket_with_too_long_a_path_says_what_to_do(tmp_path):
    with pytest.raises(PeerSocketUnusable) as error:
        listen_for_peers(tmp_path / ("x" * 120))
    assert error.value.what == f"Cannot listen on a Unix socket in {tmp_path}"
    assert error.value.why == "AF_UNIX path too long"
    assert "TMPDIR" in error.value.fix


def test_no_place_for_unix_sockets_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(PeerSocketUnusable) as error:
        folder_for_peers()
    assert "No such file or directory" in error.value.why
