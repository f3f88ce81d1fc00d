"""aslkit: read, lint, simulate and export AWS Step Functions state machines kept as YAML."""

__version__ = "0.1.0"
