"""The text of JSONata expressions: what cannot be read, what stands without its delimiters, what is never there."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from aslkit.definition.model import JSONATA, Choice, Map, Parallel, Task, all_states, fact, is_substitution
from aslkit.lint.engine import ERROR, WARNING, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.document import Pointer, Span
    from aslkit.definition.model import Json, State, StateMachine
    from aslkit.lint.jsonata_reads import Analysis, Bare

OPEN, CLOSE = "{%", "%}"

FIELDS = (
    *("Arguments", "Credentials", "TimeoutSeconds", "HeartbeatSeconds", "Seconds", "Timestamp", "Error", "Cause"),
    *("Items", "ItemSelector", "ItemReader", "ItemBatcher", "ResultWriter", "MaxConcurrency"),
    *("ToleratedFailureCount", "ToleratedFailurePercentage"),
)
"""The fields of a state in JSONata whose strings may be expressions, besides Output, Assign and Condition."""

EXPECTED: Mapping[str | int, str] = {
    **dict.fromkeys(("TimeoutSeconds", "HeartbeatSeconds", "Seconds", "MaxConcurrency", "MaxItems"), "number"),
    **dict.fromkeys(("ToleratedFailureCount", "ToleratedFailurePercentage"), "number"),
    **dict.fromkeys(("MaxItemsPerBatch", "MaxInputBytesPerBatch"), "number"),
    **dict.fromkeys(("Timestamp", "Error", "Cause"), "string"),
    "Items": "array",
    "Condition": "boolean",
}
"""Field -> the type that its expression has to give. Source: States Language specification, the pages of the states."""

GIVEN = ("input", "context")
ALL_GIVEN: Mapping[str, str] = {
    "input": "",
    "context": "",
    "result": "in Output and Assign of a Task, Parallel or Map",
    "errorOutput": "in Output and Assign of a catcher",
}
"""The fields of `$states`, and where they exist if not everywhere. Source: guide, "Transforming data with JSONata"."""

MAX_SHOWN = 80


class Site(NamedTuple):
    """A string in a state in JSONata that is, or may have been meant as, an expression.

    `gives` is the field of `$states` that exists only here, `expected` the type that the field needs.
    """

    state: State
    pointer: Pointer
    text: str
    gives: str
    expected: str | None


@fact
def sites(machine: StateMachine) -> tuple[Site, ...]:
    """All such strings of a definition."""
    return tuple(site for _, state in all_states(machine) if state.query_language == JSONATA for site in _sites(state))


def _sites(state: State) -> Iterator[Site]:
    raw, pointer = state.raw, state.pointer
    for field in FIELDS:
        if field in raw:
            yield from _of(state, (*pointer, field), raw[field], "", EXPECTED.get(field))
    gives = "result" if isinstance(state, Task | Parallel | Map) else ""
    yield from _passed_on(state, pointer, raw, gives)
    for catcher in state.catch:
        yield from _passed_on(state, catcher.pointer, catcher.raw, "errorOutput")
    for one in state.choices if isinstance(state, Choice) else ():
        yield from _of(state, (*one.pointer, "Condition"), one.raw.get("Condition"), "", "boolean")
        yield from _passed_on(state, one.pointer, one.raw, "")


def _passed_on(state: State, pointer: Pointer, raw: Mapping[str, Json], gives: str) -> Iterator[Site]:
    for field in ("Output", "Assign"):
        if field in raw:
            yield from _of(state, (*pointer, field), raw[field], gives, None)


def _of(state: State, pointer: Pointer, value: Json, gives: str, expected: str | None) -> Iterator[Site]:
    if isinstance(value, dict):
        for key, inner in value.items():
            deeper = EXPECTED.get(key) if pointer[-1] in ("ItemBatcher", "ReaderConfig") else None
            yield from _of(state, (*pointer, key), inner, gives, deeper)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _of(state, (*pointer, index), inner, gives, None)
    elif type(value) is str and ("$" in value or "%" in value) and not is_substitution(value):
        yield Site(state, pointer, value, gives, expected)


class Read(NamedTuple):
    """A correct expression: where it stands, what it reads, and where in the string it begins."""

    site: Site
    analysis: Analysis
    start: int


@fact
def expressions(machine: StateMachine) -> tuple[Read, ...]:
    """The expressions of a definition that are correct and understood."""
    if not sites(machine):
        return ()
    from aslkit.lint.jsonata_reads import analysed, inside

    found = []
    for site in sites(machine):
        expression = inside(site.text)
        if expression is not None and refused(expression[0]) is None:
            analysis = analysed(expression[0])
            if analysis is not None:
                found.append(Read(site, analysis, expression[1]))
    return tuple(found)


@lru_cache(32768)
def refused(text: str) -> tuple[str, int | None] | None:
    """(why, where if that is known) an expression is not correct; None for one that is."""
    from aslkit.language.jsonata import JsonataSyntaxError, compile_jsonata

    try:
        compile_jsonata(text)
    except JsonataSyntaxError as error:
        return error.reason, error.position
    return None


# --- what is wrong with the text -------------------------------------------------------------------------------------


@rule(ERROR)
def jsonata_syntax(machine: StateMachine) -> Iterator[Hit]:
    """A JSONata expression cannot be read.

    AWS refuses the definition (INVALID_JSONATA_EXPRESSION). In JSONata `&` joins texts, `=` compares, `and` and `or`
    are words, every bracket and quote is closed, and a variable begins with `$`.

    Bad:

        QueryLanguage: JSONata
        StartAt: Tell
        States:
          Tell:
            Type: Pass
            Output: "{% 'failed: ' && $states.input.reason %}"  # <-
            End: true

    Good:

        QueryLanguage: JSONata
        StartAt: Tell
        States:
          Tell:
            Type: Pass
            Output: "{% 'failed: ' & $states.input.reason %}"
            End: true
    """
    if not sites(machine):
        return
    from aslkit.lint.jsonata_reads import inside

    for site in sites(machine):
        expression = inside(site.text)
        mistake = None if expression is None else refused(expression[0])
        if expression is not None and mistake is not None:
            text, start = expression
            reason, position = mistake
            at = start + max(0, min(position or 0, len(text) - 1))
            message = f"{_place(site)} cannot be read: {_lowered(reason)}; AWS refuses the definition{_hint(text)}"
            place = None if position is None else _span(machine, site.pointer, at, at + 1)
            yield Hit(site.pointer, message, span=place)


def _hint(text: str) -> str:
    hint = next((hint for sign, hint in HINTS.items() if sign in text), None)
    return "" if hint is None else f"; {hint}"


HINTS = {
    CLOSE: "a string is one expression as a whole: join texts with & inside it",
    "&&": "texts are joined with &, conditions with the word and",
    "||": "conditions are joined with the word or",
    "==": "JSONata compares with =",
    "[?(": "this is JSONPath: in JSONata a filter is written items[price > 10]",
    "=>": "a function is written function($x) { … }",
    "!$": "it is negated by $not(…)",
}
"""What stands in an expression that cannot be read -> what was probably meant."""


def _lowered(reason: str) -> str:
    return reason[:1].lower() + reason[1:]


def _place(site: Site) -> str:
    return f"the expression {_shown(site.text)} of {_field(site)}"


def _shown(text: str) -> str:
    shown = text.replace("\n", "⏎")
    return shown if len(shown) <= MAX_SHOWN else shown[:MAX_SHOWN] + "…"


def _field(site: Site) -> str:
    key = site.pointer[-1]
    what = f'"{key}"' if isinstance(key, str) else f'"{site.pointer[-2]}"[{key}]'
    return f'{what} in "{site.state.name}"'


def _span(machine: StateMachine, pointer: Pointer, start: int, end: int) -> Span | None:
    from aslkit.lint.places import inner_span

    return inner_span(machine.document, pointer, start, end)


@rule(ERROR)
def jsonata_delimiters(machine: StateMachine) -> Iterator[Hit]:
    """An expression has not both its delimiters, or is not the whole string.

    A string is an expression when it begins with `{%` and ends with `%}`. AWS refuses a string with only one of the
    two. Anything else is plain text: with a blank before the `{%`, with words around the expression, without
    delimiters, the service gets the text and not what it reads.

    Bad:

        QueryLanguage: JSONata
        StartAt: Tell
        States:
          Tell:
            Type: Pass
            Output:
              topic: "{% $states.input.topic }"  # <-
              text: "Month {% $states.input.month %} is done"  # <-
              month: $states.input.month  # <-
            End: true

    Good:

        QueryLanguage: JSONata
        StartAt: Tell
        States:
          Tell:
            Type: Pass
            Output:
              topic: "{% $states.input.topic %}"
              text: "{% 'Month ' & $states.input.month & ' is done' %}"
              month: "{% $states.input.month %}"
            End: true
    """
    for site in sites(machine):
        mistake = _undelimited(site.text)
        if mistake is not None:
            message, severity = mistake
            yield Hit(site.pointer, f'"{_shown(site.text)}" of {_field(site)} {message}', severity=severity)


def _undelimited(text: str) -> tuple[str, str] | None:
    """(what is wrong, severity) with the delimiters of a string; None where they are right."""
    opened, closed = text.startswith(OPEN), text.endswith(CLOSE)
    if opened and closed:
        return None if len(text) >= 4 else ("has no expression between its delimiters: AWS refuses it", ERROR)
    if opened and text.rstrip().endswith(CLOSE):
        behind = "a line break (write |- or >- for | or >)" if "\n" in text[-2:] else "a blank"
        return f"is plain text: it ends with {behind} behind {CLOSE}, and an expression ends with {CLOSE}", WARNING
    if opened:
        return f"begins with {OPEN} and does not end with {CLOSE}: AWS refuses the definition", ERROR
    if closed and OPEN not in text:
        return f"ends with {CLOSE} and does not begin with {OPEN}: AWS refuses the definition", ERROR
    if text.strip().startswith(OPEN) and text.strip().endswith(CLOSE):
        return f"is plain text: an expression begins with {OPEN} and ends with {CLOSE}, with no blank outside", WARNING
    if OPEN in text and CLOSE in text[text.index(OPEN) :]:
        return (
            f"is plain text: an expression is the whole string, {OPEN} 'text ' & $value {CLOSE} with the words in it",
            WARNING,
        )
    if text.startswith("$states.") and refused(text) is None:
        return f"is plain text: an expression stands between {OPEN} and {CLOSE}", WARNING
    return None


# --- what an expression reads ----------------------------------------------------------------------------------------


@rule(ERROR)
def jsonata_reference(machine: StateMachine) -> Iterator[Hit]:
    """An expression reads a name as if it had an input document.

    In Step Functions a JSONata expression has no input document: everything is read through a variable, the input of
    the state as `$states.input`. AWS refuses a bare name, `$` and `$$` at the top of an expression
    (UNSUPPORTED_JSONATA_EXPRESSION); inside a filter or behind a dot they are the fields of the value at hand.

    Bad:

        QueryLanguage: JSONata
        StartAt: Sum
        States:
          Sum:
            Type: Pass
            Output:
              month: "{% month %}"  # <-
              total: "{% $sum(orders.price) %}"  # <-
            End: true

    Good:

        QueryLanguage: JSONata
        StartAt: Sum
        States:
          Sum:
            Type: Pass
            Output:
              month: "{% $states.input.month %}"
              total: "{% $sum($states.input.orders[price > 0].price) %}"
            End: true
    """
    for read in expressions(machine):
        from aslkit.lint.variables import by_name

        for bare in read.analysis.bare:
            at = read.start + bare.at
            message = f"{_place(read.site)} reads {_bare_words(bare, by_name(machine))}"
            yield Hit(
                read.site.pointer,
                message,
                severity=ERROR if bare.place == "top" else WARNING,
                span=_span(machine, read.site.pointer, at, at + len(bare.name)),
            )


def _bare_words(bare: Bare, variables: Mapping[str, object]) -> str:
    from aslkit.lint.jsonata_reads import FUNCTIONS

    follows = "AWS refuses the definition" if bare.place == "top" else "it is undefined in the function"
    name = bare.name
    if name.startswith("$"):
        return f"{name}, but an expression has no input document: {follows}; the input is $states.input"
    if name == "States":
        return f"States, but intrinsic functions belong to JSONPath: {follows}; JSONata has functions of its own"
    if name == "states" or name in variables or (bare.called and name in FUNCTIONS):
        meant = f"${name}"
    else:
        meant = "" if bare.called else f"$states.input.{name}"
    hint = f"; did you mean {meant}?" if meant else ""
    return f'the bare name "{name}", but an expression has no input document: {follows}{hint}'


@rule(ERROR)
def jsonata_states_field(machine: StateMachine) -> Iterator[Hit]:
    """An expression reads a field of `$states` that does not exist there.

    `$states.input` and `$states.context` exist everywhere; `$states.result` only in Output and Assign of a Task,
    Parallel or Map state, and `$states.errorOutput` only in Output and Assign of a catcher: AWS refuses the definition
    otherwise. To read the error later, keep it in a variable: `Assign: {cause: "{% $states.errorOutput.Cause %}"}`. A
    field that does not exist at all is undefined at run time.

    Bad:

        QueryLanguage: JSONata
        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:tell
            TimeoutSeconds: 60
            Arguments:
              reason: "{% $states.errorOutput.Cause %}"  # <-
              month: "{% $states.inputs.month %}"  # <-
            End: true

    Good:

        QueryLanguage: JSONata
        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:lambda:eu-west-1:111122223333:function:load
            TimeoutSeconds: 60
            Catch:
              - ErrorEquals: [States.ALL]
                Assign:
                  reason: "{% $states.errorOutput.Cause %}"
                Next: Failed
            End: true
          Failed:
            Type: Fail
            Error: LoadFailed
            Cause: "{% $reason %}"
    """
    from aslkit.definition.spelling import nearest

    for read in expressions(machine):
        for use in read.analysis.uses:
            field = use.keys[0] if use.variable == "states" and use.keys else "input"
            if field in GIVEN or field == read.site.gives:
                continue
            where, severity = ALL_GIVEN.get(str(field)), ERROR
            if where is not None and field == "result" and read.site.gives == "errorOutput":
                what, severity = "which a catcher does not have: the state that failed has no result", WARNING
            elif where is None:
                meant, severity = nearest(str(field), ALL_GIVEN), WARNING
                what = "which does not exist: it is undefined" + (f"; did you mean $states.{meant}?" if meant else "")
            else:
                what = f"which exists only {where}: AWS refuses the definition"
            start = read.start + use.at
            yield Hit(
                read.site.pointer,
                f"{_place(read.site)} reads $states.{field}, {what}",
                severity=severity,
                span=_span(machine, read.site.pointer, start, read.start + use.end),
            )


@rule(WARNING)
def jsonata_function(machine: StateMachine) -> Iterator[Hit]:
    """An expression calls a function that does not exist.

    Step Functions has the functions of JSONata, and $partition, $range, $hash, $random, $uuid and $parse; it has no
    $eval, which AWS refuses. The call of any other function fails at run time with States.QueryEvaluationError.

    Bad:

        QueryLanguage: JSONata
        StartAt: Name
        States:
          Name:
            Type: Pass
            Output: "{% $uppercse($states.input.name) %}"  # <-
            End: true

    Good:

        QueryLanguage: JSONata
        StartAt: Name
        States:
          Name:
            Type: Pass
            Output: "{% $uppercase($states.input.name) %}"
            End: true
    """
    from aslkit.definition.spelling import nearest

    for read in expressions(machine):
        from aslkit.lint.jsonata_reads import FUNCTIONS, UNSUPPORTED

        for name, at in read.analysis.calls:
            if name in FUNCTIONS:
                continue
            unsupported = name == UNSUPPORTED
            meant = nearest(name, FUNCTIONS)
            if unsupported:
                what = "which Step Functions does not have: AWS refuses the definition; $parse reads JSON text"
            else:
                what = "a function that does not exist: the state fails with States.QueryEvaluationError"
                what += f"; did you mean ${meant}?" if meant else ""
            yield Hit(
                read.site.pointer,
                f"{_place(read.site)} calls ${name}, {what}",
                severity=ERROR if unsupported else WARNING,
                span=_span(machine, read.site.pointer, read.start + at, read.start + at + len(name) + 1),
            )


@rule(WARNING)
def jsonata_type(machine: StateMachine) -> Iterator[Hit]:
    """An expression gives a value of a type that its field does not take.

    Seconds needs a number, Items an array, Condition a boolean, Cause a string; a function is no value anywhere. The
    state fails with States.QueryEvaluationError whatever its input.

    Bad:

        QueryLanguage: JSONata
        StartAt: Pause
        States:
          Pause:
            Type: Wait
            Seconds: "{% $states.input.minutes & '0' %}"  # <-
            End: true

    Good:

        QueryLanguage: JSONata
        StartAt: Pause
        States:
          Pause:
            Type: Wait
            Seconds: "{% $states.input.minutes * 60 %}"
            End: true
    """
    for read in expressions(machine):
        from aslkit.lint.jsonata_reads import kind_of

        kind, expected = kind_of(read.analysis.tree), read.site.expected
        if kind == "function":
            what = "gives a function, which is no value"
        elif kind is not None and expected is not None and kind != expected:
            what = f"gives {_a(kind)} where {_a(expected)} is needed"
        else:
            continue
        yield Hit(read.site.pointer, f"{_place(read.site)} {what}: the state fails with States.QueryEvaluationError")


def _a(kind: str) -> str:
    return kind if kind == "null" else f"a{'n' * (kind[0] in 'ao')} {kind}"
