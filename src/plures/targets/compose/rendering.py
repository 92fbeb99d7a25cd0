"""From workloads to the text of a Compose file."""

import shlex
from collections.abc import Iterator
from typing import Any, Final

from plures.errors import InvalidInput, Violation
from plures.targets.places import DATA, HOME, USER
from plures.targets.values import Health, Workload, Workloads
from plures.targets.yaml import yaml_of

from . import rules
from .options import ComposeOptions
from .secrets import declared, given, mounted, variables
from .sections import PROCESS, READY, SHARED, section, shared

_MIGRATE: Final = "migrate"
_OUTSIDE: Final = "outside"
_TAKEN: Final = (_MIGRATE, _OUTSIDE)
# An engine kills what has not stopped by then: later than a process cuts off what is in flight.
_SPARE_S: Final = 5
_SCRATCH: Final = "/tmp"  # noqa: S108 - in containers


FILE: Final = "compose.yaml"
_IGNORED: Final = "# Secrets belong in no repository.\n.env\nsecrets/\n"


def compose_files(workloads: Workloads, options: ComposeOptions) -> dict[str, str]:
    """Path → text: the Compose file of a topology, the same each time, and what keeps secrets out of git, which people may change.

    Raises:
        InvalidInput: With one violation for each thing that Compose cannot do.
    """
    if violations := list(_violations(workloads)):
        raise InvalidInput(f"Topology {workloads.topology!r} by Compose", violations)
    processes = workloads.processes
    services = {name: _service(each, workloads, options) for name, each in processes.items()}
    keeping = [each for each in processes.values() if each.databases]
    if keeping:
        services = {_MIGRATE: _migration(keeping, options), **services}
    volumes = {name: dict[str, Any]() for name, each in processes.items() if _is_kept(each)}
    secrets = declared(processes)
    sections = [
        yaml_of({"name": workloads.application}),
        shared(PROCESS, _hardened(max(each.grace_s for each in processes.values()))),
        shared(READY, _healthcheck(next(iter(processes.values())).health)),
        section(
            "services", services, {_MIGRATE: "Runs once, before those that keep rows on a server."}, is_spaced=True
        ),
        _networks(workloads),
        section("volumes", volumes, {}) if volumes else "",
        section("secrets", secrets, {}) if secrets else "",
    ]
    return {FILE: "\n".join(each for each in sections if each), ".gitignore": _IGNORED}


def _violations(workloads: Workloads) -> Iterator[Violation]:
    for name, each in workloads.processes.items():
        where = f"[topology.{workloads.topology}] {name}"
        if each.port("public") is not None and each.replicas.min > 1:
            yield rules.PORT_CLASH.broken(where, replicas=each.replicas.min)
        if name in _TAKEN:
            yield rules.NAME_TAKEN.broken(where, name=name)


def _hardened(grace_s: float) -> dict[str, Any]:
    return {
        "user": f"{USER}:{USER}",
        "read_only": True,
        "tmpfs": [f"{_SCRATCH}:size=64m,mode=1777"],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "restart": "unless-stopped",
        "stop_grace_period": f"{round(grace_s + _SPARE_S)}s",
        "deploy": {"resources": {"limits": {"memory": "512M", "pids": 512}}},
        "logging": {"driver": "json-file", "options": {"max-size": "50m"}},
    }


def _healthcheck(health: Health) -> dict[str, Any]:
    kind, context = "HTTPSConnection", ", context=ssl._create_unverified_context()"
    if health.scheme == "http":
        kind, context = "HTTPConnection", ""
    asks = [
        f"import http.client{', ssl' if context else ''}",
        f'asked = http.client.{kind}("localhost", {health.port}, timeout=4{context})',
        f'asked.request("GET", "{health.ready}")',
        "assert asked.getresponse().status == 200",
    ]
    return {
        "test": ["CMD", "python3", "-I", "-c", "\n".join(asks)],
        "interval": "10s",
        "timeout": "5s",
        "retries": 3,
        "start_period": "60s",
    }


def _service(workload: Workload, workloads: Workloads, options: ComposeOptions) -> dict[str, Any]:
    service: dict[str, Any] = {SHARED: f"*{PROCESS}", "image": options.image(workload.image)}
    if workload.arguments:
        service["command"] = shlex.join(workload.arguments)
    if workload.replicas.min > 1:
        service["scale"] = workload.replicas.min
    service["healthcheck"] = f"*{READY}"
    if waited := _waited(workload, workloads):
        service["depends_on"] = waited
    public = workload.port("public")
    if public is not None:
        service["ports"] = [f"{options.publish}:{public.number}"]
    service |= _reaching(workload)
    kept = [f"{workload.name}:{DATA}"] if _is_kept(workload) else []
    if volumes := [*kept, *mounted(workload.files, workload.name)]:
        service["volumes"] = volumes
    return service


def _is_kept(workload: Workload) -> bool:
    """Whether its folder of data has a name. Replicas would share it; each gets one of its own from its image instead."""
    return workload.keeps or workload.replicas.max == 1


def _reaching(workload: Workload) -> dict[str, Any]:
    """What a service gets to reach others: networks, and secrets."""
    networks = _joined(workload)
    found: dict[str, Any] = {"networks": networks} if networks else {"network_mode": "none"}
    if environment := variables(workload):
        found["environment"] = environment
    if secrets := given(workload.files):
        found["secrets"] = secrets
    return found


def _waited(workload: Workload, workloads: Workloads) -> dict[str, Any]:
    """What starts before: migrations, and those that it calls, as far as they do not call it."""
    earlier: set[str] = set()
    for layer in workloads.layers:
        if workload.name in layer:
            break
        earlier |= set(layer)
    waited = {_MIGRATE: {"condition": "service_completed_successfully"}} if workload.databases else {}
    return waited | {name: {"condition": "service_healthy"} for name in workload.calls if name in earlier}


def _joined(workload: Workload) -> list[str]:
    own = [workload.name] if workload.called_by else []
    outside = [_OUTSIDE] if workload.servers or workload.port("public") is not None else []
    return [*own, *workload.calls, *outside]


def _networks(workloads: Workloads) -> str:
    called = [name for name, each in workloads.processes.items() if each.called_by]
    networks: dict[str, Any] = {name: {"internal": True} for name in called}
    comments = dict.fromkeys(called[:1], "Each is of the process of its name and those that call it.")
    if any(_OUTSIDE in _joined(each) for each in workloads.processes.values()):
        networks[_OUTSIDE] = {}
        comments[_OUTSIDE] = "For visitors, and for servers such as databases."
    return section("networks", networks, comments) if networks else ""


def _migration(keeping: list[Workload], options: ComposeOptions) -> dict[str, Any]:
    """A service that runs once, before those whose rows are on a server. Any image has all of the code."""
    needed = [file for each in keeping for file in each.files if file.about.startswith(("database ", "passwords "))]
    environment = {name: value for each in keeping for name, value in variables(each).items()}
    names = sorted(name for each in keeping for name in each.databases)
    service: dict[str, Any] = {
        SHARED: f"*{PROCESS}",
        "image": options.image(keeping[0].image),
        "entrypoint": "python3 -m plures data migrate",
        "command": shlex.join(["--file", f"{HOME}/plures.toml", "--data", _SCRATCH, *names]),
        "restart": "no",
        "networks": [_OUTSIDE],
    }
    if environment:
        service["environment"] = environment
    if secrets := given(tuple(dict.fromkeys(needed))):
        service["secrets"] = secrets
    return service
