"""No text of a place shows a password."""

import pytest

from plures.data import Server


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://shop:secret@db.example:5432/shop", "postgresql://shop:***@db.example:5432/shop"),
        ("postgresql://shop@db.example/shop", "postgresql://shop@db.example/shop"),
        ("postgresql://shop:sec:ret@db.example/shop", "postgresql://shop:***@db.example/shop"),
        ("postgresql://shop:sec@ret@db.example/shop", "postgresql://shop:***@db.example/shop"),
        ("postgresql://shop:secret/1@db.example/shop", "postgresql://***"),
        ("postgresql://shop:secret?1@db.example/shop", "postgresql://***"),
        ("postgresql://shop:secret#1@db.example/shop", "postgresql://***"),
        ("postgresql://shop:[secret@db.example/shop", "postgresql://***"),
        ("postgresql://shop@/shop?host=/run/pg&password=secret", "postgresql://shop@/shop?host=/run/pg&password=***"),
    ],
)
def test_a_password_is_not_shown(url: str, shown: str) -> None:
    server = Server(url, "orders")
    assert str(server) == f"{shown} (schema orders)"
    assert "sec" not in str(server) + repr(server)


def test_a_read_inside_a_write_needs_a_second_connection() -> None:
    with pytest.raises(ValueError, match="the least is 2"):
        Server("postgresql://", "orders", most_connections=1)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("postgresql://role:s3cret@db.internal:5433/shop", "postgresql://db.internal:5433/shop"),
        ("postgresql://role:s3cret@/shop?host=/run/postgresql", "postgresql:///shop?host=/run/postgresql"),
        (
            "postgresql://db.internal/shop?user=role&password=s3cret",
            "postgresql://db.internal/shop?user=role&password=***",
        ),
        ("postgresql://role:s3/cret@db/shop", "postgresql://***"),
    ],
)
def test_an_address_has_no_login(url: str, address: str) -> None:
    assert Server(url, "orders").address == address
