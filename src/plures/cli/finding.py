"""Finds out where an operation can be called: at an address that the user names, or where the run of this folder says."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from plures.contract import Pairs
from plures.deploy import Found, Run, find_runs
from plures.errors import PluresError, Text, did_you_mean
from plures.runtime import Seal
from plures.tls import Recognising, open_for_tools

from .listing import BadArgument, Listing, NotReached, Operation, fetch_contracts, fetch_listing, headers_of

_TOKEN_VARIABLE: Final = "PLURES_TOKEN"  # noqa: S105 - the name of a variable

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Callee:
    """An operation, and where it answers: the first of `urls` that can be reached is called.

    Attributes:
        control: Where the replicas of the run answer that may call it.
        tls: How they are recognised by TLS; None where their host names count.
        context_key: By which the run signs request contexts; empty where it is not known.
        behalf: On whose behalf it is called, as JSON; empty for no one's.
        tokens: Base URL → the token to call it with.
        headers: What travels beside its message.
    """

    application: str
    operation: Operation
    urls: Sequence[str]
    control: Sequence[str] = ()
    tls: Recognising | None = None
    tokens: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    context_key: str = field(default="", repr=False)
    behalf: str = ""
    headers: Pairs = ()

    def with_headers(self, texts: Sequence[str]) -> "Callee":
        """The same, called with these headers, each written `name=value`; raises `BadArgument` for those that it does not declare."""
        return replace(self, headers=headers_of(self.operation, texts))

    def on_behalf(self, text: str) -> "Callee":
        """The same, called on behalf of whom this JSON says; raises `BadArgument` or `NoContextKey`."""
        try:
            is_object = isinstance(json.loads(text), dict)
        except ValueError:
            is_object = False
        if not is_object:
            raise BadArgument(
                f"--as is no JSON object: {text}", fix='Write the request context, as in --as \'{"user":"anna"}\'.'
            )
        if not self.context_key:
            raise NoContextKey(self.urls[0])
        return replace(self, behalf=text)

    def context_of(self, request_id: str, seconds: float) -> str:
        """What is sent of it with a request; empty where it is called on no one's behalf."""
        return Seal(None, (self.context_key,)).header_of(self.behalf, request_id, seconds) if self.behalf else ""


@dataclass(eq=False)
class NoContextKey(PluresError):
    """Only a program that may read the file of the run can act for its users."""

    code = "cli.no_context_key"
    wording = Text(
        "Cannot call {at} on behalf of a user",
        why="the key by which its processes know each other's word for it lies in the data folder of its run, and --at names an address alone",
        fix="Leave --at out, in the folder of the application; --data names another data folder.",
    )

    at: str


@dataclass(eq=False)
class NothingRuns(PluresError):
    """No run keeps the data folder."""

    code = "cli.nothing_runs"
    wording = Text(
        "Nothing runs here that could be called",
        why="{reason}",
        fix="Start the application with `plures run`, name its data folder with --data, or its control address with --at.",
    )

    reason: str


@dataclass(eq=False)
class SeveralRun(PluresError):
    """More than one run keeps the data folder, and only the user knows which one is meant."""

    code = "cli.several_run"
    wording = Text("{count} applications run here", why="{runs}", fix="Name one of them, as in {example}.")

    count: int
    runs: str
    example: str


@dataclass(eq=False)
class RunOfAnother(PluresError):
    """The application belongs to another user of this machine."""

    code = "cli.run_of_another"
    wording = Text(
        "This user may not know of what runs here",
        why="{path} cannot be read ({reason})",
        fix="Give the command as the user who started the application, as with `sudo -u`.",
    )

    path: str
    reason: str


@dataclass(eq=False)
class UnknownOperation(PluresError):
    """The replica, or the application, does not serve this operation."""

    code = "cli.unknown_operation"
    wording = Text("{at} does not serve {name!r}", fix="{suggestion}")

    at: str
    name: str
    suggestion: str


def find_at(at: str, name: str, data: Path | None = None) -> Callee:
    """An operation of the replica at an address; `http://` may be left out.

    Args:
        data: The data folder whose run may know a token for it.

    Raises:
        BadArgument, NotReached, NotLetIn, UnknownOperation: There is no such operation.
    """
    at = _address(at)
    tls, token = _trusted_at(at, data), _token_for(at, data)
    listing = fetch_listing(at, token, tls)
    if name in listing.hosted:
        return Callee(listing.application, listing.hosted[name], (at,), tls=tls, tokens={at: token})
    if name in listing.elsewhere:
        hint = f"Another process hosts {listing.homes[name]!r}: name its control address with --at, or leave --at out."
        raise UnknownOperation(at, name, hint)
    where = "Another process may serve it: name the control address of that process with --at."
    raise UnknownOperation(at, name, f"{_suggestion(name, listing.hosted)} {where}")


