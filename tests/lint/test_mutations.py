"""Valid definitions, each made wrong in one place: lint never raises, and finds what AWS refuses."""

from __future__ import annotations

import copy
import json
import random
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint import ALL_RULES, lint
from aslkit.lint.engine import ERROR
from aslkit.lint.examples import example_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "lint" / "valid"
SAMPLE = 60
"""How many definitions of the corpus are taken."""

Json = Any
States = dict[str, Any]


def definitions() -> Iterator[tuple[str, Json]]:
    """Valid definitions as plain data: ours, those of the manuals, and a sample of the corpus where it exists."""
    for path in (*sorted(ROOT.glob("definitions/*.asl.yaml")), ROOT / "examples" / "nightly-load-fixed.yaml"):
        yield path.name, load(path.read_text(encoding="utf-8")).data
    for rule in ALL_RULES:
        yield f"manual of {rule.id}", load(example_of(rule, "Good:") or "").data
    paths = sorted(CORPUS.glob("*.json"))
    for path in random.Random(1).sample(paths, min(SAMPLE, len(paths))):
        case = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(case.get("definition"), dict):
            yield path.stem, case["definition"]


def findings(data: Json) -> list[tuple[str, str]]:
    """(severity, message) of all findings."""
    return [(one.severity, one.message) for one in lint(parse(load(json.dumps(data), source="mutant.asl.json")))]


def errors(data: Json) -> int:
    return sum(severity == ERROR for severity, _ in findings(data))


VALID = [(name, data) for name, data in definitions() if not errors(data)]


def scopes(data: Json) -> Iterator[Json]:
    """The definition and every branch and item processor in it."""
    yield data
    for state in data.get("States", {}).values():
        for inner in (*state.get("Branches", ()), state.get("ItemProcessor"), state.get("Iterator")):
            if isinstance(inner, dict) and "States" in inner:
                yield from scopes(inner)


def states(data: Json, *types: str) -> Iterator[States]:
    for scope in scopes(data):
        yield from (state for state in scope["States"].values() if not types or state["Type"] in types)


def in_jsonpath(data: Json, state: States) -> bool:
    return state.get("QueryLanguage", data.get("QueryLanguage", "JSONPath")) == "JSONPath"


def retriers(data: Json) -> Iterator[States]:
    for state in states(data):
        yield from state.get("Retry", ())


MUTATORS: dict[str, Any] = {}


def mutator(make: Any) -> Any:
    """A mutator yields, for each place where it can, what changes the definition there so that AWS refuses it."""
    MUTATORS[make.__name__] = make
    return make


def setting(target: States, **fields: Json) -> Callable[[], object]:
    return lambda: target.update(fields)


def dropping(target: States, *fields: str) -> Callable[[], object]:
    return lambda: [target.pop(field, None) for field in fields]


@mutator
def drop_start_at(data: Json) -> Iterator[Callable[[], object]]:
    return (dropping(scope, "StartAt") for scope in scopes(data))


@mutator
def drop_states(data: Json) -> Iterator[Callable[[], object]]:
    return (dropping(scope, "States") for scope in scopes(data))


@mutator
def start_nowhere(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(scope, StartAt="Nowhere to go") for scope in scopes(data))


@mutator
def next_nowhere(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(state, Next="Nowhere to go") for state in states(data) if "Next" in state)


@mutator
def default_nowhere(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(state, Default="Nowhere to go") for state in states(data, "Choice"))


@mutator
def next_and_end(data: Json) -> Iterator[Callable[[], object]]:
    for scope in scopes(data):
        for state in scope["States"].values():
            if "End" in state:
                yield setting(state, Next=scope["StartAt"])
            elif "Next" in state:
                yield setting(state, End=True)


@mutator
def neither_next_nor_end(data: Json) -> Iterator[Callable[[], object]]:
    return (dropping(state, "Next", "End") for state in states(data, "Task", "Pass", "Wait", "Parallel", "Map"))


