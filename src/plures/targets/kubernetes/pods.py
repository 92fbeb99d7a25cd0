"""The pod of a process: what its container is told, may do, and is asked."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from plures.targets.places import DATA, USER
from plures.targets.values import SecretFile, Workload, Workloads
from plures.targets.yaml import Value

from .naming import key_for, labels, secret_for, secret_of, selector
from .options import Image

_CPU: Final = "250m"
_CPU_SCALED: Final = "500m"
_MEMORY: Final = "128Mi"
_MOST_MEMORY: Final = "512Mi"
_SCRATCH: Final = "256Mi"
_PRE_STOP_S: Final = 5
"""Those who route to a pod hear of its end while it ends: for so long it takes what is still sent to it."""

_MARGIN_S: Final = 10
_READY: Final = "from http.client import HTTPConnection as C; c = C('127.0.0.1', {port}, timeout=2); c.request('GET', '{path}'); exit(c.getresponse().status != 200)"


def template(workloads: Workloads, workload: Workload, image: Image) -> dict[str, Value]:
    """What a Deployment, StatefulSet or Job makes pods of."""
    return {"metadata": {"labels": labels(workloads, workload.name)}, "spec": _spec(workloads, workload, image)}


def job_template(workloads: Workloads, workload: Workload, image: Image, arguments: Sequence[str]) -> dict[str, Value]:
    """A pod that runs another command of `plures` with the image and the secrets of a process, once."""
    spec = {
        name: value
        for name, value in _spec(workloads, workload, image).items()
        if name not in ("topologySpreadConstraints", "terminationGracePeriodSeconds")
    }
    container = {
        name: value
        for name, value in _container(workloads, workload, image).items()
        if name not in ("ports", "startupProbe", "readinessProbe", "livenessProbe", "lifecycle", "args")
    }
    container = {"name": "migrate", "image": image.reference, "command": list(arguments), **_without_head(container)}
    pod: dict[str, Value] = {
        **spec,
        "volumes": [{"name": "data", "emptyDir": {}}, *_tmp(), *_secret_volumes(workloads, workload)],
        "restartPolicy": "Never",
        "containers": [container],
    }
    return {"metadata": {"labels": labels(workloads, f"{workload.name}-migration")}, "spec": pod}


def _without_head(container: dict[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in container.items() if name not in ("name", "image")}


def _spec(workloads: Workloads, workload: Workload, image: Image) -> dict[str, Value]:
    own = selector(workloads, workload.name)
    spread: list[Value] = [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": own},
            # Pods of the version before do not count: they go.
            "matchLabelKeys": ["pod-template-hash"],
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]
    return {
        "serviceAccountName": workload.name,
        "automountServiceAccountToken": False,
        # Services of this name would set variables such as SEARCH_PORT, which may mean something else here.
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": int(workload.grace_s) + _PRE_STOP_S + _MARGIN_S,
        **({} if workload.is_alone else {"topologySpreadConstraints": spread}),
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(workloads, workload, image)],
        "volumes": [*_scratch(workload), *_secret_volumes(workloads, workload)],
    }


def _container(workloads: Workloads, workload: Workload, image: Image) -> dict[str, Value]:
    cpu = _CPU_SCALED if workload.replicas.max > workload.replicas.min else _CPU
    return {
        "name": workload.name,
        "image": image.reference,
        "args": list(workload.arguments),
        "ports": [{"name": port.name, "containerPort": port.number} for port in workload.ports],
        "env": list(_variables(workloads, workload)),
        "resources": {"requests": {"cpu": cpu, "memory": _MEMORY}, "limits": {"memory": _MOST_MEMORY}},
        # It imports, opens databases and runs migrations: the others of these begin when it has once been ready.
        "startupProbe": {**_probe(workload, workload.health.ready), "periodSeconds": 2, "failureThreshold": 150},
        "readinessProbe": {**_probe(workload, workload.health.ready), "periodSeconds": 5, "failureThreshold": 2},
        "livenessProbe": {**_probe(workload, workload.health.live), "periodSeconds": 10, "failureThreshold": 6},
        "lifecycle": {"preStop": {"sleep": {"seconds": _PRE_STOP_S}}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": list(_mounts(workload)),
    }


def _probe(workload: Workload, path: str) -> dict[str, Value]:
    health = workload.health
    if health.is_inside:
        return {
            "exec": {"command": ["python3", "-ISc", _READY.format(port=health.port, path=path)]},
            "timeoutSeconds": 5,
        }
    return {"httpGet": {"path": path, "port": "control", "scheme": health.scheme.upper()}, "timeoutSeconds": 3}


def _variables(workloads: Workloads, workload: Workload) -> Iterator[Value]:
    """The pod's name and node first: the attributes refer to them."""
    for name, field in (
        ("POD_NAME", "metadata.name"),
        ("POD_NAMESPACE", "metadata.namespace"),
        ("NODE_NAME", "spec.nodeName"),
    ):
        yield {"name": name, "valueFrom": {"fieldRef": {"fieldPath": field}}}
    yield {"name": "OTEL_SERVICE_NAME", "value": workload.name}
    attributes = {
        "service.namespace": workloads.application,
        "service.instance.id": "$(POD_NAME)",
        "k8s.namespace.name": "$(POD_NAMESPACE)",
        "k8s.pod.name": "$(POD_NAME)",
        "k8s.node.name": "$(NODE_NAME)",
    }
    yield {"name": "OTEL_RESOURCE_ATTRIBUTES", "value": ",".join(f"{key}={value}" for key, value in attributes.items())}
    for name, value in workload.environment.items():
        # A dollar sign would begin a reference.
        yield {"name": name, "value": value.replace("$(", "$$(")}
    for name in workload.variables:
        yield {"name": name, "valueFrom": {"secretKeyRef": {"name": secret_of(workloads), "key": name}}}


