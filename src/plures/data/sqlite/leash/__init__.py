"""Which statements run in the event loop, because a trip to the thread would take longer than they do.

Only those that ran before in the thread, and of which SQLite's own program says that they are short (`program`). The event loop is kept
from waiting by four bounds, and what goes beyond one of them runs in the thread:

- *Steps.* SQLite stops a query after `STEPS` to twice as many, and it runs anew in the same snapshot. It then runs in the thread for good.
- *Locks.* It waits for none.
- *Statements in a row.* After so many a connection makes a trip, and the event loop sees to the others.
- *Time.* When one took long all the same, the disk is slow or the machine crowded: all statements run in the thread for 0.1 s, and each time
  that it happens again for twice as long.

A commit waits for the disk. The event loop waits with it where no statement of the transaction made a trip, and the last commits took less than
a millisecond on average; while other tasks want to run, only where they took no longer than a trip does. Other tasks run before each. Every 64th
commit makes a trip all the same, since SQLite checkpoints in the thread alone.

Source: docs/adr/0017-plain-sql.md
"""

from .known import MOST_IN_A_ROW, STEPS, Leash
from .program import Effort, is_explainable
from .switch import Switch

__all__ = ["MOST_IN_A_ROW", "STEPS", "Effort", "Leash", "Switch", "is_explainable"]
