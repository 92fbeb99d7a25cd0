"""Where the load goes: to what runs from this folder, or to an address."""

from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from plures.cli.finding import the_run, trust_of
from plures.errors import PluresError, Text
from plures.load import Target


@dataclass(eq=False)
class NoAddress(PluresError):
    """What is given as an address is none."""

    code = "load.no_address"
    wording = Text("{url!r} is no address of pages", fix="Write it as http://HOST:PORT or https://HOST.")

    url: str


def target_here(data: Path) -> Target:
    """Where the application answers that runs with a data folder; raises `NothingRuns` or `SeveralRun`."""
    run = the_run(data)
    return Target(run.public or "", run.capabilities, run.tokens, trust_of(run), run.context_key)


def trusting(target: Target, ca: Path | None) -> Target:
    """The same, whose pages are trusted by the certificates of a file too."""
    return target if ca is None else replace(target, ca=ca.read_bytes())


def target_at(url: str) -> Target:
    """Pages at an address, of whatever application; `http://` may be left out. Raises `NoAddress`."""
    whole = url if "://" in url else f"http://{url}"
    parts = urlsplit(whole)
    try:
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_one = False
    if not is_one or parts.query or parts.fragment:
        raise NoAddress(url)
    return Target(whole.rstrip("/"))
