"""Whether a component can run in a process of its own as it is: what is reached by a contract can, by an edit of plures.toml."""

from collections.abc import Iterator

from plures.advisor.judging.judgement import Evidence, Verdict
from plures.advisor.measuring import Survey
from plures.advisor.watching import Watched

CONTRACTS = "contracts"
"""The source: the code says it, and not what ran."""


def from_contracts(survey: Survey, watched: Watched) -> Iterator[Evidence]:
    """Which of the components that ran have contracts in their code."""
    for name in sorted({*watched.loads, *watched.failing}):
        contracts = [
            contract.name
            for path, component in sorted(survey.codebase.division.of.items())
            if component == name
            for messaging in [survey.codebase.facts[path].messaging]
            if messaging is not None
            for contract in messaging.contracts
        ]
        if contracts and name not in watched.own:
            yield Evidence(
                source=CONTRACTS,
                subject=(name,),
                statement=f"It is reached by its contract {contracts[0]}: it can have a process of its own by an edit of plures.toml, whatever imports bind its code.",
                figure=float(len(contracts)),
                unit="contracts in its code",
                supports=Verdict.SPLIT_OUT,
                strength=1.0,
            )
