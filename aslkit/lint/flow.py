"""Where a definition goes: targets that exist, states that are reached, scopes that end, names that are unique."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from aslkit.definition.model import all_states, fact, is_substitution
from aslkit.lint.engine import ERROR, WARNING, Hit, Replace, mend, rule
from aslkit.lint.graph import (
    edges,
    enclosing,
    incoming,
    is_end,
    loops,
    reachable,
    regular,
    regular_targets,
    scopes,
    spread,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Set
    from typing import Any

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import State, StateMachine
    from aslkit.lint.graph import Edge


@rule(ERROR, fixable=True)
def transition_target(machine: StateMachine) -> Iterator[Hit]:
    """A transition names a state that does not exist in its own scope.

    StartAt, Next, Default and the Next of choice rules and catchers name a state of the same States object: a branch of
    a Parallel and the item processor of a Map are closed worlds, which no transition enters or leaves. AWS refuses the
    definition (MISSING_TRANSITION_TARGET).

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Pass
            Next: Reprot  # <-
          Report:
            Type: Succeed

    Good:

        StartAt: Load
        States:
          Load:
            Type: Pass
            Next: Report
          Report:
            Type: Succeed
    """
    for scope in scopes(machine):
        written = _written(scope)
        if not written:
            continue
        for pointer, target in _targets(scope):
            if target not in written and not is_substitution(target):
                yield _missing(machine, scope, pointer, target)


def _targets(scope: StateMachine) -> Iterator[tuple[Pointer, str]]:
    """Every target name in a scope, StartAt included, with its place."""
    if scope.start_at is not None:
        yield (*scope.pointer, "StartAt"), scope.start_at
    for state in scope.states.values():
        yield from state.transitions()


def _written(scope: StateMachine) -> Mapping[str, Any]:
    """The States object as it is written: with the states whose Type says nothing."""
    states = scope.raw.get("States")
    return states if isinstance(states, dict) else {}


def _missing(machine: StateMachine, scope: StateMachine, pointer: Pointer, target: str) -> Hit:
    inside = pointer[len(scope.pointer) :]
    teller = f"StartAt of {_scope_name(machine, scope)}" if inside == ("StartAt",) else f'"{inside[1]}"'
    other = _states_elsewhere(machine).get(target)
    if other is not None:
        return Hit(
            pointer,
            f'{teller} leads to "{target}", which stands in {_scope_name(machine, other)} '
            f"(line {_line(scope, other.states[target].pointer)}): no transition leads into or out of a branch or an "
            "item processor, and AWS refuses the definition",
            related=(other.states[target].pointer,),
        )
    message = f'{teller} leads to "{target}", and no such state exists: AWS refuses the definition'
    suggestion = _meant(scope).get(target)
    return Hit(pointer, message) if suggestion is None else _suggesting(scope, pointer, message, *suggestion)


@fact
def _states_elsewhere(machine: StateMachine) -> Mapping[str, StateMachine]:
    """The name of every state -> the first scope that has it."""
    return {state.name: scope for scope, state in reversed(all_states(machine))}


def _suggesting(scope: StateMachine, pointer: Pointer, message: str, suggestion: str, sure: bool) -> Hit:
    place = (*scope.pointer, "States", suggestion)
    return Hit(
        pointer,
        f'{message}; did you mean "{suggestion}" (line {_line(scope, place)})?',
        related=(place,),
        fix=mend(f'lead to "{suggestion}"', Replace(pointer, suggestion)) if sure else None,
    )


@fact
def _meant(scope: StateMachine) -> Mapping[str, tuple[str, bool]]:
    """Target that does not exist -> the state of the scope that it resembles, and whether it resembles no other; of the
    first ones only: it takes time."""
    from aslkit.definition.spelling import nearest, only_near

    written = _written(scope)
    missing = dict.fromkeys(target for _, target in _targets(scope) if target not in written)
    near = {target: nearest(target, written) for target in list(missing)[:MAX_SUGGESTIONS]}
    return {target: (state, only_near(target, written) == state) for target, state in near.items() if state is not None}


MAX_SUGGESTIONS = 50


def _line(scope: StateMachine, pointer: Pointer) -> int:
    return scope.document.span(pointer).line


def _scope_name(machine: StateMachine, scope: StateMachine) -> str:
    if not scope.pointer:
        return "the definition"
    _, state = enclosing(machine)[scope.pointer]
    if state.type == "Map":
        return f'the item processor of "{state.name}"'
    return f'branch {int(scope.pointer[-1]) + 1} of "{state.name}"'


@rule(ERROR)
def unreachable_state(machine: StateMachine) -> Iterator[Hit]:
    """A state that no transition leads to.

    AWS refuses the definition (MISSING_TRANSITION_TARGET, 'State "X" is not reachable.'). Mostly the state before it
    goes on to the wrong place. The finding stands at the first of the states that are cut off together; where the state
    before it leads back and closes a loop, at that transition.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Pass
            Next: Report
          Check:  # <-
            Type: Pass
            Next: Report
          Report:
            Type: Succeed

    Good:

        StartAt: Load
        States:
          Load:
            Type: Pass
            Next: Check
          Check:
            Type: Pass
            Next: Report
          Report:
            Type: Succeed
    """
    for scope in scopes(machine):
        if len(reachable(scope)) < len(scope.states) and _has_end(scope):
            for name, behind in _cut_off(scope):
                yield _unreached(scope, name, behind)


def _has_end(scope: StateMachine) -> bool:
    """Whether some state ends the scope; where none does, AWS says so and looks no further."""
    return any(is_end(state) for state in scope.states.values())


def _cut_off(scope: StateMachine) -> list[tuple[str, list[str]]]:
    """(state that nothing leads to, the states that only it leads to), under the most lenient reading of the text."""
    reached = _leniently_reached(scope)
    if reached is None:
        return []
    lost = [name for name in scope.states if name not in reached]
    roots = [name for name in lost if all(edge.source == name for edge in incoming(scope)[name])]
    found = []
    seen: set[str] = set()
    for name in (*roots, *lost):
        if name not in seen:
            behind = spread(
                (name,), lambda at: (edge.target for edge in edges(scope)[at] if edge.target not in reached)
            )
            found.append((name, [other for other in behind if other != name and other not in seen]))
            seen.update(behind)
    return found


def _leniently_reached(scope: StateMachine) -> Collection[str] | None:
    """What is reached when misspelt targets mean the state they resemble, and transitions that the state type does not
    have count; None when some transition is missing or beyond reading, so that nothing is known: other findings."""
    written = _written(scope)

    def resolved(target: Any) -> Any:
        if not isinstance(target, str):
            return None
        return target if target in written else _meant(scope).get(target, (None, False))[0]

    following = {name: [resolved(target) for target in _raw_targets(raw)] for name, raw in written.items()}
    start = resolved(scope.start_at)
    if start is None or any(target is None for targets in following.values() for target in targets):
        return None
    return spread((start,), following.__getitem__)


def _raw_targets(raw: Any) -> Iterator[Any]:
    """The targets that a state has as it is written; None where one is missing."""
    if not isinstance(raw, dict):
        return
    for items in (raw.get("Choices", []), raw.get("Catch", [])):
        for item in items if isinstance(items, list) else ({},):
            yield item.get("Next") if isinstance(item, dict) else None
    yield from (raw[name] for name in ("Next", "Default") if name in raw)
    if raw.get("Type") not in ("Succeed", "Fail") and raw.keys().isdisjoint(("Next", "Default", "Choices", "End")):
        yield None


def _unreached(scope: StateMachine, name: str, behind: list[str]) -> Hit:
    own = scope.states[name].pointer
    others = f"; with it {_listed(behind)} cannot be reached" if behind else ""
    before = _before(scope, name)
    message = f'nothing leads to "{name}": AWS refuses the definition{others}'
    if before is None:
        return Hit(own, message)
    if _leads_back(scope, before):
        message = f'"{before.source}" leads back to "{before.target}", and {message}'
        return Hit(before.pointer, message, related=(own,))
    elsewhere = (
        f'"{before.source}", written before it, leads to "{before.target}" (line {_line(scope, before.pointer)})'
    )
    return Hit(own, f"{message}; {elsewhere}", related=(before.pointer,))


def _leads_back(scope: StateMachine, edge: Edge) -> bool:
    """Whether a transition closes a loop."""
    return edge.source in loops(scope).get(edge.target, ())


def _before(scope: StateMachine, name: str) -> Edge | None:
    """The transition of the state written just before this one, when it goes elsewhere."""
    before = _written_before(scope).get(name)
    leaving = [edge for edge in edges(scope)[before] if edge.catcher is None] if before is not None else []
    return leaving[-1] if leaving else None


@fact
def _written_before(scope: StateMachine) -> Mapping[str, str]:
    return {after: name for name, after in pairwise(scope.states)}


def _listed(names: list[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


@rule(ERROR)
def no_end_state(machine: StateMachine) -> Iterator[Hit]:
    """No state of a scope ends it: there is no End, no Succeed and no Fail.

    Every state goes on to another one, so that the definition, branch or item processor runs until it times out. AWS
    refuses the definition (MISSING_END_STATE).

    Bad:

        StartAt: Poll
        States:  # <-
          Poll:
            Type: Pass
            Next: Rest
          Rest:
            Type: Wait
            Seconds: 60
            Next: Poll

    Good:

        StartAt: Poll
        States:
          Poll:
            Type: Pass
            Next: Rest
          Rest:
            Type: Wait
            Seconds: 60
            Next: Done
          Done:
            Type: Succeed
    """
    for scope in scopes(machine):
        if scope.states and not _has_end(scope) and _all_go_on(scope):
            yield Hit(
                (*scope.pointer, "States"),
                f"no state of {_scope_name(machine, scope)} ends it (End: true, Succeed or Fail): "
                "AWS refuses the definition",
            )


def _all_go_on(scope: StateMachine) -> bool:
    """Whether every state that is written goes on to one that exists; where one does not, that is the finding."""
    written = _written(scope)
    return len(written) == len(scope.states) and all(
        edges(scope)[state.name] and all(target in written for _, target in state.transitions())
        for state in scope.states.values()
    )


@rule(WARNING)
def endless_loop(machine: StateMachine) -> Iterator[Hit]:
    """A loop that no route leaves, or that only a failure leaves.

    The execution runs round until it times out or its history is full (25,000 events), whatever its tasks answer. A
    poll loop needs a Choice that leads out of it. Catchers of named errors count as ways out ("the queue is empty" is
    often told by an error), catchers of States.ALL, States.TaskFailed and States.Timeout do not.

    Bad:

        StartAt: Wait
        States:
          Wait:
            Type: Wait
            Seconds: 60
            Next: Poll
          Poll:
            Type: Task
            Resource: arn:aws:states:::aws-sdk:glue:getJobRun
            Parameters:
              JobName: load
              RunId.$: $.run
            ResultPath: $.status
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: Failed
            Next: Wait  # <-
          Failed:
            Type: Fail

    Good:

        StartAt: Wait
        States:
          Wait:
            Type: Wait
            Seconds: 60
            Next: Poll
          Poll:
            Type: Task
            Resource: arn:aws:states:::aws-sdk:glue:getJobRun
            Parameters:
              JobName: load
              RunId.$: $.run
            ResultPath: $.status
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: Failed
            Next: Look
          Look:
            Type: Choice
            Choices:
              - Variable: $.status.JobRun.JobRunState
                StringEquals: RUNNING
                Next: Wait
            Default: Done
          Done:
            Type: Succeed
          Failed:
            Type: Fail
    """
    for scope in scopes(machine):
        if not regular(scope) <= _leaving(scope) and _is_whole(scope):
            yield from _loops(scope)


def _is_whole(scope: StateMachine) -> bool:
    """Whether nothing is wrong with the scope's transitions that another finding tells already."""
    return (
        len(reachable(scope)) == len(_written(scope))
        and _has_end(scope)
        and all(target in scope.states for _, target in _targets(scope))
        and all(is_end(state) or any(regular_targets(scope, name)) for name, state in scope.states.items())
    )


