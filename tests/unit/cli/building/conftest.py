"""An application with locked packages, in a repository, and a base. Wheels come from a folder; no registry is asked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.building.base import MACHINE, empty_base
from tests.building.wheels import lock_of, make_wheel

SETTINGS = f"""
[application]
import = "kiosk.app:app"

[build]
base = "oci:../base"
platform = "linux/{MACHINE}"
exclude = ["*/notes/*"]

[build.processes.tax]
command = "printf 'echo taxed' > made.sh; chmod +x made.sh"
files = ["made.sh"]

[topology.monolith]
main = {{ capabilities = ["*"] }}

[topology.split]
greeting = {{ capabilities = ["greeting"] }}
web = {{ capabilities = [], edge = true }}

[topology.elsewhere]
greeting = {{ capabilities = ["greeting"], external = "http://127.0.0.1:9" }}
web = {{ capabilities = [], edge = true }}

[topology.languages]
greeting = {{ capabilities = ["greeting"], command = "node greet.mjs" }}
web = {{ capabilities = [], edge = true }}
"""


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a base, wheels, and the repository of an application."""
    home = tmp_path_factory.mktemp("home")
    empty_base(home)
    small = {
        "plures": make_wheel(
            home / "wheels",
            "plures",
            {"plures/__init__.py": ""},
            version="0.1.0",
            requires=["click; extra == 'cli'", "cryptography; extra == 'tls'"],
        ),
        "click": make_wheel(home / "wheels", "click", {"click/core.py": "VALUE = 1\n"}),
        "starlette": make_wheel(
            home / "wheels", "starlette", {"starlette/routing.py": "import forms\n"}, requires=["anyio"]
        ),
        "anyio": make_wheel(home / "wheels", "anyio", {"anyio/__init__.py": ""}),
        "forms": make_wheel(home / "wheels", "forms", {"forms.py": ""}),
        "unused-kit": make_wheel(home / "wheels", "unused-kit", {"unused_kit.py": ""}),
    }
    subprocess.run([sys.executable, "-m", "plures", "new", "kiosk"], cwd=home, check=True, capture_output=True)
    kiosk = home / "kiosk"
    app = kiosk / "kiosk" / "app.py"
    app.write_text(
        app.read_text()
        .replace("from .web import web\n", "")
        .replace("edge=web", 'edge="kiosk.web:web", clients=[Greeting]')
    )
    app.write_text(
        app.read_text().replace("import greeting\n", "import greeting\nfrom .greeting.contract import Greeting\n")
    )
    (kiosk / "plures.toml").write_text(SETTINGS)
    (kiosk / "requirements.txt").write_text(lock_of([*small.values()]))
    (kiosk / "kiosk" / "notes").mkdir()
    (kiosk / "kiosk" / "notes" / "mine.txt").write_text("not for others")
    (kiosk / "kiosk" / "words.txt").write_text("data")
    commit(kiosk)
    return home


def commit(folder: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@shop.example"]
    dated = {**os.environ, "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z"}
    for step in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "kiosk"]):
        subprocess.run([*git, *step], cwd=folder, check=True, env=dated)


@pytest.fixture
def kiosk(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The application, as its commit has it. What is there twice is fetched and packed once."""
    kiosk = home / "kiosk"
    subprocess.run(["git", "checkout", "-q", "."], cwd=kiosk, check=True)
    subprocess.run(["git", "clean", "-q", "-fdx"], cwd=kiosk, check=True)
    monkeypatch.chdir(kiosk)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(home / "wheels"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    return kiosk
