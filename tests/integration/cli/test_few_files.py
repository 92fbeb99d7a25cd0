"""Where the operating system allows few open files, a start that fails says so in a sentence."""

import shlex
from contextlib import closing
from pathlib import Path

import pytest

from .programs import PLURES, Program

MANY = '\n[topology.many]\ntill = { capabilities = ["till"] }\nshop = { capabilities = ["*"], replicas = 14 }\n'


@pytest.mark.parametrize(
    ("limit", "topology"),
    [(14, "monolith"), (14, "split"), (64, "many")],
)
def test_too_few_files(site: Path, limit: int, topology: str) -> None:
    with (site / "plures.toml").open("a") as file:
        file.write(MANY)
    command = shlex.join([*PLURES, "run", "--port", "0", "--control-port", "0", "-t", topology])
    with closing(Program(site, "sh", "-c", f"ulimit -n {limit}; exec {command}")) as running:
        assert running.end() == 2
    assert "error: Cannot open one more file or connection  [errors.too_many_files]" in running.output
    assert f"why: the operating system allows this process {limit}" in running.output
    assert "fix: Allow more, as with `ulimit -n 4096`" in running.output
    assert "Traceback" not in running.output
