"""Wheels for the platform of an image: those of the lock, fetched by pip, and those of projects of this machine."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from plures.images import PackagesMissing, Platform, ProjectNotBuilt, Wheel
from plures.topology import ImageSettings

_MACHINES: Final = {"amd64": "x86_64", "arm64": "aarch64"}
# Newest first. Debian 12 has 2.36; what was made for an older C library runs on a newer one.
_GLIBC: Final = (
    *(f"manylinux_2_{minor}" for minor in range(36, 4, -1)),
    "manylinux2014",
    "manylinux2010",
    "manylinux1",
)
_PIP: Final = ("-m", "pip", "--disable-pip-version-check", "--no-input")
_HOOK: Final = """
import importlib, json, sys
backend, path, folder = sys.argv[1:]
sys.path[:0] = json.loads(path)
module, _, place = backend.partition(":")
made = importlib.import_module(module)
for name in filter(None, place.split(".")):
    made = getattr(made, name)
made.build_wheel(folder)
"""
_TOLD: Final = re.compile(r"ERROR: (.+)")
_HASHED: Final = re.compile(r"--hash=")


def machine_of(platform: Platform) -> str:
    """What Python calls the architecture."""
    return _MACHINES.get(platform.architecture, platform.architecture)


def environment_of(platform: Platform, python: str) -> dict[str, str]:
    """What markers of requirements are asked of."""
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "os_name": "posix",
        "platform_machine": machine_of(platform),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "linux",
    }


def locked_wheels(
    settings: ImageSettings, folder: Path, cache: Path, *, platform: Platform, python: str
) -> list[Wheel]:
    """The wheels of the lock, fetched unless the cache has those of the same lock.

    Raises:
        PackagesMissing: There is no lock, or not all of it can be had as wheels.
    """
    lock = folder / settings.lock

    def missing(reason: str, remedy: str) -> PackagesMissing:
        return PackagesMissing(settings.lock, str(platform), python, reason, remedy)

    try:
        text = lock.read_bytes()
    except OSError as error:
        remedy = "Write one, as with `uv pip compile --generate-hashes pyproject.toml -o requirements.txt`, and name it: lock in [build]."
        raise missing(error.strerror or "it cannot be read", remedy) from None
    if not _HASHED.search(text.decode(errors="replace")):
        raise missing(
            "it has no hashes, so that another package could take the place of one",
            "Lock it with hashes: `uv pip compile --generate-hashes`, `uv export` or `pip-compile --generate-hashes`.",
        )
    key = hashlib.sha256(b"\0".join([text, str(platform).encode(), python.encode()])).hexdigest()[:32]
    wheels = cache / "wheels" / key
    if not wheels.is_dir():
        wheels.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=wheels.parent) as unfinished:
            _fetch(lock, Path(unfinished), platform, python, missing)
            try:
                Path(unfinished).rename(wheels)
            except OSError:
                # Another build was faster.
                if not wheels.is_dir():
                    raise
            else:
                Path(unfinished).mkdir()
    return [Wheel(path) for path in sorted(wheels.glob("*.whl"))]


def _fetch(
    lock: Path, to: Path, platform: Platform, python: str, missing: Callable[[str, str], PackagesMissing]
) -> None:
    machine = machine_of(platform)
    tags = [f"--platform={glibc}_{machine}" for glibc in _GLIBC]
    command = [
        *(sys.executable, *_PIP, "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"),
        *(f"--python-version={python}", "--implementation=cp", *tags, f"--platform=linux_{machine}"),
        *("--dest", str(to), "--requirement", str(lock)),
    ]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a list, and no shell
    if finished.returncode:
        reason = _reason(finished.stderr)
        if "No module named pip" in reason:
            raise missing(
                f"{sys.executable} has no pip",
                "Install pip beside Plures: `python -m ensurepip`, or `uv pip install pip`.",
            )
        raise missing(reason, "Lock versions that have wheels for it, or name another --platform or python in [build].")


def project_wheels(projects: Sequence[str], folder: Path) -> Mapping[str, tuple[Wheel, Path]]:
    """Project → its wheel, and a folder that is to be removed afterwards.

    Raises:
        ProjectNotBuilt: One cannot be built.
    """
    made: dict[str, tuple[Wheel, Path]] = {}
    for project in projects:
        to = Path(tempfile.mkdtemp(prefix="plures-build-"))
        reason = _build(folder / project, to)
        wheels = sorted(to.glob("*.whl"))
        if reason or not wheels:
            for place in (to, *(other for _, other in made.values())):
                shutil.rmtree(place, ignore_errors=True)
            raise ProjectNotBuilt(project, reason or "it made no wheel")
        made[project] = (Wheel(wheels[0]), to)
    return made


def _build(project: Path, to: Path) -> str:
    """Let the backend of a project build it, as PEP 517 says; why it did not, or nothing."""
    try:
        with (project / "pyproject.toml").open("rb") as file:
            system = tomllib.load(file).get("build-system", {})
    except (OSError, ValueError) as error:
        return f"pyproject.toml: {error}"
    backend = system.get("build-backend", "setuptools.build_meta:__legacy__")
    path = [str(project / each) for each in system.get("backend-path", ())]
    command = [sys.executable, "-c", _HOOK, backend, json.dumps(path), str(to)]
    # Backends write no times then, or this one.
    variables = {**os.environ, "SOURCE_DATE_EPOCH": "315532800"}
    finished = subprocess.run(  # noqa: S603 - a list, and no shell
        command, capture_output=True, text=True, errors="replace", check=False, cwd=project, env=variables
    )
    return _reason(finished.stderr) if finished.returncode else ""


def _reason(said: str) -> str:
    lines = _TOLD.findall(said) or said.strip().splitlines()[-1:] or ["pip gave no reason"]
    return lines[0] if len(lines) == 1 else f"{lines[0]} {lines[-1]}"
