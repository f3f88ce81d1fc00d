"""aslkit rules and aslkit lint --explain: what the rules are, for people and for programs."""

from __future__ import annotations

import json

import pytest

from aslkit.cli import main
from aslkit.lint import ALL_RULES


def test_every_rule_is_listed_with_its_severity_and_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(rule.id for rule in ALL_RULES)
    (known,) = [line for line in lines if line.startswith("transition-target ")]
    assert " ".join(known.split()) == (
        "transition-target * error A transition names a state that does not exist in its own scope."
    )


def test_the_list_for_programs_has_the_options_of_each_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--format", "json"]) == 0
    rules = {rule["id"]: rule for rule in json.loads(capsys.readouterr().out)}
    assert rules["transition-target"] == {
        "id": "transition-target",
        "severity": "error",
        "summary": "A transition names a state that does not exist in its own scope.",
        "fixable": True,
        "options": {},
    }
    assert rules["express-workflow"]["options"] == {}  # the config says the workflow type once for all rules


def test_fixable_rules_alone_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--fixable", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [rule["id"] for rule in listed] == sorted(rule.id for rule in ALL_RULES if rule.fixable)
    assert all(rule["fixable"] for rule in listed)


def test_the_manual_of_a_rule_says_whether_it_is_mended(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--explain", "yaml-1-1"]) == 0
    assert capsys.readouterr().out.startswith("yaml-1-1 (warning, --fix mends it)\n\n")


def test_an_unknown_rule_is_met_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--explain", "yaml11"]) == 2
    assert main(["lint", "--explain", "nothing-of-the-kind"]) == 2
    assert capsys.readouterr().err == (
        'aslkit: there is no rule "yaml11"; did you mean "yaml-1-1"?\n'
        'aslkit: there is no rule "nothing-of-the-kind"; aslkit rules lists them all\n'
    )


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["rules", "--help"])
    assert left.value.code == 0
    assert "examples:" in capsys.readouterr().out
