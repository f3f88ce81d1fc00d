"""Effects of threads -> events in virtual time: the queue of (time, serial, thread, answer), and the only loop.

A thread is a generator that yields effects. The kernel pops the earliest entry, moves `now` there and answers. Nothing
here waits, reads a clock or draws a random number of its own; entries of one instant go by their serial number.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from aslkit.definition.collector import Paused
from aslkit.language.errors import RUNTIME, TIMEOUT, StatesError
from aslkit.simulation.context import StateScope
from aslkit.simulation.execution import ABORTED, FAILED, SUCCEEDED, TIMED_OUT, Visit
from aslkit.simulation.history import KINDS, NOTHING
from aslkit.simulation.limits import MAX_DEPTH, TOO_DEEP, size_of
from aslkit.simulation.retry import Failure, too_large

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.simulation.context import Identity
    from aslkit.simulation.execution import Iteration
    from aslkit.simulation.history import Event, Kind
    from aslkit.simulation.resources import Request, Service
    from aslkit.simulation.states import StateProgram

    Effect: TypeAlias = "Sleep | Fork"
    Body: TypeAlias = Generator[Effect, Any, Any]

Json = Any

NEVER = float("inf")


class Sleep(NamedTuple):
    """Go on so many virtual seconds later; after `inf` seconds: never."""

    seconds: float


class Fork(NamedTuple):
    """Go on with the list of what the children returned, in their order; or with the failure of the first that failed,
    after the others were closed. At most `concurrency` of the `size` children run at once."""

    size: int
    concurrency: int
    child: Callable[[int, Thread], Body]


class Thread:
    """One line of control: the execution, a branch of a Parallel, an iteration of a Map.

    `last` is the event that its next event follows, `final` the one that its parent's next event follows once it ended.
    """

    __slots__ = (
        "body",
        "children",
        "closed",
        "final",
        "index",
        "item",
        "iteration",
        "last",
        "parent",
        "request",
        "scope",
        "stopped",
        "visit",
    )

    def __init__(self, parent: Thread | None, index: int, scope: StateScope) -> None:
        self.parent = parent
        self.index = index
        self.scope = scope
        self.last = self.final = 0
        self.iteration: Iteration = () if parent is None else parent.iteration
        self.item: Json = None if parent is None else parent.item
        self.closed = False
        self.body: Body
        self.children: Children | None = None
        self.request: Request | None = None
        self.visit: Visit | None = None
        self.stopped: Kind | None = None


class Children:
    """The children of a thread that waits for them: those that run, what the others returned, how many were started."""

    __slots__ = ("fork", "results", "running", "started")

    def __init__(self, fork: Fork) -> None:
        self.fork = fork
        self.results: list[Json] = [None] * fork.size
        self.running: dict[int, Thread] = {}
        self.started = 0


class Bounds(NamedTuple):
    """Where a run ends that would not end otherwise; whether its events are kept, and whether a task's result over the
    payload limit ends it."""

    events: float
    transitions: int
    threads: int
    payload: int
    keeps_events: bool = True
    final_results: bool = False


class BoundReached(Exception):
    """The whole run ends here, whatever its threads are doing."""

    def __init__(self, status: str, error: str, cause: str) -> None:
        super().__init__(cause)
        self.status = status
        self.error = error
        self.cause = cause


class Ending(NamedTuple):
    status: str
    output: Json
    error: str | None
    cause: str | None


class Kernel:
    """One run: its virtual time, threads, events, visits and the service that answers its tasks."""

    def __init__(
        self,
        *,
        service: Service,
        identity: Identity,
        facts: Mapping[str, Json],
        start: float,
        seed: int,
        bounds: Bounds,
    ) -> None:
        self.now = 0.0
        self.start = start
        self.service = service
        self.identity = identity
        self.facts = facts
        self.random = Random(seed)
        self.bounds = bounds
        self.events: list[Event] = []
        self.visits: list[Visit] = []
        self.ticks = count(1)
        self.noted = 0
        self.keeps_events = bounds.keeps_events
        self.transitions = 0
        self.requests = 0
        self.invocations: dict[tuple[str, Iteration], int] = {}
        self.serial = 0
        self.threads = 0
        self.queue: list[tuple[float, int, Thread, Json]] = []
        self.fitting: dict[int, Json] = {}
        self.late = Ending(TIMED_OUT, None, TIMEOUT, None)
        """How a run ends that reaches its last second; otherwise where somebody stops it then."""

    # --- events ------------------------------------------------------------------------------------------------------

    def note(self, thread: Thread, kind: Kind, *values: Json) -> int:
        """The next event of a thread; its id."""
        thread.last = number = self.add_event(thread.last, kind, values)
        return number

    def note_aside(self, previous: int, kind: Kind, *values: Json) -> int:
        """An event that no later event follows; its id."""
        return self.add_event(previous, kind, values)

    def add_event(self, previous: int, kind: Kind, values: tuple[Json, ...]) -> int:
        """Raises BoundReached before the last event that the history has room for, which says how the run ended."""
        self.noted = number = self.noted + 1
        if self.keeps_events:
            if number >= self.bounds.events:
                raise self.history_is_full(number)
            self.events.append((kind, previous, self.now, values))
        return number

    def history_is_full(self, number: int) -> BoundReached:
        self.noted = number - 1
        return BoundReached(FAILED, RUNTIME, f"The execution reached the maximum number of history events ({number}).")

    def previous(self, event: int) -> int:
        """The id of the event that an event follows; 0 where no events are kept."""
        return self.events[event - 1][1] if self.keeps_events else 0

    # --- visits ------------------------------------------------------------------------------------------------------

    def enter(self, thread: Thread, state: StateProgram, raw: Json) -> Visit:
        """The visit of a state that begins now."""
        self.count_transition()
        thread.last = event = self.add_event(thread.last, state.entered, (state.name, raw))
        visit = Visit(state.name, state.pointer, thread.iteration, self.now, event, next(self.ticks))
        visit.input, visit.variables = raw, thread.scope.variables
        self.visits.append(visit)
        thread.visit = visit
        thread.stopped = state.stopped
        thread.scope.input = raw
        if state.reads_context:
            thread.scope.context = state.context(self, thread, visit)
        return visit

    def exit(
        self,
        thread: Thread,
        visit: Visit,
        state: StateProgram,
        output: Json,
        assigned: dict[str, Json] | None,
        edge: Pointer | None,
    ) -> None:
        """The visit ends, its variables are assigned, and the transition `edge` is taken."""
        if assigned is not None:
            if not self.fits(assigned):
                raise too_large(state.name, final=True)
            thread.scope.variables = {**thread.scope.variables, **assigned}
        values = (state.name, output, NOTHING if assigned is None else assigned)
        thread.last = self.add_event(thread.last, state.exited, values)
        visit.left = self.now
        visit.went = next(self.ticks)
        visit.edge = edge
        visit.ended = "exited"
        thread.visit = None

    def fail(self, thread: Thread, visit: Visit, failure: Failure) -> None:
        """The visit ends with its thread."""
        visit.ended = "failed"
        visit.left = self.now
        visit.went = next(self.ticks)
        visit.error, visit.cause = failure.error, failure.cause
        thread.visit = None

    def count_transition(self) -> None:
        self.transitions += 1
        if self.transitions > self.bounds.transitions:
            raise BoundReached(
                ABORTED,
                "Simulation.TransitionLimit",
                f"The simulator stopped the execution, which made more than {self.bounds.transitions:,} transitions.",
            )

    def count_request(self, state: str, iteration: Iteration) -> tuple[int, int]:
        """The serial number of a task's request and its invocation, both from 1."""
        self.requests += 1
        key = (state, iteration)
        self.invocations[key] = invocation = self.invocations.get(key, 0) + 1
        return self.requests, invocation

    def fits(self, value: Json) -> bool:
        """Whether a payload is within the limit. One that was found to fit is not measured again.

        Raises StatesError (States.Runtime) for a payload that is nested too deep to be printed.
        """
        if value is self.fitting.get(id(value), NOTHING):
            return True
        size = size_of(value, self.bounds.payload)
        if size == TOO_DEEP:
            raise StatesError(RUNTIME, f"The payload is nested more than {MAX_DEPTH} levels deep.")
        if size > self.bounds.payload:
            return False
        if size > WORTH_REMEMBERING:
            if len(self.fitting) >= REMEMBERED:
                del self.fitting[next(iter(self.fitting))]
            self.fitting[id(value)] = value
        return True

    # --- threads -----------------------------------------------------------------------------------------------------

    def run(self, body: Callable[[Thread], Body], seconds: float, facts: tuple[Json, ...]) -> Ending:
        """How the execution ends that runs `body` from its beginning and may take so many virtual seconds."""
        self.note_aside(0, KINDS["ExecutionStarted"], *facts)
        return self.go_on(Thread(None, 0, StateScope(self, {}, self.random)), body, seconds)

    def go_on(self, root: Thread, body: Callable[[Thread], Body], seconds: float) -> Ending:
        """How the execution ends whose root thread runs `body` from now on, until that virtual second at most."""
        root.body = body(root)
        self.wake(root, 0.0, None)
        try:
            with Paused():
                return self.loop(root, seconds)
        except BoundReached as bound:
            self.close(root, None)
            return self.ended(bound.status, bound.error, bound.cause, root.last if bound.status == FAILED else 0)

    def loop(self, root: Thread, seconds: float) -> Ending:
        while self.queue and self.queue[0][0] <= seconds:
            if (ending := self.turn(root)) is not None:
                return ending
        self.now = seconds
        self.close(root, None)
        return self.ended(self.late.status, self.late.error, self.late.cause, 0)

    def turn(self, root: Thread) -> Ending | None:
        """Pops the next entry of the queue and answers its thread; how the execution ended, once it did."""
        self.now, _, thread, answer = heappop(self.queue)
        if thread.closed:
            return None
        try:
            effect = thread.body.throw(answer) if isinstance(answer, Failure) else thread.body.send(answer)
        except StopIteration as stop:
            if thread is root:
                return self.succeeded(root, stop.value)
            self.child_returned(thread, stop.value)
        except Failure as failure:
            if thread is root:
                return self.ended(FAILED, failure.error, failure.cause, root.last)
            self.child_failed(thread, failure)
        else:
            self.obey(thread, effect)
        return None

    def obey(self, thread: Thread, effect: Sleep | Fork) -> None:
        if isinstance(effect, Sleep):
            if effect.seconds != NEVER:
                self.wake(thread, effect.seconds, None)
        elif effect.size == 0:
            self.wake(thread, 0.0, [])
        else:
            thread.children = Children(effect)
            for _ in range(min(effect.size, effect.concurrency)):
                self.start_child(thread, thread.children, thread.last)

    def wake(self, thread: Thread, seconds: float, answer: Json) -> None:
        self.serial += 1
        heappush(self.queue, (self.now + seconds, self.serial, thread, answer))

    def start_child(self, parent: Thread, children: Children, last: int) -> None:
        index = children.started
        children.started += 1
        self.threads += 1
        if self.threads > self.bounds.threads:
            raise BoundReached(
                ABORTED,
                "Simulation.ThreadLimit",
                f"The simulator stopped the execution, which had more than {self.bounds.threads:,} branches and "
                "iterations at once.",
            )
        scope = parent.scope
        child = Thread(parent, index, StateScope(self, scope.variables, self.random))
        child.last = last
        child.body = children.fork.child(index, child)
        children.running[index] = child
        self.wake(child, 0.0, None)

    def child_returned(self, child: Thread, value: Json) -> None:
        parent, children = self.ended_child(child)
        children.results[child.index] = value
        if children.started < children.fork.size:
            self.start_child(parent, children, child.last)
        elif not children.running:
            parent.last = child.final or child.last
            parent.children = None
            self.wake(parent, 0.0, children.results)

    def child_failed(self, child: Thread, failure: Failure) -> None:
        """The first failure of a child closes its siblings and is its parent's."""
        parent, children = self.ended_child(child)
        parent.last = child.last
        for sibling in list(children.running.values()):
            self.close(sibling, child)
        parent.children = None
        failure.inside = True
        self.wake(parent, 0.0, failure)

    def ended_child(self, child: Thread) -> tuple[Thread, Children]:
        parent = child.parent
        assert parent is not None
        assert parent.children is not None
        del parent.children.running[child.index]
        child.closed = True
        self.threads -= 1
        return parent, parent.children

    def close(self, thread: Thread, failed: Thread | None) -> None:
        """Ends a thread and those under it from outside; the service hears of tasks that no longer wait.

        Their Aborted events follow the last event of the thread that failed; none are written when the execution itself
        ends (recorded on AWS for a stopped execution).
        """
        for below in _deepest_first(thread):
            if below.closed:
                continue
            below.closed = True
            if below.parent is not None:
                self.threads -= 1
            below.body.close()
            if below.request is not None:
                self.service.stop(below.request, self.now)
            if below.visit is not None:
                self.abort(below, below.visit, failed)
            if failed is not None and below.parent is not None and below.parent.iteration != below.iteration:
                self.note_aside(failed.last, KINDS["MapIterationAborted"], *below.iteration[-1])

    def abort(self, thread: Thread, visit: Visit, failed: Thread | None) -> None:
        if failed is not None and thread.stopped is not None:
            self.note_aside(failed.last, thread.stopped)
        if visit.attempts and visit.attempts[-1].ended is None:
            visit.attempts[-1].ended = self.now
        visit.ended = "aborted"
        visit.left = self.now
        visit.went = next(self.ticks)
        thread.visit = None

    # --- the end -----------------------------------------------------------------------------------------------------

    def succeeded(self, root: Thread, output: Json) -> Ending:
        self.conclude(root.last, "ExecutionSucceeded", output)
        return Ending(SUCCEEDED, output, None, None)

    def ended(self, status: str, error: str | None, cause: str | None, previous: int) -> Ending:
        self.conclude(previous, FINAL_EVENTS[status], error, cause)
        return Ending(status, None, error, cause)

    def conclude(self, previous: int, type: str, *values: Json) -> None:
        """The last event, which the limit of events does not hold back."""
        self.noted += 1
        if self.keeps_events:
            self.events.append((KINDS[type], previous, self.now, values))


FINAL_EVENTS = {FAILED: "ExecutionFailed", TIMED_OUT: "ExecutionTimedOut", ABORTED: "ExecutionAborted"}
REMEMBERED = 64
WORTH_REMEMBERING = 1_000


def _deepest_first(thread: Thread) -> list[Thread]:
    levels = [[thread]]
    while below := [child for above in levels[-1] if above.children for child in above.children.running.values()]:
        levels.append(below)
    return [found for level in reversed(levels) for found in level]
