"""The findings about data: where they stand, what they say, and what gives none."""

from __future__ import annotations

import textwrap

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint import data
from aslkit.lint.engine import Config, Rule, check

RULES = [value for value in vars(data).values() if isinstance(value, Rule)]

TASK = "Type: Task, Resource: 'arn:aws:lambda:eu-west-1:111122223333:function:work', TimeoutSeconds: 60"
GLUE = "Type: Task, Resource: 'arn:aws:states:::glue:startJobRun.sync', TimeoutSeconds: 60, Parameters: {JobName: a}"


def found(states: str) -> list[tuple[int, str, str]]:
    """(line among the states, rule, message) of every finding about a machine with these states, A the first."""
    text = "StartAt: A\nStates:\n" + textwrap.indent(textwrap.dedent(states).strip("\n"), "  ")
    findings = check(parse(load(text, source="machine.yaml")), RULES, Config())
    return [(finding.span.line - 2, finding.rule, finding.message) for finding in findings]


def test_the_catcher_that_loses_the_input_is_named_with_all_that_is_read_behind_it() -> None:
    assert found(f"""
        A: {{{TASK}, Next: B, Catch: [{{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Tell}}]}}
        B:
          {TASK.replace(", ", chr(10) + "          ")}
          Catch:
            - ErrorEquals: [States.ALL]
              Next: Tell
          End: true
        Tell: {{{TASK}, Parameters: {{a.$: $.topic, b.$: $.error.Cause, c.$: $.topic}}, ResultPath: null, Next: F}}
        F: {{Type: Fail, CausePath: $.month}}
    """) == [
        (
            7,
            "catch-loses-input",
            'the catcher of "B" has no ResultPath: {Error, Cause} replaces the input; "Tell" (line 12) and 1 more '
            "state read $.topic and $.error.Cause: nothing is there then, and the execution fails with States.Runtime, "
            "which no Catch sees",
        )
    ]


def test_the_result_of_a_glue_job_that_replaces_the_input_is_found_behind_other_states() -> None:
    assert found(f"""
        A:
          Type: Pass
          Next: B
        B: {{{GLUE}, Next: C}}
        C: {{Type: Wait, Seconds: 1, Next: D}}
        D: {{{TASK}, Parameters: {{a.$: $.month, b.$: $.JobRunState}}, End: true}}
    """) == [
        (
            4,
            "result-loses-input",
            'the result of "B" replaces the input; "D" (line 8) reads $.month, on the route "B" → "C" → "D": nothing '
            "is there then, and the execution fails with States.Runtime, which no Catch sees",
        )
    ]


def test_the_first_of_several_states_that_replace_all_is_to_blame() -> None:
    assert [
        (line, rule)
        for line, rule, _ in found("""
        A: {Type: Pass, Result: {a: 1}, Next: B}
        B: {Type: Pass, Result: {b: 1}, Next: C}
        C: {Type: Fail, CausePath: $.reason}
    """)
    ] == [(1, "result-loses-input")]


@pytest.mark.parametrize(
    ("state", "path", "hint"),
    [
        (GLUE + ", ResultPath: $.job", "$.job.JobRun.JobRunState", "; did you mean $.job.JobRunState?"),
        (GLUE + ", ResultPath: $.job", "$.job.jobName", "; did you mean $.job.JobName?"),
        (
            "Type: Task, Resource: 'arn:aws:states:::lambda:invoke', ResultPath: $.made",
            "$.made.rows",
            "; did you mean $.made.Payload.rows?",
        ),
        ("Type: Pass, Result: {settings: {size: 1}}", "$.size", "; did you mean $.settings.size?"),
        ("Type: Pass, Result: abc, ResultPath: $.text", "$.text.size", ""),
    ],
)
def test_a_name_that_was_never_there_is_found_where_it_is_read(state: str, path: str, hint: str) -> None:
    ((line, rule, message),) = found(f"""
        A: {{{state}, Next: B}}
        B: {{Type: Pass, Parameters: {{x.$: {path}}}, End: true}}
    """)
    assert (line, rule) == (2, "missing-path")
    assert message.startswith(f'"B" reads {path}, but ')
    assert message.endswith(f"which no Catch sees{hint}")


