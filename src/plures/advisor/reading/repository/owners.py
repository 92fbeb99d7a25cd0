"""Who owns which file, as a CODEOWNERS file says. Does not know which author belongs to which owner."""

import re
from collections.abc import Iterable

from .tree import Tree

_PLACES = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")


def read_owners(tree: Tree, paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Owners by path; empty when the codebase has no CODEOWNERS file."""
    return owners_of(tree.text(*_PLACES), paths)


def owners_of(content: str, paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Owners by path. The last rule that matches a path counts; paths that no rule matches are left out."""
    rules = [rule for line in content.splitlines() if (rule := _rule(line))][::-1]
    matches = ((path, next((owners for pattern, owners in rules if pattern.search(path)), None)) for path in paths)
    return {path: owners for path, owners in matches if owners is not None}


def _rule(line: str) -> tuple[re.Pattern[str], tuple[str, ...]] | None:
    words = line.split("#", maxsplit=1)[0].split() if not line.lstrip().startswith(("#", "[", "^[")) else []
    return (re.compile(_as_regex(words[0])), tuple(words[1:])) if words else None


def _as_regex(pattern: str) -> str:
    anchored = pattern.startswith("/") or "/" in pattern.rstrip("/")
    body = re.escape(pattern.strip("/"))
    for sign, meaning in ((r"\*\*/", "(?:.*/)?"), (r"\*\*", ".*"), (r"\*", "[^/]*"), (r"\?", "[^/]")):
        body = body.replace(sign, meaning)
    end = "/" if pattern.endswith("/") else "(?:/|$)"
    return f"{'^' if anchored else '(?:^|/)'}{body}{end}" if body else "^"
