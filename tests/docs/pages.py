"""A Markdown page as its reader meets it: blocks of code in order, some of which are files, some commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What npm installs beside a service has pages of its own.
_OURS = (page for page in (ROOT / "marketplace").rglob("*.md") if "node_modules" not in page.parts)
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *_OURS})
FOLLOWED = [ROOT / "docs" / "tutorial.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]
"""The pages whose reader writes the files and types the commands."""

FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
CTRL_C = "^C"
FILE = re.compile(r"(?:#|//) ([\w./-]+\.(?:py|toml|yaml|ts|go))\n")


@dataclass(frozen=True)
class Block:
    """One fenced block.

    A block whose first line is a comment with a path, such as `# hello/app.py`, is that file.

    Attributes:
        language: What stands behind the opening fence.
        text: What stands between the fences; of a file, what stands below the comment with its path.
        path: The file that it is; empty for a block that is none.
        line: Where the page has it, for messages.
    """

    language: str
    text: str
    line: int
    path: str = ""

    def write(self, folder: Path) -> None:
        """Write the file into a folder as the page tells the reader to."""
        target = folder / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self.text)
        package = target.parent
        while target.suffix == ".py" and package not in (folder, folder / "tests"):
            (package / "__init__.py").touch()
            package = package.parent

    def steps(self) -> list[tuple[str, list[str]]]:
        """The commands of a console block, each with the lines that the reader is told to expect."""
        steps: list[tuple[str, list[str]]] = []
        for line in self.text.splitlines():
            if line == CTRL_C:
                steps.append((line, []))
            elif line.startswith("$ "):
                steps.append((line.removeprefix("$ ").partition("  #")[0].rstrip(), []))
            else:
                steps[-1][1].append(line)
        return steps


def blocks(markdown: str, *languages: str) -> list[Block]:
    """The blocks of a page, or of a part of one; only those in some languages when any are named."""
    return [block for block in _blocks(markdown) if not languages or block.language in languages]


def section(page: Path, heading: str) -> str:
    """What stands below a heading of the second level."""
    return page.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]


def _blocks(markdown: str) -> Iterator[Block]:
    for found in FENCE.finditer(markdown):
        language, text = found.groups()
        line = markdown.count("\n", 0, found.start()) + 1
        file = FILE.match(text)
        if file is None:
            yield Block(language, text, line)
        else:
            yield Block(language, text[file.end() :], line, path=file[1])