@mutator
def misspelt_field(data: Json) -> Iterator[Callable[[], object]]:
    for state in states(data):
        for field in list(state):
            if field not in ("Comment", "Type") and len(field) > 3:
                yield lambda state=state, field=field: state.update({field[:2] + field[3:]: state.pop(field)})


@mutator
def unknown_type(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(state, Type=state["Type"].lower()) for state in states(data))


@mutator
def drop_type(data: Json) -> Iterator[Callable[[], object]]:
    return (dropping(state, "Type") for state in states(data))


@mutator
def timeout_as_text(data: Json) -> Iterator[Callable[[], object]]:
    for state in states(data, "Task"):
        if "TimeoutSecondsPath" not in state:
            yield setting(state, TimeoutSeconds="60")


@mutator
def timeout_of_a_pass(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(state, TimeoutSeconds=60) for state in states(data, "Pass", "Wait", "Choice", "Parallel", "Map"))


@mutator
def fraction_of_an_attempt(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(retrier, MaxAttempts=2.5) for retrier in retriers(data))


@mutator
def no_interval(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(retrier, IntervalSeconds=0) for retrier in retriers(data))


@mutator
def shrinking_backoff(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(retrier, BackoffRate=0.5) for retrier in retriers(data))


@mutator
def unknown_jitter(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(retrier, JitterStrategy="full") for retrier in retriers(data))


@mutator
def no_errors(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(retrier, ErrorEquals=[]) for retrier in retriers(data))


@mutator
def all_errors_among_others(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(retrier, ErrorEquals=["States.ALL", "E"]) for retrier in retriers(data))


@mutator
def all_errors_before_others(data: Json) -> Iterator[Callable[[], object]]:
    for state in states(data, "Task", "Parallel", "Map"):
        before = {"ErrorEquals": ["States.ALL"]}
        if state.get("Retry"):
            yield lambda state=state, before=before: state["Retry"].insert(0, before)


@mutator
def retry_of_a_pass(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(state, Retry=[{"ErrorEquals": ["E"]}]) for state in states(data, "Pass", "Wait", "Choice", "Fail"))


@mutator
def catcher_without_next(data: Json) -> Iterator[Callable[[], object]]:
    return (dropping(catcher, "Next") for state in states(data) for catcher in state.get("Catch", ()))


@mutator
def bad_resource(data: Json) -> Iterator[Callable[[], object]]:
    for state in states(data, "Task"):
        yield setting(state, Resource="glue:startJobRun")
        yield setting(state, Resource="arn:aws:states::glue:startJobRun")


@mutator
def drop_resource(data: Json) -> Iterator[Callable[[], object]]:
    return (dropping(state, "Resource") for state in states(data, "Task"))


@mutator
def unknown_integration(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(state, Resource="arn:aws:states:::glue:startJobRn.sync") for state in states(data, "Task"))


@mutator
def unknown_pattern(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(state, Resource="arn:aws:states:::sns:publish.sync") for state in states(data, "Task"))


@mutator
def misspelt_parameter(data: Json) -> Iterator[Callable[[], object]]:
    for state in states(data, "Task"):
        for field in ("Parameters", "Arguments"):
            sent = state.get(field)
            if isinstance(sent, dict) and "JobName" in sent:
                yield lambda sent=sent: sent.update(Jobname=sent.pop("JobName"))


@mutator
def no_branches(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(state, Branches=[]) for state in states(data, "Parallel"))


@mutator
def no_item_processor(data: Json) -> Iterator[Callable[[], object]]:
    return (dropping(state, "ItemProcessor", "Iterator") for state in states(data, "Map"))


@mutator
def no_choices(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(state, Choices=[]) for state in states(data, "Choice"))


@mutator
def choice_rule_without_next(data: Json) -> Iterator[Callable[[], object]]:
    return (dropping(rule, "Next") for state in states(data, "Choice") for rule in state["Choices"])


@mutator
def negative_wait(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(state, Seconds=-1) for state in states(data, "Wait") if "Seconds" in state)