def find_running(data: Path, name: str) -> Callee:
    """An operation of the application that runs with a data folder, in whichever process hosts it.

    Raises:
        NothingRuns, SeveralRun, NotReached, UnknownOperation: There is no such operation.
    """
    run = the_run(data)
    listing = _listing_of(run)
    operation = listing.hosted.get(name) or listing.elsewhere.get(name)
    urls = run.capabilities.get(listing.homes.get(name, ""))
    if operation is None or not urls:
        raise UnknownOperation(run.application, name, _suggestion(name, listing.homes))
    return Callee(
        run.application,
        operation,
        urls,
        run.control,
        trust_of(run),
        tokens=run.tokens,
        context_key=run.context_key,
    )


def place_of(at: str, data: Path | None) -> tuple[str, str, Recognising | None]:
    """An address as a base URL, the token that is known for it, and how it is recognised by TLS; raises `BadArgument`.

    Args:
        data: The data folder whose run may know these.
    """
    at = _address(at)
    return at, _token_for(at, data), _trusted_at(at, data)


def trust_of(run: Run | None) -> Recognising | None:
    """How the processes of a run are recognised by TLS; None where they do not speak it. Raises `TlsError`."""
    if run is None or not run.trust:
        return None
    return open_for_tools(Path(run.trust), run.application, run.peers)


def _trusted_at(at: str, data: Path | None) -> Recognising | None:
    runs = runs_of(data).running if data is not None and at.startswith("https:") else ()
    return trust_of(next((run for run in runs if at in run.peers), None))


def contracts_at(at: str, data: Path | None) -> bytes:
    """The contract listing of the replica at a base URL, as it is sent; raises `NotReached` or `NotLetIn`.

    Args:
        data: The data folder whose run may know a token for it.
    """
    return fetch_contracts(at, _token_for(at, data), _trusted_at(at, data))


def token_of(data: Path) -> str:
    """The token that all processes of the run take which keeps a data folder. Raises `NothingRuns` or `SeveralRun`."""
    return the_run(data).token


def the_run(data: Path, *, how: str = "--at {at}") -> Run:
    """The run that keeps a data folder, or is found from it.

    Args:
        how: How the user may name one of several, by `{at}`, `{pid}` or `{data}`.

    Raises:
        NothingRuns, SeveralRun, RunOfAnother: There is none, or more than one.
    """
    run = run_here(data, how=how)
    if run is not None:
        return run
    found = runs_of(data)
    left = f"; {found.left[-1].name} is of a run that was killed" if found.left else ""
    raise NothingRuns(f"no run keeps the data folder {data}{left}")


def run_here(data: Path, *, how: str = "--at {at}") -> Run | None:
    """The same; None where none does. Raises `SeveralRun`, or `RunOfAnother` where its files cannot be read."""
    running = runs_of(data).running
    if len(running) > 1:
        runs = "; ".join(
            f"{run.application} at {run.control[0]} (process {run.pid}{f', data in {run.data}' if run.data else ''})"
            for run in running
        )
        first = running[0]
        raise SeveralRun(len(running), runs, how.format(at=first.control[0], pid=first.pid, data=first.data))
    return running[0] if running else None


def runs_of(data: Path) -> Found:
    """All runs that keep a data folder, and what killed ones have left. Raises `RunOfAnother`."""
    try:
        return find_runs(data)
    except OSError as error:
        raise RunOfAnother(str(error.filename), error.strerror or str(error)) from error


def _listing_of(run: Run) -> Listing:
    """What the first of its replicas says that answers."""
    failure: NotReached | None = None
    for at in run.control:
        try:
            listing = fetch_listing(at, run.tokens.get(at, ""), trust_of(run))
        except NotReached as error:
            failure = error
            continue
        if listing.application == run.application:
            return listing
        failure = NotReached(at, f"{run.application} should answer there, but {listing.application} does")
    raise failure or NothingRuns(f"no process of {run.application} runs on this machine")


def _token_for(at: str, data: Path | None) -> str:
    """The token of the run that says it answers there; else what the environment holds."""
    runs = runs_of(data).running if data is not None else ()
    known = (token for run in runs for url, token in run.tokens.items() if _here(url) == _here(at))
    return next(known, "") or os.environ.get(_TOKEN_VARIABLE, "")


def _here(url: str) -> tuple[str, str | None, int | None]:
    """What an address stands for: this machine is `localhost` as well."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    return parts.scheme, "localhost" if parts.hostname in _THIS_MACHINE else parts.hostname, port


def _suggestion(name: str, served: Iterable[str]) -> str:
    names = sorted(served)
    return did_you_mean(name, names, most=3) or f"It serves {', '.join(names) or 'nothing'}."


def _address(at: str) -> str:
    at = at if "://" in at else f"http://{at}"
    if not at.startswith(("http://", "https://")):
        raise BadArgument(f"{at!r} is not the address of a replica", fix="Write it as http://HOST:PORT.")
    return at.rstrip("/")
