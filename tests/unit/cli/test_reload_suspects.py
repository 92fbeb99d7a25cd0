"""Which files an application seems to write into its own folder."""

import pytest

from plures.cli.reload.sources import Changes
from plures.cli.reload.suspects import SOON_S, Suspects


def edited(*paths: str) -> Changes:
    return Changes(edited=frozenset(paths))


@pytest.mark.parametrize("suffix", ["json", "html", "css", "js", "svg"])
def test_data_that_changes_after_each_start_is_ignored_in_the_end(suffix: str) -> None:
    suspects, file = Suspects(), f"shop/cache.{suffix}"
    assert [suspects.weigh(edited(file), 1) for _ in range(2)] == [({file}, [])] * 2
    paths, [note] = suspects.weigh(edited(file), 1)
    assert paths == set()
    assert note.startswith(f"{file}: changed soon after each of the last 3 starts")
    assert f"--reload-exclude '{file}'" in note
    assert suspects.weigh(edited(file), 1) == (set(), [])
    assert suspects.weigh(edited(file, "shop/web.py"), 60) == ({"shop/web.py"}, [])


def test_other_changes_at_the_same_time_count() -> None:
    suspects = Suspects()
    for _ in range(2):
        suspects.weigh(edited("cache.json"), 0)
    paths, notes = suspects.weigh(edited("cache.json", "web.py"), 0)
    assert (paths, len(notes)) == ({"web.py"}, 1)


def test_files_with_a_new_name_each_time() -> None:
    suspects = Suspects()
    for number in range(2):
        changes = Changes(added=frozenset({f"reports/{number}.json"}))
        assert suspects.weigh(changes, 1)[0] == changes.paths
    paths, [note] = suspects.weigh(
        Changes(added=frozenset({"reports/2.json"}), removed=frozenset({"reports/0.json"})), 1
    )
    assert paths == set()
    assert note.startswith("new reports/*.json: changed soon after")
    assert suspects.weigh(edited("reports/2.json"), 1)[0] == {"reports/2.json"}
    assert suspects.weigh(Changes(added=frozenset({"pages/2.json"})), 1)[0] == {"pages/2.json"}


@pytest.mark.parametrize("file", ["shop/web.py", "plures.toml"])
def test_code_that_changes_after_each_start_is_noted_first_and_held_later(file: str) -> None:
    suspects = Suspects()
    answers = [suspects.weigh(edited(file), 1) for _ in range(4)]
    assert [paths for paths, _ in answers] == [{file}] * 4
    [note] = [note for _, notes in answers for note in notes]
    assert f"leave it out with --reload-exclude '{file}'" in note
    for _ in range(3):
        paths, [note] = suspects.weigh(edited(file), 1)
        assert paths == set()
        assert note.startswith(f"{file}: not started again, since it changed soon after each start")
        assert f"--reload-exclude '{file}'" in note


def test_code_that_is_held_counts_when_it_changes_later_and_others_count_always() -> None:
    suspects = Suspects()
    for _ in range(5):
        suspects.weigh(edited("shop/written.py"), 1)
    assert suspects.weigh(edited("shop/written.py"), SOON_S + 1) == ({"shop/written.py"}, [])
    # The application writes it again at once: no second round of starts.
    paths, notes = suspects.weigh(edited("shop/written.py", "shop/web.py"), 1)
    assert (paths, len(notes)) == ({"shop/web.py"}, 1)
    assert suspects.weigh(edited("shop/web.py"), 1) == ({"shop/web.py"}, [])


def test_a_user_who_works_is_no_suspect() -> None:
    suspects = Suspects()
    for _ in range(9):
        for file, since_start_s in (
            ("home.html", 1.0),
            ("cart.html", 1.0),
            ("home.html", 1.0),
            ("home.html", SOON_S + 1),
        ):
            assert suspects.weigh(edited(file), since_start_s) == ({file}, [])


def test_nothing_that_changed_is_no_start() -> None:
    suspects = Suspects()
    for _ in range(3):
        assert suspects.weigh(Changes(), 0) == (set(), [])
