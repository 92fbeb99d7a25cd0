from plures.advisor.reading.repository import Tree, read_owners

RULES = "# rules\n* @all\n/shop/search/ @search\n*.sql @data @dba  # both\ndocs/ @writers\n\n/shop/secret/\n"


def tree(**files: str) -> Tree:
    named = {name.replace("__", "/"): text for name, text in files.items()}
    return Tree(tuple(named), {name: name for name in named}, {name: text.encode() for name, text in named.items()}, {})


def test_owners_are_told_by_path_and_paths_of_which_nothing_is_said_are_left_out() -> None:
    paths = ["README.md", "shop/search/find.py", "shop/cart/sql/q.sql", "apps/docs/index.md", "shop/secret/x.py"]
    assert read_owners(tree(CODEOWNERS=RULES), paths) == {
        "README.md": ("@all",),
        "shop/search/find.py": ("@search",),
        "shop/cart/sql/q.sql": ("@data", "@dba"),
        "apps/docs/index.md": ("@writers",),
        "shop/secret/x.py": (),
    }
    assert read_owners(tree(CODEOWNERS="/shop/ @shop\n"), ["mail/x.py"]) == {}
    assert read_owners(tree(OWNERS=RULES), ["mail/x.py"]) == {}


def test_the_first_place_where_a_code_host_looks_counts_though_it_says_nothing() -> None:
    files = tree(**{".github__CODEOWNERS": "", "CODEOWNERS": "* @root\n", "docs__CODEOWNERS": "* @docs\n"})
    assert read_owners(files, ["x.py"]) == {}
    assert read_owners(tree(CODEOWNERS="* @root\n", docs__CODEOWNERS="* @docs\n"), ["x.py"]) == {"x.py": ("@root",)}
