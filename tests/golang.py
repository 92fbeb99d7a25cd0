"""Go, and what is built with it for tests: from the path, or from its wheel; see requirements/go.py."""

import fcntl
import os
import shlex
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from plures.topology import Process, Topology

ROOT: Final = Path(__file__).parents[1]
SHIPPING: Final = ROOT / "marketplace" / "shipping" / "go"
KIT: Final = ROOT / "src" / "plures" / "cli" / "new" / "service_template" / "go" / "internal" / "plures"
_PATIENCE_S: Final = 400


class BuildFailed(AssertionError):
    """A step of a build failed; carries what its tool said."""


@cache
def go() -> Path:
    """Where Go is."""
    return Path(_said([sys.executable, str(ROOT / "requirements" / "go.py")], ROOT, dict(os.environ)).strip())


def go_environment() -> dict[str, str]:
    """The variables with which Go is run: what is built is what stands in go.sum, and `plures` and `buf` are those of the tests."""
    folders = [str(Path(sys.executable).parent), str(go().parent), os.environ.get("PATH", os.defpath)]
    return {
        **os.environ,
        "PATH": os.pathsep.join(folders),
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=readonly -buildvcs=false",
    }


def build(folder: Path, program: str, *packages: str) -> Path:
    """Make what `go generate` makes in a Go module, then a program, or a folder of programs; one worker builds at a time.

    Raises:
        BuildFailed: It cannot be built; carries what the tools said.
    """
    with (Path(tempfile.gettempdir()) / f"plures-go-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for step in (["generate", "./..."], ["build", "-o", program, *(packages or ["."])]):
            _said([str(go()), *step], folder, go_environment())
    return folder / program


@cache
def shipping_in_go() -> Path:
    """The program that hosts the marketplace's shipping, where plures.toml says that it is."""
    return build(SHIPPING, "bin/shipping")


def alone(capability: str, command: str | None = None) -> Topology:
    """One process, of Python or of a command, with one capability."""
    return Topology("alone", (Process(capability, (capability,), command=command),))


def copy_kit(module: Path) -> None:
    """Give a Go module what `plures new service` gives it."""
    into = module / "internal" / "plures"
    into.mkdir(parents=True, exist_ok=True)
    for file in KIT.iterdir():
        (into / file.name.removesuffix(".txt")).write_text(file.read_text())


def _said(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=_PATIENCE_S
    )
    if done.returncode != 0:
        raise BuildFailed(f"{shlex.join(command)} in {folder} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
