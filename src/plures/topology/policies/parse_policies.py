"""`[policy]` and `policy` of `[capabilities.CAPABILITY]` → `Policies`."""

from collections.abc import Iterable, Mapping
from typing import Any

from plures.topology.key import BINARY, EDGE_FIGURES, LEAST_AT_ONCE, MOST_AT_ONCE, POLICY, Figure, Key
from plures.topology.section import Section

from . import rules
from .values import Figures, Policies


def parse_policies(everywhere: Section, capabilities: Mapping[str, Section], edge: Section) -> Policies:
    """The figures that the file says; what is wrong with them is in the section's violations.

    Args:
        edge: The section of the edge.
        capabilities: The sections of capabilities, by name.
    """
    figures = _figures(everywhere, {})
    own = {
        name: _figures(section.inline(POLICY), figures)
        for name, section in capabilities.items()
        if POLICY.name in section.values
    }
    return Policies(figures, own, _checked(edge, EDGE_FIGURES.below))


def _figures(section: Section, others: Figures) -> Figures:
    """Those that a section says.

    Args:
        others: What holds beside them.
    """
    said = _checked(section, POLICY.below)
    together = {LEAST_AT_ONCE.name: LEAST_AT_ONCE.default, MOST_AT_ONCE.name: MOST_AT_ONCE.default, **others, **said}
    least, most = together[LEAST_AT_ONCE.name], together[MOST_AT_ONCE.name]
    if least > most and said.keys() & {LEAST_AT_ONCE.name, MOST_AT_ONCE.name}:
        section.report(rules.LEAST_ABOVE_MOST, least=least, most=most)
    return {**said, BINARY.name: section.get(BINARY)} if BINARY.name in section.values else said


def _checked(section: Section, known: Iterable[Key[Any]]) -> Figures:
    """Those of the known figures that a section says, each in its bounds."""
    keys = [key for key in known if isinstance(key, Figure) and key.name in section.values]
    said = {key.name: section.get(key) for key in keys}
    for key in keys:
        if not key.least <= said[key.name] <= key.most and said[key.name] != key.off:
            section.report(
                rules.FIGURE,
                key.name,
                value=said[key.name],
                allowed=key.allowed,
                reason=key.reason,
                example=key.example,
            )
    return said
