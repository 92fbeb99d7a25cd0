"""What stands beside the service in Go and is not written by hand there: its contract, and what `plures new service` gives to every service."""

import subprocess
import sys

import pytest

from tests.golang import KIT, ROOT, SHIPPING


@pytest.mark.parametrize("format_", ["proto", "json"])
def test_its_contract_is_the_one_that_is_exported(format_: str) -> None:
    command = [
        sys.executable,
        "-m",
        "plures",
        "contract",
        "export",
        format_,
        "shipping",
        "--to",
        str(SHIPPING / "contracts"),
    ]
    done = subprocess.run([*command, "--check"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_has_what_new_services_get() -> None:
    files = {file.name.removesuffix(".txt"): file.read_text() for file in KIT.iterdir()}
    assert {file.name: file.read_text() for file in (SHIPPING / "internal" / "plures").iterdir()} == files
