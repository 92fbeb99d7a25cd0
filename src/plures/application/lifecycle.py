"""`Lifecycle`: what a service wants to be done when its replica starts, becomes ready, drains and stops."""

from collections.abc import Awaitable, Callable

Hook = Callable[[], Awaitable[None]]


class Lifecycle:
    """The hooks of one service. Ask for it in the constructor.

    Start and ready hooks run in the order of their registration, a capability's after those of the capabilities that it needs;
    drain and stop hooks in the reverse order. A start hook that raises stops the replica from starting.
    """

    def __init__(self) -> None:
        self.start_hooks: list[Hook] = []
        self.ready_hooks: list[Hook] = []
        self.drain_hooks: list[Hook] = []
        self.stop_hooks: list[Hook] = []
        self.background_work: list[Hook] = []

    def on_start(self, hook: Hook) -> None:
        """Run before the replica takes calls: open connections, build an index."""
        self.start_hooks.append(hook)

    def on_ready(self, hook: Hook) -> None:
        """Run once everything that this replica hosts has started."""
        self.ready_hooks.append(hook)

    def on_drain(self, hook: Hook) -> None:
        """Run when the replica begins to stop, while calls in flight still finish."""
        self.drain_hooks.append(hook)

    def on_stop(self, hook: Hook) -> None:
        """Run after the last call: close what `on_start` opened."""
        self.stop_hooks.append(hook)

    def background(self, work: Hook) -> None:
        """Run beside the calls from ready until stop, then be cancelled. Work that raises is logged and started again after a pause."""
        self.background_work.append(work)
