"""A machine, its input and what its tasks answer -> Execution: a function of its arguments alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.definition.model import Task, all_states
from aslkit.definition.resource import ACTIVITY, parse_resource
from aslkit.language.payload import json_text
from aslkit.simulation.context import START, Identity, execution_facts
from aslkit.simulation.execution import ABORTED, Execution
from aslkit.simulation.kernel import NEVER, Bounds, Ending, Kernel
from aslkit.simulation.limits import (
    MAX_EVENTS,
    MAX_EXPRESS_SECONDS,
    MAX_PAYLOAD,
    MAX_SECONDS,
    MAX_THREADS,
    MAX_TRANSITIONS,
    size_of,
)
from aslkit.simulation.program import SimulationRefused, compile_machine
from aslkit.simulation.resources import OutcomeError
from aslkit.simulation.states import line

if TYPE_CHECKING:
    from aslkit.definition.model import StateMachine
    from aslkit.simulation.kernel import Body, Thread
    from aslkit.simulation.resources import Outcome, Request, Resource

Json = Any

STANDARD = "STANDARD"
EXPRESS = "EXPRESS"
DURATIONS = {STANDARD: MAX_SECONDS, EXPRESS: MAX_EXPRESS_SECONDS}
RECORDED = "recorded"
DOCUMENTED = "documented"


def simulate(
    machine: StateMachine,
    *,
    input: Json,
    resources: Resource | None = None,
    start: float = START,
    seed: int = 0,
    name: str = "execution",
    machine_name: str = "StateMachine",
    account: str = "111111111111",
    region: str = "us-east-1",
    role: str = "arn:aws:iam::111111111111:role/StepFunctionsRole",
    type: str = STANDARD,
    data_limit: str = RECORDED,
    stop_at: float | None = None,
    stop_error: str | None = None,
    stop_cause: str | None = None,
    history: bool = True,
    max_events: int = MAX_EVENTS,
    max_transitions: int = MAX_TRANSITIONS,
    max_threads: int = MAX_THREADS,
    max_payload: int = MAX_PAYLOAD,
) -> Execution:
    """The execution of the machine in virtual time.

    `start` is in epoch seconds; `seed` decides jitter and the random intrinsic functions. Without `history` no events
    are kept and their number is not limited; `max_transitions` and `max_threads` (branches and iterations alive at
    once) then end a run that would not end. `type` is STANDARD or EXPRESS (five minutes at most, no waiting for jobs or
    tokens). A task's result over the payload limit can be caught, as recorded on AWS; with `data_limit` "documented"
    nothing catches it, as the guide says. `stop_at` is the virtual second at which somebody stops the execution
    (StopExecution) with `stop_error` and `stop_cause`: it then ends ABORTED. Raises SimulationRefused for a machine
    that cannot run or an input that no execution can have, NotSimulated for what the simulator does not know yet, and
    OutcomeError when nobody says what a task answers.
    """
    if type not in DURATIONS or data_limit not in (RECORDED, DOCUMENTED):
        raise ValueError("type is STANDARD or EXPRESS, data_limit is recorded or documented")
    program = compile_machine(machine)
    if type == EXPRESS:
        _check_express(machine)
    _check_input(input, max_payload)
    identity = Identity(name, machine_name, region, account, role, type == EXPRESS)
    service = Silent() if resources is None else resources.begin()
    kernel = Kernel(
        service=service,
        identity=identity,
        facts=execution_facts(identity, input, start),
        start=start,
        seed=seed,
        bounds=Bounds(
            max_events if history and type == STANDARD else NEVER,
            max_transitions,
            max_threads,
            max_payload,
            keeps_events=history,
            final_results=data_limit == DOCUMENTED,
        ),
    )

    def body(root: Thread) -> Body:
        return line(kernel, root, program, input)

    longest = DURATIONS[type]
    seconds = longest if machine.timeout_seconds is None else min(float(machine.timeout_seconds), longest)
    ending = kernel.run(body, last_second(kernel, seconds, stop_at, stop_error, stop_cause), (input, role))
    return Execution(
        status=ending.status,
        output=ending.output,
        error=ending.error,
        cause=ending.cause,
        duration=kernel.now,
        transitions=kernel.transitions,
        visits=kernel.visits,
        services=service,
        start=start,
        events=kernel.events,
        machine=machine,
    )


def last_second(kernel: Kernel, latest: float, stop_at: float | None, error: str | None, cause: str | None) -> float:
    """When a run is ended from outside: by its time-out, or by somebody who stops it. Source: API, StopExecution.

    Raises ValueError for an instant that is past.
    """
    if stop_at is None or stop_at >= latest:
        return latest
    if not stop_at >= kernel.now:
        raise ValueError(f"stop_at is in seconds since the execution started; {stop_at} is before {kernel.now}")
    kernel.late = Ending(ABORTED, None, error, cause)
    return stop_at


def _check_express(machine: StateMachine) -> None:
    """Raises SimulationRefused for a task that only a Standard workflow may have. Source: guide, "Workflow type"."""
    for _, state in all_states(machine):
        if isinstance(state, Task) and state.resource is not None:
            arn = parse_resource(state.resource)
            if arn is not None and (arn.pattern or arn.service == ACTIVITY):
                what = f"waits for its job or token ({state.resource})" if arn.pattern else "is done by an activity"
                message = f"state '{state.name}' {what}, which an Express workflow cannot do"
                raise SimulationRefused(message, (*state.pointer, "Resource"))


def _check_input(input: Json, limit: int) -> None:
    """Raises SimulationRefused for an input that StartExecution refuses."""
    try:
        json_text(input)
    except (TypeError, ValueError, RecursionError):
        raise SimulationRefused("the input is not JSON, or is nested too deep") from None
    if size_of(input, limit) > limit:
        raise SimulationRefused(f"the input takes more than {limit:,} bytes, which StartExecution refuses")


class Silent:
    """The service of a run that was given none: whatever a task asks is a mistake in what was given."""

    def invoke(self, request: Request) -> Outcome:
        raise OutcomeError(f"nobody says what state '{request.state}' answers ({request.resource})", request)

    def stop(self, request: Request, at: float) -> None:
        """Nothing was started."""
