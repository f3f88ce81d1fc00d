"""A MockConfigFile and definitions -> reports on its cases as on scenarios; and the scenarios that say the same."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from aslkit.cli import files, substitutions
from aslkit.cli.definitions import definition
from aslkit.cli.errors import CannotRun
from aslkit.cli.outcomes import outcomes_document
from aslkit.definition.document import DefinitionError
from aslkit.definition.model import parse
from aslkit.report.remarks import brief, remark_line
from aslkit.report.scenarios import reported
from aslkit.simulation.mock_config import CaseRunner, read_mock_config
from aslkit.simulation.reading import cut, suggestion
from aslkit.simulation.scenario import Verdict, read_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from aslkit.definition.document import Document
    from aslkit.definition.model import StateMachine
    from aslkit.report.scenarios import Report
    from aslkit.simulation.mock_config import Case, MockConfig
    from aslkit.simulation.reading import Remark

STEM_ENDINGS = (*files.ENDINGS, ".yaml", ".yml", ".json")


# --- running ---------------------------------------------------------------------------------------------------------


def reports(options: argparse.Namespace, *, covered: bool) -> Iterator[Report | None]:
    """What came of the chosen cases of each state machine; None, after a report of the findings, for a definition that
    AWS would refuse. What is wrong with the file itself comes first."""
    config = _config(substitutions.document(options.mock_config))
    chosen = _chosen(config, options.words)
    definitions = _matched(config, options.paths)
    for name in chosen:
        if name not in definitions:
            raise CannotRun(
                f"{config.document.source}: no definition is given for the state machine '{cut(name)}'; give "
                f"{cut(name)}=FILE, or choose the cases of others with -k MACHINE#"
            )
    if not options.words:
        _note(_told(config.document, config.unused))
    remarks = config.remarks
    for name, cases in chosen.items():
        ran = _ran(config, cases, definitions[name], remarks, options)
        remarks = remarks if ran is None else ()
        yield None if ran is None else reported(config.document, *ran, covered=covered)


def _config(document: Document) -> MockConfig:
    """Raises CannotRun when no case can be found in it."""
    config = read_mock_config(document)
    if not any(config.machines.values()):
        raise CannotRun("\n".join(_told(document, config.remarks)))
    return config


def _chosen(config: MockConfig, words: str | None) -> dict[str, list[Case]]:
    """The cases by state machine whose MACHINE#CASE holds the words. Raises CannotRun when there is none."""
    chosen = {
        name: [case for case in cases if (words or "").lower() in f"{name}#{case.name}".lower()]
        for name, cases in config.machines.items()
    }
    if not any(chosen.values()):
        raise CannotRun(f'no case has "{words}" in its name (MACHINE#CASE)')
    return {name: cases for name, cases in chosen.items() if cases}


def _ran(
    config: MockConfig, cases: Sequence[Case], path: str, remarks: tuple[Remark, ...], options: argparse.Namespace
) -> tuple[Document, list[Verdict]] | None:
    """A definition and the verdicts on its cases."""
    document = definition(_about(path, options), done="run")
    if document is None:
        return None
    runner, outcomes = _runner(parse(document), options)
    verdicts = []
    for verdict in _verdicts(runner, cases, config.document.source, remarks):
        verdicts.append(verdict)
        _note(verdict.notes)
        if options.fail_fast and not verdict.passed:
            break
    else:
        if not options.words:
            _note(_told(outcomes, runner.never_used()))
    return document, verdicts


def _verdicts(runner: CaseRunner, cases: Iterable[Case], source: str, remarks: tuple[Remark, ...]) -> Iterator[Verdict]:
    if remarks:
        yield Verdict(name=source, pointer=(), remarks=remarks)
    yield from map(runner.verdict, cases)


def _about(path: str, options: argparse.Namespace) -> argparse.Namespace:
    """The options of a command about one definition."""
    return argparse.Namespace(**{**vars(options), "definition": path})


def _runner(machine: StateMachine, options: argparse.Namespace) -> tuple[CaseRunner, Document]:
    """What runs the cases, and the document of what is given to all of them. Raises CannotRun for what does not fit."""
    outcomes = outcomes_document(options.outcomes, options.input)
    file = read_scenarios(outcomes, machine)
    [said] = file.scenarios
    if wrong := (*file.remarks, *said.remarks):
        raise CannotRun("\n".join(_told(outcomes, wrong)))
    if said.stop is not None or said.redrives:
        raise CannotRun(f"{outcomes.source}: a stop and redrives belong to one scenario, and these are for all cases")
    read = files.reader(os.path.dirname(options.outcomes or ""))
    return CaseRunner(machine, given=said.given, whens=said.whens, read=read), outcomes


