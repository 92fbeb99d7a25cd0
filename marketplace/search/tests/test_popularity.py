"""What customers bought lately."""

from marketplace.search.popularity import ORDERS_REMEMBERED, Popularity


def test_counts_grow_slowly() -> None:
    popularity = Popularity()
    assert not popularity
    factors = [popularity.factor("tea")]
    for order in range(3):
        popularity.record(f"order {order}", ("tea",))
        factors.append(popularity.factor("tea"))
    assert factors[:2] == [1.0, 1.1]
    assert factors == sorted(factors)
    assert factors[3] - factors[2] < factors[1] - factors[0]


def test_an_order_counts_once() -> None:
    popularity = Popularity()
    for _ in range(5):
        popularity.record("order", ("tea", "cup"))
    assert popularity.factor("tea") == popularity.factor("cup") == 1.1
    assert popularity.factor("sofa") == 1.0


def test_old_orders_are_forgotten_so_that_memory_is_bounded() -> None:
    popularity = Popularity()
    for order in range(ORDERS_REMEMBERED + 1):
        popularity.record(f"order {order}", ())
    popularity.record("order 0", ("tea",))
    popularity.record(f"order {ORDERS_REMEMBERED}", ("cup",))
    assert (popularity.factor("tea"), popularity.factor("cup")) == (1.1, 1.0)
