import pytest

from plures.advisor.reading.repository.owners import owners_of


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README.md", ("@all",)),
        ("shop/search/find.py", ("@search",)),
        ("deep/shop/search/x.py", ("@all",)),
        ("shop/cart/sql/q.sql", ("@data", "@dba")),
        ("docs/index.md", ("@writers",)),
        ("apps/docs/index.md", ("@writers",)),
        ("apps/docsource.md", ("@all",)),
        ("shop/secret/x.py", ()),
    ],
)
def test_the_last_rule_of_codeowners_counts(path: str, owners: tuple[str, ...]):
    rules = "# rules\n* @all\n/shop/search/ @search\n*.sql @data @dba  # both\ndocs/ @writers\n\n/shop/secret/\n"
    assert owners_of(rules, [path])[path] == owners


def test_a_path_that_no_rule_matches_has_no_owners():
    assert owners_of("/shop/ @shop\n", ["mail/x.py"]) == {}
