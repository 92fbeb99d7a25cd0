"""From references to places: what is missing is named, what is secret is not."""

from pathlib import Path

import pytest

from plures.data import Folder, Server
from plures.errors import PluresError
from plures.host.places import DatabaseUrlWrong, NotPrepared, SecretMissing, place_of
from plures.topology import DatabaseServer, PlacedDatabase


def place(server: DatabaseServer, data: Path, **variables: str) -> Server:
    placed = PlacedDatabase(server, 3)
    found = place_of("orders", placed, application="shop", data=data, variables=variables)
    assert isinstance(found, Server)
    return found


def test_an_embedded_database_is_in_the_folder(tmp_path: Path) -> None:
    assert place_of("orders", None, application="shop", data=tmp_path, variables={}) == Folder(tmp_path)


def test_the_role_of_the_capability_has_its_password_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "passwords" / "main").mkdir(parents=True)
    (tmp_path / "passwords" / "main" / "orders").write_text("p@ss\n")
    found = place(DatabaseServer("main", "postgresql://${DB_HOST}/shop"), tmp_path, DB_HOST="db:5432")
    assert found == Server("postgresql://shop_orders:p%40ss@db:5432/shop", "orders", 3, application="shop")
    assert "ss" not in str(found).replace("pass", "")
    assert "p%40ss" not in repr(found)


def test_a_role_in_the_url_is_taken_as_it_is(tmp_path: Path) -> None:
    server = DatabaseServer("main", "${URL}")
    assert place(server, tmp_path, URL="postgresql://me:pw@db/shop").url == "postgresql://me:pw@db/shop"


def test_a_file_may_hold_the_url(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://me:pw@db/shop\n")
    assert place(DatabaseServer("main", url_file=file), tmp_path).url == "postgresql://me:pw@db/shop"


@pytest.mark.parametrize(
    ("server", "kind", "why"),
    [
        (DatabaseServer("main", "${URL}"), SecretMissing, "variable URL of the environment is not set"),
        (DatabaseServer("main", url_file=Path("/nowhere")), SecretMissing, "/nowhere cannot be read"),
        (DatabaseServer("main", "${WRONG}"), DatabaseUrlWrong, "what WRONG holds is not the URL"),
        (DatabaseServer("main", "postgresql://db/shop"), NotPrepared, "passwords/main/orders cannot be read"),
    ],
)
def test_references_that_lead_nowhere(
    tmp_path: Path, server: DatabaseServer, kind: type[PluresError], why: str
) -> None:
    with pytest.raises(kind) as caught:
        place(server, tmp_path, WRONG="postgresql://me:tiger@db:port/shop")
    assert why in caught.value.why
    assert "tiger" not in str(caught.value)
    assert caught.value.__cause__ is None
