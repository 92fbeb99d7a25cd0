"""The rules that the sagas of a service must keep, as data."""

from plures.errors import Rule

SAGA = Rule(
    "sagas.method",
    "it cannot be a saga: {problem}",
    "Write it as `async def ordering(self, saga: Saga, wish: Wish) -> Order`, with parameters and an answer that can cross the wire.",
)
TWICE = Rule(
    "sagas.twice",
    "two methods are version {version} of the saga {name!r}",
    "Give the newer one a higher version, or another name.",
)
