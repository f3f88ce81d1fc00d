"""The run in which nothing goes wrong -> which answers it hangs on, and what it does not wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.definition.model import Choice, Task
from aslkit.definition.resource import parse_resource
from aslkit.definition.services import JOB, OPTIMISED
from aslkit.simulation.exploration.catalogue import is_at
from aslkit.simulation.resources.account import FAKED
from aslkit.simulation.resources.scripted import Returns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aslkit.definition.model import State
    from aslkit.simulation.execution import Execution
    from aslkit.simulation.exploration.catalogue import Added

Json = Any


def first_answers(usual: Execution) -> Iterator[tuple[str, Json]]:
    """The tasks that are asked again until they answer otherwise, each with what it answers at first."""
    found: dict[str, list[Json]] = {}
    for attempt in usual.attempts():
        request, outcome = attempt.request, attempt.outcome
        if request is not None and outcome is not None and not request.iteration and not attempt.failed:
            found.setdefault(request.state, []).append(outcome.result)
    for state, results in found.items():
        if results[0] != results[-1]:
            yield state, results[0]


def answered(states: Mapping[str, State], usual: Execution, added: Sequence[Added]) -> Iterator[str]:
    """The tasks of which one answer is given, while others may lead elsewhere; none where there is no Choice."""
    if not any(isinstance(state, Choice) for state in states.values()):
        return
    varied = [one.where for one in added if isinstance(one.reply, Returns)]
    asked = {one.request.state for one in usual.attempts() if one.request}
    for name, state in states.items():
        if not isinstance(state, Task) or name not in asked or any(is_at(state, where) for where in varied):
            continue
        arn = parse_resource(state.resource or "")
        if arn is not None and arn.call not in FAKED:
            yield name


def forgotten(states: Mapping[str, State]) -> Iterator[str]:
    """The tasks that start a job and do not wait for it, where no fake runs the job."""
    for name, state in states.items():
        arn = parse_resource(state.resource or "") if isinstance(state, Task) else None
        if arn is None or arn.pattern or arn.call in FAKED or arn.service not in OPTIMISED:
            continue
        if JOB in OPTIMISED[arn.service].actions.get(arn.action, ()):
            yield name