def _scratch(workload: Workload) -> Iterator[Value]:
    if not workload.keeps:
        yield {"name": "data", "emptyDir": {"sizeLimit": "1Gi"}}
    yield from _tmp()


def _tmp() -> Iterator[Value]:
    yield {"name": "tmp", "emptyDir": {"sizeLimit": _SCRATCH}}


def _folders(workload: Workload) -> dict[str, list[SecretFile]]:
    """Folder in the container → what is in it. A file that is mounted alone would stay as it was when its Secret is renewed."""
    found: dict[str, list[SecretFile]] = {}
    for file in workload.files:
        found.setdefault(file.path if file.is_folder else str(PurePosixPath(file.path).parent), []).append(file)
    return found


def _mounts(workload: Workload) -> Iterator[Value]:
    yield {"name": "data", "mountPath": DATA}
    yield {"name": "tmp", "mountPath": "/tmp"}  # noqa: S108 - in the container, which has it alone
    for number, folder in enumerate(_folders(workload), 1):
        yield {"name": f"secrets-{number}", "mountPath": folder, "readOnly": True}


def _secret_volumes(workloads: Workloads, workload: Workload) -> Iterator[Value]:
    for number, files in enumerate(_folders(workload).values(), 1):
        sources: dict[str, list[Value]] = {}
        for file in files:
            # All of a folder whose files are not known.
            items = sources.setdefault(secret_for(file.about, workloads, workload), [])
            names = file.file_names if file.is_folder else ()
            items += [{"key": name, "path": name} for name in names]
            if not file.is_folder:
                items.append({"key": key_for(file.about), "path": PurePosixPath(file.path).name})
        projected: list[Value] = [{"secret": {"name": name, "items": items}} for name, items in sources.items()]
        # The group reads them: the process is not their owner.
        yield {"name": f"secrets-{number}", "projected": {"defaultMode": 0o440, "sources": projected}}
