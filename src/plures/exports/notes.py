"""What a `.proto` file cannot say of a contract, as sentences in its comments: written for people, and read back by `plures contract import`."""

import ast
import json
import re
from collections.abc import Mapping
from typing import Any, Final

TOLD: Final = {
    "date": "A day, as 2031-06-30.",
    "time": "A time of day, as 14:30:00.",
    "uuid": "A UUID.",
    "decimal": "A decimal number, written exactly.",
}
MAY_BE_LEFT_OUT: Final = "May be left out."
OURS: Final = "written by `plures contract export`"
_BEGINS: Final = (
    "Owner: ", "Sunset: ", "Deadline: ", "Cache-Control: ", "Limits: ", "Errors: ", "Bounds: ", "One of ", "A list of ", "Left out, it is ",
    MAY_BE_LEFT_OUT,
    "The fields of the error ", "The event ", *TOLD.values(),
)  # fmt: skip
_BOUND: Final = re.compile(r'(\w+) ("(?:[^"\\]|\\.)*"|[^,]+)(?:, |$)')
_OWNER: Final = re.compile(r"Owner: (.+)\. Stability: (\w+)\.")
_CACHE: Final = re.compile(r"Cache-Control: (private|public), max-age=(\d{1,9})\.")
_VERSION: Final = re.compile(r"\S+ (\d+\.\d+\.\d+), ")
_LIMIT: Final = re.compile(r"(request|response) ([\d,]+) bytes")
_ERROR: Final = re.compile(r"(\w+) \((\w+)\)")
_ERROR_FIELDS: Final = re.compile(r"The fields of the error (\w+), whose status is (\w+)\.")
_EVENT: Final = re.compile(r"The event (\w+)\.(?: (\w+) keeps it in order\.)?")


def version_in(head: str) -> str:
    """The version of the contract that the first line of a file of ours names."""
    found = _VERSION.match(head)
    return found[1] if found else "1.0.0"


def bounds_note(bounds: Mapping[str, object]) -> str:
    """The bounds of a value as a sentence; empty where there are none."""
    said = ", ".join(f"{name} {json.dumps(each, ensure_ascii=False, default=str)}" for name, each in bounds.items())
    return f"Bounds: {said}." if said else ""


def limits_note(limits: Mapping[str, int]) -> str:
    """What an operation declares of how large its messages may be, as a sentence; empty where it declares nothing."""
    said = ", ".join(f"{name.split('_')[1]} {most:,} bytes" for name, most in limits.items())
    return f"Limits: {said}." if said else ""


class Notes:
    """The comment of one thing in a file of ours: what people wrote, and the sentences behind it."""

    def __init__(self, comment: str) -> None:
        lines: list[str] = []
        self.said: list[str] = []
        for line in comment.splitlines():
            if line.startswith(_BEGINS):
                self.said.append(line)
            elif self.said:
                # A long sentence goes on in the next line.
                self.said[-1] += f" {line}"
            else:
                lines.append(line)
        self.doc = "\n".join(lines).strip()

    @property
    def owner(self) -> tuple[str, str]:
        """Owner and stability."""
        found = self._found(_OWNER)
        return (found[1], found[2]) if found else ("", "")

    @property
    def sunset(self) -> str:
        """The day after which the contract may be gone."""
        return self._after("Sunset: ")

    @property
    def deadline_s(self) -> float | None:
        """Of an operation."""
        said = self._after("Deadline: ").removesuffix(" s")
        return float(said) if said else None

    @property
    def limits(self) -> dict[str, int]:
        """How large the messages of an operation may be, by the names under which a contract declares it."""
        said = _LIMIT.findall(self._after("Limits: "))
        return {f"max_{side}_bytes": int(most.replace(",", "")) for side, most in said}

    @property
    def cache(self) -> tuple[int, str]:
        """How long caches may keep an answer of an operation, in seconds, and which may."""
        found = self._found(_CACHE)
        return (int(found[2]), found[1]) if found else (0, "private")

    @property
    def errors(self) -> tuple[tuple[str, str], ...]:
        """Errors of an operation, with their status."""
        return tuple(_ERROR.findall(self._after("Errors: ")))

    @property
    def error(self) -> tuple[str, str] | None:
        """The error, and its status, whose fields a message holds."""
        found = self._found(_ERROR_FIELDS)
        return (found[1], found[2]) if found else None

    @property
    def event(self) -> tuple[str, str] | None:
        """The event that a message is, and the field that keeps it in order."""
        found = self._found(_EVENT)
        return (found[1], found[2] or "") if found else None

    @property
    def bounds(self) -> dict[str, Any]:
        """Of a field."""
        return {name: json.loads(said) for name, said in _BOUND.findall(self._after("Bounds: "))}

    @property
    def choice(self) -> tuple[str, ...]:
        """What a text may be; empty for anything."""
        said = self._after("One of ")
        return tuple(ast.literal_eval(f"[{said}]")) if said else ()

    @property
    def kind(self) -> str:
        """What a text holds, as the contract calls it."""
        return next((kind for kind, told in TOLD.items() if told in self.said), "")

    @property
    def default(self) -> tuple[object, ...]:
        """The default as JSON; nothing where there is none."""
        said = self._after("Left out, it is ")
        return (ast.literal_eval(said),) if said else ()

    @property
    def may_be_left_out(self) -> bool:
        """Whether a message, or a moment, may be left out."""
        return MAY_BE_LEFT_OUT in self.said

    def _after(self, begin: str) -> str:
        return next((each.removeprefix(begin).removesuffix(".") for each in self.said if each.startswith(begin)), "")

    def _found(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return next((found for each in self.said if (found := pattern.fullmatch(each))), None)
