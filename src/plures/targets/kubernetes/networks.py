"""Where a process is found, and who may connect to whom: those that the call graph names, and no others."""

from collections.abc import Iterator

from plures.targets.values import Workload, Workloads
from plures.targets.yaml import Value

from .naming import metadata, public_service, selector

_DNS = 53
_PUBLIC = 80


def services(workloads: Workloads, workload: Workload) -> Iterator[Value]:
    """One without an address of its own, which names each replica, and one for visitors where it has the edge."""
    own = selector(workloads, workload.name)
    ports = [port for port in workload.ports if port.name == "control"]
    spec: dict[str, Value] = {"clusterIP": "None", "selector": own}
    if ports:
        spec["ports"] = [{"name": port.name, "port": port.number, "targetPort": port.name} for port in ports]
    yield {"apiVersion": "v1", "kind": "Service", "metadata": metadata(workloads, workload.name), "spec": spec}
    if workload.port("public") is not None:
        yield {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(workloads, workload.name, public_service(workload)),
            "spec": {"selector": own, "ports": [{"name": "http", "port": _PUBLIC, "targetPort": "public"}]},
        }


def policy(workloads: Workloads, workload: Workload) -> dict[str, Value]:
    """What may reach its pods, and what they may reach. What probes them comes from their node, which is always let in."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(workloads, workload.name),
        "spec": {
            "podSelector": {"matchLabels": selector(workloads, workload.name)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": list(_in(workloads, workload)),
            "egress": list(_out(workloads, workload)),
        },
    }


def migration_policy(workloads: Workloads, workload: Workload) -> dict[str, Value]:
    """The migrations of a process reach its databases alone."""
    name = f"{workload.name}-migration"
    servers = [server for server in workload.servers if server.about.startswith("database")]
    egress: list[Value] = [_names(), *({"ports": [_tcp(port)]} for port in sorted({each.port for each in servers}))]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(workloads, name),
        "spec": {
            "podSelector": {"matchLabels": selector(workloads, name)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [],
            "egress": egress,
        },
    }


def _in(workloads: Workloads, workload: Workload) -> Iterator[Value]:
    if workload.called_by:
        callers: list[Value] = [_pods(workloads, name) for name in workload.called_by]
        yield {"from": callers, "ports": [_tcp("control")]}
    if workload.port("public") is not None:
        yield {"ports": [_tcp("public")]}


def _out(workloads: Workloads, workload: Workload) -> Iterator[Value]:
    yield _names()
    for name in workload.calls:
        yield {"to": [_pods(workloads, name)], "ports": [_tcp("control")]}
    # Where servers are is not known before their names are asked for: their ports are.
    for port in sorted({server.port for server in workload.servers}):
        yield {"ports": [_tcp(port)]}


def _names() -> dict[str, Value]:
    return {"ports": [{"protocol": "UDP", "port": _DNS}, {"protocol": "TCP", "port": _DNS}]}


def _pods(workloads: Workloads, process: str) -> dict[str, Value]:
    return {"podSelector": {"matchLabels": selector(workloads, process)}}


def _tcp(port: str | int) -> dict[str, Value]:
    return {"protocol": "TCP", "port": port}
