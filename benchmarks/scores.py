"""The recorded executions and calls -> docs/fidelity-scores.json, by the scorers that lie beside them.

Usage: scores.py FOLDER, where FOLDER holds tools/score_*.py and corpus/. Run with `make scores SHARED=FOLDER`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from timing import ROOT

SCORERS = {
    "executions": "score_simulator.py",
    "single states (TestState)": "score_test_state.py",
    "JSONPath expressions": "score_jsonpath.py",
}
FIGURE = re.compile(r"([A-Za-z][A-Za-z ]*?) (\d+)/(\d+)")


def main() -> None:
    """Writes the figures of every scorer's last line."""
    tools = Path(sys.argv[1], "tools")
    found = {}
    for name, script in SCORERS.items():
        command = [sys.executable, str(tools / script)]
        last = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.splitlines()[-1]
        line = last.removeprefix("simulator: ").removeprefix("test_state: ").replace("jsonpath ", "answer ")
        found[name] = {figure: [int(right), int(total)] for figure, right, total in FIGURE.findall(line)}
    target = ROOT / "docs" / "fidelity-scores.json"
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
