"""What is known of a repository's pages on the web comes from its remote `origin`."""

import pytest

from plures.advisor.model import Reference
from plures.advisor.reading.repository import open_repository, web_address


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("https://host.example/acme/shop.git", "https://host.example/acme/shop"),
        ("https://user:secret@host.example/acme/shop", "https://host.example/acme/shop"),
        ("git@host.example:acme/shop.git", "https://host.example/acme/shop"),
        ("ssh://git@host.example/acme/shop/", "https://host.example/acme/shop"),
        ("ssh://git@host.example:2222/acme/shop.git", "https://host.example/acme/shop"),
        ("ssh://acme-123@host.example/acme/shop", "https://host.example/acme/shop"),
        ("acme-123@host.example:acme/shop.git", "https://host.example/acme/shop"),
        ("https://host.example:8443/acme/shop.git", "https://host.example:8443/acme/shop"),
        ("javascript:alert(1)//host.example/acme", ""),
        ("/srv/git/shop.git", ""),
        (None, ""),
    ],
)
def test_the_remote_says_where_files_and_commits_can_be_looked_at(history, tmp_path, remote, url):
    history.commit(0, "one", {"shop/a b#?.py": "x = 1\n"})
    folder = history.write(tmp_path)
    if remote is not None:
        history.git(folder, "remote", "add", "origin", remote)
    repository = open_repository(folder / "shop")
    assert repository is not None
    web = web_address(repository)
    assert web.url == url
    page = f"{url}/blob/{repository.head}/shop/a%20b%23%3F.py#L7" if url else ""
    assert web.file("a b#?.py", 7) == Reference("a b#?.py:7", page)
    assert web.commit("ab" * 20) == Reference("ab" * 5, f"{url}/commit/{'ab' * 20}" if url else "")
