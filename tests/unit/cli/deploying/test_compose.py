"""`plures deploy compose`: files, what people changed in them, and what would change."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

TOPOLOGIES = """
[application]
import = "hello.app:app"

[tls]

[topology.split]
greeting = { capabilities = ["greeting"] }
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

    def run(*arguments: str) -> Result:
        return plures("deploy", "compose", *arguments, "--file", str(project), "--out", "out")

    return run


def test_the_same_topology_makes_the_same_file(here: Path, deploy: Run) -> None:
    first = deploy("split")
    assert first.exit_code == 0, first.stderr
    assert "new       out/compose.yaml" in first.stdout
    text = (here / "out" / "compose.yaml").read_bytes()
    again = json.loads(deploy("split", "--json").stdout)
    assert (again["new"], again["unchanged"], again["kept"]) == ([], ["compose.yaml"], [".gitignore"])
    assert (here / "out" / "compose.yaml").read_bytes() == text
    assert (here / "out" / ".gitignore").read_text().splitlines()[1:] == [".env", "secrets/"]


def test_what_people_changed_is_not_lost_without_a_word(here: Path, deploy: Run) -> None:
    deploy("split")
    file = here / "out" / "compose.yaml"
    file.write_text(file.read_text().replace("512M", "1G"))
    refused = deploy("split", "--tag", "2")
    assert (refused.exit_code, "1G" in file.read_text()) == (2, True)
    assert "deploy.changed_by_hand" in refused.stderr
    assert deploy("split", "--tag", "2", "--overwrite").exit_code == 0
    assert "1G" not in file.read_text()


def test_a_difference_is_told_and_nothing_is_written(here: Path, deploy: Run) -> None:
    assert deploy("split", "--tag", "1").exit_code == 0
    authority = here / "out" / "secrets" / "authority"
    authority.mkdir(parents=True)
    for name in ("authority.crt", "authority.key"):
        (authority / name).touch()
    text = (here / "out" / "compose.yaml").read_text()
    same = deploy("split", "--tag", "1", "--diff")
    assert (same.exit_code, same.stdout) == (0, "nothing differs in out\n")
    other = deploy("split", "--tag", "2", "--diff")
    assert other.exit_code == 1
    assert "-    image: hello/web:1" in other.stdout.replace('"', "")
    assert "+    image: hello/web:2" in other.stdout.replace('"', "")
    assert json.loads(deploy("split", "--tag", "2", "--diff", "--json").stdout)["diff"] == other.stdout
    assert (here / "out" / "compose.yaml").read_text() == text


def test_missing_secrets_are_told_with_the_difference(deploy: Run) -> None:
    deploy("split")
    refused = deploy("split", "--diff")
    assert refused.exit_code == 2
    assert "out/secrets/authority/authority.key" in refused.stderr
    assert "deploy.secret_missing" in json.dumps(json.loads(deploy("split", "--diff", "--json").stderr))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("splti",), "topology.unknown"),
        (("split", "--publish", "shop:http"), "no address with a port"),
        (("split", "--publish", "127.0.0.1:99999"), "no address with a port"),
        (("split", "--images", "nowhere"), "does not exist"),
    ],
)
def test_what_is_wrong_writes_nothing(here: Path, deploy: Run, arguments: tuple[str, ...], said: str) -> None:
    refused = deploy(*arguments)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert not (here / "out").exists()
