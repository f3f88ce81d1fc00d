"""Fixes change the text and nothing else: layout and comments stay, in block YAML, flow YAML and JSON alike."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import DefinitionError, Document, load
from aslkit.definition.model import parse
from aslkit.lint import ALL_RULES, lint
from aslkit.lint.engine import Delete, Edit, Finding, Insert, Rename, Reorder, Replace, mend
from aslkit.lint.fixes import mended, splice, spliced

ROOT = Path(__file__).parents[2]
BLOCK = """\
StartAt: Load   # the first
States:
  Load:
    Type: Task
    Resource: 'arn:aws:states:::glue:startJobRun.sync'
    Retry:  # the loader is slow
    # these two
    - ErrorEquals: [States.ALL]   # everything
      MaxAttempts: 3
      # and this
    - ErrorEquals:
        - States.Timeout  # slow
        - "Glue.Slow"
    Comment: |
      Loads it all
      # even this

    # and then
    Next:
    Parameters: {JobName: load, "Timeout": 10, Arguments: {'--a': b}}
  Done: {Type: Succeed}
"""
PRETTY = """\
{
  "StartAt": "Load",
  "States": {
    "Load": {
      "Type": "Pass",
      "Parameters": {"a": 1, "b": [1, 2]},
      "Next": "Done"
    },
    "Done": {"Type": "Succeed"}
  }
}
"""
LOAD = ("States", "Load")


def changed(text: str, *edits: Edit, source: str = "m.asl.yaml") -> list[tuple[str, str]] | None:
    """The lines that a fix takes away and those that it puts there, in order; None when it is not made."""
    change = splice(load(text, source=source), mend("", *edits))
    if change is None:
        return None
    after = spliced(text, [change])
    load(after, source=source)
    import difflib

    lines = list(difflib.unified_diff(text.splitlines(), after.splitlines(), n=0, lineterm=""))[2:]
    return [(line[0], line[1:].strip()) for line in lines if line[0] in "+-"]


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (Replace(("StartAt",), "Done"), [("-", "StartAt: Load   # the first"), ("+", "StartAt: Done   # the first")]),
        (Replace((*LOAD, "Type"), "no"), [("-", "Type: Task"), ("+", 'Type: "no"')]),
        (Replace((*LOAD, "Next"), "Done"), [("-", "Next:"), ("+", "Next: Done")]),
        (
            Replace((*LOAD, "Resource"), "it's"),
            [("-", "Resource: 'arn:aws:states:::glue:startJobRun.sync'"), ("+", "Resource: 'it''s'")],
        ),
        (
            Replace((*LOAD, "Retry", 1, "ErrorEquals"), ["States.ALL", "a: b"]),
            [
                ("-", "- ErrorEquals:"),
                ("-", "- States.Timeout  # slow"),
                ("-", '- "Glue.Slow"'),
                ("+", '- ErrorEquals: [States.ALL, "a: b"]'),
            ],
        ),
        (
            Replace((*LOAD, "Comment"), "Loads"),
            [("-", "Comment: |"), ("-", "Loads it all"), ("-", "# even this"), ("+", "Comment: Loads")],
        ),
        (Rename((*LOAD, "Next"), "Default"), [("-", "Next:"), ("+", "Default:")]),
        (
            Rename((*LOAD, "Parameters", "Timeout"), "no"),
            [
                ("-", """Parameters: {JobName: load, "Timeout": 10, Arguments: {'--a': b}}"""),
                ("+", """Parameters: {JobName: load, "no": 10, Arguments: {'--a': b}}"""),
            ],
        ),
        (Insert((*LOAD, "ResultPath"), "$.job", "Type"), [("+", "ResultPath: $.job")]),
        (Insert((*LOAD, "ResultPath"), None, "Comment"), [("+", "ResultPath: null")]),
        (Insert((*LOAD, "Retry", 0, "BackoffRate"), 2.5, "ErrorEquals"), [("+", "BackoffRate: 2.5")]),
        (
            Insert((*LOAD, "Parameters", "x y"), {"z": [True, "q"]}, "JobName"),
            [
                ("-", """Parameters: {JobName: load, "Timeout": 10, Arguments: {'--a': b}}"""),
                ("+", """Parameters: {JobName: load, x y: {z: [true, q]}, "Timeout": 10, Arguments: {'--a': b}}"""),
            ],
        ),
        (
            Delete((*LOAD, "Parameters", "Arguments")),
            [
                ("-", """Parameters: {JobName: load, "Timeout": 10, Arguments: {'--a': b}}"""),
                ("+", """Parameters: {JobName: load, "Timeout": 10}"""),
            ],
        ),
        (Delete((*LOAD, "Comment")), [("-", "Comment: |"), ("-", "Loads it all"), ("-", "# even this")]),
        (
            Delete((*LOAD, "Retry", 0, "ErrorEquals")),
            [("-", "- ErrorEquals: [States.ALL]   # everything"), ("-", "MaxAttempts: 3"), ("+", "- MaxAttempts: 3")],
        ),
        (Delete((*LOAD, "Retry", 1, "ErrorEquals", 0)), [("-", "- States.Timeout  # slow")]),
        (
            Reorder((*LOAD, "Retry"), (1, 0)),
            [
                ("-", "- ErrorEquals: [States.ALL]   # everything"),
                ("-", "MaxAttempts: 3"),
                ("+", "- ErrorEquals: [States.ALL]   # everything"),
                ("+", "MaxAttempts: 3"),
            ],
        ),
    ],
)
def test_an_edit_of_block_yaml_leaves_all_else_as_it_is(edit: Edit, lines: list[tuple[str, str]]) -> None:
    assert changed(BLOCK, edit) == lines


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (Replace((*LOAD, "Next"), "It's"), [("-", '"Next": "Done"'), ("+", '"Next": "It\'s"')]),
        (Rename((*LOAD, "Next"), "Default"), [("-", '"Next": "Done"'), ("+", '"Default": "Done"')]),
        (Insert((*LOAD, "ResultPath"), "$.a", "Type"), [("+", '"ResultPath": "$.a",')]),
        (
            Insert((*LOAD, "End"), True, "Next"),
            [("-", '"Next": "Done"'), ("+", '"Next": "Done",'), ("+", '"End": true')],
        ),
        (
            Delete((*LOAD, "Next")),
            [
                ("-", '"Parameters": {"a": 1, "b": [1, 2]},'),
                ("-", '"Next": "Done"'),
                ("+", '"Parameters": {"a": 1, "b": [1, 2]}'),
            ],
        ),
        (
            Reorder((*LOAD, "Parameters", "b"), (1, 0)),
            [
                ("-", '"Parameters": {"a": 1, "b": [1, 2]},'),
                ("+", '"Parameters": {"a": 1, "b": [2, 1]},'),
            ],
        ),
    ],
)
def test_an_edit_of_json_gives_json(edit: Edit, lines: list[tuple[str, str]]) -> None:
    assert changed(PRETTY, edit, source="m.asl.json") == lines


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a: &x 1\nb: *x\n", Replace(("b",), 2)),
        ("a: &x 1\nb: *x\n", Replace(("a",), 2)),
        ("a: &x {c: 1}\nb: *x\n", Replace(("b", "c"), 2)),
        ("a: &x {c: 1}\nb: {<<: *x, d: 1}\n", Rename(("b", "c"), "e")),
        ("a: {c: 1}\n", Rename(("a",), "a/b")),
        ("a: 1\nb: 2\n", Rename(("a",), "b")),
        ("a: 1\n", Delete(("a",))),
        ("a: 1\n", Insert(("a", "b"), 1, "c")),
        ("a: [1, 2]\n", Reorder(("a",), (0, 0))),
        ("a: 1\n", Replace(("nowhere",), 1)),
        ("- - a\n  - b\n- c\n", Reorder((), (1, 0))),
    ],
)
def test_an_edit_that_cannot_be_made_safely_is_not_made(text: str, edit: Edit) -> None:
    document = load(text)
    change = splice(document, mend("", edit))
    if isinstance(edit, Rename) and edit.name == "a/b":
        assert change is not None and spliced(text, [change]) == "a/b: {c: 1}\n"
    elif text.startswith("- -"):
        assert change is not None and spliced(text, [change]) == "- c\n- - a\n  - b\n"
    else:
        assert change is None


# --- whole definitions -----------------------------------------------------------------------------------------------


def found(document: Document) -> list[Finding]:
    return lint(parse(document))


def after(text: str, source: str = "m.asl.yaml") -> str:
    return mended(load(textwrap.dedent(text), source=source), found).document.text


def test_all_that_has_one_obvious_mend_is_mended_and_comments_stay() -> None:
    assert after(
        """\
        StartAt: Laod
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRn.synch  # waits
            TimeoutSecond: 3600
            Parameters:
              Jobname.$: $.job   # from the input
              WorkerType: G1X
              Arguments:
                max: 10
            Retry:
              - ErrorEquals: States.ALL
                MaxAttempts: "2"
              # the usual one
              - ErrorEquals: [States.Taskfailed, Glue.ConcurrentRunsExceeded]
            Next: Settings
          Settings:
            Type: Pass
            Parameters:
              text.$: States.format("{} is ready", $.month)
              plain.$: 12
              month: $.month
              country: no
            ResultPath: $.settings
            Next: Done
          Done:
            Type: Suceed
        """
    ) == textwrap.dedent(
        """\
        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync  # waits
            TimeoutSeconds: 3600
            Parameters:
              JobName.$: $.job   # from the input
              WorkerType: G.1X
              Arguments:
                --max: "10"
            Retry:
              # the usual one
              - ErrorEquals: [States.TaskFailed, Glue.ConcurrentRunsExceededException]
              - ErrorEquals: [States.ALL]
                MaxAttempts: 2
            Next: Settings
          Settings:
            Type: Pass
            Parameters:
              text.$: States.Format('{} is ready', $.month)
              plain: 12
              month.$: $.month
              country: "no"
            ResultPath: $.settings
            Next: Done
          Done:
            Type: Succeed
        """
    )


def test_a_mend_that_brings_more_errors_to_light_is_not_made() -> None:
    text = "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Nxt: Nowhere\n    End: true\n"
    assert after(text) == text


def test_a_name_that_resembles_two_states_is_left_alone() -> None:
    text = "StartAt: Load\nStates:\n  Load1: {Type: Pass, Next: Load2}\n  Load2: {Type: Succeed}\n"
    assert after(text) == text


def test_line_breaks_of_windows_stay() -> None:
    text = BLOCK.replace("StartAt: Load ", "StartAt: Laod ").replace("Next:\n", "Next: Done\n")
    assert after(text.replace("\n", "\r\n")) == after(text).replace("\n", "\r\n")
    assert "StartAt: Load " in after(text)


def test_json_stays_json() -> None:
    text = PRETTY.replace('"StartAt": "Load"', '"StartAt": "Laod"').replace('"Next"', '"Nextt"')
    assert after(text, "m.asl.json") == PRETTY


def test_only_wanted_findings_are_mended() -> None:
    text = "StartAt: Laod\nStates: {Load: {Type: Suceed}}\n"
    done = mended(load(text), found, wanted=lambda all: [one for one in all if one.rule == "transition-target"])
    assert (done.document.text, [one.rule for one in done.mended]) == (
        "StartAt: Load\nStates: {Load: {Type: Suceed}}\n",
        ["transition-target"],
    )


# --- for all breakages -----------------------------------------------------------------------------------------------

GOOD = {
    "refresh.asl.yaml": (ROOT / "definitions" / "db-refresh.asl.yaml").read_text(encoding="utf-8"),
    "block.asl.yaml": BLOCK.replace("Next:\n", "Next: Done\n"),
    "pretty.asl.json": PRETTY,
    "compact.asl.json": json.dumps(load(BLOCK).data),
    "flow.asl.yaml": "{StartAt: A, States: {A: {Type: Pass, Parameters: {b.$: $.c, d: [1, no]}, Next: B},\n"
    "  B: {Type: Task, Resource: 'arn:aws:states:::sns:publish', Parameters: {TopicArn.$: $.t, Message: hi},\n"
    "    Retry: [{ErrorEquals: [SNS.ThrottledException], MaxAttempts: 2}, {ErrorEquals: [States.ALL]}], End: true}}}\n",
}


def places(document: Document) -> list[tuple[int, int]]:
    """Where each key and each scalar of a document stands."""
    spans: list[tuple[int, int]] = []
    pending: list[Any] = [document.data]
    while pending:
        container = pending.pop()
        for key, (first, key_end, value, end, _) in document.entries[id(container)].items():
            spans += [(first, key_end)] if key_end > first else []
            inner = container[key]
            if isinstance(inner, (dict, list)):
                pending.append(inner)
            else:
                spans.append((value, end))
    return sorted(spans)


SLIPS = {
    "dropped letter": lambda word, at: word[:at] + word[at + 1 :],
    "doubled letter": lambda word, at: word[: at + 1] + word[at:],
    "exchanged letters": lambda word, at: word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
    "other case": str.swapcase,
    "quotes": lambda word, at: f'"{word}"',
    "no quotes": lambda word, at: word.strip("\"'"),
    "with .$": lambda word, at: f"{word}.$",
    "without .$": lambda word, at: word.replace(".$", ""),
    "nothing": lambda word, at: "",
    "no": lambda word, at: "no",
    "number": lambda word, at: "010",
    "a list": lambda word, at: f"[{word}]",
}


def broken(name: str, breakages: list[tuple[float, str, int]]) -> str:
    """The good definition of that name with slips, each at a share of the places in the text."""
    text = GOOD[name]
    spans = places(load(text, source=name))
    chosen = {spans[int(share * (len(spans) - 1))]: (slip, at) for share, slip, at in breakages}
    for (start, end), (slip, at) in sorted(chosen.items(), reverse=True):
        word = text[start:end]
        made = word.swapcase() if slip == "other case" else SLIPS[slip](word, at % max(len(word), 1))
        text = text[:start] + made + text[end:]
    return text


@given(
    name=st.sampled_from(sorted(GOOD)),
    breakages=st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from(sorted(SLIPS)), st.integers(0, 40)), min_size=1, max_size=6
    ),
    windows=st.booleans(),
)
@settings(max_examples=100, deadline=None)
def test_mending_never_makes_a_file_worse_and_twice_is_once(
    name: str, breakages: list[tuple[float, str, int]], windows: bool
) -> None:
    text = broken(name, breakages)
    try:
        document = load(text.replace("\n", "\r\n") if windows else text, source=name)
    except DefinitionError:
        return  # no longer YAML or JSON: there is nothing to mend
    done = mended(document, found)
    again = load(done.document.text, source=name)
    assert badness(again) <= badness(document)
    assert mended(again, found).document.text == again.text
    assert done.mended or again.text == document.text


def badness(document: Document) -> tuple[int, int]:
    severities = [finding.severity for finding in found(document)]
    return severities.count("error"), severities.count("warning")


def test_a_rule_that_gives_a_fix_says_that_it_is_fixable() -> None:
    parts = [part for rule in ALL_RULES for part in textwrap.dedent("    " + rule.manual).split("\n\n")]
    fixing = set()
    for text in (textwrap.dedent(part) for part in parts if part.startswith("    ")):
        try:
            fixing |= {finding.rule for finding in found(load(text)) if finding.fix is not None}
        except DefinitionError:
            continue
    assert fixing <= {rule.id for rule in ALL_RULES if rule.fixable}
