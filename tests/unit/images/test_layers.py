"""Layers: the same bytes from the same files, whatever the machine says of them."""

import gzip
import os
import tarfile
from pathlib import Path

import pytest

from plures.images import Compression, Entry, entry_of, with_bytecode, write_layer


def entries(folder: Path) -> list[Entry]:
    return [entry_of(f"app/{path.relative_to(folder)}", path) for path in folder.rglob("*") if not path.is_dir()]


def checkout(folder: Path, *, umask: int, when: int) -> list[Entry]:
    before = os.umask(umask)
    try:
        (folder / "shop" / "deep").mkdir(parents=True)
        for name in ("shop/b.py", "shop/a.py", "shop/deep/run.sh", "note.txt"):
            (folder / name).write_text(f"# {name}\n")
        (folder / "shop/deep/run.sh").chmod(0o777 & ~umask)
        (folder / "shop/link").symlink_to("a.py")
    finally:
        os.umask(before)
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (when, when), follow_symlinks=False)
    return entries(folder)


@pytest.mark.parametrize("compression", ["gzip", "none"])
def test_two_checkouts_make_one_layer(tmp_path: Path, compression: Compression) -> None:
    one = write_layer(checkout(tmp_path / "one", umask=0o022, when=1), tmp_path / "1", compression=compression)
    other = checkout(tmp_path / "the other", umask=0o077, when=1_700_000_000)
    two = write_layer(reversed(other), tmp_path / "2", compression=compression)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
    assert one == two
    assert one.size == (tmp_path / "1").stat().st_size


def test_the_unpacked_digest_does_not_depend_on_what_packs(tmp_path: Path) -> None:
    given = checkout(tmp_path / "one", umask=0o022, when=1)
    packed = write_layer(given, tmp_path / "1")
    plain = write_layer(given, tmp_path / "2", compression="none")
    assert packed.diff_id == plain.diff_id == plain.digest != packed.digest
    assert gzip.decompress((tmp_path / "1").read_bytes()) == (tmp_path / "2").read_bytes()


def test_folders_and_times_are_those_of_nobody(tmp_path: Path) -> None:
    write_layer(checkout(tmp_path / "one", umask=0o077, when=5), tmp_path / "1")
    with tarfile.open(tmp_path / "1") as tar:
        said = [(each.name, each.type, each.mode, each.mtime, each.uid, each.uname) for each in tar]
    names = [name for name, *_ in said]
    assert names == [
        "app",
        "app/note.txt",
        "app/shop",
        "app/shop/a.py",
        "app/shop/b.py",
        "app/shop/deep",
        "app/shop/deep/run.sh",
        "app/shop/link",
    ]
    assert {each[3:] for each in said} == {(315_532_800, 0, "")}
    assert {each[0]: oct(each[2]) for each in said if each[1] != tarfile.SYMTYPE} == {
        "app": "0o755",
        "app/note.txt": "0o644",
        "app/shop": "0o755",
        "app/shop/a.py": "0o644",
        "app/shop/b.py": "0o644",
        "app/shop/deep": "0o755",
        "app/shop/deep/run.sh": "0o755",
    }


def test_a_long_path_and_a_name_in_other_letters_stay_whole(tmp_path: Path) -> None:
    long = f"app/{'very-long-folder/' * 12}дом.txt"
    write_layer([Entry(long, lambda: b"here")], tmp_path / "1")
    with tarfile.open(tmp_path / "1") as tar:
        file = tar.extractfile(long)
        assert file is not None
        assert file.read() == b"here"


def test_a_folder_has_the_owner_that_writes_to_it(tmp_path: Path) -> None:
    write_layer([Entry("data", mode=0o700, is_folder=True, owner=65532)], tmp_path / "1")
    with tarfile.open(tmp_path / "1") as tar:
        (data,) = tar.getmembers()
    assert (data.isdir(), data.mode, data.uid, data.gid) == (True, 0o700, 65532, 65532)


def test_bytecode_is_the_same_in_any_order_and_company(tmp_path: Path) -> None:
    one = Entry("app/one.py", lambda: b"NAMES = {'a', 'b', 'c'}\ndef f(x):\n    return x in {1, 2, 'self'}\n")
    two = Entry("app/two.py", lambda: b"def self(x, NAMES): return 'self'\n")
    broken = Entry("app/broken.py", lambda: b"def (\n")
    alone = {each.path: each.read() for each in with_bytecode([one])}
    together = {each.path: each.read() for each in with_bytecode([broken, two, one])}
    cached = [path for path in together if path.endswith(".pyc")]
    assert len(cached) == 2
    (mine,) = (path for path in alone if path.endswith(".pyc"))
    assert alone[mine] == together[mine]


def test_bytecode_is_taken_without_a_look_at_the_source(tmp_path: Path) -> None:
    import subprocess
    import sys

    for entry in with_bytecode([Entry("one.py", lambda: b"said = 'as compiled'\n")]):
        place = tmp_path / entry.path
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(entry.read())
    (tmp_path / "one.py").write_text("said = 'as it stands'\n")
    said = subprocess.run(
        [sys.executable, "-c", "import one; print(one.said)"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert said.stdout == "as compiled\n"
