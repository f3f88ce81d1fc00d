"""How every command prints its help."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter


class Help(RawDescriptionHelpFormatter):
    """Texts as they are written, 100 columns wide; asking for the terminal's width would import half of shutil."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=100)
