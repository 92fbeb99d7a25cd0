"""`plures build`: an application with locked packages becomes images that run. Wheels come from a folder; no registry is asked."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.building.wheels import installed_wheel, lock_of, make_wheel
from tests.docs.reader import free_port

Run = Callable[..., Result]

INSTALLED = (
    "plures",
    "msgspec",
    "httptools",
    "click",
    "rich",
    "uvicorn",
    "h11",
    "uvloop",
    "starlette",
    "anyio",
    "idna",
    "typing_extensions",
)


def built(plures: Run, *arguments: str) -> list[dict[str, Any]]:
    result = plures("build", "--json", *arguments)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def labels_of(layout: Path, digest: str) -> dict[str, str]:
    manifest = json.loads((layout / "blobs" / digest.replace(":", "/")).read_text())
    config = json.loads((layout / "blobs" / manifest["config"]["digest"].replace(":", "/")).read_text())
    return config["config"]["Labels"]


def unpacked(layout: Path, digest: str, to: Path) -> Path:
    manifest = json.loads((layout / "blobs" / digest.replace(":", "/")).read_text())
    for layer in manifest["layers"]:
        with tarfile.open(layout / "blobs" / layer["digest"].replace(":", "/")) as tar:
            tar.extractall(to, filter="tar")
    return to


def test_the_image_runs_with_nothing_but_what_is_in_it(
    kiosk: Path, plures: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = [installed_wheel(tmp_path / "wheels", name) for name in INSTALLED]
    # Rich wants them for what a server does not print.
    wheels += [
        make_wheel(tmp_path / "wheels", name, {f"{name.replace('-', '_')}.py": ""})
        for name in ("pygments", "unused-kit")
    ]
    (kiosk / "requirements.txt").write_text(lock_of(wheels))
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    (image,) = built(plures, "--compression", "none")
    root = unpacked(kiosk / "images", image["digest"], tmp_path / "root")
    assert not (root / "app/kiosk/notes").exists()
    assert (root / "app/kiosk/words.txt").read_text() == "data"
    assert image["left_out"] == ["unused-kit"]
    port = free_port()
    # Not that of the environment of the tests: it has Plures itself.
    python = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    start = [
        "-m",
        "plures",
        "run",
        "--file",
        "plures.toml",
        "--data",
        str(tmp_path / "data"),
        "--port",
        str(port),
        "--control-port",
        "0",
    ]
    variables = {"PYTHONPATH": str(root / "app/packages"), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
    with (tmp_path / "log").open("w+") as log:
        with subprocess.Popen([python, *start], cwd=root / "app", env=variables, stderr=log) as process:
            try:
                said = fetched(f"http://127.0.0.1:{port}/?name=Ada", process)
            finally:
                process.terminate()
        told = (tmp_path / "log").read_text()
    assert "Ada" in said, told
    assert process.returncode == 0, told


def fetched(url: str, process: subprocess.Popen[bytes]) -> str:
    ends = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return answer.read().decode()
        except OSError:
            if process.poll() is not None or time.monotonic() > ends:
                return ""
            time.sleep(0.05)


def test_another_checkout_of_the_commit_makes_the_same_images(
    home: Path, kiosk: Path, plures: Run, tmp_path: Path
) -> None:
    here = built(plures, "--topology", "split")
    other = tmp_path / "another place" / "checkout"
    subprocess.run(["git", "clone", "-q", kiosk, other], check=True)
    shutil.copytree(home / "base", other.parent / "base")
    command = [
        sys.executable,
        "-m",
        "plures",
        "build",
        "--topology",
        "split",
        "--json",
        "--cache",
        str(tmp_path / "cache"),
        "web",
    ]
    variables = {**os.environ, "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"}
    said = subprocess.run(command, cwd=other, env=variables, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    (web,) = json.loads(said.stdout)
    assert web["digest"] == next(each["digest"] for each in here if each["image"] == "web")
    blobs = {path.name: path.read_bytes() for path in (other / "images/blobs/sha256").iterdir()}
    assert blobs.items() <= {path.name: path.read_bytes() for path in (kiosk / "images/blobs/sha256").iterdir()}.items()


def test_one_line_makes_one_new_layer(kiosk: Path, plures: Run) -> None:
    built(plures)
    web = kiosk / "kiosk" / "web.py"
    web.write_text(web.read_text() + "# one line more\n")
    (image,) = built(plures)
    new = [layer["about"] for layer in image["layers"] if layer["new"]]
    assert new == ["code of the application"]
    labels = labels_of(kiosk / "images", image["digest"])
    assert labels["org.opencontainers.image.revision"].endswith("-changed")
    assert labels["org.opencontainers.image.created"] == "2026-01-02T03:04:05Z"


def test_each_process_gets_what_it_needs_and_they_share_layers(kiosk: Path, plures: Run) -> None:
    greeting, web = built(plures, "--topology", "split")
    assert [greeting["name"].split(":")[0], web["name"].split(":")[0]] == ["kiosk/greeting", "kiosk/web"]
    assert set(web["packages"]) - set(greeting["packages"]) == {"starlette", "anyio", "forms"}
    assert "starlette" in greeting["left_out"]
    shared = {layer["digest"] for layer in greeting["layers"]} & {layer["digest"] for layer in web["layers"]}
    assert "packages that all processes share" in {each["about"] for each in web["layers"] if each["digest"] in shared}
    labels = labels_of(kiosk / "images", greeting["digest"])
    assert (labels["plures.process"], labels["plures.capabilities"]) == ("greeting", "greeting")
    assert labels["plures.contracts"] == "kiosk.greeting.v1"
    (together,) = built(plures, "--topology", "split", "--together", "--output", "one.tar")
    assert together["processes"] == ["greeting", "web"]


def test_a_process_in_another_language_is_made_by_its_command(kiosk: Path, plures: Run) -> None:
    settings = kiosk / "plures.toml"
    settings.write_text(settings.read_text().replace("[build.processes.tax]", "[build.processes.greeting]"))
    (image,) = built(plures, "--topology", "languages", "greeting")
    labels = labels_of(kiosk / "images", image["digest"])
    assert labels["plures.capabilities"] == "greeting"
    root = unpacked(kiosk / "images", image["digest"], kiosk / "root")
    assert os.access(root / "app/made.sh", os.X_OK)
    settings.write_text(settings.read_text().replace("printf ", "false && printf ").replace("; chmod +x made.sh", ""))
    result = plures("build", "--topology", "languages", "greeting")
    assert result.exit_code == 2
    assert "build.command" in result.stderr


def test_files_that_git_does_not_know_are_told_of(kiosk: Path, plures: Run) -> None:
    (kiosk / "kiosk" / "forgotten.py").write_text("")
    result = plures("build")
    assert result.exit_code == 0, result.stderr
    assert "since git does not know them: kiosk/forgotten.py" in result.stdout


def test_a_dockerfile_is_printed_and_nothing_is_built(kiosk: Path, plures: Run) -> None:
    result = plures("build", "--dockerfile", "--topology", "split", "web")
    assert result.exit_code == 0, result.stderr
    assert 'CMD ["--topology", "split", "--process", "web"]' in result.stdout
    assert not (kiosk / "images").exists()
    result = plures("build", "--dockerfile", "--topology", "split")
    assert result.exit_code == 2
    assert "write --together" in result.stderr
