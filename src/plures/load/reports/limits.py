"""What a load must keep, so that a program can act on it: `p99>500ms`, `failed>1%`, of all requests or of one step."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from plures.errors import PluresError

from .report import Report, StepReport

_FIGURES: Final = {"p50": "p50", "p90": "p90", "p99": "p99", "p99.9": "p999", "max": "max"}
"""As they are written → as the report has them."""
_COUNTED: Final = ("failed", "unsent")
_FORM: Final = re.compile(
    r"(?:(?P<step>\S.*?)\s+)?(?P<figure>p50|p90|p99\.9|p99|max|failed|unsent)\s*>\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|m|%)?"
)
_MS: Final = {"ms": 1.0, "s": 1_000.0, "m": 60_000.0}


class NoLimit(PluresError):
    """A limit cannot be read."""

    code = "load.no_limit"


class Limit(NamedTuple):
    """What a load fails by.

    Attributes:
        text: As it was written.
        step: The name of a step; empty for all.
        figure: `p50`, `p90`, `p99`, `p99.9`, `max`, `failed` or `unsent`.
        most: In ms; of what is counted, in requests or journeys, or in hundredths of them.
        is_share: Whether it is hundredths.
    """

    text: str
    step: str
    figure: str
    most: float
    is_share: bool

    @property
    def is_of_failures(self) -> bool:
        """Whether it says how many requests of all may fail."""
        return self.figure == "failed" and not self.step


def limits_of(texts: Iterable[str]) -> list[Limit]:
    """What is written as limits. Raises `NoLimit`, which names all that are none."""
    read = [(text, _limit(text)) for text in texts]
    wrong = [repr(text) for text, limit in read if limit is None]
    if wrong:
        raise NoLimit(
            f"{', '.join(wrong)} {'are no limits' if wrong[1:] else 'is no limit'}",
            fix="Write p50, p90, p99, p99.9 or max as in p99>500ms, failed>1% or unsent>0; the name of a step may stand before: home p99>200ms.",
        )
    return [limit for _, limit in read if limit is not None]


def _limit(text: str) -> Limit | None:
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    figure, step, unit = found["figure"], found["step"] or "", found["unit"] or ""
    is_counted = figure in _COUNTED
    if (is_counted and unit in _MS) or (not is_counted and unit == "%") or (figure == "unsent" and step):
        return None
    number = float(found["number"])
    # Durations are seconds where they have no unit, as in all options.
    most = number if is_counted else number * _MS[unit or "s"]
    return Limit(text.strip(), step, figure, most, unit == "%")


def missed(report: Report, limits: Iterable[Limit]) -> list[str]:
    """Sentences on the limits that a load did not keep. Where there is no figure, a limit is missed: nothing shows that it was kept."""
    told: list[str] = []
    for limit in limits:
        steps = _steps(report, limit.step)
        if not steps:
            known = ", ".join(sorted({each.step for journey in report.journeys for each in journey.steps}))
            told.append(f"{limit.text}: no step of this name was made; there were {known or 'none'}.")
        told += [f"{limit.text}: it was {was}." for each in steps if (was := _beyond(report, each, limit))]
    return told


def _steps(report: Report, name: str) -> Sequence[StepReport]:
    if not name:
        return [report.all]
    return [each for journey in report.journeys for each in journey.steps if each.step == name]


def _beyond(report: Report, step: StepReport, limit: Limit) -> str:
    """What the figure was; empty where the limit was kept."""
    if limit.figure in _FIGURES:
        took: float | None = getattr(step.ms, _FIGURES[limit.figure])
        if took is None:
            return "of no request, since none was answered as expected"
        return f"{took:,.1f} ms" if took > limit.most else ""
    if limit.figure == "unsent":
        many, of = report.not_sent, report.intended
    else:
        many, of = sum(step.failed.values()), step.sent
    share = 100 * many / of if of else 0.0
    is_beyond = (share if limit.is_share else many) > limit.most
    return f"{many:,} of {of:,} ({share:.2f}%)" if is_beyond else ""
