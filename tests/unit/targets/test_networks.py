"""Who may connect to whom, asked of the policies as a network plugin reads them."""

from typing import Any

import pytest

from plures.targets import Workloads

from .conftest import Shop
from .reach import Network
from .test_kubernetes import EMBEDDED, SPLIT, manifests, rendered


def network(workloads: Workloads) -> Network:
    return Network(list(manifests(rendered(workloads)).values()))


@pytest.mark.parametrize("text", [SPLIT, EMBEDDED])
def test_processes_reach_those_that_they_call_and_no_others(shop: Shop, text: str) -> None:
    workloads = shop.placed(text)
    assert network(workloads).connections("control") == workloads.connections


def test_visitors_reach_the_edge_alone(shop: Shop) -> None:
    seen = network(shop.placed(SPLIT))
    assert {name for name in seen.pods if seen.lets_in(name, {"app": "ingress"}, "public")} == {"shop"}
    assert not {name for name in seen.pods if seen.lets_in(name, {"app": "ingress"}, "control")}


def test_other_ports_than_those_of_servers_are_closed(shop: Shop) -> None:
    seen = network(shop.placed(SPLIT))
    outside: dict[str, Any] = {"app": "db"}
    assert {name for name in seen.pods if seen.lets_out(name, outside, 6432)} == {
        "catalog", "orders", "catalog-migration", "orders-migration",
    }  # fmt: skip
    assert not {name for name in seen.pods if seen.lets_out(name, outside, 5432)}
    assert {name for name in seen.pods if seen.lets_out(name, {"k8s-app": "kube-dns"}, 53, "UDP")} == set(seen.pods)


def test_migrations_take_no_calls(shop: Shop) -> None:
    seen = network(shop.placed(SPLIT))
    assert not {other for other in seen.pods if seen.lets_in("orders-migration", seen.pods[other], "control")}
