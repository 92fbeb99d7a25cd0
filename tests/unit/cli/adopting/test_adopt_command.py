"""`plures adopt`: what it prints and writes, and when it changes files."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
FILES = {
    "shop/__init__.py": "",
    "shop/mailing.py": "import smtplib\n\n\ndef send(to: str) -> None:\n    smtplib.SMTP\n\n\ndef drop(to) -> None: ...\n",
    "shop/web.py": "from fastapi import FastAPI\nfrom shop import mailing\n\napp = FastAPI()\n\n\ndef handler() -> None:\n    mailing.send('a')\n    mailing.drop('a')\n",
}


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=anna", "-c", "user.email=anna@example.org")
    return subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "theirs")
    return tmp_path


def test_it_says_which_one_why_and_what_is_left(plures: Run, shop: Path) -> None:
    done = plures("adopt", str(shop))
    assert done.exit_code == 0
    said = done.stdout.splitlines()
    assert said[:5] == [
        "edge      shop.web:app, FastAPI  shop/web.py:4",
        "candidate shop.mailing  shop/mailing.py",
        "why       1 of 2 operations can cross; 1 of 2 calls can be rewritten, in 1 file; touches no table; works with smtplib",
        "operation def send(to: str) -> None",
        "caller    shop/web.py:8  send",
    ]
    assert "left to you  shop/mailing.py:8: drop: to has no type; write to: …" in said
    assert said[-2].startswith("A patch of 5 files, ")
    assert git(shop, "status", "--porcelain") == ""


def test_the_patch(plures: Run, shop: Path) -> None:
    written = plures("adopt", str(shop), "-o", str(shop / "adopt.patch"))
    assert "adopt.patch: 5 files, " in written.stderr
    printed = plures("adopt", str(shop), "--output", "-")
    assert printed.stdout_bytes == (shop / "adopt.patch").read_bytes()
    assert "candidate shop.mailing" in printed.stderr
    git(shop, "apply", "--whitespace=error-all", "adopt.patch")
    assert "plures.client(Mailing).send('a')" in (shop / "shop/web.py").read_text()


def test_json(plures: Run, shop: Path) -> None:
    done = plures("adopt", str(shop), "--json")
    found = json.loads(done.stdout)
    assert (found["edge"]["place"], found["candidate"], found["contract"]) == (
        "shop.web:app",
        "shop.mailing",
        "shop.mailing.v1",
    )
    callers = [(each["where"], each["rewritten"]) for each in found["candidates"][0]["callers"]]
    assert callers == [("shop/web.py:8", True), ("shop/web.py:9", False)]
    assert found["patch"].startswith(
        "diff --git a/shop/mailing_contract.py b/shop/mailing_contract.py\nnew file mode 100644\n"
    )
    wrong = plures("adopt", str(shop), "--json", "--candidate", "shop.nothing")
    assert (wrong.exit_code, json.loads(wrong.stderr)["code"]) == (2, "adoption.no_such_candidate")


def test_apply(plures: Run, shop: Path) -> None:
    (shop / "notes.txt").write_text("untracked files stay")
    done = plures("adopt", str(shop), "--apply")
    assert done.exit_code == 0
    assert "applied  5 files, " in done.stdout
    assert git(shop, "status", "--porcelain").split() == [
        "M", "shop/web.py", "??", "notes.txt", "??", "plures.toml", "??", "shop/mailing_contract.py", "??", "shop/mailing_service.py", "??", "shop_app.py",
    ]  # fmt: skip
    again = plures("adopt", str(shop), "--apply")
    assert again.exit_code == 2
    assert "it has changes that are not committed: shop/web.py" in again.stderr


def test_apply_without_git(plures: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "main.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    done = plures("adopt", str(tmp_path), "--apply")
    assert done.exit_code == 2
    assert "no git repository holds it" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["main.py"]
    assert (
        "none: no module has a public function or class that another one calls" in plures("adopt", str(tmp_path)).stdout
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a", "b"], "Name one folder"),
        (["--rescue", "--apply"], "it takes --output alone"),
        (["--rescue", "nowhere"], "nowhere is no folder"),
        ([".", "--json", "-o", "-"], "--json has the patch in it"),
        ([".", "--apply", "-o", "x.patch"], "Take one of them"),
        ([".", "-o", "nowhere/x.patch"], "cannot be a file there"),
        (["nowhere"], "Cannot read 'nowhere'"),
    ],
)
def test_bad_input(plures: Run, words: list[str], said: str) -> None:
    done = plures("adopt", *words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_candidate_that_is_not_ready(plures: Run, shop: Path) -> None:
    (shop / "shop/mailing.py").write_text("import smtplib\n\n\ndef send(to): smtplib.SMTP\n\n\ndef drop(to): ...\n")
    done = plures("adopt", str(shop))
    assert "candidate none can be taken out as it is written; the patch mounts the application" in done.stdout
    assert "  shop/mailing.py:4: send: to has no type; fix: write to: …\n  shop/mailing.py:7: drop: to" in done.stdout
    done = plures("adopt", str(shop), "--candidate", "shop.mailing")
    assert "candidate shop.mailing cannot be taken out yet" in done.stdout
    assert "left to you  shop/mailing.py:7: drop: to has no type; write to: …" in done.stdout
