"""Coverage as text, as Mermaid and as Markdown."""

from __future__ import annotations

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.operations.coverage import Measured, measured
from aslkit.report.colour import Paint
from aslkit.report.coverage import as_markdown, as_text, percent
from aslkit.report.mermaid import mermaid
from aslkit.simulation import simulate
from aslkit.simulation.coverage import coverage
from aslkit.simulation.faults import FAULTS
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.scripted import Faulty, When

TEXT = """\
StartAt: Ask
States:
  Ask:
    Type: Choice
    Choices:
      - {Variable: $.mail, BooleanEquals: true, Next: "Say \\"hi\\" <#1>"}
    Default: Both
  "Say \\"hi\\" <#1>":
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters: {TopicArn: "arn:aws:sns:us-east-1:123456789012:t", Message: hi}
    Retry: [{ErrorEquals: [SNS.ThrottledException], MaxAttempts: 3}]
    Catch: [{ErrorEquals: [States.ALL], Next: Done}]
    Next: Done
  Both:
    Type: Parallel
    Branches:
      - {StartAt: Left, States: {Left: {Type: Pass, End: true}}}
      - {StartAt: Right, States: {Right: {Type: Pass, Next: Further}, Further: {Type: Pass, End: true}}}
    Next: Done
  Done: {Type: Succeed}
"""


def machine() -> StateMachine:
    return parse(load(TEXT, source="hi.asl.yaml"))


def used() -> Measured:
    """One run that sends the mail at the second try."""
    script = (When(state='Say "hi" <#1>', first=1, last=1, reply=Faulty(fault=FAULTS["sns"]["throttled"])),)
    execution = simulate(machine(), input={"mail": True}, resources=Account(script=script))
    return measured(machine().document, coverage(machine(), [execution]))


def test_the_text_names_a_state_that_was_never_entered_once_for_all_that_is_in_it() -> None:
    assert as_text([used()], Paint(False)) == (
        "hi.asl.yaml: 34.5 % used: 3 of 7 states, 1 of 4 transitions, 1 of 2 choice outcomes, 1 of 3 retries, "
        "0 of 1 catcher\n"
        "  hi.asl.yaml:6:9: never used: choice rule 1 of 'Ask' is not met\n"
        "  hi.asl.yaml:7:5: never used: the transition from 'Ask' to 'Both' by default\n"
        "  hi.asl.yaml:12:13: never used: retry 2 of 3 by retrier 1 of 'Say \"hi\" <#1>' (SNS.ThrottledException) "
        "and those after it\n"
        "  hi.asl.yaml:13:13: never used: catcher 1 of 'Say \"hi\" <#1>' (States.ALL)\n"
        "  hi.asl.yaml:15:3: never used: state 'Both', with 5 other parts"
    )


FLOWCHART = """\
flowchart TD
    s0{{"Ask<br/>1 ×"}}:::used
    s1["Say #34;hi#34; #60;#35;1#62;<br/>1 ×, 1 of 3 retries"]:::used
    subgraph s2["Both<br/>never"]
        subgraph s2b0[" "]
            s3["Left<br/>never"]:::unused
        end
        subgraph s2b1[" "]
            s4["Right<br/>never"]:::unused
            s5["Further<br/>never"]:::unused
            s4 -.->|"never"| s5
        end
    end
    class s2 unused
    s6["Done<br/>1 ×"]:::used
    s0 -->|"rule 1: 1 ×"| s1
    s0 -.->|"default: never"| s2
    s1 -->|"1 ×"| s6
    s1 -.->|"catcher 1: never"| s6
    s2 -.->|"never"| s6
    classDef used fill:#e6f4ea,stroke:#137333,color:#202124
    classDef unused fill:#fce8e6,stroke:#c5221f,color:#202124,stroke-dasharray:5 4
"""


def test_the_flowchart_marks_what_was_never_used() -> None:
    assert mermaid(machine(), used().coverage) == FLOWCHART


def test_the_markdown_holds_numbers_flowchart_and_what_was_never_used() -> None:
    text = as_markdown([(used(), machine())])
    assert text.startswith("### hi.asl.yaml\n\n34.5 % used: 3 of 7 states, ")
    assert f"```mermaid\n{FLOWCHART}```\n" in text
    assert "```text\nhi.asl.yaml:6:9: never used: choice rule 1 of 'Ask' is not met\n" in text
    assert text.endswith("</details>\n")


def test_a_share_is_whole_only_where_nothing_is_left() -> None:
    assert [percent(value) for value in (0.0, 0.01, 50.0, 93.75, 99.99, 100.0)] == [
        "0 %",
        "0.1 %",
        "50 %",
        "93.8 %",
        "99.9 %",
        "100 %",
    ]
