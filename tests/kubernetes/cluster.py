"""A Kubernetes control plane of this machine: etcd, API server, controllers and scheduler are real, nodes and pods are kwok's. No container runs.

requirements/kubernetes/build.py makes its programs.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import Request, urlopen

from plures.deploy import free_port

from .keys import CONTEXT, make_keys

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 240
_BUILD_S: Final = 3600
_NODES: Final = 6
_VOLUMES: Final = 40
_ADMIN: Final = "token-of-the-admin-0000"
_STRANGER: Final = "token-of-a-stranger-0000"
_CSI: Final = "csi.plures.test"


def programs() -> Path:
    """The folder of the programs; they are built where they are not."""
    command = [sys.executable, str(ROOT / "requirements" / "kubernetes" / "build.py")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=_BUILD_S)
    return Path(done.stdout.strip())


class Cluster:
    """What a test asks of it.

    Attributes:
        folder: Of kubectl.
        admin: A kubeconfig that may do all.
        stranger: One that may do nothing.
    """

    def __init__(self, folder: Path, home: Path, url: str) -> None:
        self.folder, self._url = folder, url
        self.admin, self.stranger = (_kubeconfig(home, name, url, token) for name, token in _USERS.items())
        self._environment = {**os.environ, "KUBECONFIG": str(self.admin)}

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        """What kubectl prints; a warning of the API server is a failure."""
        done = subprocess.run(
            [self.folder / "kubectl", *arguments],
            env=self._environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            # Longer than it waits by itself, so that it says what for.
            timeout=2 * PATIENCE_S,
        )
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}\n{done.stdout}{done.stderr}"
        assert "Warning" not in done.stderr, done.stderr
        return done.stdout

    def apply(self, *manifests: Mapping[str, Any]) -> None:
        """Apply manifests that are no files."""
        listed = {"apiVersion": "v1", "kind": "List", "items": manifests}
        self.kubectl("apply", "--server-side", "-f", "-", given=json.dumps(listed))

    def all(self, kind: str, namespace: str) -> list[dict[str, Any]]:
        """All things of a kind."""
        found: list[dict[str, Any]] = json.loads(self.kubectl("get", kind, "-n", namespace, "-o", "json"))["items"]
        return found

    def namespace(self, name: str, secrets: Mapping[str, frozenset[str]]) -> None:
        """Make a namespace in which pods may do as little as Kubernetes knows to demand, with the Secrets that pods refer to."""
        enforced = {"pod-security.kubernetes.io/enforce": "restricted"}
        self.apply(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": enforced}},
            *(
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "metadata": {"name": secret, "namespace": name},
                    "stringData": dict.fromkeys(sorted(keys), "x"),
                }
                for secret, keys in secrets.items()
            ),
        )
        wait_for(lambda: any(each["metadata"]["name"] == "default" for each in self.all("serviceaccount", name)))

    def is_ready(self) -> bool:
        request = Request(f"{self._url}/readyz", headers={"authorization": f"Bearer {_ADMIN}"})
        try:
            with urlopen(request, timeout=10, context=CONTEXT) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


_USERS: Final = {"admin": _ADMIN, "stranger": _STRANGER}


def wait_for(done: Callable[[], object], *, within_s: float = PATIENCE_S) -> None:
    """Return when something holds.

    Raises:
        TimeoutError: It does not, for so long.
    """
    end = time.monotonic() + within_s
    while not done():
        if time.monotonic() > end:
            message = f"it did not hold within {within_s} s"
            raise TimeoutError(message)
        time.sleep(0.3)


@contextmanager
def cluster(home: Path) -> Generator[Cluster]:
    """A control plane, while it runs, with nodes in two zones and volumes for embedded databases."""
    folder, control = programs(), programs() / "control"
    make_keys(home)
    (home / "tokens.csv").write_text(f'{_ADMIN},admin,1,"system:masters"\n{_STRANGER},stranger,2\n')
    etcd, peer, port = _ports(3)
    made = Cluster(folder, home, f"https://127.0.0.1:{port}")
    # What nodes of kwok say of themselves may be late where the machine is busy: pods would be taken for dead.
    patient = "--node-monitor-grace-period=3600s"
    started: dict[str, Sequence[str | Path]] = {
        "etcd": [control, *_etcd(home, etcd, peer)],
        "apiserver": [control, *_apiserver(home, etcd, port)],
        "controller-manager": [
            control, "controller-manager", "--kubeconfig", made.admin, "--leader-elect=false", "--secure-port=0",
            patient, f"--service-account-private-key-file={home}/sa.key",
        ],
        "scheduler": [control, "scheduler", "--kubeconfig", made.admin, "--leader-elect=false", "--secure-port=0"],
        "nodes": [
            folder / "nodes", "--kubeconfig", made.admin, "--manage-all-nodes=true", "--node-ip=10.99.0.1", "--cidr=10.99.0.0/16",
        ],
    }  # fmt: skip
    with ExitStack() as stack:
        for name, command in started.items():
            stack.enter_context(_running(home / f"{name}.log", command))
            if name == "apiserver":
                wait_for(made.is_ready)
        made.apply(*_nodes(), *_volumes())
        made.kubectl("wait", "--for=condition=Ready", "node", "--all", f"--timeout={PATIENCE_S}s")
        yield made


def _ports(count: int) -> list[int]:
    """Free ports; one that was just given back may be given out again."""
    found = set[int]()
    while len(found) < count:
        found.add(free_port("127.0.0.1"))
    return sorted(found)


@contextmanager
def _running(log: Path, command: Sequence[str | Path]) -> Generator[None]:
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


def _etcd(home: Path, port: int, peer: int) -> list[str]:
    here, among = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer}"
    return [
        "etcd", f"--data-dir={home}/etcd", "--unsafe-no-fsync", "--log-level=error",
        f"--listen-client-urls={here}", f"--advertise-client-urls={here}",
        f"--listen-peer-urls={among}", f"--initial-advertise-peer-urls={among}", f"--initial-cluster=default={among}",
    ]  # fmt: skip


def _apiserver(home: Path, etcd: int, port: int) -> list[str]:
    return [
        "apiserver", f"--etcd-servers=http://127.0.0.1:{etcd}", f"--secure-port={port}",
        "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", f"--cert-dir={home}/serving",
        # An address of loopback may be no endpoint of a Service.
        "--endpoint-reconciler-type=none",
        f"--token-auth-file={home}/tokens.csv", "--authorization-mode=RBAC", "--service-cluster-ip-range=10.222.0.0/16",
        f"--service-account-key-file={home}/sa.pub", f"--service-account-signing-key-file={home}/sa.key",
        f"--service-account-issuer=https://127.0.0.1:{port}",
        # What other API servers, such as that of metrics, are asked with.
        f"--requestheader-client-ca-file={home}/front.crt", "--requestheader-allowed-names=front",
        "--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={home}/client.crt", f"--proxy-client-key-file={home}/client.key",
    ]  # fmt: skip


def _kubeconfig(home: Path, name: str, url: str, token: str) -> Path:
    cluster = {"server": url, "insecure-skip-tls-verify": True}
    file = home / f"{name}.kubeconfig"
    file.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "here", "cluster": cluster}],
                "users": [{"name": name, "user": {"token": token}}],
                "contexts": [{"name": "here", "context": {"cluster": "here", "user": name}}],
                "current-context": "here",
            }
        )
    )
    return file


def _nodes() -> Iterator[dict[str, Any]]:
    room = {"cpu": "64", "memory": "256Gi", "pods": "200"}
    for number in range(_NODES):
        name = f"node-{number}"
        labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": "ab"[number % 2]}
        yield {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "labels": labels, "annotations": {"kwok.x-k8s.io/node": "fake"}},
            "status": {"allocatable": room, "capacity": room},
        }


def _volumes() -> Iterator[dict[str, Any]]:
    """As a driver would make them when they are claimed."""
    yield {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "CSIDriver",
        "metadata": {"name": _CSI},
        "spec": {"attachRequired": False},
    }
    for number in range(_VOLUMES):
        yield {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": f"volume-{number}"},
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteOncePod"],
                "csi": {"driver": _CSI, "volumeHandle": f"volume-{number}"},
            },
        }
