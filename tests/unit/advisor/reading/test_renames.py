from plures.advisor.reading.repository.renames import FileChange, Follower


def change(status: str, path: str, before: str = "0", after: str = "0") -> FileChange:
    return FileChange(status.encode(), before.encode(), after.encode(), path)


def test_a_moved_file_keeps_its_name_of_today():
    follower = Follower()
    assert follower.names([change("M", "new/a.py")]) == ["new/a.py"]
    assert follower.names([change("D", "old/a.py", "b1"), change("A", "new/a.py", after="b1")]) == ["new/a.py"]
    assert follower.names([change("M", "old/a.py")]) == ["new/a.py"]


def test_a_file_renamed_twice_is_followed_twice():
    follower = Follower()
    follower.names([change("D", "b.py", "x"), change("A", "c.py", after="x")])
    follower.names([change("D", "a.py", "y"), change("A", "b.py", after="y")])
    assert follower.names([change("M", "a.py")]) == ["c.py"]


def test_a_folder_renamed_with_edits_is_followed_by_names():
    follower = Follower()
    follower.names(
        [
            change("D", "quantum/db/api.py", "1"),
            change("D", "quantum/agent/api.py", "2"),
            change("A", "neutron/db/api.py", after="3"),
            change("A", "neutron/agent/api.py", after="4"),
        ]
    )
    assert follower.names([change("M", "quantum/agent/api.py"), change("M", "quantum/db/api.py")]) == [
        "neutron/agent/api.py",
        "neutron/db/api.py",
    ]


def test_an_older_file_of_the_same_name_is_another_file():
    follower = Follower()
    follower.names([change("D", "a.py", "x"), change("A", "b.py", after="x")])
    follower.names([change("A", "a.py", after="w")])
    assert follower.names([change("M", "a.py")]) == ["a.py"]


def test_empty_package_files_are_not_taken_for_one_another_by_name():
    follower = Follower()
    follower.names([change("D", "one/__init__.py", "1"), change("A", "two/__init__.py", after="2")])
    assert follower.names([change("M", "one/__init__.py")]) == ["one/__init__.py"]
