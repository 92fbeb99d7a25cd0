"""An answer to a request of a visitor."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What was answered.

    Attributes:
        headers: Name in lower case → value.
        body: All of it, unpacked.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, in UTF-8."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def location(self) -> str:
        """Where a redirect leads, as it says; empty where it is none."""
        return self.headers.get("location", "")

    def json(self) -> Any:
        """The body as JSON; raises ValueError where it is none."""
        return json.loads(self.body)

    def hidden(self, action: str) -> dict[str, str]:
        """The hidden fields of the first form that is posted to this path, such as its token; empty where there is no such form."""
        forms = _Forms(action)
        forms.feed(self.text)
        return forms.fields or {}


class _Forms(HTMLParser):
    """Looks for one form."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self._action = action
        self._is_inside = False
        self.fields: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            is_posted = has.get("method", "").lower() == "post"
            self._is_inside = (
                self.fields is None and is_posted and has.get("action", "").partition("?")[0] == self._action
            )
            self.fields = {} if self._is_inside else self.fields
        elif tag == "input" and self._is_inside and self.fields is not None and has.get("type") == "hidden":
            self.fields[has.get("name", "")] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
