"""A state machine and its input -> every failure that can happen to it, and which of them nobody is told of."""
