import pytest

from plures.advisor.reading.roles import Role, copied_folder, roles

P, T, M, D, C = Role.PRODUCTION, Role.TEST, Role.MIGRATION, Role.PROSE, Role.COPY


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
        ("playwright_tests/pages/cart.py", T),
        ("shop/ui-tests/pages.py", T),
        ("contests/a.py", P),
        ("shop/_vendor/idna/core.py", C),
        ("shop/_vendor/idna/test_core.py", T),
        ("third_party/idna/core.py", C),
        ("vendor/idna/core.py", C),
        ("vendor/notes.py", P),
        ("shop/vendor/offers/prices.py", P),
    ],
)
def test_role_of_a_path(path: str, role: Role):
    packages = (
        "shop/__init__.py",
        "vendor/idna/__init__.py",
        "shop/vendor/__init__.py",
        "shop/vendor/offers/__init__.py",
    )
    assert roles([path, *packages])[path] is role


def test_a_production_package_called_test_is_told_from_tests():
    found = roles(
        ["web/__init__.py", "web/test/__init__.py", "web/test/client.py", "web/test/runner.py", "b/test/test_a.py"]
    )
    assert found["web/test/client.py"] is P
    assert found["b/test/test_a.py"] is T


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("pex/vendor/_vendored/attrs/attr/core.py", "pex/vendor/_vendored"),
        ("vendor/idna/core.py", "vendor"),
        ("a/third_party/tool.py", "a/third_party"),
    ],
)
def test_the_folder_of_copies(path: str, folder: str):
    assert copied_folder(path) == folder


def test_other_files_have_no_role():
    assert roles(["README.md", "data.csv"]) == {}
