from plures.advisor.measuring.independence import independences, is_shared
from plures.advisor.reading.imports import ImportEdge, cycles, dependencies


def graph(*pairs: tuple[str, str]) -> tuple[ImportEdge, ...]:
    return tuple(ImportEdge(a, b, 1, 0, typing_only=False) for a, b in pairs)


OF = {f"{c}/{i}.py": c for c in "abcd" for i in range(4)}


def chain(component: str) -> list[tuple[str, str]]:
    return [(f"{component}/{i + 1}.py", f"{component}/{i}.py") for i in range(3)]


def test_what_no_other_calls_stands_better_alone_than_what_all_others_call():
    links = [
        *chain("a"),
        *chain("b"),
        *((f"{c}/0.py", f"b/{i}.py") for c in "acd" for i in range(4)),
        ("b/0.py", "c/1.py"),
        ("b/1.py", "d/1.py"),
    ]
    found = independences(graph(*links), OF)
    assert found["a"].score > found["b"].score
    assert found["b"].callers == ("a", "c", "d")
    assert (found["a"].inside, found["a"].incoming, found["a"].outgoing) == (3, 0, 4)


def test_more_inside_means_more_independence():
    tight = independences(graph(*chain("a"), ("a/0.py", "b/0.py"), ("b/1.py", "a/1.py")), OF)["a"].score
    loose = independences(graph(("a/0.py", "b/0.py"), ("b/1.py", "a/1.py")), OF)["a"].score
    assert 0 < loose < tight < 1


def test_calling_what_all_others_call_binds_less():
    library = [(f"{c}/{i}.py", "d/0.py") for c in "abc" for i in range(4)]
    partner = [("a/0.py", f"b/{i}.py") for i in range(4)]
    bound_to_library = independences(graph(*library), OF)["a"].score
    bound_to_partner = independences(graph(*partner), OF)["a"].score
    assert bound_to_library > bound_to_partner


def test_shared_by_name_or_as_the_trunk():
    assert is_shared("shop.utils", ["shop.a", "shop.utils"])
    assert is_shared("shop", ["shop", "shop.a", "shop.b"])
    assert is_shared("(top level)", ["(top level)", "shop.a"])
    assert not is_shared("shop.search", ["shop", "shop.search", "shop.cart"])


def test_cohesion_and_cycles():
    edges = graph(
        ("a/0.py", "a/1.py"), ("a/0.py", "b/0.py"), ("b/0.py", "c/0.py"), ("c/0.py", "a/0.py"), ("d/0.py", "a/0.py")
    )
    assert independences(edges, OF)["a"].cohesion == 1 / 4
    assert independences(edges, OF)["d"].cohesion == 0
    assert cycles(dependencies(edges, OF)) == [frozenset("abc")]


def test_typing_imports_close_no_cycle():
    edges = (
        ImportEdge("a/0.py", "b/0.py", 1, 0, typing_only=True),
        ImportEdge("b/0.py", "a/0.py", 1, 0, typing_only=False),
    )
    assert cycles(dependencies(edges, OF)) == []
