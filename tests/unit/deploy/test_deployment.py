"""Where an application listens, and when one process is enough."""

import pytest

from plures.deploy.deployment import listen_addresses, only_process
from plures.deploy.plan import plan
from plures.deploy.serving.sockets import ListenAddress
from plures.deploy.supervisor.addresses import ListenAddresses
from plures.topology import ApplicationFacts, CapabilityFacts, check, parse

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


def test_plan_waits_for_what_is_needed_except_in_circles():
    text = 'find = { capabilities = ["search"] }\nmain = { capabilities = ["*"] }\ntax = { capabilities = ["tax"] }'
    the_plan = plan(resolved(text), FACTS)
    assert the_plan.needs == {"find": frozenset(), "main": frozenset({"tax"}), "tax": frozenset()}
    assert the_plan.layers == (frozenset({"tax"}), frozenset({"find", "main"}))


def settings(listen: str):
    return parse(f'[application]\nimport = "shop.app:app"\n[listen]\n{listen}\n')


def test_default_ports_may_move():
    assert listen_addresses(settings("")) == ListenAddresses(ListenAddress("127.0.0.1", None, 8000), "127.0.0.1", None)


def test_other_ports_may_not():
    wished = listen_addresses(settings('public = "0.0.0.0:80"\ncontrol = "[::1]:0"'))
    assert wished == ListenAddresses(ListenAddress("0.0.0.0", 80, 8000), "::1", 0)
