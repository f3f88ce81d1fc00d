"""A state's flow and its work -> what passes between them, written down; and the work replaced where it is mocked.

Which stages of the data flow TestState shows is recorded on AWS for all state types but Map in JSONPath mode and Wait,
which follow the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.definition import model
from aslkit.definition.model import ABSENT, JSONATA
from aslkit.simulation.context import StateScope
from aslkit.simulation.dataflow import JsonPathFlow, placed
from aslkit.simulation.distributed import STATE_DATA, THRESHOLD_EXCEEDED
from aslkit.simulation.items import FORMS, batches, json_items, limited
from aslkit.simulation.map import selected
from aslkit.simulation.retry import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aslkit.simulation.dataflow import Flow
    from aslkit.simulation.distributed import DistributedMapProgram, Limits

Json = Any

EFFECTIVE, ARGUMENTS, RESULT, SELECTED, COMBINED = "effective", "arguments", "result", "selected", "combined"
ITEMS, INPUTS, BATCHES = "items", "inputs", "batches"
"""What passes: effective input, arguments, raw result, effective result, the same in the raw input; the items of a Map,
the inputs that ItemSelector makes of them, their batches."""

INPUT_ALONE = {EFFECTIVE: "afterInputPath"}
RESULT_ALONE = {SELECTED: "afterResultSelector", COMBINED: "afterResultPath"}
ITERATED = {INPUTS: "afterItemSelector", BATCHES: "afterItemBatcher"}
WORKED = {**INPUT_ALONE, ARGUMENTS: "afterParameters", **RESULT_ALONE}
JSONPATH_STAGES: dict[str, dict[str, str]] = {
    "Pass": WORKED,
    "Task": {**WORKED, RESULT: "result"},
    "Parallel": RESULT_ALONE,
    "Map": {**INPUT_ALONE, ITEMS: "afterItemsPath", **ITERATED, **RESULT_ALONE},
    **dict.fromkeys(("Choice", "Wait", "Succeed", "Fail"), INPUT_ALONE),
}
JSONATA_STAGES = {
    "Task": {ARGUMENTS: "afterArguments", RESULT: "result"},
    "Map": ITERATED,
}


def stages(state: model.State) -> Mapping[str, str]:
    """What is shown of a state's data flow: what passes -> its key in inspectionData."""
    if state.query_language == JSONATA:
        return JSONATA_STAGES.get(state.type, {})
    if isinstance(state, model.Pass) and state.result is not ABSENT:
        return {**RESULT_ALONE, RESULT: "result"}
    return JSONPATH_STAGES[state.type]


class TriedAgain(Exception):
    """A retrier covers the failure: the second attempt has begun, which TestState does not make."""


class Watched:
    """A flow that writes down what passes through another.

    `stand_in` is the result of a mocked Parallel or Map, `failure` the mocked failure of a Parallel.
    """

    def __init__(self, flow: Flow, *, stand_in: Json = ABSENT, failure: Failure | None = None) -> None:
        self.flow = flow
        self.stand_in = stand_in
        self.failure = failure
        self.seen: dict[str, Json] = {}
        self.attempted = False

    def effective_input(self, scope: StateScope) -> Json:
        if self.attempted:
            raise TriedAgain
        self.attempted = True
        self.seen[EFFECTIVE] = effective = self.flow.effective_input(scope)
        return effective

    def arguments(self, scope: StateScope) -> Json:
        self.seen[ARGUMENTS] = arguments = self.flow.arguments(scope)
        if self.failure is not None:
            raise self.failure
        return arguments

    def result(self, scope: StateScope, raw_result: Json) -> Json:
        self.seen[RESULT] = raw = raw_result if self.stand_in is ABSENT else self.stand_in
        return self.flow.result(scope, raw)

    def output(self, scope: StateScope, raw: Json, result: Json) -> Json:
        self.seen.setdefault(RESULT, result)
        self.seen[SELECTED] = result
        if isinstance(self.flow, JsonPathFlow):
            self.seen[COMBINED] = placed(raw, self.flow.result_path, self.flow.result_keys, result)
        return self.flow.output(scope, raw, result)

    def assigned(self, scope: StateScope, raw: Json, result: Json) -> dict[str, Json] | None:
        return self.flow.assigned(scope, raw, result)


# --- Map -------------------------------------------------------------------------------------------------------------


class MapWork:
    """What stands in the place of a mocked Map's items: finds what there is to do, writes it down, has nothing done.

    `program` is the Map, distributed or not, compiled as a distributed one: that knows all its fields. `data` is the
    text that its reader reads. `failures` iterations failed, says the caller, or the Map fails with `failure`.
    """

    def __init__(
        self,
        program: DistributedMapProgram,
        seen: dict[str, Json],
        *,
        distributed: bool,
        data: str | None,
        failures: int | None,
        failure: Failure | None,
    ) -> None:
        self.program = program
        self.seen = seen
        self.distributed = distributed
        self.data = data
        self.failures = failures
        self.failure = failure
        self.found: dict[str, Json] = {}

    def __call__(self, scope: StateScope) -> list[Json]:
        self.found["maxConcurrency"] = self.program.concurrency(scope) or 0
        limits = self.program.limits(scope)
        count, percentage = limits.tolerance
        if count is not None:
            self.found["toleratedFailureCount"] = count
        if percentage is not None:
            self.found["toleratedFailurePercentage"] = percentage
        items = self.see(scope, limits)
        if self.failure is not None:
            raise self.failure
        # where nothing says how many may fail, all may (recorded on AWS)
        limited = count is not None or percentage is not None
        if limited and self.failures is not None and limits.tolerance.exceeded(self.failures, len(items)):
            raise Failure(THRESHOLD_EXCEEDED, "The specified tolerated failure threshold was exceeded")
        return []

    def see(self, scope: StateScope, limits: Limits) -> list[Json]:
        """Writes down the items, what ItemSelector makes of them, and the batches; returns the items."""
        program = self.program
        self.seen[ITEMS] = items = self.items(scope, limits)
        inputs = items
        if program.selector is not None:
            self.seen[INPUTS] = inputs = [self.input(scope, limits, index, item) for index, item in enumerate(items)]
        if program.batcher is not None:
            self.seen[BATCHES] = batches(inputs, limits.shared, limits.most, limits.size)
        return items

    def items(self, scope: StateScope, limits: Limits) -> list[Json]:
        """The items of the state's input, or those in the data of its reader; none where that is not given."""
        reader = self.program.reader
        if reader is None:
            return self.program.items(scope)  # type: ignore[no-any-return]
        form = FORMS.get(reader.reading.input_type, json_items)
        return limited([] if self.data is None else form(self.data, reader.reading), limits.max_items)

    def input(self, scope: StateScope, limits: Limits, index: int, item: Json) -> Json:
        assert self.program.selector is not None
        known = {"Index": index, "Value": item}
        if self.distributed:
            known["Source"] = STATE_DATA if self.program.reader is None else source_of(limits.arguments)
        own = StateScope(scope.clock, scope.variables, scope.random)
        return selected(self.program.selector, own, scope, known)


def source_of(arguments: Json) -> str:
    """Where the items of a reader come from, as the context object tells."""
    fields = arguments if isinstance(arguments, dict) else {}
    return f"S3://{fields.get('Bucket')}/{fields.get('Key', fields.get('Prefix', ''))}"
