"""The one thing that all our errors have in common: they are written for the person at the terminal."""


class StagewatchError(Exception):
    """One clear line: what is wrong, what was kept, what to do. Shown as it is, never with a traceback."""
