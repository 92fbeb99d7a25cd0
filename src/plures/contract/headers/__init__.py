"""What travels beside a message: headers of a request, headers and trailers of an answer, each declared as a class of typed fields.

kinds       the classes that contracts inherit: `Headers`, and `AnyHeaders` for peers whose headers no list holds
reserved    the names that belong to HTTP, to the protocol, and to Plures
headers_type    a value of such a class → names and texts, and back: `HeadersType`
reading     what an operation declares → `Beside`, or what is wrong with it
caching     what keeps an operation from letting caches keep its answers
"""

from .caching import CACHE, cache_problem
from .headers_type import MOST_BYTES, MOST_LINES, HeadersType, Pairs, broken_pairs
from .kinds import AnyHeaders, Headers
from .reading import Beside, is_headers, read_beside
from .reserved import is_reserved

__all__ = [
    "CACHE",
    "MOST_BYTES",
    "MOST_LINES",
    "AnyHeaders",
    "Beside",
    "Headers",
    "HeadersType",
    "Pairs",
    "broken_pairs",
    "cache_problem",
    "is_headers",
    "is_reserved",
    "read_beside",
]