@mutator
def two_durations(data: Json) -> Iterator[Callable[[], object]]:
    for state in states(data, "Wait"):
        yield setting(state, **({"Seconds": 1} if "Timestamp" in state else {"Timestamp": "2030-01-01T00:00:00Z"}))


@mutator
def unreachable_state(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(scope["States"], **{"Lost state": {"Type": "Succeed"}}) for scope in scopes(data))


@mutator
def same_name_twice(data: Json) -> Iterator[Callable[[], object]]:
    for scope in scopes(data):
        inner = next((inner for inner in scopes(data) if inner is not scope), None)
        if inner is not None and "Twice" not in scope["States"]:
            yield lambda both=(scope, inner): [begin_with(one, "Twice") for one in both]


@mutator
def long_name(data: Json) -> Iterator[Callable[[], object]]:
    for scope in scopes(data):
        yield lambda scope=scope: begin_with(scope, "N" * 81)


def begin_with(scope: Json, name: str) -> None:
    """Puts a state before the first one."""
    scope["States"][name] = {"Type": "Pass", "Next": scope["StartAt"]}
    scope["StartAt"] = name


@mutator
def path_without_dollar(data: Json) -> Iterator[Callable[[], object]]:
    return (setting(state, InputPath="month") for state in states(data, "Task", "Pass") if in_jsonpath(data, state))


@mutator
def literal_under_dollar(data: Json) -> Iterator[Callable[[], object]]:
    for state in states(data, "Pass"):
        if in_jsonpath(data, state):
            yield setting(state, Parameters={"x.$": "a literal"})


@mutator
def unknown_intrinsic(data: Json) -> Iterator[Callable[[], object]]:
    for state in states(data, "Pass"):
        if in_jsonpath(data, state):
            yield setting(state, Parameters={"x.$": "States.Fromat('{}', $.x)"})


@mutator
def unknown_query_language(data: Json) -> Iterator[Callable[[], object]]:
    return iter([setting(data, QueryLanguage="JMESPath")])


PLACES = 3
"""How many places of one definition each mutator changes."""


def mutants(name: str) -> Iterator[tuple[str, Json]]:
    """(name of the definition, the definition after one change)."""
    for source, data in VALID:
        count = sum(1 for _ in MUTATORS[name](copy.deepcopy(data)))
        chosen = random.Random(f"{name} {source}").sample(range(count), min(PLACES, count))
        for place in chosen:
            mutant = copy.deepcopy(data)
            for index, change in enumerate(MUTATORS[name](mutant)):
                if index == place:
                    change()
                    break
            yield source, mutant


@pytest.mark.parametrize("name", MUTATORS)
def test_what_aws_refuses_is_an_error(name: str) -> None:
    missed = defaultdict(int)
    tried = 0
    for source, mutant in mutants(name):
        tried += 1
        missed[source] += not errors(mutant)
    assert tried >= PLACES
    assert sum(missed.values()) <= 0.05 * tried, [source for source, count in missed.items() if count]


JUNK = (None, True, -1, 0, 1.5, "", "$", "$$", "${X}", "{% $x %}", "States.Format(", [], {}, [[]], {"": None}, "é" * 99)


def test_lint_never_raises_whatever_stands_where() -> None:
    chance = random.Random(7)
    for _, data in VALID:
        mutant = copy.deepcopy(data)
        for _ in range(4):
            spoil(mutant, chance)
        findings(mutant)


def spoil(data: Json, chance: random.Random) -> None:
    """Replaces, drops or renames something somewhere."""
    containers = [data]
    for container in containers:
        inner = container.values() if isinstance(container, dict) else container
        containers.extend(one for one in inner if isinstance(one, (dict, list)) and one)
    if not data:
        return
    target = chance.choice(containers)
    key = chance.choice(list(target) if isinstance(target, dict) else range(len(target)))
    match chance.randrange(3):
        case 0 if isinstance(target, dict):
            target[str(key)[::-1]] = target.pop(key)
        case 1:
            del target[key]
        case _:
            target[key] = copy.deepcopy(chance.choice(JUNK))
