"""Copies of code are not code of their own: builds, environments, other working trees, and whatever git ignores."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from plures.advisor import ReadRequest, draw, read_codebase, survey, to_json


def quiet(_what, _done, _total):
    pass


def module(names=3):
    return "".join(f"def f{i}(x):\n    return x\n" for i in range(20 * names))


def plain(folder: Path) -> Path:
    for part in ("orders", "billing", "search"):
        (folder / "shop" / part).mkdir(parents=True)
        (folder / "shop" / part / "__init__.py").touch()
        (folder / "shop" / part / "core.py").write_text(module())
    (folder / "shop/__init__.py").touch()
    return folder


def commit(history, folder: Path) -> None:
    history.git(folder, "init", "-q", "-b", "main")
    history.git(folder, "add", "-A")
    history.git(folder, "-c", "user.name=ana", "-c", "user.email=ana@example.org", "commit", "-qm", "all")


def paths(folder: Path, **options) -> list[str]:
    return sorted(read_codebase(ReadRequest(folder, **options), quiet).production)


OWN = [f"shop/{part}" for part in ("__init__.py",)] + sorted(
    f"shop/{part}/{name}" for part in ("billing", "orders", "search") for name in ("__init__.py", "core.py")
)


@pytest.mark.parametrize(
    ("copied", "sign"),
    [
        ("build/lib", None),
        ("build/lib.linux-x86_64-cpython-312", None),
        ("build/bdist.linux-x86_64", None),
        (".conda/lib/python3.11", ".conda/conda-meta/history"),
        ("tools/python/lib/python3.11", "tools/python/conda-meta/history"),
        ("old/lib", "old/bin/activate_this.py"),
        ("sandbox/lib", "sandbox/pyvenv.cfg"),
        (".history", None),
        ("packages/site-packages", None),
    ],
)
@pytest.mark.parametrize("versioned", [False, True])
def test_builds_and_environments_are_not_read(tmp_path, history, copied, sign, versioned):
    folder = plain(tmp_path)
    if versioned:
        commit(history, folder)
    shutil.copytree(folder / "shop", folder / copied / "shop")
    if sign:
        (folder / sign).parent.mkdir(parents=True, exist_ok=True)
        (folder / sign).touch()
    assert paths(folder) == OWN


def test_other_working_trees_and_clones_inside_are_not_read(tmp_path, history):
    folder = plain(tmp_path)
    commit(history, folder)
    history.git(folder, "worktree", "add", "-q", ".trees/feature", "-b", "feature")
    history.git(folder, "clone", "-q", str(folder), str(folder / "mirror"))
    assert paths(folder) == OWN


def test_working_trees_beside_one_another_count_once_and_clones_in_a_plain_folder_are_read(tmp_path, history):
    (tmp_path / "one").mkdir()
    folder = plain(tmp_path / "one")
    commit(history, folder)
    history.git(folder, "worktree", "add", "-q", str(tmp_path / "two"), "-b", "two")
    assert paths(tmp_path) == [f"one/{path}" for path in OWN]


def test_what_git_ignores_is_not_read_but_what_it_tracks_is(tmp_path, history):
    folder = plain(tmp_path)
    (folder / ".gitignore").write_text("generated/\nlocal_*.py\n")
    (folder / "generated").mkdir()
    (folder / "generated/a.py").write_text(module())
    (folder / "local_settings.py").write_text(module())
    (folder / "env").mkdir()
    (folder / "env/model.py").write_text(module())
    (folder / "env/local_ok.py").write_text(module())
    commit(history, folder)
    history.git(folder, "add", "-f", "env/local_ok.py")
    (folder / "new.py").write_text(module())
    assert paths(folder) == sorted([*OWN, "env/local_ok.py", "env/model.py", "new.py"])


def test_a_folder_that_git_ignores_is_read_when_it_is_asked_for(tmp_path, history):
    history.git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("*\n")
    folder = plain(tmp_path / "deep/project")
    assert paths(folder) == OWN


def test_an_environment_that_was_committed_is_not_read_at_a_commit_either(tmp_path, history):
    folder = plain(tmp_path)
    for where in ("venv/lib/python3.11/thing.py", "deps/site-packages/other.py", "venv/pyvenv.cfg"):
        (folder / where).parent.mkdir(parents=True, exist_ok=True)
        (folder / where).write_text(module())
    commit(history, folder)
    assert paths(folder, commit="HEAD") == paths(folder) == OWN


@pytest.mark.parametrize("options", [{}, {"commit": "HEAD"}])
def test_a_submodule_is_named_and_not_read(tmp_path, history, options):
    other, folder = plain(tmp_path / "other"), plain(tmp_path / "main")
    commit(history, other)
    commit(history, folder)
    history.git(folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "vendor/other")
    history.git(folder, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "submodule")
    assert paths(folder, **options) == OWN
    notes = read_codebase(ReadRequest(folder, **options), quiet).notes
    assert any("submodule vendor/other" in note for note in notes)


@pytest.mark.parametrize("options", [{}, {"commit": "HEAD"}])
def test_copies_of_other_projects_are_named_and_not_read(tmp_path, history, options):
    folder = plain(tmp_path)
    for part in ("shop/_vendor/idna", "vendor/six", "third_party/tool"):
        (folder / part).mkdir(parents=True)
        (folder / part / "__init__.py").write_text(module())
        (folder / part / "core.py").write_text(module())
    (folder / "shop/orders/core.py").write_text("from shop._vendor import idna\n" + module())
    commit(history, folder)
    found = read_codebase(ReadRequest(folder, **options), quiet)
    assert sorted(found.production) == OWN
    assert not [edge for edge in found.imports if edge.target in found.production]
    for place in ("shop/_vendor", "vendor", "third_party"):
        assert sum(f"2 files below {place}." in note for note in found.notes) == 1
    assert paths(folder / "vendor") == ["six/__init__.py", "six/core.py"]


def test_notebooks_among_the_code_are_named(tmp_path):
    folder = plain(tmp_path)
    for path in ("docs/tour.ipynb", "shop/orders/draft.ipynb"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text("{}")
    notes = read_codebase(ReadRequest(folder), quiet).notes
    assert [note for note in notes if "notebook" in note] == [
        "Not read: the code of 1 notebook, such as shop/orders/draft.ipynb. What it imports is not on the map."
    ]
    (folder / "shop/orders/draft.ipynb").unlink()
    assert not any("notebook" in note for note in read_codebase(ReadRequest(folder), quiet).notes)


SETTINGS = (
    "[core]\n\texcludesFile = {home}/everything\n[log]\n\tshowRoot = false\n\tfollow = true\n",
    "[diff]\n\torderFile = {home}/none\n\trelative = true\n[i18n]\n\tlogOutputEncoding = UTF-16\n",
    "[mailmap]\n\tfile = {home}/people\n[color]\n\tui = always\n[core]\n\tquotePath = true\n",
)
# Git itself refuses a repository whose own configuration is broken.
BROKEN = "[this is not\n"


@pytest.mark.parametrize(
    ("settings", "where"),
    [*((text, "home") for text in (*SETTINGS, BROKEN)), *((text, "repository") for text in SETTINGS)],
)
def test_settings_of_git_change_nothing(tmp_path, history, monkeypatch, settings, where):
    folder, home = plain(tmp_path / "code"), tmp_path / "home"
    home.mkdir()
    commit(history, folder)
    (home / "everything").write_text("*\n")
    (home / "people").write_text("Boris <boris@example.org> <ana@example.org>\n")
    (folder / "new.py").write_text(module())
    before = read_codebase(ReadRequest(folder), quiet)
    text = settings.format(home=home)
    if where == "repository":
        with (folder / ".git/config").open("a") as file:
            file.write(text)
    else:
        (home / ".gitconfig").write_text(text)
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    after = read_codebase(ReadRequest(folder), quiet)
    assert (after.history, after.production, after.notes) == (before.history, before.production, before.notes)
    assert "new.py" in after.production


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize("versioned", [False, True])
def test_folders_whose_names_are_no_utf_8_are_read(tmp_path, history, versioned):
    top = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    folder = plain(top)
    for name in (b"gr\xfcn", b"gr\xf6n"):
        shutil.copytree(folder / "shop/orders", os.fsdecode(os.fsencode(folder) + b"/shop/" + name))
    if versioned:
        commit(history, folder)
    read = read_codebase(ReadRequest(folder), quiet)
    assert {path for path in read.production if "gr" in path} == {
        "shop/gr\ufffdn/__init__.py",
        "shop/gr\ufffdn/core.py",
    }
    assert sum("reads like" in reason for reason in read.tree.skipped.values()) == 2
    drawn = draw(survey(read, quiet))
    assert drawn.name == "caf\ufffd"
    assert "shop.gr\ufffdn" in to_json(drawn)
