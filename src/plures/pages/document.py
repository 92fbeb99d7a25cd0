"""The document around a page: no file beside it, and a policy that lets nothing in but the style and the script that stand in it."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from .html import Html, joined, tag, trusted

POLICY: Final = "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; connect-src {connect}; base-uri 'none'; form-action 'none'"


def document(main: Html, title: str, application: str) -> str:
    """A page as a file, which asks for nothing."""
    return _page(main, title, application, policy("'none'"))


def shell() -> str:
    """What the control listener answers without a token: a page that knows nothing of the application, and asks for the others with one."""
    main = tag(
        "main",
        tag("h1", "Contracts"),
        tag("p", "The pages are for those who may read the listing. ", tag("code", "plures contract docs --open"), " opens them with the token of the run; or paste what ", tag("code", "plures token"), " prints."),
        tag(
            "form",
            tag("label", "Token", for_="token"),
            tag("input", id="token", name="token", type="password", autocomplete="off", required=True, spellcheck="false"),
            tag("button", "Open", type="submit"),
            tag("p", "", role="alert", id="refused"),
            id="enter",
        ),
        id="main",
        tabindex="-1",
    )  # fmt: skip
    return _page(main, "Contracts", "", policy("'self'"))


def policy(connect: str) -> str:
    """The Content-Security-Policy of a page."""
    return POLICY.format(style=_digest(_asset("style.css")), script=_digest(_asset("script.js")), connect=connect)


def _page(main: Html, title: str, application: str, allowed: str) -> str:
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        trusted(f'<meta http-equiv="Content-Security-Policy" content="{allowed}">'),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", trusted(_asset("style.css"))),
    )
    body = tag(
        "body",
        tag("a", "To the content", href="#main", class_="skip"),
        tag(
            "header",
            tag("a", f"Contracts of {application}" if application else "Contracts", href="index.html", id="home"),
        ),
        main,
        tag("script", trusted(_asset("script.js"))),
    )
    return joined(trusted("<!doctype html>\n"), trusted('<html lang="en">'), head, body, trusted("</html>\n"))


@cache
def _asset(name: str) -> str:
    return (files("plures.pages") / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