def test_the_cause_is_text() -> None:
    assert found(f"""
        A: {{{TASK}, Catch: [{{ErrorEquals: [States.ALL], ResultPath: $.error, Next: F}}], End: true}}
        F: {{Type: Fail, CausePath: $.error.Cause.ErrorMessage}}
    """) == [
        (
            2,
            "missing-path",
            '"F" reads $.error.Cause.ErrorMessage, but $.error.Cause is a string: the execution fails here with '
            "States.Runtime, which no Catch sees",
        )
    ]


def test_an_error_that_no_catcher_writes_there_is_found_where_it_is_read() -> None:
    ((line, rule, message),) = found(f"""
        A: {{{TASK}, Catch: [{{ErrorEquals: [States.ALL], ResultPath: $.error, Next: F}}], End: true}}
        F: {{Type: Fail, CausePath: $.err.Cause}}
    """)
    assert (line, rule) == (2, "missing-path")
    assert message.endswith("; did you mean $.error.Cause?")


def test_a_context_map_outside_a_map_is_found() -> None:
    assert [
        (line, rule)
        for line, rule, _ in found("""
        A: {Type: Pass, Parameters: {x.$: $$.Map.Item.Value, y.$: $$.Execution.Input.anything.at.all}, End: true}
    """)
    ] == [(1, "unknown-context-field")]


QUIET = {
    "the input is unknown": "A: {Type: Pass, Parameters: {x.$: $.a.b, y.$: '$.c[0]', z.$: $}, End: true}",
    "a test for presence guards the read": f"""
        A: {{{TASK}, Catch: [{{ErrorEquals: [States.ALL], Next: C}}], Next: C}}
        C:
          Type: Choice
          Choices:
            - And: [{{Variable: $.month, IsPresent: true}}, {{Variable: $.month, StringEquals: May}}]
              Next: D
          Default: E
        D: {{Type: Fail, CausePath: $.month}}
        E: {{Type: Fail, CausePath: $.month}}
    """,
    "a callback may answer anything": """
        A: {Type: Task, Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', Next: B}
        B: {Type: Fail, CausePath: $.anything}
    """,
    "a resource that is filled in may answer anything": """
        A: {Type: Task, Resource: '${Resource}', Next: B}
        B: {Type: Fail, CausePath: $.anything}
    """,
    "a ResultPath that is filled in may be anywhere": f"""
        A: {{{GLUE}, ResultPath: '${{Place}}', Next: B}}
        B: {{Type: Fail, CausePath: $.anything}}
    """,
    "a state that writes its own default before": f"""
        A: {{Type: Pass, Result: none, ResultPath: $.made, Next: B}}
        B: {{{TASK}, ResultPath: $.made, End: true,
             Catch: [{{ErrorEquals: [States.ALL], ResultPath: $.error, Next: F}}]}}
        F: {{Type: Fail, CausePath: $.made}}
    """,
    "a field of the input that the failed state would have renewed": f"""
        A: {{{TASK}, Parameters: {{x.$: $.row.id}}, ResultPath: $.row,
             Catch: [{{ErrorEquals: [States.ALL], ResultPath: $.error, Next: F}}], End: true}}
        F: {{Type: Fail, CausePath: $.row.id}}
    """,
    "a counter that a loop writes": """
        A: {Type: Pass, Result: {n: 0}, ResultPath: $.loop, Next: B}
        B: {Type: Pass, Parameters: {n.$: 'States.MathAdd($.loop.n, 1)'}, ResultPath: $.loop, Next: C}
        C: {Type: Choice, Choices: [{Variable: $.loop.n, NumericLessThan: 3, Next: B}], Default: D}
        D: {Type: Succeed}
    """,
    "variables": """
        A: {Type: Pass, Assign: {x.$: $.a}, Next: B}
        B: {Type: Pass, Parameters: {y.$: $x.b}, End: true}
    """,
    "paths with wildcards": """
        A: {Type: Pass, Result: {a: 1}, Next: B}
        B: {Type: Pass, Parameters: {x.$: '$..b', y.$: '$.c[*]', z.$: '$.d[?(@.e == 1)]'}, End: true}
    """,
    "a Map in a Map reads the item of the inner one": """
        A:
          Type: Map
          ItemsPath: $.tables
          ItemSelector: {table.$: $$.Map.Item.Value, month.$: $.month}
          ItemProcessor:
            StartAt: B
            States:
              B:
                Type: Map
                ItemsPath: $.table.parts
                ItemSelector: {part.$: $$.Map.Item.Value.id, month.$: $.month}
                ItemProcessor:
                  StartAt: C
                  States:
                    C: {Type: Pass, Parameters: {p.$: $.part, m.$: $.month, i.$: $$.Map.Item.Index}, End: true}
                End: true
          End: true
    """,
    "JSONata in between": """
        A: {Type: Pass, QueryLanguage: JSONata, Output: "{% $states.input %}", Next: B}
        B: {Type: Fail, CausePath: $.anything}
    """,
}