WILDCARDS = frozenset({"States.ALL", "States.TaskFailed", "States.Timeout"})


def _leaving(scope: StateMachine) -> Set[str]:
    """The states from which an end is reached although nothing fails, or by a catcher of a named error."""
    entering = incoming(scope)
    ends = (name for name, state in scope.states.items() if is_end(state))
    return spread(ends, lambda name: (edge.source for edge in entering[name] if _is_meant(edge))).keys()


def _is_meant(edge: Edge) -> bool:
    return edge.catcher is None or not WILDCARDS.issuperset(edge.catcher.error_equals)


def _loops(scope: StateMachine) -> Iterator[Hit]:
    """One hit for each closed loop, at the transition that leads back to a state written earlier."""
    order = {name: place for place, name in enumerate(scope.states)}
    lost = regular(scope).difference(_leaving(scope))
    seen: set[str] = set()
    for name in sorted(lost, key=order.__getitem__):
        if name not in seen:
            loop = spread((name,), lambda at: regular_targets(scope, at))
            if seen.isdisjoint(loop):
                yield _closed(scope, list(loop), order)
            seen.update(loop)


def _closed(scope: StateMachine, loop: list[str], order: Mapping[str, int]) -> Hit:
    back = [
        edge
        for name in loop
        for edge in edges(scope)[name]
        if edge.catcher is None and order[edge.target] <= order[name]
    ]
    last = back[-1]
    caught = any(edge.catcher is not None for name in loop for edge in edges(scope)[name])
    return Hit(
        last.pointer,
        f'"{last.source}" leads back to "{last.target}", and '
        + ("only a failure leaves" if caught else "no transition leaves")
        + f" the loop of {_listed(loop)}: it runs until the execution times out",
        related=tuple(scope.states[name].pointer for name in loop),
    )


