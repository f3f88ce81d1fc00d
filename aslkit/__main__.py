"""`python -m aslkit`: the same as the console script."""

import sys

from aslkit.cli import main

sys.exit(main())
