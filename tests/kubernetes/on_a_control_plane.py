"""What is rendered of the marketplace, on a real control plane: taken, scheduled, rolled, scaled, and closed but for the call graph.

`make test-kubernetes` runs this file. The tests are steps of one story, in their order.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plures.targets.kubernetes import WORK_METRIC
from tests.unit.targets.reach import Network

from .cluster import PATIENCE_S, Cluster, wait_for
from .metrics import Metrics, serving
from .shop import Shop

pytestmark = pytest.mark.kubernetes
WAYS = ["split", "server", "one"]
_KINDS = "deployment,statefulset"
_MANY = 100


def rolled_out(plane: Cluster, shop: Shop) -> list[str]:
    """Wait for all processes; their names."""
    for each in plane.all(_KINDS, shop.namespace):
        name = f"{each['kind'].lower()}/{each['metadata']['name']}"
        plane.kubectl("rollout", "status", name, "-n", shop.namespace, f"--timeout={PATIENCE_S}s")
    return sorted(each["metadata"]["name"] for each in plane.all(_KINDS, shop.namespace))


def images(plane: Cluster, shop: Shop) -> set[str]:
    """Of pods that are there to stay; those of Jobs have come to their end."""
    pods = [
        each
        for each in plane.all("pod", shop.namespace)
        if "deletionTimestamp" not in each["metadata"] and "job-name" not in each["metadata"]["labels"]
    ]
    return {container["image"].rpartition(":")[2] for each in pods for container in each["spec"]["containers"]}


@pytest.mark.parametrize("way", WAYS)
def test_every_manifest_is_taken(plane: Cluster, shops: dict[str, Shop], way: str) -> None:
    """First without effect, then for real. A field that the API server does not know is an error."""
    overlay = str(shops[way].overlay)
    for effect in (["--dry-run=server"], []):
        plane.kubectl("apply", "--server-side", "--validate=strict", "-k", overlay, *effect)


@pytest.mark.parametrize("way", WAYS)
def test_every_process_is_scheduled_and_ready(plane: Cluster, shops: dict[str, Shop], way: str) -> None:
    shop = shops[way]
    assert rolled_out(plane, shop) == sorted(shop.workloads.processes)
    assert images(plane, shop) == {"1"}


def test_the_embedded_databases_have_volumes(plane: Cluster, shops: dict[str, Shop]) -> None:
    shop = shops["split"]
    keeping = {name for name, each in shop.workloads.processes.items() if each.keeps}
    claims = plane.all("pvc", shop.namespace)
    assert {each["metadata"]["name"] for each in claims} == {f"data-{name}-0" for name in keeping}
    assert {each["status"]["phase"] for each in claims} == {"Bound"}


def test_migrations_run_to_their_end(plane: Cluster, shops: dict[str, Shop]) -> None:
    shop = shops["server"]
    plane.kubectl("wait", "--for=condition=complete", "job", "--all", "-n", shop.namespace, f"--timeout={PATIENCE_S}s")
    with_rows = {f"{name}-migration" for name, each in shop.workloads.processes.items() if each.databases}
    assert {each["metadata"]["name"].rpartition("-")[0] for each in plane.all("job", shop.namespace)} == with_rows


@pytest.mark.parametrize("way", WAYS)
def test_policies_are_the_call_graph(plane: Cluster, shops: dict[str, Shop], way: str) -> None:
    """Of what the cluster has, pods and policies, and not of what was rendered."""
    shop = shops[way]
    found = plane.all("networkpolicy", shop.namespace)
    templates = [{"kind": "Pod", "spec": {"template": each}} for each in plane.all("pod", shop.namespace)]
    seen = Network([*found, *templates])
    assert seen.connections("control") == shop.workloads.connections
    outside = {name for name in seen.pods if seen.lets_in(name, {"app": "ingress"}, "public")}
    assert outside == {shop.workloads.edge.name} if shop.workloads.edge else not outside
    open_ones = [each["metadata"]["name"] for each in plane.all("pod", shop.namespace) if not _is_selected(each, found)]
    assert open_ones == []


def _is_selected(pod: dict[str, Any], policies: list[dict[str, Any]]) -> bool:
    labels = pod["metadata"]["labels"]
    return any(each["spec"]["podSelector"]["matchLabels"].items() <= labels.items() for each in policies)


def test_search_is_out_of_reach_of_checkout(plane: Cluster, shops: dict[str, Shop]) -> None:
    """The graph has what the application says: checkout brings search the event of an order, and search calls it never."""
    seen = Network([*plane.all("networkpolicy", shops["split"].namespace), *_templates(plane, shops["split"])])
    assert ("search", "checkout") not in seen.connections("control")
    assert ("search", "catalog") in seen.connections("control")


def _templates(plane: Cluster, shop: Shop) -> Iterator[dict[str, Any]]:
    for each in plane.all("pod", shop.namespace):
        yield {"kind": "Pod", "spec": {"template": each}}


def test_replicas_are_spread_over_nodes(plane: Cluster, shops: dict[str, Shop]) -> None:
    pods = [each for each in plane.all("pod", shops["split"].namespace) if _component(each) == "search"]
    assert len(pods) == len({each["spec"]["nodeName"] for each in pods}) == 2


def _component(pod: dict[str, Any]) -> str:
    return str(pod["metadata"]["labels"]["app.kubernetes.io/component"])


def test_nothing_differs_then_a_version_does(plane: Cluster, shops: dict[str, Shop]) -> None:
    shop = shops["split"]
    code, told = _compared(plane, shop, "1")
    assert (code, told["diff"]) == (0, ""), told
    code, told = _compared(plane, shop, "2")
    assert code == 1
    assert "registry.example/marketplace/search:2" in told["diff"]


def test_a_secret_that_lacks_a_key_is_told(plane: Cluster, shops: dict[str, Shop]) -> None:
    shop = shops["one"]
    plane.kubectl("delete", "secret", "main-tls", "-n", shop.namespace)
    code, told = _compared(plane, shop, "1")
    assert code == 2
    assert [each["code"] for each in told["violations"]] == ["deploy.secret_missing"]


def test_who_has_no_rights_is_told_so(plane: Cluster, shops: dict[str, Shop]) -> None:
    shop = shops["split"]
    code, told = _compared(plane, shop, "1", kubeconfig=plane.stranger)
    assert (code, told["code"]) == (2, "deploy.no_rights"), told


def _compared(plane: Cluster, shop: Shop, tag: str, *, kubeconfig: Path | None = None) -> tuple[int, dict[str, Any]]:
    # There is kubectl, and `diff`, which it runs.
    path = f"{plane.folder}:/usr/bin:/bin"
    return shop.render(tag, "--diff", shop.environment, kubeconfig=kubeconfig or plane.admin, path=path)


def test_a_version_rolls(plane: Cluster, shops: dict[str, Shop]) -> None:
    shop = shops["server"]
    shop.render("2")
    plane.kubectl("apply", "--server-side", "-k", str(shop.overlay))
    rolled_out(plane, shop)
    wait_for(lambda: images(plane, shop) == {"2"})
    jobs = {each["metadata"]["name"] for each in plane.all("job", shop.namespace)}
    assert len(jobs) == 2 * len({name.rpartition("-")[0] for name in jobs}), "a Job for each version"


@pytest.fixture
def metrics(plane: Cluster) -> Iterator[Metrics]:
    home = Path(plane.admin).parent
    with serving(Metrics(WORK_METRIC), home / "front.crt", home / "front.key") as served:
        plane.apply(*served.service())
        yield served


def test_search_goes_from_two_to_a_hundred_replicas(plane: Cluster, shops: dict[str, Shop], metrics: Metrics) -> None:
    """By the autoscaler of Kubernetes, with its own period, and the figure that an adapter gives it."""
    shop = shops["split"]
    shop.render("1", "--scale-by", "work")
    plane.kubectl("apply", "--server-side", "-k", str(shop.overlay))
    metrics.value = 2
    wait_for(lambda: _is_active(plane, shop))
    wait_for(lambda: _ready(plane, shop) == 2)
    begun, metrics.value = time.monotonic(), _MANY
    wait_for(lambda: _ready(plane, shop) == _MANY)
    print(f"\n2 -> {_MANY} replicas of search ready after {time.monotonic() - begun:.0f} s")  # noqa: T201 - docs/operations.md has it


def _is_active(plane: Cluster, shop: Shop) -> bool:
    [scaler] = plane.all("hpa", shop.namespace)
    conditions = {each["type"]: each["status"] for each in scaler.get("status", {}).get("conditions", [])}
    return conditions.get("ScalingActive") == "True"


def _ready(plane: Cluster, shop: Shop) -> int:
    [search] = [each for each in plane.all("deployment", shop.namespace) if each["metadata"]["name"] == "search"]
    return int(search["status"].get("readyReplicas", 0))
