"""The file in which a run says where it answers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from plures.deploy import Run, find_runs
from plures.deploy.run_file import published

RUN = Run("shop", ("http://127.0.0.1:1",), {"till": ("http://127.0.0.1:1", "https://till.example")}, "http://[::1]:2")


def files(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "run").iterdir())


def refuse(line: str) -> None:
    raise AssertionError(line)


def test_it_says_the_same_to_every_reader_while_the_run_lasts(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    assert (find_runs(data).running, find_runs(data).left) == ([], [])
    with published(data, RUN, refuse):
        assert find_runs(data).running == find_runs(data).running == [RUN]
        assert [(data / "run" / name).stat().st_mode & 0o777 for name in files(data)] == [0o600]
    assert files(data) == []


def test_runs_beside_each_other(tmp_path: Path) -> None:
    other = Run("other", ("http://127.0.0.1:3",), {})
    with published(tmp_path, RUN, refuse), published(tmp_path, other, refuse):
        assert sorted(run.application for run in find_runs(tmp_path).running) == ["other", "shop"]
        assert {run.pid for run in find_runs(tmp_path).running} == {os.getpid()}


def test_what_a_killed_run_left_behind_is_no_run(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from plures.deploy import Run; from plures.deploy.run_file import published\n"
        # The number of a process that is alive: numbers are used again.
        f"run = Run('shop', ('http://127.0.0.1:1',), {{}}, pid={os.getpid()})\n"
        "with published(Path(sys.argv[1]), run, print): os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path], check=True, timeout=60)
    found = find_runs(tmp_path)
    assert (found.running, [path.name for path in found.left]) == ([], files(tmp_path))
    assert len(found.left) == 1
    with published(tmp_path, RUN, refuse):
        assert (find_runs(tmp_path).running, find_runs(tmp_path).left) == ([RUN], [])
    assert files(tmp_path) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"application": 1}', "\ufeff\x00"])
def test_a_file_that_nothing_keeps_is_left_behind_whatever_is_in_it(tmp_path: Path, content: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "1.json").write_text(content)
    (tmp_path / "run" / "note.txt").write_text("of the user")
    assert (find_runs(tmp_path).running, len(find_runs(tmp_path).left)) == ([], 1)
    with published(tmp_path, RUN, refuse):
        assert find_runs(tmp_path).running == [RUN]
    assert files(tmp_path) == ["note.txt"]


def test_a_folder_that_cannot_be_written_to_does_not_keep_it_from_running(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("in the way")
    said: list[str] = []
    with published(tmp_path, RUN, said.append):
        assert find_runs(tmp_path).running == []
    assert len(said) == 1
    assert str(tmp_path / "run") in said[0]
    assert said[0].endswith("so `plures call` must be told --at http://127.0.0.1:1")


def test_a_run_whose_folder_is_removed_meanwhile_ends_as_usual(tmp_path: Path) -> None:
    with published(tmp_path, RUN, refuse):
        for name in files(tmp_path):
            (tmp_path / "run" / name).unlink()
        (tmp_path / "run").rmdir()


def test_a_relative_data_folder_is_where_the_run_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with published(Path("data"), RUN, refuse):
        monkeypatch.chdir("/")
    assert files(tmp_path / "data") == []
