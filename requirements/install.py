"""Makes .venv and installs one pinned set of dependencies into it, with Plures itself as an editable install.

Usage: python3 requirements/install.py run|postgresql|dev. Needs the standard library only and does nothing when all is in
place. The first lines keep to an old syntax: an old Python must get as far as the sentence that says it is too old.
"""

import sys

# Not what pyproject.toml says but what the reader's machine has.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "Plures needs Python 3.11 or newer; {} is {}.{}.\nName a newer one: make run PYTHON=python3.12".format(
            sys.executable, *sys.version_info[:2]
        )
    )

import contextlib
import fcntl
import hashlib
import importlib.util
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MADE = VENV / "made"  # the interpreter and the folder that the environment was made for
INSTALLED = VENV / "installed"  # the set that is in it, and a digest of what decided that
UNFINISHED = VENV / "unfinished"  # there while an installation is under way, and after one was killed
SETS = ("run", "postgresql", "dev")  # each holds those before it


def main() -> None:
    """Install the set that the command line names."""
    if len(sys.argv) != 2 or sys.argv[1] not in SETS:  # noqa: PLR2004  the script and one argument
        sys.exit(f"Usage: {sys.argv[0]} {'|'.join(SETS)}")
    name = sys.argv[1]
    with _alone():
        if not _is_whole():
            _make_environment()
        if not _holds(name):
            _install(name)


@contextlib.contextmanager
def _alone() -> Generator[None]:
    """Wait for another installation into the same folder; two at once would spoil each other's."""
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_whole() -> bool:
    return PYTHON.exists() and MADE.exists() and MADE.read_text() == _identity() and not UNFINISHED.exists()


def _identity() -> str:
    return f"{sys.executable} {sys.version}\n{VENV}\n"


def _make_environment() -> None:
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            sys.exit(
                f"{sys.executable} comes without {module!r}, which makes .venv.\n"
                "Install it (on Debian and Ubuntu: apt install python3-venv), then run the same command again."
            )
    if VENV.exists():
        _say("Making .venv anew: it was left half-made, moved, or made by another Python")
        shutil.rmtree(VENV)
    _run([sys.executable, "-m", "venv", str(VENV)])
    MADE.write_text(_identity())


def _holds(name: str) -> bool:
    """Tell whether the set, or a larger one, is installed as the files beside this script say now."""
    larger = SETS[SETS.index(name) :]
    return INSTALLED.exists() and INSTALLED.read_text() in {_digest(each) for each in larger}


def _digest(name: str) -> str:
    sources = (_pinned(name), ROOT / "pyproject.toml", Path(__file__))
    return f"{name} {hashlib.sha256(b''.join(source.read_bytes() for source in sources)).hexdigest()}\n"


def _pinned(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def _install(name: str) -> None:
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps"]
    _say(f"Installing requirements/{name}.txt into .venv")
    UNFINISHED.touch()
    _run([*pip, "--require-hashes", "--requirement", str(_pinned(name))])
    _say("Installing Plures itself into .venv")
    _run([*pip, "--quiet", "--no-build-isolation", "--editable", str(ROOT)])
    INSTALLED.write_text(_digest(name))
    UNFINISHED.unlink()


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True)
    except subprocess.CalledProcessError as failure:
        # pip fetches everything before it changes anything: what was installed before still works.
        UNFINISHED.unlink(missing_ok=True)
        sys.exit(f"Set-up stopped: {Path(command[0]).name} ended with {failure.returncode}; the lines above say why.")
    except KeyboardInterrupt:
        sys.exit("Set-up interrupted. The same command starts afresh.")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
