"""Starts the marketplace in one way, and says where it listens and which processes it has."""

import json
import socket
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from bench.accounting import tree
from bench.processes import Worker, worker
from bench.shop.rivals.asgi import SERVICE, STORAGE
from bench.shop.rivals.service_worker import EDGE, PORTS, TOKEN
from bench.shop.traffic.web import SECRET
from bench.shop.variants import Kind, Storage, application
from plures.application import assemble


@dataclass(frozen=True)
class Deployment:
    """A running marketplace. ``ports`` maps each capability that listens, and ``edge``, to its port; callers show ``token``."""

    kind: Kind
    storage: Storage
    ports: Mapping[str, int]
    roots: tuple[int, ...]
    token: str = ""

    @property
    def processes(self) -> list[int]:
        """All its processes, with the supervisor."""
        return tree(self.roots)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that tell a load worker the ports and the token."""
        return {PORTS: msgspec.json.encode(self.ports).decode(), TOKEN: self.token}


@contextmanager
def deployed(kind: Kind, storage: Storage) -> Generator[Deployment]:
    """Deploy the marketplace this way, ready for requests; stop it on leaving."""
    with TemporaryDirectory() as data:
        environment = {"MARKETPLACE_SECRET": SECRET, "MARKETPLACE_DATA": data}
        starts = {Kind.ONE_PROCESS: _plures, Kind.SPLIT: _plures, Kind.RESCUE: _rescued}
        start = starts.get(kind, _by_hand)
        with start(kind, storage, data, environment) as (ports, roots, token):
            yield Deployment(kind, storage, ports, roots, token)


Started = tuple[Mapping[str, int], tuple[int, ...], str]


@contextmanager
def _plures(kind: Kind, storage: Storage, data: str, environment: dict[str, str]) -> Generator[Started]:
    with worker("bench.shop.plures_worker", kind.name, storage.name, data, environment=environment) as root:
        ports, token = msgspec.json.decode(root.ready(), type=tuple[dict[str, int], str])
        yield ports, (root.pid,), token


@contextmanager
def _rescued(_: Kind, storage: Storage, data: str, environment: dict[str, str]) -> Generator[Started]:
    """Write a plures.toml that names all services with their addresses, and run them in one process."""
    capabilities = [*assemble(application(storage)).capabilities]
    names = [name for wave in _start_order(capabilities) for name in wave]
    ports = _free_ports(names)
    own = {PORTS: msgspec.json.encode(ports).decode(), STORAGE: storage.name}
    tables = {
        name: {
            "app": "bench.shop.rivals.asgi:service()",
            "folder": data,
            "addresses": [f"http://127.0.0.1:{port}"],
            "public": f"127.0.0.1:{port}",
            "environment": {**own, SERVICE: name},
        }
        for name, port in ports.items()
    }
    file = Path(data, "plures.toml")
    file.write_text("\n".join(_tables(tables)))
    with worker("bench.shop.rescue_worker", str(file), environment=environment) as root:
        root.ready()
        yield ports, (root.pid,), ""


def _tables(services: Mapping[str, Mapping[str, Any]]) -> Generator[str]:
    """`[services]` as TOML, whose texts are those of JSON."""
    for name, table in services.items():
        yield f"[services.{name}]"
        for key, value in table.items():
            if isinstance(value, dict):
                inner = ", ".join(f"{inner} = {json.dumps(text)}" for inner, text in value.items())
                yield f"{key} = {{ {inner} }}"
            else:
                yield f"{key} = {json.dumps(value)}"


@contextmanager
def _by_hand(kind: Kind, storage: Storage, _data: str, environment: dict[str, str]) -> Generator[Started]:
    """Start a process for each capability and one for the edge, first those that others need in order to start."""
    assembly = assemble(application(storage))
    capabilities = [] if kind is Kind.PLAIN else [*assembly.capabilities]
    ports = _free_ports([*capabilities, EDGE])
    environment = {**environment, PORTS: msgspec.json.encode(ports).decode()}
    with ExitStack() as stack:
        workers: list[Worker] = []
        for wave in _start_order(capabilities):
            started = [
                stack.enter_context(
                    worker("bench.shop.rivals.service_worker", kind.name, storage.name, name, environment=environment)
                )
                for name in wave
            ]
            for each in started:
                each.ready()
            workers += started
        yield ports, tuple(each.pid for each in workers), ""


def _start_order(capabilities: Sequence[str]) -> Sequence[Sequence[str]]:
    """The catalogue comes first, because others read it while they start. The edge comes last."""
    rest = [name for name in capabilities if name != "catalog"]
    return [name for name in capabilities if name == "catalog"], rest, [EDGE]


def _free_ports(names: Sequence[str]) -> dict[str, int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in names]
        return {name: each.getsockname()[1] for name, each in zip(names, sockets, strict=True)}
