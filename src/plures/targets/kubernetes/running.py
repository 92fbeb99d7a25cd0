"""What keeps the replicas of a process running: a Deployment or a StatefulSet, how many, and how few at least."""

from collections.abc import Iterator

from plures.targets.values import Workload, Workloads
from plures.targets.yaml import Value

from .naming import metadata, selector
from .options import Choices, Signal
from .pods import template

_KEPT = "1Gi"
_SEVERAL = 2
WORK_METRIC = "plures_replicas_needed"
"""The work of a process in processors, divided by what one replica should take of it."""


def running(workloads: Workloads, workload: Workload, choices: Choices) -> Iterator[Value]:
    """The manifests."""
    yield {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(workloads, workload.name),
        "automountServiceAccountToken": False,
    }
    yield _alone(workloads, workload, choices) if workload.is_alone else _several(workloads, workload, choices)
    if workload.replicas.max > workload.replicas.min:
        yield _autoscaler(workloads, workload, choices)
    if workload.replicas.min >= _SEVERAL:
        yield {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": metadata(workloads, workload.name),
            "spec": {
                "maxUnavailable": 1,
                "selector": {"matchLabels": selector(workloads, workload.name)},
                # Pods that never get ready would keep a node from being emptied.
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
            },
        }


def _several(workloads: Workloads, workload: Workload, choices: Choices) -> dict[str, Value]:
    few, many = workload.replicas.min, workload.replicas.max
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(workloads, workload.name),
        "spec": {
            # The autoscaler decides else; a number here would undo what it did each time this is applied.
            **({"replicas": few} if many == few else {}),
            "revisionHistoryLimit": 5,
            "selector": {"matchLabels": selector(workloads, workload.name)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
            "template": template(workloads, workload, choices.images[workload.name]),
        },
    }


def _alone(workloads: Workloads, workload: Workload, choices: Choices) -> dict[str, Value]:
    """It writes an embedded database: the one before has ended when the next one starts, and a volume stays when it goes."""
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": metadata(workloads, workload.name),
        "spec": {
            "replicas": 1,
            "serviceName": workload.name,
            "revisionHistoryLimit": 5,
            "selector": {"matchLabels": selector(workloads, workload.name)},
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
            "template": template(workloads, workload, choices.images[workload.name]),
            "volumeClaimTemplates": [
                {
                    "metadata": {"name": "data"},
                    "spec": {
                        # One pod, not one node: a second writer would spoil the database.
                        "accessModes": ["ReadWriteOncePod"],
                        "resources": {"requests": {"storage": _KEPT}},
                    },
                }
            ],
        },
    }


def _autoscaler(workloads: Workloads, workload: Workload, choices: Choices) -> dict[str, Value]:
    replicas = workload.replicas
    wanted: Value
    if choices.signal is Signal.CPU:
        # As an amount, not as a share of the request: a changed request does not mean to change this.
        amount: Value = {"type": "AverageValue", "averageValue": f"{round(replicas.cpu * 1000)}m"}
        wanted = {"type": "Resource", "resource": {"name": "cpu", "target": amount}}
    else:
        named: Value = {"name": WORK_METRIC, "selector": {"matchLabels": {"process": workload.name}}}
        wanted = {
            "type": "External",
            "external": {"metric": named, "target": {"type": "AverageValue", "averageValue": "1"}},
        }
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(workloads, workload.name),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": workload.name},
            "minReplicas": replicas.min,
            "maxReplicas": replicas.max,
            "metrics": [wanted],
            "behavior": {
                # In as many steps as the period of the controller, which is 15 s, leaves room for: 2, 12, 48, 192.
                "scaleUp": {
                    "stabilizationWindowSeconds": 0,
                    "selectPolicy": "Max",
                    "policies": [
                        {"type": "Percent", "value": 300, "periodSeconds": 15},
                        {"type": "Pods", "value": 10, "periodSeconds": 15},
                    ],
                },
                "scaleDown": {
                    "stabilizationWindowSeconds": round(replicas.cool_down_s),
                    "policies": [{"type": "Percent", "value": 50, "periodSeconds": 15}],
                },
            },
        },
    }
