"""`plures tls`: the authority is made once, issues for other machines, and no key is ever printed."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Plures = Callable[..., Result]


@pytest.fixture
def site(here: Path) -> Path:
    (here / "plures.toml").write_text('[application]\nimport = "lab:app"\n[tls]\n')
    return here


def test_from_an_authority_to_a_certificate_for_another_machine(site: Path, plures: Plures) -> None:
    made = plures("tls", "init")
    assert made.exit_code == 0, made.output
    assert made.output.startswith("made .plures/tls\nauthority lab authority ")
    assert plures("tls", "init").exit_code == 2
    issued = plures("tls", "issue", "payments", "--host", "10.0.0.7", "--host", "pay.internal", "--to", "out")
    assert "certificate spiffe://lab/payments" in issued.output
    assert "pay.internal, 10.0.0.7" in issued.output
    assert stat.S_IMODE((site / "out/tls.key").stat().st_mode) == 0o600
    shown = plures("tls", "show", "out/tls.crt", "--json")
    [certificate] = json.loads(shown.output)
    assert certificate["fingerprint"] in issued.output
    assert certificate["name"] == "spiffe://lab/payments"
    [authority] = json.loads(plures("tls", "show", "--json").output)
    assert authority["kind"] == "authority"
    key = plures("tls", "show", "out/tls.key")
    assert key.exit_code == 2
    for result in (made, issued, shown, key):
        assert "PRIVATE KEY" not in result.output
        assert "BEGIN" not in result.output


def test_a_new_authority_leaves_the_earlier_one_trusted(site: Path, plures: Plures) -> None:
    plures("tls", "init")
    assert plures("tls", "init", "--replace").exit_code == 0
    assert len(json.loads(plures("tls", "show", "--json").output)) == 2


def test_what_cannot_be_done_is_said(site: Path, plures: Plures) -> None:
    missing = plures("tls", "issue", "main", "--to", "out")
    assert "There is no authority in .plures/tls" in missing.stderr
    assert "plures tls init" in missing.stderr
    (site / "plures.toml").write_text(
        '[application]\nimport = "lab:app"\n[tls]\ncertificate = "a"\nkey = "b"\ntrust = "c"\n'
    )
    assert "no authority of its own" in plures("tls", "init").stderr
    (site / "file").touch()
    assert "Cannot write" in plures("tls", "init", "--authority", "file/x").stderr
