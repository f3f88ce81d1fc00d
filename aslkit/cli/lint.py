"""aslkit lint: files -> findings."""

from __future__ import annotations

import argparse
import gc
import sys
from typing import TYPE_CHECKING

from aslkit.cli import files
from aslkit.cli.config import config_for
from aslkit.cli.errors import CannotRun
from aslkit.cli.help import Help
from aslkit.cli.linted import Linted, decoded, reading, refers_to, report, unreadable
from aslkit.cli.progress import shown
from aslkit.definition.document import DefinitionError
from aslkit.lint import ALL_RULES
from aslkit.lint.engine import SEVERITIES, Config
from aslkit.report.findings import as_json, counted, statistics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from aslkit.cli.baseline import BaselineFile
    from aslkit.definition.document import Document

FORMATS = ("text", "json", "github", "sarif", "junit")
EPILOG = """\
severities:
  error    AWS refuses the definition
  warning  AWS takes it, and it fails at run time or does the wrong thing
  info     advice

examples:
  aslkit lint definitions/                 every *.asl.yaml, *.asl.yml and *.asl.json below, and templates
  aslkit lint template.yaml                the definitions inside a SAM or CloudFormation template
  aslkit lint --fix definitions/           mend what has one obvious mend; --diff only shows it
  aslkit lint --format sarif definitions/ > findings.sarif
  aslkit lint --baseline known.json --update-baseline definitions/
  aslkit lint --select catch-loses-input definitions/
  aslkit lint --explain catch-loses-input
  aslkit lint --watch definitions/
  terraform output -raw definition | aslkit lint -

A comment `# aslkit: ignore[rule-id] reason` silences a rule on its line, or on the next line if it stands alone.
Exit codes: 0 clean, 1 findings at or above --fail-on, 2 cannot run.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="aslkit lint",
        description="Check definitions, offline: shape, flow, retries, data flow, services, your project's own rules.",
        epilog=EPILOG,
        formatter_class=Help,
    )
    made.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, globs, or - for standard input")
    made.add_argument("--format", choices=FORMATS, default="text", help="how to print the findings (text)")
    made.add_argument("--select", action="append", metavar="RULE", help="only these rules (also: RULE,RULE)")
    made.add_argument("--ignore", action="append", metavar="RULE", help="not these rules (also: RULE,RULE)")
    made.add_argument(
        "--fail-on", choices=(*SEVERITIES, "never"), help="the least severity that gives exit code 1 (warning)"
    )
    made.add_argument(
        "--config", metavar="FILE", help="the project's rules (default: the nearest aslkit.yaml, or pyproject.toml)"
    )
    made.add_argument("--fix", action="store_true", help="mend what has one obvious mend, and report what is left")
    made.add_argument("--diff", action="store_true", help="print what --fix would change, and change nothing")
    made.add_argument("--baseline", metavar="FILE", help="do not report the findings that this file lists")
    made.add_argument("--update-baseline", action="store_true", help="write all findings to the baseline")
    made.add_argument("--statistics", action="store_true", help="also count the findings of each rule")
    made.add_argument("--watch", action="store_true", help="lint again whenever a file changes, until Ctrl-C")
    made.add_argument("--explain", metavar="RULE", help="print the manual of a rule, and stop")
    return made


def run(options: argparse.Namespace) -> int:
    if options.explain:
        from aslkit.cli.rules import manual

        print(manual(options.explain, options.config))
        return 0
    if not options.paths:
        raise CannotRun("lint what? Name files or folders, for example: aslkit lint definitions/")
    _check_options(options)
    if options.watch:
        from aslkit.cli.watch import watch

        return watch(options, lint_once)
    gc.disable()  # a short life that makes hardly any garbage: the collector would only look through all of it
    return lint_once(options)


def _check_options(options: argparse.Namespace) -> None:
    """Raises CannotRun for options that say nothing together."""
    if options.update_baseline and not options.baseline:
        raise CannotRun("--update-baseline writes what file? Name it: --baseline known.json --update-baseline")
    if options.diff and options.format != "text":
        raise CannotRun(f"--diff prints a diff, and not --format {options.format}")
    if options.statistics and options.format != "text":
        raise CannotRun(f"--statistics goes with --format text, and not with --format {options.format}")
    if options.watch and files.STDIN in options.paths:
        raise CannotRun("--watch cannot watch standard input; name a file")


def lint_once(options: argparse.Namespace) -> int:
    names = files.find(options.paths, (*files.ENDINGS, *files.TEMPLATE_ENDINGS))
    known = None
    if options.baseline:
        from aslkit.cli.baseline import BaselineFile

        known = BaselineFile(options.baseline, anew=options.update_baseline)
    if options.fix or options.diff:
        from aslkit.cli.fix import mend_file as treat
    else:
        treat = _look_at
    done = [treat(name, _config(name, options), known, options) for name in shown(names, "files")]
    more = [name for one in done for name in one.refers_to if name not in names]
    done += [treat(name, _config(name, options), known, options) for name in dict.fromkeys(more)]
    if known is not None and options.update_baseline:
        print(f"wrote {counted(known.update(), 'finding')} to {known.name}")
        return 0
    if not options.diff:
        _print(done, options)
    if known is not None:
        known.tell_stale()
    return int(any(one.fails or (options.diff and one.mended) for one in done))


def _look_at(name: str, config: Config, known: BaselineFile | None, options: argparse.Namespace) -> Linted:
    content = files.read(name)
    document: Document | None = None
    try:
        document, look = reading(content, name, config)
        found, text = look(document), document.text
    except DefinitionError as error:
        found, text = unreadable(error, config), decoded(content)
    if known is not None:
        found = known.report(name, found)
    fail_on = options.fail_on or config.fail_on
    return Linted(files.shown(name), found, text, document, fail_on, refers_to=refers_to(name, document))


def _print(done: Sequence[Linted], options: argparse.Namespace) -> None:
    """The report, on standard output; on standard error when that takes a mended text."""
    stream = sys.stderr if options.fix and files.STDIN in options.paths else sys.stdout
    print(_report(done, options, stream), file=stream)


def _report(done: Sequence[Linted], options: argparse.Namespace, stream: IO[str]) -> str:
    findings = [finding for one in done for finding in one.findings]
    match options.format:
        case "json":
            return as_json(findings)
        case "github":
            from aslkit.report.github import as_github

            return as_github(findings, files=len(done))
        case "sarif":
            from aslkit.report.sarif import as_sarif

            return as_sarif(findings, {one.name: one.document for one in done if one.document is not None})
        case "junit":
            from aslkit.report.junit import as_junit

            return as_junit(findings, [one.name for one in done])
    texts = {one.name: one.text for one in done if one.findings}
    shown_text = report(findings, texts, files=len(done), stream=stream, mended=sum(one.mended for one in done))
    return f"{shown_text}\n{statistics(findings)}".rstrip() if options.statistics else shown_text


# --- which rules -----------------------------------------------------------------------------------------------------


def _config(name: str, options: argparse.Namespace) -> Config:
    config = config_for(name, options.config)
    select, ignore = _rules(options.select, config), _rules(options.ignore, config)
    if not (select or ignore):
        return config
    return Config(**{**config.__dict__, "select": select or config.select, "ignore": (*config.ignore, *ignore)})


def _rules(given: list[str] | None, config: Config) -> tuple[str, ...]:
    names = tuple(name.strip() for word in given or () for name in word.split(",") if name.strip())
    known = {rule.id for rule in (*ALL_RULES, *config.plugins)}
    for name in names:
        if name not in known:
            from aslkit.cli.rules import no_such_rule

            raise CannotRun(no_such_rule(name))
    return names
