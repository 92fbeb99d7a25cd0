"""What can go wrong with an order."""

from dataclasses import dataclass

from plures.errors import InvalidInput, PluresError, Text

from .messages import Failed


@dataclass(eq=False)
class OrderUnderWay(PluresError):
    """A run does one thing at a time."""

    code = "deploy.order_under_way"
    wording = Text(
        "The application does something else that it was told",
        why="{doing}",
        fix="Try again when that is done; `plures ps` shows it.",
    )

    doing: str


@dataclass(eq=False)
class RunGone(PluresError):
    """The run ended, or does not listen to orders."""

    code = "deploy.run_gone"
    wording = Text(
        "The application cannot be told anything",
        why="{reason}",
        fix="See whether it still runs, with `plures ps` or by its log; an order that had begun is in the log as well.",
    )

    reason: str


@dataclass(eq=False)
class RunSilent(PluresError):
    """The run is there, and says nothing."""

    code = "deploy.run_silent"
    wording = Text("The application does not answer", why="{reason}", fix="{fix}")

    reason: str
    fix: str


@dataclass(eq=False)
class NoOrder(PluresError):
    """The run was told something that is no order of its version."""

    code = "deploy.no_order"
    wording = Text(
        "The application does not know what it was told",
        why="{reason}",
        fix="Use the `plures` of the version that runs.",
    )

    reason: str


class OrderFailed(PluresError):
    """The run says why it did not carry out an order. Its code is that of the error that it met."""

    code = "deploy.order_failed"

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.what, why=failed.why, fix=failed.fix)
        self.reason = failed.code
        # It is told as if it had been met here.
        vars(self)["code"] = failed.code


def met(failed: Failed) -> PluresError:
    """The error that a run met, as if it had been met here."""
    if failed.violations:
        return InvalidInput(failed.what, failed.violations)
    return OrderFailed(failed)
