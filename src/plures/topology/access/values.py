"""Callers from outside, and references to tokens, as values."""

from pathlib import Path

import msgspec

from plures.topology.storage import variables_in


class Secret(msgspec.Struct, frozen=True):
    """Where a token is: never the token itself.

    Attributes:
        text: `${NAME}`; empty when a file holds it.
        file: The file that holds it.
    """

    text: str = ""
    file: Path | None = None

    @property
    def variables(self) -> frozenset[str]:
        """The variable of the environment that it refers to."""
        return variables_in(self.text)


class OutsideCaller(msgspec.Struct, frozen=True):
    """A program that is no process of the application.

    Attributes:
        may_call: Names of capabilities, and operations as in `checkout/Place`; `*` is all of them.
        token: What it shows; None where its certificate names it, and where it is the pages of a site that show none.
        origins: Whose pages call it in browsers, as these say it in `Origin`; empty for a program.
    """

    name: str
    may_call: tuple[str, ...]
    token: Secret | None
    origins: tuple[str, ...] = ()

    @property
    def is_program(self) -> bool:
        """Whether it may call processes: pages without a token are at the public listener alone."""
        return self.token is not None or not self.origins
