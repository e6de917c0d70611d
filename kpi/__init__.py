"""The rules: pure functions and frozen dataclasses, without a clock, a database or a terminal."""
