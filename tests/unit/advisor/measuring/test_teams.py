import pytest

from plures.advisor.measuring.changes import Change
from plures.advisor.measuring.staffing import author_overlap, staffing
from plures.advisor.measuring.teams import infer_teams, named_teams

DAY = 86_400
NOW = 1_700_000_000


def change(day: float, author: int, component: str, *files: int) -> Change:
    return Change(NOW - int((300 - day) * DAY), author, frozenset({component}), files, f"sha{day}-{author}")


def test_people_who_work_in_one_place_on_the_same_files_are_a_team():
    found = [change(day, author, "a", 1, 2) for day in range(0, 60, 3) for author in (0, 1)]
    found += [change(day, 2, "b", 7) for day in range(0, 60, 3)]
    teams = infer_teams(found, NOW)
    assert teams == {0: "around a", 1: "around a", 2: "around b"}


def test_two_groups_in_one_place_on_different_files_are_two_teams():
    found = [change(day, author, "a", 1) for day in range(0, 60, 3) for author in (0, 1)]
    found += [change(day, author, "a", 9) for day in range(0, 60, 3) for author in (2, 3)]
    teams = infer_teams(found, NOW)
    assert teams[0] == teams[1] != teams[2] == teams[3]


def test_an_author_who_works_everywhere_belongs_to_no_team():
    found = [change(day, 0, place, i) for day in range(20) for i, place in enumerate("abcdef")]
    assert infer_teams(found, NOW) == {}


def test_old_work_makes_no_team():
    assert infer_teams([Change(NOW - 900 * DAY, 0, frozenset({"a"}), (1,), "x")], NOW) == {}


def test_a_team_waits_when_it_changes_what_another_has_just_changed():
    teams = {0: "red", 1: "blue"}
    found = [
        change(1, 0, "a", 5),
        change(4, 1, "a", 5),
        change(30, 0, "a", 5),
        change(31, 0, "a", 5),
        change(33, 0, "a", 6),
    ]
    staff = staffing(found, teams, {5: "a", 6: "a"}, NOW)["a"]
    assert [(w.waiting, w.on, w.times, w.median_days) for w in staff.waits] == [("blue", "red", 1, 3.0)]
    assert staff.waiting_share == pytest.approx(1 / 5)


def test_waiting_is_counted_on_all_commits_also_on_those_of_people_in_no_team():
    found = [change(1, 0, "a", 5), change(4, 1, "a", 5), *(change(day, 2, "a", 6) for day in range(10, 90, 10))]
    staff = staffing(found, {0: "red", 1: "blue"}, {5: "a", 6: "a"}, NOW)["a"]
    assert (staff.commits, staff.in_teams) == (10, 2)
    assert staff.teams == (("red", 0.1), ("blue", 0.1))
    assert staff.waiting_share == pytest.approx(1 / 10)


def test_people_in_no_team_make_no_team_a_visitor():
    alone = [change(day, 2, "a", 6) for day in range(10, 90, 10)]
    found = [change(1, 0, "a", 5), change(4, 1, "a", 5), *(change(day, 0, "a", 5) for day in range(100, 160, 10))]
    for others in ([], alone):
        staff = staffing([*found, *others], {0: "red", 1: "blue"}, {5: "a", 6: "a"}, NOW)["a"]
        # One of eight is a visitor, whatever people of no team do.
        assert staff.resident_teams == ("red",)
    both = staffing([*found[:2], *alone], {0: "red", 1: "blue"}, {5: "a", 6: "a"}, NOW)["a"]
    assert both.resident_teams == ("red", "blue")


def test_a_visitor_makes_no_team_wait():
    teams = {0: "red", 1: "blue"}
    found = [change(day, 0, "a", 5) for day in range(0, 100, 2)] + [change(51, 1, "a", 5)]
    staff = staffing(found, teams, {5: "a"}, NOW)["a"]
    assert staff.waits
    assert staff.resident_teams == ("red",)
    assert staff.waiting_share == 0


def test_overlap_of_authors():
    found = [change(1, 0, "a", 1), change(2, 1, "a", 1), change(3, 0, "b", 2), change(4, 2, "c", 3)]
    staff = staffing(found, {}, {}, NOW)
    assert author_overlap(staff["a"], staff["b"]) == pytest.approx(0.5)
    assert author_overlap(staff["a"], staff["c"]) == 0
    assert author_overlap(staff["a"], None) == 0


def test_named_teams_match_addresses_and_names():
    teams = named_teams(
        {"red": ["*@red.example", "Ana*"], "blue": ["*"]}, ["Ben <ben@red.example>", "Ana B <x@y>", "Cem <c@z>"]
    )
    assert teams == {0: "red", 1: "red", 2: "blue"}
