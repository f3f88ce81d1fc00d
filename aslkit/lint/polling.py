"""Loops that wait for something: how long they go round before Step Functions ends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import JSONATA, Choice, Pass, Task, Wait
from aslkit.lint.engine import INFO, WARNING, Hit, rule
from aslkit.lint.graph import edges, loops, scopes
from aslkit.lint.retries import duration_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.model import ChoiceRule, State, StateMachine

MOST_EVENTS = 25_000
"""The events that the history of a Standard execution holds; with the next one it fails. Source: AWS, quotas."""

EVENTS = {"Task": 5, "Wait": 2, "Pass": 2, "Choice": 2, "Parallel": 4, "Map": 4}
"""The events of one visit of a state, at least. Source: recorded on AWS."""


@rule(INFO)
def poll_without_end(machine: StateMachine) -> Iterator[Hit]:
    """A loop that waits for something has no bound.

    When the thing never comes, the execution goes round until its history is full (25,000 events) and fails, past every
    Catch. Count the rounds and leave the loop after enough of them, or give the state machine TimeoutSeconds; a
    `.sync` task or a callback with TimeoutSeconds needs no loop at all. Not said where a rule in the loop compares
    numbers or times, or the state machine has TimeoutSeconds.

    Bad:

        StartAt: Rest
        States:
          Rest:  # <-
            Type: Wait
            Seconds: 60
            Next: Poll
          Poll:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            TimeoutSeconds: 60
            Parameters:
              FunctionName: poll
            ResultPath: $.answer
            Next: Look
          Look:
            Type: Choice
            Choices:
              - Variable: $.answer.Payload.ready
                BooleanEquals: true
                Next: Done
            Default: Rest
          Done:
            Type: Succeed

    Good:

        StartAt: Rest
        TimeoutSeconds: 7200
        States:
          Rest:
            Type: Wait
            Seconds: 60
            Next: Poll
          Poll:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            TimeoutSeconds: 60
            Parameters:
              FunctionName: poll
            ResultPath: $.answer
            Next: Look
          Look:
            Type: Choice
            Choices:
              - Variable: $.answer.Payload.ready
                BooleanEquals: true
                Next: Done
            Default: Rest
          Done:
            Type: Succeed
    """
    if machine.timeout_seconds is not None or "TimeoutSeconds" in machine.raw:
        return
    for scope in scopes(machine):
        told: set[frozenset[str]] = set()
        for name, loop in _waiting_loops(scope):
            if loop not in told and not _is_bounded(scope, loop):
                told.add(loop)
                yield _unbounded(scope, name, loop)


def _waiting_loops(scope: StateMachine) -> Iterator[tuple[str, frozenset[str]]]:
    """The Wait states that stand in a loop which a Choice leaves, each with the loop."""
    if not any(isinstance(state, Wait) for state in scope.states.values()):
        return
    for state in scope.states.values():
        loop = loops(scope).get(state.name)
        if isinstance(state, Wait) and loop is not None and any(_leaves(scope, name, loop) for name in loop):
            yield state.name, loop


def _leaves(scope: StateMachine, name: str, loop: frozenset[str]) -> bool:
    leaving = any(edge.catcher is None and edge.target not in loop for edge in edges(scope)[name])
    return leaving and isinstance(scope.states[name], Choice)


def _is_bounded(scope: StateMachine, loop: frozenset[str]) -> bool:
    """Whether a rule in the loop may count or look at the clock."""
    for name in loop:
        state = scope.states[name]
        if isinstance(state, Choice):
            if state.query_language == JSONATA:
                if any(sign in str(one.condition) for one in state.choices for sign in "<>"):
                    return True
            elif any(_counts(one) for one in state.choices):
                return True
    return False


def _counts(rule: ChoiceRule) -> bool:
    operator = rule.operator or ""
    return operator.startswith(("Numeric", "Timestamp")) or any(_counts(inner) for inner in rule.rules)


def _unbounded(scope: StateMachine, name: str, loop: frozenset[str]) -> Hit:
    state = scope.states[name]
    events = sum(EVENTS.get(scope.states[one].type, 0) for one in loop)
    seconds = sum(_seconds(scope.states[one]) for one in loop)
    rounds = MOST_EVENTS // max(events, 1)
    after = f", about {duration_text(rounds * seconds)}" if seconds else ""
    return Hit(
        state.pointer,
        f'the loop of "{name}" has no bound: when what it waits for never comes, it goes round until the history is '
        f"full ({rounds:,} rounds of {events} events{after}), and the execution fails past every Catch",
    )


def _seconds(state: State) -> int:
    return state.seconds if isinstance(state, Wait) and isinstance(state.seconds, int) else 0


@rule(WARNING)
def poll_without_wait(machine: StateMachine) -> Iterator[Hit]:
    """A loop asks for the status of something again and again without waiting.

    It asks several times a second: the service throttles it, every round is paid for, and the history is full (25,000
    events) within minutes, which fails the execution past every Catch. A Wait state belongs into the loop.

    Bad:

        StartAt: Poll
        States:
          Poll:
            Type: Task
            Resource: arn:aws:states:::aws-sdk:glue:getCrawler
            TimeoutSeconds: 60
            Parameters:
              Name: sales
            ResultPath: $.crawler
            Next: Look
          Look:
            Type: Choice
            Choices:
              - Variable: $.crawler.Crawler.State
                StringEquals: READY
                Next: Done
            Default: Poll  # <-
          Done:
            Type: Succeed

    Good:

        StartAt: Poll
        TimeoutSeconds: 7200
        States:
          Poll:
            Type: Task
            Resource: arn:aws:states:::aws-sdk:glue:getCrawler
            TimeoutSeconds: 60
            Parameters:
              Name: sales
            ResultPath: $.crawler
            Next: Look
          Look:
            Type: Choice
            Choices:
              - Variable: $.crawler.Crawler.State
                StringEquals: READY
                Next: Done
            Default: Rest
          Rest:
            Type: Wait
            Seconds: 60
            Next: Poll
          Done:
            Type: Succeed
    """
    for scope in scopes(machine):
        asking = [state for state in scope.states.values() if _asks(state)]
        for state in asking:
            loop = loops(scope).get(state.name)
            if loop is None or any(not isinstance(scope.states[name], QUICK) for name in loop):
                continue
            tasks = [name for name in loop if isinstance(scope.states[name], Task)]
            back = next((edge for name in loop for edge in edges(scope)[name] if edge.target == state.name), None)
            if tasks == [state.name] and back is not None and not _is_bounded(scope, loop):
                yield Hit(
                    back.pointer,
                    f'"{state.name}" is asked again at once, and no Wait state stands in the loop: the service '
                    "throttles it, and the history is full within minutes, past every Catch",
                    related=(state.pointer,),
                )


QUICK = (Task, Choice, Pass)


def _asks(state: State) -> bool:
    """Whether a task asks for the status of one thing; a list may be read page by page."""
    if not isinstance(state, Task) or state.resource is None or "aws-sdk:" not in state.resource:
        return False
    action = state.resource.rpartition(":")[2]
    return action.startswith(("get", "describe")) and "Token" not in str(state.raw.get("Parameters", state.arguments))