@pytest.mark.parametrize("states", QUIET.values(), ids=QUIET)
def test_no_finding_where_the_path_may_be_there(states: str) -> None:
    assert found(states) == []


def test_the_input_of_iterations_and_branches_is_followed() -> None:
    assert [
        (line, rule)
        for line, rule, _ in found("""
        A:
          Type: Parallel
          Parameters: {table.$: $.table}
          Branches:
            - StartAt: B
              States:
                B: {Type: Pass, Parameters: {x.$: $.table, y.$: $.month}, End: true}
          Next: M
        M:
          Type: Pass
          Result: {rows: [{id: 1}], month: 5}
          Next: N
        N:
          Type: Map
          ItemsPath: $.rows
          ItemProcessor:
            StartAt: I
            States:
              I: {Type: Pass, Parameters: {x.$: $.id, y.$: $.month}, End: true}
          End: true
    """)
    ] == [(3, "parameters-lose-input"), (13, "parameters-lose-input")]


def test_a_catcher_that_writes_over_a_field_is_found_at_its_result_path() -> None:
    ((line, rule, message),) = found(f"""
        A: {{Type: Pass, Result: {{arn: x}}, ResultPath: $.topic, Next: B}}
        B:
          {TASK.replace(", ", chr(10) + "          ")}
          Catch:
            - ErrorEquals: [States.ALL]
              ResultPath: $.topic
              Next: F
          End: true
        F: {{Type: Fail, CausePath: $.topic.arn}}
    """)
    assert (line, rule) == (8, "catch-loses-input")
    assert message.startswith('the catcher of "B" writes {Error, Cause} over $.topic; "F" (line 13) reads $.topic.arn')


JSONATA_STATES = """
    A:
      Type: Task
      Resource: arn:aws:states:::glue:startJobRun.sync
      TimeoutSeconds: 60
      QueryLanguage: JSONata
      Arguments: {JobName: a}
      Assign: {id: "{% $states.result.JobRun.Id %}"}
      Catch:
        - ErrorEquals: [States.ALL]
          Assign: {cause: "{% $states.errorOutput.cause %}"}
          Next: C
      Next: B
    B:
      Type: Pass
      QueryLanguage: JSONata
      Next: C
    C:
      Type: Pass
      QueryLanguage: JSONata
      Output: "{% 'of ' & $states.input.month %}"
      End: true
"""


def test_what_a_jsonata_expression_does_not_find_is_told_with_what_follows() -> None:
    assert [one for one in found(JSONATA_STATES) if one[1] == "undefined-in-jsonata"] == [
        (
            7,
            "undefined-in-jsonata",
            '"A" reads $states.result.JobRun.Id, but $states.result has only Id, JobName, JobRunState, ErrorMessage, '
            "ExecutionClass, ExecutionRoleSessionPolicy and 24 more: the expression gives nothing, and the state fails "
            "with States.QueryEvaluationError; did you mean $states.result.Id?",
        ),
        (
            10,
            "undefined-in-jsonata",
            '"A" reads $states.errorOutput.cause, but $states.errorOutput has only Error and Cause: the expression '
            "gives nothing, and the state fails with States.QueryEvaluationError; did you mean "
            "$states.errorOutput.Cause?",
        ),
        (
            20,
            "undefined-in-jsonata",
            '"C" reads $states.input.month, but the catcher of "A" (line 11) has no Output, so that {Error, Cause} '
            "replaces the input: the text has a gap here",
        ),
    ]
