"""StateMachine -> what those of its tasks answer that no fake answers: the plainest answers with which it ends well.

A result has what AWS's model says, and what the definition reads of it. Which of the values lead to a good end is found
by running: the machine is run with the plainest input and answers, then with one or two of them changed, and what leads
to a better end is kept.
"""

from __future__ import annotations

from itertools import chain, combinations, islice
from typing import TYPE_CHECKING, Any

from aslkit.definition.model import Task, all_states, fact
from aslkit.definition.resource import parse_resource
from aslkit.operations.contract import contract
from aslkit.operations.results import results
from aslkit.record import Record
from aslkit.simulation import SimulationRefused, simulate
from aslkit.simulation.examples import example
from aslkit.simulation.execution import SUCCEEDED
from aslkit.simulation.resources import OutcomeError
from aslkit.simulation.resources.account import FAKED, Account
from aslkit.simulation.resources.scripted import Returns, When
from aslkit.testing.values import Leaf, Many, Part, Values, Whole, plainest, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.model import StateMachine

Json = Any

MOST_RUNS = 60
MOST_TRANSITIONS = 300


def is_faked(task: Task) -> bool:
    """Whether a fake answers the task by itself."""
    arn = parse_resource(task.resource or "")
    return arn is not None and arn.call in FAKED


@fact
def answers(machine: StateMachine) -> dict[str, Values]:
    """Task state -> its results, the plainest that lead to a good end first; the states that a fake answers are no
    keys."""
    read = results(machine)
    tasks = [state for _, state in all_states(machine) if isinstance(state, Task) and not is_faked(state)]
    found = {
        task.name: _result(task, values_of(read.machine, read.fields[task.name], _example(task))) for task in tasks
    }
    if not any(True for values in found.values() for _ in switches(values)):
        return found
    return _settled(machine, found)


def _example(task: Task) -> Json:
    arn = parse_resource(task.resource or "")
    return {} if arn is None else example(arn)


def _result(task: Task, read: Values) -> Values:
    """The result of a task of which this is read: that of a Lambda function has a Payload anyway."""
    arn = parse_resource(task.resource or "")
    if arn is None or (arn.service, arn.action, arn.pattern) != ("lambda", "invoke", "") or not isinstance(read, Whole):
        return read
    always = {"StatusCode": Part(Leaf((200,))), "Payload": Part(Leaf(({},)))}
    return Whole({**always, **read.parts, "StatusCode": always["StatusCode"]})


# --- what leads to a good end ----------------------------------------------------------------------------------------


class Switch(Record):
    """A change of what is plainest: the leaf at a place takes another value first, or an object has one member less."""

    place: tuple[str, ...]
    value: int | None


def switches(values: Values, place: tuple[str, ...] = ()) -> Iterator[Switch]:
    """The changes that can be made."""
    match values:
        case Leaf():
            yield from (Switch(place, index) for index in range(1, len(values.values)))
        case Whole():
            for name, part in values.parts.items():
                yield from switches(part.values, (*place, name))
                if not part.needed:
                    yield Switch((*place, name), None)
        case Many():
            yield from switches(values.each, (*place, "*"))


def switched(values: Values, switch: Switch) -> Values:
    """The values with another plainest one."""
    match values, switch.place:
        case Leaf(), _:
            index = switch.value or 0
            return Leaf((values.values[index], *values.values[:index], *values.values[index + 1 :]))
        case Whole(), (name, *rest):
            part = values.parts[name]
            inner = Switch(tuple(rest), switch.value)
            if switch.value is None and not rest:
                changed = Part(part.values, part.needed, usual=False)
            else:
                changed = Part(switched(part.values, inner), part.needed, part.usual)
            return Whole({**values.parts, name: changed})
        case Many(), (_, *rest):
            return Many(switched(values.each, Switch(tuple(rest), switch.value)), values.least)
    return values


INPUT = ""
"""The name under which the input stands beside the results of states."""


def _settled(machine: StateMachine, found: Mapping[str, Values]) -> dict[str, Values]:
    """The results, and the input for which they are chosen, changed until no change leads to a better end."""
    world = {INPUT: values_of(machine, contract(machine)), **found}
    best = _end(machine, world)
    single = [(name, one) for name, values in reversed(world.items()) for one in switches(values)]
    changes = chain(combinations(single, 1), combinations(single, 2), combinations(single, 1))
    for change in islice(changes, MOST_RUNS):
        if len({(name, switch.place) for name, switch in change}) < len(change):
            continue
        changed = dict(world)
        for name, switch in change:
            changed[name] = switched(changed[name], switch)
        end = _end(machine, changed)
        if end > best:
            best, world = end, changed
    return {name: values for name, values in world.items() if name != INPUT}


def _end(machine: StateMachine, world: Mapping[str, Values]) -> tuple[bool, int]:
    """Whether the machine succeeds, and how many of its states it enters."""
    script = tuple(When(Returns(plainest(values)), state=name, last=None) for name, values in world.items() if name)
    try:
        execution = simulate(
            machine,
            input=plainest(world[INPUT]),
            resources=Account(script=script),
            history=False,
            max_transitions=MOST_TRANSITIONS,
        )
    except (OutcomeError, SimulationRefused):
        return False, 0
    return execution.status == SUCCEEDED, len({visit.state for visit in execution.visits})
