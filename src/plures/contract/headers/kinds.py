"""The classes of headers: typed ones, which contracts declare, and any."""

from collections.abc import Iterable

from plures.contract.codec import decode_base64
from plures.contract.message import Message


class Headers(Message):
    """Headers or trailers of one kind, with typed fields: `class Freshness(Headers)`, with `etag: str` and `max_age: int = 0`.

    A field `max_age` is the header `max-age`; one of bytes is `…-bin`, in base64. Fields are text of visible ASCII, numbers, booleans,
    bytes, times, enums, a choice of texts, or a tuple of these: one header line for each.
    """


class AnyHeaders(Headers):
    """Whatever headers there are, except those of HTTP, of the protocol and of Plures: for peers whose headers no list can hold.

    Attributes:
        pairs: Names in lower case and texts; a name may come several times, its texts in their order. That of bytes ends in `-bin`, and its text
            is base64.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    def texts(self, name: str) -> tuple[str, ...]:
        """All texts of one name, in their order."""
        return tuple(text for each, text in self.pairs if each == name.lower())

    def blobs(self, name: str) -> tuple[bytes, ...]:
        """All bytes of one name that ends in `-bin`; raises `ValueError` where one is not base64."""
        return tuple(decode_base64(part.strip()) for text in self.texts(name) for part in text.split(","))

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "AnyHeaders":
        """Those with these names and texts; names in whatever case."""
        return cls(tuple((name.lower(), text) for name, text in pairs))
