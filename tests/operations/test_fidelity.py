"""docs/fidelity.md says what the tables say."""

from pathlib import Path

from aslkit.operations.fidelity import FEATURES, page, read_scores
from aslkit.simulation.faults import DOCUMENTED, GUESSED, RECORDED

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_as_it_would_be_written_now() -> None:
    assert (DOCS / "fidelity.md").read_text(encoding="utf-8") == page(read_scores(DOCS))


def test_every_behaviour_says_how_it_is_known() -> None:
    assert {feature.known for feature in FEATURES} == {RECORDED, DOCUMENTED, GUESSED}
