"""Manifests of Kubernetes, read back as its readers read them. That a real control plane takes them, tests/kubernetes shows."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, cast

import pytest
import yaml

from plures.targets import Workloads
from plures.targets.kubernetes import Choices, Image, Signal, is_for_people, render, secrets_in

from .conftest import Shop

SPLIT = """
[tls]
certificate = "/tls/tls.crt"
key = "/tls/tls.key"
trust = "/tls/ca.crt"
[databases.main]
url = "postgresql://${DB_LOGIN}@db.shop:6432/shop"
[access.callers.till]
token_file = "secrets/till"
may_call = ["orders"]
[topology.split]
search = { capabilities = ["search"], replicas = { min = 2, max = 100, cpu = 0.6, cool_down_s = 45 } }
catalog = { capabilities = ["catalog"] }
orders = { capabilities = ["orders"], replicas = { min = 3, max = 3 } }
shop = { capabilities = ["*"], edge = true, environment = { TZ = "UTC", HELLO = "$(NOBODY)" } }
"""
EMBEDDED = """
[tls]
authority = "/authority"
[topology.split]
catalog = { capabilities = ["catalog"] }
shop = { capabilities = ["*"], edge = true }
"""


def rendered(
    workloads: Workloads, *, signal: Signal = Signal.CPU, environments: tuple[str, ...] = ("production",)
) -> dict[str, str]:
    images = {
        name: Image(f"registry.example/{each.image}", digest="sha256:" + "0" * 64)
        for name, each in workloads.processes.items()
    }
    return dict(render(workloads, Choices(images, environments, signal)))


def manifests(files: dict[str, str]) -> dict[tuple[str, str], Any]:
    """By kind and name; none is there twice."""
    found = [
        each
        for path, text in files.items()
        if not path.endswith("kustomization.yaml")
        for each in yaml.safe_load_all(text)
    ]
    result = {(each["kind"], each["metadata"]["name"]): each for each in found}
    assert len(result) == len(found)
    return result


def pods(found: dict[tuple[str, str], Any]) -> Iterator[tuple[str, Any]]:
    for (kind, name), each in found.items():
        if kind in ("Deployment", "StatefulSet", "Job"):
            yield f"{kind} {name}", each["spec"]["template"]


def test_kinds_follow_from_the_process(shop: Shop) -> None:
    found = manifests(rendered(shop.placed(SPLIT)))
    kinds = {
        name: sorted(kind for kind, its in found if its == name) for name in ("search", "catalog", "orders", "shop")
    }
    common = ["Deployment", "NetworkPolicy", "Service", "ServiceAccount"]
    assert kinds == {
        "search": sorted([*common, "HorizontalPodAutoscaler", "PodDisruptionBudget"]),
        "catalog": common,
        "orders": sorted([*common, "PodDisruptionBudget"]),
        "shop": common,
    }
    assert ("Service", "shop-public") in found
    assert "replicas" not in found["Deployment", "search"]["spec"], "the autoscaler decides"
    assert found["Deployment", "orders"]["spec"]["replicas"] == 3


def test_an_embedded_database_has_one_writer_and_a_volume_that_stays(shop: Shop) -> None:
    catalog = manifests(rendered(shop.placed(EMBEDDED)))["StatefulSet", "catalog"]["spec"]
    assert catalog["replicas"] == 1
    [claim] = catalog["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOncePod"]
    assert catalog["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert ("PodDisruptionBudget", "catalog") not in manifests(rendered(shop.placed(EMBEDDED)))


@pytest.mark.parametrize("text", [SPLIT, EMBEDDED])
def test_pods_may_do_no_more_than_they_need(shop: Shop, text: str) -> None:
    found = manifests(rendered(shop.placed(text)))
    for name, template in pods(found):
        spec = template["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert ("ServiceAccount", spec["serviceAccountName"]) in found
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
            }  # fmt: skip
            assert set(container["resources"]) == {"requests", "limits"}


@pytest.mark.parametrize("text", [SPLIT, EMBEDDED])
def test_names_lead_to_what_is_there(shop: Shop, text: str) -> None:
    """A misspelt name is no error to the API server: nothing would happen, or the pod would wait for ever."""
    found = manifests(rendered(shop.placed(text)))
    labels = {name: template["metadata"]["labels"] for name, template in pods(found)}
    for (kind, name), each in found.items():
        spec = each.get("spec", {})
        match kind:
            case "HorizontalPodAutoscaler":
                target = spec["scaleTargetRef"]
                assert (target["kind"], target["name"]) in found
            case "Deployment" | "StatefulSet":
                assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()
            case "Service" | "PodDisruptionBudget" | "NetworkPolicy":
                chosen = (
                    spec["selector"]
                    if kind == "Service"
                    else (spec.get("selector") or spec["podSelector"])["matchLabels"]
                )
                selected = [pod for pod, its in labels.items() if chosen.items() <= its.items()]
                assert len(selected) == 1, f"{kind} {name} is for {selected}"
            case _:
                assert kind in ("ServiceAccount", "Job")
    for name, template in pods(found):
        spec = template["spec"]
        claims = [
            claim["metadata"]["name"]
            for claim in found[cast("tuple[str, str]", tuple(name.split()))]["spec"].get("volumeClaimTemplates", [])
        ]
        volumes = [*(volume["name"] for volume in spec.get("volumes", [])), *claims]
        [container] = spec["containers"]
        assert sorted(mount["name"] for mount in container["volumeMounts"]) == sorted(volumes)


def test_health_is_asked_over_tls_and_the_end_is_waited_for(shop: Shop) -> None:
    spec = manifests(rendered(shop.placed(SPLIT)))["Deployment", "search"]["spec"]["template"]["spec"]
    [container] = spec["containers"]
    asked = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "readiness", "liveness")}
    assert {(each["port"], each["scheme"]) for each in asked.values()} == {("control", "HTTPS")}
    assert [each["path"] for each in asked.values()] == ["/health/ready", "/health/ready", "/health/live"]
    pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert spec["terminationGracePeriodSeconds"] > pause + 30


def test_a_process_that_is_closed_is_asked_from_inside(shop: Shop) -> None:
    workloads = shop.placed('[topology.monolith]\nmain = { capabilities = ["*"] }\n', "monolith")
    found = manifests(rendered(workloads))
    [container] = found["StatefulSet", "main"]["spec"]["template"]["spec"]["containers"]
    program, flags, code = container["readinessProbe"]["exec"]["command"]
    assert (program, flags) == ("python3", "-ISc")
    compile(code, "probe", "exec")
    assert "ports" not in found["Service", "main"]["spec"]


def test_secrets_are_referred_to(shop: Shop) -> None:
    workloads = shop.placed(SPLIT)
    assert secrets_in(workloads) == {
        "catalog-tls": {"tls.crt", "tls.key", "ca.crt"},
        "orders-tls": {"tls.crt", "tls.key", "ca.crt"},
        "search-tls": {"tls.crt", "tls.key", "ca.crt"},
        "shop-secrets": {"DB_LOGIN", "token-till"},
        "shop-tls": {"tls.crt", "tls.key", "ca.crt"},
    }
    found = manifests(rendered(workloads))
    assert not [kind for kind, _ in found if kind == "Secret"]
    named: dict[str, set[str]] = {}
    for _, template in pods(found):
        for volume in template["spec"]["volumes"]:
            for source in volume.get("projected", {}).get("sources", []):
                named.setdefault(source["secret"]["name"], set()).update(
                    item["key"] for item in source["secret"]["items"]
                )
        for variable in template["spec"]["containers"][0]["env"]:
            if (reference := variable.get("valueFrom", {}).get("secretKeyRef")) is not None:
                named.setdefault(reference["name"], set()).add(reference["key"])
    assert named == secrets_in(workloads)


def test_only_who_uses_a_database_is_told_its_secret(shop: Shop) -> None:
    found = dict(pods(manifests(rendered(shop.placed(SPLIT)))))
    told = {name for name, template in found.items() if "DB_LOGIN" in str(template)}
    assert {name.split("-migration")[0] for name in told} == {
        "Deployment catalog",
        "Deployment orders",
        "Job catalog",
        "Job orders",
    }


def test_files_of_secrets_are_where_plures_toml_says(shop: Shop) -> None:
    spec = manifests(rendered(shop.placed(SPLIT)))["Deployment", "search"]["spec"]["template"]["spec"]
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
    paths = {
        str(PurePosixPath(mounts[volume["name"]], item["path"]))
        for volume in spec["volumes"]
        for source in volume.get("projected", {}).get("sources", [])
        for item in source["secret"]["items"]
    }
    assert paths == {"/tls/tls.crt", "/tls/tls.key", "/tls/ca.crt", "/app/secrets/till"}
    assert "subPath" not in str(spec), "what is mounted so is not renewed"


def test_values_of_the_environment_are_no_references(shop: Shop) -> None:
    [container] = manifests(rendered(shop.placed(SPLIT)))["Deployment", "shop"]["spec"]["template"]["spec"][
        "containers"
    ]
    told = {variable["name"]: variable.get("value") for variable in container["env"]}
    assert told["HELLO"] == "$$(NOBODY)"
    assert told["OTEL_SERVICE_NAME"] == "shop"
    assert "service.namespace=shop" in told["OTEL_RESOURCE_ATTRIBUTES"]


def test_the_autoscaler_has_the_figures_of_plures_toml(shop: Shop) -> None:
    spec = manifests(rendered(shop.placed(SPLIT)))["HorizontalPodAutoscaler", "search"]["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 100)
    assert spec["metrics"][0]["resource"]["target"] == {"type": "AverageValue", "averageValue": "600m"}
    assert spec["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 45


def test_the_autoscaler_by_the_work_that_arrives(shop: Shop) -> None:
    spec = manifests(rendered(shop.placed(SPLIT), signal=Signal.WORK))["HorizontalPodAutoscaler", "search"]["spec"]
    [metric] = spec["metrics"]
    assert metric["external"]["metric"]["selector"] == {"matchLabels": {"process": "search"}}
    assert metric["external"]["target"] == {"type": "AverageValue", "averageValue": "1"}


def test_migrations_are_a_job_for_each_version(shop: Shop) -> None:
    workloads = shop.placed(SPLIT)
    names = set[str]()
    for tag in ("1", "2", "2"):
        images = {name: Image(each.image, tag=tag) for name, each in workloads.processes.items()}
        found = manifests(dict(render(workloads, Choices(images))))
        [name] = [name for kind, name in found if kind == "Job" and name.startswith("orders-migration-")]
        names.add(name)
        assert found["Job", name]["spec"]["template"]["spec"]["containers"][0]["command"][2:6] == [
            "plures",
            "data",
            "migrate",
            "orders",
        ]
    assert len(names) == 2, "a Job that is there cannot be changed, and would not run again"


def test_overlays_are_for_people_and_versions_are_not(shop: Shop) -> None:
    files = rendered(shop.placed(SPLIT), environments=("staging", "production"))
    assert [path for path in files if is_for_people(path)] == [
        "overlays/production/kustomization.yaml",
        "overlays/staging/kustomization.yaml",
    ]
    version = yaml.safe_load(files["overlays/staging/version/kustomization.yaml"])
    assert version["images"][0] == {
        "name": "shop/search", "newName": "registry.example/shop/search", "digest": "sha256:" + "0" * 64,
    }  # fmt: skip
    assert yaml.safe_load(files["overlays/staging/kustomization.yaml"])["namespace"] == "shop-staging"


def test_the_same_files_each_time(shop: Shop) -> None:
    assert list(rendered(shop.placed(SPLIT)).items()) == list(rendered(shop.placed(SPLIT)).items())
