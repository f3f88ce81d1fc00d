"""The failure path: where a caught failure ends, who is told of it, and which failures no catcher takes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import (
    JSONATA,
    Choice,
    Fail,
    Map,
    Parallel,
    Pass,
    Retrying,
    State,
    Succeed,
    Task,
    fact,
)
from aslkit.language.errors import ALL, TASK_FAILED
from aslkit.lint.engine import INFO, WARNING, Hit, rule
from aslkit.lint.graph import (
    edges,
    enclosing,
    ends_well,
    incoming,
    reachable,
    regular_targets,
    scopes,
    spread,
    way_back,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Set

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Catcher, StateMachine
    from aslkit.lint.graph import Edge


# What is failure, and what is regular


def is_catch_all(catcher: Catcher) -> bool:
    """Whether a catcher takes every failure of a task; States.TaskFailed leaves out only States.Timeout."""
    return ALL in catcher.error_equals or TASK_FAILED in catcher.error_equals


@fact
def caught(scope: StateMachine) -> tuple[Edge, ...]:
    """The transitions of a scope that a failure of any kind takes."""
    return tuple(
        edge
        for state in scope.states.values()
        if state.catch
        for edge in edges(scope)[state.name]
        if edge.catcher is not None and is_catch_all(edge.catcher)
    )


@fact
def normal(scope: StateMachine) -> frozenset[str]:
    """The states of a scope that belong to the flow in which nothing fails.

    They are entered without a catcher. A state that catchers of any failure lead to, whose name speaks of failure, is
    none of them although a transition leads to it as well: a Choice on the status of a job tells failures, too.
    """
    declared = _declared(scope)

    def following(name: str) -> Iterator[str]:
        return (target for target in regular_targets(scope, name) if target not in declared)

    return frozenset(spread((name for name in scope.states if name == scope.start_at), following))


def _declared(scope: StateMachine) -> Set[str]:
    """The states named for failure that some catcher leads to, from a state that does not go on to them anyway."""
    targets = {edge.target for edge in caught(scope) if scope.states[edge.source].next != edge.target}
    return {name for name in targets if isinstance(scope.states[name], QUIET) and speaks_of_failure(name)}


QUIET = (Task, Pass, Fail, Succeed)
FAILURE_WORDS = ("fail", "error", "abort", "alarm", "alert")


def speaks_of_failure(name: str) -> bool:
    folded = name.casefold()
    return any(word in folded for word in FAILURE_WORDS)


@fact
def _failure_routes(scope: StateMachine) -> Mapping[str, str | None]:
    """The states of the failure route -> the state before it on a shortest route, None where a catcher leads."""
    usual = normal(scope)
    failed = {
        edge.target: None
        for edge in caught(scope)
        if edge.target not in usual and not notifies(scope.states[edge.source]) and edge.source in reachable(scope)
    }
    return spread(failed, lambda name: (edge.target for edge in edges(scope)[name] if edge.target not in usual))


def failing(scope: StateMachine) -> Set[str]:
    """The states of a scope that belong to its failure route: those that a catcher of any failure leads to, and what
    follows them, as far as they are not `normal`. That a mail could not be sent is no failure of the work."""
    return _failure_routes(scope).keys()


NOTIFYING = frozenset(  # without .waitForTaskToken: that asks, and waits for the answer
    {"publish", "publishBatch", "sendEmail", "sendRawEmail", "sendTemplatedEmail", "sendMessage", "putEvents"}
)


def notifies(state: State) -> bool:
    """Whether a state tells somebody: it publishes, mails, queues or emits, or is a task that is named for it."""
    if not isinstance(state, Task) or state.resource is None:
        return False
    action = state.resource.rpartition(":")[2] if ":states:::" in state.resource else ""
    if action in NOTIFYING:
        return True
    folded = state.name.casefold()
    return "notif" in folded or "alert" in folded


def _backwards(scope: StateMachine, ends: Collection[str], within: Set[str]) -> dict[str, str | None]:
    """The states of a set from which a route inside it leads to one of the ends."""

    def before(name: str) -> Iterator[str]:
        return (edge.source for edge in incoming(scope)[name] if edge.source in within)

    return spread((name for name in ends if name in within), before)


def _members(scope: StateMachine, names: Set[str]) -> Iterator[State]:
    """The states of a set, in the order of the text."""
    return (state for state in scope.states.values() if state.name in names)


def _line(scope: StateMachine, pointer: Pointer) -> int:
    return scope.document.span(pointer).line


# Where it ends


@rule(WARNING)
def failure_ends_well(machine: StateMachine) -> Iterator[Hit]:
    """A caught failure ends the execution as SUCCEEDED.

    After a catcher of every failure, the failure route ends with End or Succeed instead of Fail. The execution is
    SUCCEEDED: alarms, metrics and whoever started it see no failure, and it cannot be redriven. Where the route does
    nothing but build a value (a Pass), or hands the failure to a task that may well repair it, this is advice.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: NotifyFailure
            End: true
          NotifyFailure:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn.$: $$.Execution.Input.topic
              Message.$: $.error.Cause
            Retry:
              - ErrorEquals: [States.ALL]
            End: true  # <-

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: NotifyFailure
            End: true
          NotifyFailure:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn.$: $$.Execution.Input.topic
              Message.$: $.error.Cause
            Retry:
              - ErrorEquals: [States.ALL]
            Next: Failed
          Failed:
            Type: Fail
    """
    for state in _members(machine, failing(machine)):
        if ends_well(state):
            yield _good_end(machine, state)


def _good_end(scope: StateMachine, state: State) -> Hit:
    route = list(way_back(_failure_routes(scope), state.name))
    entering = incoming(scope)[route[-1]]
    sources = [edge for edge in entering if edge.catcher is not None and is_catch_all(edge.catcher)]
    told = (
        isinstance(state, Succeed)
        or (isinstance(state, Task) and speaks_of_failure(state.name))
        or any(notifies(scope.states[name]) for name in route)
    )
    places = ", ".join(f'"{edge.source}" (line {_line(scope, edge.pointer)})' for edge in sources[:3])
    more = f" and {len(sources) - 3} more" if len(sources) > 3 else ""
    return Hit(
        (*state.pointer, "Type" if isinstance(state, Succeed) else "End"),
        f'a failure caught from {places}{more} ends here, and "{state.name}" ends the execution as SUCCEEDED: nothing '
        "that watches executions sees the failure; a Fail state at the end of this route fails the execution",
        related=tuple(edge.pointer for edge in sources[:10]),
        severity=None if told else INFO,
    )


@rule(WARNING)
def failure_joins_success(machine: StateMachine) -> Iterator[Hit]:
    """A failure route leads into the successful end of the normal flow.

    A recovery goes on with the work. This one goes on where all work is done: the success is announced (or the
    execution ends SUCCEEDED) after a failure. A catcher that leads where the state itself goes on is taken for meant:
    whatever fails there does not matter.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            ResultPath: null
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: NotifyFailure
            Next: NotifySuccess
          NotifySuccess:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn.$: $$.Execution.Input.topic
              Message: The load has finished
            End: true
          NotifyFailure:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn.$: $$.Execution.Input.topic
              Message.$: $.error.Cause
            Retry:
              - ErrorEquals: [States.ALL]
            Next: NotifySuccess  # <-

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            ResultPath: null
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
                Next: NotifyFailure
            Next: NotifySuccess
          NotifySuccess:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn.$: $$.Execution.Input.topic
              Message: The load has finished
            End: true
          NotifyFailure:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn.$: $$.Execution.Input.topic
              Message.$: $.error.Cause
            Retry:
              - ErrorEquals: [States.ALL]
            Next: Failed
          Failed:
            Type: Fail
    """
    for scope in scopes(machine):
        if caught(scope):
            yield from _routes_into_success(scope)
            yield from _catchers_into_success(scope)


def _routes_into_success(scope: StateMachine) -> Iterator[Hit]:
    """The transitions from a failure route into the end of the normal flow."""
    for state in _members(scope, failing(scope)):
        joining = [edge for edge in edges(scope)[state.name] if edge.catcher is None and _is_finale(scope, edge.target)]
        if joining and (notifies(state) or speaks_of_failure(state.name)):
            edge = joining[0]
            yield Hit(
                edge.pointer,
                f'the failure route leads from "{state.name}" to "{edge.target}" (line '
                f"{_line(scope, scope.states[edge.target].pointer)}), the end of the normal flow: "
                f"{_outcome(scope, edge.target)}",
                related=(scope.states[edge.target].pointer,),
            )


def _catchers_into_success(scope: StateMachine) -> Iterator[Hit]:
    """The catchers that lead past work that is still to do, or to the news of success."""
    for edge in caught(scope):
        if edge.source not in normal(scope) or not _is_finale(scope, edge.target):
            continue
        following = set(regular_targets(scope, edge.source))
        if edge.target in following or edge.target == edge.source or notifies(scope.states[edge.source]):
            continue
        skipped = [name for name in following if name in normal(scope) and name not in _finale(scope)]
        if skipped or edge.target in _announced(scope):
            past = f', past "{skipped[0]}"' if skipped else ""
            yield Hit(
                edge.pointer,
                f'when "{edge.source}" fails, the flow goes on to "{edge.target}"{past}: '
                f"{_outcome(scope, edge.target)}",
                related=(scope.states[edge.target].pointer,),
            )


def _outcome(scope: StateMachine, name: str) -> str:
    ends = "the execution ends as SUCCEEDED" if not scope.pointer else "the branch ends as if nothing had failed"
    return f"success is reported, and {ends}" if name in _announced(scope) else ends


@fact
def _announced(scope: StateMachine) -> Set[str]:
    """The states of the normal flow from which some route leads to a state that tells somebody, these included."""
    usual = normal(scope)
    return _backwards(scope, [name for name in usual if notifies(scope.states[name])], usual).keys()


@fact
def _finale(scope: StateMachine) -> frozenset[str]:
    """The states of the normal flow behind which there is no work and no decision left, only a successful end."""
    usual = normal(scope)
    busy = _backwards(scope, [name for name in usual if _is_work(scope.states[name])], usual)
    quiet = usual.difference(busy)
    return frozenset(_backwards(scope, [name for name in quiet if ends_well(scope.states[name])], quiet))


def _is_finale(scope: StateMachine, name: str) -> bool:
    return name in normal(scope) and name in _finale(scope)


def _is_work(state: State) -> bool:
    """Whether a state does something, decides something or fails; the news of success is no work."""
    return isinstance(state, (Choice, Fail, Parallel, Map)) or (isinstance(state, Task) and not notifies(state))


@rule(WARNING)
def branch_swallows_failure(machine: StateMachine) -> Iterator[Hit]:
    """A branch or item processor catches every failure, ends well, and nothing of it is kept.

    The Parallel or Map around it succeeds, the flow goes on, and its result, the only place where the failure could be
    seen, is thrown away (ResultPath: null). Without the inner catcher the failure fails the Parallel or Map, whose own
    Catch can take it. Where the result of a Parallel is kept, but no Choice looks at it, this is advice.

    Bad:

        StartAt: Reports
        States:
          Reports:
            Type: Parallel
            Branches:
              - StartAt: Sales
                States:
                  Sales:
                    Type: Task
                    Resource: arn:aws:states:::glue:startJobRun.sync
                    TimeoutSeconds: 3600
                    Parameters:
                      JobName: sales
                    Catch:
                      - ErrorEquals: [States.ALL]
                        Next: Ignore  # <-
                    End: true
                  Ignore:
                    Type: Pass
                    End: true
            ResultPath: null
            End: true

    Good:

        StartAt: Reports
        States:
          Reports:
            Type: Parallel
            Branches:
              - StartAt: Sales
                States:
                  Sales:
                    Type: Task
                    Resource: arn:aws:states:::glue:startJobRun.sync
                    TimeoutSeconds: 3600
                    Parameters:
                      JobName: sales
                    End: true
            ResultPath: null
            End: true
    """
    for scope in scopes(machine)[1:]:
        for edge in caught(scope):
            if edge.target in _quiet_ends(scope):
                outer, around = enclosing(machine)[scope.pointer]
                dropped = _drops_result(around)
                if dropped or (isinstance(around, Parallel) and not _decides(outer, around)):
                    yield _swallowed(scope, edge, around, dropped)


def _decides(scope: StateMachine, state: State) -> bool:
    """Whether a Choice may follow a state, which can look at its result."""
    after = spread((state.name,), lambda name: regular_targets(scope, name))
    return any(isinstance(scope.states[name], Choice) for name in after)


@fact
def _quiet_ends(scope: StateMachine) -> Set[str]:
    """The states of the failure route that lead to a successful end past no state that could tell or mend anything."""
    route = _failure_routes(scope).keys()
    good = [name for name in route if ends_well(scope.states[name])]
    active = [name for name in route if isinstance(scope.states[name], Retrying)]
    return _backwards(scope, good, route).keys() - _backwards(scope, active, route).keys()


def _drops_result(state: State) -> bool:
    if state.query_language == JSONATA:
        return "Output" in state.raw and not any("result" in str(state.raw.get(name)) for name in ("Output", "Assign"))
    return "ResultPath" in state.raw and state.raw["ResultPath"] is None and "Assign" not in state.raw


def _swallowed(scope: StateMachine, edge: Edge, around: State, dropped: bool) -> Hit:
    part = "branch" if isinstance(around, Parallel) else "iteration"
    kept = (
        f'and the result of "{around.name}" is dropped (line {_line(scope, (*around.pointer, "ResultPath"))}): '
        "nobody ever sees the failure"
        if dropped
        else f'and "{around.name}" succeeds: only its result shows the failure'
    )
    return Hit(
        edge.pointer,
        f'a failure of "{edge.source}" is caught here, the {part} ends well, {kept}',
        related=(around.pointer,),
        severity=None if dropped else INFO,
    )


# Who is told


@rule(WARNING)
def failure_not_notified(machine: StateMachine) -> Iterator[Hit]:
    """One catcher leads past the notification that the other failures get.

    Most failures of this scope reach a state that publishes, mails or queues before it ends; this one ends without.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.ALL]
                Next: Failed  # <-
            Next: Index
          Index:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: index
            Catch:
              - ErrorEquals: [States.ALL]
                Next: NotifyFailure
            Next: Report
          Report:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: report
            Catch:
              - ErrorEquals: [States.ALL]
                Next: NotifyFailure
            End: true
          NotifyFailure:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn: ${Topic}
              Message.$: $.Cause
            Retry:
              - ErrorEquals: [States.ALL]
            Next: Failed
          Failed:
            Type: Fail

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.ALL]
                Next: NotifyFailure
            Next: Report
          Report:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: report
            Catch:
              - ErrorEquals: [States.ALL]
                Next: NotifyFailure
            End: true
          NotifyFailure:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn: ${Topic}
              Message.$: $.Cause
            Retry:
              - ErrorEquals: [States.ALL]
            Next: Failed
          Failed:
            Type: Fail
    """
    for scope in scopes(machine):
        if not any(notifies(state) for state in _members(scope, failing(scope))):
            continue
        entering, silent = list(_entering_failure(scope)), _silent(scope)
        untold = [edge for edge in entering if edge.target in silent]
        told = [edge for edge in entering if edge.target not in silent]
        if len(told) > max(1, len(untold)):
            for edge in untold:
                if edge.catcher is not None:
                    yield _untold(scope, edge, told)


def _entering_failure(scope: StateMachine) -> Iterator[Edge]:
    """The transitions from the normal flow into the failure route, but for those of the states that tell somebody."""
    for state in _members(scope, normal(scope)):
        entering = [edge for edge in edges(scope)[state.name] if edge.target in failing(scope)]
        if entering and not notifies(state):
            yield from (edge for edge in entering if edge.catcher is None or is_catch_all(edge.catcher))


def _silent(scope: StateMachine) -> Collection[str]:
    """The states of the failure route from which some route ends without telling anybody."""
    mute = {name for name in failing(scope) if not notifies(scope.states[name])}
    ends = [name for name in mute if isinstance(scope.states[name], Fail) or ends_well(scope.states[name])]
    return _backwards(scope, ends, mute)


def _untold(scope: StateMachine, edge: Edge, told: list[Edge]) -> Hit:
    others = " and ".join(f'"{other.source}"' for other in told[:2])
    return Hit(
        edge.pointer,
        f'a failure of "{edge.source}" goes straight to "{edge.target}" and is told to nobody, while those of {others} '
        f'are (by way of "{told[0].target}", line {_line(scope, scope.states[told[0].target].pointer)})',
        related=(scope.states[told[0].target].pointer,),
    )


@rule(WARNING)
def failure_not_caught(machine: StateMachine) -> Iterator[Hit]:
    """One state lacks the Catch that all states like it have.

    Either it has none, while at least three others of its scope catch every failure and lead to the same state; or its
    catchers name only errors of Step Functions such as States.Timeout and lead where others lead with every failure.
    Its failure ends the execution on the spot, past the failure route.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.Timeout]  # <-
                Next: Failed
            Next: Index
          Index:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: index
            Catch:
              - ErrorEquals: [States.ALL]
                Next: Failed
            End: true
          Failed:
            Type: Fail

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.ALL]
                Next: Failed
            Next: Index
          Index:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: index
            Catch:
              - ErrorEquals: [States.ALL]
                Next: Failed
            End: true
          Failed:
            Type: Fail
    """
    for scope in scopes(machine):
        common = _common_target(scope) if caught(scope) else None
        if common is not None and not _caught_around(machine, scope):
            yield from _partly_caught(scope)
            yield from _never_caught(scope, *common)


def _common_target(scope: StateMachine) -> tuple[str, int] | None:
    """The state that most states of the normal flow lead to when they fail, and how many do."""
    counts: dict[str, int] = {}
    for edge in caught(scope):
        if edge.source in normal(scope) and edge.target in failing(scope):
            counts[edge.target] = counts.get(edge.target, 0) + 1
    return max(counts.items(), key=lambda item: item[1], default=None)


def _caught_around(machine: StateMachine, scope: StateMachine) -> bool:
    around = enclosing(machine).get(scope.pointer)
    while around is not None:
        if any(is_catch_all(catcher) for catcher in around[1].catch):
            return True
        around = enclosing(machine).get(around[0].pointer)
    return False


def _partly_caught(scope: StateMachine) -> Iterator[Hit]:
    shared = {edge.target: edge.source for edge in caught(scope)}
    for state in _members(scope, normal(scope)):
        if not state.catch or any(is_catch_all(catcher) for catcher in state.catch):
            continue
        if all(error.startswith("States.") for catcher in state.catch for error in catcher.error_equals):
            catcher = next((one for one in state.catch if one.next in shared and one.next in failing(scope)), None)
            if catcher is not None:
                named = ", ".join(f'"{error}"' for error in catcher.error_equals)
                yield Hit(
                    (*catcher.pointer, "ErrorEquals"),
                    f'"{state.name}" catches {named} and nothing else: any other failure ends the execution past '
                    f'"{catcher.next}", where "{shared[catcher.next or ""]}" leads with every failure',
                )


def _never_caught(scope: StateMachine, target: str, count: int) -> Iterator[Hit]:
    usual = _members(scope, normal(scope)) if count >= MANY else ()
    lacking = [state for state in usual if isinstance(state, Retrying) and "Catch" not in state.raw]
    if len(lacking) == 1 and not notifies(lacking[0]):
        state = lacking[0]
        yield Hit(
            state.pointer,
            f'"{state.name}" has no Catch: its failure ends the execution past "{target}" (line '
            f"{_line(scope, scope.states[target].pointer)}), where {count} other states of this scope lead with theirs",
            related=(scope.states[target].pointer,),
        )


MANY = 3


@rule(INFO)
def notifier_without_retry(machine: StateMachine) -> Iterator[Hit]:
    """The state that tells of a failure has no Retry.

    When publishing fails once (throttling, a network error), the execution fails with that error, nobody is told, and
    the failure that it was about stands only in the history.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.ALL]
                Next: NotifyFailure
            End: true
          NotifyFailure:  # <-
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn: ${Topic}
              Message.$: $.Cause
            Next: Failed
          Failed:
            Type: Fail

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.ALL]
                Next: NotifyFailure
            End: true
          NotifyFailure:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn: ${Topic}
              Message.$: $.Cause
            Retry:
              - ErrorEquals: [States.ALL]
            Next: Failed
          Failed:
            Type: Fail
    """
    for state in _failure_notifiers(machine):
        if "Retry" not in state.raw:
            yield Hit(
                state.pointer,
                f'"{state.name}" tells of a failure and has no Retry: when it fails once itself, nobody is told',
            )


def _failure_notifiers(machine: StateMachine) -> Iterator[State]:
    for scope in scopes(machine):
        yield from (state for state in _members(scope, failing(scope)) if notifies(state))


@rule(INFO)
def message_without_error(machine: StateMachine) -> Iterator[Hit]:
    """The message that tells of a failure is the same for every failure.

    It holds no path and no expression, so that whoever gets it has to look up which execution failed and why. The
    catcher's output has Error and Cause, the context object the name of the execution ($$.Execution.Name).

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.ALL]
                Next: NotifyFailure
            End: true
          NotifyFailure:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn: ${Topic}
              Message: The load failed  # <-
            Retry:
              - ErrorEquals: [States.ALL]
            Next: Failed
          Failed:
            Type: Fail

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.ALL]
                Next: NotifyFailure
            End: true
          NotifyFailure:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn: ${Topic}
              Message.$: States.Format('The load failed, {}', $.Cause)
            Retry:
              - ErrorEquals: [States.ALL]
            Next: Failed
          Failed:
            Type: Fail
    """
    for state in _failure_notifiers(machine):
        field = "Arguments" if state.query_language == JSONATA else "Parameters"
        given = state.raw.get(field)
        if isinstance(given, dict) and "Message" in given and not _varies(given):
            yield Hit(
                (*state.pointer, field, "Message"),
                f'"{state.name}" sends the same text for every failure: it names neither the error nor the execution',
            )


def _varies(given: dict[str, object]) -> bool:
    """Whether anything but the address of a message is taken from the data."""
    return any(
        name.endswith(".$") or "{%" in str(value) or ".$'" in str(value) or "${" in str(value)
        for name, value in given.items()
        if name.removesuffix(".$") not in ("TopicArn", "TargetArn", "PhoneNumber", "QueueUrl")
    )