def _told(document: Document, remarks: Iterable[Remark]) -> Iterator[str]:
    return (remark_line(document, remark) for remark in remarks)


def _note(texts: Iterable[str]) -> None:
    for text in texts:
        print(f"note: {brief(text)}", file=sys.stderr)


# --- which definition is which state machine -------------------------------------------------------------------------


def _matched(config: MockConfig, words: Sequence[str]) -> dict[str, str]:
    """The definition's file of each state machine, by its name: NAME=FILE, or a file called so, or the only file for
    the only state machine. Raises CannotRun for a definition of none, and for two of one."""
    given = [pair for word in words for pair in _named(word)]
    if len(given) == len(config.machines) == 1 and not _is_named(words[0]):
        return {next(iter(config.machines)): given[0][1]}
    found: dict[str, str] = {}
    for name, path in given:
        if name in found:
            raise CannotRun(f"{found[name]} and {path} are both definitions of '{name}'")
        if name in config.machines:
            found[name] = path
        elif path in words or f"{name}={path}" in words:
            hint = suggestion(name, config.machines)
            raise CannotRun(f"{config.document.source} has no state machine '{name}'{hint}; NAME=FILE says which it is")
    return found


def _named(word: str) -> list[tuple[str, str]]:
    """(name of a state machine, its file) for each definition that a word of the command line stands for."""
    if _is_named(word):
        name, _, path = word.partition("=")
        return [(name, path)]
    return [(machine_name(path), path) for path in files.find([word])]


def _is_named(word: str) -> bool:
    return "=" in word and not os.path.exists(word)


def machine_name(path: str) -> str:
    name = os.path.basename(path)
    ending = next((ending for ending in STEM_ENDINGS if name.endswith(ending)), "")
    return name.removesuffix(ending)


# --- importing -------------------------------------------------------------------------------------------------------


def scenarios_of(document: Document, options: argparse.Namespace) -> tuple[str | None, int]:
    """The cases of one state machine as a scenario file, and the exit code: 1 when something is left out of it.

    No text, after a report, when AWS would refuse the definition. Raises CannotRun.
    """
    from aslkit.operations.capture import scenarios_file
    from aslkit.operations.mock_config import not_reached, scenario

    config = _config(document)
    name, path = _only(config, options)
    found = definition(_about(path, options), done="imported")
    if found is None:
        return None, 1
    machine = parse(found)
    runner, outcomes = _runner(machine, options)
    given: Mapping[str, Any] = outcomes.data["scenarios"][0]["given"]
    scenarios, lost = [], list(_told(document, config.remarks))
    _note(_told(document, config.unused))
    for case in config.machines[name]:
        verdict = runner.verdict(case)
        if verdict.execution is None:
            lost += [f"case '{case.name}' is left out: {text}" for text in _told(document, verdict.remarks)]
            continue
        try:
            made = scenario(case, verdict.execution, machine, given)
        except DefinitionError as error:
            raise CannotRun(f"{document.source}: case '{cut(case.name)}' cannot be written: {error.message}") from None
        scenarios.append(made.scenario)
        lost += [f"scenario '{case.name}': {remark}" for remark in made.remarks]
        _note(f"case '{case.name}': {text}" for text in not_reached(case, verdict.execution))
        _note(verdict.notes)
    for text in lost:
        print(brief(text), file=sys.stderr)
    if not scenarios:
        raise CannotRun(f"{document.source}: no case of '{cut(name)}' can be run")
    return scenarios_file(scenarios, files.seen_from(options.output, path)), int(bool(lost))


def _only(config: MockConfig, options: argparse.Namespace) -> tuple[str, str]:
    """The state machine that is imported, and its definition's file."""
    source = config.document.source
    if options.definition is None:
        raise CannotRun(
            f"{source} has cases of AWS Step Functions Local; say with --definition FILE what they are about"
        )
    found = _matched(config, [options.definition])
    if len(found) != 1:
        raise CannotRun(f"--definition {options.definition} is not one definition of a state machine in {source}")
    return next(iter(found.items()))
