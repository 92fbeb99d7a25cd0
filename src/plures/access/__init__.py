"""Layer 4: who may call what over the wire, and how a callee knows who calls.

    values       who may call a process, and the tokens with which it calls others: `Access`
    granting     what the call graph and plures.toml allow: `grants`
    tokens       secrets of a run: made, and known by their digests alone
    issuing      the `Access` of each process of a run: `issue`
    entrance     the check of one request: `Entrance`
    pages        the check of one request of a page of another site: `Pages`
    refusing     what is said to a caller that is refused

In process nothing is checked: a constructor can only get clients of the contracts that it names. It knows neither HTTP nor processes
(docs/adr/0029-access.md).
"""

from .entrance import LISTING, TRACES, Entrance
from .granting import Grant, grants
from .issuing import Issued, Minted, TokenUnusable, admitting, issue
from .pages import Pages
from .tokens import digest_of, new_token
from .values import Access, Caller, CallerKind

__all__ = [
    "LISTING",
    "TRACES",
    "Access",
    "Caller",
    "CallerKind",
    "Entrance",
    "Grant",
    "Issued",
    "Minted",
    "Pages",
    "TokenUnusable",
    "admitting",
    "digest_of",
    "grants",
    "issue",
    "new_token",
]
