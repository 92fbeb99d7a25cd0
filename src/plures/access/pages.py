"""Whether a page of another site may make a request at the public listener.

An origin is no proof of identity: browsers say it truly, and every other program says what it likes. It protects visitors of other
sites. What is published without a token is for anyone, and what needs one is for those that show it. Source: docs/adr/0051-cors.md
"""

from collections.abc import Iterable

from plures.errors import AccessDenied
from plures.topology import read_right

from .entrance import Paths, allowed_by, token_in
from .refusing import denied_to_page, page_without_token
from .tokens import digest_of
from .values import Caller


class Pages:
    """What is published, to whom.

    Args:
        callers: Those with origins.
        operations: Of the whole application.

    Attributes:
        published: The paths that the pages of any site may ask for.
    """

    def __init__(self, callers: Iterable[Caller], operations: Paths) -> None:
        self._paths: dict[str, frozenset[str]] = {}
        self._by_origin: dict[str, list[Caller]] = {}
        self._callers = tuple(callers)
        for caller in self._callers:
            rights = map(read_right, caller.may_call)
            self._paths[caller.name] = frozenset(path for right in rights for path in allowed_by(right, operations))
            for origin in caller.origins:
                self._by_origin.setdefault(origin, []).append(caller)
        self.published = frozenset[str]().union(*self._paths.values())

    def knows(self, origin: str) -> bool:
        """Whether plures.toml names it, so that its pages may read answers, refusals too."""
        return origin in self._by_origin

    def shows_token(self, origin: str, path: str) -> bool:
        """Whether some page of an origin shows a token to ask for this."""
        return any(it.digest and path in self._paths[it.name] for it in self._by_origin.get(origin, ()))

    def refusal(self, path: str, origin: str) -> AccessDenied:
        """Why pages of an origin may not ask for a path."""
        return denied_to_page(path, origin, self._by_origin.get(origin, []))

    def caller(self, path: str, origin: str | None, authorization: bytes | None) -> Caller:
        """Who makes a request.

        Args:
            origin: Of the page; empty where it is of another site that is not said; None where no page of another site asks.

        Raises:
            AccessDenied: Pages of this origin may not ask for that.
            Unauthenticated: They may, with a token that is not there.
        """
        candidates = self._callers if origin is None else self._by_origin.get(origin, [])
        allowed = [it for it in candidates if path in self._paths[it.name]]
        if not allowed:
            raise self.refusal(path, origin or "")
        token = token_in(authorization)
        digest = "" if token is None else digest_of(token)
        # Who shows a token is the one that has it; of those without, any is anyone.
        shown = [it for it in allowed if it.digest == digest] or [it for it in allowed if not it.digest]
        if not shown:
            raise page_without_token(path, allowed[0], authorization, token)
        return shown[0]
