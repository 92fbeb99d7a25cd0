"""The window of a subscription, whatever happens in whatever order, beside a database that is a dictionary.

What must hold: a key has one event in flight, in order; the position never passes an event that is neither settled nor written among the
failures; in the end each event was delivered once more than it failed, or is parked with all of its key that is behind it.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from plures.events.outbox import Stored
from plures.events.window import Failure, Item, Window

KEYS = ["", "a", "b", "c"]


class Windows(RuleBasedStateMachine):
    """`log` and `failures` stand for the tables; `failures` has sequence → state."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Stored] = []
        self.failures: dict[int, str] = {}
        self.attempts: dict[int, int] = {}
        self.position = 0
        self.delivered: list[int] = []
        self.begin()

    def begin(self) -> None:
        self.window = Window()
        self.window.begin(self.position)
        self.in_flight: list[Item] = []

    @rule(keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=6))
    def publish(self, keys: list[str]) -> None:
        for key in keys:
            self.log.append(Stored(len(self.log) + 1, "", "", key, "", "", 0))

    @rule(most=st.integers(1, 6))
    @precondition(lambda self: not self.window.must_write)
    def read_on(self, most: int) -> None:
        after = self.window.read_to
        self.window.add([(event, self.is_blocked(event)) for event in self.log[after : after + most]])

    @rule(most=st.integers(1, 4))
    def take_due(self, most: int) -> None:
        due = [one for one in sorted(self.failures) if self.failures[one] == "retrying" and self.is_first(one)]
        self.window.add_retries([self.item(one) for one in due[:most]])

    @rule(most=st.integers(1, 3))
    def take_followers(self, most: int) -> None:
        for key, after in list(self.window.wanting.items()):
            behind = [one for one in sorted(self.failures) if one > after and self.log[one - 1].key == key]
            until_parked = [
                one for n, one in enumerate(behind) if "parked" not in map(self.failures.get, behind[: n + 1])
            ]
            self.window.add_followers(key, [self.item(one) for one in until_parked[:most]])

    @rule()
    def take(self) -> None:
        item = self.window.take()
        if item is not None:
            key, sequence = item.event.key, item.event.sequence
            assert not key or key not in [other.event.key for other in self.in_flight], "two of one key in flight"
            assert sequence not in [other.event.sequence for other in self.in_flight], "one event twice in flight"
            self.in_flight.append(item)

    @rule(data=st.data(), outcome=st.sampled_from(["succeeded", "failed", "parked", "put back"]))
    @precondition(lambda self: self.in_flight)
    def settle(self, data: st.DataObject, outcome: str) -> None:
        item = self.in_flight.pop(data.draw(st.integers(0, len(self.in_flight) - 1)))
        if outcome == "succeeded":
            self.delivered.append(item.event.sequence)
            self.window.succeeded(item)
        elif outcome == "put back":
            self.window.put_back(item)
        else:
            self.window.failed(item, Failure(item.attempts + 1, None if outcome == "parked" else 0, "x"))

    @rule()
    def write(self) -> None:
        changes = self.window.changes()
        for item, failure in changes.failed:
            sequence = item.event.sequence
            if not item.is_retry or sequence in self.failures:
                self.failures[sequence] = "parked" if failure.due_at is None else "retrying"
                self.attempts[sequence] = failure.attempts
        for event in changes.waiting:
            self.failures.setdefault(event.sequence, "waiting")
        for event in changes.resolved:
            self.failures.pop(event.sequence, None)
        self.position = changes.position
        self.promote()
        self.window.written(changes)

    @rule(data=st.data(), discards=st.booleans())
    @precondition(lambda self: "parked" in self.failures.values())
    def operate(self, data: st.DataObject, discards: bool) -> None:
        parked = [one for one, state in self.failures.items() if state == "parked"]
        one = data.draw(st.sampled_from(parked))
        if discards:
            del self.failures[one]
            self.delivered.append(one)
            self.promote()
        else:
            self.failures[one] = "retrying"

    @rule()
    def crash(self) -> None:
        self.begin()

    @invariant()
    def none_is_lost(self) -> None:
        lost = [one for one in range(1, self.position + 1) if one not in self.delivered and one not in self.failures]
        assert lost == []

    @invariant()
    def each_key_was_delivered_in_order(self) -> None:
        """The first delivery of each: later ones are repetitions, which the subscriber knows."""
        for key in KEYS[1:]:
            first = list(dict.fromkeys(one for one in self.delivered if self.log[one - 1].key == key))
            assert first == sorted(first)

    def teardown(self) -> None:
        """Whatever had happened: with a subscriber that fails no more, all arrive."""
        for _ in range(len(self.log) * 4 + 10):
            self.write()
            for one, state in self.failures.items():
                self.failures[one] = "retrying" if state == "parked" else state
            self.read_on(6)
            self.take_due(4)
            self.take_followers(3)
            self.take()
            while self.in_flight:
                item = self.in_flight.pop()
                self.delivered.append(item.event.sequence)
                self.window.succeeded(item)
                self.take()
            self.none_is_lost()
            self.each_key_was_delivered_in_order()
        self.write()
        assert set(self.delivered) == set(range(1, len(self.log) + 1))
        assert self.failures == {}
        assert self.position == len(self.log)
        assert (self.window.ready, self.window.retrying, self.window.is_changed) == (0, 0, False)

    def is_blocked(self, event: Stored) -> bool:
        if not event.key:
            return event.sequence in self.failures
        return any(one <= event.sequence and self.log[one - 1].key == event.key for one in self.failures)

    def is_first(self, one: int) -> bool:
        key = self.log[one - 1].key
        return not key or one == min(each for each in self.failures if self.log[each - 1].key == key)

    def item(self, one: int) -> Item:
        return Item(self.log[one - 1], self.attempts.get(one, 0), is_retry=True)

    def promote(self) -> None:
        for one, state in self.failures.items():
            if state == "waiting" and self.is_first(one):
                self.failures[one] = "retrying"
                self.attempts[one] = 0


TestWindow = Windows.TestCase
TestWindow.settings = settings(max_examples=300, stateful_step_count=60, deadline=None)
