"""A Parallel state: its branches as threads, its result the array of their outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.simulation.history import KINDS
from aslkit.simulation.kernel import Fork
from aslkit.simulation.retry import Failure
from aslkit.simulation.states import RetryingProgram, line

if TYPE_CHECKING:
    from collections.abc import Generator

    from aslkit.simulation.execution import Attempt, Visit
    from aslkit.simulation.kernel import Body, Effect, Kernel, Thread
    from aslkit.simulation.states import MachineProgram

Json = Any


class ParallelProgram(RetryingProgram):
    __slots__ = ("branches",)

    branches: list[MachineProgram]

    def attempt(self, kernel: Kernel, thread: Thread, visit: Visit, attempt: Attempt) -> Generator[Effect, Any, Json]:
        self.flow.effective_input(thread.scope)
        arguments = self.flow.arguments(thread.scope)
        kernel.note(thread, KINDS["ParallelStateStarted"])

        def child(index: int, below: Thread) -> Body:
            return branch(kernel, below, self.branches[index], arguments)

        results = yield Fork(len(self.branches), len(self.branches), child)
        kernel.note_aside(thread.last, KINDS["ParallelStateSucceeded"])
        return results


def branch(kernel: Kernel, thread: Thread, machine: MachineProgram, raw: Json) -> Body:
    """A branch of a Parallel. The task whose failure ends it is aborted, says the history (recorded on AWS)."""
    try:
        return (yield from line(kernel, thread, machine, raw))
    except Failure:
        if thread.stopped is KINDS["TaskStateAborted"]:
            kernel.note_aside(thread.last, thread.stopped)
        raise
