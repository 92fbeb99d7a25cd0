"""podman, with images, containers and networks of its own in one folder: nothing else on the machine is seen or changed."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

# Root in a sandbox may not raise its limits, so containers get such as it has.
_CONFIGURATION: Final = """
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]

[network]
network_backend = "netavark"
network_config_dir = "{networks}"
"""
_LONGEST_S: Final = 600
_MOST_ROUNDS: Final = 20


class Engine:
    """An engine in a folder, whose path must be short.

    Attributes:
        program: What runs podman there; it takes podman's arguments.
    """

    def __init__(self, folder: Path) -> None:
        self.program = folder / "podman"
        self._images, networks = folder / "images", folder / "networks"
        networks.mkdir(parents=True)
        configuration = folder / "containers.conf"
        configuration.write_text(_CONFIGURATION.format(networks=networks))
        # crun refuses a machine with both versions of control groups, which runc takes.
        self.program.write_text(
            f"#!/bin/sh\nexport CONTAINERS_CONF={configuration}\n"
            f"exec podman --root {self._images} --runroot {folder / 'run'} --tmpdir {folder / 'tmp'} "
            '--cgroup-manager=cgroupfs --storage-driver overlay --events-backend file --runtime runc "$@"\n'
        )
        self.program.chmod(0o755)
        self._store = f"containers-storage:[overlay@{self._images}+{folder / 'run'}]"

    def __call__(self, *arguments: str | Path) -> str:
        """Run podman; what it writes. Where it fails, so does the test, with what it said."""
        return run([self.program, *arguments])

    def take(self, layout: Path, name: str, tag: str) -> None:
        """Put an image of a layout into the engine."""
        run(["skopeo", "copy", "--quiet", f"oci:{layout}:{name}", f"{self._store}{tag}"])

    def close(self) -> None:
        """Remove all that was made, also where starting failed half-way."""
        self._try("stop", "--all", "--time", "0")
        # A container that others depend on goes after them, which the engine gets wrong at times.
        for _ in range(_MOST_ROUNDS):
            left = self("ps", "--all", "--format", "{{.Names}}").split()
            if not left:
                break
            self._try("rm", "--force", "--depend", "--volumes", "--time", "0", *left)
        self._try("network", "prune", "--force")
        # It mounts its folder upon itself, and what a container had may stay mounted for a while.
        mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        for place in sorted((each for each in mounted if each.startswith(f"{self._images}/")), reverse=True):
            run(["umount", "--lazy", place])
        assert not left

    def _try(self, *arguments: str) -> None:
        """Run podman, which may find nothing to do."""
        subprocess.run([self.program, *arguments], check=False, capture_output=True, timeout=_LONGEST_S)


def run(command: list[str | Path], folder: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    """Run a program; what it writes. Where it fails, so does the test, with what it said."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        check=False,
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}"
    return done.stdout
