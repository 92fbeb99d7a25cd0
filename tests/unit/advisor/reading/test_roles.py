import pytest

from plures.advisor.reading.roles import Role, roles

P, T, M, D = Role.PRODUCTION, Role.TEST, Role.MIGRATION, Role.PROSE


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("shop/a.py", P),
        ("tests/a.py", T),
        ("shop/tests/a.py", T),
        ("shop/test_a.py", T),
        ("shop/a_test.py", T),
        ("conftest.py", T),
        ("shop/migrations/0001_initial.py", M),
        ("setup.py", D),
        ("docs/conf.py", D),
        ("examples/one.py", D),
        ("shop/examples/one.py", P),
    ],
)
def test_role_of_a_path(path: str, role: Role):
    assert roles([path, "shop/__init__.py"])[path] is role


def test_a_production_package_called_test_is_told_from_tests():
    found = roles(
        ["web/__init__.py", "web/test/__init__.py", "web/test/client.py", "web/test/runner.py", "b/test/test_a.py"]
    )
    assert found["web/test/client.py"] is P
    assert found["b/test/test_a.py"] is T


def test_other_files_have_no_role():
    assert roles(["README.md", "data.csv"]) == {}
