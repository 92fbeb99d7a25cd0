"""`plures deploy kubernetes`: files, images of a layout, and what a cluster is asked by kubectl."""

import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

Run = Callable[..., Result]

TOPOLOGIES = """
[application]
import = "hello.app:app"

[tls]

[topology.monolith]
main = { capabilities = ["*"] }

[topology.split]
greeting = { capabilities = ["greeting"] }
web = { capabilities = ["*"] }

[topology.elsewhere]
greeting = { capabilities = ["greeting"], external = "http://localhost:9001" }
web = { capabilities = ["*"] }
"""


@pytest.fixture
def project(here: Path, plures: Run) -> Path:
    assert plures("new", "hello").exit_code == 0
    (here / "hello" / "plures.toml").write_text(TOPOLOGIES)
    return here / "hello" / "plures.toml"


@pytest.fixture
def deploy(project: Path, plures: Run) -> Run:
    """Renders into `out` of the current folder."""

    def run(*arguments: str, json_too: bool = True) -> Result:
        return plures(
            "deploy",
            "kubernetes",
            *arguments,
            "--file",
            str(project),
            "--out",
            "out",
            *(["--json"] if json_too else []),
        )

    return run


@pytest.fixture
def kubectl(here: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a kubectl in the place of all programs; it says what its script says."""

    def put(script: str) -> None:
        folder = here / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "kubectl"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(folder))

    return put


def layout(folder: Path, images: dict[str, str]) -> None:
    """An image layout with an image for each process, and its capabilities."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def put(content: object) -> str:
        text = json.dumps(content).encode()
        digest = hashlib.sha256(text).hexdigest()
        (blobs / digest).write_bytes(text)
        return f"sha256:{digest}"

    manifests: list[object] = []
    for process, capabilities in images.items():
        labels = {"plures.process": process, "plures.capabilities": capabilities}
        config = put({"config": {"Labels": labels}})
        names = {"org.opencontainers.image.ref.name": process, "io.containerd.image.name": f"hello/{process}:1a2b3c"}
        manifests.append({"digest": put({"config": {"digest": config}}), "annotations": names})
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": manifests}))


def mistake(result: Result) -> dict[str, object]:
    assert result.exit_code == 2, result.output
    told: dict[str, object] = json.loads(result.stderr)
    return told


def violations(result: Result) -> list[str]:
    found: Any = mistake(result)["violations"]
    return [each["code"] for each in found]


def test_files_are_rendered_and_rendered_again(deploy: Run, here: Path) -> None:
    told = json.loads(deploy("split", "--tag", "1.4", "--registry", "registry.example/acme/").stdout)
    assert told["new"] == [
        "base/greeting.yaml",
        "base/kustomization.yaml",
        "base/web.yaml",
        "overlays/production/kustomization.yaml",
        "overlays/production/version/kustomization.yaml",
    ]
    version = yaml.safe_load((here / "out/overlays/production/version/kustomization.yaml").read_text())
    assert version["images"][0] == {
        "name": "hello/greeting", "newName": "registry.example/acme/hello/greeting", "newTag": "1.4",
    }  # fmt: skip
    again = json.loads(deploy("split", "--tag", "1.5", "--registry", "registry.example/acme").stdout)
    assert again["changed"] == ["overlays/production/version/kustomization.yaml"], (
        "a version changes nothing of the base"
    )
    assert again["kept"] == ["overlays/production/kustomization.yaml"]


def test_people_are_told_what_was_written(deploy: Run) -> None:
    result = deploy("split", "--tag", "1", json_too=False)
    assert "new      out/base/web.yaml" in result.stdout
    assert "5 files in out" in result.stdout


def test_environments(deploy: Run, here: Path) -> None:
    deploy("split", "--tag", "1", "--environment", "staging", "--environment", "production")
    assert sorted(path.name for path in (here / "out/overlays").iterdir()) == ["production", "staging"]
    assert deploy("split", "--tag", "1", "--environment", "../up").exit_code == 2


def test_images_of_a_layout_are_named_by_digest(deploy: Run, here: Path) -> None:
    layout(here / "images", {"greeting": "greeting", "web": ""})
    assert deploy("split", "--registry", "registry.example").exit_code == 0
    version = yaml.safe_load((here / "out/overlays/production/version/kustomization.yaml").read_text())
    assert version["images"][0]["newName"] == "registry.example/hello/greeting"
    assert version["images"][0]["digest"].startswith("sha256:")


def test_an_image_for_all_processes_together(deploy: Run, here: Path) -> None:
    layout(here / "images", {"greeting web": "greeting"})
    assert deploy("split").exit_code == 0


def test_images_that_are_missing_or_lack_a_capability_are_told_at_once(deploy: Run, here: Path) -> None:
    layout(here / "images", {"greeting": "", "other": ""})
    assert violations(deploy("split")) == ["deploy.image_capability", "deploy.image_missing"]
    assert not (here / "out").exists()


@pytest.mark.parametrize("broken", ["", "{", '{"manifests": [{}]}', '{"manifests": [{"digest": "sha256:no"}]}', "[]"])
def test_a_damaged_layout(deploy: Run, here: Path, broken: str) -> None:
    layout(here / "images", {})
    (here / "images/index.json").write_text(broken)
    assert mistake(deploy("split"))["code"] == "build.layout_unreadable"


def test_no_layout(deploy: Run) -> None:
    assert mistake(deploy("split", "--images", "nowhere"))["code"] == "build.layout_unreadable"


def test_no_version(deploy: Run) -> None:
    assert violations(deploy("split")) == ["deploy.image_unversioned"]


def test_a_process_that_no_container_reaches(deploy: Run) -> None:
    assert violations(deploy("elsewhere", "--tag", "1")) == ["deploy.loopback"]


def test_several_processes_without_tls(deploy: Run, project: Path) -> None:
    project.write_text(TOPOLOGIES.replace("[tls]", ""))
    assert violations(deploy("split", "--tag", "1")) == ["deploy.tls_missing"]
    assert deploy("monolith", "--tag", "1").exit_code == 0


def test_an_unknown_topology(deploy: Run) -> None:
    assert mistake(deploy("splitt", "--tag", "1"))["code"] == "topology.unknown"


def test_an_unknown_target(plures: Run) -> None:
    result = plures("deploy", "nomad")
    assert result.exit_code == 2
    assert "No such command 'nomad'" in result.stderr


def test_changes_of_people_stay(deploy: Run, here: Path) -> None:
    deploy("split", "--tag", "1")
    file = here / "out/base/web.yaml"
    file.write_text(file.read_text().replace("250m", "900m"))
    told = mistake(deploy("split", "--tag", "1"))
    assert told["code"] == "deploy.changed_by_hand"
    assert "base/web.yaml" in str(told["why"])
    assert "900m" in file.read_text()
    assert deploy("split", "--tag", "1", "--overwrite").exit_code == 0
    assert "900m" not in file.read_text()


def test_no_kubectl(deploy: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(here))
    assert mistake(deploy("split", "--tag", "1", "--diff", "production"))["code"] == "deploy.no_kubectl"


def test_no_rights(deploy: Run, kubectl: Callable[[str], None]) -> None:
    kubectl("echo 'Error from server (Forbidden): secrets \"hello-authority\" is forbidden' >&2; exit 1")
    told = mistake(deploy("split", "--tag", "1", "--diff", "production"))
    assert told["code"] == "deploy.no_rights"
    assert "hello-authority" in str(told["why"])


def test_no_cluster(deploy: Run, kubectl: Callable[[str], None]) -> None:
    kubectl("echo 'The connection to the server 127.0.0.1:9 was refused' >&2; exit 1")
    assert mistake(deploy("split", "--tag", "1", "--diff", "production"))["code"] == "deploy.kubectl_failed"


def test_missing_secrets(deploy: Run, kubectl: Callable[[str], None]) -> None:
    kubectl("echo 'Error from server (NotFound): secrets \"x\" not found' >&2; exit 1")
    assert violations(deploy("split", "--tag", "1", "--diff", "production")) == ["deploy.secret_missing"]
    kubectl("echo authority.crt")
    told = mistake(deploy("split", "--tag", "1", "--diff", "production"))
    assert "authority.key" in json.dumps(told)
    assert "hello-production" in json.dumps(told)


def test_what_runs_differs(deploy: Run, kubectl: Callable[[str], None]) -> None:
    kubectl('test "$1" = get && printf "authority.crt\\nauthority.key\\n" || { echo "+  replicas: 2"; exit 1; }')
    result = deploy("split", "--tag", "1", "--diff", "production")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["diff"] == "+  replicas: 2\n"


def test_nothing_differs(deploy: Run, kubectl: Callable[[str], None]) -> None:
    kubectl('test "$1" = get && printf "authority.crt\\nauthority.key\\n"; exit 0')
    result = deploy("split", "--tag", "1", "--diff", "production", json_too=False)
    assert result.exit_code == 0
    assert "nothing differs from production" in result.stdout