@rule(ERROR)
def duplicate_state_name(machine: StateMachine) -> Iterator[Hit]:
    """Two states of a definition have the same name.

    A state's name is unique in the whole definition, the branches of Parallels and the item processors of Maps
    included. AWS refuses the definition (DUPLICATE_STATE_NAME).

    Bad:

        StartAt: Both
        States:
          Both:
            Type: Parallel
            Branches:
              - StartAt: Load
                States:
                  Load:
                    Type: Pass
                    End: true
              - StartAt: Load
                States:
                  Load:  # <-
                    Type: Pass
                    End: true
            End: true

    Good:

        StartAt: Both
        States:
          Both:
            Type: Parallel
            Branches:
              - StartAt: LoadOrders
                States:
                  LoadOrders:
                    Type: Pass
                    End: true
              - StartAt: LoadClients
                States:
                  LoadClients:
                    Type: Pass
                    End: true
            End: true
    """
    first: dict[str, State] = {}
    for scope, state in all_states(machine):
        known = first.setdefault(state.name, state)
        if known is not state and not is_substitution(state.name):
            yield Hit(
                state.pointer,
                f'the name "{state.name}" is taken by the state on line {_line(scope, known.pointer)}: '
                "names are unique in the whole definition, and AWS refuses it",
                related=(known.pointer,),
            )
