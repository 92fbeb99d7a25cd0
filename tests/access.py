"""What tests show a control listener to be let in."""

from pathlib import Path

from plures.deploy import find_runs


def shown(token: str) -> dict[str, str]:
    """The header with a token."""
    return {"authorization": f"Bearer {token}"}


def shown_to(data: Path) -> dict[str, str]:
    """The same for the run that keeps a data folder."""
    return shown(find_runs(data).running[0].token)
