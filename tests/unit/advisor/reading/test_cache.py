from pathlib import Path

import pytest

from plures.advisor.reading.cache import Cache


def test_what_is_stored_is_loaded(tmp_path: Path):
    cache = Cache(tmp_path / "deep" / "cache")
    cache.store("kind", "key", {"a": (1, 2)})
    assert cache.load("kind", "key", dict[str, tuple[int, int]]) == {"a": (1, 2)}
    assert cache.load("kind", "other", dict[str, int]) is None
    assert cache.load("other", "key", dict[str, int]) is None


def test_another_shape_or_broken_bytes_count_as_nothing(tmp_path: Path):
    cache = Cache(tmp_path)
    cache.store("kind", "key", {"a": 1})
    assert cache.load("kind", "key", list[str]) is None
    for file in tmp_path.iterdir():
        file.write_bytes(b"\xff\x00rubbish")
    assert cache.load("kind", "key", dict[str, int]) is None


def test_no_folder_stores_nothing(tmp_path: Path):
    cache = Cache(None)
    cache.store("kind", "key", 1)
    assert cache.load("kind", "key", int) is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "below")
    cache.store("kind", "key", 1)
    assert cache.load("kind", "key", int) is None


def test_what_another_python_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cache = Cache(tmp_path)
    cache.store("facts", "key", 1)
    monkeypatch.setattr("sys.version_info", (3, 99, 0))
    assert cache.load("facts", "key", int) is None


def test_the_oldest_entries_go(tmp_path: Path):
    cache = Cache(tmp_path)
    for number in range(60):
        cache.store("kind", str(number), number)
    assert len(list(tmp_path.iterdir())) == 40
    assert cache.load("kind", "59", int) == 59
