"""An inline Map state: its iterations as threads, its result the array of their outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.language.errors import StatesError
from aslkit.simulation.history import KINDS
from aslkit.simulation.kernel import Fork
from aslkit.simulation.retry import Failure
from aslkit.simulation.states import RetryingProgram, line

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from aslkit.simulation.context import StateScope
    from aslkit.simulation.execution import Attempt, Visit
    from aslkit.simulation.kernel import Body, Effect, Kernel, Thread
    from aslkit.simulation.states import MachineProgram

    Evaluator = Callable[[StateScope], Any]

Json = Any


class MapProgram(RetryingProgram):
    __slots__ = ("concurrency", "items", "machine", "selector")

    items: Evaluator
    concurrency: Evaluator
    selector: Evaluator | None
    machine: MachineProgram

    def attempt(self, kernel: Kernel, thread: Thread, visit: Visit, attempt: Attempt) -> Generator[Effect, Any, Json]:
        scope = thread.scope
        self.flow.effective_input(scope)
        items = self.items(scope)
        kernel.note(thread, KINDS["MapStateStarted"], len(items))
        concurrency = self.concurrency(scope)

        def child(index: int, below: Thread) -> Body:
            return self.iteration(kernel, below, visit, scope, index, items[index])

        results = yield Fork(len(items), concurrency, child)
        kernel.note_aside(thread.last, KINDS["MapStateSucceeded"])
        return results

    def iteration(
        self, kernel: Kernel, thread: Thread, visit: Visit, above: StateScope, index: int, item: Json
    ) -> Body:
        """One iteration; its parent's next event follows MapIterationSucceeded (recorded on AWS)."""
        thread.iteration = (*thread.iteration, (self.name, index))
        thread.item = {"Index": index, "Value": item}
        raw = item
        if self.selector is not None:
            try:
                raw = selected(self.selector, thread.scope, above, thread.item)
            except StatesError as error:
                raise self.explained(kernel, thread, visit, error) from None
        kernel.note(thread, KINDS["MapIterationStarted"], self.name, index)
        try:
            output = yield from line(kernel, thread, self.machine, raw)
        except Failure:
            kernel.note_aside(thread.last, KINDS["MapIterationFailed"], self.name, index)
            raise
        thread.final = kernel.note_aside(thread.last, KINDS["MapIterationSucceeded"], self.name, index)
        return output


def selected(selector: Evaluator, scope: StateScope, above: StateScope, item: Json) -> Json:
    """What ItemSelector makes of an item: it reads the Map's effective input and `$$.Map.Item`. Raises StatesError."""
    scope.input = above.input
    scope.context = {**(above.context or {}), "Map": {"Item": item}}
    return selector(scope)
