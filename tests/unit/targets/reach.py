"""Evaluates NetworkPolicies of one namespace: what Kubernetes says of them, in few lines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_COMPONENT = "app.kubernetes.io/component"


class Network:
    """Policies, and the pods that the manifests make, by process."""

    def __init__(self, found: Sequence[Mapping[str, Any]]) -> None:
        self._policies = [each["spec"] for each in found if each["kind"] == "NetworkPolicy"]
        templates = [
            each["spec"]["template"]["metadata"]["labels"] for each in found if "template" in each.get("spec", {})
        ]
        self.pods: dict[str, Mapping[str, str]] = {labels[_COMPONENT]: labels for labels in templates}

    def connections(self, port: str) -> frozenset[tuple[str, str]]:
        """All pairs of processes of which the first may connect to this port of the second: both sides let it."""
        return frozenset(
            (one, other)
            for one in self.pods
            for other in self.pods
            if one != other and self.lets_out(one, self.pods[other], port) and self.lets_in(other, self.pods[one], port)
        )

    def lets_in(self, process: str, caller: Mapping[str, str], port: str | int) -> bool:
        return any(
            _has(rule.get("from"), caller) and _open(rule, port, "TCP") for rule in self._rules("ingress", process)
        )

    def lets_out(self, process: str, called: Mapping[str, str], port: str | int, protocol: str = "TCP") -> bool:
        return any(
            _has(rule.get("to"), called) and _open(rule, port, protocol) for rule in self._rules("egress", process)
        )

    def _rules(self, way: str, process: str) -> Iterator[Mapping[str, Any]]:
        """What lets through one way; a pod that no policy selects is open, which is a rule without conditions."""
        fitting = [policy for policy in self._policies if _fits(policy["podSelector"], self.pods[process])]
        mine = [policy for policy in fitting if way.capitalize() in policy["policyTypes"]]
        for policy in mine:
            yield from policy.get(way) or []
        if not mine:
            yield {}


def _has(peers: Iterable[Mapping[str, Any]] | None, pod: Mapping[str, str]) -> bool:
    # A rule that names no peers is for all.
    return peers is None or any(_fits(peer["podSelector"], pod) for peer in peers)


def _open(rule: Mapping[str, Any], port: str | int, protocol: str) -> bool:
    ports = rule.get("ports")
    return ports is None or any(each["port"] == port and each["protocol"] == protocol for each in ports)


def _fits(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    assert set(selector) <= {"matchLabels"}, "what is rendered uses nothing else"
    wanted: Mapping[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()
