"""CODEOWNERS as code hosts read it. Knows the rules of GitHub and those of GitLab, not what teams are.

GitHub follows git's own ignore patterns, and skips a line that it does not understand: `!`, an escaped `#`, a word that is no owner.
GitLab anchors only what begins with a slash, matches a folder only where a slash ends the pattern, takes `!` as an exclusion that
nothing takes back, and judges each section by itself.

Source: docs.github.com, "About code owners"; docs.gitlab.com, "Code Owners" and "Syntax of CODEOWNERS file".
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final, NamedTuple

PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where code hosts look. Each of them knows three, in this order, and reads the first file that is there."""

_HEADING: Final = re.compile(r"\^?\[(?P<name>[^]]+)](?:\[\d+])?(?P<rest>\s.*|$)")
_SIGN: Final = re.compile(r"\\.|\*+|\?|[^\\*?]+|\\")
_BLANK: Final = re.compile(r"(?<!\\)\s+")


class Rule(NamedTuple):
    """A line that says who owns what.

    Attributes:
        line: Its number, from 0.
        section: In small letters; empty outside of sections.
        pattern: Matches whole paths from the top of the repository, with forward slashes.
        owners: As the line writes them, or else as the heading of its section does; empty where it takes the owners away.
        excludes: Whether the section says nothing of these paths, whatever its other lines say.
    """

    line: int
    section: str
    pattern: re.Pattern[str]
    owners: tuple[str, ...]
    excludes: bool = False

    def decides(self, path: str) -> bool:
        """Whether it says something of a path."""
        return self.pattern.fullmatch(path) is not None


class Codeowners:
    """What one file says.

    Args:
        text: Its content.
        place: Which of `PLACES` it came from: `.gitlab/` tells the host, as headings of sections do. GitHub's rules count otherwise.

    Attributes:
        headings: The numbers of lines that begin a section, from 0; empty on GitHub, which has no sections.
    """

    def __init__(self, text: str, place: str) -> None:
        self._lines = text.splitlines()
        found = (number for number, line in enumerate(self._lines) if _HEADING.match(line.strip()))
        self.headings = () if place.startswith(".github/") else tuple(found)
        self._gitlab = bool(self.headings) or place.startswith(".gitlab/")

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """In their order. What the code host would not understand is left out."""
        return tuple(self._gitlab_rules() if self._gitlab else self._github_rules())

    @property
    def handles(self) -> frozenset[str]:
        """All whom it names."""
        named = (
            _owners(match["rest"]) for line in self._lines if self._gitlab and (match := _HEADING.match(line.strip()))
        )
        return frozenset(owner for owners in (*named, *(rule.owners for rule in self.rules)) for owner in owners)

    def owners_of(self, path: str) -> tuple[str, ...] | None:
        """The owners of a file, those of each section together. None where no line says anything of it."""
        found = [rule.owners for rules in self._by_section if (rule := _deciding(rules, path))]
        return tuple(dict.fromkeys(owner for owners in found for owner in owners)) if found else None

    @cached_property
    def _by_section(self) -> tuple[tuple[Rule, ...], ...]:
        """The rules of each section, in the order in which they count: exclusions, then the last line first."""
        sections: dict[str, list[Rule]] = {}
        for rule in reversed(self.rules):
            sections.setdefault(rule.section, []).append(rule)
        return tuple(
            tuple(sorted(sections[name], key=lambda rule: not rule.excludes))
            for name in dict.fromkeys(rule.section for rule in self.rules)
        )

    def _github_rules(self) -> Iterator[Rule]:
        for number, line in enumerate(self._lines):
            pattern, rest = _parted(line)
            owners = rest.partition("#")[0].split()
            if pattern and not pattern.startswith(("#", "!", "\\#")) and all("@" in owner for owner in owners):
                yield Rule(number, "", _as_git_reads(pattern), tuple(owners))

    def _gitlab_rules(self) -> Iterator[Rule]:
        section, standing = "", _owners("")
        for number, line in enumerate(self._lines):
            pattern, rest = _parted(line)
            if heading := _HEADING.match(line.strip()):
                section, standing = heading["name"].strip().casefold(), _owners(heading["rest"])
            elif pattern.startswith("!"):
                yield Rule(number, section, _as_gitlab_reads(pattern[1:]), (), excludes=True)
            elif pattern and not pattern.startswith("#"):
                yield Rule(number, section, _as_gitlab_reads(pattern), _owners(rest) or standing)


def _deciding(rules: Iterable[Rule], path: str) -> Rule | None:
    rule = next((rule for rule in rules if rule.decides(path)), None)
    return None if rule is None or rule.excludes else rule


def _parted(line: str) -> tuple[str, str]:
    """The pattern of a line, and what follows it. A blank after a backslash belongs to the pattern."""
    pattern, *rest = _BLANK.split(line.lstrip(), maxsplit=1)
    return pattern, "".join(rest)


def _owners(words: str) -> tuple[str, ...]:
    """GitLab has no comments behind a pattern: it takes all that looks like an owner."""
    return tuple(word for word in words.split() if "@" in word)


def _as_git_reads(pattern: str) -> re.Pattern[str]:
    """Git's own rules: a slash that is not the last anchors, and a folder stands for what is in it."""
    bare = pattern.strip("/")
    anywhere = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    # `/` alone names nothing. `docs/*` is what lies in the folder, and no deeper.
    below = "/.*" if pattern.endswith("/") else "" if pattern.endswith("/*") else "(?:/.*)?"
    return re.compile(anywhere + _expression(bare, trailing=".*") + below if bare else "(?!)")


def _as_gitlab_reads(pattern: str) -> re.Pattern[str]:
    """What does not begin with a slash is looked for everywhere, and only a slash at the end means a folder."""
    anywhere = "" if pattern.startswith("/") else "(?:.*/)?"
    bare = pattern.lstrip("/")
    folder = ".*" if bare.endswith("/") or not bare else ""
    return re.compile(anywhere + _expression(bare, trailing="[^/]*") + folder)


def _expression(pattern: str, *, trailing: str) -> str:
    """An expression for a pattern.

    Args:
        trailing: What `**` stands for as the last part; in front of a slash it is any number of folders, elsewhere it is `*`.
    """
    parts = pattern.split("/")
    last = len(parts) - 1
    written: list[str] = []
    for number, part in enumerate(parts):
        if part == "**" and number < last:
            written.append("(?:.*/)?")
        elif part == "**":
            written.append(trailing)
        else:
            written.append("".join(_piece(sign) for sign in _SIGN.findall(part)) + ("/" if number < last else ""))
    return "".join(written)


def _piece(sign: str) -> str:
    if sign[0] == "*":
        return "[^/]*"
    return "[^/]" if sign == "?" else re.escape(sign[1:] if len(sign) > 1 and sign[0] == "\\" else sign)
