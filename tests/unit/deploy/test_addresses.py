"""All addresses are bound at once, or none is."""

import socket
from pathlib import Path

import pytest

from plures.deploy.errors import PortTaken
from plures.deploy.serving.sockets import ListenAddress, free_port
from plures.deploy.supervisor.addresses import Addresses, ListenAddresses, ReplicaName
from plures.topology import Plan, Replicas, ResolvedProcess

SHOP = ResolvedProcess("shop", ("shop",), Replicas(2, 5), True, False, None, None, {})
TAX = ResolvedProcess("tax", ("tax",), Replicas(), False, False, None, "tax --serve", {})
BANK = ResolvedProcess("bank", ("bank",), Replicas(), False, False, "http://bank", None, {})
PLAN = Plan({p.name: p for p in (SHOP, TAX, BANK)}, {}, ())
FIRST, SECOND = ReplicaName("shop", 1), ReplicaName("shop", 2)


def test_each_replica_and_the_edge_have_an_address_of_their_own():
    addresses = Addresses(PLAN, ListenAddresses(ListenAddress(port=0), control_port=0))
    urls = {addresses.public.url, addresses.url(FIRST), addresses.url(SECOND), addresses.url(ReplicaName("tax", 1))}
    assert len(urls) == 4
    assert list(addresses.control) == [FIRST, SECOND]
    assert list(addresses.moves()) == []
    addresses.close()


def test_replicas_follow_the_first_port():
    port = free_port()
    addresses = Addresses(PLAN, ListenAddresses(ListenAddress(port=0), control_port=port))
    assert addresses.control[FIRST].port == port
    assert port < addresses.control[SECOND].port < port + 100
    addresses.close()


def test_nothing_stays_bound_when_one_is_taken():
    public = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortTaken):
            Addresses(PLAN, ListenAddresses(ListenAddress(port=public), control_port=other.getsockname()[1]))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", public))


def test_a_replica_that_comes_later_is_bound_and_forgotten():
    addresses = Addresses(PLAN, ListenAddresses(ListenAddress(port=0), control_port=0))
    third = ReplicaName("shop", 3)
    addresses.add(third)
    port, path = addresses.control[third].port, Path(addresses.peer_url(third).removeprefix("unix:"))
    assert path.is_socket()
    assert len({addresses.peer_url(name) for name in (FIRST, SECOND, third)}) == 3
    addresses.forget(third)
    assert not path.exists()
    assert list(addresses.control) == [FIRST, SECOND]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    addresses.add(third)
    addresses.close()
