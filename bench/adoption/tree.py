"""Their code on this machine: fetched by pip under its digest, unpacked into a git repository with one commit for each of our steps."""

import subprocess
import tarfile
from pathlib import Path

from .project import AFTER, Project, patch

ROOT = Path(__file__).parents[2]


def unpack(project: Project, name: str, python: Path, folder: Path) -> Path:
    """The tree, at the commit of their own code; one more commit, tagged, for each step that has a patch."""
    tree = folder / "tree"
    if (tree / ".git").exists():
        _git(tree, "checkout", "--quiet", "--force", "theirs")
        _git(tree, "clean", "--quiet", "--force", "-d", "-x", "--exclude=*.egg-info")
    else:
        _take_apart(_fetch(project, python, folder), tree)
        _git(tree, "init", "--quiet")
        _commit(tree, "theirs")
    for step, before in AFTER.items():
        if patch(name, step).exists():
            stand_at(tree, before)
            _git(tree, "apply", "--whitespace=nowarn", str(patch(name, step)))
            _commit(tree, step)
    return tree


def stand_at(tree: Path, step: str) -> None:
    """Lay the tree as it is after a step."""
    _git(tree, "checkout", "--quiet", "--force", step)


def _fetch(project: Project, python: Path, folder: Path) -> Path:
    wanted = folder / "archive.txt"
    wanted.write_text(f"{project.archive} --hash=sha256:{project.sha256}\n")
    options = ["--no-deps", "--no-binary=:all:", "--require-hashes", "--quiet", "--dest", str(folder / "archive")]
    subprocess.run([str(python), "-m", "pip", "download", *options, "-r", str(wanted)], check=True)
    (archive,) = (folder / "archive").iterdir()
    return archive


def _take_apart(archive: Path, tree: Path) -> None:
    apart = tree.parent / "apart"
    with tarfile.open(archive) as opened:
        opened.extractall(apart, filter="data")
    (inner,) = apart.iterdir()
    inner.rename(tree)


def _commit(tree: Path, tag: str) -> None:
    _git(tree, "add", "--all", "--force")
    _git(
        tree,
        "-c",
        "user.name=adoption",
        "-c",
        "user.email=adoption@example.org",
        "commit",
        "--quiet",
        "--allow-empty",
        "-m",
        tag,
    )
    _git(tree, "tag", "--force", tag)


def _git(tree: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(tree), *arguments], check=True, stdout=subprocess.DEVNULL)
