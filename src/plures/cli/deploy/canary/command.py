"""The command `plures deploy canary`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click
from msgspec.structs import asdict

from plures.canary import Decision, Limits, Memory, Sample, Verdict
from plures.cli.console import FAILED, json_option, mistakes_explained, print_json, say
from plures.cli.finding import place_of
from plures.cli.load import duration

from .errors import ReplicaUnread, SameReplica
from .reading import Address, Unread, read
from .watching import Seen, watch

UNDECIDED: Final = 3
_CODES: Final = {Verdict.HALT: "deploy.canary_halted", Verdict.WAIT: "deploy.canary_undecided"}
_COLOURS: Final = {Verdict.HALT: "red", Verdict.WAIT: "yellow", Verdict.GO_ON: "green"}
_PART = click.FloatRange(0, 1)
_BEGIN: Final = Limits()


def duration_or_none(context: click.Context, parameter: click.Parameter, text: str) -> float:
    """A duration, or 0 for none."""
    return 0.0 if text.strip() in {"0", "0s", "0ms"} else duration(context, parameter, text)


@click.command("canary", short_help="Watch replicas of two versions, and say whether the new one goes on.")
@click.option(
    "--new",
    "new",
    metavar="URL",
    multiple=True,
    required=True,
    help="Control address of a new replica; may be repeated.",
)
@click.option("--old", "old", metavar="URL", multiple=True, required=True, help="The same of an old replica.")
@click.option(
    "--warm-up",
    "warm_up_s",
    callback=duration_or_none,
    default="10s",
    show_default=True,
    help="What is done before does not count.",
)
@click.option("--every", "every_s", callback=duration, default="5s", show_default=True, help="How often they are read.")
@click.option("--at-most", "at_most_s", callback=duration, default="15m", show_default=True, help="For how long.")
@click.option(
    "--watch",
    "watch_s",
    callback=duration_or_none,
    default="60s",
    show_default=True,
    help="It goes on after this time at the earliest.",
)
@click.option(
    "--enough",
    type=click.IntRange(1),
    default=_BEGIN.enough,
    show_default=True,
    help="It goes on after so many calls of either version.",
)
@click.option(
    "--worse", type=_PART, default=_BEGIN.worse, show_default=True, help="By so much more of all calls may fail."
)
@click.option(
    "--slower",
    type=click.FloatRange(1),
    default=_BEGIN.slower,
    show_default=True,
    help="So many times as long may calls take.",
)
@click.option(
    "--false-halts",
    type=click.FloatRange(0, 0.5, min_open=True),
    default=_BEGIN.false_halts,
    show_default=True,
    help="The chance to halt a version that is like the old one.",
)
@click.option("--data", type=click.Path(path_type=Path), help="Data folder of a run that knows tokens for them.")
@json_option
def canary_command(
    *,
    new: tuple[str, ...],
    old: tuple[str, ...],
    warm_up_s: float,
    every_s: float,
    at_most_s: float,
    watch_s: float,
    enough: int,
    worse: float,
    slower: float,
    false_halts: float,
    data: Path | None,
    as_json: bool,
) -> None:
    """Compare what replicas of two versions do with the same visitors at the same time.

    Counted are calls that they serve from now on: how many fail, and how long they take. A replica that does not answer three times in a row
    halts as well. Exit status: 0 go on, 1 halt, 3 not decided in time, such as without visitors.

    \b
    plures deploy canary --old http://10.0.0.7:8001 --new http://10.0.0.8:8001 || kubectl rollout undo deployment/search
    """  # noqa: D301 - click reads the \b
    limits = Limits(worse, slower, false_halts, min(_BEGIN.least, enough), enough, watch_s)
    with mistakes_explained(as_json=as_json):
        named: dict[str, Address] = {}
        for each in (*new, *old):
            url, token, tls = place_of(each, data)
            if url in named:
                raise SameReplica(url)
            named[url] = Address(url, token, tls)
        addresses = list(named.values())
        watched = _watched(
            addresses[: len(new)],
            addresses[len(new) :],
            limits,
            warm_up_s=warm_up_s,
            every_s=every_s,
            at_most_s=at_most_s,
            as_json=as_json,
        )
        last = asyncio.run(watched)
    _finish(last, as_json=as_json)


async def _watched(
    new: Sequence[Address],
    old: Sequence[Address],
    limits: Limits,
    *,
    warm_up_s: float,
    every_s: float,
    at_most_s: float,
    as_json: bool,
) -> Seen:
    for each in (*new, *old):
        try:
            await read(each)
        except Unread as error:
            raise ReplicaUnread(each.url, str(error)) from None
    await asyncio.sleep(warm_up_s)
    last = Seen(Sample(0, (), ()), Decision(Verdict.WAIT, "nothing was read", Memory()))
    async for last in watch(new, old, limits, every_s=every_s, at_most_s=at_most_s):
        if not as_json and last.decision.verdict is Verdict.WAIT:
            say((f"{last.sample.for_s:>6.0f} s  {last.decision.why}", "dim"), err=True)
    return last


def _finish(last: Seen, *, as_json: bool) -> None:
    verdict = last.decision.verdict
    if as_json:
        print_json(_as_data(last), pretty=False)
    else:
        code = f"  [{_CODES[verdict]}]" if verdict in _CODES else ""
        word = "not decided" if verdict is Verdict.WAIT else verdict.value
        say((word, _COLOURS[verdict]), f": {last.decision.why}", (code, "dim"))
    if verdict is not Verdict.GO_ON:
        raise SystemExit(FAILED if verdict is Verdict.HALT else UNDECIDED)


def _as_data(last: Seen) -> dict[str, Any]:
    verdict = last.decision.verdict
    return {
        "verdict": "undecided" if verdict is Verdict.WAIT else verdict.value,
        "code": _CODES.get(verdict),
        "why": last.decision.why,
        "for_s": round(last.sample.for_s, 1),
        **_counted(last.sample),
        "looks": asdict(last.decision.memory)["looks"],
    }


def _counted(sample: Sample) -> dict[str, Any]:
    several = {"new": sample.new, "old": sample.old}
    return {
        who: [{"calls": each.calls, "faults": each.faults} for each in replicas] for who, replicas in several.items()
    }
