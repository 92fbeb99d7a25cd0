"""What is known of the statements of one file, and when none of them may run in the event loop."""

from collections.abc import Callable, Iterable
from math import inf
from time import monotonic
from typing import Final

from .program import Effort, Step, effort_of, is_explainable

STEPS: Final = 1_000
MOST_IN_A_ROW: Final = 16
LONG_S: Final = 0.01
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 10.0
SHORT_FLUSH_S: Final = 0.001
TRIP_S: Final = 0.0002
"""To the thread and back, roughly: while other tasks wait, the event loop waits no longer for the disk."""
IDLE_S: Final = 0.0001
MOST_COMMITS: Final = 64

_MOST_KNOWN: Final = 1_024


class Leash:
    """What the connections of one file know of its statements."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._efforts: dict[str, Effort | None] = {}
        self._schemas = 0
        self._resumes_at = -inf
        self._pause_s = FIRST_PAUSE_S
        # How long a commit takes, on the average of the last ones.
        self._flush_s = LONG_S
        self._commits_here = 0

    def effort_of(self, sql: str, now: float) -> Effort:
        """What is known of a statement; nothing while all statements run in the thread."""
        if now < self._resumes_at:
            return Effort.UNKNOWN
        return self._efforts.get(sql) or Effort.UNKNOWN

    def learn(self, sql: str, run: Callable[[str], Iterable[Step]]) -> None:
        """Called after a statement ran in the thread. Looks at those that come again.

        Args:
            sql: The statement.
            run: Runs another one with its values.
        """
        if sql not in self._efforts:
            if len(self._efforts) >= _MOST_KNOWN:
                self._efforts.clear()
            self._efforts[sql] = None
        elif self._efforts[sql] is None:
            # The `sqlite3` module keeps statements that it has read, and SQLite shows the program of before a change of the schema.
            explain = f"EXPLAIN /* {self._schemas} */ {sql}"
            self._efforts[sql] = effort_of(run(explain)) if is_explainable(sql) else Effort.UNKNOWN

    def forget(self) -> None:
        """Called when the schema may have changed, and the programs with it."""
        self._schemas += 1
        self._efforts.clear()

    def went_too_far(self, sql: str) -> None:
        """It took too many steps."""
        self._efforts[sql] = Effort.UNKNOWN

    def now(self) -> float:
        """Seconds on its clock."""
        return self._clock()

    def took(self, since: float) -> None:
        """A statement has held the event loop since then."""
        now = self._clock()
        if now - since > LONG_S:
            # On a crowded machine one is now and then; on a slow disk many are.
            was_calm = now > self._resumes_at + LONGEST_PAUSE_S
            self._pause_s = FIRST_PAUSE_S if was_calm else min(2 * self._pause_s, LONGEST_PAUSE_S)
            self._resumes_at = now + self._pause_s

    def may_commit(self, since: float | None = None) -> bool:
        """Whether a transaction that ran in the event loop may be committed there.

        Args:
            since: Other tasks had their turn since then; None before that.
        """
        now = self._clock()
        if now < self._resumes_at or self._commits_here >= MOST_COMMITS:
            return False
        is_idle = since is None or now - since < IDLE_S
        return self._flush_s < (SHORT_FLUSH_S if is_idle else TRIP_S)

    def committed(self, since: float, *, is_here: bool) -> None:
        """A commit has waited for the disk since then, in the event loop or in the thread."""
        self._flush_s += (min(self._clock() - since, LONG_S) - self._flush_s) / 8
        self._commits_here = self._commits_here + 1 if is_here else 0
        if is_here:
            self.took(since)
