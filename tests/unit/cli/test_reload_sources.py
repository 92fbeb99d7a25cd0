"""What counts as a change of an application's files."""

import os
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from plures.cli.reload import Sources
from plures.cli.reload.sources import Changes
from plures.cli.reload.watching import moments

Make = Callable[..., Sources]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project below folders with names that are ignored inside of a project."""
    folder = tmp_path / ".venv" / "node_modules" / "build" / "project"
    for path in ("app.py", "plures.toml", "shop/web.py", "shop/pages/home.html", "shop/pages/deep/style.css"):
        write(folder / path, "1")
    return folder


@pytest.fixture
def sources(folder: Path) -> Make:
    def make(exclude: Sequence[str] = (), data: str = ".plures") -> Sources:
        return Sources(folder, data=folder / data, exclude=exclude)

    return make


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def changes(*, edited: Sequence[str] = (), added: Sequence[str] = (), removed: Sequence[str] = ()) -> Changes:
    return Changes(frozenset(edited), frozenset(added), frozenset(removed))


def test_files_that_are_edited_added_and_removed(folder: Path, sources: Make) -> None:
    watched = sources()
    assert watched.changes() == changes()
    write(folder / "app.py", "2")
    write(folder / "shop" / "new.py", "1")
    (folder / "shop" / "web.py").unlink()
    assert watched.changes() == changes(edited=["app.py"], added=["shop/new.py"], removed=["shop/web.py"])
    assert watched.changes() == changes()


def test_what_is_written_again_as_it_was_has_not_changed(folder: Path, sources: Make) -> None:
    watched = sources()
    write(folder / "app.py", "1")
    os.utime(folder / "plures.toml", (1, 1))
    draft = folder / "draft"
    draft.write_text("1")
    draft.replace(folder / "shop" / "web.py")
    assert watched.changes() == changes()


def test_a_folder_that_is_renamed_moved_in_or_removed(folder: Path, sources: Make, tmp_path: Path) -> None:
    watched = sources()
    gone = folder / "shop" / "pages"
    gone.rename(folder / "shop" / "views")
    assert watched.concern(str(gone))
    assert watched.concern(str(folder / "shop" / "views"))
    inside = ("deep/style.css", "home.html")
    assert watched.changes() == changes(
        added=[f"shop/views/{path}" for path in inside], removed=[f"shop/pages/{path}" for path in inside]
    )
    write(tmp_path / "other" / "more.py", "1")
    (tmp_path / "other").rename(folder / "more")
    assert watched.changes() == changes(added=["more/more.py"])
    shutil.rmtree(folder / "more")
    assert watched.concern(str(folder / "more"))
    assert watched.changes() == changes(removed=["more/more.py"])


def test_what_belongs_to_no_application(folder: Path, sources: Make) -> None:
    watched = sources(data="var/data")
    write(folder / "environment" / "pyvenv.cfg", "")
    for path in (
        *(
            "var/data/run/1.json",
            "environment/lib/site.py",
            ".git/hook.py",
            "shop/__pycache__/a.py",
            "node_modules/a.js",
        ),
        *("shop/notes.txt", "shop/web.pyc", "shop/.#web.py", "shop/flycheck_web.py", "shop/web.py~"),
    ):
        write(folder / path, "1")
    assert watched.changes() == changes()
    assert not watched.concern(str(folder / "shop" / "notes.txt"))


@pytest.mark.parametrize(
    ("pattern", "left_out"),
    [
        ("*.json", ["a.json", "static/b.json", "static/built/c.json"]),
        ("**/*.json", ["a.json", "static/b.json", "static/built/c.json"]),
        ("static/*.json", ["static/b.json", "static/built/c.json"]),
        ("static/built", ["static/built/c.js", "static/built/c.json"]),
        ("./static/built/", ["static/built/c.js", "static/built/c.json"]),
        ("built", ["static/built/c.js", "static/built/c.json"]),
        ("a.json", ["a.json"]),
        ("none", []),
    ],
)
def test_what_the_user_excludes(folder: Path, sources: Make, pattern: str, left_out: list[str]) -> None:
    everything = {"a.json", "static/b.json", "static/built/c.json", "static/built/c.js"}
    for exclude in ([pattern], ["*.xyz", pattern]):
        watched = sources(exclude)
        for path in everything:
            write(folder / path, "1")
        assert watched.changes().added == everything - set(left_out)
        shutil.rmtree(folder / "static")
        (folder / "a.json").unlink()


def test_an_absolute_pattern(folder: Path, sources: Make) -> None:
    watched = sources([str(folder / "shop" / "pages")])
    write(folder / "shop" / "pages" / "home.html", "2")
    write(folder / "shop" / "web.py", "2")
    assert watched.changes() == changes(edited=["shop/web.py"])


def test_links_that_lead_in_circles_and_to_nothing(folder: Path, sources: Make) -> None:
    watched = sources()
    (folder / "shop" / "again").symlink_to(folder)
    (folder / "lost").symlink_to(folder / "nowhere")
    (folder / "lost.py").symlink_to(folder / "nowhere.py")
    watched.changes()
    write(folder / "shop" / "web.py", "2")
    assert "shop/web.py" in watched.changes().edited


def test_files_that_nothing_can_read(folder: Path, sources: Make) -> None:
    watched = sources()
    (folder / "folder.py").mkdir()
    os.mkfifo(folder / "pipe.py")
    assert watched.changes() == changes()


def test_what_changed_before_the_watching_began_is_looked_at(folder: Path, sources: Make) -> None:
    watched, stop = sources(), threading.Event()
    write(folder / "app.py", "before")
    looked = threading.Thread(target=lambda: next(iter(moments(watched, stop)), None), daemon=True)
    looked.start()
    looked.join(60)
    assert not looked.is_alive()
    assert watched.changes() == changes(edited=["app.py"])
    stop.set()
