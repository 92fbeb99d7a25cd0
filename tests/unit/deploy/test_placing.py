"""When one process is enough, what it hosts, and where it listens."""

import re
from pathlib import Path

import pytest

from plures.access import Access
from plures.deploy.errors import ControlUnprotected
from plures.deploy.placing import (
    external_endpoints,
    ignored_maxima,
    is_scaled,
    listen_addresses,
    only_process,
    placement_of,
)
from plures.deploy.serving import ListenAddress, ListenAddresses
from plures.host import Mode, Placement
from plures.topology import ApplicationFacts, CapabilityFacts, PlacedTelemetry, TelemetrySettings, check, parse

FACTS = ApplicationFacts(
    {"search": CapabilityFacts(needs=frozenset({"catalog"})), "catalog": CapabilityFacts(), "tax": CapabilityFacts()},
    has_edge=True,
    edge_needs=frozenset({"search", "tax"}),
)


def resolved(processes: str):
    text = f'[application]\nimport = "shop.app:app"\n[topology.it]\n{processes}\n'
    return check(parse(text).topology("it"), FACTS)


@pytest.mark.parametrize(
    ("processes", "alone"),
    [
        ('main = { capabilities = ["*"] }', "main"),
        ('main = { capabilities = ["*"] }\ntax = { capabilities = ["tax"], external = "http://127.0.0.1:1" }', "main"),
        ('main = { capabilities = ["*"], replicas = 2 }', None),
        ('main = { capabilities = ["*"], environment = { COLOR = "teal" } }', None),
        ('main = { capabilities = ["*"] }\ntax = { capabilities = ["tax"], command = "tax" }', None),
        ('main = { capabilities = ["*"] }\ntax = { capabilities = ["tax"] }', None),
    ],
)
def test_only_process(processes, alone):
    process = only_process(resolved(processes))
    assert (process and process.name) == alone


def test_a_replica_hosts_what_its_process_does():
    text = 'main = { capabilities = ["*"] }\nbank = { capabilities = ["tax"], external = "http://bank" }'
    topology = resolved(text)
    access = Access(tokens={"tax": "a-token-of-the-bank"})
    elsewhere = external_endpoints(topology)
    placement = placement_of(topology.processes["main"], settings(""), Mode.DEVELOPMENT, elsewhere, access)
    assert placement == Placement(
        capabilities=frozenset({"search", "catalog"}),
        edge=True,
        data=Path(".plures"),
        mode=Mode.DEVELOPMENT,
        endpoints={"tax": ("http://bank",)},
        access=access,
        topologies=("monolith",),
        usage=Path(".plures"),
        telemetry=PlacedTelemetry(Path(".plures"), "main", 1, TelemetrySettings()),
    )


def test_a_replica_knows_the_names_of_its_listeners():
    topology = resolved('main = { capabilities = ["*"] }\ntax = { capabilities = ["tax"], external = "http://bank" }')
    told = settings('control = "shop:8001"\nnames = ["shop.internal"]\npublic_names = ["shop.example"]')
    placement = placement_of(topology.processes["main"], told, Mode.PRODUCTION, {}, Access())
    assert placement.names == ("shop", "shop.internal")
    assert placement.public_names == ("shop.example",)


@pytest.mark.parametrize("control", ["0.0.0.0:8001", "[::]:8001", "192.0.2.7:8001", "shop.internal:8001"])
def test_what_is_not_encrypted_stays_on_this_machine(control: str):
    with pytest.raises(ControlUnprotected, match=re.escape(control)):
        listen_addresses(settings(f'control = "{control}"'))


@pytest.mark.parametrize("control", ["localhost:8001", "127.8.9.1:8001", "[::1]:8001"])
def test_this_machine_may_call_in_plain_text(control: str):
    assert listen_addresses(settings(f'control = "{control}"')).control_port is None


def test_a_maximum_has_no_effect_on_a_command():
    processes = """
        main = { capabilities = ["*"], replicas = { min = 1, max = 3 } }
        find = { capabilities = ["search"], command = "find", replicas = { min = 2, max = 4 } }
        tax = { capabilities = ["tax"], command = "tax", replicas = 2 }
    """
    found = resolved(processes).processes
    assert list(ignored_maxima(found.values())) == [
        "find runs 2 replicas; max = 4 has no effect on a command, which does not say how busy it is",
    ]
    assert [name for name, each in found.items() if is_scaled(each)] == ["main"]


def test_one_process_that_may_become_more_has_a_supervisor():
    assert only_process(resolved('main = { capabilities = ["*"], replicas = { max = 2 } }')) is None


def settings(listen: str):
    return parse(f'[application]\nimport = "shop.app:app"\n[listen]\n{listen}\n')


def test_default_ports_may_move():
    assert listen_addresses(settings("")) == ListenAddresses(ListenAddress("127.0.0.1", None, 8000), "127.0.0.1", None)


def test_other_ports_may_not():
    addresses = listen_addresses(settings('public = "0.0.0.0:80"\ncontrol = "[::1]:0"'))
    assert addresses == ListenAddresses(ListenAddress("0.0.0.0", 80, 8000), "::1", 0)
