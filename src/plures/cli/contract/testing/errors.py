"""What `plures contract test` refuses."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class NoTrials(PluresError):
    """What plures.toml names for tests of contracts is something else."""

    code = "cli.no_trials"
    wording = Text(
        "{name} is no sequence of Trial",
        why="[application] trials in plures.toml names it",
        fix="Write trials = [Trial(Search, …), Trial(Pricing, …)] there, with `from plures.testing import Trial`.",
    )

    name: str
