"""Who is told, part two: notices of the other outcome, notices that end the run, failures past every notice, and what
the failure path does to a redrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import Choice, Fail, Map, Parallel, Pass, Task, Wait
from aslkit.lint.engine import INFO, WARNING, Hit, rule
from aslkit.lint.failure import caught, failing, is_catch_all, normal, notifies, speaks_of_failure
from aslkit.lint.graph import edges, ends_well, incoming, regular_targets, scopes, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.model import State, StateMachine
    from aslkit.lint.graph import Edge

SUCCESS_WORDS = ("success", "succeed", "complete", "finish", "done")


def _speaks_of_success(name: str) -> bool:
    folded = name.casefold()
    return any(word in folded for word in SUCCESS_WORDS) and not speaks_of_failure(name)


@rule(WARNING)
def notice_of_other_outcome(machine: StateMachine) -> Iterator[Hit]:
    """The notice of a failure is sent after success, or that of success after a failure.

    A transition leads to the wrong one of two notices, as their names tell: whoever reads the mail believes the
    opposite of what happened.

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
            Next: NotifyFailure  # <-
          NotifyFailure:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn.$: $.topic
              Message: The load has failed
            End: true

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
            Next: NotifySuccess
          NotifySuccess:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn.$: $.topic
              Message: The load has finished
            End: true
    """
    for scope in scopes(machine):
        for state in scope.states.values():
            if notifies(state) and speaks_of_failure(state.name):
                plain = (edge for edge in incoming(scope)[state.name] if _is_plain(scope, edge))
                yield from map(_wrong_failure_notice, plain)
            elif notifies(state) and _speaks_of_success(state.name) and state.name in failing(scope):
                yield from (
                    _wrong_success_notice(edge)
                    for edge in incoming(scope)[state.name]
                    if edge.catcher is not None and is_catch_all(edge.catcher)
                )


def _is_plain(scope: StateMachine, edge: Edge) -> bool:
    """Whether a transition is taken whenever the work before it has succeeded: no Choice, no failure came before."""
    source = scope.states[edge.source]
    entered = [before.source for before in incoming(scope)[edge.source]]
    return (
        edge.catcher is None
        and isinstance(source, (Task, Parallel, Map))
        and not notifies(source)
        and edge.source not in failing(scope)
        and not speaks_of_failure(edge.source)
        and not any(isinstance(scope.states[name], Choice) for name in entered)
    )


def _wrong_failure_notice(edge: Edge) -> Hit:
    told = f'"{edge.target}", which by its name tells of a failure'
    return Hit(edge.pointer, f'after "{edge.source}" has succeeded, the flow goes on to {told}')


def _wrong_success_notice(edge: Edge) -> Hit:
    told = f'"{edge.target}", which by its name tells of success'
    return Hit(edge.pointer, f'when "{edge.source}" fails, the flow goes on to {told}')


@rule(INFO)
def failure_past_notice(machine: StateMachine) -> Iterator[Hit]:
    """Some tasks have no Catch, in a definition that tells somebody of the failures of others.

    Their failure ends the execution on the spot; only an EventBridge rule on the status of executions hears of it. One
    finding for a definition, at the first of them.

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
            Next: Report
          Report:  # <-
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: report
            End: true
          NotifyFailure:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn: ${Topic}
              Message.$: $.error.Cause
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
            ResultPath: null
            Catch:
              - ErrorEquals: [States.ALL]
                ResultPath: $.error
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
                ResultPath: $.error
                Next: NotifyFailure
            End: true
          NotifyFailure:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn: ${Topic}
              Message.$: $.error.Cause
            Retry:
              - ErrorEquals: [States.ALL]
            Next: Failed
          Failed:
            Type: Fail
    """
    notice = next((name for name in failing(machine) if notifies(machine.states[name])), None)
    if notice is None:
        return
    past = [
        state
        for state in machine.states.values()
        if isinstance(state, (Task, Parallel, Map)) and state.name in normal(machine) and "Catch" not in state.raw
    ]
    untold = [state for state in past if not notifies(state)]
    told = [edge for edge in caught(machine) if edge.target in failing(machine)]
    # one that all others differ from is a finding of failure-not-caught
    if len(untold) > 1 or (untold and len(told) < MANY):
        others = f" and {len(untold) - 1} more" if len(untold) > 1 else ""
        yield Hit(
            untold[0].pointer,
            f'nothing catches a failure of "{untold[0].name}"{others}: it ends the execution past "{notice}" (line '
            f"{machine.document.span(machine.states[notice].pointer).line}), which tells of other failures",
            related=tuple(state.pointer for state in untold[1:11]),
        )


MANY = 3


@rule(INFO)
def news_fails_run(machine: StateMachine) -> Iterator[Hit]:
    """The news of success can turn a good run into a failed one.

    All work is done when the last state tells of it. When that cannot be sent (the topic is gone, a permission is
    missing) and it has neither Retry nor Catch, the execution is FAILED, and who looks at it repeats work that was
    done.

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
            Next: NotifySuccess
          NotifySuccess:  # <-
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn.$: $.topic
              Message: The load has finished
            End: true

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
            Next: NotifySuccess
          NotifySuccess:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            Parameters:
              TopicArn.$: $.topic
              Message: The load has finished
            Retry:
              - ErrorEquals: [States.ALL]
            End: true
    """
    for state in machine.states.values():
        if not _is_news(state) or not {"Retry", "Catch"}.isdisjoint(state.raw) or state.name not in normal(machine):
            continue
        after = [machine.states[name] for name in regular_targets(machine, state.name)]
        if (state.end or (after and all(ends_well(one) and isinstance(one, Pass) for one in after))) and any(
            isinstance(machine.states[edge.source], (Task, Parallel, Map)) for edge in incoming(machine)[state.name]
        ):
            yield Hit(
                state.pointer,
                f'when "{state.name}" cannot tell of the success, the whole execution is FAILED, although all work is '
                "done: it has neither Retry nor Catch",
            )


def _is_news(state: State) -> bool:
    """Whether a state mails or publishes that something has ended well."""
    action = (state.resource or "").rpartition(":")[2] if isinstance(state, Task) else ""
    return action.startswith(NEWS) and not action.endswith("Token") and not speaks_of_failure(state.name)


NEWS = ("publish", "sendEmail", "sendRawEmail", "sendTemplatedEmail")


@rule(INFO)
def notifier_without_catch(machine: StateMachine) -> Iterator[Hit]:
    """The state that tells of a failure has no Catch.

    When the message cannot be sent, the execution ends with the error of sending it; the Fail state behind it, whose
    Cause tells of the failure of the work, is never reached.

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
            Retry:
              - ErrorEquals: [States.ALL]
            Next: Failed
          Failed:
            Type: Fail
            Cause: The load has failed

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
            Catch:
              - ErrorEquals: [States.ALL]
                Next: Failed
            Next: Failed
          Failed:
            Type: Fail
            Cause: The load has failed
    """
    for scope in scopes(machine):
        for name in failing(scope):
            state = scope.states[name]
            behind = scope.states.get(state.next or "")
            if notifies(state) and "Retry" in state.raw and "Catch" not in state.raw and _tells(behind):
                yield Hit(
                    state.pointer,
                    f'"{name}" tells of a failure and has no Catch: when it cannot, the execution ends with that error '
                    f'instead of the Cause of "{state.next}"',
                )


def _tells(state: State | None) -> bool:
    """Whether a Fail state says what has failed."""
    return isinstance(state, Fail) and not {"Cause", "CausePath"}.isdisjoint(state.raw)


@rule(WARNING)
def failure_goes_round(machine: StateMachine) -> Iterator[Hit]:
    """A catcher of every failure leads back to its own state without waiting.

    As long as the failure lasts, the state is tried again at once, and again: thousands of times, until the history is
    full (25,000 events) or the state machine times out. A Retry does this with a number of attempts and growing waits.

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
                Next: Load  # <-
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.ALL]
                IntervalSeconds: 60
                MaxAttempts: 3
            End: true
    """
    for scope in scopes(machine):
        for edge in caught(scope):
            if _at_once(scope, edge.target) == edge.source:
                yield Hit(
                    edge.pointer,
                    f'when "{edge.source}" fails, the flow comes back to it at once, for as long as it fails: until '
                    "the history is full or the state machine times out",
                )


def _at_once(scope: StateMachine, start: str) -> str:
    """The first state from `start` on that is no Pass."""
    seen = set()
    while start not in seen and isinstance(scope.states[start], Pass):
        seen.add(start)
        start = next(regular_targets(scope, start), start)
    return start


@rule(INFO)
def redrive_fails_again(machine: StateMachine) -> Iterator[Hit]:
    """A caught failure ends in a Fail state, so that a redrive of the execution does nothing.

    A redrive goes on at the state that did not succeed. After a Catch that is the Fail state, not the job: the
    execution fails again at once, and the work has to be started anew from the beginning. An execution whose task fails
    without a Catch can be redriven from that task (an EventBridge rule on the status of executions tells of the
    failure). One finding for a definition.

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
                Next: Failed
            Next: Report
          Report:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: report
            Catch:
              - ErrorEquals: [States.ALL]
                Next: Failed
            End: true
          Failed:  # <-
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
            ResultPath: null
            Next: Report
          Report:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: report
            End: true
    """
    sources = [edge for edge in caught(machine) if edge.source in normal(machine) and edge.target in failing(machine)]
    jobs = [edge for edge in sources if not notifies(machine.states[edge.source])]
    if len(jobs) < 2:  # one job alone is started anew as easily as redriven
        return
    reached = spread((edge.target for edge in jobs), lambda name: (edge.target for edge in edges(machine)[name]))
    failed = next((name for name in reached if isinstance(machine.states[name], Fail)), None)
    if failed is not None and not any(isinstance(machine.states[name], Wait) for name in reached):
        yield Hit(
            machine.states[failed].pointer,
            f'a redrive of an execution that ends in "{failed}" fails here again at once, and repeats none of the '
            "states whose failure leads here",
            related=tuple(edge.pointer for edge in jobs[:10]),
        )
