"""What is rendered into a folder that people keep in git."""

from pathlib import Path

import pytest

from plures.errors import PluresError
from plures.targets import write

FILES = {"base/a.yaml": "a: 1\n", "base/b.yaml": "b: 1\n", "own.yaml": "mine: 1\n"}


def put(folder: Path, files: dict[str, str], *, overwrite: bool = False) -> tuple[list[str], ...]:
    done = write(folder, "kubernetes", files, for_people=["own.yaml"], overwrite=overwrite)
    return tuple(map(list, (done.new, done.changed, done.unchanged, done.removed, done.kept)))


def test_rendered_again_is_the_same(tmp_path: Path) -> None:
    assert put(tmp_path, FILES) == (sorted(FILES), [], [], [], [])
    before = {file: file.read_bytes() for file in tmp_path.rglob("*.yaml")}
    assert put(tmp_path, FILES) == ([], [], ["base/a.yaml", "base/b.yaml"], [], ["own.yaml"])
    assert {file: file.read_bytes() for file in tmp_path.rglob("*.yaml")} == before


def test_what_is_as_it_was_rendered_is_replaced_and_removed(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    assert put(tmp_path, {"base/a.yaml": "a: 2\n"}) == ([], ["base/a.yaml"], [], ["base/b.yaml"], [])
    assert (tmp_path / "base/a.yaml").read_text().endswith("\na: 2\n")
    assert not (tmp_path / "base/b.yaml").exists()


def test_changes_of_people_are_named_all_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    for name in ("a", "b"):
        file = tmp_path / f"base/{name}.yaml"
        file.write_text(file.read_text() + "# mine\n")
    with pytest.raises(PluresError) as raised:
        put(tmp_path, {"base/a.yaml": "a: 2\n", "base/c.yaml": "c: 1\n"})
    assert raised.value.code == "deploy.changed_by_hand"
    assert "base/a.yaml, base/b.yaml" in str(raised.value)
    assert not (tmp_path / "base/c.yaml").exists()
    assert put(tmp_path, {"base/a.yaml": "a: 2\n"}, overwrite=True)[1] == ["base/a.yaml"]


def test_a_file_that_people_wrote_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base/a.yaml").write_text("theirs: 1\n")
    with pytest.raises(PluresError) as raised:
        put(tmp_path, FILES)
    assert raised.value.code == "deploy.changed_by_hand"


def test_what_belongs_to_people_stays_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    (tmp_path / "own.yaml").write_text("mine: 2\n")
    assert put(tmp_path, FILES, overwrite=True)[4] == ["own.yaml"]
    assert (tmp_path / "own.yaml").read_text() == "mine: 2\n"


def test_files_of_other_targets_and_of_people_are_not_removed(tmp_path: Path) -> None:
    write(tmp_path, "compose", {"compose.yaml": "a: 1\n"})
    (tmp_path / "README.md").write_text("hello\n")
    put(tmp_path, FILES)
    assert (tmp_path / "compose.yaml").exists()
    assert (tmp_path / "README.md").exists()


def test_other_ends_of_lines_are_no_change(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    file = tmp_path / "base/a.yaml"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert put(tmp_path, {**FILES, "base/a.yaml": "a: 3\n"})[1] == ["base/a.yaml"]


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "base").write_text("")
    with pytest.raises(PluresError) as raised:
        put(tmp_path, FILES)
    assert raised.value.code == "deploy.not_written"
