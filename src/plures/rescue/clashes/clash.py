"""A clash: what several services, or one beside others, do to a process that they share, and the way out."""

from dataclasses import dataclass

from plures.errors import Rule, Violation


@dataclass(frozen=True)
class Clash:
    """One thing in the code of a service.

    Attributes:
        services: Whose code it is, or which of them meet.
        where: File and line.
    """

    rule: Rule
    services: tuple[str, ...]
    where: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def violation(self) -> Violation:
        """What is wrong, and the way out."""
        names = ", ".join(self.services)
        return self.rule.broken(self.where, services=names, service=self.services[0], **dict(self.values))
