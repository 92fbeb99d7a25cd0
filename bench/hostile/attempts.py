"""Makes attempts of a seed: each is made of its own number, so that one can be made again alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from bench.hostile import breaking, calls, pages
from bench.hostile.pages import Visitor
from bench.hostile.parts import Attempt, Parts

_MOST_BYTES = 1_200_000


@dataclass(frozen=True)
class Known:
    """What an attacker knows of a shop: visitors of its pages, and what a caller of its control listener sends as `Authorization`."""

    visitors: Sequence[Visitor]
    authorization: bytes | None = None


def attempt(seed: int, number: int, known: Known) -> Attempt:
    """The attempt of this number."""
    random = Random(f"{seed}:{number}")
    is_public = random.random() < 0.6
    names: list[str] = []
    data = b""
    for _ in range(random.choice((1,) * 12 + (2, 2, 12))):
        parts = _made(random, known, names, is_public=is_public)
        parts.headers.insert(0, (b"Host", b"127.0.0.1"))
        for _ in range(random.choice((0,) * 6 + (1, 1, 1, 2, 3))):
            rule = random.choice(breaking.PARTS)
            names.append(rule.__name__)
            rule(random, parts)
        data += parts.wire()
        if len(data) > _MOST_BYTES:
            break
    how, pieces = breaking.pieces(random, data[:_MOST_BYTES])
    return Attempt(number, is_public, (*names, how), pieces)


def _made(random: Random, known: Known, names: list[str], *, is_public: bool) -> Parts:
    # Now and then what belongs to the other listener.
    if is_public is (random.random() < 0.97):
        if random.random() < 0.5:
            names.append("page")
            return pages.page(random, known.visitors)
        names.append("form")
        return pages.form(random, known.visitors)
    if random.random() < 0.9:
        names.append("call")
        return calls.call(random, known.authorization)
    names.append("control page")
    return calls.page(random, known.authorization)
