"""The documentation site: it builds without a warning, which a broken link would be, and shows the whole public API."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import plures
import plures.load
import plures.testing

from .pages import ROOT

API = ROOT / "docs" / "reference" / "api.md"
SCENARIOS = {"Answer", "Profile", "Ramp", "Visitor", "Zipf"}
"""What scenarios use of `plures.load`; the rest of it is for the commands."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-c", "docs", ".", str(folder)]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert finished.returncode == 0, finished.stderr
    return folder


def test_it_opens_at_the_top(site: Path) -> None:
    target = re.search(r'href="([^"]+)"', (site / "index.html").read_text())
    assert target is not None
    assert "<h1>Plures" in (site / target[1]).read_text()


@pytest.mark.parametrize("name", ["README", "docs/tutorial", "docs/guides/testing", "docs/reference/errors"])
def test_the_pages_are_there(site: Path, name: str) -> None:
    assert (site / f"{name}.html").is_file()


def test_docstrings_become_pages(site: Path) -> None:
    page = (site / "docs" / "reference" / "api.html").read_text()
    assert [name for name in public_names() if f'id="{name}"' not in page] == []


def test_the_page_lists_the_public_api_and_nothing_else() -> None:
    listed: set[str] = set()
    module = ""
    for directive, name in re.findall(r"^\.\. (\w+):: (\w[\w.]*)", API.read_text(), re.MULTILINE):
        if directive in {"module", "currentmodule"}:
            module = name
        else:
            listed.add(f"{module}.{name}")
    assert listed == public_names()


def public_names() -> set[str]:
    names = {f"{module.__name__}.{name}" for module in (plures, plures.testing) for name in module.__all__}
    return names | {f"plures.load.{name}" for name in SCENARIOS}


def test_what_scenarios_use_is_there() -> None:
    assert set(plures.load.__all__) >= SCENARIOS
